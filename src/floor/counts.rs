use std::sync::atomic::{AtomicU64, Ordering};

use prometheus_client::metrics::histogram::Histogram;

/// Edges of the latencies' buckets, s; what takes longer is in the last one.
const LATENCY_EDGES_S: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

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
    /// From the arrival of an event until it is stored; each new event counts once.
    pub to_store: Latency,
    /// From the arrival of an event until it is on its way to leads; without a lead nothing counts.
    pub to_leads: Latency,
}

/// How long something took, each time: buckets of growing length.
#[derive(Clone, Debug)]
pub struct Latency(Histogram);

impl Default for Latency {
    fn default() -> Self {
        Self(Histogram::new(LATENCY_EDGES_S))
    }
}

impl Latency {
    /// So many things took `ms`.
    pub(super) fn add(&self, ms: i64, times: usize) {
        let seconds = ms.max(0) as f64 / 1e3;
        (0..times).for_each(|_| self.0.observe(seconds));
    }

    /// The same buckets, for a registry.
    pub(super) fn histogram(&self) -> Histogram {
        self.0.clone()
    }
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
