use std::ops::Range;

/// What a stretch of text is, as far as numbers are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A digit, written.
    Digit(u8),
    /// A digit, said; 0 to 9.
    Said(u8),
    /// A numeral sign above nine: 10, 100, 1000.
    Ten(u16),
    /// Any other character, full-width ones made ASCII, letters made capital.
    Other(char),
    /// Between two utterances.
    Break,
}

/// A character of a turn, with its place.
#[derive(Clone, Debug)]
pub(super) struct Sign {
    pub(super) meaning: Meaning,
    /// Which utterance.
    pub(super) utterance: usize,
    /// Bytes of that utterance; empty for a break.
    pub(super) span: Range<usize>,
    /// The character itself; a line feed for a break.
    pub(super) letter: char,
}

impl Sign {
    pub(super) const fn digit(&self) -> Option<u8> {
        match self.meaning {
            Meaning::Digit(digit) | Meaning::Said(digit) => Some(digit),
            _ => None,
        }
    }

    /// A digit, or ten, a hundred, a thousand.
    pub(super) const fn is_numeral(&self) -> bool {
        matches!(self.meaning, Meaning::Digit(_) | Meaning::Said(_) | Meaning::Ten(_))
    }

    /// The last sign of some ID cards.
    pub(super) const fn is_x(&self) -> bool {
        matches!(self.letter, 'X' | 'x' | '叉' | '×' | '\u{ff38}' | '\u{ff58}')
    }

    /// The ASCII character that it stands for, if it is one.
    pub(super) fn ascii(&self) -> Option<char> {
        match self.meaning {
            Meaning::Digit(digit) => Some(char::from(b'0' + digit)),
            Meaning::Other(other) if other.is_ascii() => Some(other),
            _ => None,
        }
    }
}

/// All characters of a turn, a [break](Meaning::Break) between utterances.
pub(super) fn read(utterances: &[&str]) -> Vec<Sign> {
    let mut signs = Vec::new();
    for (utterance, text) in utterances.iter().enumerate() {
        if utterance > 0 {
            signs.push(Sign { meaning: Meaning::Break, utterance, span: 0..0, letter: '\n' });
        }
        signs.extend(text.char_indices().map(|(start, letter)| Sign {
            meaning: meaning(letter),
            utterance,
            span: start..start + letter.len_utf8(),
            letter,
        }));
    }
    keep_nicknames_among_digits(&mut signs);
    signs
}

fn meaning(letter: char) -> Meaning {
    // Full-width forms lie as far from ASCII as U+FF01 from U+0021.
    let folded = match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        '\u{3000}' => ' ',
        other => other,
    };
    match folded {
        '0'..='9' => Meaning::Digit(folded as u8 - b'0'),
        '零' | '〇' | '洞' => Meaning::Said(0),
        '一' | '幺' | '壹' | '腰' | '妖' => Meaning::Said(1),
        '二' | '两' | '贰' | '兩' => Meaning::Said(2),
        '三' | '叁' => Meaning::Said(3),
        '四' | '肆' => Meaning::Said(4),
        '五' | '伍' => Meaning::Said(5),
        '六' | '陆' => Meaning::Said(6),
        '七' | '柒' | '拐' => Meaning::Said(7),
        '八' | '捌' => Meaning::Said(8),
        '九' | '玖' | '勾' => Meaning::Said(9),
        '十' => Meaning::Ten(10),
        '百' => Meaning::Ten(100),
        '千' => Meaning::Ten(1_000),
        other => Meaning::Other(other.to_ascii_uppercase()),
    }
}

/// 洞, 拐, 勾 and 腰 are digits only beside other digits.
fn keep_nicknames_among_digits(signs: &mut [Sign]) {
    for place in 0..signs.len() {
        let letter = signs[place].letter;
        if !matches!(letter, '洞' | '拐' | '勾' | '腰' | '妖') {
            continue;
        }
        let is_digit = |place: usize| signs.get(place).is_some_and(|sign| sign.digit().is_some());
        if !(place > 0 && is_digit(place - 1) && is_digit(place + 1)) {
            signs[place].meaning = Meaning::Other(letter);
        }
    }
}
