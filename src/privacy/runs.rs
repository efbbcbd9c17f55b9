//! Numbers that are digits only: digits are put together across separators and fillers, and held against each kind.

use std::ops::Range;

use super::PersonalKind;
use super::address::Found;
use super::check;
use super::signs::{Meaning, Sign};

/// Signs between two digits of a number, at most.
pub(super) const GAP_MAX: usize = 8;
/// Signs in front of a number in which a word says what it is.
const CONTEXT: usize = 14;

/// What people put between the digits that they tell; longer ones first.
pub(super) const FILLERS: [&str; 22] = [
    "然后是",
    "后面是",
    "接着是",
    "然后",
    "后面",
    "接着",
    "空格",
    "横杠",
    "那个",
    "就是",
    "杠",
    "嗯",
    "呃",
    "额",
    "啊",
    "哦",
    "噢",
    "哎",
    "唉",
    "再",
    "是",
    "对",
];
/// Behind these a number is a thing's, not a person's.
const THINGS: [&str; 16] = [
    "单号",
    "运单",
    "订单",
    "流水",
    "编号",
    "工号",
    "条码",
    "取件码",
    "验证码",
    "货号",
    "批号",
    "提取码",
    "快递号",
    "物流号",
    "邮编",
    "编码",
];
/// Behind these it is a telephone or a card.
pub(super) const PERSONS: [&str; 11] =
    ["手机", "电话", "座机", "固话", "联系", "打", "拨", "微信", "短信", "卡", "账"];
/// Of these, the ones that make seven or eight digits a telephone.
const TELEPHONES: [&str; 6] = ["电话", "座机", "固话", "联系", "打", "拨"];

/// What lies in front of an atom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    /// Nothing: it is of one piece with the digit before.
    None,
    /// A space, a hyphen, or a change from written to said.
    Weak,
    /// A comma, a filler, another utterance, or the start of the run.
    Strong,
}

/// A digit, or what is said for several: 五十六, 四个八.
#[derive(Debug)]
struct Atom {
    digits: Vec<u8>,
    signs: Range<usize>,
    gap: Gap,
}

/// Personal numbers made of digits, outside of what is `taken`.
pub(super) fn numbers(signs: &[Sign], taken: &[Found]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut place = 0;
    while place < signs.len() {
        if let Some((_, span)) = taken.iter().find(|(_, span)| span.contains(&place)) {
            place = span.end;
            continue;
        }
        let end = taken.iter().map(|(_, span)| span.start).filter(|start| *start > place).min();
        let run = run_at(&signs[..end.unwrap_or(signs.len())], place);
        match run.last() {
            Some(last) => {
                place = last.signs.end;
                numbers_in(&run, signs, &mut found);
            }
            None => place += 1,
        }
    }
    found
}

/// The run of digits that begins at `place`; empty if none does.
fn run_at(signs: &[Sign], place: usize) -> Vec<Atom> {
    let mut run: Vec<Atom> = Vec::new();
    let (mut from, mut gap) = (place, Gap::Strong);
    while let Some((digits, to)) = atom_at(signs, from, !run.is_empty()) {
        let is_said = |place: usize| matches!(signs[place].meaning, Meaning::Said(_) | Meaning::Ten(_));
        if gap == Gap::None && is_said(from) != is_said(from - 1) {
            gap = Gap::Weak;
        }
        run.push(Atom { digits, signs: from..to, gap });
        (from, gap) = gap_at(signs, to);
    }
    run
}

/// Digits at `from`, and where they end.
fn atom_at(signs: &[Sign], from: usize, in_run: bool) -> Option<(Vec<u8>, usize)> {
    let sign = signs.get(from)?;
    if let Some(tens) = tens_at(signs, from) {
        return Some(tens);
    }
    if let Some(count @ 2..=8) = sign.digit()
        && signs.get(from + 1).is_some_and(|sign| sign.letter == '个')
        && let Some(digit) = signs.get(from + 2).and_then(Sign::digit)
    {
        return Some((vec![digit; count.into()], from + 3));
    }
    if in_run && sign.is_x() {
        return Some((vec![check::X], from + 1));
    }
    sign.digit().map(|digit| (vec![digit], from + 1))
}

/// 一百三十八, 三百零五, 三百, 五十六, 十二, 八千: the digits that they are written with.
fn tens_at(signs: &[Sign], from: usize) -> Option<(Vec<u8>, usize)> {
    let said = |place: usize| match signs.get(place)?.meaning {
        Meaning::Said(digit) => Some(digit),
        _ => None,
    };
    let unit = |place: usize| match signs.get(place).map(|sign| sign.meaning) {
        Some(Meaning::Ten(unit)) => unit,
        _ => 0,
    };
    // 五十六: the 六 is its own if 十 or 百 follows, as in 五十六十.
    let ten_and_one = |place: usize| match said(place).filter(|one| *one > 0 && unit(place + 1) == 0) {
        Some(one) => (one, place + 1),
        None => (0, place),
    };
    let (first, next) = (said(from), from + 1);
    match (first, unit(next)) {
        (None, _) if unit(from) == 10 => {
            let (one, to) = ten_and_one(from + 1);
            Some((vec![1, one], to))
        }
        (Some(first), 10) if first > 0 => {
            let (one, to) = ten_and_one(next + 1);
            Some((vec![first, one], to))
        }
        (Some(first), 100) if first > 0 => {
            let rest = next + 1;
            if let (Some(ten), 10) = (said(rest), unit(rest + 1)) {
                let (one, to) = ten_and_one(rest + 2);
                return Some((vec![first, ten, one], to));
            }
            match (said(rest), said(rest + 1)) {
                (Some(0), Some(one)) if unit(rest + 2) == 0 => Some((vec![first, 0, one], rest + 2)),
                _ => Some((vec![first, 0, 0], rest)),
            }
        }
        (Some(first), 1_000) if first > 0 && said(next + 1).is_none() && unit(next + 1) == 0 => {
            Some((vec![first, 0, 0, 0], next + 1))
        }
        _ => None,
    }
}

/// Where the next digit may stand behind what lies between, and what that is.
pub(super) fn gap_at(signs: &[Sign], from: usize) -> (usize, Gap) {
    let (mut place, mut gap) = (from, Gap::None);
    while place < signs.len() && place - from < GAP_MAX {
        let (length, strength) = match signs[place].letter {
            ' ' | '\t' | '\u{3000}' | '-' | '\u{2014}' | '\u{2013}' | '\u{ff0d}' | '·' | '.' | '(' | ')'
            | '\u{ff08}' | '\u{ff09}' => (1, Gap::Weak),
            ',' | '\u{ff0c}' | '、' | '。' | ';' | '\u{ff1b}' | '…' | '\n' => (1, Gap::Strong),
            _ => match filler_at(signs, place) {
                Some(length) => (length, Gap::Strong),
                None => break,
            },
        };
        place += length;
        gap = gap.max(strength);
    }
    (place, gap)
}

fn filler_at(signs: &[Sign], place: usize) -> Option<usize> {
    let stands = |filler: &&&str| {
        let mut letters = signs[place..].iter().map(|sign| sign.letter);
        filler.chars().all(|wanted| letters.next() == Some(wanted))
    };
    FILLERS.iter().find(stands).map(|filler| filler.chars().count())
}

/// Kinds of digits alone, those with the stronger check first.
const KINDS: [PersonalKind; 4] =
    [PersonalKind::IdCard, PersonalKind::BankCard, PersonalKind::Mobile, PersonalKind::Landline];

fn numbers_in(run: &[Atom], signs: &[Sign], found: &mut Vec<Found>) {
    let mut free = vec![true; run.len()];
    for kind in KINDS {
        for from in 0..run.len() {
            let longest_first = (from + 1..=run.len()).rev();
            for to in longest_first {
                if free[from..to].iter().all(|free| *free) && is_number(kind, run, from..to, signs) {
                    free[from..to].fill(false);
                    found.push((kind, run[from].signs.start..run[to - 1].signs.end));
                }
            }
        }
    }
}

/// Whether these atoms of a run are a number of that kind.
fn is_number(kind: PersonalKind, run: &[Atom], atoms: Range<usize>, signs: &[Sign]) -> bool {
    let all = &run[atoms.clone()];
    let count: usize = all.iter().map(|atom| atom.digits.len()).sum();
    if !(7..=19).contains(&count) || !(is_apart(run, &atoms) || is_behind_country(run, &atoms)) {
        return false;
    }
    let digits: Vec<u8> = all.iter().flat_map(|atom| atom.digits.iter().copied()).collect();
    let start = all[0].signs.start;
    match kind {
        PersonalKind::IdCard => check::is_id_card(&digits),
        PersonalKind::BankCard => check::is_bank_card(&digits) && !is_a_things(signs, start),
        PersonalKind::Mobile => check::is_mobile(&digits) && !is_a_things(signs, start),
        PersonalKind::Landline => {
            let alone = all.len() == run.len()
                && check::is_landline_alone(&digits)
                && nearest(&TELEPHONES, signs, start) > nearest(&THINGS, signs, start);
            alone || check::is_landline_with_area(&digits) && !is_a_things(signs, start)
        }
        PersonalKind::Plate | PersonalKind::Email => false,
    }
}

/// Nothing before or behind is of one number with these atoms: they are the whole run, or between strong gaps, or of one piece.
fn is_apart(run: &[Atom], atoms: &Range<usize>) -> bool {
    let gap_before = run[atoms.start].gap;
    let gap_behind = run.get(atoms.end).map_or(Gap::Strong, |atom| atom.gap);
    let of_one_piece = run[atoms.clone()].iter().skip(1).all(|atom| atom.gap == Gap::None);
    let needed = if of_one_piece { Gap::Weak } else { Gap::Strong };
    gap_before >= needed && gap_behind >= needed
}

/// Behind 86 and nothing else.
fn is_behind_country(run: &[Atom], atoms: &Range<usize>) -> bool {
    let before: Vec<u8> = run[..atoms.start].iter().flat_map(|atom| atom.digits.iter().copied()).collect();
    let gap_behind = run.get(atoms.end).map_or(Gap::Strong, |atom| atom.gap);
    matches!(before[..], [8, 6] | [0, 0, 8, 6]) && gap_behind == Gap::Strong
}

/// The words in front, or letters right before it, say that it is no person's number.
fn is_a_things(signs: &[Sign], start: usize) -> bool {
    let person = nearest(&PERSONS, signs, start);
    let glued = start > 0 && signs[start - 1].ascii().is_some_and(|before| before.is_ascii_alphabetic());
    nearest(&THINGS, signs, start) > person || (glued && person.is_none())
}

/// How near the nearest of `words` in front of `start` ends; more is nearer, none is farthest.
fn nearest(words: &[&str], signs: &[Sign], start: usize) -> Option<usize> {
    let before: String = signs[start.saturating_sub(CONTEXT)..start].iter().map(|sign| sign.letter).collect();
    words.iter().filter_map(|word| before.rfind(word).map(|at| at + word.len())).max()
}
