//! Changed scripts tried on kept calls: what the floor knows of them. The work is done by a [`BacktestRunner`].

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::clock::FloorClock;
use crate::backtest::{BacktestTally, Difference, FoundFlag};
use crate::script::{Diagnostic, Script, ScriptMistakes};
use crate::store::CallRow;

/// Back-tests that are remembered, until the floor stops.
const KEPT_MAX: usize = 5;
/// Changes that each keeps: those of the newest calls.
const CHANGES_MAX: usize = 1_000;

/// Whoever judges kept calls again.
pub trait BacktestRunner: Send + Sync {
    /// Begins, on threads of its own, and returns at once. Each call answered at or after `since_ms` is told to `watch`, newest first, and
    /// so is the end.
    ///
    /// # Errors
    /// [`io::Error`] when the system gives no thread.
    fn start(&self, script: Arc<Script>, since_ms: Option<i64>, watch: BacktestWatch) -> io::Result<()>;
}

/// What a running back-test tells. Dropped before [`end`](Self::end), it says that the back-test failed by a defect.
pub struct BacktestWatch(Arc<Backtest>);

impl BacktestWatch {
    /// So many calls there are.
    pub fn expect(&self, calls: u64) {
        self.0.figures().calls_all = calls;
    }

    /// A call was judged; answers whether to go on.
    pub fn judged(&self, row: &CallRow, difference: &Difference) -> bool {
        let mut figures = self.0.figures();
        figures.tally.add(difference);
        for (change, flags) in [("gained", &difference.gained), ("lost", &difference.lost)] {
            for flag in flags {
                if figures.changes.len() < CHANGES_MAX {
                    figures.changes.push(Change::of(change, row, flag));
                }
            }
        }
        self.0.one_more(figures)
    }

    /// A call could not be judged; answers whether to go on.
    pub fn skipped(&self) -> bool {
        self.0.one_more(self.0.figures())
    }

    /// It is over: all were judged, or it was stopped, or this went wrong.
    pub fn end(self, problem: Option<String>) {
        let mut figures = self.0.figures();
        figures.state = match problem {
            Some(_) => BacktestState::Failed,
            None if self.0.is_to_stop() => BacktestState::Stopped,
            None => BacktestState::Done,
        };
        figures.problem = problem.unwrap_or_default();
    }
}

impl Drop for BacktestWatch {
    fn drop(&mut self) {
        let mut figures = self.0.figures();
        if figures.state == BacktestState::Running {
            figures.state = BacktestState::Failed;
            "程序出错, 请告知开发者".clone_into(&mut figures.problem);
        }
    }
}

/// How far a back-test is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BacktestState {
    Running,
    Done,
    Stopped,
    Failed,
}

/// A flag that a changed script raises more or no longer, and of which call.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) change: &'static str,
    pub(super) call: String,
    pub(super) agent: String,
    pub(super) team: String,
    pub(super) started_ms: i64,
    pub(super) flag: FoundFlag,
}

impl Change {
    fn of(change: &'static str, row: &CallRow, flag: &FoundFlag) -> Self {
        Self {
            change,
            call: row.call.clone(),
            agent: row.header.agent.clone(),
            team: row.header.team.clone(),
            started_ms: row.started_ms,
            flag: flag.clone(),
        }
    }
}

/// What is known of a back-test.
#[derive(Clone, Debug)]
pub(super) struct BacktestFigures {
    pub(super) state: BacktestState,
    pub(super) problem: String,
    pub(super) mistakes: Vec<Diagnostic>,
    pub(super) calls_done: u64,
    pub(super) calls_all: u64,
    pub(super) elapsed_ms: i64,
    pub(super) tally: BacktestTally,
    pub(super) changes: Vec<Change>,
}

/// One back-test. Its figures are behind a lock because its thread writes and requests read them; each holds it for a moment.
pub(super) struct Backtest {
    pub(super) number: u64,
    clock: Arc<dyn FloorClock>,
    began_ms: i64,
    stop: AtomicBool,
    figures: Mutex<BacktestFigures>,
}

impl Backtest {
    fn figures(&self) -> MutexGuard<'_, BacktestFigures> {
        self.figures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn one_more(&self, mut figures: MutexGuard<'_, BacktestFigures>) -> bool {
        figures.calls_done += 1;
        figures.elapsed_ms = self.clock.steady_ms() - self.began_ms;
        !self.is_to_stop()
    }

    fn is_to_stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn is_running(&self) -> bool {
        self.figures().state == BacktestState::Running
    }

    /// What is known of it now.
    pub(super) fn now(&self) -> BacktestFigures {
        self.figures().clone()
    }

    /// It ends with the next call that is judged.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Another back-test runs.
#[derive(Debug)]
pub(super) struct Busy;

/// Back-tests since the floor's start, the newest few. The lock is held to look one up or to add one.
pub(super) struct Backtests {
    runner: Arc<dyn BacktestRunner>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    last_number: u64,
    backtests: VecDeque<Arc<Backtest>>,
}

impl Backtests {
    pub(super) fn new(runner: Arc<dyn BacktestRunner>) -> Self {
        Self { runner, kept: Mutex::default() }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins one, unless one runs. A script that has mistakes makes one that has failed.
    pub(super) fn begin(
        &self,
        script: Result<Script, ScriptMistakes>,
        since_ms: Option<i64>,
        clock: Arc<dyn FloorClock>,
    ) -> Result<Arc<Backtest>, Busy> {
        let mut kept = self.kept();
        if kept.backtests.iter().any(|backtest| backtest.is_running()) {
            return Err(Busy);
        }
        let (state, problem, mistakes) = match &script {
            Ok(_) => (BacktestState::Running, String::new(), Vec::new()),
            Err(mistakes) => (BacktestState::Failed, "话术文件有错误".to_owned(), mistakes.mistakes.clone()),
        };
        kept.last_number += 1;
        let figures = BacktestFigures {
            state,
            problem,
            mistakes,
            calls_done: 0,
            calls_all: 0,
            elapsed_ms: 0,
            tally: BacktestTally::default(),
            changes: Vec::new(),
        };
        let backtest = Arc::new(Backtest {
            number: kept.last_number,
            began_ms: clock.steady_ms(),
            clock,
            stop: AtomicBool::new(false),
            figures: Mutex::new(figures),
        });
        kept.backtests.push_front(Arc::clone(&backtest));
        kept.backtests.truncate(KEPT_MAX);
        drop(kept);
        if let Ok(script) = script
            && let Err(why) =
                self.runner.start(Arc::new(script), since_ms, BacktestWatch(Arc::clone(&backtest)))
        {
            tracing::error!(%why, "a back-test got no thread");
        }
        Ok(backtest)
    }

    pub(super) fn find(&self, number: u64) -> Option<Arc<Backtest>> {
        self.kept().backtests.iter().find(|backtest| backtest.number == number).cloned()
    }
}

impl Drop for Backtests {
    /// The floor stops: nobody will ask.
    fn drop(&mut self) {
        self.kept().backtests.iter().for_each(|backtest| backtest.stop());
    }
}
