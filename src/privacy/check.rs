//! What makes digits a number of some kind.

/// Weights of the first 17 digits of an ID card (GB 11643).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// The last sign for each remainder; 10 is X.
const SIGNS: [u8; 11] = [1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2];
/// The digit that stands for X.
pub(super) const X: u8 = 10;

/// 18 signs: a region, a date of birth, the check sign.
pub(super) fn is_id_card(digits: &[u8]) -> bool {
    let [first @ .., last] = digits else { return false };
    if first.len() != 17 || first.contains(&X) {
        return false;
    }
    let sum: u32 = first.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(*digit) * weight).sum();
    let region = number(&digits[..2]);
    let (year, month, day) = (number(&digits[6..10]), number(&digits[10..12]), number(&digits[12..14]));
    SIGNS[(sum % 11) as usize] == *last
        && (11..=91).contains(&region)
        && (1900..2100).contains(&year)
        && is_day(month, day)
}

/// 16 to 19 digits of a network that issues cards here, with Luhn's check digit.
pub(super) fn is_bank_card(digits: &[u8]) -> bool {
    if !(16..=19).contains(&digits.len()) || digits.contains(&X) {
        return false;
    }
    let prefix = number(&digits[..4]);
    let of_a_network = match digits.len() {
        16 => {
            matches!(prefix, 6200..=6299 | 4000..=4999 | 5100..=5599 | 2221..=2720 | 3528..=3589 | 9000..=9999 | 6011..=6015)
        }
        19 => matches!(prefix, 6200..=6299 | 9558 | 6013 | 6011),
        _ => (6200..=6299).contains(&prefix),
    };
    of_a_network && passes_luhn(digits)
}

fn passes_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(*digit) * if place % 2 == 1 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

/// 11 digits, 13 to 19 first.
pub(super) fn is_mobile(digits: &[u8]) -> bool {
    digits.len() == 11 && digits[0] == 1 && (3..=9).contains(&digits[1]) && !digits.contains(&X)
}

/// Area and number: 010 and 02x have numbers of 8 digits, longer areas of 7 or 8.
pub(super) fn is_landline_with_area(digits: &[u8]) -> bool {
    let (area, rest) = match digits {
        [0, 1, 0, rest @ ..] | [0, 2, _, rest @ ..] => (3, rest),
        [0, 3..=9, _, _, rest @ ..] => (4, rest),
        _ => return false,
    };
    let length = if area == 3 { rest.len() == 8 } else { matches!(rest.len(), 7 | 8) };
    length && matches!(rest[0], 2..=8) && !rest.contains(&X)
}

/// A number without its area: 7 or 8 digits that are no date.
pub(super) fn is_landline_alone(digits: &[u8]) -> bool {
    if !matches!(digits.len(), 7 | 8) || !matches!(digits[0], 2..=8) || digits.contains(&X) {
        return false;
    }
    let is_date = digits.len() == 8
        && (1900..2100).contains(&number(&digits[..4]))
        && is_day(number(&digits[4..6]), number(&digits[6..]));
    !is_date
}

fn is_day(month: u32, day: u32) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}

fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |number, digit| number * 10 + u32::from(*digit))
}
