use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::anyhow;

use super::super::station::SettingsArgs;
use super::table::megabytes;
use crate::app::Stopwatch;
use crate::models::{Fetched, ModelFolder, PublishedModel, Source, fetch, published_model};

/// Time between two lines of progress on a terminal, ms.
const TERMINAL_MS: u64 = 200;
/// Elsewhere, such as in a log.
const LOG_MS: u64 = 10_000;

/// Options of `callcue model get`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Name of a published model, as `callcue model list` shows it.
    name: String,
    /// Where to take it from instead of its publisher: a mirror's address or a file; what ends with "/" is the folder it is in.
    /// It is held against the same SHA-256.
    #[arg(long, value_name = "URL|FILE")]
    from: Option<String>,
    #[command(flatten)]
    settings: SettingsArgs,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let settings = args.settings.load()?;
    let model = published_model(&args.name)
        .ok_or_else(|| anyhow!("{}: no such model; `callcue model list` shows the names", args.name))?;
    let folder = ModelFolder::below(&settings.data);
    let source = match &args.from {
        Some(from) => Source::parse(from, &model.file_name())?,
        None => Source::Web(model.url.clone()),
    };
    let mut progress = Progress::new(model);
    let fetched = fetch(model, &source, &folder, &mut |have| progress.tell(have));
    progress.end();
    let (path, how) = match fetched? {
        Fetched::AlreadyThere(path) => (path, "is there already, and right"),
        Fetched::New(path) => (path, "is whole and right"),
    };
    writeln!(
        io::stdout(),
        "{} {how}: {}\nTake it for calls: `callcue model use {}`; measure it: `callcue model bench`",
        model.name,
        path.display(),
        model.name
    )?;
    Ok(ExitCode::SUCCESS)
}

/// How far it is, on standard error.
struct Progress<'a> {
    model: &'a PublishedModel,
    clock: Stopwatch,
    on_terminal: bool,
    /// Bytes and time when the first bytes were told: what was there before is not counted as speed.
    start: Option<(u64, Duration)>,
    told: Option<Duration>,
}

impl<'a> Progress<'a> {
    fn new(model: &'a PublishedModel) -> Self {
        let on_terminal = io::stderr().is_terminal();
        Self { model, clock: Stopwatch::start(), on_terminal, start: None, told: None }
    }

    fn tell(&mut self, have: u64) {
        let now = self.clock.elapsed();
        let (had, since) = *self.start.get_or_insert((have, now));
        let every = Duration::from_millis(if self.on_terminal { TERMINAL_MS } else { LOG_MS });
        if self.told.is_some_and(|told| now < told + every) && have < self.model.bytes {
            return;
        }
        self.told = Some(now);
        let line = progress_line(self.model, have, have.saturating_sub(had), now - since);
        // Progress that nobody can read stops nothing.
        let _ = if self.on_terminal {
            write!(io::stderr(), "\r{line}\x1b[K").and_then(|()| io::stderr().flush())
        } else {
            writeln!(io::stderr(), "{line}")
        };
    }

    fn end(&self) {
        if self.on_terminal && self.told.is_some() {
            let _ = writeln!(io::stderr());
        }
    }
}

/// `small-q8_0: 45 %, 119 of 265 MB, 8.2 MB/s, 17 s left`; no speed before there is one.
fn progress_line(model: &PublishedModel, have: u64, came: u64, during: Duration) -> String {
    let mut line = format!(
        "{}: {} %, {} of {}",
        model.name,
        have * 100 / model.bytes.max(1),
        have / 1_000_000,
        megabytes(model.bytes)
    );
    let speed = came as f64 / during.as_secs_f64();
    if came > 0 && speed.is_finite() {
        let left_s = (model.bytes.saturating_sub(have)) as f64 / speed;
        line += &format!(", {:.1} MB/s, {left_s:.0} s left", speed / 1e6);
    }
    line
}
