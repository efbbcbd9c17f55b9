use super::{Act, Breach, CallView, Cause, Desk, Observation, RuleCard, RuleShape, Turn, Utterance};
use crate::call::{CallTime, Channel, CueOutcome, EndedBy, FlagKind, Span};
use crate::phrase::count_characters;
use crate::script::{WaitOn, Waiting};

/// The request to wait holds for this turn of the agent and the next.
const REQUEST_TURNS: u32 = 1;
/// After being asked to wait, fewer characters of the agent are no return to the talk (好的, 我看一下).
const RETURN_CHARS: usize = 8;

/// The customer waits.
///
/// ## What it watches
/// The request before the wait (first step), how long nobody says a word meanwhile, and the thanks or apology in the
/// agent's first turn after it (last step). Steps between them are words for meanwhile.
/// ## Why
/// A customer who waits without being asked, or hears nothing, hangs up and calls again.
/// ## Does not
/// Hear whether the customer agreed; count missing audio as quiet.
#[derive(Debug)]
pub(super) struct Wait {
    terms: Waiting,
    /// Agent's turn in which the request was made.
    requested: Option<u32>,
    /// The wait began while the agent was speaking: that speech is still to be heard.
    unproven: Option<CallTime>,
    state: State,
    cue: Option<String>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Talking,
    /// Since then; `held`: by the line, not only by the agent's words.
    Waiting {
        since: CallTime,
        held: bool,
        /// End of the last speech, or start of the hold.
        quiet_since: CallTime,
        reminded: bool,
        breached: bool,
    },
    /// Thanks or apology are due in the agent's first turn from here on.
    Returning {
        since: CallTime,
    },
}

impl Wait {
    pub(super) const fn new(terms: Waiting) -> Self {
        Self { terms, requested: None, unproven: None, state: State::Talking, cue: None }
    }

    const fn last(card: &RuleCard) -> usize {
        card.steps.len() - 1
    }

    fn missing(step: usize, span: Span, text: &str, card: &RuleCard, desk: &mut Desk) {
        let phrase = &card.steps[step].phrase;
        desk.flag(card, &Breach { kind: FlagKind::Missing, span, text, phrase });
    }

    /// The line is open and the agent has asked for patience.
    fn asked(&mut self, at: CallTime, desk: &mut Desk) {
        if self.terms.on == WaitOn::Hold && !matches!(self.state, State::Waiting { .. }) {
            self.give_up_return(desk);
            self.state =
                State::Waiting { since: at, held: false, quiet_since: at, reminded: false, breached: false };
        }
    }

    /// A new wait has begun before the agent came to say thanks for the last one.
    fn give_up_return(&mut self, desk: &mut Desk) {
        if matches!(self.state, State::Returning { .. }) {
            desk.due -= 1;
        }
        desk.cue_done(&mut self.cue, CueOutcome::Cancelled);
    }

    fn held(&mut self, card: &RuleCard, view: &CallView, desk: &mut Desk) {
        if matches!(self.state, State::Waiting { held: true, .. }) {
            return;
        }
        self.give_up_return(desk);
        desk.due += 1;
        let turns = view.turns.count(Channel::Agent);
        if self.requested.is_some_and(|turn| turn + 1 + REQUEST_TURNS >= turns) {
            desk.met += 1;
        } else if view.turns.is_speaking(Channel::Agent) {
            self.unproven = Some(desk.now);
        } else {
            Self::missing(0, Span { from: desk.now, to: desk.now }, "", card, desk);
        }
        let since = desk.now;
        self.state =
            State::Waiting { since, held: true, quiet_since: since, reminded: false, breached: false };
    }

    fn released(&mut self, card: &RuleCard, view: &CallView, desk: &mut Desk) {
        let State::Waiting { since, held: true, .. } = self.state else { return };
        self.requested = None;
        desk.cue_done(&mut self.cue, CueOutcome::Cancelled);
        if desk.now.millis_since(since) >= self.terms.thanks_from_ms {
            self.must_thank(desk.now, card, view, desk);
        } else {
            self.state = State::Talking;
        }
    }

    fn must_thank(&mut self, since: CallTime, card: &RuleCard, view: &CallView, desk: &mut Desk) {
        desk.due += 1;
        self.state = State::Returning { since };
        self.cue = desk.cue(card, Self::last(card), &view.slots, None);
    }

    fn agent_spoke(&mut self, utterance: &Utterance, card: &RuleCard, view: &CallView, desk: &mut Desk) {
        let Some(turn) = view.turns.open(Channel::Agent) else { return };
        let first = turn.latest.saturating_sub(super::LOOK_BACK);
        let heard = |step: usize| card.find(step, &turn.said, first).filter(|hit| hit.end > turn.latest);
        let request = heard(0);
        if request.is_some() {
            self.requested = Some(turn.number);
        }
        if let Some(since) = self.unproven.take() {
            if request.is_some() {
                desk.met += 1;
            } else {
                Self::missing(0, Span { from: since, to: utterance.span.to }, &utterance.text, card, desk);
            }
        }
        let meanwhile = (1..Self::last(card)).any(|step| heard(step).is_some());
        if meanwhile && matches!(self.state, State::Waiting { .. }) {
            desk.cue_done(&mut self.cue, CueOutcome::Met);
        }
        match self.state {
            State::Waiting { held: false, quiet_since, .. } if request.is_none() && !meanwhile => {
                self.talk_goes_on(utterance, quiet_since, turn, card, view, desk);
            }
            State::Returning { since } => self.thank(utterance.span.to, since, turn, card, desk),
            State::Talking => {
                let own = |hit: &crate::phrase::Hit| !view.is_of_other_rule(card.index, &turn.said, *hit);
                if request.filter(own).is_some() {
                    self.asked(utterance.span.to, desk);
                }
            }
            State::Waiting { .. } => {}
        }
    }

    /// The agent speaks again after asking to wait.
    fn talk_goes_on(
        &mut self,
        utterance: &Utterance,
        quiet_since: CallTime,
        turn: &Turn,
        card: &RuleCard,
        view: &CallView,
        desk: &mut Desk,
    ) {
        if utterance.span.from.millis_since(quiet_since) >= self.terms.thanks_from_ms {
            desk.cue_done(&mut self.cue, CueOutcome::Cancelled);
            self.must_thank(utterance.span.from, card, view, desk);
            self.thank(utterance.span.to, utterance.span.from, turn, card, desk);
        } else if count_characters(&utterance.text) >= RETURN_CHARS {
            desk.cue_done(&mut self.cue, CueOutcome::Cancelled);
            self.state = State::Talking;
        }
    }

    fn thank(&mut self, to: CallTime, since: CallTime, turn: &Turn, card: &RuleCard, desk: &mut Desk) {
        if to > since && card.find(Self::last(card), &turn.said, turn.latest).is_some() {
            desk.met += 1;
            desk.cue_done(&mut self.cue, CueOutcome::Met);
            self.state = State::Talking;
        }
    }

    /// Speech of either side: the quiet begins anew at its end.
    fn heard_speech(&mut self, to: CallTime) {
        if let State::Waiting { quiet_since, reminded, breached, .. } = &mut self.state {
            *quiet_since = (*quiet_since).max(to);
            (*reminded, *breached) = (false, false);
        }
    }

    fn not_thanked(&mut self, span: Span, text: &str, card: &RuleCard, desk: &mut Desk) {
        desk.cue_done(&mut self.cue, CueOutcome::Missed);
        Self::missing(Self::last(card), span, text, card, desk);
        self.state = State::Talking;
    }

    fn acted(&mut self, act: Act, card: &RuleCard, view: &CallView, desk: &mut Desk) {
        match (act, self.terms.on) {
            (Act::HoldStarted, WaitOn::Hold) | (Act::MuteStarted, WaitOn::Mute) => {
                self.held(card, view, desk);
            }
            (Act::HoldEnded, WaitOn::Hold) | (Act::MuteEnded, WaitOn::Mute) => {
                self.released(card, view, desk);
            }
            (Act::Transferred, _) => {
                self.give_up_return(desk);
                self.state = State::Talking;
            }
            _ => {}
        }
    }

    fn ended(&mut self, by: EndedBy, card: &RuleCard, desk: &mut Desk) {
        if let Some(since) = self.unproven.take() {
            Self::missing(0, Span { from: since, to: desk.now }, "", card, desk);
        }
        match self.state {
            State::Returning { since } if by == EndedBy::Agent => {
                self.not_thanked(Span { from: since, to: desk.now }, "", card, desk);
            }
            _ => self.give_up_return(desk),
        }
    }
}

impl RuleShape for Wait {
    fn situation(&mut self, cause: Cause, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        if !cause.is_declared() {
            self.asked(desk.now, desk);
        } else if matches!(self.state, State::Talking) && self.cue.is_none() {
            self.cue = desk.cue(card, 0, &view.slots, None);
        }
    }

    fn observe(&mut self, what: Observation<'_>, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        match what {
            Observation::Spoken(utterance) => {
                if utterance.channel == Channel::Agent {
                    self.agent_spoke(utterance, card, view, desk);
                }
                self.heard_speech(utterance.span.to);
            }
            Observation::TurnClosed(turn) if turn.channel == Channel::Agent => {
                if let State::Returning { since } = self.state
                    && turn.span.to > since
                {
                    self.not_thanked(turn.span, turn.said.text(), card, desk);
                }
                if matches!(self.state, State::Talking) {
                    desk.cue_done(&mut self.cue, CueOutcome::Cancelled);
                }
            }
            Observation::Acted(act) => self.acted(act, card, view, desk),
            Observation::Ended(by) => self.ended(by, card, desk),
            _ => {}
        }
    }

    fn deadline(&self) -> Option<CallTime> {
        let State::Waiting { quiet_since, reminded, breached, .. } = self.state else { return None };
        let remind = self.terms.remind_ms.filter(|_| !reminded);
        let breach = self.terms.quiet_max_ms.filter(|_| !breached);
        remind.into_iter().chain(breach).min().map(|ms| quiet_since.plus_millis(ms))
    }

    fn fall_due(&mut self, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        let State::Waiting { quiet_since, reminded, breached, .. } = &mut self.state else { return };
        let quiet_ms = desk.now.millis_since(*quiet_since);
        let speaking = Channel::BOTH.into_iter().any(|channel| view.turns.is_speaking(channel));
        let since = *quiet_since;
        let remind = !*reminded && self.terms.remind_ms.is_some_and(|ms| quiet_ms >= ms);
        let breach = !*breached && self.terms.quiet_max_ms.is_some_and(|ms| quiet_ms >= ms);
        (*reminded, *breached) = (*reminded || remind, *breached || breach);
        if speaking {
            return;
        }
        let meanwhile = if card.steps.len() > 2 { 1 } else { 0 };
        if remind {
            desk.cue_done(&mut self.cue, CueOutcome::Cancelled);
            self.cue = desk.cue(card, meanwhile, &view.slots, None);
        }
        if breach {
            desk.cue_done(&mut self.cue, CueOutcome::Missed);
            let span = Span { from: since, to: desk.now };
            let phrase = &card.steps[meanwhile].phrase;
            desk.flag(card, &Breach { kind: FlagKind::Timing, span, text: "", phrase });
        }
    }

    fn hold_back(&mut self, gap_ms: u64) {
        if let State::Waiting { quiet_since, .. } = &mut self.state {
            *quiet_since = quiet_since.plus_millis(gap_ms);
        }
    }
}
