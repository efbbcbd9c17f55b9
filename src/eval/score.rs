use super::Edits;
use crate::phrase::{is_one_syllable, syllables};
use crate::transcribe::TextCleaner;

/// Chinese numerals as they are read digit by digit.
const NUMERALS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// One file's text against its reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// Whether the reference says anything.
    pub has_speech: bool,
    /// Whether anything was recognised.
    pub has_text: bool,
    /// Characters said.
    pub characters: Edits,
    /// Syllables without tone; characters with several readings are right by any of them, and near sounds (zh and z)
    /// are not one.
    pub syllables: Edits,
}

/// Compares texts.
///
/// ```
/// use callcue::eval::Scorer;
///
/// let scorer = Scorer::default();
/// assert_eq!(scorer.score("請問,幺三八?", "请问138").characters.errors(), 0);
/// let score = scorer.score("请您稍等", "请你稍灯");
/// assert_eq!((score.characters.errors(), score.syllables.errors()), (2, 0));
/// ```
#[derive(Default)]
pub struct Scorer {
    cleaner: TextCleaner,
}

impl Scorer {
    /// Holds `heard`, cleaned as for the script, against what was said.
    pub fn score(&self, reference: &str, heard: &str) -> Score {
        let (reference, heard) = (self.cleaner.simplify(reference), self.cleaner.simplify(heard));
        let (said, recognised) = (spoken(&reference), spoken(&heard));
        Score {
            has_speech: !said.is_empty(),
            has_text: !recognised.is_empty(),
            characters: Edits::between(&said, &recognised, char::eq),
            syllables: Edits::between(&syllables(&reference), &syllables(&heard), is_one_syllable),
        }
    }
}

/// Characters that are said, one way to write each. `simplified` has no traditional characters any more.
fn spoken(simplified: &str) -> Vec<char> {
    simplified.chars().map(half_width).filter(|character| character.is_alphanumeric()).map(one_way).collect()
}

/// Full-width forms of ASCII as ASCII.
fn half_width(character: char) -> char {
    match character {
        '！'..='～' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        other => other,
    }
}

fn one_way(character: char) -> char {
    match character {
        '〇' => '零',
        '幺' => '一',
        other => match other.to_digit(10) {
            Some(digit) => NUMERALS[digit as usize],
            None => other.to_ascii_lowercase(),
        },
    }
}
