use std::sync::{Arc, Weak};

use tokio::time::{MissedTickBehavior, interval};

use super::house::House;
use crate::http::stopped;
use crate::privacy::{CallClass, RetentionPlan};
use crate::store::{AuditEntry, DueQuery, Erased, Store, StoreError};

/// Between two runs.
const EVERY_MS: i64 = 3_600_000;
/// Calls in one go, so that nobody waits long for the store.
const BATCH: u32 = 100;

/// What a run removed, or would remove, of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retained {
    /// Which class.
    pub class: CallClass,
    /// Of it.
    pub erased: Erased,
}

/// Removes all that is due at `now_ms`; a `dry` run removes nothing and counts. Calls that are gone whole count as calls, their recordings
/// as recordings; where only recordings are due, these alone.
///
/// # Errors
/// [`StoreError`]; what was removed before is gone.
pub fn retain(
    store: &dyn Store,
    plan: &RetentionPlan,
    now_ms: i64,
    dry: bool,
) -> Result<Vec<Retained>, StoreError> {
    let mut done = Vec::new();
    for class in CallClass::ALL {
        let due = plan.due(class, now_ms);
        let mut erased = Erased::default();
        let query = |before_ms: i64, with_recording: bool| DueQuery {
            class,
            before_ms,
            now_ms,
            with_recording,
            limit: if dry { u32::MAX } else { BATCH },
        };
        if let Some(before_ms) = due.data_before_ms {
            erased = erased.plus(batches(store, &query(before_ms, false), dry, |calls| store.erase(calls))?);
        }
        if let Some(before_ms) = due.recording_before_ms {
            let remove =
                |calls: &[String]| Ok(Erased { calls: 0, recordings: store.erase_recordings(calls)? });
            let recordings = batches(store, &query(before_ms, true), dry, remove)?;
            // In a dry run those of calls that go whole are still there.
            erased.recordings += if dry { recordings.calls } else { recordings.recordings };
        }
        if erased != Erased::default() {
            done.push(Retained { class, erased });
        }
    }
    if !dry && !done.is_empty() {
        settle(store)?;
    }
    Ok(done)
}

/// What was removed may still stand in the file beside the database.
pub(super) fn settle(store: &dyn Store) -> Result<(), StoreError> {
    if !store.empty_log()? {
        tracing::warn!(
            "somebody reads the store: what was removed stays in the file beside it until the next run"
        );
    }
    Ok(())
}

fn batches(
    store: &dyn Store,
    query: &DueQuery,
    dry: bool,
    remove: impl Fn(&[String]) -> Result<Erased, StoreError>,
) -> Result<Erased, StoreError> {
    let mut erased = Erased::default();
    loop {
        let calls = store.due(query)?;
        if dry || calls.is_empty() {
            return Ok(Erased { calls: erased.calls + calls.len() as u64, ..erased });
        }
        erased = erased.plus(remove(&calls)?);
    }
}

/// Lines of the audit trail about a run.
pub fn retained_entries(done: &[Retained], who: &str, now_ms: i64) -> Vec<AuditEntry> {
    let entry = |Retained { class, erased }: &Retained| AuditEntry {
        wall_ms: now_ms,
        who: who.to_owned(),
        act: "retention".to_owned(),
        object: class.name().to_owned(),
        detail: format!("calls: {}, recordings: {}", erased.calls, erased.recordings),
        ..AuditEntry::default()
    };
    done.iter().map(entry).collect()
}

/// Every hour of the floor's clock, and when it starts.
pub(super) async fn keep_house(house: Weak<House>) {
    let Some(timeouts) = house.upgrade().map(|house| house.timeouts) else { return };
    let mut tick = interval(timeouts.look);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut next_ms = i64::MIN;
    while let Some(floor) = house.upgrade() {
        let mut stopping = floor.stopping.clone();
        tokio::select! {
            _ = tick.tick() => {}
            () = stopped(&mut stopping) => return,
        }
        let steady_ms = floor.clock.steady_ms();
        if floor.retention.keeps_everything() || steady_ms < next_ms {
            continue;
        }
        next_ms = steady_ms.saturating_add(EVERY_MS);
        run(&floor).await;
    }
}

async fn run(floor: &Arc<House>) {
    let run = |floor: &House| {
        let now_ms = floor.clock.wall_ms();
        match retain(&*floor.store, &floor.retention, now_ms, false) {
            Ok(done) => {
                retained_entries(&done, "retention", now_ms)
                    .into_iter()
                    .for_each(|entry| floor.audit.note(entry));
            }
            Err(error) => {
                tracing::error!(%error, "calls whose time is over cannot be removed; trying again in an hour")
            }
        }
        Ok(())
    };
    let _ = floor.blocking(run).await;
}
