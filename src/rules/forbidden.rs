use super::card::Words;
use super::{Breach, Desk, LOOK_BACK, Turn};
use crate::call::{Basis, FlagKind, Span};
use crate::phrase::{Hit, Said, Slots, Strictness};
use crate::script::Script;

/// Words that must not be said, of every rule, at any time of the call.
///
/// ## What it watches
/// What the agent says, also while still speaking: words that are committed are judged at once.
/// ## Why
/// A lead can help while the call lasts only if it is known while it lasts.
/// ## Does not
/// Look at what the customer says, nor at words that the recogniser may still change.
#[derive(Debug)]
pub(super) struct ForbiddenWords {
    phrases: Vec<ForbiddenPhrase>,
    /// Rule and sentence to say instead, of the words flagged last and not yet [taken](Self::take_correction).
    correction: Option<(usize, String)>,
}

#[derive(Debug)]
struct ForbiddenPhrase {
    rule: usize,
    id: String,
    item: String,
    text: String,
    /// The sentence to say instead, slots not filled.
    instead: Option<String>,
    words: Words,
    /// Times that it was flagged in the utterance that is still being spoken.
    flagged: usize,
    /// Turn, and sound of it, up to which it has been flagged.
    seen: (u32, usize),
}

impl ForbiddenWords {
    pub(super) fn new(script: &Script, slots: &Slots) -> Self {
        let phrase = |rule: usize, never: &crate::script::Forbidden| {
            let unless: Vec<&str> = never.unless.iter().map(|one| one.get_ref().as_str()).collect();
            let text = never.text.get_ref();
            ForbiddenPhrase {
                rule,
                id: script.rules[rule].id.get_ref().clone(),
                item: script.rules[rule].item.clone(),
                text: text.clone(),
                instead: never
                    .instead
                    .as_ref()
                    .or(script.rules[rule].say.first().map(|step| &step.text))
                    .map(|instead| instead.get_ref().clone()),
                words: Words::new(never.variants(), &unless, Strictness::Accusing, slots),
                flagged: 0,
                seen: (0, 0),
            }
        };
        let phrases = script
            .rules
            .iter()
            .enumerate()
            .flat_map(|(index, rule)| rule.never.iter().map(move |never| (index, never)))
            .map(|(index, never)| phrase(index, never))
            .collect();
        Self { phrases, correction: None }
    }

    /// Rule and sentence to say instead of the words flagged last, once.
    pub(super) const fn take_correction(&mut self) -> Option<(usize, String)> {
        self.correction.take()
    }

    /// Committed words of an utterance that goes on: `text` was said in `span`.
    pub(super) fn partly_spoken(&mut self, text: &str, span: Span, slots: &Slots, desk: &mut Desk) {
        let said = Said::of(text, span);
        for phrase in &mut self.phrases {
            for hit in all_hits(&phrase.words, &said, 0).into_iter().skip(phrase.flagged) {
                phrase.flagged += 1;
                phrase.flag(&said, hit, slots, desk);
                self.correction = phrase.correction();
            }
        }
    }

    /// The agent's turn has a new utterance.
    pub(super) fn spoken(&mut self, turn: &Turn, slots: &Slots, desk: &mut Desk) {
        for phrase in &mut self.phrases {
            if phrase.seen.0 != turn.number {
                phrase.seen = (turn.number, 0);
            }
            let first = phrase.seen.1.max(turn.latest.saturating_sub(LOOK_BACK));
            let mut flagged = std::mem::take(&mut phrase.flagged);
            for hit in all_hits(&phrase.words, &turn.said, first) {
                if hit.end <= turn.latest {
                    continue;
                }
                phrase.seen.1 = hit.end;
                if flagged > 0 {
                    flagged -= 1;
                } else {
                    phrase.flag(&turn.said, hit, slots, desk);
                    self.correction = phrase.correction();
                }
            }
        }
    }
}

impl ForbiddenPhrase {
    fn correction(&self) -> Option<(usize, String)> {
        Some((self.rule, self.instead.clone()?))
    }

    fn flag(&self, said: &Said, hit: Hit, slots: &Slots, desk: &mut Desk) {
        let (text, phrase) = (said.words(hit.first, hit.end), self.text.as_str());
        let breach = Breach { kind: FlagKind::Forbidden, span: hit.span, text, phrase };
        let instead = self.instead.as_ref().map(|text| slots.fill(text));
        let heard = self.words.hearing(said, hit, Basis::Words);
        desk.flag_at(self.rule, &self.id, &self.item, &breach, instead, heard);
    }
}

fn all_hits(words: &Words, said: &Said, first: usize) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut from = first;
    while let Some(hit) = words.find(said, from) {
        from = hit.end;
        hits.push(hit);
    }
    hits
}
