use super::{Act, Breach, CallView, Cause, Desk, Observation, RuleCard, RuleShape, Utterance};
use crate::call::{CallTime, Channel, CueOutcome, EndedBy, FlagKind, Span};

/// The call goes to a colleague.
///
/// ## What it watches
/// Whether the customer was told before the transfer (any step but the last), and the colleague before it or soon after
/// (the last step).
/// ## Why
/// Nobody likes to be passed on without a word, nor to tell everything twice.
/// ## Does not
/// Hear the customer's consent.
#[derive(Debug)]
pub(super) struct Transfer {
    colleague_within_ms: u64,
    customer_told: bool,
    colleague_told: bool,
    /// The transfer came while the agent was speaking: that speech is still to be heard.
    unproven: Option<CallTime>,
    transferred: Option<CallTime>,
    due_at: Option<CallTime>,
    /// The time is over, but the agent began to speak before.
    late: bool,
    cue: Option<String>,
}

impl Transfer {
    pub(super) const fn new(colleague_within_ms: u64) -> Self {
        Self {
            colleague_within_ms,
            customer_told: false,
            colleague_told: false,
            unproven: None,
            transferred: None,
            due_at: None,
            late: false,
            cue: None,
        }
    }

    fn missing(step: usize, from: CallTime, card: &RuleCard, desk: &mut Desk) {
        let phrase = &card.steps[step].phrase;
        let span = Span { from, to: desk.now };
        desk.flag(card, &Breach { kind: FlagKind::Missing, span, text: "", phrase });
    }

    fn agent_spoke(&mut self, utterance: &Utterance, card: &RuleCard, view: &CallView, desk: &mut Desk) {
        let Some(turn) = view.turns.open(Channel::Agent) else { return };
        let last = card.steps.len() - 1;
        let first = turn.latest.saturating_sub(super::LOOK_BACK);
        let heard = |step: usize| card.find(step, &turn.said, first).is_some_and(|hit| hit.end > turn.latest);
        if self.transferred.is_none() || self.unproven.is_some() {
            self.tell_customer((0..last).any(heard), desk);
        }
        if let Some(since) = self.unproven.take() {
            if self.customer_told {
                desk.met += 1;
            } else {
                Self::missing(0, since, card, desk);
            }
        }
        let in_time =
            self.transferred.is_none_or(|at| utterance.span.from <= at.plus_millis(self.colleague_within_ms));
        if heard(last) && in_time && !std::mem::replace(&mut self.colleague_told, true) {
            self.tell_colleague(desk);
        } else if self.late {
            self.give_up(card, desk);
        }
    }

    fn tell_customer(&mut self, told: bool, desk: &mut Desk) {
        if told {
            self.customer_told = true;
            desk.cue_done(&mut self.cue, CueOutcome::Met);
        }
    }

    fn tell_colleague(&mut self, desk: &mut Desk) {
        if self.due_at.take().is_some() || std::mem::take(&mut self.late) {
            desk.met += 1;
            desk.cue_done(&mut self.cue, CueOutcome::Met);
        }
    }

    fn give_up(&mut self, card: &RuleCard, desk: &mut Desk) {
        let Some(at) = self.transferred else { return };
        (self.due_at, self.late) = (None, false);
        desk.cue_done(&mut self.cue, CueOutcome::Missed);
        Self::missing(card.steps.len() - 1, at, card, desk);
    }

    fn transfer(&mut self, card: &RuleCard, view: &CallView, desk: &mut Desk) {
        if self.transferred.replace(desk.now).is_some() {
            return;
        }
        desk.due += 2;
        desk.cue_done(&mut self.cue, CueOutcome::Cancelled);
        if self.customer_told {
            desk.met += 1;
        } else if view.turns.is_speaking(Channel::Agent) {
            self.unproven = Some(desk.now);
        } else {
            Self::missing(0, desk.now, card, desk);
        }
        if self.colleague_told {
            desk.met += 1;
        } else {
            let until = desk.now.plus_millis(self.colleague_within_ms);
            self.due_at = Some(until);
            self.cue = desk.cue(card, card.steps.len() - 1, &view.slots, Some(until));
        }
    }
}

impl RuleShape for Transfer {
    fn situation(&mut self, _cause: Cause, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        if !self.customer_told && self.transferred.is_none() && self.cue.is_none() {
            self.cue = desk.cue(card, 0, &view.slots, None);
        }
    }

    fn observe(&mut self, what: Observation<'_>, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        match what {
            Observation::Spoken(utterance) if utterance.channel == Channel::Agent => {
                self.agent_spoke(utterance, card, view, desk);
            }
            Observation::Acted(Act::Transferred) => self.transfer(card, view, desk),
            Observation::Ended(by) => {
                let waits = self.due_at.is_some() || self.late;
                if waits && by == EndedBy::Agent {
                    self.give_up(card, desk);
                } else if waits {
                    desk.due -= 1;
                }
                if let Some(since) = self.unproven.take() {
                    Self::missing(0, since, card, desk);
                }
                desk.cue_done(&mut self.cue, CueOutcome::Cancelled);
            }
            _ => {}
        }
    }

    fn deadline(&self) -> Option<CallTime> {
        self.due_at
    }

    fn fall_due(&mut self, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        self.due_at = None;
        if view.turns.is_speaking(Channel::Agent) {
            self.late = true;
        } else {
            self.give_up(card, desk);
        }
    }

    fn hold_back(&mut self, gap_ms: u64) {
        self.due_at = self.due_at.map(|at| at.plus_millis(gap_ms));
    }
}
