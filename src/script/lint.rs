use std::collections::BTreeSet;

use serde_spanned::Spanned;

use super::diagnostic::Diagnostic;
use super::model::{Required, Rule, Script, Shape};
use crate::phrase::{Phrase, Slots, Strictness};

/// More mistakes of one file are not told: nobody mends so many at once, and a file of millions must end.
const MISTAKES_MAX: usize = 100;

/// Everything that the types alone do not say.
pub(super) struct Lint<'a> {
    text: &'a str,
    mistakes: Vec<Diagnostic>,
}

impl<'a> Lint<'a> {
    /// `text` is the file, for the places.
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, mistakes: Vec::new() }
    }

    fn wrong<T>(&mut self, place: &Spanned<T>, message: impl Into<String>, zh: impl Into<String>) {
        if self.mistakes.len() < MISTAKES_MAX {
            self.mistakes.push(Diagnostic::at(self.text, Some(place.span()), message).in_chinese(zh));
        }
    }

    pub(super) fn script(mut self, script: &Script) -> Vec<Diagnostic> {
        if *script.format.get_ref() != 1 {
            let found = script.format.get_ref();
            self.wrong(
                &script.format,
                format!("format {found} is not known to this program; write format = 1"),
                format!("这个程序不认识 format {found}; 写 format = 1"),
            );
        }
        let mut seen = BTreeSet::new();
        for rule in &script.rules {
            let id = rule.id.get_ref();
            if id.trim().is_empty() || id.chars().any(|c| c.is_control() || c.is_whitespace()) {
                self.wrong(
                    &rule.id,
                    format!("the id {id:?} is empty or has blanks; write section.item, such as \"1.1\""),
                    format!("编号 {id:?} 是空的或者有空格; 写 章.条, 例如 \"1.1\""),
                );
            }
            if !seen.insert(id.as_str()) {
                self.wrong(
                    &rule.id,
                    format!("there are two rules {id}; give one of them another id"),
                    format!("有两条规范都叫 {id}; 给其中一条换一个编号"),
                );
            }
        }
        script.not_answers.iter().for_each(|text| self.phrase(text, true));
        self.phrases(script.alike.iter().flatten());
        for rule in &script.rules {
            self.rule(rule, &seen);
        }
        self.mistakes
    }

    fn rule(&mut self, rule: &Rule, ids: &BTreeSet<&str>) {
        for step in &rule.say {
            self.phrase(&step.text, true);
            self.phrases(step.heard.iter().chain(&step.unless));
        }
        for never in &rule.never {
            self.phrase(&never.text, false);
            if let Some(instead) = &never.instead {
                self.phrase(instead, true);
            }
            self.phrases(never.heard.iter().chain(&never.unless));
        }
        for trigger in &rule.when {
            self.phrases(trigger.customer_says.iter().chain(&trigger.agent_says).chain(&trigger.unless));
            if trigger.step.is_some_and(|step| step == 0 || step as usize > rule.say.len()) {
                let id = rule.id.get_ref();
                let (step, steps) = (trigger.step.unwrap_or_default(), rule.say.len());
                self.wrong(
                    &rule.id,
                    format!("rule {id} has a `when` for step {step}; it has {steps} `say`, counted from 1"),
                    format!("规范 {id} 的 `when` 写了 step = {step}, 可是它有 {steps} 个 `say` (从 1 数起)"),
                );
            }
            if let Some(other) = &trigger.after_rule {
                self.known_rule(other, ids);
            }
        }
        let steps = rule.say.len();
        match &rule.check {
            Some(Shape::Steps(waits)) => {
                waits.replaces.iter().for_each(|other| self.known_rule(other, ids));
                if let Some(goes_on) = &waits.goes_on {
                    self.phrase(&goes_on.then, false);
                }
                self.needs_steps(rule, steps, 1);
            }
            Some(Shape::Closing {} | Shape::Wait(_) | Shape::Transfer { .. }) => {
                self.needs_steps(rule, steps, 2)
            }
            Some(
                Shape::Opening { .. }
                | Shape::Answer { .. }
                | Shape::AskFirst { .. }
                | Shape::Confirm { .. }
                | Shape::Restate { .. }
                | Shape::Dictate { .. },
            ) => self.needs_steps(rule, steps, 1),
            Some(Shape::Name { .. } | Shape::Mandarin {}) | None => {}
        }
    }

    fn needs_steps(&mut self, rule: &Rule, found: usize, needed: usize) {
        if found < needed {
            let id = rule.id.get_ref();
            self.wrong(
                &rule.id,
                format!("rule {id} has {found} `say`, its shape needs {needed}; add what is to be said"),
                format!("规范 {id} 有 {found} 个 `say`, 这种查法要 {needed} 个; 补上要说的话"),
            );
        }
    }

    fn known_rule(&mut self, other: &Spanned<String>, ids: &BTreeSet<&str>) {
        let id = other.get_ref();
        if !ids.contains(id.as_str()) {
            self.wrong(
                other,
                format!("there is no rule {id} in this file; write the id of one that is"),
                format!("这份文件里没有规范 {id}; 写一个有的编号"),
            );
        }
    }

    fn phrases<'p>(&mut self, phrases: impl Iterator<Item = &'p Spanned<String>>) {
        phrases.for_each(|phrase| self.phrase(phrase, false));
    }

    /// `sentence`: is cut at its punctuation, so that it may be longer than one part.
    fn phrase(&mut self, phrase: &Spanned<String>, sentence: bool) {
        let text = phrase.get_ref();
        if text.chars().any(char::is_control) {
            self.wrong(
                phrase,
                format!("{text:?} has control characters; leave them out"),
                format!("{text:?} 里有控制字符; 去掉它们"),
            );
            return;
        }
        let cut = if sentence { Required::clauses(text) } else { text.clone() };
        if let Err(bad) = Phrase::parse(&cut, &[], Strictness::Required, &Slots::default()) {
            self.wrong(phrase, bad.to_string(), bad.in_chinese());
        }
    }
}
