use std::collections::BTreeMap;

use axum::extract::ws::Utf8Bytes;

use crate::call::{Channel, EventKind};

/// The events of one call, thinned to what a newcomer needs, by their place in the order of everything told.
#[derive(Debug, Default)]
pub(super) struct Story {
    /// Stay to the end of the call.
    lasting: BTreeMap<u64, Utf8Bytes>,
    /// Stay until there are too many: they move on the screen as they come, and scroll away.
    fleeting: BTreeMap<u64, Utf8Bytes>,
    /// Where the event lies that the next of the same key replaces.
    newest: BTreeMap<Key, u64>,
}

/// Events of which only the newest counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// A line that grows until it is final, by the start of the speech.
    Line(Channel, u64),
    /// The list of a rule.
    Checklist(String),
}

impl Story {
    /// Adds an event at a place after all others.
    pub(super) fn push(&mut self, place: u64, event: &EventKind, frame: Utf8Bytes) {
        if let Some(replaced) = Key::of(event).and_then(|key| self.newest.insert(key, place)) {
            self.fleeting.remove(&replaced);
            self.lasting.remove(&replaced);
        }
        let kept = if is_fleeting(event) { &mut self.fleeting } else { &mut self.lasting };
        kept.insert(place, frame);
    }

    /// Forgets the oldest of what scrolls away, down to `max`.
    pub(super) fn thin_fleeting(&mut self, max: usize) {
        while self.fleeting.len() > max && self.fleeting.pop_first().is_some() {}
        // A line that has scrolled away grows no more; its key would pile up over the call.
        if self.newest.len() > 2 * max {
            let Self { lasting, fleeting, newest } = self;
            newest.retain(|_, place| fleeting.contains_key(place) || lasting.contains_key(place));
        }
    }

    /// Forgets the oldest of what lasts, down to `max`; the last place forgotten, if any.
    pub(super) fn thin_lasting(&mut self, max: usize) -> Option<u64> {
        let mut gone = None;
        while self.lasting.len() > max {
            gone = Some(self.lasting.pop_first()?.0);
        }
        gone
    }

    /// First event after a place, with its own.
    pub(super) fn after(&self, place: u64) -> Option<(u64, &Utf8Bytes)> {
        let unread = [&self.lasting, &self.fleeting].map(|kept| kept.range(place + 1..).next());
        unread.into_iter().flatten().min_by_key(|(at, _)| **at).map(|(at, frame)| (*at, frame))
    }

    /// Place of the last event, 0 if there is none.
    pub(super) fn last(&self) -> u64 {
        let last = [&self.lasting, &self.fleeting].map(|kept| kept.last_key_value());
        last.into_iter().flatten().map(|(place, _)| *place).max().unwrap_or(0)
    }

    /// Number of events kept.
    pub(super) fn len(&self) -> usize {
        self.lasting.len() + self.fleeting.len()
    }
}

impl Key {
    fn of(event: &EventKind) -> Option<Self> {
        match event {
            EventKind::Transcript { channel, from_ms, .. } => Some(Self::Line(*channel, *from_ms)),
            EventKind::Checklist { rule, .. } => Some(Self::Checklist(rule.clone())),
            _ => None,
        }
    }
}

fn is_fleeting(event: &EventKind) -> bool {
    matches!(
        event,
        EventKind::Transcript { .. }
            | EventKind::Silence { .. }
            | EventKind::WaitStarted { .. }
            | EventKind::WaitEnded { .. }
    )
}
