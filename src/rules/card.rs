use crate::call::{Basis, Hearing, Span};
use crate::phrase::{Hit, Phrase, Said, Slots, Strictness, count_characters};
use crate::script::{Required, Rule};

/// Shorter pieces of a sentence could be anything.
const PIECE_CHARS: usize = 4;
/// Shorter phrases are almost said in too many sentences.
const NEAR_MISS_SYLLABLES: u16 = 6;
/// So much of a phrase was said in a near miss, at least.
const NEAR_MISS: f32 = 0.65;

/// Variants of one phrase.
#[derive(Clone, Debug)]
pub(super) struct Words {
    variants: Vec<Phrase>,
}

impl Words {
    /// `texts` that do not parse are left out; [`Script::parse`](crate::script::Script::parse) has refused them before.
    pub(super) fn new<'t>(
        texts: impl IntoIterator<Item = &'t str>,
        unless: &[&str],
        strictness: Strictness,
        slots: &Slots,
    ) -> Self {
        let variants = texts
            .into_iter()
            .filter_map(|text| Phrase::parse(text, unless, strictness, slots).ok())
            .collect();
        Self { variants }
    }

    /// The place at or after sound `first` where a variant is heard best; of equals the longest.
    pub(super) fn find(&self, said: &Said, first: usize) -> Option<Hit> {
        self.variants
            .iter()
            .filter_map(|variant| variant.find(said, first))
            .min_by_key(|hit| (hit.cost, hit.first, usize::MAX - hit.end))
    }

    /// How the words that [`Self::find`] found as `hit` were heard.
    pub(super) fn hearing(&self, said: &Said, hit: Hit, basis: Basis) -> Hearing {
        let variant = self.variants.iter().find(|variant| variant.find(said, hit.first) == Some(hit));
        let aligned = variant.map(|variant| variant.explain(said, hit).words).unwrap_or_default();
        Hearing {
            sure: Some(in_hundredths(hit.sureness())),
            basis: Some(basis),
            aligned,
            review: hit.is_unsure(),
        }
    }
}

fn in_hundredths(share: f32) -> f32 {
    // Down, so that what is unsure never looks sure; the little more is what floating point loses.
    (share * 100.0 + 1e-3).floor() / 100.0
}

/// A step of a rule, ready to be listened for.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// As the agent reads it, slots not filled.
    pub(super) text: String,
    /// The same, slots filled with what was known at the answer: for the evidence of a flag.
    pub(super) phrase: String,
    pub(super) words: Words,
    pub(super) wait_ms: u64,
    pub(super) wait_counts: bool,
    /// For the team lead, when the step falls due.
    pub(super) alert: Option<String>,
    /// The variants again, and the slots, to look for them once more when they were not heard.
    variants: Vec<String>,
    unless: Vec<String>,
    slots: Slots,
    /// The whole sentence, to find pieces of it.
    sentence: Said,
}

/// One rule, made ready for one call.
#[derive(Clone, Debug)]
pub(super) struct RuleCard {
    /// Position in the script.
    pub(super) index: usize,
    pub(super) id: String,
    pub(super) title: String,
    pub(super) item: String,
    pub(super) priority: u8,
    pub(super) steps: Vec<Step>,
    /// Texts of `never`, for the screen.
    pub(super) avoid: Vec<String>,
    pub(super) tolerance_ms: u64,
}

impl RuleCard {
    pub(super) fn new(index: usize, rule: &Rule, tolerance_ms: u64, slots: &Slots) -> Self {
        Self {
            index,
            id: rule.id.get_ref().clone(),
            title: rule.title.clone(),
            item: rule.item.clone(),
            priority: rule.priority,
            steps: rule.say.iter().map(|step| Step::new(step, slots)).collect(),
            avoid: rule.never.iter().map(|never| never.text.get_ref().clone()).collect(),
            tolerance_ms,
        }
    }

    /// The words of step `step`, if the rule has so many.
    pub(super) fn find(&self, step: usize, said: &Said, first: usize) -> Option<Hit> {
        self.steps.get(step)?.words.find(said, first)
    }
}

impl Step {
    fn new(step: &Required, slots: &Slots) -> Self {
        let text = step.text.get_ref();
        let unless: Vec<&str> = step.unless.iter().map(|one| one.get_ref().as_str()).collect();
        let variants = step.variants();
        let heard = variants.iter().map(String::as_str);
        Self {
            text: text.clone(),
            phrase: slots.fill(text),
            words: Words::new(heard, &unless, Strictness::Required, slots),
            wait_ms: step.wait_ms,
            wait_counts: step.wait_counts,
            alert: step.alert.clone(),
            unless: unless.iter().map(|one| (*one).to_owned()).collect(),
            slots: slots.clone(),
            sentence: Said::of(&slots.fill(text), Span::default()),
            variants,
        }
    }

    /// The words in `text` that are almost those of this step, if any are: what a recogniser may have got wrong.
    pub(super) fn near_miss(&self, text: &str) -> Option<Hearing> {
        let unless: Vec<&str> = self.unless.iter().map(String::as_str).collect();
        let variants = self.variants.iter().map(String::as_str);
        let words = Words::new(variants, &unless, Strictness::Almost, &self.slots);
        let said = Said::of(text, Span::default());
        let near = |hit: &Hit| hit.needed >= NEAR_MISS_SYLLABLES && hit.sureness() >= NEAR_MISS;
        let hit = words.find(&said, 0).filter(near)?;
        let near = words.hearing(&said, hit, Basis::NearMiss);
        Some(Hearing { sure: Some(in_hundredths(1.0 - hit.sureness())), review: true, ..near })
    }

    /// True if `piece` is a part of the step's sentence, up to recognition errors.
    pub(super) fn contains(&self, piece: &str) -> bool {
        count_characters(piece) >= PIECE_CHARS
            && Phrase::parse(piece, &[], Strictness::Required, &Slots::default())
                .is_ok_and(|piece| piece.find(&self.sentence, 0).is_some())
    }
}
