use axum::http::StatusCode;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::floor::clock::FloorClock;
use crate::http::Fault;
use crate::score::{Mark, MarkSource, TREND_MONTHS};
use crate::store::{DecidedFlag, MonthFrame};

/// The months of a trend, oldest first; the one that was asked for is the last.
pub(super) struct Months {
    pub(super) all: Vec<(Date, MonthFrame)>,
    pub(super) today: Date,
    pub(super) now_ms: i64,
    /// Now, as people read it.
    pub(super) made: String,
}

impl Months {
    /// Up to the month named `2026-11`, or this one.
    pub(super) fn up_to(clock: &dyn FloorClock, month: Option<&str>) -> Result<Self, Fault> {
        let now_ms = clock.wall_ms();
        let day = clock.day(now_ms);
        let today: Date = day.date.parse().map_err(|_| bad_month())?;
        let last = match month {
            None => today.first_of_month(),
            Some(name) => parse(name).ok_or_else(bad_month)?,
        };
        let back = (0..i32::try_from(TREND_MONTHS).unwrap_or(1)).rev();
        let month = |back: i32| {
            let month = last.checked_sub(back.months()).ok()?;
            Some((month, frame(clock, month)?))
        };
        let all: Vec<_> = back.filter_map(month).collect();
        if all.is_empty() {
            return Err(bad_month());
        }
        let minutes = (now_ms - day.from_ms).max(0) / 60_000;
        let made = format!("{} {:02}:{:02}", day.date, minutes / 60, minutes % 60);
        Ok(Self { all, today, now_ms, made })
    }

    /// The month that was asked for.
    pub(super) fn last(&self) -> &(Date, MonthFrame) {
        // Never empty, see above.
        &self.all[self.all.len() - 1]
    }
}

fn parse(name: &str) -> Option<Date> {
    let is_month = name.len() == 7 && name.is_ascii();
    format!("{name}-01").parse().ok().filter(|_| is_month)
}

fn bad_month() -> Fault {
    Fault::new(StatusCode::BAD_REQUEST, "月份格式应为 2026-11", "a month such as 2026-11 is wanted")
}

fn frame(clock: &dyn FloorClock, month: Date) -> Option<MonthFrame> {
    let (first, last) = (month.first_of_month().to_string(), month.last_of_month().to_string());
    let (from_ms, to_ms) = (clock.day_of(&first)?.from_ms, clock.day_of(&last)?.to_ms);
    Some(MonthFrame { from_ms, to_ms, first, last })
}

/// The day of a moment, in the floor's place.
pub(super) fn date_of(clock: &dyn FloorClock, wall_ms: i64) -> Option<Date> {
    clock.day(wall_ms).date.parse().ok()
}

/// A decided flag as a mark; none on a clock that has no such day.
pub(super) fn mark(clock: &dyn FloorClock, decided: DecidedFlag) -> Option<Mark> {
    let DecidedFlag { call, flag, started_ms, rule, said, item, points, complaint, note, decided_by, appeal } =
        decided;
    Some(Mark {
        on: date_of(clock, started_ms)?,
        item,
        points,
        source: MarkSource::Flag { call, flag, rule, said, complaint },
        note,
        who: decided_by,
        appeal,
        withdrawn: false,
    })
}
