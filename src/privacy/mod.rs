//! Finds a person's numbers in what was said: ID card, bank card, telephone, plate, e-mail; and masks them.
//!
//! ```text
//! utterances of a turn ──► signs: digits, written or said ──► runs ──► kinds, with their checks ──► spans ──► masked text
//! ```
//!
//! A number may be written (full-width, too), said digit by digit (幺, 两), in tens and hundreds (一百三十八, 五十六), as a repeat
//! (四个八), with separators and fillers between (嗯, 然后), and told over several utterances of one turn. What decides
//! is the number itself: an ID card's date and check sign, a bank card's prefix and Luhn digit, a telephone's length and
//! area. The words in front decide where the number cannot: behind 单号 eleven digits are no telephone, and seven or
//! eight digits are one only behind 电话 or 座机.
//!
//! Agent numbers, tracking numbers, amounts, dates, times and service numbers (400…, 95533) stay.
//!
//! Rules are judged on the words as they were said. [`Masker`] stands between them and whatever keeps or passes on what comes out: the
//! station's journal, and the floor's store. What is masked is silenced in the recording, too ([`silenced`]).
//!
//! # Not found
//!
//! Numbers that a recogniser got wrong: one digit too few, or a wrong one that breaks a check. Numbers told over several turns.
//! ID cards of 15 digits, passports, names and addresses.

mod address;
mod check;
mod masker;
mod retention;
mod runs;
mod signs;
mod silence;
mod tail;

use std::ops::Range;

pub use masker::{HOLD_MAX_MS, Masker};
pub use retention::{CallClass, Due, KeepDays, RetentionPlan};
use signs::{Meaning, Sign};
pub use silence::{SILENCE_MARGIN_MS, silenced};
use tail::{is_numeral, may_go_on, running_masked};

/// Which kind of personal number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersonalKind {
    /// 18 signs, GB 11643.
    IdCard,
    /// 16 to 19 digits with Luhn's check digit.
    BankCard,
    /// 11 digits that begin with 13 to 19.
    Mobile,
    /// With or without the area.
    Landline,
    /// Province, letter, five or six signs.
    Plate,
    /// An e-mail address.
    Email,
}

impl PersonalKind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::IdCard, Self::BankCard, Self::Mobile, Self::Landline, Self::Plate, Self::Email];

    /// What stands in masked text.
    pub const fn name(self) -> &'static str {
        match self {
            Self::IdCard => "身份证号",
            Self::BankCard => "银行卡号",
            Self::Mobile => "手机号",
            Self::Landline => "座机号",
            Self::Plate => "车牌号",
            Self::Email => "邮箱",
        }
    }
}

/// A personal number, or the part of it that is in one utterance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonalNumber {
    /// Which kind.
    pub kind: PersonalKind,
    /// Where it is: bytes of the text, at characters' bounds.
    pub span: Range<usize>,
    /// It begins here; false for the rest of a number that began in an utterance before.
    pub begins: bool,
}

/// Personal numbers in `text`, in order; they do not overlap.
pub fn personal_numbers(text: &str) -> Vec<PersonalNumber> {
    personal_numbers_in_turn(&[text]).pop().unwrap_or_default()
}

/// Personal numbers in the utterances of one turn of one side: for each utterance the numbers, and parts of numbers, that are in it.
pub fn personal_numbers_in_turn(utterances: &[&str]) -> Vec<Vec<PersonalNumber>> {
    let signs = signs::read(utterances);
    let mut found = address::emails(&signs);
    found.extend(address::plates(&signs, &found));
    let taken = found.clone();
    found.extend(runs::numbers(&signs, &taken));
    found.sort_unstable_by_key(|(_, span)| span.start);
    let mut numbers = vec![Vec::new(); utterances.len()];
    for (kind, span) in found {
        split(kind, &signs[span], &mut numbers);
    }
    numbers
}

/// Gives each utterance its part of the number that `signs` are, from its first digit in there to its last.
fn split(kind: PersonalKind, signs: &[Sign], numbers: &mut [Vec<PersonalNumber>]) {
    let is_told = |sign: &Sign| match kind {
        PersonalKind::Plate | PersonalKind::Email => sign.meaning != Meaning::Break,
        _ => sign.is_numeral() || sign.is_x(),
    };
    let mut begins = true;
    for part in signs.chunk_by(|one, next| one.utterance == next.utterance) {
        let mut told = part.iter().filter(|sign| is_told(sign));
        let Some(first) = told.next() else { continue };
        let last = told.next_back().unwrap_or(first);
        numbers[first.utterance].push(PersonalNumber { kind, span: first.span.start..last.span.end, begins });
        begins = false;
    }
}

/// `text` with each of `numbers` as «`[手机号****]`»: as many characters as before, so that what is placed by characters stays in its
/// place. A number shorter than its name is all `*`, and so is the rest of one that began before.
///
/// `numbers` come from `text`, in order.
///
/// ```
/// use callcue::privacy::{masked, personal_numbers};
///
/// let text = "我的电话是13800138000,晚上打";
/// assert_eq!(masked(text, &personal_numbers(text)), "我的电话是[手机号******],晚上打");
/// ```
pub fn masked(text: &str, numbers: &[PersonalNumber]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for PersonalNumber { kind, span, begins } in numbers {
        let Some((before, number)) = text.get(from..span.start).zip(text.get(span.clone())) else { continue };
        out += before;
        let (length, name) = (number.chars().count(), kind.name());
        let stars = length.checked_sub(name.chars().count() + 2).filter(|_| *begins);
        match stars {
            Some(stars) => out += &format!("[{name}{}]", "*".repeat(stars)),
            None => out += &"*".repeat(length),
        }
        from = span.end;
    }
    out += text.get(from..).unwrap_or_default();
    out
}
