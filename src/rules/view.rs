use std::collections::BTreeSet;

use super::Utterance;
use super::surname::surname_in;
use super::turn::Turns;
use crate::call::{CallTime, Channel, Customer};
use crate::phrase::{Hit, Phrase, Said, Slots, count_characters};

/// Stands for a rule beside sentences of none: what agents say before they answer.
pub(super) const NO_RULE: usize = usize::MAX;

/// What all rules may know of the call so far. Kept by [`Judge`](super::Judge); the few fields that a shape writes say so.
#[derive(Debug)]
pub(super) struct CallView {
    pub(super) turns: Turns,
    /// Filled as the call tells more.
    pub(super) slots: Slots,
    /// The company's data knows the caller.
    pub(super) caller_known: bool,
    /// The customer has said something that has words.
    pub(super) customer_spoke: bool,
    /// The call went to a colleague.
    pub(super) transferred: bool,
    /// Number of the customer's turn in which each rule applied last, by position in the script.
    pub(super) applied_in_turn: Vec<Option<u32>>,
    /// Rules that another one stands in for; written by `steps`.
    pub(super) replaced: BTreeSet<String>,
    /// A rule of `steps` has judged the hang-up, so that `closing` need not; written by `steps`.
    pub(super) hang_up_judged: bool,
    /// “Anything else?” was asked; written by `closing`.
    pub(super) asked_more: bool,
    /// End of the latest goodbye; written by `closing`.
    pub(super) closing_said: Option<CallTime>,
    /// As `closing_said`, forgotten when the talk goes on.
    pub(super) lingering_since: Option<CallTime>,
    /// Sounds of the agent's turn that a rule of `steps` has taken as its own words.
    pub(super) claimed: Vec<(usize, usize)>,
    /// Times the agent said again what the customer had told; written by `restate`.
    pub(super) restatings: u32,
    /// The agent's turn in which that was done last; written by `restate`.
    pub(super) restated_turn: Option<u32>,
    /// Every sentence of the script with its rule, to tell its words from the agent's own.
    sentences: Vec<(usize, Phrase)>,
    /// Rules that ask for words in the agent's next turn and do not yield, by position in the script.
    answers: Vec<usize>,
}

impl CallView {
    pub(super) fn new(
        slots: Slots,
        customer: Option<&Customer>,
        sentences: Vec<(usize, Phrase)>,
        answers: Vec<usize>,
        rules: usize,
    ) -> Self {
        Self {
            turns: Turns::new(),
            caller_known: customer.is_some_and(|one| one.known.unwrap_or(one.surname.is_some())),
            slots,
            customer_spoke: false,
            transferred: false,
            applied_in_turn: vec![None; rules],
            replaced: BTreeSet::new(),
            hang_up_judged: false,
            asked_more: false,
            closing_said: None,
            lingering_since: None,
            claimed: Vec::new(),
            restatings: 0,
            restated_turn: None,
            sentences,
            answers,
        }
    }

    /// Takes note of what was said, before any rule sees it.
    pub(super) fn spoken(&mut self, utterance: &Utterance) {
        self.turns.spoken(utterance);
        let characters = count_characters(&utterance.text);
        if utterance.channel == Channel::Agent || characters == 0 {
            return;
        }
        self.customer_spoke = true;
        if characters >= 6 {
            self.lingering_since = None;
        }
        if self.slots.surname.is_empty()
            && let Some(surname) = surname_in(&utterance.text)
        {
            self.slots.surname = surname;
        }
    }

    /// True if sounds `first` to `end` of the agent's turn are words that a rule of `steps` has asked for.
    pub(super) fn is_claimed(&self, first: usize, end: usize) -> bool {
        self.claimed.iter().any(|(from, to)| first < *to && *from < end)
    }

    /// Characters of `said` that are the agent's own: sentences of the script do not count.
    pub(super) fn own_characters(&self, said: &Said) -> usize {
        self.own_sounds(said, |_| true).into_iter().filter(|own| *own).count()
    }

    /// True if `hit` lies in a sentence of a rule other than `rule`.
    pub(super) fn is_of_other_rule(&self, rule: usize, said: &Said, hit: Hit) -> bool {
        self.own_sounds(said, |other| other != NO_RULE && other != rule)[hit.first..hit.end]
            .iter()
            .any(|own| !own)
    }

    /// True if `hit` lies in a sentence of a rule.
    pub(super) fn is_of_script(&self, said: &Said, hit: Hit) -> bool {
        self.own_sounds(said, |rule| rule != NO_RULE)[hit.first..hit.end].iter().any(|own| !own)
    }

    /// True if the customer's turn `turn` asked for the words of a rule other than `rule`.
    pub(super) fn is_answered_otherwise(&self, rule: usize, turn: Option<u32>) -> bool {
        turn.is_some()
            && self.answers.iter().any(|other| *other != rule && self.applied_in_turn[*other] == turn)
    }

    /// Which sounds of `said` are in no sentence of the rules that `of` names.
    fn own_sounds(&self, said: &Said, of: impl Fn(usize) -> bool) -> Vec<bool> {
        let mut own = vec![true; said.len()];
        for (_, sentence) in self.sentences.iter().filter(|(rule, _)| of(*rule)) {
            let mut first = 0;
            while let Some(hit) = sentence.find(said, first) {
                own[hit.first..hit.end].fill(false);
                first = hit.end;
            }
        }
        own
    }
}
