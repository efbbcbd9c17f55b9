use super::card::Words;
use super::{Breach, CallView, Cause, Desk, Observation, RuleCard, RuleShape};
use crate::call::{CallTime, Channel, CueOutcome, FlagKind, Span};
use crate::phrase::{Slots, Strictness};

/// What an agent may add to a surname.
const TITLES: [&str; 6] = ["先生", "女士", "小姐", "太太", "老师", "经理"];

/// The caller is addressed by name.
///
/// ## What it watches
/// The agent turns that follow once the surname is known, from the company's data or from the caller's own words.
/// ## Why
/// A caller who has given a name and is never called by it feels unheard.
/// ## Does not
/// Ask for the name again and again: one of the next turns will do, or the closing words.
#[derive(Debug)]
pub(super) struct Name {
    turns: u32,
    known: Option<Known>,
}

#[derive(Debug)]
struct Known {
    since: CallTime,
    words: Words,
    /// Agent turns since.
    turns: u32,
    used_in_time: bool,
    /// In the turn that is, or was, the agent's last.
    used_last: bool,
    cue: Option<String>,
}

impl Name {
    pub(super) const fn new(turns: u32) -> Self {
        Self { turns, known: None }
    }

    fn learn(&mut self, card: &RuleCard, view: &CallView, desk: &mut Desk) {
        if self.known.is_some() || view.slots.surname.is_empty() {
            return;
        }
        let texts: Vec<String> =
            TITLES.iter().map(|title| format!("{}{title}", view.slots.surname)).collect();
        let words =
            Words::new(texts.iter().map(String::as_str), &[], Strictness::Required, &Slots::default());
        // With the greeting the name would be one cue too many.
        let cue = view.customer_spoke.then(|| desk.cue(card, 0, &view.slots, None)).flatten();
        desk.due += 1;
        self.known =
            Some(Known { since: desk.now, words, turns: 0, used_in_time: false, used_last: false, cue });
    }
}

impl RuleShape for Name {
    fn situation(&mut self, _cause: Cause, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        self.learn(card, view, desk);
    }

    fn observe(&mut self, what: Observation<'_>, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        self.learn(card, view, desk);
        let turns = self.turns;
        let Some(known) = &mut self.known else { return };
        match what {
            Observation::Spoken(utterance) if utterance.channel == Channel::Agent => {
                let Some(turn) = view.turns.open(Channel::Agent) else {
                    return;
                };
                let Some(hit) = known.words.find(&turn.said, turn.latest) else { return };
                if view.slots.title.is_empty() {
                    let said = turn.said.words(hit.first, hit.end);
                    let title = TITLES.iter().find(|title| said.ends_with(*title));
                    view.slots.title = title.map_or(String::new(), |title| (*title).to_owned());
                }
                known.used_last = true;
                if known.turns < turns && !known.used_in_time {
                    known.used_in_time = true;
                    desk.met += 1;
                    desk.cue_done(&mut known.cue, CueOutcome::Met);
                }
            }
            Observation::TurnClosed(turn)
                if turn.channel == Channel::Agent && turn.span.from >= known.since =>
            {
                known.turns += 1;
                if known.turns == turns {
                    desk.cue_done(&mut known.cue, CueOutcome::Missed);
                }
            }
            Observation::SpeechStarted(Channel::Agent) => {
                let goes_on = view.turns.open(Channel::Agent).is_some_and(|turn| !turn.said.is_empty());
                known.used_last &= goes_on;
            }
            Observation::Ended(_) => {
                desk.cue_done(&mut known.cue, CueOutcome::Cancelled);
                let had_time = known.turns >= turns || (known.turns > 0 && view.closing_said.is_some());
                if !known.used_in_time && known.used_last {
                    desk.met += 1;
                } else if !known.used_in_time && had_time {
                    let span = Span { from: known.since, to: desk.now };
                    let phrase = view.slots.customer();
                    desk.flag(card, &Breach { kind: FlagKind::Conduct, span, text: "", phrase: &phrase });
                } else if !known.used_in_time {
                    desk.due -= 1;
                }
            }
            _ => {}
        }
    }
}
