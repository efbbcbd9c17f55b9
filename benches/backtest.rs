//! Back-testing kept calls: the goal is 5,000 calls of 4 minutes a minute on two cores.
//!
//! A store of `CALLCUE_BENCH_CALLS` calls (400 by default), made from a seed: 24 different ones, over and over. What is measured
//! is all of it, from the list of calls to the differences; `items` are calls.
#![allow(missing_docs, dead_code, reason = "shares a module with the tests, which use other parts of it")]

use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};

use callcue::app::{BacktestPlan, run_backtest};
use callcue::backtest::rejudge;
use callcue::score::{self, Assessment};
use callcue::script::{self, Script};
use callcue::store::CallStore;
use callcue::store::sqlite::SqliteStore;
use divan::Bencher;
use divan::counter::ItemsCount;
use tempfile::TempDir;

#[path = "../tests/it/support/stored_calls.rs"]
mod stored_calls;

const CALL_MS: u64 = 240_000;
const DIFFERENT: u64 = 24;
const SEED: u64 = 20_261_126;

static FLOOR: OnceLock<(SqliteStore, TempDir)> = OnceLock::new();

fn main() {
    divan::main();
    // What a static holds is never dropped.
    if let Some((_, folder)) = FLOOR.get() {
        std::fs::remove_dir_all(folder.path()).expect("our own folder");
    }
}

fn standard() -> (Arc<Script>, Arc<Assessment>) {
    let script = Script::parse(script::BUNDLED_NAME, script::BUNDLED).expect("bundled");
    let assessment = Assessment::parse(score::BUNDLED_NAME, score::BUNDLED).expect("bundled");
    (Arc::new(script), Arc::new(assessment))
}

fn calls() -> u64 {
    std::env::var("CALLCUE_BENCH_CALLS").ok().and_then(|calls| calls.parse().ok()).unwrap_or(400)
}

fn floor() -> &'static SqliteStore {
    let make = || {
        let (script, assessment) = standard();
        let mut numbers = stored_calls::Numbers(SEED);
        let different: Vec<_> = (0..DIFFERENT)
            .map(|_| stored_calls::timeline(&mut numbers, CALL_MS))
            .map(|timeline| stored_calls::judged(&timeline, &script, &assessment))
            .collect();
        let folder = tempfile::tempdir().expect("room for a folder");
        let store = SqliteStore::open(folder.path()).expect("a new store");
        for first in (0..calls()).step_by(100) {
            let some = first..calls().min(first + 100);
            let batch: Vec<_> = some
                .map(|number| stored_calls::arrival(number, different[(number % DIFFERENT) as usize].clone()))
                .collect();
            store.append(&batch).expect("room on the disk");
        }
        (store, folder)
    };
    &FLOOR.get_or_init(make).0
}

#[divan::bench(args = [1, 2], sample_count = 3, sample_size = 1)]
fn all_calls_on_threads(bencher: Bencher, threads: usize) {
    let (script, assessment) = standard();
    let threads = NonZeroUsize::new(threads).expect("at least one");
    let plan = BacktestPlan { script, assessment, since_ms: None, threads };
    let store = floor();
    bencher.counter(ItemsCount::new(calls())).bench(|| {
        let mut seen = 0;
        run_backtest(store, &plan, &mut |_, _| {
            seen += 1;
            true
        })
        .expect("a store that can be read");
        seen
    });
}

#[divan::bench]
fn one_call(bencher: Bencher) {
    let (script, assessment) = standard();
    let mut numbers = stored_calls::Numbers(SEED);
    let timeline = stored_calls::timeline(&mut numbers, CALL_MS);
    let events = stored_calls::judged(&timeline, &script, &assessment);
    bencher.bench(|| rejudge(&events, &script, &assessment));
}
