use serde_spanned::Spanned;

use super::card::Words;
use super::mandarin::is_mandarin;
use super::view::CallView;
use super::{LOOK_BACK, Turn, Utterance};
use crate::call::{Basis, CallTime, Channel, Hearing};
use crate::phrase::{Slots, Strictness};
use crate::script::{Rule, Trigger};

/// Turns in a row that must be quiet, if the script does not say.
const TURNS: u32 = 2;
/// Finds the situation of one rule.
#[derive(Debug)]
pub(super) struct Situation {
    watches: Vec<Watch>,
}

/// What was found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The step of the rule that it asks for, from 0.
    pub(super) step: usize,
    /// The words that it was found in, if it was in words.
    pub(super) heard: Option<Hearing>,
}

#[derive(Debug)]
struct Watch {
    trigger: Trigger,
    customer_words: Words,
    agent_words: Words,
    after_rule: Option<usize>,
    /// Quiet turns in a row, and the number of the turn counted last.
    quiet_turns: u32,
    counted_turn: Option<u32>,
    fired: bool,
}

impl Situation {
    /// `position` finds a rule's place in the script.
    pub(super) fn new(rule: &Rule, slots: &Slots, position: impl Fn(&str) -> Option<usize>) -> Self {
        let watch = |trigger: &Trigger| {
            let unless: Vec<&str> = trigger.unless.iter().map(|one| one.get_ref().as_str()).collect();
            let words = |says: &[Spanned<String>]| {
                let says = says.iter().map(|one| one.get_ref().as_str());
                Words::new(says, &unless, Strictness::Accusing, slots)
            };
            Watch {
                customer_words: words(&trigger.customer_says),
                agent_words: words(&trigger.agent_says),
                after_rule: trigger.after_rule.as_ref().and_then(|id| position(id.get_ref())),
                trigger: trigger.clone(),
                quiet_turns: 0,
                counted_turn: None,
                fired: false,
            }
        };
        Self { watches: rule.when.iter().map(watch).collect() }
    }

    /// The last step for which the customer's words, level or language make the rule apply.
    pub(super) fn customer_spoke(&mut self, utterance: &Utterance, view: &CallView) -> Option<Found> {
        let turn = view.turns.open(Channel::Customer)?;
        self.watches
            .iter_mut()
            .filter_map(|watch| if watch.is_allowed(view) { watch.hears(utterance, turn) } else { None })
            .max_by_key(|found| found.step)
    }

    /// The last step for which the agent's own words make the rule apply.
    pub(super) fn agent_spoke(&self, view: &CallView) -> Option<Found> {
        let turn = view.turns.open(Channel::Agent)?;
        self.watches.iter().filter_map(|watch| watch.agent_says(turn, view)).max_by_key(|found| found.step)
    }

    /// The last step for which a call that rang so long makes the rule apply.
    pub(super) fn answered(&self, ring_ms: Option<u64>) -> Option<Found> {
        let long =
            |watch: &&Watch| watch.trigger.ring_above_ms.zip(ring_ms).is_some_and(|(max, ms)| ms > max);
        self.watches.iter().filter(long).map(|watch| watch.found(None)).max_by_key(|found| found.step)
    }

    /// A turn of the customer is over: the next quiet one may be the second in a row.
    pub(super) fn turn_closed(&mut self, turn: &Turn, view: &CallView) {
        for watch in &mut self.watches {
            watch.turn_closed(turn, view);
        }
    }

    /// Pauses as loud as `level_dbfs` may make the rule apply.
    pub(super) fn noise(&mut self, level_dbfs: f32) -> Option<Found> {
        self.watches.iter_mut().find_map(|watch| {
            let loud = watch.trigger.noise_above_dbfs.is_some_and(|above| level_dbfs > above);
            (loud && !std::mem::replace(&mut watch.fired, loud)).then(|| watch.found(None))
        })
    }

    /// Quiet from `since` on, for `length_ms` up to now, may make the rule apply.
    pub(super) fn quiet(&self, since: CallTime, length_ms: u64, view: &CallView) -> Option<Found> {
        let watch = self.watches.iter().find(|watch| {
            let long = watch.trigger.quiet_after_closing_ms.is_some_and(|ms| length_ms >= ms);
            long && view.lingering_since.is_some_and(|closed| since >= closed)
        });
        watch.map(|watch| watch.found(None))
    }
}

impl Watch {
    fn found(&self, heard: Option<Hearing>) -> Found {
        Found { step: self.trigger.step.map_or(0, |step| step.saturating_sub(1) as usize), heard }
    }

    fn agent_says(&self, turn: &Turn, view: &CallView) -> Option<Found> {
        let hit = self
            .agent_words
            .find(&turn.said, turn.latest.saturating_sub(LOOK_BACK))
            .filter(|hit| hit.end > turn.latest && !view.is_of_script(&turn.said, *hit))?;
        Some(self.found(Some(self.agent_words.hearing(&turn.said, hit, Basis::Situation))))
    }

    fn is_allowed(&self, view: &CallView) -> bool {
        let turn = view.turns.open(Channel::Customer).map(|turn| turn.number);
        self.after_rule.is_none_or(|rule| view.applied_in_turn[rule].is_some_and(|then| Some(then) < turn))
    }

    fn hears(&mut self, utterance: &Utterance, turn: &Turn) -> Option<Found> {
        let in_place = !self.trigger.first_turn || turn.number == 0;
        let first = turn.latest.saturating_sub(LOOK_BACK);
        let said = if in_place { self.customer_words.find(&turn.said, first) } else { None };
        if let Some(hit) = said.filter(|hit| hit.end > turn.latest) {
            let heard = self.customer_words.hearing(&turn.said, hit, Basis::Situation);
            return Some(self.found(Some(heard)));
        }
        let measured = self.is_too_quiet(turn) || self.is_too_loud(turn) || self.is_other_language(utterance);
        measured.then(|| self.found(None))
    }

    fn is_too_quiet(&mut self, turn: &Turn) -> bool {
        let Some(below) = self.trigger.level_below_dbfs else {
            return false;
        };
        let once = self.trigger.once && self.fired;
        let quiet = turn.level_dbfs().is_some_and(|level| level < below) && !turn.said.is_empty();
        if once || !quiet || self.counted_turn == Some(turn.number) {
            return false;
        }
        let enough = self.quiet_turns + 1 >= self.trigger.turns.unwrap_or(TURNS);
        if enough {
            self.quiet_turns = 0;
            self.counted_turn = Some(turn.number);
            self.fired = true;
        }
        enough
    }

    fn is_too_loud(&mut self, turn: &Turn) -> bool {
        let loud =
            self.trigger.level_above_dbfs.zip(turn.level_dbfs()).is_some_and(|(above, level)| level > above);
        if !loud || self.counted_turn == Some(turn.number) || (self.trigger.once && self.fired) {
            return false;
        }
        self.counted_turn = Some(turn.number);
        self.fired = true;
        true
    }

    fn turn_closed(&mut self, turn: &Turn, view: &CallView) {
        let (Some(below), Some(level)) = (self.trigger.level_below_dbfs, turn.level_dbfs()) else {
            return;
        };
        let allowed = self
            .after_rule
            .is_none_or(|rule| view.applied_in_turn[rule].is_some_and(|then| then < turn.number));
        if self.counted_turn == Some(turn.number) || !allowed {
            return;
        }
        self.counted_turn = Some(turn.number);
        self.quiet_turns = if level < below { self.quiet_turns + 1 } else { 0 };
    }

    fn is_other_language(&self, utterance: &Utterance) -> bool {
        let known: Vec<&str> = self.trigger.language_not.iter().map(String::as_str).collect();
        !known.is_empty() && utterance.language.as_deref().is_some_and(|tag| !is_mandarin(tag, &known))
    }
}
