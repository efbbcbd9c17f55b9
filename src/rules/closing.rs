use super::{Breach, CallView, Cause, Desk, Observation, RuleCard, RuleShape};
use crate::call::{CallTime, Channel, CueOutcome, EndedBy, FlagKind, Span};

/// “Anything else?”
const ASK: usize = 0;
/// “Goodbye.”
const GOODBYE: usize = 1;

/// The call is closed as it should be.
///
/// ## What it watches
/// Whether the agent, before hanging up, has asked if there is anything else, and has said goodbye.
/// ## Why
/// A call that the agent ends without asking is a call cut off.
/// ## Does not
/// Apply when the caller hangs up, when the call went to a colleague, or when another rule has its own way to end the
/// call and has judged it: one hang-up is one breach.
#[derive(Debug, Default)]
pub(super) struct Closing {
    cue: Option<(usize, Option<String>)>,
}

impl Closing {
    fn show(&mut self, card: &RuleCard, view: &CallView, desk: &mut Desk) {
        let step = if view.asked_more { GOODBYE } else { ASK };
        if view.closing_said.is_some() || self.cue.as_ref().is_some_and(|(shown, _)| *shown == step) {
            return;
        }
        self.done(CueOutcome::Cancelled, desk);
        self.cue = Some((step, desk.cue(card, step, &view.slots, None)));
    }

    fn done(&mut self, outcome: CueOutcome, desk: &mut Desk) {
        if let Some((_, mut cue)) = self.cue.take() {
            desk.cue_done(&mut cue, outcome);
        }
    }

    fn agent_spoke(&mut self, to: CallTime, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        let Some(turn) = view.turns.open(Channel::Agent) else {
            return;
        };
        let first = turn.latest.saturating_sub(super::LOOK_BACK);
        let own = |step| card.find(step, &turn.said, first).filter(|hit| hit.end > turn.latest);
        let asked = own(ASK).is_some();
        let goodbye = own(GOODBYE).is_some_and(|hit| !view.is_claimed(hit.first, hit.end));
        if asked {
            view.asked_more = true;
        }
        if goodbye {
            view.closing_said = Some(to);
            // Nobody lingers on a line on which nobody has spoken.
            view.lingering_since = view.customer_spoke.then_some(to);
        }
        let met = self.cue.as_ref().is_some_and(|(step, _)| if *step == ASK { asked } else { goodbye });
        if met || goodbye {
            self.done(if met { CueOutcome::Met } else { CueOutcome::Cancelled }, desk);
        }
    }

    fn agent_ended(&mut self, card: &RuleCard, view: &CallView, desk: &mut Desk) {
        if view.hang_up_judged || view.transferred {
            self.done(CueOutcome::Cancelled, desk);
            return;
        }
        desk.due += 1;
        self.done(CueOutcome::Missed, desk);
        let span = Span { from: desk.now, to: desk.now };
        if !view.asked_more {
            let phrase = &card.steps[ASK].phrase;
            desk.flag(card, &Breach { kind: FlagKind::Hangup, span, text: "", phrase });
        } else if view.closing_said.is_none() {
            let phrase = &card.steps[GOODBYE].phrase;
            desk.flag(card, &Breach { kind: FlagKind::Missing, span, text: "", phrase });
        } else {
            desk.met += 1;
        }
    }
}

impl RuleShape for Closing {
    fn situation(&mut self, _cause: Cause, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        self.show(card, view, desk);
    }

    fn observe(&mut self, what: Observation<'_>, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        match what {
            Observation::Spoken(utterance) if utterance.channel == Channel::Agent => {
                self.agent_spoke(utterance.span.to, card, view, desk);
            }
            Observation::Ended(EndedBy::Agent) => self.agent_ended(card, view, desk),
            Observation::Ended(_) => self.done(CueOutcome::Cancelled, desk),
            _ => {}
        }
    }
}
