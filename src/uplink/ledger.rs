use std::collections::BTreeMap;

use crate::wire::{CallOffer, StampedEvent, ToFloor, UNCONFIRMED_MAX};

/// Events in one message.
const BATCH_MAX: usize = 64;
/// Calls in one offer.
const OFFER_MAX: usize = 256;
/// Events of calls that are over which may be ahead of what is confirmed: half, so that a long backlog never holds up
/// the call that a lead looks at now.
const BACKLOG_UNCONFIRMED_MAX: u64 = UNCONFIRMED_MAX as u64 / 2;

/// Where events of calls are read from.
pub trait Journals {
    /// Events of `call` numbered `after + 1` and on, in order, at most `max`; fewer when they are large, but one at
    /// least if there is one.
    ///
    /// # Errors
    /// [`JournalUnreadable`] puts the call aside until the next connection.
    fn read(&mut self, call: &str, after: u64, max: usize) -> Result<Vec<StampedEvent>, JournalUnreadable>;
}

/// A journal that cannot be read, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct JournalUnreadable(pub String);

/// How much the floor does not have yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Events that it has not confirmed.
    pub events: u64,
    /// Calls of which it has not confirmed the end, the running one included.
    pub calls: usize,
}

/// Every call that the floor may not have whole, and how far each is.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    calls: BTreeMap<String, Progress>,
}

#[derive(Debug)]
struct Progress {
    /// Number of the newest event in the journal.
    last_seq: u64,
    /// Nothing more will be written to the journal.
    is_over: bool,
    /// On the floor's disk up to here, as far as it has said.
    stored: u64,
    /// The floor wants nothing more of it.
    is_done: bool,
    /// How far it is on this connection.
    sent: Sent,
    /// The journal has less than was said; wait until it grows.
    is_starved: bool,
    /// The end was told on this connection.
    end_sent: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    NotOffered,
    Offered,
    UpTo(u64),
    Unreadable,
}

impl Ledger {
    /// The journal of `call` has grown to `last_seq`. A call that begins on a living connection needs no offer.
    pub(super) fn grew(&mut self, call: &str, last_seq: u64, is_linked: bool) {
        let sent = if is_linked { Sent::UpTo(0) } else { Sent::NotOffered };
        self.progress(call, sent).grow(last_seq);
    }

    /// The journal of `call` ends with `last_seq`.
    ///
    /// True when there is nothing to tell: it is empty, or the floor wants no more of it. It is forgotten then.
    pub(super) fn closed(&mut self, call: &str, last_seq: u64, is_linked: bool) -> bool {
        let sent = if is_linked { Sent::UpTo(0) } else { Sent::NotOffered };
        let progress = self.progress(call, sent);
        progress.grow(last_seq);
        progress.is_over = true;
        let nothing = progress.is_done || progress.last_seq == 0;
        if nothing {
            self.calls.remove(call);
        }
        nothing
    }

    /// A new connection: it knows nothing yet.
    pub(super) fn connected(&mut self) {
        for progress in self.calls.values_mut() {
            (progress.sent, progress.is_starved, progress.end_sent) = (Sent::NotOffered, false, false);
        }
    }

    /// The floor has `call` up to `seq`: what follows is wanted. True when it was the last that was to be known.
    pub(super) fn have(&mut self, call: &str, seq: u64, closed: bool) -> bool {
        let Some(progress) = self.calls.get_mut(call) else { return false };
        // Its word counts, even where it once had more: it was set back to a backup.
        progress.stored = seq;
        if progress.sent != Sent::Unreadable {
            progress.sent = Sent::UpTo(seq);
        }
        (progress.is_starved, progress.end_sent) = (false, false);
        self.settle(call, closed)
    }

    /// The floor has stored `call` up to `seq`. True when it was the last that was to be known.
    pub(super) fn stored(&mut self, call: &str, seq: u64, closed: bool) -> bool {
        let Some(progress) = self.calls.get_mut(call) else { return false };
        progress.stored = progress.stored.max(seq);
        self.settle(call, closed)
    }

    /// The next message, if the window has room. Calls whose journal cannot be read are told to `unreadable`.
    pub(super) fn next(
        &mut self,
        journals: &mut impl Journals,
        unreadable: &mut impl FnMut(&str, JournalUnreadable),
    ) -> Option<ToFloor> {
        if let Some(calls) = self.offer() {
            return Some(ToFloor::Offer { calls });
        }
        while let Some((call, room)) = self.due() {
            // There: `due` has just found it.
            let progress = self.calls.get_mut(&call)?;
            let Sent::UpTo(sent) = progress.sent else { return None };
            if progress.last_seq <= sent {
                progress.end_sent = true;
                return Some(ToFloor::Closed { call, last_seq: progress.last_seq.max(sent) });
            }
            let max = room.min(BATCH_MAX as u64) as usize;
            match journals.read(&call, sent, max).and_then(|events| check(&call, sent, events)) {
                Ok(events) if events.is_empty() => progress.starve(sent),
                Ok(events) => {
                    let newest = sent + events.len() as u64;
                    progress.sent = Sent::UpTo(newest);
                    progress.last_seq = progress.last_seq.max(newest);
                    return Some(ToFloor::Events { events });
                }
                Err(error) => {
                    progress.sent = Sent::Unreadable;
                    unreadable(&call, error);
                }
            }
        }
        None
    }

    pub(super) fn backlog(&self) -> Backlog {
        let open = || self.calls.values().filter(|progress| !progress.is_done);
        Backlog {
            events: open().map(|progress| progress.last_seq.saturating_sub(progress.stored)).sum(),
            calls: open().count(),
        }
    }

    fn progress(&mut self, call: &str, sent: Sent) -> &mut Progress {
        self.calls.entry(call.to_owned()).or_insert(Progress {
            last_seq: 0,
            is_over: false,
            stored: 0,
            is_done: false,
            sent,
            is_starved: false,
            end_sent: false,
        })
    }

    /// True, and the call forgotten, once the floor knows its end and the journal grows no more.
    fn settle(&mut self, call: &str, closed: bool) -> bool {
        let Some(progress) = self.calls.get_mut(call) else { return false };
        progress.is_done |= closed;
        let settled = progress.is_done && progress.is_over;
        if settled {
            self.calls.remove(call);
        }
        settled
    }

    fn offer(&mut self) -> Option<Vec<CallOffer>> {
        let new = self.calls.iter_mut().filter(|(_, progress)| progress.sent == Sent::NotOffered);
        let offered: Vec<CallOffer> = new
            .take(OFFER_MAX)
            .map(|(call, progress)| {
                progress.sent = Sent::Offered;
                CallOffer { call: call.clone(), last_seq: progress.last_seq }
            })
            .collect();
        (!offered.is_empty()).then_some(offered)
    }

    /// The call that is sent next, and how many of its events may be: the running one first, then the others from the
    /// oldest on (ids sort by time).
    fn due(&self) -> Option<(String, u64)> {
        let unconfirmed: u64 = self.calls.values().map(Progress::unconfirmed).sum();
        let find = |is_over: bool, limit: u64| {
            let room = limit.saturating_sub(unconfirmed);
            let mut calls = self.calls.iter();
            let found = calls.find(|(_, progress)| progress.is_over == is_over && progress.is_due(room));
            found.map(|(call, _)| (call.clone(), room))
        };
        find(false, UNCONFIRMED_MAX as u64).or_else(|| find(true, BACKLOG_UNCONFIRMED_MAX))
    }
}

impl Progress {
    fn grow(&mut self, last_seq: u64) {
        if last_seq > self.last_seq {
            self.last_seq = last_seq;
            self.is_starved = false;
        }
    }

    /// The journal has nothing after `sent`, whatever was said of it: its own end counts once it is over.
    const fn starve(&mut self, sent: u64) {
        if self.is_over {
            self.last_seq = sent;
        } else {
            self.is_starved = true;
        }
    }

    fn unconfirmed(&self) -> u64 {
        match self.sent {
            Sent::UpTo(sent) => sent.saturating_sub(self.stored),
            _ => 0,
        }
    }

    fn is_due(&self, room: u64) -> bool {
        let Sent::UpTo(sent) = self.sent else { return false };
        if self.is_done || self.is_starved {
            return false;
        }
        if self.last_seq > sent { room > 0 } else { self.is_over && !self.end_sent }
    }
}

/// Events as they must follow number `after` of `call`.
fn check(call: &str, after: u64, events: Vec<StampedEvent>) -> Result<Vec<StampedEvent>, JournalUnreadable> {
    match events.iter().zip(after + 1..).find(|(event, seq)| event.seq != *seq || event.call != call) {
        Some((event, due)) => {
            let StampedEvent { call: other, seq, .. } = event;
            Err(JournalUnreadable(format!("event {seq} of call {other} where {due} of {call} is due")))
        }
        None => Ok(events),
    }
}
