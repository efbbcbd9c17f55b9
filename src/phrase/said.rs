use super::syllable::{Likeness, Readings, SoundSet};
use crate::call::{CallTime, Span};

/// Characters that people put between words while they think.
const FILLERS: [char; 12] = ['嗯', '啊', '呃', '哦', '噢', '额', '唉', '诶', '欸', '哎', '呀', '唔'];
/// The same, in two characters.
const FILLER_WORDS: [&str; 2] = ["那个", "那個"];

/// Digits as they are spoken, those of numbers said one by one too.
const DIGITS: &str = "零〇一二两三四五六七八九幺洞拐";

/// Never forgiven as a slip, neither missing nor added: 不是我的错 is not 是我的错.
pub(super) const NEGATIONS: [char; 7] = ['不', '没', '沒', '别', '未', '无', '無'];

/// One sound of what was said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) readings: Readings,
    pub(super) filler: bool,
    /// A digit, written or spoken.
    pub(super) digit: bool,
    /// One of [`NEGATIONS`], or sounds like one: it turns a sentence into its opposite.
    pub(super) negation: bool,
    /// Sounds like the one before: recognisers, and people, say a syllable twice.
    pub(super) again: bool,
    /// Where its character starts in [`Said::text`].
    byte: usize,
    /// Where the next character starts.
    byte_end: usize,
    at: CallTime,
    until: CallTime,
    /// End of the utterance to which it belongs.
    utterance_end: CallTime,
}

/// Words of one speaker, in the order in which they came, ready to be searched.
///
/// The time of each character is taken from the stretch of its utterance as if all characters were equally long;
/// that is good to a few hundred milliseconds, enough to find the place in a recording.
#[derive(Clone, Debug, Default)]
pub struct Said {
    text: String,
    pub(super) tokens: Vec<Token>,
    /// The sounds of all tokens.
    pub(super) sounds: SoundSet,
}

/// A place where a phrase was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// First sound of it, counted in sounds.
    pub first: usize,
    /// Sound after the last.
    pub end: usize,
    /// Its time.
    pub span: Span,
    /// Cost of the alignment in tenths of a wrong syllable; 0 is word for word.
    pub cost: u16,
    /// Syllables that the phrase needs, so that a cost can be weighed.
    pub needed: u16,
}

impl Hit {
    /// Below this a hit is unsure: one slip in fewer than nine syllables.
    pub const SURE: f32 = 0.88;

    /// How much of the phrase was heard, 0 to 1: each syllable of it has an equal share; a wrong, missing or additional
    /// syllable takes one share away, a near sound a tenth of one. 1 is word for word. It says how well the sounds agree,
    /// not how likely it is that the words were meant.
    pub fn sureness(&self) -> f32 {
        (1.0 - f32::from(self.cost) / (10.0 * f32::from(self.needed.max(1)))).max(0.0)
    }

    /// Whether a person should look before anything follows from it: [`Self::sureness`] is below [`Self::SURE`].
    pub fn is_unsure(&self) -> bool {
        self.sureness() < Self::SURE
    }
}

impl Said {
    /// Words said during `span`.
    pub fn of(text: &str, span: Span) -> Self {
        let mut said = Self::default();
        said.push(text, span);
        said
    }

    /// Adds words that follow, said during `span`.
    pub fn push(&mut self, text: &str, span: Span) {
        let base = self.text.len();
        let first = self.tokens.len();
        self.text.push_str(text);
        for (offset, character) in text.char_indices() {
            let Some(readings) = Readings::of(character) else {
                continue;
            };
            let filler = FILLERS.contains(&character)
                || FILLER_WORDS.iter().any(|word| text[offset..].starts_with(word))
                || (matches!(character, '个' | '個') && text[..offset].ends_with('那'));
            self.sounds.insert(&readings);
            let before = self.tokens.last();
            let again = before.is_some_and(|before| before.readings.likeness(&readings) == Likeness::Same);
            self.tokens.push(Token {
                readings,
                filler,
                digit: is_digit(character),
                negation: readings.negation || NEGATIONS.contains(&character),
                again,
                byte: base + offset,
                byte_end: base + offset + character.len_utf8(),
                at: span.from,
                until: span.to,
                utterance_end: span.to,
            });
        }
        let fresh = &mut self.tokens[first..];
        let (count, length) = (fresh.len() as u64, span.to.samples_since(span.from));
        for (index, token) in fresh.iter_mut().enumerate() {
            token.at = span.from.plus_samples(length * index as u64 / count);
            token.until = span.from.plus_samples(length * (index as u64 + 1) / count);
        }
    }

    /// All of it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The character of sound `index`.
    pub(super) fn character(&self, index: usize) -> Option<char> {
        self.text[self.tokens.get(index)?.byte..].chars().next()
    }

    /// Number of sounds.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// True if nothing sounding was said.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Words from sound `first` up to and without sound `end`.
    pub fn words(&self, first: usize, end: usize) -> &str {
        match (self.tokens.get(first), end.checked_sub(1).and_then(|last| self.tokens.get(last))) {
            (Some(from), Some(to)) if from.byte < to.byte_end => &self.text[from.byte..to.byte_end],
            _ => "",
        }
    }

    /// When sounds `first` to `end` (without it) were said.
    pub fn span(&self, first: usize, end: usize) -> Span {
        match (self.tokens.get(first), end.checked_sub(1).and_then(|last| self.tokens.get(last))) {
            (Some(from), Some(to)) => Span { from: from.at, to: to.until },
            _ => Span::default(),
        }
    }

    /// When the speaker set about sound `first`: where its utterance begins if at most `lead_max` sounds of it come before,
    /// else its own moment. A polite word in front belongs to the words that it leads to.
    pub fn set_out(&self, first: usize, lead_max: usize) -> CallTime {
        let Some(token) = self.tokens.get(first) else { return CallTime::START };
        let lead = self.tokens[..first]
            .iter()
            .rev()
            .take_while(|one| one.utterance_end == token.utterance_end)
            .count();
        if lead <= lead_max { self.tokens[first - lead].at } else { token.at }
    }

    /// When the utterance ended to which the sound before `end` belongs.
    pub fn utterance_end(&self, end: usize) -> CallTime {
        end.checked_sub(1)
            .and_then(|last| self.tokens.get(last))
            .map_or(CallTime::START, |token| token.utterance_end)
    }
}

fn is_digit(character: char) -> bool {
    character.is_ascii_digit() || ('\u{ff10}'..='\u{ff19}').contains(&character) || DIGITS.contains(character)
}

/// Characters that are said: punctuation and blanks left out.
pub fn count_characters(text: &str) -> usize {
    text.chars().filter(|character| character.is_alphanumeric()).count()
}
