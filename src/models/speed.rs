//! How fast models are on this machine, and what that is enough for. Measured by `callcue model bench`, kept beside the
//! models; here are the figures and what they mean.

use std::fs;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{ModelFolder, PublishedModel, published};

/// Lengths of the utterances that are measured, ms.
pub const LENGTHS_MS: [u32; 4] = [1_000, 3_000, 5_000, 10_000];

/// Utterance that is reckoned with when nobody makes a pause, ms.
const UTTERANCE_MS: u32 = 10_000;

/// Times between passes over a running utterance that are proposed, ms: the default, and what the settings allow.
const INTERVALS_MS: [u32; 5] = [1_000, 2_000, 3_000, 5_000, 10_000];

/// Share of a core's time that recognition may take; the rest is for capture, the browser and other programs.
const LOAD_MAX: f64 = 0.7;

/// Longest wait for the final text of 3 s of speech, ms: later, the agent has gone on without the cue.
const FINAL_MS_MAX: f64 = 1_000.0;

/// One pass over one utterance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pass {
    /// Length of the utterance, ms.
    pub length_ms: u32,
    /// Threads of the pass.
    pub threads: u32,
    /// Spectrum and encoder, ms, median.
    pub encode_ms: f64,
    /// Everything after the encoder, to the clean text, ms, median.
    pub decode_ms: f64,
    /// Tokens that were decoded.
    pub tokens: u32,
}

impl Pass {
    /// From the last sample to the text, ms.
    pub fn total_ms(&self) -> f64 {
        self.encode_ms + self.decode_ms
    }
}

/// What was measured of one model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredModel {
    /// Its name.
    pub name: String,
    /// Date of the measurement, RFC 3339.
    pub measured_on: String,
    /// Cores of the machine.
    pub cores: u32,
    /// By length and threads.
    pub passes: Vec<Pass>,
}

/// What a model is enough for on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Advice {
    /// Two channels that speak at the same time are kept up with.
    KeepsUp {
        /// Setting `transcribe.partial_interval_ms` that allows it.
        partial_interval_ms: u32,
        /// Share of a core's time for one channel, from 0.
        load: f64,
        /// Wait for the final text of 3 s of speech, ms.
        final_ms: f64,
    },
    /// They are not, or the final text comes too late to be of use.
    TooSlow {
        /// Share of a core's time for one channel, with as few passes as can be set.
        load: f64,
        /// Wait for the final text of 3 s of speech, ms.
        final_ms: f64,
    },
}

/// Time of a pass over `length_ms` of speech on one thread, ms: between the lengths measured in a straight line. None if
/// nothing was measured on one thread.
pub fn finishes_ms(model: &MeasuredModel, length_ms: u32) -> Option<f64> {
    let mut points: Vec<(f64, f64)> = model
        .passes
        .iter()
        .filter(|pass| pass.threads == 1)
        .map(|pass| (f64::from(pass.length_ms), pass.total_ms()))
        .collect();
    points.sort_by(|one, other| one.0.total_cmp(&other.0));
    let x = f64::from(length_ms);
    let ends = points.windows(2).find(|ends| x <= ends[1].0).or(points.windows(2).last());
    match ends {
        Some(&[(x0, y0), (x1, y1)]) if x1 > x0 => Some((y0 + (x - x0) / (x1 - x0) * (y1 - y0)).max(0.0)),
        _ => points.first().map(|point| point.1),
    }
}

/// Share of one core's time that a side takes that speaks for 10 s without a pause: a pass each `partial_interval_ms`, each
/// over all that was said so far, and the final one.
pub fn load_of_channel(model: &MeasuredModel, partial_interval_ms: u32) -> Option<f64> {
    let partials = (1..).map(|count| count * partial_interval_ms).take_while(|length| *length < UTTERANCE_MS);
    let passes = partials.chain([UTTERANCE_MS]);
    let spent_ms: f64 = passes.map(|length| finishes_ms(model, length)).sum::<Option<f64>>()?;
    Some(spent_ms / f64::from(UTTERANCE_MS))
}

/// Whether the model keeps up with both sides speaking at once, and with which setting. None if it was not measured on one
/// thread: more threads a call are no way out, they wait spinning for each other.
///
/// Each side has a worker of its own; with a single core both share it.
pub fn advise(model: &MeasuredModel) -> Option<Advice> {
    let share = if model.cores >= 2 { 1.0 } else { 2.0 };
    let final_ms = finishes_ms(model, 3_000)?;
    let mut load = 0.0;
    for partial_interval_ms in INTERVALS_MS {
        load = load_of_channel(model, partial_interval_ms)? * share;
        if load <= LOAD_MAX && final_ms <= FINAL_MS_MAX {
            return Some(Advice::KeepsUp { partial_interval_ms, load, final_ms });
        }
    }
    Some(Advice::TooSlow { load, final_ms })
}

/// The measurements kept on this machine: `<data>/models/speed.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpeedBook {
    /// One a model, the latest.
    pub models: Vec<MeasuredModel>,
}

/// The kept measurements cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}; remove it and run `callcue model bench`", .path.display())]
pub struct SpeedBookError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    pub reason: String,
}

impl SpeedBook {
    /// What is kept; nothing if there is no file.
    ///
    /// # Errors
    /// [`SpeedBookError`] when it cannot be read.
    pub fn load(folder: &ModelFolder) -> Result<Self, SpeedBookError> {
        let path = book_path(folder);
        let wrong = |reason: String| SpeedBookError { path: path.clone(), reason };
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(wrong(error.to_string())),
        }
    }

    /// Keeps it in the folder, which is there.
    ///
    /// # Errors
    /// The system's.
    pub fn save(&self, folder: &ModelFolder) -> io::Result<()> {
        let path = book_path(folder);
        let whole = path.with_extension("json.part");
        fs::write(&whole, serde_json::to_vec_pretty(self)?)?;
        fs::rename(whole, path)
    }

    /// What is known of a model.
    pub fn of(&self, name: &str) -> Option<&MeasuredModel> {
        self.models.iter().find(|model| model.name == name)
    }

    /// Puts a measurement in place of the last one of that model.
    pub fn put(&mut self, measured: MeasuredModel) {
        self.models.retain(|model| model.name != measured.name);
        self.models.push(measured);
    }

    /// The published model to take here: the best shape that keeps up with passes each second, else the best that keeps up
    /// at all; of a shape the rounding that costs least.
    pub fn choice(&self) -> Option<(&MeasuredModel, Advice)> {
        let candidates = self.models.iter().filter_map(|model| {
            let advice = advise(model)?;
            let Advice::KeepsUp { partial_interval_ms, load, .. } = advice else { return None };
            let rank = rank(published().iter().find(|known| known.name == model.name)?);
            Some((partial_interval_ms == INTERVALS_MS[0], rank, load, model, advice))
        });
        candidates
            .max_by(|one, other| (one.0, one.1).cmp(&(other.0, other.1)).then(other.2.total_cmp(&one.2)))
            .map(|(_, _, _, model, advice)| (model, advice))
    }
}

fn book_path(folder: &ModelFolder) -> PathBuf {
    folder.path().join("speed.json")
}

/// Place of the model's shape in the list, which goes from worse to better.
fn rank(model: &PublishedModel) -> usize {
    let shape = |model: &PublishedModel| model.name.split("-q").next().unwrap_or_default().to_owned();
    published().iter().position(|other| shape(other) == shape(model)).unwrap_or(0)
}
