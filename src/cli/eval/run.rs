use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use serde::Serialize;

use super::clip::read_clip;
use super::table::print_table;
use crate::app::{Stopwatch, load_model};
use crate::call::{CallTime, Channel, SAMPLE_RATE_HZ, Span};
use crate::eval::{Entry, Report, Scorer, Timing, parse_manifest};
use crate::transcribe::{Ask, BUNDLED_MODEL_NAME, Recognizer, TextCleaner, TranscribeSettings};

/// Options of `callcue eval`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// What to recognise: JSON Lines {"audio":"path relative to the manifest","text":"reference, empty for no
    /// speech","condition":"clean"}. Audio: WAV or FLAC, one channel, at most 30 s.
    #[arg(long, value_name = "FILE")]
    manifest: PathBuf,
    /// Speech model [default: the one that comes with callcue].
    #[arg(long, value_name = "PATH")]
    model: Option<PathBuf>,
    /// Print one JSON object; rates are fractions of 1.
    #[arg(long)]
    json: bool,
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Output<'a> {
    model: &'a str,
    #[serde(flatten)]
    report: &'a Report,
}

pub(in crate::cli) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let entries = read_manifest(&args.manifest)?;
    let model = load_model(&TranscribeSettings::default(), args.model.as_deref(), None)?;
    let mut recognizer = model.recognizer()?;
    let report = measure(&args.manifest, &entries, &mut recognizer)?;
    let model = args.model.as_ref().map_or(BUNDLED_MODEL_NAME.into(), |path| path.to_string_lossy());
    let mut out = BufWriter::new(io::stdout().lock());
    let printed = if args.json {
        serde_json::to_writer(&mut out, &Output { model: &model, report: &report })
            .map_err(io::Error::from)
            .and_then(|()| out.write_all(b"\n"))
    } else {
        writeln!(out, "model {model}").and_then(|()| print_table(&report, &mut out))
    };
    printed.and_then(|()| out.flush()).context("cannot print the figures")?;
    Ok(ExitCode::SUCCESS)
}

/// The manifest's entries, each of whose files is there: a run of an hour must not end at the last line.
fn read_manifest(path: &Path) -> anyhow::Result<Vec<Entry>> {
    let name = path.display();
    let bytes = fs::read(path).map_err(|error| anyhow!("{name}: cannot read the manifest: {error}"))?;
    let entries = parse_manifest(&bytes).map_err(|error| anyhow!("{name}:{error}"))?;
    for entry in &entries {
        if !audio_path(path, entry).is_file() {
            bail!("{name}:{}: {}: there is no such file beside the manifest", entry.line, entry.audio);
        }
    }
    Ok(entries)
}

fn audio_path(manifest: &Path, entry: &Entry) -> PathBuf {
    manifest.parent().unwrap_or(Path::new("")).join(&entry.audio)
}

fn measure(manifest: &Path, entries: &[Entry], recognizer: &mut impl Recognizer) -> anyhow::Result<Report> {
    let (scorer, cleaner) = (Scorer::default(), TextCleaner::new());
    let mut report = Report::default();
    for entry in entries {
        let place = || format!("{}:{}: {}", manifest.display(), entry.line, entry.audio);
        let samples = read_clip(&audio_path(manifest, entry)).with_context(place)?;
        let end = CallTime::START.plus_samples(samples.len() as u64);
        let ask = Ask { channel: Channel::Agent, span: Span { from: CallTime::START, to: end } };
        let clock = Stopwatch::start();
        let text = cleaner.clean(&recognizer.recognize(&samples, &ask).with_context(place)?).text;
        let recognition = clock.elapsed();
        let audio = Duration::from_secs_f64(samples.len() as f64 / f64::from(SAMPLE_RATE_HZ));
        report.add(&entry.condition, &scorer.score(&entry.text, &text), Timing { audio, recognition });
    }
    Ok(report)
}
