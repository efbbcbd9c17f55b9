use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{anyhow, ensure};

use super::say;
use super::settings::FloorSettingsArgs;
use crate::app::{Stopwatch, SystemClock};
use crate::cli::files::{load_assessment, load_script};
use crate::floor::FloorClock;
use crate::store::sqlite::SqliteStore;
use crate::store::{Arrival, CallQuery, CallStore, PeopleStore};
use crate::swarm::{PAST_DAYS, Past, PastDecisions, PastPlan};

/// Calls in a transaction.
const BATCH: usize = 500;
/// Moment before which the last call is answered, unless said: noon of 27 November 2026 in China.
const UNTIL_MS: i64 = 1_795_752_000_000;

/// Options of `callcue floor seed`.
#[derive(Debug, clap::Args)]
pub(super) struct SeedArgs {
    #[command(flatten)]
    settings: FloorSettingsArgs,
    /// Calls, about 20 events each.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    calls: u64,
    /// Agents, one a station.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=2_000))]
    agents: u16,
    /// Teams over which the agents are spread.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=8))]
    teams: u8,
    /// The same seed makes the same data.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The last call is answered before this moment, ms since 1970; 0: now.
    #[arg(long, default_value_t = UNTIL_MS)]
    until_ms: i64,
}

/// Fills a folder that has no calls. What it makes is not fit to be mixed with real calls.
pub(super) fn run(args: &SeedArgs) -> anyhow::Result<ExitCode> {
    let folder = args.settings.load_quietly()?.data;
    let store = SqliteStore::open(&folder)?;
    let kept = store.calls(&CallQuery { limit: 1, ..CallQuery::default() })?;
    ensure!(
        kept.is_empty() && store.stations()?.is_empty(),
        "{}: there are calls or stations; name an empty folder with --data",
        folder.display()
    );
    let until_ms = if args.until_ms == 0 { SystemClock::start().wall_ms() } else { args.until_ms };
    let plan = PastPlan {
        calls: args.calls,
        agents: args.agents.into(),
        teams: args.teams.into(),
        seed: args.seed,
        until_ms,
    };
    say(&format!(
        "{}: {} calls of {} agents in {} teams over {PAST_DAYS} days, seed {}",
        folder.display(),
        plan.calls,
        plan.agents,
        plan.teams,
        plan.seed
    ));
    let clock = Stopwatch::start();
    let (calls, events) = fill(&store, plan)?;
    let seconds = clock.elapsed().as_secs_f64();
    say(&format!("{calls} calls, {events} events in {seconds:.0} s"));
    Ok(ExitCode::SUCCESS)
}

/// Calls and events.
fn fill(store: &SqliteStore, plan: PastPlan) -> anyhow::Result<(u64, u64)> {
    // A power cut in the middle leaves a folder to be thrown away, which costs nobody anything.
    store.trust_the_power()?;
    let script = Arc::new(load_script(None)?);
    for station in Past::stations(&plan) {
        store.enrol(&station)?;
    }
    let mut decisions = PastDecisions::new(plan, Arc::new(load_assessment(None)?));
    let (mut calls, mut events) = (0, 0);
    let mut past = Past::new(plan, script).peekable();
    while past.peek().is_some() {
        let batch: Vec<Arrival> = past.by_ref().take(BATCH).collect();
        let taken = store.append(&batch)?;
        if taken.iter().any(|appended| appended.foreign) {
            return Err(anyhow!("a made call was not taken; please report it"));
        }
        decisions.decide(store, &batch)?;
        calls += batch.len() as u64;
        events += batch.iter().map(|arrival| arrival.events.len() as u64).sum::<u64>();
        tell(calls, plan.calls);
    }
    decisions.enter_points(store)?;
    Ok((calls, events))
}

/// Progress, where somebody looks.
fn tell(calls: u64, all: u64) {
    if io::stderr().is_terminal() {
        let end = if calls == all { "\n" } else { "" };
        // Progress that nobody can read stops nothing.
        let _ = write!(io::stderr(), "\r{calls} / {all}{end}");
    }
}
