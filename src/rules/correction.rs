use super::{Desk, RuleCard};
use crate::call::{CallTime, CueOutcome};
use crate::phrase::Slots;

/// How long the better sentence stays, if it is not said.
const SHOWN_MS: u64 = 8_000;

/// After forbidden words: the sentence to say instead, for a moment.
///
/// Not shown where a cue of the same rule is open already.
#[derive(Debug, Default)]
pub(super) struct Correction {
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    rule: usize,
    cue: Option<String>,
    until: CallTime,
}

impl Correction {
    pub(super) fn show(&mut self, card: &RuleCard, instead: &str, slots: &Slots, desk: &mut Desk) {
        if desk.has_cue(card.index) {
            return;
        }
        self.end(CueOutcome::Cancelled, desk);
        let until = desk.now.plus_millis(SHOWN_MS);
        let cue = desk.cue_saying(card, instead, slots, until);
        self.open = Some(Open { rule: card.index, cue, until });
    }

    /// The agent has said `rule`'s words after all.
    pub(super) fn said(&mut self, rule: usize, desk: &mut Desk) {
        if self.rule() == Some(rule) {
            self.end(CueOutcome::Met, desk);
        }
    }

    /// The rule whose sentence is shown.
    pub(super) fn rule(&self) -> Option<usize> {
        self.open.as_ref().map(|open| open.rule)
    }

    pub(super) fn deadline(&self) -> Option<CallTime> {
        self.open.as_ref().map(|open| open.until)
    }

    pub(super) fn end(&mut self, outcome: CueOutcome, desk: &mut Desk) {
        if let Some(mut open) = self.open.take() {
            desk.cue_done(&mut open.cue, outcome);
        }
    }
}
