use std::collections::{BTreeMap, BTreeSet};

/// What falls due at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    /// Nobody has spoken for long at this station.
    LongSilence(u32),
    /// The customer of this station has been on hold for long.
    LongHold(u32),
    /// Nobody has acknowledged this alert in time.
    PassOn(u64),
}

/// Each thing at most once, the earliest first.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    by_time: BTreeSet<(i64, Due)>,
    times: BTreeMap<Due, i64>,
}

impl Agenda {
    /// Puts a thing at a moment, or takes it off.
    pub(super) fn set(&mut self, due: Due, at_ms: Option<i64>) {
        let before = match at_ms {
            Some(at_ms) => self.times.insert(due, at_ms),
            None => self.times.remove(&due),
        };
        if before == at_ms {
            return;
        }
        if let Some(before) = before {
            self.by_time.remove(&(before, due));
        }
        if let Some(at_ms) = at_ms {
            self.by_time.insert((at_ms, due));
        }
    }

    pub(super) fn first_ms(&self) -> Option<i64> {
        self.by_time.first().map(|(at_ms, _)| *at_ms)
    }

    /// Takes off the earliest thing that is due at `now_ms`, with its moment.
    pub(super) fn take_due(&mut self, now_ms: i64) -> Option<(i64, Due)> {
        let (at_ms, due) = self.by_time.first().copied().filter(|(at_ms, _)| *at_ms <= now_ms)?;
        self.set(due, None);
        Some((at_ms, due))
    }
}
