use std::collections::BTreeMap;

use pinyin::{ToPinyin, ToPinyinMulti};

use super::random::Random;

/// Initials and finals that recognisers take for one another.
const NEAR_INITIALS: [(&str, &str); 4] = [("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l")];
const NEAR_FINALS: [(&str, &str); 3] = [("ang", "an"), ("eng", "en"), ("ing", "in")];

/// What people say while they think.
const FILLERS: [&str; 4] = ["嗯", "啊", "呃", "那个"];
const FILLER_SHARE: f64 = 0.02;

/// What goes wrong with a syllable, with its weight.
const KINDS: [(Kind, u32); 5] =
    [(Kind::Homophone, 40), (Kind::Near, 30), (Kind::Dropped, 10), (Kind::Doubled, 10), (Kind::Other, 10)];

#[derive(Clone, Copy)]
enum Kind {
    Homophone,
    Near,
    Dropped,
    Doubled,
    Other,
}

/// Writes lines down as a recogniser might.
///
/// Whatever the error rate, the form changes: half of the lines lose their punctuation, a number is written in one of
/// three ways (1024, 一零二四, 幺零二四), and after one syllable in fifty a filler is said. Then each syllable is wrong with
/// the probability of the rate. Of a hundred wrong syllables
///
/// - 40 become another character of the same sound, tone aside,
/// - 30 a near sound (zh/z ch/c sh/s n/l ang/an eng/en ing/in, either way),
/// - 10 are lost,
/// - 10 are written twice,
/// - 10 become any other syllable of the language, all being equally likely.
///
/// Where a syllable has no near sound, the kind is drawn again among the others. Characters that come in have one reading only, so that
/// no second reading makes them right by chance.
pub(super) struct Garbler {
    characters: BTreeMap<&'static str, Vec<char>>,
}

impl Garbler {
    pub(super) fn new() -> Self {
        let mut characters: BTreeMap<&'static str, Vec<char>> = BTreeMap::new();
        for character in '\u{4e00}'..='\u{9fa5}' {
            if let (Some(sound), Some(all)) = (character.to_pinyin(), character.to_pinyin_multi())
                && all.into_iter().all(|one| one.plain() == sound.plain())
            {
                characters.entry(sound.plain()).or_default().push(character);
            }
        }
        Self { characters }
    }

    /// `line` with `rate` of its syllables wrong.
    pub(super) fn garble(&self, line: &str, rate: f64, random: &mut Random) -> String {
        let punctuated = random.chance(0.5);
        let mut garbled = String::new();
        for character in respell(line, random).chars() {
            if !character.is_alphanumeric() {
                if punctuated {
                    garbled.push(character);
                }
                continue;
            }
            self.write(character, rate, random, &mut garbled);
            if random.chance(FILLER_SHARE) {
                let filler: &&str = random.one_of(&FILLERS);
                garbled.push_str(filler);
            }
        }
        garbled
    }

    fn write(&self, character: char, rate: f64, random: &mut Random, garbled: &mut String) {
        let spoken = match character.to_digit(10) {
            Some(digit) => DIGITS[1][digit as usize],
            None => character,
        };
        let Some(sound) = spoken.to_pinyin().map(|one| one.plain()).filter(|_| random.chance(rate)) else {
            garbled.push(character);
            return;
        };
        loop {
            match draw(random) {
                Kind::Homophone => match self.characters.get(sound) {
                    Some(all) => garbled.push(*random.one_of(all)),
                    None => continue,
                },
                Kind::Near => match self.near(sound, random) {
                    Some(near) => garbled.push(near),
                    None => continue,
                },
                Kind::Dropped => {}
                Kind::Doubled => garbled.extend([character; 2]),
                Kind::Other => garbled.push(self.other(sound, random)),
            }
            return;
        }
    }

    fn near(&self, sound: &str, random: &mut Random) -> Option<char> {
        let mut near = Vec::new();
        for (long, short) in NEAR_INITIALS {
            let swapped = match (sound.strip_prefix(long), sound.strip_prefix(short)) {
                (Some(rest), _) => format!("{short}{rest}"),
                (_, Some(rest)) => format!("{long}{rest}"),
                _ => continue,
            };
            near.extend(self.characters.get(swapped.as_str()));
        }
        for (long, short) in NEAR_FINALS {
            let swapped = match (sound.strip_suffix(long), sound.strip_suffix(short)) {
                (Some(rest), _) => format!("{rest}{short}"),
                (_, Some(rest)) => format!("{rest}{long}"),
                _ => continue,
            };
            near.extend(self.characters.get(swapped.as_str()));
        }
        if near.is_empty() {
            return None;
        }
        let all: &&Vec<char> = random.one_of(&near);
        Some(*random.one_of::<char>(all))
    }

    fn other(&self, sound: &str, random: &mut Random) -> char {
        loop {
            let index = random.below(self.characters.len());
            if let Some((other, all)) = self.characters.iter().nth(index)
                && *other != sound
            {
                return *random.one_of(all);
            }
        }
    }
}

fn draw(random: &mut Random) -> Kind {
    let mut left = random.below(100) as u32;
    for (kind, weight) in KINDS {
        match left.checked_sub(weight) {
            Some(rest) => left = rest,
            None => return kind,
        }
    }
    Kind::Homophone
}

const DIGITS: [[char; 10]; 3] = [
    ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'],
    ['零', '幺', '二', '三', '四', '五', '六', '七', '八', '九'],
];

/// `line` with its numbers of two digits and more written in one of three ways.
fn respell(line: &str, random: &mut Random) -> String {
    let spelling = random.one_of(&DIGITS);
    let characters: Vec<char> = line.chars().collect();
    let digit = |index: usize| characters.get(index).and_then(|one| one.to_digit(10));
    (0..characters.len())
        .map(|index| match digit(index) {
            Some(value) if digit(index + 1).is_some() || (index > 0 && digit(index - 1).is_some()) => {
                spelling[value as usize]
            }
            _ => characters[index],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recogniser_writes_what_the_procedure_says() {
        let garbler = Garbler::new();
        let line = "请问有什么可以帮您".repeat(200);
        let mut random = Random::new(7);
        let syllables = |text: &str| text.chars().filter(|one| one.is_alphanumeric()).count() as f64;
        let same = |one: char, other: char| one == other;
        let garbled = garbler.garble(&line, 0.0, &mut random);
        let fillers = syllables(&garbled) / syllables(&line) - 1.0;
        assert!((0.005..0.05).contains(&fillers), "{fillers}");
        for rate in [0.05, 0.1, 0.2] {
            // Of short lines, so that a lost syllable does not shift the rest.
            let (mut wrong, mut all) = (0, 0);
            for _ in 0..400 {
                for character in "请问有什么可以帮您".chars() {
                    let mut out = String::new();
                    garbler.write(character, rate, &mut random, &mut out);
                    let mut written = out.chars();
                    let right =
                        written.next().is_some_and(|one| same(one, character)) && written.next().is_none();
                    wrong += usize::from(!right);
                    all += 1;
                }
            }
            let share = f64::from(wrong as u32) / f64::from(all);
            assert!((share - rate).abs() < 0.02, "{rate}: {share}");
        }
    }

    #[test]
    fn numbers_are_written_in_three_ways() {
        let mut random = Random::new(1);
        let seen: std::collections::BTreeSet<String> =
            (0..100).map(|_| respell("工号1024,3号", &mut random)).collect();
        let wanted = ["工号1024,3号", "工号一零二四,3号", "工号幺零二四,3号"].map(str::to_owned);
        assert_eq!(seen, wanted.into_iter().collect());
    }

    #[test]
    fn near_sounds_go_both_ways() {
        let garbler = Garbler::new();
        let mut random = Random::new(3);
        for (sound, near) in
            [("shi", "si"), ("si", "shi"), ("ning", "nin"), ("ning", "ling"), ("bang", "ban")]
        {
            let found = (0..100)
                .filter_map(|_| garbler.near(sound, &mut random)?.to_pinyin())
                .any(|one| one.plain() == near);
            assert!(found, "{sound} {near}");
        }
        assert_eq!(garbler.near("wo", &mut random), None);
    }
}
