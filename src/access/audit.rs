use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::store::{AuditEntry, StoreError};

/// Lines between those who act and the disk. A floor of 500 writes some ten a second: this is minutes of a disk that does not answer.
const QUEUE_MAX: usize = 8_192;
/// Lines in one transaction.
const BATCH_MAX: usize = 256;
/// Between attempts to write to a store that fails.
const RETRY: Duration = Duration::from_secs(1);
/// Refusals of strangers that are written in a minute; the others are counted into the next line.
const STRANGERS_A_MINUTE: u32 = 60;
const MINUTE_MS: i64 = 60_000;

/// A bounded queue between those who act and the audit trail. Start the writer on a named thread.
///
/// Nothing waits for the disk. When the queue is full, a line goes to the log instead, is counted, and the trail gets a line that says how many
/// are missing. A store that fails is tried again until it takes them.
pub fn audit_queue() -> (AuditTrail, AuditWriter) {
    let (sender, receiver) = sync_channel(QUEUE_MAX);
    let missing = Arc::new(AtomicU64::new(0));
    let trail = AuditTrail { sender, missing: Arc::clone(&missing), strangers: Arc::default() };
    (trail, AuditWriter { receiver, missing, retry: RETRY })
}

/// Where lines of the audit trail are handed in. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AuditTrail {
    sender: SyncSender<AuditEntry>,
    missing: Arc<AtomicU64>,
    /// A lock because every connection's thread counts here; held for a comparison.
    strangers: Arc<Mutex<Strangers>>,
}

/// Refusals of those who are not logged in, in the running minute.
#[derive(Debug, Default)]
struct Strangers {
    minute: i64,
    written: u32,
    skipped: u64,
}

impl AuditTrail {
    /// Hands a line in. Secrets do not belong in it.
    pub fn note(&self, entry: AuditEntry) {
        tracing::info!(
            target: "callcue::audit",
            who = entry.who, from = entry.from, act = entry.act, object = entry.object, detail = entry.detail
        );
        if let Err(TrySendError::Full(entry) | TrySendError::Disconnected(entry)) =
            self.sender.try_send(entry)
        {
            self.missing.fetch_add(1, Ordering::Relaxed);
            tracing::error!(?entry, "the audit trail takes no more; this line is kept in the log only");
        }
    }

    /// Hands in a refusal of somebody who is not logged in. They can come by the thousand, and must not fill the disk: a minute writes 60 of them, and
    /// the next line says how many others there were.
    pub fn note_stranger(&self, mut entry: AuditEntry) {
        let mut strangers = self.strangers.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = entry.wall_ms.div_euclid(MINUTE_MS);
        if strangers.minute != minute {
            (strangers.minute, strangers.written) = (minute, 0);
        }
        if strangers.written >= STRANGERS_A_MINUTE {
            strangers.skipped += 1;
            return;
        }
        strangers.written += 1;
        let skipped = std::mem::take(&mut strangers.skipped);
        drop(strangers);
        if skipped > 0 {
            entry.detail =
                format!("{} (+{skipped} refusals before this one)", entry.detail).trim_start().to_owned();
        }
        self.note(entry);
    }

    /// Lines that did not fit in since the writer last said so in the trail.
    pub fn missing(&self) -> u64 {
        self.missing.load(Ordering::Relaxed)
    }
}

/// The disk's end of the queue.
#[derive(Debug)]
pub struct AuditWriter {
    receiver: Receiver<AuditEntry>,
    missing: Arc<AtomicU64>,
    retry: Duration,
}

impl AuditWriter {
    /// Sets the time between attempts to write to a store that fails; one second unless set.
    pub const fn retry_every(mut self, retry: Duration) -> Self {
        self.retry = retry;
        self
    }

    /// Writes until every [`AuditTrail`] is gone and all is written. A store that fails is told of in the log and tried again; where it fails at
    /// the very end, what is left goes to the log.
    /// `write` is the store's, [`audit`](crate::store::PeopleStore::audit).
    pub fn run(self, mut write: impl FnMut(&[AuditEntry]) -> Result<(), StoreError>) {
        let mut batch: Vec<AuditEntry> = Vec::new();
        loop {
            if batch.is_empty() {
                match self.receiver.recv() {
                    Ok(entry) => batch.push(entry),
                    Err(_everybody_is_gone) => return,
                }
            }
            batch.extend(self.receiver.try_iter().take(BATCH_MAX.saturating_sub(batch.len())));
            self.confess(&mut batch);
            let Err(error) = write(&batch) else {
                batch.clear();
                continue;
            };
            if Arc::strong_count(&self.missing) == 1 {
                batch.extend(self.receiver.try_iter());
                tracing::error!(%error, left = ?batch, "the audit trail could not be written to its end");
                return;
            }
            tracing::error!(%error, waiting = batch.len(), "the audit trail cannot be written; trying again");
            std::thread::park_timeout(self.retry);
        }
    }

    /// Puts into the trail that lines are missing from it.
    fn confess(&self, batch: &mut Vec<AuditEntry>) {
        let missing = self.missing.swap(0, Ordering::Relaxed);
        if missing > 0 {
            let wall_ms = batch.last().map_or(0, |entry| entry.wall_ms);
            let detail = format!("{missing} lines did not fit into the queue; they are in the log");
            batch.push(AuditEntry {
                wall_ms,
                who: "-".into(),
                act: "audit_lost".into(),
                detail,
                ..AuditEntry::default()
            });
        }
    }
}
