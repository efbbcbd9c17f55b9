use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::clock::SystemClock;
use crate::access::Secret;
use crate::floor::{FloorClock, Tap};
use crate::store::Store;
use crate::webhook::{Backoff, Hook, HookCounts, HookEvents, SendClock, Teller, Whose, hook};
use crate::wire::{AlertCard, StampedEvent};

/// A webhook to be told of what happens.
#[derive(Debug)]
pub struct WebhookPlan {
    /// Where to; https, or of this machine.
    pub address: String,
    /// What signs.
    pub secret: Secret,
    /// `flag`, `alert`, `call_ended`.
    pub events: HookEvents,
}

/// Who tells hooks, and what becomes of what they are told.
type Hooks = (Option<Box<dyn Tap>>, Vec<Arc<HookCounts>>);

/// Starts a thread for each hook; no tap without hooks. They end when the tap is dropped, what is under way within seconds.
pub(super) fn start_hooks(
    plans: Vec<WebhookPlan>,
    store: &Arc<dyn Store>,
    clock: SystemClock,
) -> std::io::Result<Hooks> {
    if plans.is_empty() {
        return Ok((None, Vec::new()));
    }
    let mut hooks = Vec::new();
    for plan in plans {
        let (hook, worker) = hook(&plan.address, plan.secret, plan.events, Backoff::default());
        let store = Arc::clone(store);
        let whose = move |call: &str| {
            let row = store.call(call).ok()?;
            Some(Whose { agent: row.header.agent, team: row.header.team })
        };
        thread::Builder::new().name("webhook".to_owned()).spawn(move || worker.run(&clock, whose))?;
        hooks.push(hook);
    }
    let counts = hooks.iter().map(Hook::counts).collect();
    Ok((Some(Box::new(HookTap(Teller::new(hooks)))), counts))
}

struct HookTap(Teller);

impl Tap for HookTap {
    fn event(&mut self, station: u32, event: &StampedEvent) {
        self.0.event(station, event);
    }

    fn alert(&mut self, card: &AlertCard) {
        self.0.alert(card);
    }
}

impl SendClock for SystemClock {
    fn wall_s(&self) -> i64 {
        self.wall_ms().div_euclid(1_000)
    }

    fn steady(&self) -> Duration {
        Duration::from_millis(self.steady_ms().max(0).unsigned_abs())
    }
}
