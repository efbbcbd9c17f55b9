use std::collections::BTreeSet;

use serde_spanned::Spanned;

use super::diagnostic::{Diagnostic, ScriptMistakes};
use super::model::{Required, Rule, Script, Shape};
use crate::phrase::{Phrase, Slots, Strictness};

/// Larger files of scripts and assessment standards are refused; the bundled script has 40 kB.
pub const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// More variants of one sentence are not made of [`Script::alike`].
const ALIKE_MAX: usize = 64;

impl Script {
    /// Reads a script file named `file`.
    ///
    /// # Errors
    /// [`ScriptMistakes`], every one located; mend the file.
    pub fn parse(file: &str, text: &str) -> Result<Self, ScriptMistakes> {
        let refuse = |mistakes| ScriptMistakes { file: file.to_owned(), mistakes };
        if text.len() > FILE_BYTES_MAX {
            let message = format!("the file has {} bytes; a script has at most {FILE_BYTES_MAX}", text.len());
            return Err(refuse(vec![Diagnostic::at(text, None, message)]));
        }
        let mut script: Self = toml::from_str(text)
            .map_err(|error| refuse(vec![Diagnostic::at(text, error.span(), one_line(error.message()))]))?;
        let mut mistakes = Lint { text, mistakes: Vec::new() }.script(&script);
        if mistakes.is_empty() {
            script.find_alike();
            return Ok(script);
        }
        mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
        Err(refuse(mistakes))
    }
}

impl Script {
    /// Fills [`Required::alike`].
    fn find_alike(&mut self) {
        for step in self.rules.iter_mut().flat_map(|rule| &mut rule.say) {
            let mut variants = step.variants();
            let own = variants.len();
            for group in &self.alike {
                for index in 0..variants.len() {
                    let Some(word) = group.iter().find(|word| variants[index].contains(*word)) else { continue };
                    let others = group.iter().filter(|other| *other != word);
                    let others: Vec<_> = others.map(|other| variants[index].replace(word, other)).collect();
                    variants.extend(others);
                }
                variants.truncate(ALIKE_MAX);
            }
            step.alike = variants.split_off(own.min(variants.len()));
        }
    }
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Everything that the types alone do not say.
struct Lint<'a> {
    text: &'a str,
    mistakes: Vec<Diagnostic>,
}

impl Lint<'_> {
    fn wrong<T>(&mut self, place: &Spanned<T>, message: String) {
        self.mistakes.push(Diagnostic::at(self.text, Some(place.span()), message));
    }

    fn script(mut self, script: &Script) -> Vec<Diagnostic> {
        if *script.format.get_ref() != 1 {
            let found = script.format.get_ref();
            self.wrong(
                &script.format,
                format!("format {found} is not known to this program; write format = 1"),
            );
        }
        let mut seen = BTreeSet::new();
        for rule in &script.rules {
            let id = rule.id.get_ref();
            if id.trim().is_empty() || id.chars().any(|c| c.is_control() || c.is_whitespace()) {
                self.wrong(
                    &rule.id,
                    format!("the id {id:?} is empty or has blanks; write section.item, such as \"1.1\""),
                );
            }
            if !seen.insert(id.as_str()) {
                self.wrong(&rule.id, format!("there are two rules {id}; give one of them another id"));
            }
        }
        for text in &script.not_answers {
            self.phrase(text, true);
        }
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
            );
        }
    }

    fn known_rule(&mut self, other: &Spanned<String>, ids: &BTreeSet<&str>) {
        if !ids.contains(other.get_ref().as_str()) {
            self.wrong(other, format!("there is no rule {} in this file", other.get_ref()));
        }
    }

    fn phrases<'p>(&mut self, phrases: impl Iterator<Item = &'p Spanned<String>>) {
        phrases.for_each(|phrase| self.phrase(phrase, false));
    }

    /// `sentence`: is cut at its punctuation, so that it may be longer than one part.
    fn phrase(&mut self, phrase: &Spanned<String>, sentence: bool) {
        let text = phrase.get_ref();
        if text.chars().any(char::is_control) {
            self.wrong(phrase, format!("{text:?} has control characters; leave them out"));
            return;
        }
        let cut = if sentence { Required::clauses(text) } else { text.clone() };
        if let Err(bad) = Phrase::parse(&cut, &[], Strictness::Required, &Slots::default()) {
            self.wrong(phrase, bad.to_string());
        }
    }
}

impl super::model::Forbidden {
    /// All that counts as saying it: its own text and the variants.
    pub(crate) fn variants(&self) -> Vec<&str> {
        std::iter::once(&self.text).chain(&self.heard).map(|one| one.get_ref().as_str()).collect()
    }
}

impl Required {
    /// All that counts as saying it: the variants and the whole sentence, or without variants the clauses of its text.
    pub(crate) fn variants(&self) -> Vec<String> {
        if self.heard.is_empty() {
            let own = Self::clauses(self.text.get_ref());
            return std::iter::once(own).chain(self.alike.iter().cloned()).collect();
        }
        let whole = self.heard.iter().filter_map(|variant| self.whole(variant.get_ref()));
        let own = self.heard.iter().map(|one| one.get_ref().clone()).chain(whole);
        own.chain(self.alike.iter().cloned()).collect()
    }

    /// The sentence in one piece, in which what surrounds the parts of `variant` helps to hear them.
    fn whole(&self, variant: &str) -> Option<String> {
        let (mut whole, mut rest) = (String::new(), self.text.get_ref().as_str());
        for part in variant.split('…') {
            let (before, after) = rest.split_once(part)?;
            whole.extend([before, "<", part, ">"]);
            rest = after;
        }
        whole.push_str(rest);
        Some(whole)
    }

    /// `text` as a phrase of which every clause must be heard.
    pub(crate) fn clauses(text: &str) -> String {
        text.split([',', '\u{ff0c}', '。', '!', '\u{ff01}', '?', '\u{ff1f}', ';', '\u{ff1b}', '…'])
            .filter(|clause| clause.contains('{') || clause.chars().any(char::is_alphanumeric))
            .collect::<Vec<_>>()
            .join("…")
    }
}
