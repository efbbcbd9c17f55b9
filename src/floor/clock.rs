use crate::access::Now;
use crate::board::DayFrame;

/// The time, as the floor is told it.
pub trait FloorClock: Send + Sync {
    /// Clock on the wall, ms since 1970: for what is kept.
    fn wall_ms(&self) -> i64;

    /// Clock on the wall when the floor started, and the time since then, ms: it never goes back, so the board goes by it.
    fn steady_ms(&self) -> i64;

    /// The local day that a moment of the wall's clock lies in.
    fn day(&self, wall_ms: i64) -> DayFrame;

    /// The local day of a date such as `2026-11-26`; none if that is no date.
    fn day_of(&self, date: &str) -> Option<DayFrame>;

    /// Both clocks.
    fn now(&self) -> Now {
        Now { wall_ms: self.wall_ms(), steady_ms: self.steady_ms().max(0).cast_unsigned() }
    }
}
