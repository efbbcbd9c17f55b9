use super::{Breach, CallView, Cause, Desk, Observation, RuleCard, RuleShape, Turn};
use crate::call::{CallTime, Channel, CueOutcome, EndedBy, FlagKind, Span};
use crate::script::FlagWhen;

/// What a script may say of an answer, see [`Shape::Answer`](crate::script::Shape::Answer).
#[derive(Clone, Copy, Debug)]
pub(super) struct AnswerTerms {
    pub(super) flag: FlagWhen,
    pub(super) louder_db: Option<f32>,
    pub(super) hangup: bool,
    pub(super) yields: bool,
}

/// The words belong into the agent's next turn.
///
/// ## What it watches
/// The first agent turn that starts after the situation; words that an agent says over the caller's end count too.
/// ## Why
/// A caller who thanks, complains or cannot hear is answered at once and in the company's words.
/// ## Does not
/// Flag when the caller hangs up before the agent had a turn; ask for two answers where one is a courtesy that
/// [yields](AnswerTerms::yields).
#[derive(Debug)]
pub(super) struct Answer {
    terms: AnswerTerms,
    pending: Option<Pending>,
    /// The words did not come, and the customer has not spoken since.
    unanswered_since: Option<CallTime>,
    /// The next turn must be louder than this: since when, and the level before.
    must_rise: Option<(CallTime, f32)>,
}

#[derive(Debug)]
struct Pending {
    step: usize,
    since: CallTime,
    flagged: bool,
    /// Customer's turn that asked for it.
    asked_in: Option<u32>,
    cue: Option<String>,
}

impl Answer {
    pub(super) const fn new(terms: AnswerTerms) -> Self {
        Self { terms, pending: None, unanswered_since: None, must_rise: None }
    }

    fn met(&mut self, desk: &mut Desk) {
        self.unanswered_since = None;
        if let Some(mut pending) = self.pending.take() {
            desk.cue_done(&mut pending.cue, CueOutcome::Met);
            desk.met += u32::from(pending.flagged);
        }
    }

    /// `ended`: the call is over before the agent had a turn.
    fn missed(
        &mut self,
        (span, text): (Span, &str),
        ended: bool,
        card: &RuleCard,
        view: &CallView,
        desk: &mut Desk,
    ) {
        let Some(mut pending) = self.pending.take() else { return };
        // After the goodbye a courtesy needs no other.
        let parted = ended && view.closing_said.is_some();
        if self.terms.yields && (parted || view.is_answered_otherwise(card.index, pending.asked_in)) {
            desk.cue_done(&mut pending.cue, CueOutcome::Cancelled);
            desk.due -= u32::from(pending.flagged);
            return;
        }
        desk.cue_done(&mut pending.cue, CueOutcome::Missed);
        if pending.flagged {
            self.unanswered_since = Some(pending.since);
            let phrase = &card.steps[pending.step].phrase;
            desk.flag(card, &Breach { kind: FlagKind::Missing, span, text, phrase });
        }
    }

    /// Ending the call instead of answering.
    fn hung_up(&mut self, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        let Some(since) = self.unanswered_since.filter(|_| self.terms.hangup) else { return };
        let closed = view.asked_more && view.closing_said.is_some_and(|at| at > since);
        if closed || view.hang_up_judged || view.transferred {
            return;
        }
        view.hang_up_judged = true;
        let span = Span { from: since, to: desk.now };
        let phrase = &card.steps[0].phrase;
        desk.flag(card, &Breach { kind: FlagKind::Hangup, span, text: "", phrase });
    }

    fn check_level(&mut self, turn: &Turn, card: &RuleCard, desk: &mut Desk) {
        let (Some((since, before)), Some(by)) = (self.must_rise, self.terms.louder_db) else {
            return;
        };
        if turn.span.from < since {
            return;
        }
        self.must_rise = None;
        if turn.level_dbfs().is_some_and(|level| level < before + by) {
            let breach =
                Breach { kind: FlagKind::Conduct, span: turn.span, text: turn.said.text(), phrase: "" };
            desk.flag(card, &breach);
        }
    }

    /// The rule applies while its words are still awaited: true if that asks for nothing new.
    fn is_repeated(&mut self, cause: Cause, desk: &mut Desk) -> bool {
        let Some(pending) = &mut self.pending else { return false };
        if cause.step() > pending.step {
            let mut before = self.pending.take();
            if let Some(before) = &mut before {
                desk.cue_done(&mut before.cue, CueOutcome::Cancelled);
                desk.due -= u32::from(before.flagged);
            }
            return false;
        }
        if cause.is_declared() && !pending.flagged && self.terms.flag != FlagWhen::Never {
            pending.flagged = true;
            desk.due += 1;
        }
        true
    }
}

impl RuleShape for Answer {
    fn situation(&mut self, cause: Cause, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        if self.terms.louder_db.is_some() {
            self.must_rise = view.turns.level_dbfs(Channel::Agent).map(|level| (desk.now, level));
        }
        if self.is_repeated(cause, desk) {
            return;
        }
        let step = cause.step();
        let flagged = match self.terms.flag {
            FlagWhen::Always => true,
            FlagWhen::Declared => cause.is_declared(),
            FlagWhen::Never => false,
        };
        desk.due += u32::from(flagged);
        desk.alert(card, step);
        let said_already =
            view.turns.open(Channel::Agent).is_some_and(|turn| card.find(step, &turn.said, 0).is_some());
        let cue = if said_already { None } else { desk.cue(card, step, &view.slots, None) };
        let asked_in = view.turns.open(Channel::Customer).map(|turn| turn.number);
        self.pending = Some(Pending { step, since: desk.now, flagged, asked_in, cue });
        self.unanswered_since = None;
        if said_already {
            self.met(desk);
        }
    }

    fn observe(&mut self, what: Observation<'_>, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        let since = self.pending.as_ref().map(|pending| pending.since);
        match what {
            Observation::Spoken(utterance) if utterance.channel == Channel::Agent => {
                let (Some(pending), Some(turn)) = (&self.pending, view.turns.open(Channel::Agent)) else {
                    return;
                };
                let first = if turn.span.from >= pending.since { 0 } else { turn.latest };
                if utterance.span.to > pending.since && card.find(pending.step, &turn.said, first).is_some() {
                    self.met(desk);
                }
            }
            Observation::Spoken(utterance) if !utterance.text.is_empty() => self.unanswered_since = None,
            Observation::TurnClosed(turn) if turn.channel == Channel::Agent => {
                if since.is_some_and(|since| turn.span.from >= since) {
                    self.missed((turn.span, turn.said.text()), false, card, view, desk);
                }
                self.check_level(turn, card, desk);
            }
            Observation::Ended(by) => {
                if by == EndedBy::Agent {
                    let span = Span { from: since.unwrap_or(desk.now), to: desk.now };
                    self.missed((span, ""), true, card, view, desk);
                    self.hung_up(card, view, desk);
                } else if let Some(mut pending) = self.pending.take() {
                    desk.cue_done(&mut pending.cue, CueOutcome::Cancelled);
                    desk.due -= u32::from(pending.flagged);
                }
            }
            _ => {}
        }
    }
}
