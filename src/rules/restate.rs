use super::{Breach, CallView, Cause, Desk, Observation, RuleCard, RuleShape, Turn, Utterance};
use crate::call::{CallTime, Channel, CueOutcome, EndedBy, FlagKind, Span};
use crate::phrase::count_characters;

/// What the customer has told at length is said again before it is answered.
///
/// ## What it watches
/// The customer's turns since the last restating or answer, all together; the agent's first answer after them.
/// ## Why
/// Who hears the own question again knows that it was understood, and corrects it in time.
/// ## Does not
/// Take a question of the agent for an answer, nor the script's own sentences.
#[derive(Debug)]
pub(super) struct Restate {
    statement_ms: u64,
    statement_chars: usize,
    answer_chars: usize,
    /// Of the customer's turns that are over.
    told_ms: u64,
    told_chars: usize,
    pending: Option<CallTime>,
    cue: Option<String>,
}

impl Restate {
    pub(super) const fn new(statement_ms: u64, statement_chars: usize, answer_chars: usize) -> Self {
        Self {
            statement_ms,
            statement_chars,
            answer_chars,
            told_ms: 0,
            told_chars: 0,
            pending: None,
            cue: None,
        }
    }

    fn begin(&mut self, card: &RuleCard, view: &CallView, desk: &mut Desk) {
        if self.pending.is_none() {
            self.pending = Some(desk.now);
            desk.due += 1;
            self.cue = desk.cue(card, 0, &view.slots, None);
        }
    }

    fn customer_spoke(&mut self, utterance: &Utterance, card: &RuleCard, view: &CallView, desk: &mut Desk) {
        self.told_chars += count_characters(&utterance.text);
        let open_ms = view.turns.open(Channel::Customer).map_or(0, |turn| turn.span.millis());
        if self.told_chars >= self.statement_chars || self.told_ms + open_ms >= self.statement_ms {
            self.begin(card, view, desk);
        }
    }

    fn agent_spoke(&mut self, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        let Some(turn) = view.turns.open(Channel::Agent) else { return };
        if card.find(0, &turn.said, turn.latest).is_none() {
            return;
        }
        view.restatings += 1;
        if self.pending.take().is_some() {
            desk.met += 1;
            desk.cue_done(&mut self.cue, CueOutcome::Met);
        }
        self.restart();
    }

    fn is_answer(&self, turn: &Turn, view: &CallView) -> bool {
        !turn.asks() && view.own_characters(&turn.said) >= self.answer_chars
    }

    fn missing(&mut self, span: Span, text: &str, card: &RuleCard, desk: &mut Desk) {
        if self.pending.take().is_some() {
            desk.cue_done(&mut self.cue, CueOutcome::Missed);
            let phrase = &card.steps[0].phrase;
            desk.flag(card, &Breach { kind: FlagKind::Missing, span, text, phrase });
        }
        self.restart();
    }

    const fn restart(&mut self) {
        (self.told_ms, self.told_chars) = (0, 0);
    }
}

impl RuleShape for Restate {
    fn situation(&mut self, _cause: Cause, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        self.begin(card, view, desk);
    }

    fn observe(&mut self, what: Observation<'_>, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        match what {
            Observation::Spoken(utterance) if utterance.channel == Channel::Customer => {
                self.customer_spoke(utterance, card, view, desk);
            }
            Observation::Spoken(utterance) => {
                self.agent_spoke(card, view, desk);
                if view.closing_said == Some(utterance.span.to) {
                    self.missing(utterance.span, &utterance.text, card, desk);
                }
            }
            Observation::TurnClosed(turn) if turn.channel == Channel::Customer => {
                self.told_ms += turn.span.millis();
            }
            Observation::TurnClosed(turn) => {
                let after = self.pending.is_none_or(|since| turn.span.from >= since);
                if after && self.is_answer(turn, view) {
                    self.missing(turn.span, turn.said.text(), card, desk);
                }
            }
            Observation::Ended(EndedBy::Agent) => {
                let span = Span { from: self.pending.unwrap_or(desk.now), to: desk.now };
                self.missing(span, "", card, desk);
            }
            Observation::Ended(_) => {
                desk.due -= u32::from(self.pending.take().is_some());
                desk.cue_done(&mut self.cue, CueOutcome::Cancelled);
            }
            _ => {}
        }
    }
}
