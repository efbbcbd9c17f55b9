use std::collections::{BTreeMap, VecDeque};

use crate::call::Channel;
use crate::wire::{Moment, ToFloor};

/// Lines read by the agent that wait for the floor; a floor that is away for a shift sends no lines.
const READ_NOTES_MAX: usize = 64;

/// What is of the moment and on its way to the floor: the newest of each thing, nothing queued behind a slow link.
///
/// What describes the station (notices, lag, a ringing telephone) is kept while the floor is away and told again on
/// every connection; meters and running words are not.
#[derive(Debug, Default)]
pub(super) struct Current {
    watched: bool,
    levels: Option<Moment>,
    /// Who spoke in the last levels that were let through, agent first.
    speaking: Option<(bool, bool)>,
    partials: BTreeMap<Channel, Moment>,
    lag: Standing<Moment>,
    notices: BTreeMap<String, Standing<Moment>>,
    ringing: Standing<bool>,
    read_notes: VecDeque<String>,
}

/// A state of the station, and whether this connection knows it.
#[derive(Debug)]
struct Standing<T> {
    now: Option<T>,
    is_due: bool,
}

impl<T> Default for Standing<T> {
    fn default() -> Self {
        Self { now: None, is_due: false }
    }
}

impl<T: Clone> Standing<T> {
    fn set(&mut self, now: T) {
        *self = Self { now: Some(now), is_due: true };
    }

    fn take(&mut self) -> Option<T> {
        if !std::mem::take(&mut self.is_due) {
            return None;
        }
        self.now.clone()
    }
}

impl Current {
    /// Something of the moment at the station.
    pub(super) fn moment(&mut self, moment: Moment) {
        match &moment {
            Moment::Levels { agent_speaking, customer_speaking, .. } => {
                let speaking = Some((*agent_speaking, *customer_speaking));
                if self.watched || speaking != self.speaking {
                    self.speaking = speaking;
                    self.levels = Some(moment);
                }
            }
            Moment::Partial { channel, .. } if self.watched => {
                self.partials.insert(*channel, moment);
            }
            Moment::Lag { .. } => self.lag.set(moment),
            Moment::Notice { key, .. } => self.notices.entry(key.clone()).or_default().set(moment),
            _ => {}
        }
    }

    /// Whether the telephone rings.
    pub(super) fn ringing(&mut self, on: bool) {
        if self.ringing.now != Some(on) {
            self.ringing.set(on);
        }
    }

    /// The agent has read a line.
    pub(super) fn note_read(&mut self, id: String) {
        if self.read_notes.len() == READ_NOTES_MAX {
            self.read_notes.pop_front();
        }
        self.read_notes.push_back(id);
    }

    /// Whether somebody has the call open.
    pub(super) fn watch(&mut self, on: bool) {
        self.watched = on;
        if !on {
            self.partials.clear();
        }
    }

    /// A new connection: what describes the station is due again.
    pub(super) fn connected(&mut self) {
        self.watch(false);
        (self.levels, self.speaking) = (None, None);
        self.lag.is_due = true;
        self.ringing.is_due = self.ringing.now == Some(true);
        // A notice that was taken away while nobody could be told needs no telling.
        self.notices.retain(|_, notice| notice.now.as_ref().is_some_and(|now| !is_taken_away(now)));
        self.notices.values_mut().for_each(|notice| notice.is_due = true);
    }

    /// The next message, if something is due.
    pub(super) fn next(&mut self) -> Option<ToFloor> {
        if let Some(id) = self.read_notes.pop_front() {
            return Some(ToFloor::NoteRead { id });
        }
        if let Some(on) = self.ringing.take() {
            return Some(ToFloor::Ringing { on });
        }
        let notice = self.notices.values_mut().find_map(Standing::take);
        let moment = notice.or_else(|| self.lag.take()).or_else(|| self.levels.take());
        let moment = moment.or_else(|| self.partials.pop_first().map(|(_, partial)| partial))?;
        Some(ToFloor::Moment { moment })
    }
}

fn is_taken_away(notice: &Moment) -> bool {
    matches!(notice, Moment::Notice { zh, .. } if zh.is_empty())
}
