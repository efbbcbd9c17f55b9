//! Numbers that are not whole yet: the end of what was said so far, and words of somebody who is still speaking.

use super::address::PROVINCES;
use super::runs::{FILLERS, GAP_MAX, PERSONS, gap_at};
use super::signs::{self, Sign};
use super::{masked, personal_numbers};

/// Digits in a row that are shown of somebody who is still speaking; an agent's number has four.
const SHOWN_MAX: usize = 4;
/// Signs in which a word says that a plate or an address is being told.
const CONTEXT: usize = 14;

/// Whether the end of these utterances of one side may be the beginning, or the middle, of a number that the next one goes on with.
pub(super) fn may_go_on(utterances: &[&str]) -> bool {
    let signs = signs::read(utterances);
    let end = behind_last_word(&signs);
    if signs.len() - end >= GAP_MAX {
        return false;
    }
    let told = &signs[..end];
    let Some(last) = told.last() else { return false };
    let context: String = told[told.len().saturating_sub(CONTEXT)..].iter().map(|sign| sign.letter).collect();
    let is_letter = last.ascii().is_some_and(|sign| sign.is_ascii_alphanumeric());
    let of_a_plate = context.contains('牌') && (is_letter || PROVINCES.contains(last.letter));
    let of_an_address = ["邮箱", "邮件", "@", "艾特"].iter().any(|word| context.contains(word))
        && (is_letter || "点.@特".contains(last.letter));
    if of_a_plate || of_an_address {
        return true;
    }
    let digits = told.iter().rev().take_while(|sign| sign.is_numeral() || sign.is_x()).count();
    let is_alone = told.len() == digits || told[told.len() - digits - 1].letter == '\n';
    digits >= 2 || (digits == 1 && (is_alone || PERSONS.iter().any(|word| context.contains(word))))
}

/// End of what was said but for separators and fillers.
fn behind_last_word(signs: &[Sign]) -> usize {
    let mut end = signs.len();
    loop {
        let filler = FILLERS.iter().map(|filler| filler.chars().count()).find(|length| {
            let Some(from) = end.checked_sub(*length) else { return false };
            let said: String = signs[from..end].iter().map(|sign| sign.letter).collect();
            FILLERS.contains(&said.as_str())
        });
        match filler {
            Some(length) => end -= length,
            None if end > 0 && gap_at(&signs[..end], end - 1).0 == end => end -= 1,
            None => return end,
        }
    }
}

/// `text` with its numbers masked, and with each run of more than four digits all `*`: what they will become is not known yet. Where
/// what was said before `goes_on`, shorter ones, too. As many characters as before.
pub(super) fn running_masked(text: &str, goes_on: bool) -> String {
    let text = masked(text, &personal_numbers(text));
    let signs = signs::read(&[&text]);
    let mut letters: Vec<char> = text.chars().collect();
    let is_told = |place: usize| signs[place].is_numeral() || signs[place].is_x();
    let mut place = 0;
    while place < signs.len() {
        if !signs[place].is_numeral() {
            place += 1;
            continue;
        }
        let (from, mut end, mut digits) = (place, place, 0);
        while end < signs.len() && is_told(end) {
            digits += 1;
            place = end + 1;
            end = gap_at(&signs, place).0;
        }
        if digits > SHOWN_MAX || (goes_on && digits > 1) {
            letters[from..place].fill('*');
        }
    }
    letters.into_iter().collect()
}

/// Whether a character is a digit, written or said.
pub(super) fn is_numeral(letter: char) -> bool {
    signs::read(&[letter.encode_utf8(&mut [0; 4])]).iter().any(Sign::is_numeral)
}
