use std::collections::BTreeMap;

use axum::extract::ws::Utf8Bytes;

use crate::call::{Channel, EventKind};

/// What is of the moment: one frame a thing, the newest.
#[derive(Debug, Default)]
pub(super) struct Slots {
    frames: BTreeMap<Slot, (u64, Utf8Bytes)>,
}

/// A thing that has a newest moment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slot {
    /// The meters.
    Levels,
    /// Words of a line whose speaker goes on, by the start of the speech.
    Partial(Channel, u64),
    /// How far text is behind.
    Lag,
    /// A line about the station.
    Notice(String),
    /// The link to the floor.
    Floor,
    /// Who listens in.
    Listening,
    /// A lead's line.
    Note(String),
}

impl Slots {
    /// Things kept: meters, lag, a dozen notices, and few unfinished lines. More come only from a fault.
    const MAX: usize = 64;
    /// Lines of leads kept, read or not.
    const NOTES_MAX: usize = 16;

    /// Puts a moment at a place after all others; true if one was replaced, or pushed out.
    pub(super) fn put(&mut self, place: u64, slot: Slot, frame: Utf8Bytes) -> bool {
        let replaced = self.frames.insert(slot, (place, frame)).is_some();
        let is_note = |slot: &Slot| matches!(slot, Slot::Note(_));
        replaced | self.push_out_oldest(Self::NOTES_MAX, is_note) | self.push_out_oldest(Self::MAX, |_| true)
    }

    /// Forgets what an event has overtaken: the unfinished line that it finishes, the meters of another call.
    pub(super) fn overtaken_by(&mut self, event: &EventKind) {
        match event {
            EventKind::Transcript { channel, from_ms, r#final: true, .. } => {
                self.frames.remove(&Slot::Partial(*channel, *from_ms));
            }
            EventKind::CallStarted { .. } | EventKind::CallEnded { .. } => {
                self.frames.retain(|slot, _| !matches!(slot, Slot::Levels | Slot::Partial(..)));
            }
            _ => {}
        }
    }

    /// First moment after a place, with its own.
    pub(super) fn after(&self, place: u64) -> Option<(u64, &Utf8Bytes)> {
        let unread = self.frames.values().filter(|(at, _)| *at > place);
        unread.min_by_key(|(at, _)| *at).map(|(at, frame)| (*at, frame))
    }

    /// Forgets the oldest of a kind if there are more than `max` of it.
    fn push_out_oldest(&mut self, max: usize, is_kind: impl Fn(&Slot) -> bool) -> bool {
        let of_kind = || self.frames.iter().filter(|(slot, _)| is_kind(slot));
        if of_kind().count() <= max {
            return false;
        }
        let oldest = of_kind().min_by_key(|(_, (at, _))| *at).map(|(slot, _)| slot.clone());
        oldest.is_some_and(|slot| self.frames.remove(&slot).is_some())
    }
}
