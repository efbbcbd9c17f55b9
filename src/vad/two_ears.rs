use std::collections::VecDeque;

use super::bands::BandAnalysis;
use super::earshot::EarshotDetector;
use super::floor::{Content, NoiseFloor};
use super::webrtc::{WebrtcDetector, WebrtcMode};
use crate::segment::{FRAME_SAMPLES, SpeechDetector};

/// Frames heard after the one that is judged, and kept from before it.
const LAG: usize = 10;

/// Excess of a band over the noise that means nothing, dB.
const EXCESS_MARGIN_DB: f32 = 2.5;
/// Excess of a band beyond which more means no more, dB.
const EXCESS_CAP_DB: f32 = 10.0;
/// Excess of all bands together at which a frame certainly sounds; also the most that counts in the log-odds.
const LOUD_DB: f32 = 12.0;

/// Excess of all bands together that begins a sound, for the noise floor, and that ends it.
const SOUND_RISES_DB: f32 = 24.0;
const SOUND_FALLS_DB: f32 = 14.0;

/// Log-odds of the second ear from which on a frame is kept out of the noise floor: score 0.6.
const VOICE_LOG_ODDS: f32 = 0.4;

/// A frame sounds, for telling bursts from syllables, from this excess on.
const AUDIBLE_DB: f32 = 8.0;
/// Frames on either side of the judged one in which a syllable would sound.
const SYLLABLE_REACH: usize = 6;
/// Sounding frames among these that are too few for one: 40 ms.
const BURST_FRAMES: usize = 4;
/// What a burst that short is worth at most.
const BURST_LOG_ODDS: f32 = -1.0;
/// Excess of speech on a line clear enough for syllables to sound without a break: 10 dB signal-to-noise ratio.
const CLEAR_LINE_DB: f32 = 40.0;

/// Weights of the log-odds: a logistic regression on the measuring set (`tests/it/support/silence_set.rs`), seeds 1
/// and 2, voices of the tuning group, all five conditions, frames within 300 ms of an edge counted sevenfold.
struct Weights {
    /// Second ear, one frame after the judged one.
    second_ear_soon: f32,
    /// Second ear, [`LAG`] frames after it.
    second_ear_late: f32,
    /// First ear, three frames after it: 1 is a voice, 0 is none.
    first_ear: f32,
    /// Excess of the frame itself.
    excess: f32,
    /// Excess of the next frame, whose window has the judged one in its middle.
    excess_next: f32,
    /// Mean excess over the [`LAG`] frames before or after: the smaller one. Large only inside of speech.
    excess_both_sides: f32,
    /// The larger one. Small only far from speech.
    excess_either_side: f32,
    bias: f32,
}

const WEIGHTS: Weights = Weights {
    second_ear_soon: 0.7,
    second_ear_late: 0.86,
    first_ear: 0.1,
    excess: 0.05,
    excess_next: 0.16,
    excess_both_sides: 0.92,
    excess_either_side: 0.42,
    bias: -9.0,
};

/// The product's ear: two voice detectors, and the level of the samples in bands above the line's own noise.
///
/// | part | tells | fails |
/// |---|---|---|
/// | WebRTC, the first ear | at once, whether there may be a voice | in noise, at keys |
/// | `earshot`, the second ear | a voice from noise and keys | to say where it starts and ends |
/// | excess over the noise floor | where sound starts and ends | to say what sounds |
///
/// Each frame is judged 100 ms late, by what was heard before and after it. Sound for less than a syllable
/// is no speech, whatever the ears make of it, on a line where syllables can be told: that is what becomes of keys.
pub struct TwoEars {
    first_ear: WebrtcDetector,
    second_ear: EarshotDetector,
    bands: BandAnalysis,
    floor: NoiseFloor,
    sounding: bool,
    /// Mean excess of what the second ear takes for a voice.
    speech_excess_db: f32,
    /// The last 2 · [`LAG`] + 1 frames, newest first.
    recent: VecDeque<Observation>,
}

/// What the parts say of a frame.
#[derive(Clone, Copy)]
struct Observation {
    first_ear: bool,
    second_ear: f32,
    /// Sum over the bands, up to [`LOUD_DB`].
    excess_db: f32,
}

impl TwoEars {
    /// An ear that knows nothing of the line yet.
    pub fn new() -> Self {
        Self {
            first_ear: WebrtcDetector::new(WebrtcMode::Aggressive),
            second_ear: EarshotDetector::new(),
            bands: BandAnalysis::new(),
            floor: NoiseFloor::new(),
            sounding: false,
            speech_excess_db: 0.0,
            recent: quiet_past(),
        }
    }

    fn observe(&mut self, frame: &[i16; FRAME_SAMPLES]) -> Observation {
        let powers = self.bands.powers(frame);
        let in_band = |db: &f32| (db - EXCESS_MARGIN_DB).clamp(0.0, EXCESS_CAP_DB);
        let excess_db: f32 = self.floor.excess_db(&powers).iter().map(in_band).sum();
        let second_ear = self.second_ear.hear(frame);
        self.sounding = excess_db >= if self.sounding { SOUND_FALLS_DB } else { SOUND_RISES_DB };
        let content = if second_ear >= VOICE_LOG_ODDS {
            self.speech_excess_db += 0.01 * (excess_db - self.speech_excess_db);
            Content::Voice
        } else if self.sounding {
            Content::Sound
        } else {
            Content::Quiet
        };
        self.floor.update(&powers, content);
        Observation {
            first_ear: self.first_ear.is_voice(frame),
            second_ear,
            excess_db: excess_db.min(LOUD_DB),
        }
    }

    /// Log-odds of the frame in the middle of [`recent`](Self::recent).
    fn log_odds(&self) -> f32 {
        let frame = |offset: isize| &self.recent[LAG.saturating_add_signed(-offset)];
        let mean_excess = |frames: std::ops::RangeInclusive<usize>| {
            let sum: f32 = self.recent.range(frames).map(|seen| seen.excess_db).sum();
            sum / (LAG + 1) as f32
        };
        let (after, before) = (mean_excess(0..=LAG), mean_excess(LAG..=2 * LAG));
        WEIGHTS.bias
            + WEIGHTS.second_ear_soon * frame(1).second_ear
            + WEIGHTS.second_ear_late * frame(LAG as isize).second_ear
            + WEIGHTS.first_ear * f32::from(u8::from(frame(3).first_ear))
            + WEIGHTS.excess * frame(0).excess_db
            + WEIGHTS.excess_next * frame(1).excess_db
            + WEIGHTS.excess_both_sides * before.min(after)
            + WEIGHTS.excess_either_side * before.max(after)
    }

    /// Whether the sound around the judged frame is too short for a syllable.
    fn is_burst(&self) -> bool {
        let around = LAG - SYLLABLE_REACH..=LAG + SYLLABLE_REACH;
        let sounding = self.recent.range(around).filter(|seen| seen.excess_db >= AUDIBLE_DB);
        self.speech_excess_db >= CLEAR_LINE_DB && sounding.count() <= BURST_FRAMES
    }
}

impl Default for TwoEars {
    fn default() -> Self {
        Self::new()
    }
}

impl SpeechDetector for TwoEars {
    fn hear(&mut self, frame: &[i16; FRAME_SAMPLES]) -> f32 {
        let observation = self.observe(frame);
        self.recent.pop_back();
        self.recent.push_front(observation);
        let log_odds = self.log_odds();
        if self.is_burst() { log_odds.min(BURST_LOG_ODDS) } else { log_odds }
    }

    fn lag_frames(&self) -> usize {
        LAG
    }

    fn reset(&mut self) {
        self.first_ear.reset();
        self.second_ear.reset();
        self.bands.reset();
        self.floor = NoiseFloor::new();
        self.sounding = false;
        self.speech_excess_db = 0.0;
        self.recent = quiet_past();
    }
}

/// What is taken to have been before the first frame.
fn quiet_past() -> VecDeque<Observation> {
    let quiet = Observation { first_ear: false, second_ear: -2.0, excess_db: 0.0 };
    VecDeque::from(vec![quiet; 2 * LAG + 1])
}
