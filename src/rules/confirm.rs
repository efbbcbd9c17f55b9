use super::{Breach, CallView, Cause, Desk, Observation, RuleCard, RuleShape};
use crate::call::{CallTime, Channel, CueOutcome, EndedBy, FlagKind, Span};

/// After an explanation the agent asks whether all is clear.
///
/// ## What it watches
/// Agent turns long enough to be an explanation; the question must come in or after the last of them, before goodbye.
/// ## Why
/// A caller who has not understood calls again.
/// ## Does not
/// Count the script's own sentences as an explanation; blame the agent when the caller hangs up first.
#[derive(Debug)]
pub(super) struct Confirm {
    explained_chars: usize,
    /// Start of the explanation that has not been confirmed.
    explained: Option<CallTime>,
    /// The agent's turn whose explanation is confirmed.
    confirmed_turn: Option<u32>,
    cue: Option<String>,
}

impl Confirm {
    pub(super) const fn new(explained_chars: usize) -> Self {
        Self { explained_chars, explained: None, confirmed_turn: None, cue: None }
    }

    fn ask(&mut self, since: CallTime, card: &RuleCard, view: &CallView, desk: &mut Desk) {
        if self.explained.is_none() {
            desk.due += 1;
        }
        self.explained = Some(since);
        if self.cue.is_none() {
            self.cue = desk.cue(card, 0, &view.slots, None);
        }
    }

    fn agent_spoke(&mut self, card: &RuleCard, view: &CallView, desk: &mut Desk) {
        let Some(turn) = view.turns.open(Channel::Agent) else {
            return;
        };
        if card.find(0, &turn.said, turn.latest.saturating_sub(8)).is_some() {
            self.confirmed_turn = Some(turn.number);
            if self.explained.take().is_some() {
                desk.met += 1;
                desk.cue_done(&mut self.cue, CueOutcome::Met);
            }
        } else if self.explained.is_none()
            && self.confirmed_turn != Some(turn.number)
            && turn.said.len() >= self.explained_chars
            && view.own_characters(&turn.said) >= self.explained_chars
        {
            self.ask(turn.span.from, card, view, desk);
        }
    }

    fn missing(&mut self, card: &RuleCard, desk: &mut Desk) {
        if let Some(since) = self.explained.take() {
            desk.cue_done(&mut self.cue, CueOutcome::Missed);
            let span = Span { from: since, to: desk.now };
            let phrase = &card.steps[0].phrase;
            desk.flag(card, &Breach { kind: FlagKind::Missing, span, text: "", phrase });
        }
    }
}

impl RuleShape for Confirm {
    fn situation(&mut self, _cause: Cause, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        self.ask(desk.now, card, view, desk);
    }

    fn observe(&mut self, what: Observation<'_>, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        match what {
            Observation::Spoken(utterance) if utterance.channel == Channel::Agent => {
                self.agent_spoke(card, view, desk);
                if view.closing_said == Some(utterance.span.to) {
                    self.missing(card, desk);
                }
            }
            Observation::Ended(EndedBy::Agent) => self.missing(card, desk),
            Observation::Ended(_) => {
                if self.explained.take().is_some() {
                    desk.due -= 1;
                }
                desk.cue_done(&mut self.cue, CueOutcome::Cancelled);
            }
            _ => {}
        }
    }
}
