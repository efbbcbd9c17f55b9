use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Newest events of a station whose moment is kept. At two events a second this is a minute, six times what the
/// histogram tells apart.
const KEPT: usize = 128;

/// When each station wrote down its newest events, for those who watch them arrive.
///
/// Written by the stations' thread and read by the leads', without a lock: a slot that is overwritten while it is read
/// gives the moment of a newer event, never half of one.
#[derive(Debug)]
pub struct Sends {
    stations: Vec<Ring>,
    window_us: Range<u64>,
    counted: AtomicU64,
}

#[derive(Debug)]
struct Ring {
    /// Event number n of the station (from 1, over all its calls) is at n modulo the length: µs since the start.
    sent_us: Box<[AtomicU64]>,
    newest: AtomicU64,
    /// The newest event of a call that is over.
    over: AtomicU64,
}

impl Sends {
    /// Of so many stations that have sent nothing. Events that are sent within `window`, which is since the start of the
    /// swarm, are counted.
    pub fn new(stations: usize, window: &Range<Duration>) -> Self {
        let ring = || Ring {
            sent_us: (0..KEPT).map(|_| AtomicU64::new(0)).collect(),
            newest: AtomicU64::new(0),
            over: AtomicU64::new(0),
        };
        Self {
            stations: (0..stations).map(|_| ring()).collect(),
            window_us: window.start.as_micros() as u64..window.end.as_micros() as u64,
            counted: AtomicU64::new(0),
        }
    }

    /// Events that were sent within the window.
    pub fn counted(&self) -> u64 {
        self.counted.load(Ordering::Relaxed)
    }

    /// Whether an event that was sent at that moment is counted.
    pub(super) fn counts(&self, sent_us: u64) -> bool {
        self.window_us.contains(&sent_us)
    }

    /// Event number `event` of station `place` is in its journal.
    pub(super) fn sent(&self, place: usize, event: u64, now: Duration) {
        let ring = &self.stations[place];
        let now_us = now.as_micros() as u64;
        if self.counts(now_us) {
            self.counted.fetch_add(1, Ordering::Relaxed);
        }
        ring.slot(event).store(now_us, Ordering::Relaxed);
        ring.newest.store(event, Ordering::Release);
    }

    /// The running call of that station has had its last event.
    pub(super) fn call_over(&self, place: usize) {
        let ring = &self.stations[place];
        ring.over.store(ring.newest.load(Ordering::Acquire), Ordering::Release);
    }

    /// Number of the newest event of a call that is over.
    pub(super) fn over(&self, place: usize) -> u64 {
        self.stations.get(place).map_or(0, |ring| ring.over.load(Ordering::Acquire))
    }

    /// When that event was written down, µs since the start; none if so long ago that it is no longer known.
    pub(super) fn sent_us(&self, place: usize, event: u64) -> Option<u64> {
        let ring = self.stations.get(place)?;
        let is_kept = ring.newest.load(Ordering::Acquire) < event + KEPT as u64;
        is_kept.then(|| ring.slot(event).load(Ordering::Relaxed))
    }
}

impl Ring {
    fn slot(&self, event: u64) -> &AtomicU64 {
        &self.sent_us[event as usize % KEPT]
    }
}
