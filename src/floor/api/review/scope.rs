use axum::http::StatusCode;

use crate::access::{Act, Scope, scope};
use crate::floor::clock::FloorClock;
use crate::floor::visitor::{Visitor, not_yours};
use crate::http::Fault;

/// Longest note, reason or comment, in characters.
const TEXT_MAX: usize = 2_000;

/// The teams, none for all, of which the visitor may have something; one of them if it is asked for.
pub(super) fn teams(
    visitor: &Visitor,
    act: Act,
    wanted: Option<String>,
) -> Result<Option<Vec<String>>, Fault> {
    match scope(visitor.user(), act) {
        Scope::Nothing | Scope::Agent(_) => Err(not_yours()),
        Scope::Teams([]) => Err(not_yours()),
        Scope::Teams(own) => match wanted {
            Some(team) if own.contains(&team) => Ok(Some(vec![team])),
            Some(_) => Err(not_yours()),
            None => Ok(Some(own.to_vec())),
        },
        Scope::Everything => Ok(wanted.map(|team| vec![team])),
    }
}

/// From the first moment of a local month such as `2026-11` to that of the next, ms since 1970.
pub(super) fn month(clock: &dyn FloorClock, month: &str) -> Result<(i64, i64), Fault> {
    let wrong =
        || Fault::new(StatusCode::BAD_REQUEST, "月份格式应为 2026-11", "a month such as 2026-11 is wanted");
    let (year, number) = month.split_once('-').ok_or_else(wrong)?;
    let is_plain =
        year.len() == 4 && number.len() == 2 && month.bytes().filter(u8::is_ascii_digit).count() == 6;
    let (year, number) =
        (year.parse::<u32>().map_err(|_| wrong())?, number.parse::<u32>().map_err(|_| wrong())?);
    if !is_plain {
        return Err(wrong());
    }
    let (next_year, next) = if number == 12 { (year + 1, 1) } else { (year, number + 1) };
    let first = |year: u32, month: u32| clock.day_of(&format!("{year:04}-{month:02}-01")).ok_or_else(wrong);
    Ok((first(year, number)?.from_ms, first(next_year, next)?.from_ms))
}

/// A text that is not too long; trimmed.
pub(super) fn text(text: &str) -> Result<String, Fault> {
    let text = text.trim();
    if text.chars().count() > TEXT_MAX {
        let en = format!("a text is at most {TEXT_MAX} characters");
        return Err(invalid(format!("文字最多 {TEXT_MAX} 个字符"), en));
    }
    Ok(text.to_owned())
}

/// What is sent cannot be.
pub(super) fn invalid(zh: impl Into<String>, en: impl Into<String>) -> Fault {
    Fault::new(StatusCode::UNPROCESSABLE_ENTITY, zh, en)
}
