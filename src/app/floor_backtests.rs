use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;

use tokio::sync::watch;

use super::backtest::{BacktestOutcome, BacktestPlan, run_backtest};
use crate::floor::{BacktestRunner, BacktestWatch};
use crate::score::Standard;
use crate::script::Script;
use crate::store::{Store, StoreError};

/// Judges a floor's own calls again, beside its work.
pub struct FloorBacktests {
    /// The floor's store.
    pub store: Arc<dyn Store>,
    /// What a breach costs, as it stands when one begins.
    pub standard: watch::Receiver<Standard>,
    /// Calls judged at the same time, one thread each.
    pub threads: NonZeroUsize,
}

impl BacktestRunner for FloorBacktests {
    fn start(&self, script: Arc<Script>, since_ms: Option<i64>, watch: BacktestWatch) -> io::Result<()> {
        let store = Arc::clone(&self.store);
        let plan = BacktestPlan {
            script,
            assessment: Arc::clone(&self.standard.borrow().assessment),
            since_ms,
            threads: self.threads,
        };
        let work = move || {
            let done = run(&*store, &plan, &watch);
            watch.end(done.err().map(|error| {
                tracing::error!(%error, "a back-test failed");
                "数据暂时无法读取, 详见服务器日志".to_owned()
            }));
        };
        thread::Builder::new().name("backtests".to_owned()).spawn(work).map(drop)
    }
}

fn run(store: &dyn Store, plan: &BacktestPlan, watch: &BacktestWatch) -> Result<(), StoreError> {
    watch.expect(store.day(None, None, plan.since_ms.unwrap_or(0), i64::MAX)?.calls.into());
    run_backtest(store, plan, &mut |row, outcome| match outcome {
        BacktestOutcome::Judged(difference) => watch.judged(&row, &difference),
        BacktestOutcome::Running | BacktestOutcome::Unreadable(_) => watch.skipped(),
    })
}
