use std::io::{self, Write};
use std::num::{NonZeroU8, NonZeroUsize};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use serde::Serialize;

use super::super::station::SettingsArgs;
use super::place::Named;
use super::table::print_rows;
use crate::app::{Stopwatch, load_model, today, unpack_sample_call};
use crate::call::{CallTime, Channel, SAMPLE_RATE_HZ, SAMPLES_PER_MS, Span};
use crate::capture::file::{CallFile, OpenOptions};
use crate::models::{Advice, LENGTHS_MS, MeasuredModel, ModelFolder, Pass, SpeedBook, advise};
use crate::record::create_private_folder;
use crate::transcribe::{
    Ask, BUNDLED_MODEL_NAME, Recognizer, TextCleaner, TranscribeSettings, WhisperRecognizer,
};

/// Frames quieter than this are pauses of the sample call, level from 0 to 1 (−40 dBFS).
const PAUSE_LEVEL: f32 = 0.01;

/// After so long an utterance gets no further round: the figure is bad enough to stand.
const LONGEST: Duration = Duration::from_secs(5);

/// Options of `callcue model bench`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Measure this one: a name, a file, or "bundled" [default: all that are installed, and the bundled one].
    #[arg(long, value_name = "NAME|PATH")]
    model: Option<String>,
    /// Passes over each utterance, fewer where they take seconds; the median counts.
    #[arg(long, value_name = "COUNT", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    rounds: u16,
    /// Threads a pass that are compared; calls get one.
    #[arg(long, value_name = "COUNTS", value_delimiter = ',', default_value = "1,2")]
    threads: Vec<NonZeroU8>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Output<'a> {
    models: Vec<Row<'a>>,
    /// The published model to take here, of all that were ever measured.
    choice: Option<&'a str>,
}

#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    measured: &'a MeasuredModel,
    #[serde(flatten)]
    advice: Option<Advice>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let settings = args.settings.load()?;
    let folder = ModelFolder::below(&settings.data);
    let mut book = SpeedBook::load(&folder)?;
    let chosen = match &args.model {
        Some(name) => vec![Named::find(name, &folder)?],
        None => std::iter::once(Named::Bundled).chain(folder.files()?.into_iter().map(Named::File)).collect(),
    };
    let speech = sample_speech(&settings.data).context("the sample call cannot be unpacked")?;
    let mut measured = Vec::new();
    for model in &chosen {
        let title = model.title(&folder);
        let passes = measure(model.path(), &settings.transcribe, &speech, args)
            .with_context(|| format!("{title} cannot be measured"))?;
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let model =
            MeasuredModel { name: title, measured_on: today().to_string(), cores: cores as u32, passes };
        book.put(model.clone());
        measured.push(model);
    }
    create_private_folder(folder.path())
        .and_then(|()| book.save(&folder))
        .with_context(|| format!("{}: the figures cannot be kept", folder.path().display()))?;
    print(&measured, &book, args.json).context("cannot print the figures")?;
    Ok(ExitCode::SUCCESS)
}

/// As much speech as the longest utterance, without its pauses: the agent's side of the sample call.
fn sample_speech(data: &Path) -> anyhow::Result<Vec<f32>> {
    let mut file = CallFile::open(&unpack_sample_call(data)?, OpenOptions::default())?;
    let wanted = longest_samples();
    let mut speech: Vec<f32> = Vec::with_capacity(wanted);
    while let Some(block) = file.next_block()? {
        for frame in block.samples[Channel::Agent].chunks(SAMPLE_RATE_HZ as usize / 50) {
            let frame: Vec<f32> = frame.iter().map(|&sample| f32::from(sample) / 32_768.0).collect();
            let power = frame.iter().map(|sample| sample * sample).sum::<f32>() / frame.len().max(1) as f32;
            if power.sqrt() >= PAUSE_LEVEL {
                speech.extend(frame);
            }
        }
        if speech.len() >= wanted {
            break;
        }
    }
    // A sample call with less speech is said again.
    let once = speech.clone();
    while speech.len() < wanted && !once.is_empty() {
        speech.extend(&once);
    }
    speech.resize(wanted, 0.0);
    Ok(speech)
}

fn longest_samples() -> usize {
    LENGTHS_MS.iter().max().map_or(0, |&ms| samples_in(ms))
}

fn samples_in(length_ms: u32) -> usize {
    length_ms as usize * SAMPLES_PER_MS as usize
}

fn measure(
    path: Option<&Path>,
    settings: &TranscribeSettings,
    speech: &[f32],
    args: &Args,
) -> anyhow::Result<Vec<Pass>> {
    // Without a prompt: it is one script's, and this compares machines and models.
    let settings = TranscribeSettings { model: None, prompt: false, ..settings.clone() };
    let mut recognizer = load_model(&settings, path, None)?.recognizer()?;
    let cleaner = TextCleaner::new();
    let mut passes = Vec::new();
    for &threads in &args.threads {
        recognizer.set_threads(threads);
        for length_ms in LENGTHS_MS {
            let samples = &speech[..samples_in(length_ms)];
            let (encode_ms, whole_ms) = times(&mut recognizer, &cleaner, samples, args.rounds)?;
            passes.push(Pass {
                length_ms,
                threads: threads.get().into(),
                encode_ms,
                decode_ms: (whole_ms - encode_ms).max(0.0),
                tokens: recognizer.tokens(),
            });
        }
    }
    Ok(passes)
}

/// Medians of the encoder alone and of the whole way to the clean text, ms. The two take turns, so that another program's
/// load falls on both.
fn times(
    recognizer: &mut WhisperRecognizer,
    cleaner: &TextCleaner,
    samples: &[f32],
    rounds: u16,
) -> anyhow::Result<(f64, f64)> {
    let span = Span { from: CallTime::START, to: CallTime::START.plus_samples(samples.len() as u64) };
    let ask = Ask { channel: Channel::Agent, span };
    let (mut encodings, mut wholes) = (Vec::new(), Vec::new());
    let begun = Stopwatch::start();
    // The first pass of its length makes room in memory.
    recognizer.recognize(samples, &ask)?;
    for round in 0..rounds {
        if round > 0 && begun.elapsed() > LONGEST {
            break;
        }
        let clock = Stopwatch::start();
        recognizer.encode(samples)?;
        encodings.push(clock.elapsed().as_secs_f64() * 1_000.0);
        let clock = Stopwatch::start();
        cleaner.clean(&recognizer.recognize(samples, &ask)?);
        wholes.push(clock.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok((median(encodings), median(wholes)))
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(0.0)
}

fn print(measured: &[MeasuredModel], book: &SpeedBook, json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let choice = book.choice();
    if json {
        let models = measured.iter().map(|measured| Row { measured, advice: advise(measured) }).collect();
        let choice = choice.map(|(model, _)| model.name.as_str());
        serde_json::to_writer(&mut out, &Output { models, choice })?;
        return writeln!(out);
    }
    let heading = ["model", "speech", "threads", "encode", "decode", "in all", "tokens", ""];
    let mut rows = vec![heading.map(str::to_owned)];
    for model in measured {
        rows.extend(model.passes.iter().map(|pass| {
            [
                model.name.clone(),
                format!("{} s", pass.length_ms / 1_000),
                pass.threads.to_string(),
                format!("{:.0} ms", pass.encode_ms),
                format!("{:.0} ms", pass.decode_ms),
                format!("{:.0} ms", pass.total_ms()),
                pass.tokens.to_string(),
                String::new(),
            ]
        }));
    }
    print_rows(&rows, &mut out)?;
    writeln!(out, "\nTwo channels that speak at the same time, one thread each, 10 s without a pause:")?;
    for model in measured {
        writeln!(out, "  {}: {}", model.name, verdict(advise(model)))?;
    }
    writeln!(out, "\n{}", recommendation(choice))
}

fn verdict(advice: Option<Advice>) -> String {
    match advice {
        None => "not measured on one thread".to_owned(),
        Some(Advice::KeepsUp { partial_interval_ms, load, final_ms }) => format!(
            "keeps up with `partial_interval_ms = {partial_interval_ms}`: {:.0} % of a core for each side, final text of 3 s \
             after {final_ms:.0} ms",
            load * 100.0
        ),
        Some(Advice::TooSlow { load, final_ms }) => format!(
            "too slow: at least {:.0} % of a core for each side, final text of 3 s after {final_ms:.0} ms",
            load * 100.0
        ),
    }
}

fn recommendation(choice: Option<(&MeasuredModel, Advice)>) -> String {
    match choice {
        Some((model, Advice::KeepsUp { partial_interval_ms, .. })) => format!(
            "Take {} (`callcue model use {}`) with this under [transcribe]: partial_interval_ms = {partial_interval_ms}, \
             workers = {}. Each worker has one thread; more threads a call wait spinning for each other as soon as both \
             sides speak.",
            model.name,
            model.name,
            model.cores.min(2)
        ),
        _ => format!(
            "No published model that was measured here keeps up; get one (`callcue model get base-q8_0`, then small-q8_0) and \
             measure again. {BUNDLED_MODEL_NAME} has heard synthetic voices only."
        ),
    }
}
