use std::time::Duration;

use tokio::time::Instant;

/// The one clock of a swarm: stations and leads read the same, so that a delay between them is a difference.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock that begins now.
    pub fn start() -> Self {
        Self { start: Instant::now() }
    }

    /// Time since the start.
    pub fn now(self) -> Duration {
        self.start.elapsed()
    }

    /// That moment for a timer.
    pub(super) fn at(self, moment: Duration) -> Instant {
        self.start + moment
    }

    /// The clock on the wall, ms since 1970.
    pub(super) fn wall_ms() -> i64 {
        jiff::Timestamp::now().as_millisecond()
    }
}
