//! The only reader of clocks.
#![expect(clippy::disallowed_methods, reason = "the only clock reader")]

use std::time::{Duration, Instant};

use crate::board::DayFrame;
use crate::call::CallTime;
use crate::floor::FloorClock;

/// The clock on the wall, RFC 3339 with the offset of this place.
pub fn wall_now() -> String {
    jiff::ZonedDateTime::now().strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
}

/// Today, in this place.
pub fn today() -> jiff::civil::Date {
    jiff::ZonedDateTime::now().date()
}

/// A new call's id: the moment of its answer and some chance, so that ids sort by time and never meet.
pub fn call_id() -> String {
    let chance = getrandom::u32().unwrap_or_else(|_| std::process::id());
    format!("{}-{chance:08x}", jiff::ZonedDateTime::now().strftime("%Y%m%d-%H%M%S"))
}

/// Measures how long something has taken.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Begins to measure.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }

    /// Waits until as much time has passed since the start as audio lies before `at`.
    pub fn wait_for(self, at: CallTime) {
        let due = Duration::from_millis(at.as_millis());
        if let Some(ahead) = due.checked_sub(self.elapsed()) {
            std::thread::sleep(ahead);
        }
    }
}

/// The machine's clocks, for the floor.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    started_ms: i64,
    since: Stopwatch,
}

impl SystemClock {
    /// Both clocks agree now.
    pub fn start() -> Self {
        Self { started_ms: jiff::Timestamp::now().as_millisecond(), since: Stopwatch::start() }
    }
}

impl FloorClock for SystemClock {
    fn wall_ms(&self) -> i64 {
        jiff::Timestamp::now().as_millisecond()
    }

    fn steady_ms(&self) -> i64 {
        self.started_ms + i64::try_from(self.since.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    fn day(&self, wall_ms: i64) -> DayFrame {
        let moment = jiff::Timestamp::from_millisecond(wall_ms).unwrap_or_default();
        let date = moment.to_zoned_datetime(jiff::tz::TimeZone::system()).date();
        frame(date).unwrap_or_default()
    }

    fn day_of(&self, date: &str) -> Option<DayFrame> {
        frame(date.parse().ok()?)
    }
}

/// A day of this place; a change of the clocks makes it shorter or longer.
fn frame(date: jiff::civil::Date) -> Option<DayFrame> {
    let zone = jiff::tz::TimeZone::system();
    let start = |date: jiff::civil::Date| {
        let midnight = date.to_zoned_datetime(zone.clone()).ok()?;
        Some(midnight.timestamp().as_millisecond())
    };
    Some(DayFrame { date: date.to_string(), from_ms: start(date)?, to_ms: start(date.tomorrow().ok()?)? })
}
