use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, anyhow};

use super::files::{load_assessment, load_script, unreadable};
use super::print::print_event;
use crate::app::{ReplayPlan, Stopwatch, load_model, replay_audio};
use crate::call::{CallTime, Event};
use crate::capture::file::{CallFile, OpenOptions};
use crate::monitor::{CallMonitor, Timeline};
use crate::score::Assessment;
use crate::script::Script;
use crate::transcribe::{Inline, TextCleaner, TranscribeSettings};

/// Options of `callcue replay`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A call: .wav or .flac with two channels (left agent, right customer), or a .jsonl timeline.
    file: PathBuf,
    /// Service script to hold the call against [default: the one that comes with callcue].
    #[arg(long, value_name = "PATH")]
    script: Option<PathBuf>,
    /// Assessment standard, for the points [default: the one that comes with callcue].
    #[arg(long, value_name = "PATH")]
    assessment: Option<PathBuf>,
    /// Speech model [default: the one that comes with callcue].
    #[arg(long, value_name = "PATH")]
    model: Option<PathBuf>,
    /// The customer is on the left, the agent on the right.
    #[arg(long)]
    swap_channels: bool,
    /// The agent's number, for the greeting (audio only; a timeline has it).
    #[arg(long, default_value = "1024")]
    agent: String,
    /// Print the events as JSON Lines and nothing else.
    #[arg(long)]
    json: bool,
    /// Pace the call by the clock.
    #[arg(long)]
    realtime: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let script = Arc::new(load_script(args.script.as_deref())?);
    let assessment = Arc::new(load_assessment(args.assessment.as_deref())?);
    let mut printer = Printer { json: args.json, out: BufWriter::new(io::stdout().lock()), failed: None };
    if args.file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("jsonl")) {
        replay_timeline(args, script, assessment, &mut printer)?;
    } else {
        replay_recording(args, script, assessment, &mut printer)?;
    }
    printer.finish()
}

fn replay_timeline(
    args: &Args,
    script: Arc<Script>,
    assessment: Arc<Assessment>,
    printer: &mut Printer<impl Write>,
) -> anyhow::Result<()> {
    let name = args.file.display();
    let bytes = fs::read(&args.file).map_err(|error| unreadable(&args.file, &error))?;
    let timeline = Timeline::parse(&bytes, &script).map_err(|bad| anyhow!("{name}: {bad}"))?;
    let mut monitor = CallMonitor::new(script, assessment);
    let clock = args.realtime.then(Stopwatch::start);
    for (at, input) in timeline.inputs() {
        if let Some(clock) = clock {
            wait(clock, *at, &mut monitor, printer);
        }
        monitor.handle(*at, input.clone());
        printer.drain(|| monitor.poll_event());
    }
    Ok(())
}

/// Waits for `at` by the clock, and lets each thing fall due in its time.
fn wait(clock: Stopwatch, at: CallTime, monitor: &mut CallMonitor, printer: &mut Printer<impl Write>) {
    while let Some(due) = monitor.next_deadline().filter(|due| *due < at) {
        clock.wait_for(due);
        monitor.advance(due.plus_samples(1));
        printer.drain(|| monitor.poll_event());
    }
    clock.wait_for(at);
}

fn replay_recording(
    args: &Args,
    script: Arc<Script>,
    assessment: Arc<Assessment>,
    printer: &mut Printer<impl Write>,
) -> anyhow::Result<()> {
    let file = CallFile::open(&args.file, OpenOptions { swap_channels: args.swap_channels })?;
    let settings = TranscribeSettings::default();
    let model = load_model(&settings, args.model.as_deref(), None)?;
    let recognizer = model.recognizer()?;
    let mut runner = Inline::new(Box::new(recognizer), Arc::new(TextCleaner::new()));
    let plan = ReplayPlan {
        script,
        assessment,
        agent: args.agent.clone(),
        partial_interval_ms: settings.partial_interval_ms,
        realtime: args.realtime,
    };
    let file = replay_audio(file, &plan, &mut runner, &mut |event: Event| printer.event(&event))?;
    for warning in file.warnings() {
        warn(&format!("{}: {warning}", args.file.display()));
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a warning beside the events")]
fn warn(text: &str) {
    eprintln!("callcue: warning: {text}");
}

/// Prints events as they come; a reader who has gone away is no mistake of the call.
struct Printer<W: Write> {
    json: bool,
    out: W,
    failed: Option<io::Error>,
}

impl<W: Write> Printer<W> {
    fn event(&mut self, event: &Event) {
        if self.failed.is_some() {
            return;
        }
        let written = if self.json {
            serde_json::to_writer(&mut self.out, event)
                .map_err(io::Error::from)
                .and_then(|()| self.out.write_all(b"\n"))
        } else {
            print_event(event, &mut self.out)
        };
        self.failed = written.and_then(|()| self.out.flush()).err();
    }

    fn drain(&mut self, mut next: impl FnMut() -> Option<Event>) {
        while let Some(event) = next() {
            self.event(&event);
        }
    }

    fn finish(self) -> anyhow::Result<ExitCode> {
        match self.failed {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(error).context("cannot print the events")
            }
            _ => Ok(ExitCode::SUCCESS),
        }
    }
}
