use super::{Breach, CallView, Cause, Desk, Observation, RuleCard, RuleShape};
use crate::call::{CallTime, Channel, CueOutcome, EndedBy, FlagKind, Span};

/// The words belong into the agent's first turn.
///
/// ## What it watches
/// The agent's first turn, up to a latest moment counted from the answer.
/// ## Why
/// The caller must know at once whom the call has reached.
/// ## Does not
/// Count a turn against the agent that began in time and is still going on: it waits for its words.
#[derive(Debug)]
pub(super) struct Opening {
    within_ms: u64,
    waiting: bool,
    cue: Option<String>,
    due_at: Option<CallTime>,
    late: bool,
}

impl Opening {
    pub(super) const fn new(within_ms: u64) -> Self {
        Self { within_ms, waiting: false, cue: None, due_at: None, late: false }
    }

    fn settle(&mut self, met: bool, span: Span, text: &str, card: &RuleCard, desk: &mut Desk) {
        self.waiting = false;
        self.due_at = None;
        desk.cue_done(&mut self.cue, if met { CueOutcome::Met } else { CueOutcome::Missed });
        if met {
            desk.met += 1;
        } else {
            let phrase = &card.steps[0].phrase;
            desk.flag(card, &Breach { kind: FlagKind::Missing, span, text, phrase });
        }
    }
}

impl RuleShape for Opening {
    fn situation(&mut self, _cause: Cause, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        if self.waiting && self.cue.is_none() {
            self.cue = desk.cue(card, 0, &view.slots, self.due_at);
        }
    }

    fn observe(&mut self, what: Observation<'_>, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        match what {
            Observation::Answered => {
                self.waiting = true;
                self.due_at = Some(desk.now.plus_millis(self.within_ms));
                desk.due += 1;
                self.cue = desk.cue(card, 0, &view.slots, self.due_at);
            }
            Observation::Spoken(utterance) if self.waiting && utterance.channel == Channel::Agent => {
                let Some(turn) = view.turns.open(Channel::Agent) else {
                    return;
                };
                if card.find(0, &turn.said, 0).is_some() {
                    self.settle(true, utterance.span, "", card, desk);
                } else if self.late {
                    let (span, text) = (turn.span, turn.said.text().to_owned());
                    self.settle(false, span, &text, card, desk);
                }
            }
            Observation::TurnClosed(turn) if self.waiting && turn.channel == Channel::Agent => {
                self.settle(false, turn.span, turn.said.text(), card, desk);
            }
            Observation::Ended(by) if self.waiting => {
                if by == EndedBy::Agent {
                    self.settle(false, Span { from: CallTime::START, to: desk.now }, "", card, desk);
                } else {
                    desk.cue_done(&mut self.cue, CueOutcome::Cancelled);
                }
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
            return;
        }
        let text = view.turns.open(Channel::Agent).map_or(String::new(), |turn| turn.said.text().to_owned());
        self.settle(false, Span { from: CallTime::START, to: desk.now }, &text, card, desk);
    }

    fn hold_back(&mut self, gap_ms: u64) {
        self.due_at = self.due_at.map(|at| at.plus_millis(gap_ms));
    }
}
