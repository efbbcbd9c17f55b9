use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Weak};
use std::time::Duration;

use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, http};

use super::{Backoff, Delivery, WAITING_MAX, Whose, signature};
use crate::access::Secret;

/// Longest wait for a connection and for the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a hook wants to be told of, by name: `flag`, `alert`, `call_ended`.
pub type HookEvents = Vec<&'static str>;

/// What a worker knows of the time.
pub trait SendClock: Send {
    /// Seconds since 1970.
    fn wall_s(&self) -> i64;

    /// Time since any moment; never goes back.
    fn steady(&self) -> Duration;
}

/// A hook: its address, its secret, and what it wants to be told of. `address` must have been checked to be https or of this machine.
pub fn hook(address: &str, secret: Secret, events: HookEvents, backoff: Backoff) -> (Hook, HookWorker) {
    let (sender, receiver) = sync_channel(WAITING_MAX);
    let counts = Arc::new(HookCounts::default());
    let (alive, host) = (Arc::new(()), host_of(address));
    let gone = Arc::downgrade(&alive);
    let hook = Hook { sender, events, counts: Arc::clone(&counts), host: host.clone(), _alive: alive };
    let address = address.to_owned();
    let worker = HookWorker { receiver, address, secret, backoff, counts, host, alive: gone };
    (hook, worker)
}

/// What became of deliveries.
#[derive(Debug, Default)]
pub struct HookCounts {
    delivered: AtomicU64,
    failed: AtomicU64,
    dropped: AtomicU64,
    waiting: AtomicU64,
}

impl HookCounts {
    /// Taken by the other side.
    pub fn delivered(&self) -> u64 {
        self.delivered.load(Ordering::Relaxed)
    }

    /// Attempts that failed.
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// Given up, or not taken in because too many waited.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Waiting now.
    pub fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }
}

/// The floor's end of a hook's queue.
#[derive(Debug)]
pub struct Hook {
    sender: SyncSender<Delivery>,
    events: HookEvents,
    counts: Arc<HookCounts>,
    host: String,
    /// Gone with the hook, so that a worker that waits learns of it.
    _alive: Arc<()>,
}

impl Hook {
    /// What becomes of its deliveries.
    pub fn counts(&self) -> Arc<HookCounts> {
        Arc::clone(&self.counts)
    }

    pub(super) fn wants(&self, event: &str) -> bool {
        self.events.contains(&event)
    }

    /// Hands a delivery in, or drops it where too many wait.
    pub fn hand_in(&self, delivery: Delivery) {
        self.counts.waiting.fetch_add(1, Ordering::Relaxed);
        if let Err(full) = self.sender.try_send(delivery) {
            self.counts.waiting.fetch_sub(1, Ordering::Relaxed);
            let dropped = self.counts.dropped.fetch_add(1, Ordering::Relaxed) + 1;
            tracing::warn!(host = self.host, dropped, why = %full, "a webhook takes no more; a delivery is dropped");
        }
    }
}

/// The thread's end: start it with `Builder::new().name("webhook".into()).spawn(move || worker.run(…))`.
pub struct HookWorker {
    receiver: Receiver<Delivery>,
    address: String,
    secret: Secret,
    backoff: Backoff,
    counts: Arc<HookCounts>,
    host: String,
    alive: Weak<()>,
}

impl HookWorker {
    /// Delivers until the [`Hook`] is gone; what waits then is lost. `whose` is asked whose call it is, and may wait for a disk.
    pub fn run(self, clock: &dyn SendClock, mut whose: impl FnMut(&str) -> Option<Whose>) {
        let agent = agent(&self.address);
        while let Ok(delivery) = self.receiver.recv() {
            let body = body_of(&delivery, whose(&delivery.call));
            let stays = self.deliver(&agent, &delivery, &body, clock);
            self.counts.waiting.fetch_sub(1, Ordering::Relaxed);
            if !stays {
                return;
            }
        }
    }

    /// Tries until it is taken or given up. False: the floor stops.
    fn deliver(&self, agent: &Agent, delivery: &Delivery, body: &[u8], clock: &dyn SendClock) -> bool {
        let begun = clock.steady();
        let mut failures = 0;
        loop {
            let Err(why) = self.attempt(agent, delivery, body, clock.wall_s()) else {
                self.counts.delivered.fetch_add(1, Ordering::Relaxed);
                return true;
            };
            failures += 1;
            self.counts.failed.fetch_add(1, Ordering::Relaxed);
            let Some(wait) = self.backoff.wait(failures, clock.steady().saturating_sub(begun)) else {
                self.counts.dropped.fetch_add(1, Ordering::Relaxed);
                tracing::error!(
                    host = self.host,
                    id = delivery.id,
                    why,
                    "a webhook did not take a delivery; given up"
                );
                return true;
            };
            tracing::warn!(
                host = self.host,
                id = delivery.id,
                why,
                ?wait,
                "a webhook did not take a delivery"
            );
            if self.is_over_within(wait) {
                tracing::warn!(
                    host = self.host,
                    id = delivery.id,
                    "the floor stops; a webhook's delivery is lost"
                );
                return false;
            }
        }
    }

    /// Waits. The queue is not read meanwhile, so the end of the floor is looked for in steps.
    fn is_over_within(&self, wait: Duration) -> bool {
        let step = Duration::from_millis(200);
        let mut left = wait;
        while !left.is_zero() && self.alive.strong_count() > 0 {
            std::thread::park_timeout(step.min(left));
            left = left.saturating_sub(step);
        }
        self.alive.strong_count() == 0
    }

    fn attempt(&self, agent: &Agent, delivery: &Delivery, body: &[u8], wall_s: i64) -> Result<(), String> {
        let answered = agent
            .post(&self.address)
            .header("content-type", "application/json")
            .header("callcue-event", delivery.event)
            .header("callcue-delivery", &delivery.id)
            .header("callcue-signature", signature(self.secret.reveal().as_bytes(), wall_s, body))
            .send(body);
        match answered {
            Ok(response) if response.status().is_success() => Ok(()),
            Ok(response) => Err(format!("it answered {}", response.status().as_u16())),
            // The path of an address may hold a secret of the other side: errors are told without it.
            Err(error) => Err(error.to_string().replace(&self.address, "…")),
        }
    }
}

fn body_of(delivery: &Delivery, whose: Option<Whose>) -> Vec<u8> {
    let mut body = delivery.body.clone();
    body.insert("id".to_owned(), delivery.id.clone().into());
    body.insert("event".to_owned(), delivery.event.into());
    body.insert("call".to_owned(), delivery.call.clone().into());
    if let Some(Whose { agent, team }) = whose {
        body.entry("agent").or_insert(agent.into());
        body.entry("team").or_insert(team.into());
    }
    serde_json::Value::Object(body).to_string().into_bytes()
}

/// A client with limits, which follows no redirection: the signature is for one address. This machine is reached without a proxy.
fn agent(address: &str) -> Agent {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .user_agent(concat!("callcue/", env!("CARGO_PKG_VERSION")))
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE));
    let is_here = matches!(host_of(address).as_str(), "127.0.0.1" | "[::1]" | "localhost");
    if is_here { config.proxy(None).build().new_agent() } else { config.build().new_agent() }
}

fn host_of(address: &str) -> String {
    address.parse::<http::Uri>().ok().and_then(|uri| uri.host().map(str::to_owned)).unwrap_or_default()
}
