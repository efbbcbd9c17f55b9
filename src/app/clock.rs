//! The only reader of clocks.
#![expect(clippy::disallowed_methods, reason = "the only clock reader")]

use std::time::{Duration, Instant};

use crate::call::CallTime;

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
