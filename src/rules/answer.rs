use super::{Breach, CallView, Cause, Desk, Observation, RuleCard, RuleShape};
use crate::call::{CallTime, Channel, CueOutcome, EndedBy, FlagKind, Span};
use crate::script::FlagWhen;

/// The words belong into the agent's next turn.
///
/// ## What it watches
/// The first agent turn that starts after the situation; words that an agent says over the caller's end count too.
/// ## Why
/// A caller who thanks, complains or cannot hear is answered at once and in the company's words.
/// ## Does not
/// Flag when the caller hangs up before the agent had a turn.
#[derive(Debug)]
pub(super) struct Answer {
    flag: FlagWhen,
    louder_db: Option<f32>,
    pending: Option<Pending>,
    /// The next turn must be louder than this: since when, and the level before.
    must_rise: Option<(CallTime, f32)>,
}

#[derive(Debug)]
struct Pending {
    since: CallTime,
    flagged: bool,
    cue: Option<String>,
}

impl Answer {
    pub(super) const fn new(flag: FlagWhen, louder_db: Option<f32>) -> Self {
        Self { flag, louder_db, pending: None, must_rise: None }
    }

    fn met(&mut self, desk: &mut Desk) {
        if let Some(mut pending) = self.pending.take() {
            desk.cue_done(&mut pending.cue, CueOutcome::Met);
            desk.met += u32::from(pending.flagged);
        }
    }

    fn missed(&mut self, span: Span, text: &str, card: &RuleCard, desk: &mut Desk) {
        if let Some(mut pending) = self.pending.take() {
            desk.cue_done(&mut pending.cue, CueOutcome::Missed);
            if pending.flagged {
                let phrase = &card.steps[0].phrase;
                desk.flag(card, &Breach { kind: FlagKind::Missing, span, text, phrase });
            }
        }
    }

    fn check_level(&mut self, turn: &super::Turn, card: &RuleCard, desk: &mut Desk) {
        let (Some((since, before)), Some(by)) = (self.must_rise, self.louder_db) else {
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
}

impl RuleShape for Answer {
    fn situation(&mut self, cause: Cause, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        if self.louder_db.is_some() {
            self.must_rise = view.turns.level_dbfs(Channel::Agent).map(|level| (desk.now, level));
        }
        if let Some(pending) = &mut self.pending {
            if cause == Cause::Declared && !pending.flagged && self.flag != FlagWhen::Never {
                pending.flagged = true;
                desk.due += 1;
            }
            return;
        }
        let flagged = match self.flag {
            FlagWhen::Always => true,
            FlagWhen::Declared => cause == Cause::Declared,
            FlagWhen::Never => false,
        };
        desk.due += u32::from(flagged);
        let said_already =
            view.turns.open(Channel::Agent).is_some_and(|turn| card.find(0, &turn.said, 0).is_some());
        let cue = (!said_already).then(|| desk.cue(card, 0, &view.slots, None));
        self.pending = Some(Pending { since: desk.now, flagged, cue });
        if said_already {
            self.met(desk);
        }
    }

    fn observe(&mut self, what: Observation<'_>, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        let since = self.pending.as_ref().map(|pending| pending.since);
        match what {
            Observation::Spoken(utterance) if utterance.channel == Channel::Agent => {
                let (Some(since), Some(turn)) = (since, view.turns.open(Channel::Agent)) else {
                    return;
                };
                let first = if turn.span.from >= since { 0 } else { turn.latest };
                if utterance.span.to > since && card.find(0, &turn.said, first).is_some() {
                    self.met(desk);
                }
            }
            Observation::TurnClosed(turn) if turn.channel == Channel::Agent => {
                if since.is_some_and(|since| turn.span.from >= since) {
                    self.missed(turn.span, turn.said.text(), card, desk);
                }
                self.check_level(turn, card, desk);
            }
            Observation::Ended(by) => {
                if by == EndedBy::Agent {
                    let span = Span { from: since.unwrap_or(desk.now), to: desk.now };
                    self.missed(span, "", card, desk);
                } else if let Some(mut pending) = self.pending.take() {
                    desk.cue_done(&mut pending.cue, CueOutcome::Cancelled);
                }
            }
            _ => {}
        }
    }
}
