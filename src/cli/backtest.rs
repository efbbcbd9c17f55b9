use std::io::{self, BufWriter, IsTerminal, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, anyhow};
use jiff::tz::TimeZone;
use serde::Serialize;

use super::files::{load_assessment, load_script};
use super::floor::FloorSettingsArgs;
use super::print::kind_word;
use crate::app::{BacktestOutcome, BacktestPlan, Stopwatch, run_backtest};
use crate::backtest::{BacktestTally, FoundFlag};
use crate::call::CallTime;
use crate::store::sqlite::SqliteStore;
use crate::store::{CallRow, CallStore};

/// Time between two lines of progress on a terminal, ms.
const TERMINAL_MS: u64 = 200;
/// Elsewhere, such as in a log.
const LOG_MS: u64 = 10_000;

/// Options of `callcue backtest`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The changed script.
    #[arg(long, value_name = "PATH")]
    script: PathBuf,
    /// Assessment standard, for the points [default: the one that comes with callcue].
    #[arg(long, value_name = "PATH")]
    assessment: Option<PathBuf>,
    /// Only calls answered on this day or later, such as 2026-11-01, in the time zone of this machine.
    #[arg(long, value_name = "DATE")]
    since: Option<jiff::civil::Date>,
    #[command(flatten)]
    floor: FloorSettingsArgs,
    /// Calls judged at the same time [default: as many as there are cores].
    #[arg(long, value_name = "COUNT")]
    threads: Option<NonZeroUsize>,
    /// Print one JSON object and nothing else.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let plan = BacktestPlan {
        script: Arc::new(load_script(Some(&args.script))?),
        assessment: Arc::new(load_assessment(args.assessment.as_deref())?),
        since_ms: args.since.map(midnight_ms).transpose()?,
        threads: args.threads.or_else(|| thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN),
    };
    let store = open(&args.floor.load_quietly()?.data)?;
    let all = store.day(None, None, plan.since_ms.unwrap_or(0), i64::MAX)?.calls;
    let mut progress = Progress::new(all.into());
    let mut report = Report::new(args.json, BufWriter::new(io::stdout().lock()));
    report.begin();
    run_backtest(&store, &plan, &mut |row, outcome| {
        progress.tell();
        report.add(&row, &outcome);
        report.failed.is_none()
    })?;
    progress.end();
    report.finish(progress.clock.elapsed(), plan.threads)
}

/// Start of the day on this machine's clock, ms since 1970 (UTC).
fn midnight_ms(date: jiff::civil::Date) -> anyhow::Result<i64> {
    let midnight = date.to_zoned_datetime(TimeZone::system()).with_context(|| format!("--since {date}"))?;
    Ok(midnight.timestamp().as_millisecond())
}

/// Opens what is there; a folder that was mistyped must not become a new, empty store.
fn open(folder: &Path) -> anyhow::Result<SqliteStore> {
    if !SqliteStore::is_in(folder) {
        return Err(anyhow!(
            "{}: no calls of a floor are kept here; name the floor's data folder with --data",
            folder.display()
        ));
    }
    Ok(SqliteStore::open(folder)?)
}

/// How far it is, on standard error.
struct Progress {
    clock: Stopwatch,
    on_terminal: bool,
    all: u64,
    done: u64,
    told: Option<Duration>,
}

impl Progress {
    fn new(all: u64) -> Self {
        let on_terminal = io::stderr().is_terminal();
        Self { clock: Stopwatch::start(), on_terminal, all, done: 0, told: None }
    }

    /// One more call is done.
    fn tell(&mut self) {
        self.done += 1;
        let now = self.clock.elapsed();
        let every = Duration::from_millis(if self.on_terminal { TERMINAL_MS } else { LOG_MS });
        if self.told.is_some_and(|told| now < told + every) && self.done < self.all {
            return;
        }
        self.told = Some(now);
        let line = progress_line(self.done, self.all, now);
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

/// `已重判 1200 / 5000 通 (24%), 每分钟 5210 通, 还需 44 秒`
fn progress_line(done: u64, all: u64, during: Duration) -> String {
    let percent = done * 100 / all.max(1);
    let a_minute = per_minute(done, during);
    let left_s = all.saturating_sub(done) as f64 * during.as_secs_f64() / done.max(1) as f64;
    format!("已重判 {done} / {all} 通 ({percent}%), 每分钟 {a_minute:.0} 通, 还需 {left_s:.0} 秒")
}

fn per_minute(calls: u64, during: Duration) -> f64 {
    calls as f64 * 60.0 / during.as_secs_f64().max(1e-9)
}

/// A flag in `changes`.
#[derive(Serialize)]
struct Change<'a> {
    change: &'static str,
    call: &'a str,
    started_ms: i64,
    agent: &'a str,
    #[serde(flatten)]
    flag: &'a FoundFlag,
}

/// What stands behind the changes in the JSON object. `calls`, `calls_per_minute`, `gained`, `lost` and `unchanged` are fixed.
#[derive(Serialize)]
struct Figures<'a> {
    #[serde(flatten)]
    tally: &'a BacktestTally,
    calls_per_minute: f64,
    running: u64,
    unreadable: &'a [String],
    unreadable_calls: u64,
    threads: usize,
}

/// Calls named as unreadable in the figures; more are only counted, so that memory stays what it is.
const UNREADABLE_MAX: usize = 100;

/// Writes each change as it comes and keeps only figures.
struct Report<W: Write> {
    json: bool,
    out: W,
    failed: Option<io::Error>,
    changes: u64,
    tally: BacktestTally,
    running: u64,
    unreadable: Vec<String>,
    unreadable_calls: u64,
}

impl<W: Write> Report<W> {
    fn new(json: bool, out: W) -> Self {
        let tally = BacktestTally::default();
        Self {
            json,
            out,
            failed: None,
            changes: 0,
            tally,
            running: 0,
            unreadable: Vec::new(),
            unreadable_calls: 0,
        }
    }

    fn begin(&mut self) {
        if self.json {
            self.failed = write!(self.out, "{{\"changes\":[").err();
        }
    }

    fn add(&mut self, row: &CallRow, outcome: &BacktestOutcome) {
        match outcome {
            BacktestOutcome::Running => self.running += 1,
            BacktestOutcome::Unreadable(why) => {
                self.unreadable_calls += 1;
                if self.unreadable.len() < UNREADABLE_MAX {
                    self.unreadable.push(why.clone());
                }
            }
            BacktestOutcome::Judged(difference) => {
                self.tally.add(difference);
                let changes = [
                    ("gained", &difference.gained),
                    ("lost", &difference.lost),
                    ("untried", &difference.untried),
                ];
                for (change, flags) in changes {
                    for flag in flags {
                        self.change(&Change {
                            change,
                            call: &row.call,
                            started_ms: row.started_ms,
                            agent: &row.header.agent,
                            flag,
                        });
                    }
                }
            }
        }
    }

    fn change(&mut self, change: &Change<'_>) {
        if self.failed.is_some() {
            return;
        }
        let written = if self.json {
            let comma: &[u8] = if self.changes == 0 { b"\n" } else { b",\n" };
            self.out
                .write_all(comma)
                .and_then(|()| serde_json::to_writer(&mut self.out, change).map_err(io::Error::from))
        } else {
            print_change(change, &mut self.out)
        };
        self.changes += 1;
        self.failed = written.err();
    }

    fn finish(mut self, during: Duration, threads: NonZeroUsize) -> anyhow::Result<ExitCode> {
        let figures = Figures {
            tally: &self.tally,
            calls_per_minute: per_minute(self.tally.calls, during),
            running: self.running,
            unreadable: &self.unreadable,
            unreadable_calls: self.unreadable_calls,
            threads: threads.get(),
        };
        let written = match self.failed {
            Some(error) => Err(error),
            None if self.json => print_json(&figures, &mut self.out),
            None => print_figures(&figures, &mut self.out),
        };
        match written.and_then(|()| self.out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(error).context("cannot print what changed")
            }
            _ => Ok(ExitCode::from(u8::from(self.unreadable_calls > 0))),
        }
    }
}

/// Closes the list of changes and puts the figures behind it, in the same object.
fn print_json(figures: &Figures<'_>, out: &mut impl Write) -> io::Result<()> {
    let figures = serde_json::to_string(figures)?;
    let members = figures.strip_prefix('{').unwrap_or(&figures);
    writeln!(out, "\n],{members}")
}

/// `+ 20261126-100203-00000001  0:12.345  2.1 不可以说「喂,大点声」, 说了「…」`
fn print_change(change: &Change<'_>, out: &mut impl Write) -> io::Result<()> {
    let Change { change, call, flag, .. } = change;
    let sign = match *change {
        "gained" => "+ 新增",
        "lost" => "- 消失",
        _ => "? 无法重判",
    };
    let asked = if flag.phrase.is_empty() { String::new() } else { format!("「{}」", flag.phrase) };
    let said = if flag.text.is_empty() { String::new() } else { format!(", 说了「{}」", flag.text) };
    let at = CallTime::from_millis(flag.at_ms);
    writeln!(out, "{sign}  {call}  {at}  {} {}{asked}{said}", flag.rule, kind_word(flag.kind))
}

fn print_figures(figures: &Figures<'_>, out: &mut impl Write) -> io::Result<()> {
    let BacktestTally { calls, gained, lost, untried, unchanged, by_rule } = figures.tally;
    if !by_rule.is_empty() {
        writeln!(out, "\n规则\t新增\t消失\t不变\t无法重判")?;
    }
    for (rule, of_rule) in by_rule {
        let (gained, lost) = (of_rule.gained, of_rule.lost);
        writeln!(out, "{rule}\t{gained}\t{lost}\t{}\t{}", of_rule.unchanged, of_rule.untried)?;
    }
    writeln!(
        out,
        "\n重判 {calls} 通: 新增 {gained} 处, 消失 {lost} 处, 不变 {unchanged} 处; 每分钟 {:.0} 通",
        figures.calls_per_minute
    )?;
    if *untried > 0 {
        writeln!(out, "{untried} 处靠噪声判定, 记录里没有噪声, 无法重判")?;
    }
    if figures.running > 0 {
        writeln!(out, "{} 通还在进行, 没有重判", figures.running)?;
    }
    if figures.unreadable_calls > 0 {
        writeln!(out, "{} 通读不出来:", figures.unreadable_calls)?;
    }
    figures.unreadable.iter().try_for_each(|why| writeln!(out, "  {why}"))
}
