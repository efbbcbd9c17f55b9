//! Numbers with letters in them: e-mail addresses and plates.

use std::ops::Range;

use super::PersonalKind;
use super::signs::{Meaning, Sign};

/// Something found: its kind and its signs.
pub(super) type Found = (PersonalKind, Range<usize>);

pub(super) const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
/// Last signs of plates for trailers, training cars, police, and cars from Hong Kong and Macao.
const PLATE_ENDS: &str = "挂学警港澳";

/// E-mail addresses: `name@host.com`, `name艾特163点com`.
pub(super) fn emails(signs: &[Sign]) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for place in 0..signs.len() {
        let Some(behind) = at_sign(signs, place) else { continue };
        let from = name_start(signs, place);
        let free = found.last().is_none_or(|(_, span)| span.end <= from);
        if let Some(to) = host_end(signs, behind)
            && from < place
            && free
        {
            found.push((PersonalKind::Email, from..to));
        }
    }
    found
}

/// Where what stands at `place` ends, if it is an @, written or said.
fn at_sign(signs: &[Sign], place: usize) -> Option<usize> {
    if signs[place].meaning == Meaning::Other('@') {
        return Some(place + 1);
    }
    let said = signs[place].letter == '艾' && signs.get(place + 1).is_some_and(|sign| sign.letter == '特');
    said.then_some(place + 2)
}

/// Start of the name that ends before `end`.
fn name_start(signs: &[Sign], end: usize) -> usize {
    let fits = |sign: &Sign| {
        let written = sign.ascii().is_some_and(|sign| sign.is_ascii_alphanumeric() || "._%+-".contains(sign));
        written || matches!(sign.meaning, Meaning::Said(_)) || sign.letter == '点'
    };
    let length = signs[..end].iter().rev().take_while(|sign| fits(sign)).count();
    // A name does not begin with a dot.
    (end - length..end)
        .find(|place| {
            let letter = signs[*place].letter;
            letter != '点' && letter != '.' && letter != '-'
        })
        .unwrap_or(end)
}

/// End of the host that begins at `start`: two names or more, the last of them of letters.
fn host_end(signs: &[Sign], start: usize) -> Option<usize> {
    let label = |from: usize| {
        let fits = |sign: &&Sign| {
            sign.digit().is_some()
                || sign.ascii().is_some_and(|sign| sign.is_ascii_alphanumeric() || sign == '-')
        };
        let length = signs.get(from..)?.iter().take_while(fits).count();
        (length > 0).then_some(from + length)
    };
    let mut end = label(start)?;
    let mut whole = None;
    while signs.get(end).is_some_and(|sign| sign.meaning == Meaning::Other('.') || sign.letter == '点') {
        let Some(next) = label(end + 1) else { break };
        let letters = |sign: &Sign| sign.ascii().is_some_and(|sign| sign.is_ascii_alphabetic());
        if signs[end + 1..next].iter().all(letters) && next - end > 2 {
            whole = Some(next);
        }
        end = next;
    }
    whole
}

/// Plates: a province, a letter, five signs; six where the car runs on electricity.
pub(super) fn plates(signs: &[Sign], taken: &[Found]) -> Vec<Found> {
    let mut found = Vec::new();
    for place in 0..signs.len() {
        let is_taken = taken.iter().any(|(_, span)| span.contains(&place));
        if PROVINCES.contains(signs[place].letter)
            && !is_taken
            && let Some(end) = plate_end(signs, place)
        {
            found.push((PersonalKind::Plate, place..end));
        }
    }
    found
}

fn is_letter(sign: &Sign) -> bool {
    sign.ascii().is_some_and(|sign| sign.is_ascii_uppercase() && sign != 'I' && sign != 'O')
}

fn plate_end(signs: &[Sign], start: usize) -> Option<usize> {
    let skipped = |from: usize| {
        let gap = |sign: &&Sign| matches!(sign.letter, ' ' | '·' | '•' | '.' | '-' | '\n' | ',' | '\u{ff0c}');
        from + signs[from.min(signs.len())..].iter().take(2).take_while(gap).count()
    };
    let letter = skipped(start + 1);
    if !is_letter(signs.get(letter)?) {
        return None;
    }
    let from = skipped(letter + 1);
    let rest = signs.get(from..)?;
    let fits = |sign: &Sign| sign.digit().is_some() || is_letter(sign);
    let mut length = rest.iter().take(7).take_while(|sign| fits(sign)).count();
    if length == 4 && rest.get(4).is_some_and(|sign| PLATE_ENDS.contains(sign.letter)) {
        length = 5;
    }
    let has_six = length == 6 && (is_letter(&rest[0]) || is_letter(&rest[5]));
    let digits = rest.iter().take(length).filter(|sign| sign.digit().is_some()).count();
    ((length == 5 || has_six) && digits >= 2).then_some(from + length)
}
