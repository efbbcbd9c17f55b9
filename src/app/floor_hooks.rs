use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::clock::SystemClock;
use crate::access::{Secret, sha256_hex};
use crate::floor::FloorClock;
use crate::store::{HookRow, NoticeRow, Noticed, Store};
use crate::webhook::{Backoff, Hook, Outbox, SendClock, Waiting, Whose, hook, of_alert, of_event};

/// Deliveries that are taken out of the store at once.
const BATCH: u32 = 64;

/// A webhook to be told of what happens.
#[derive(Debug)]
pub struct WebhookPlan {
    /// Where to; https, or of this machine.
    pub address: String,
    /// What signs.
    pub secret: Secret,
    /// Whether it is told of flags.
    pub flags: bool,
    /// Of alerts.
    pub alerts: bool,
    /// Of calls that end.
    pub ended_calls: bool,
}

/// Starts a thread for each hook. They end when what is given back is dropped, what is under way within seconds.
pub(super) fn start_hooks(
    plans: Vec<WebhookPlan>,
    store: &Arc<dyn Store>,
    clock: SystemClock,
) -> anyhow::Result<Vec<Hook>> {
    let rows: Vec<HookRow> = plans
        .iter()
        .map(|plan| HookRow {
            hook: sha256_hex(plan.address.as_bytes()),
            flags: plan.flags,
            alerts: plan.alerts,
            ended_calls: plan.ended_calls,
        })
        .collect();
    store.keep_hooks(&rows)?;
    let start = |(plan, row): (WebhookPlan, HookRow)| {
        let (hook, worker) = hook(&plan.address, plan.secret, Backoff::default());
        let mut outbox = StoredOutbox { store: Arc::clone(store), hook: row.hook };
        thread::Builder::new().name("webhook".to_owned()).spawn(move || worker.run(&clock, &mut outbox))?;
        anyhow::Ok(hook)
    };
    plans.into_iter().zip(rows).map(start).collect()
}

/// What a hook has to be told of, as the store has it.
struct StoredOutbox {
    store: Arc<dyn Store>,
    hook: String,
}

impl Outbox for StoredOutbox {
    fn oldest(&mut self) -> Result<(Vec<Waiting>, u64), String> {
        let notices = self.store.notices(&self.hook, BATCH).map_err(|why| why.to_string())?;
        let all = match notices.len() {
            few if few < BATCH as usize => few as u64,
            _ => self.store.notices_waiting(&self.hook).map_err(|why| why.to_string())?,
        };
        Ok((notices.into_iter().filter_map(waiting).collect(), all))
    }

    fn settle(&mut self, numbers: &[u64]) -> Result<(), String> {
        self.store.settle_notices(numbers).map_err(|why| why.to_string())
    }
}

fn waiting(NoticeRow { number, raised_ms, what }: NoticeRow) -> Option<Waiting> {
    let delivery = match what {
        Noticed::Event { station, agent, team, event } => of_event(&Whose { station, agent, team }, &event)?,
        Noticed::Alert { card, passed_on } => of_alert(&card, passed_on),
    };
    Some(Waiting { number, raised_ms, delivery })
}

impl SendClock for SystemClock {
    fn wall_ms(&self) -> i64 {
        FloorClock::wall_ms(self)
    }

    fn steady(&self) -> Duration {
        Duration::from_millis(self.steady_ms().max(0).unsigned_abs())
    }
}
