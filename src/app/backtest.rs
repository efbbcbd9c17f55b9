use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::backtest::{Difference, rejudge};
use crate::score::Assessment;
use crate::script::Script;
use crate::store::{CallQuery, CallRow, CallState, CallStore, StoreError};

/// Calls that one thread gets at a time. Results of a round are held until it is over, in order of the calls; memory is
/// bounded by it, and a thread that is done early waits for one call at most.
const CALLS_PER_THREAD: usize = 48;

/// What kept calls are held against.
#[derive(Clone, Debug)]
pub struct BacktestPlan {
    /// The script to try.
    pub script: Arc<Script>,
    /// What a breach costs.
    pub assessment: Arc<Assessment>,
    /// Calls answered at or after, ms since 1970 (UTC); none: all.
    pub since_ms: Option<i64>,
    /// Calls judged at the same time, one thread each.
    pub threads: NonZeroUsize,
}

/// What became of one kept call.
#[derive(Clone, Debug)]
pub enum BacktestOutcome {
    /// It was judged.
    Judged(Difference),
    /// It still runs, as far as is known: not judged.
    Running,
    /// Its events cannot be read, or have no start; why, with the mend.
    Unreadable(String),
}

/// Judges every kept call again, newest first, and hands each to `sink` in that order; `sink` answers whether to go on.
///
/// Calls are read from the store one by one by the threads that judge them, so memory does not grow with their number. A
/// call that comes in meanwhile is newer than the first and is not seen.
///
/// # Errors
/// [`StoreError`] when the store cannot list its calls; a single damaged call is an
/// [outcome](BacktestOutcome::Unreadable).
pub fn run_backtest<S: CallStore + Sync + ?Sized>(
    store: &S,
    plan: &BacktestPlan,
    sink: &mut dyn FnMut(CallRow, BacktestOutcome) -> bool,
) -> Result<(), StoreError> {
    let limit = u32::try_from(plan.threads.get().saturating_mul(CALLS_PER_THREAD)).unwrap_or(u32::MAX);
    let mut query = CallQuery { from_ms: plan.since_ms, limit, ..CallQuery::default() };
    loop {
        let rows = store.calls(&query)?;
        let Some(last) = rows.last() else { return Ok(()) };
        query.before = Some((last.started_ms, last.call.clone()));
        let outcomes = judge_round(store, plan, &rows);
        for (row, outcome) in rows.into_iter().zip(outcomes) {
            if !sink(row, outcome) {
                return Ok(());
            }
        }
    }
}

/// Each thread takes the next call that nobody has taken.
fn judge_round<S: CallStore + Sync + ?Sized>(
    store: &S,
    plan: &BacktestPlan,
    rows: &[CallRow],
) -> Vec<BacktestOutcome> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(row) = rows.get(place) else { return done };
            done.push((place, judge_call(store, plan, row)));
        }
    };
    let mut outcomes = thread::scope(|scope| {
        let threads: Vec<_> = (1..plan.threads.get().min(rows.len()))
            // Where the system gives no more threads, fewer do the same work.
            .map_while(|_| thread::Builder::new().name("backtest".to_owned()).spawn_scoped(scope, work).ok())
            .collect();
        let mut outcomes = work();
        for thread in threads {
            match thread.join() {
                Ok(done) => outcomes.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        outcomes
    });
    outcomes.sort_unstable_by_key(|(place, _)| *place);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

fn judge_call<S: CallStore + ?Sized>(store: &S, plan: &BacktestPlan, row: &CallRow) -> BacktestOutcome {
    if row.state == CallState::Running {
        return BacktestOutcome::Running;
    }
    let stamped = match store.events(&row.call, 0, u32::MAX) {
        Ok(stamped) => stamped,
        Err(error) => return BacktestOutcome::Unreadable(error.to_string()),
    };
    let events: Vec<_> = stamped.into_iter().map(|stamped| stamped.event).collect();
    match rejudge(&events, &plan.script, &plan.assessment) {
        Some(difference) => BacktestOutcome::Judged(difference),
        None => BacktestOutcome::Unreadable(format!(
            "call {} has no call_started; it is no call that callcue wrote",
            row.call
        )),
    }
}
