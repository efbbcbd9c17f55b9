use pinyin::ToPinyinMulti;

const INITIALS: [&str; 23] = [
    "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z", "c",
    "s", "y", "w",
];
const FINALS: [&str; 36] = [
    "", "a", "o", "e", "ai", "ei", "ao", "ou", "an", "en", "ang", "eng", "ong", "er", "i", "ia", "ie", "iao",
    "iu", "ian", "in", "iang", "ing", "iong", "u", "ua", "uo", "uai", "ui", "uan", "un", "uang", "v", "ve",
    "ue", "io",
];

/// Near sounds, written as what the left one is folded into.
const NEAR_INITIALS: [(&str, &str); 4] = [("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l")];
const NEAR_FINALS: [(&str, &str); 5] =
    [("ang", "an"), ("eng", "en"), ("ing", "in"), ("iang", "ian"), ("uang", "uan")];

/// Heard inside a phrase, these turn it into its opposite, whatever character a recogniser writes for them: 不 没 别.
const NEGATIONS: [&str; 3] = ["bu", "mei", "bie"];

/// Said in one way only today, whatever else the dictionary has: with its old readings 不 would be 服, and 听 would be 一.
const ONE_READING: &str = "不没别未无听有是能以事机位王可方接姐抱女由立司于";

const NO_INITIAL: u16 = 23;
const LETTER: u16 = 0x8000;
const OTHER: u16 = 0x4000;

/// One way to say one character, tone left out; or a letter, or a sign that has no sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Syllable(u16);

impl Syllable {
    fn from_pinyin(plain: &str) -> Self {
        let (initial, rest) = INITIALS
            .iter()
            .enumerate()
            .find_map(|(index, initial)| Some((index as u16, plain.strip_prefix(initial)?)))
            .unwrap_or((NO_INITIAL, plain));
        let last = FINALS.iter().position(|one| *one == rest).unwrap_or(FINALS.len());
        Self(initial << 6 | last as u16)
    }

    /// The sound that stands for all sounds near this one.
    fn folded(self) -> Self {
        if self.0 & (LETTER | OTHER) != 0 {
            return self;
        }
        let (initial, last) = (self.0 >> 6, self.0 & 63);
        let fold = |index: u16, all: &[&str], near: &[(&str, &str)]| {
            let name = all.get(usize::from(index))?;
            let into = near.iter().find(|(from, _)| from == name)?.1;
            all.iter().position(|one| *one == into).map(|position| position as u16)
        };
        let initial = fold(initial, &INITIALS, &NEAR_INITIALS).unwrap_or(initial);
        let last = fold(last, &FINALS, &NEAR_FINALS).unwrap_or(last);
        Self(initial << 6 | last)
    }
}

/// A set of sounds, near ones being one. Signs without a sound may share a place, so it can have too much, never too little.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SoundSet([u64; Self::WORDS]);

impl SoundSet {
    /// 24 initials of 64 finals, 64 letters, 448 signs.
    const WORDS: usize = 32;

    const fn place(near: Syllable) -> usize {
        match near.0 {
            letter if letter & LETTER != 0 => 24 * 64 + (letter & 63) as usize,
            sign if sign & OTHER != 0 => 25 * 64 + (sign & 0x3fff) as usize % (7 * 64),
            spoken => spoken as usize,
        }
    }

    pub(super) fn insert(&mut self, readings: &Readings) {
        for near in &readings.near[..usize::from(readings.len)] {
            let place = Self::place(*near);
            self.0[place / 64] |= 1 << (place % 64);
        }
    }

    /// False only if no sound that is the same as, or near, `readings` was put in.
    pub(super) fn may_have(&self, readings: &Readings) -> bool {
        readings.near[..usize::from(readings.len)].iter().any(|near| {
            let place = Self::place(*near);
            self.0[place / 64] & 1 << (place % 64) != 0
        })
    }
}

const READINGS_MAX: usize = 6;

/// All ways to say one character, at most six.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Readings {
    exact: [Syllable; READINGS_MAX],
    near: [Syllable; READINGS_MAX],
    len: u8,
    /// Every way to say it is that of a negation, [`NEGATIONS`].
    pub(super) negation: bool,
}

/// How alike two sounds are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likeness {
    Same,
    Near,
    Different,
}

impl Readings {
    /// No sound at all.
    pub(super) const NONE: Self = Self {
        exact: [Syllable(0); READINGS_MAX],
        near: [Syllable(0); READINGS_MAX],
        len: 0,
        negation: false,
    };

    /// Sounds of `character`; none for punctuation and blanks, which are not said.
    pub(super) fn of(character: char) -> Option<Self> {
        let character = half_width(character);
        if let Some(digit) = character.to_digit(10) {
            return Some(Self::of_digit(digit));
        }
        if let Some(multi) = character.to_pinyin_multi() {
            let mut readings = Self::default();
            let count = if ONE_READING.contains(character) { 1 } else { READINGS_MAX };
            for reading in multi.into_iter().take(count) {
                readings.add(Syllable::from_pinyin(reading.plain()));
                readings.negation =
                    (readings.len == 1 || readings.negation) && NEGATIONS.contains(&reading.plain());
            }
            // 您 and 你 are one word, said politely or not; 幺 is how 1 is said in numbers.
            if character == '您' {
                readings.add(Syllable::from_pinyin("ni"));
            }
            if character == '一' {
                readings.add(Syllable::from_pinyin("yao"));
            }
            return Some(readings);
        }
        if !character.is_alphanumeric() {
            return None;
        }
        let mut readings = Self::default();
        let lower = character.to_ascii_lowercase();
        readings.add(Syllable(if lower.is_ascii_lowercase() {
            LETTER | u16::from(lower as u8)
        } else {
            OTHER | (u32::from(character) & 0x3fff) as u16
        }));
        Some(readings)
    }

    fn of_digit(digit: u32) -> Self {
        const SAID: [&[&str]; 10] = [
            &["ling", "dong"],
            &["yi", "yao"],
            &["er", "liang"],
            &["san"],
            &["si"],
            &["wu"],
            &["liu"],
            &["qi", "guai"],
            &["ba"],
            &["jiu", "gou"],
        ];
        let mut readings = Self::default();
        for said in SAID[digit as usize % 10] {
            readings.add(Syllable::from_pinyin(said));
        }
        readings
    }

    fn add(&mut self, syllable: Syllable) {
        let len = usize::from(self.len);
        if len < READINGS_MAX && !self.exact[..len].contains(&syllable) {
            self.exact[len] = syllable;
            self.near[len] = syllable.folded();
            self.len += 1;
        }
    }

    pub(super) fn likeness(&self, other: &Self) -> Likeness {
        let share = |a: &[Syllable], b: &[Syllable]| a.iter().any(|one| b.contains(one));
        let (mine, theirs) = (usize::from(self.len), usize::from(other.len));
        if share(&self.exact[..mine], &other.exact[..theirs]) {
            Likeness::Same
        } else if share(&self.near[..mine], &other.near[..theirs]) {
            Likeness::Near
        } else {
            Likeness::Different
        }
    }
}

/// Letters, digits and signs in full width, as they are in half width.
fn half_width(character: char) -> char {
    match u32::from(character) {
        wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(character),
        _ => character,
    }
}

/// The sounds of `text`, one a character that is said.
pub(crate) fn syllables(text: &str) -> Vec<Readings> {
    text.chars().filter_map(Readings::of).collect()
}

/// Whether two sounds are the same but for the tone; near ones are not.
pub(crate) fn is_one_syllable(one: &Readings, other: &Readings) -> bool {
    one.likeness(other) == Likeness::Same
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likeness(a: char, b: char) -> Likeness {
        Readings::of(a).unwrap().likeness(&Readings::of(b).unwrap())
    }

    #[test]
    fn sounds_are_compared_as_a_recogniser_confuses_them() {
        for (a, b, expected) in [
            ('什', '神', Likeness::Same),
            ('帮', '邦', Likeness::Same),
            ('您', '你', Likeness::Same),
            ('1', '幺', Likeness::Same),
            ('1', '一', Likeness::Same),
            ('0', '零', Likeness::Same),
            ('们', '們', Likeness::Same),
            ('行', '航', Likeness::Same),
            ('是', '四', Likeness::Near),
            ('能', '嫩', Likeness::Near),
            ('男', '兰', Likeness::Near),
            ('庄', '钻', Likeness::Near),
            ('吧', '吗', Likeness::Different),
            ('人', '更', Likeness::Different),
            ('a', 'A', Likeness::Same),
            ('1', '\u{ff11}', Likeness::Same),
        ] {
            assert_eq!(likeness(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn signs_are_not_said() {
        for sign in [',', '。', '?', ' ', '、', '…', '“'] {
            assert_eq!(Readings::of(sign), None, "{sign}");
        }
    }
}
