use std::sync::atomic::{AtomicU64, Ordering};

/// What the floor has done since its start, and how full it is: for `/metrics` and tests.
#[derive(Debug, Default)]
pub struct Counts {
    /// Stations connected now.
    pub stations: Figure,
    /// Leads' pages connected now.
    pub leads: Figure,
    /// Events stored.
    pub events_stored: Figure,
    /// Events that came again and were dropped.
    pub events_double: Figure,
    /// Events that came behind a gap and were refused.
    pub events_behind_gap: Figure,
    /// Transactions with events.
    pub commits: Figure,
    /// Time spent in them, ms.
    pub commit_ms: Figure,
    /// Arrivals and alerts that wait for the writer now.
    pub writer_queue: Figure,
    /// Log-ins refused: wrong passwords and those that came too soon.
    pub log_ins_refused: Figure,
    /// Batches that the store did not take; their events were not confirmed.
    pub store_failures: Figure,
    /// Times that a socket was not read on because the writer's queue was full.
    pub writer_waits: Figure,
    /// Moments and sound that were dropped because somebody was too slow for them.
    pub moments_dropped: Figure,
    /// Pages that were brought up to date by the whole floor, because they had fallen out of the ring.
    pub resyncs: Figure,
    /// Frames that were encoded for leads.
    pub frames: Figure,
    /// Requests, frames and sockets refused.
    pub refused: Figure,
    /// Alerts raised.
    pub alerts: Figure,
    /// 1 while the store takes nothing.
    pub store_down: Figure,
}

/// A number that several threads count at.
#[derive(Debug, Default)]
pub struct Figure(AtomicU64);

impl Figure {
    /// The number now.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    pub(super) fn take(&self, less: u64) {
        self.0.fetch_sub(less, Ordering::Relaxed);
    }

    pub(super) fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }
}

/// Counts one while it lives.
pub(super) struct Present<'c>(&'c Figure);

impl<'c> Present<'c> {
    pub(super) fn at(figure: &'c Figure) -> Self {
        figure.add(1);
        Self(figure)
    }
}

impl Drop for Present<'_> {
    fn drop(&mut self) {
        self.0.take(1);
    }
}
