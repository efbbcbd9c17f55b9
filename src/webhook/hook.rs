use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, http};

use super::{Backoff, Delivery, Waiting, signature};
use crate::access::Secret;

/// Longest wait for a connection and for the answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks at an outbox that is empty.
const LOOK: Duration = Duration::from_millis(500);
/// Between two looks at an outbox that could not be asked.
const LOOK_AGAIN_MAX: Duration = Duration::from_secs(5);
/// Deliveries after which it is told that they are settled: as many come twice if the machine stops in between.
const SETTLED_MAX: usize = 32;

/// What a worker knows of the time.
pub trait SendClock: Send {
    /// ms since 1970.
    fn wall_ms(&self) -> i64;

    /// Time since any moment; never goes back.
    fn steady(&self) -> Duration;
}

/// What one hook has still to be told of.
pub trait Outbox: Send {
    /// The oldest, in order, and how many there are in all; why it cannot be said.
    ///
    /// # Errors
    /// In words.
    fn oldest(&mut self) -> Result<(Vec<Waiting>, u64), String>;

    /// They have been told or given up.
    ///
    /// # Errors
    /// In words; they will be among the [oldest](Self::oldest) again.
    fn settle(&mut self, numbers: &[u64]) -> Result<(), String>;
}

/// A hook: its address and its secret. `address` must have been checked to be https or of this machine.
pub fn hook(address: &str, secret: Secret, backoff: Backoff) -> (Hook, HookWorker) {
    let (alive, floor) = sync_channel(0);
    let counts = Arc::new(HookCounts::default());
    let worker = HookWorker {
        floor,
        agent: agent(address),
        address: address.to_owned(),
        secret,
        backoff,
        counts: Arc::clone(&counts),
        host: host_of(address),
    };
    (Hook { counts, _alive: alive }, worker)
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

    /// Given up.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Waiting when the outbox was looked at last.
    pub fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }
}

/// The floor's end of a hook. Its worker ends when it is dropped; what waits then is in the outbox at the next start.
#[derive(Debug)]
pub struct Hook {
    counts: Arc<HookCounts>,
    /// Nothing is ever sent: its end is what the worker hears.
    _alive: SyncSender<Infallible>,
}

impl Hook {
    /// What becomes of its deliveries.
    pub fn counts(&self) -> Arc<HookCounts> {
        Arc::clone(&self.counts)
    }
}

/// The thread's end: start it with `Builder::new().name("webhook".into()).spawn(move || worker.run(…))`.
pub struct HookWorker {
    floor: Receiver<Infallible>,
    agent: Agent,
    address: String,
    secret: Secret,
    backoff: Backoff,
    counts: Arc<HookCounts>,
    host: String,
}

/// What becomes of a delivery.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Settled,
    /// The floor stops.
    Kept,
}

/// Why an attempt failed.
struct Failure {
    why: String,
    /// The other side answered that it does not want this.
    is_refused: bool,
}

impl HookWorker {
    /// Delivers until the [`Hook`] is gone.
    pub fn run(self, clock: &dyn SendClock, outbox: &mut dyn Outbox) {
        let mut wait = Duration::ZERO;
        while !self.is_over_within(wait) {
            wait = match outbox.oldest() {
                Ok((oldest, all)) => {
                    self.counts.waiting.store(all, Ordering::Relaxed);
                    if oldest.is_empty() { LOOK } else { self.deliver_all(oldest, clock, outbox) }
                }
                Err(why) => {
                    tracing::error!(
                        host = self.host,
                        why,
                        "what a webhook has to be told of cannot be read; trying again"
                    );
                    self.look_again()
                }
            };
        }
    }

    /// How long to wait before the next look.
    fn deliver_all(&self, waiting: Vec<Waiting>, clock: &dyn SendClock, outbox: &mut dyn Outbox) -> Duration {
        let mut settled = Settled { numbers: Vec::new(), counts: &self.counts, host: &self.host, outbox };
        for Waiting { number, raised_ms, delivery } in waiting {
            if self.deliver(&delivery, raised_ms, clock, &mut settled) == Fate::Kept {
                break;
            }
            settled.numbers.push(number);
            if settled.numbers.len() >= SETTLED_MAX && !settled.write() {
                return self.look_again();
            }
        }
        if settled.write() { Duration::ZERO } else { self.look_again() }
    }

    /// Tries until it is taken or given up.
    fn deliver(
        &self,
        delivery: &Delivery,
        raised_ms: i64,
        clock: &dyn SendClock,
        settled: &mut Settled<'_>,
    ) -> Fate {
        let age = || Duration::from_millis(clock.wall_ms().saturating_sub(raised_ms).max(0).unsigned_abs());
        let (host, id) = (&self.host, &delivery.id);
        let begun = clock.steady();
        let mut failures = 0;
        if age() > self.backoff.kept_for {
            self.counts.dropped.fetch_add(1, Ordering::Relaxed);
            tracing::error!(host, id, age = ?age(), "a webhook's delivery is too old; given up");
            return Fate::Settled;
        }
        loop {
            let Err(Failure { why, is_refused }) = self.attempt(delivery, clock.wall_ms()) else {
                self.counts.delivered.fetch_add(1, Ordering::Relaxed);
                return Fate::Settled;
            };
            failures += 1;
            self.counts.failed.fetch_add(1, Ordering::Relaxed);
            let tried = clock.steady().saturating_sub(begun);
            let Some(wait) = self.backoff.wait(failures, is_refused, tried, age()) else {
                self.counts.dropped.fetch_add(1, Ordering::Relaxed);
                tracing::error!(host, id, why, "a webhook did not take a delivery; given up");
                return Fate::Settled;
            };
            tracing::warn!(host, id, why, ?wait, "a webhook did not take a delivery");
            // What was taken before it is not told again, whatever happens during a long wait.
            settled.write();
            if self.is_over_within(wait) {
                return Fate::Kept;
            }
        }
    }

    fn look_again(&self) -> Duration {
        self.backoff.longest.min(LOOK_AGAIN_MAX)
    }

    /// Waits; true as soon as the floor stops.
    fn is_over_within(&self, wait: Duration) -> bool {
        match self.floor.recv_timeout(wait) {
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => true,
        }
    }

    fn attempt(&self, delivery: &Delivery, wall_ms: i64) -> Result<(), Failure> {
        let body = delivery.body.as_bytes();
        let signed = signature(self.secret.reveal().as_bytes(), wall_ms.div_euclid(1_000), body);
        let answered = self
            .agent
            .post(&self.address)
            .header("content-type", "application/json")
            .header("callcue-event", delivery.event)
            .header("callcue-delivery", &delivery.id)
            .header("callcue-signature", signed)
            .send(body);
        match answered {
            Ok(response) if response.status().is_success() => Ok(()),
            Ok(response) => {
                let status = response.status();
                // Two of them say "later".
                let is_refused = status.is_client_error() && !matches!(status.as_u16(), 408 | 429);
                Err(Failure { why: format!("it answered {}", status.as_u16()), is_refused })
            }
            // The path of an address may hold a secret of the other side: errors are told without it.
            Err(error) => {
                Err(Failure { why: error.to_string().replace(&self.address, "…"), is_refused: false })
            }
        }
    }
}

/// What has been told and is still in the outbox.
struct Settled<'a> {
    numbers: Vec<u64>,
    counts: &'a HookCounts,
    host: &'a str,
    outbox: &'a mut dyn Outbox,
}

impl Settled<'_> {
    /// Takes it out. False: it is told again.
    fn write(&mut self) -> bool {
        if self.numbers.is_empty() {
            return true;
        }
        match self.outbox.settle(&self.numbers) {
            Ok(()) => {
                self.counts.waiting.fetch_sub(self.numbers.len() as u64, Ordering::Relaxed);
                self.numbers.clear();
                true
            }
            Err(why) => {
                tracing::error!(
                    host = self.host,
                    why,
                    "what a webhook was told cannot be settled; it is told again"
                );
                false
            }
        }
    }
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
