use std::collections::BTreeMap;
use std::time::Duration;

use callcue::call::{Event, EventKind};
use callcue::uplink::{JournalUnreadable, Journals, Outbox};
use callcue::wire::{FromFloor, StampedEvent, StationHello, ToFloor};

pub(super) const NOW: Duration = Duration::from_secs(1_000);

pub(super) fn hello() -> StationHello {
    StationHello {
        version: "0.1.0".to_owned(),
        agent: "1024".to_owned(),
        script: "demo".to_owned(),
        script_sha256: "00".repeat(32),
        model: None,
    }
}

pub(super) fn welcome() -> FromFloor {
    FromFloor::Welcome { version: "0.1.0".to_owned(), station: "A3".to_owned(), agent: "1024".to_owned() }
}

pub(super) fn event(call: &str, seq: u64) -> StampedEvent {
    let event = Event { at_ms: seq * 10, kind: EventKind::Silence { since_ms: 0, length_ms: 3_000 } };
    StampedEvent { call: call.to_owned(), seq, wall: "2026-11-24T09:00:00+08:00".to_owned(), event }
}

/// Number of the newest event of each call.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers(pub(super) BTreeMap<String, u64>);

impl Journals for Numbers {
    fn read(&mut self, call: &str, after: u64, max: usize) -> Result<Vec<StampedEvent>, JournalUnreadable> {
        let last = *self.0.get(call).ok_or_else(|| JournalUnreadable("gone".to_owned()))?;
        Ok((after + 1..=last).take(max).map(|seq| event(call, seq)).collect())
    }
}

/// An outbox that the floor has welcomed.
pub(super) fn welcomed(journals: &mut Numbers) -> Outbox {
    let mut outbox = Outbox::new(hello(), 7, NOW);
    outbox.connected(NOW);
    assert!(matches!(outbox.next_message(journals), Some(ToFloor::Hello(_))));
    outbox.receive(NOW, welcome());
    outbox
}

/// All that it sends before it waits.
pub(super) fn sent(outbox: &mut Outbox, journals: &mut Numbers) -> Vec<ToFloor> {
    std::iter::from_fn(|| outbox.next_message(journals)).collect()
}

/// A floor: what is on its disk, and what a crash would cost it.
#[derive(Clone, Debug, Default)]
pub(super) struct ModelFloor {
    pub(super) disk: BTreeMap<String, Kept>,
    memory: BTreeMap<String, Kept>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Kept {
    pub(super) events: Vec<StampedEvent>,
    pub(super) closed: bool,
}

impl Kept {
    pub(super) fn seq(&self) -> u64 {
        self.events.len() as u64
    }
}

impl ModelFloor {
    /// What it answers at once; [`commit`](Self::commit) confirms.
    pub(super) fn receive(&mut self, message: ToFloor) -> Vec<FromFloor> {
        // What it has is what is on its disk.
        let have = |call: &str| {
            let kept = self.disk.get(call).cloned().unwrap_or_default();
            FromFloor::Have { call: call.to_owned(), seq: kept.seq(), closed: kept.closed }
        };
        match message {
            ToFloor::Hello(_) => vec![welcome()],
            ToFloor::Offer { calls } => calls.iter().map(|offer| have(&offer.call)).collect(),
            ToFloor::Events { events } => {
                let call = events[0].call.clone();
                let kept = self.memory.entry(call.clone()).or_default();
                for event in events {
                    assert_eq!(event.call, call);
                    if event.seq == kept.seq() + 1 {
                        kept.events.push(event);
                    } else if event.seq > kept.seq() {
                        return vec![have(&call)];
                    }
                }
                vec![]
            }
            ToFloor::Closed { call, last_seq } => {
                let kept = self.memory.entry(call.clone()).or_default();
                if last_seq > kept.seq() {
                    return vec![have(&call)];
                }
                kept.closed = true;
                vec![]
            }
            _ => vec![],
        }
    }

    /// Everything to disk; what it confirms.
    pub(super) fn commit(&mut self) -> Vec<FromFloor> {
        self.disk = self.memory.clone();
        self.memory
            .iter()
            .map(|(call, kept)| FromFloor::Stored {
                call: call.clone(),
                seq: kept.seq(),
                closed: kept.closed,
            })
            .collect()
    }

    /// A kill: what was not on its disk is gone.
    pub(super) fn crash(&mut self) {
        self.memory = self.disk.clone();
    }
}
