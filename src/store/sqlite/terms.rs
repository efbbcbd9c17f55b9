//! Utterances and queries as terms of the search index.
//!
//! SQLite's own tokenisers know words between blanks, or three characters at once; Chinese has no blanks, and most of its words are of
//! two characters. So the terms are made here, of letters, digits and characters alone. `pair` has every two neighbours: 请退款 is
//! `请退 退款`. Words of two characters and more are then a phrase of pairs, found exactly. `single` has each character once, for words of
//! one. `sound` has one pinyin syllable a character, without tones. `whose` has the team and the agent, so that a search within a team
//! never reads what other teams said.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use pinyin::ToPinyinMulti;

use crate::hex;
use crate::store::TextQuery;

/// Between the two ways to read an utterance: no syllable, so that no phrase runs across.
const APART: &str = "zzz";
/// Longest syllable: `zhuang`.
const SYLLABLE_MAX: usize = 6;
/// Characters with two ways to be said that are both in daily use; what else the dictionary has for a character is not said today.
const TWO_READINGS: &str = "行重长還还了得地着都调会單单乐傳传差参弹便降觉角率没省宿校血系色什說说曾车大给和卡落绿模数提解露厦藏朝折";
/// Ways to cut letters into syllables that are looked for; `xian` has two.
const CUTS_MAX: usize = 8;

/// What is said of a text: letters, digits and characters, in lower case.
fn characters(text: &str) -> Vec<char> {
    text.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// `single` of an utterance.
pub(super) fn singles(text: &str) -> String {
    let distinct: BTreeSet<char> = characters(text).into_iter().collect();
    distinct.into_iter().flat_map(|character| [character, ' ']).collect()
}

/// `pair` of an utterance.
pub(super) fn pairs(text: &str) -> String {
    let mut terms = String::with_capacity(text.len() * 3);
    for pair in characters(text).windows(2) {
        terms.extend(pair);
        terms.push(' ');
    }
    terms
}

/// The usual way to say a character, and the other one, if it has two; letters say themselves.
fn readings(character: char) -> (String, Option<String>) {
    let Some(multi) = character.to_pinyin_multi() else { return (character.to_string(), None) };
    let mut plain = multi.into_iter().map(|reading| reading.plain().to_owned());
    let first = plain.next().unwrap_or_default();
    let second =
        if TWO_READINGS.contains(character) { plain.find(|reading| *reading != first) } else { None };
    (first, second)
}

/// `sound` of an utterance: read in the most usual way, and once more in the other, if a character has one.
pub(super) fn sounds(text: &str) -> String {
    let readings: Vec<_> = characters(text).into_iter().map(readings).collect();
    let mut usual: Vec<&str> = readings.iter().map(|(first, _)| first.as_str()).collect();
    if readings.iter().any(|(_, second)| second.is_some()) {
        usual.push(APART);
        usual.extend(readings.iter().map(|(first, second)| second.as_ref().unwrap_or(first).as_str()));
    }
    usual.join(" ")
}

/// `whose` of an utterance.
pub(super) fn whose(team: &str, agent: &str) -> String {
    format!("{} {}", name('t', team), name('a', agent))
}

/// Any name as one term.
fn name(kind: char, name: &str) -> String {
    format!("{kind}{}", hex::digits(name.as_bytes()))
}

/// A query as an expression of FTS5; none if there is nothing in it to look for. Only letters and digits of the query get into it,
/// so nothing in a query can be taken for an operator.
pub(super) fn expression(query: &TextQuery) -> Option<String> {
    let is_latin = |term: &str| characters(term).iter().all(char::is_ascii_alphanumeric);
    let mut wanted = Vec::new();
    // Latin terms beside each other are one phrase: `tui kuan`.
    let mut latin: Vec<&str> = Vec::new();
    for term in query.words.split_whitespace().filter(|term| !characters(term).is_empty()) {
        if is_latin(term) {
            latin.push(term);
        } else {
            wanted.extend(latin_term(&std::mem::take(&mut latin)));
            wanted.push(chinese_term(term, query.by_sound));
        }
    }
    wanted.extend(latin_term(&latin));
    if wanted.is_empty() {
        return None;
    }
    if let Some(teams) = &query.teams {
        let teams: Vec<String> = teams.iter().map(|team| name('t', team)).collect();
        wanted.push(format!("whose : ({})", teams.join(" OR ")));
    }
    wanted.extend(query.agent.iter().map(|agent| format!("whose : {}", name('a', agent))));
    Some(wanted.join(" AND "))
}

fn text_phrase(term: &str) -> String {
    match characters(term)[..] {
        [one] => format!("single : \"{one}\""),
        ref characters => {
            let pairs: Vec<String> = characters.windows(2).map(|pair| pair.iter().collect()).collect();
            format!("pair : \"{}\"", pairs.join(" "))
        }
    }
}

fn chinese_term(term: &str, by_sound: bool) -> String {
    if !by_sound {
        return text_phrase(term);
    }
    let sounds: Vec<String> = characters(term).into_iter().map(|character| readings(character).0).collect();
    format!("({} OR sound : \"{}\")", text_phrase(term), sounds.join(" "))
}

fn latin_term(terms: &[&str]) -> Option<String> {
    let whole = terms.concat();
    if whole.is_empty() {
        return None;
    }
    let mut either = vec![text_phrase(&whole)];
    let mut cuts = vec![String::new()];
    for term in terms {
        let letters: String =
            characters(term).into_iter().map(|letter| if letter == 'v' { 'ü' } else { letter }).collect();
        let ways = syllables(&letters);
        cuts = cuts
            .iter()
            .flat_map(|cut| ways.iter().map(move |way| format!("{cut} {way}")))
            .take(CUTS_MAX)
            .collect();
    }
    either.extend(cuts.iter().map(|cut| format!("sound : \"{}\"", cut.trim_start())));
    Some(format!("({})", either.join(" OR ")))
}

/// All ways to cut letters into syllables, at most [`CUTS_MAX`], those with long syllables first.
fn syllables(letters: &str) -> Vec<String> {
    let mut found = Vec::new();
    cut(letters, &mut Vec::new(), &mut found, &mut 1_000);
    found
}

fn cut<'a>(rest: &'a str, before: &mut Vec<&'a str>, found: &mut Vec<String>, steps_left: &mut u32) {
    if rest.is_empty() {
        found.push(before.join(" "));
        return;
    }
    let ends = rest.char_indices().map(|(at, letter)| at + letter.len_utf8()).take(SYLLABLE_MAX);
    for end in ends.collect::<Vec<_>>().into_iter().rev() {
        // A long row of letters has more ways than anybody waits for.
        *steps_left = steps_left.saturating_sub(1);
        if found.len() < CUTS_MAX && *steps_left > 0 && known_syllables().contains(&rest[..end]) {
            before.push(&rest[..end]);
            cut(&rest[end..], before, found, steps_left);
            before.pop();
        }
    }
}

/// Every syllable that some character is read as.
fn known_syllables() -> &'static BTreeSet<&'static str> {
    static SYLLABLES: OnceLock<BTreeSet<&'static str>> = OnceLock::new();
    SYLLABLES.get_or_init(|| {
        let common = ('\u{4e00}'..='\u{9fff}').filter_map(|character| character.to_pinyin_multi());
        common.flat_map(|multi| multi.into_iter().map(|reading| reading.plain())).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utterances_become_pairs_and_sounds() {
        assert_eq!(pairs("请,退款!"), "请退 退款 ");
        assert_eq!(pairs("A好…"), "a好 ");
        assert_eq!(singles("好A,好"), "a 好 ");
        assert_eq!(sounds("退款"), "tui kuan");
        assert_eq!(sounds("银行"), "yin xing zzz yin hang");
    }

    #[test]
    fn letters_are_cut_into_syllables_in_every_way() {
        assert_eq!(syllables("tuikuan")[0], "tui kuan");
        assert!(syllables("xian").contains(&"xi an".to_owned()));
        assert!(syllables("vip").is_empty());
        assert!(syllables(&"a".repeat(400)).len() <= CUTS_MAX);
    }

    #[test]
    fn no_query_can_be_an_operator() {
        let query = TextQuery { words: "\" OR NEAR( * : ^ AND 退\"款*".to_owned(), ..TextQuery::default() };
        let expression = expression(&query).unwrap();
        assert!(expression.ends_with("pair : \"退款\""), "{expression}");
    }
}
