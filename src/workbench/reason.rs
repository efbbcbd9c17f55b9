use std::collections::{BTreeMap, BTreeSet};

use serde_spanned::Spanned;

use super::explain::{check_sentence, situation_sentences};
use crate::call::{Channel, Customer, EventKind, FlagKind, Span};
use crate::phrase::{Phrase, Said, Slots, Strictness};
use crate::script::{Rule, Script, Trigger};

/// A phrase may begin so many sounds before the utterance in which it ends.
const LOOK_BACK: usize = 12;

/// Says why things happen in a call, in Chinese: the rules' own sentences, and the words of the customer that were heard.
#[derive(Debug)]
pub(super) struct Reasons {
    rules: Vec<RuleReasons>,
    company: String,
    /// The customer's turn so far, and whether the agent has spoken since.
    turn: Said,
    turn_over: bool,
    /// Turns of the customer before this one.
    turns: u32,
    /// Why each rule applies that does: the words heard last, or that somebody declared it.
    causes: BTreeMap<String, String>,
    /// Rules that applied before this turn of the customer.
    applied_before: BTreeSet<String>,
}

#[derive(Debug)]
struct RuleReasons {
    id: String,
    title: String,
    situation: String,
    check: String,
    triggers: Vec<Trigger>,
    /// The phrases of each trigger, once the slots are known.
    phrases: Vec<Vec<Phrase>>,
}

impl Reasons {
    pub(super) fn new(script: &Script) -> Self {
        let rules = script.rules.iter().map(|rule| RuleReasons::new(rule, script.tolerance_ms)).collect();
        Self {
            rules,
            company: script.company.clone(),
            turn: Said::default(),
            turn_over: false,
            turns: 0,
            causes: BTreeMap::new(),
            applied_before: BTreeSet::new(),
        }
    }

    /// The call begins: what slots stand for is known.
    pub(super) fn answered(&mut self, agent: &str, customer: Option<&Customer>) {
        let text = |field: Option<&String>| field.cloned().unwrap_or_default();
        let slots = Slots {
            agent: agent.to_owned(),
            company: self.company.clone(),
            surname: text(customer.and_then(|one| one.surname.as_ref())),
            title: text(customer.and_then(|one| one.title.as_ref())),
        };
        for rule in &mut self.rules {
            rule.phrases = rule.triggers.iter().map(|trigger| phrases(trigger, &slots)).collect();
        }
    }

    /// The rules whose situation is in the customer's words, each with the words that are it.
    pub(super) fn said(&mut self, channel: Channel, text: &str) -> Vec<(String, String)> {
        if channel == Channel::Agent {
            self.turn_over = !self.turn.is_empty();
            return Vec::new();
        }
        if std::mem::take(&mut self.turn_over) {
            self.turn = Said::default();
            self.turns += 1;
            self.applied_before = self.causes.keys().cloned().collect();
        }
        let latest = self.turn.len();
        self.turn.push(text, Span::default());
        let heard: Vec<(String, String)> = self
            .rules
            .iter()
            .filter_map(|rule| {
                let words = rule.hear(&self.turn, latest, self.turns, &self.applied_before)?;
                Some((rule.id.clone(), words))
            })
            .collect();
        for (rule, words) in &heard {
            self.causes.insert(rule.clone(), format!("客户说「{words}」"));
        }
        heard
    }

    pub(super) fn declared(&mut self, rule: &str) {
        self.causes.insert(rule.to_owned(), "坐席选择了这个情况".to_owned());
    }

    pub(super) fn title_of(&self, rule: &str) -> Option<String> {
        self.rule(rule).map(|rule| rule.title.clone())
    }

    /// Title of the rule that an event is about.
    pub(super) fn title(&self, kind: &EventKind) -> Option<String> {
        match kind {
            EventKind::Cue { rule, .. }
            | EventKind::Flag { rule, .. }
            | EventKind::Situation { rule }
            | EventKind::Alert { rule, .. }
            | EventKind::WaitStarted { rule, .. }
            | EventKind::Checklist { rule, .. } => self.title_of(rule),
            // The id of a cue is that of its rule, and a number.
            EventKind::CueDone { id, .. } => self.title_of(id.split('#').next()?),
            _ => None,
        }
    }

    /// Why a cue comes, or a flag.
    pub(super) fn why(&self, kind: &EventKind) -> Option<String> {
        match kind {
            EventKind::Cue { rule, .. } => {
                let rule = self.rule(rule)?;
                let why = self.causes.get(&rule.id).unwrap_or(&rule.situation);
                (!why.is_empty()).then(|| why.clone())
            }
            EventKind::Flag { kind: FlagKind::Forbidden, text, phrase, .. } => {
                Some(format!("坐席说了「{text}」, 与不可以说的「{phrase}」相符"))
            }
            EventKind::Flag { rule, .. } => {
                let rule = self.rule(rule)?;
                let cause = self.causes.get(&rule.id);
                Some(cause.map_or_else(|| rule.check.clone(), |cause| format!("{cause}; {}", rule.check)))
            }
            _ => None,
        }
    }

    fn rule(&self, id: &str) -> Option<&RuleReasons> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}

impl RuleReasons {
    fn new(rule: &Rule, tolerance_ms: u64) -> Self {
        Self {
            id: rule.id.get_ref().clone(),
            title: rule.title.clone(),
            situation: situation_sentences(rule).join("; "),
            check: check_sentence(rule, tolerance_ms),
            triggers: rule.when.clone(),
            phrases: Vec::new(),
        }
    }

    /// The words from sound `latest` on that make this rule apply.
    fn hear(
        &self,
        turn: &Said,
        latest: usize,
        turns: u32,
        applied_before: &BTreeSet<String>,
    ) -> Option<String> {
        self.triggers.iter().zip(&self.phrases).find_map(|(trigger, phrases)| {
            let allowed = (!trigger.first_turn || turns == 0)
                && trigger.after_rule.as_ref().is_none_or(|rule| applied_before.contains(rule.get_ref()));
            let hits =
                phrases.iter().filter_map(|phrase| phrase.find(turn, latest.saturating_sub(LOOK_BACK)));
            let hit = hits.filter(|hit| hit.end > latest).min_by_key(|hit| (hit.cost, hit.first))?;
            allowed.then(|| turn.words(hit.first, hit.end).to_owned())
        })
    }
}

fn phrases(trigger: &Trigger, slots: &Slots) -> Vec<Phrase> {
    let text = |phrase: &Spanned<String>| phrase.get_ref().clone();
    let unless: Vec<String> = trigger.unless.iter().map(text).collect();
    let unless: Vec<&str> = unless.iter().map(String::as_str).collect();
    let says = trigger.customer_says.iter();
    says.filter_map(|says| Phrase::parse(says.get_ref(), &unless, Strictness::Accusing, slots).ok()).collect()
}
