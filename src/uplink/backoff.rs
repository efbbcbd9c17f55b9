use std::time::Duration;

/// Shortest wait before another attempt.
const WAIT_MIN: Duration = Duration::from_millis(100);
/// Most by which the first wait is longer than that; it doubles with each failure.
const SPREAD_FIRST: Duration = Duration::from_secs(1);
/// Most by which any wait is longer.
const SPREAD_MAX: Duration = Duration::from_secs(30);
/// Shortest wait after the floor has refused the station itself: a person must mend that first.
const DENIED_WAIT: Duration = Duration::from_secs(60);

/// How long to wait before the next attempt to reach the floor: longer with each failure, and different at each station, so
/// that 500 stations do not come back in the same instant. The same seed gives the same waits.
#[derive(Clone, Debug)]
pub struct Backoff {
    random: u64,
    failures: u32,
}

impl Backoff {
    /// Waits drawn from `seed`; stations need different ones.
    pub const fn new(seed: u64) -> Self {
        Self { random: seed, failures: 0 }
    }

    /// The wait after an attempt that failed or a connection that broke.
    pub fn after_failure(&mut self) -> Duration {
        let spread = SPREAD_FIRST.saturating_mul(1 << self.failures.min(10)).min(SPREAD_MAX);
        self.failures = self.failures.saturating_add(1);
        WAIT_MIN + spread.mul_f64(self.draw())
    }

    /// The wait after the floor has refused the station itself.
    pub fn after_denial(&mut self) -> Duration {
        DENIED_WAIT + DENIED_WAIT.mul_f64(self.draw())
    }

    /// A connection held: the next failure counts as the first.
    pub const fn held(&mut self) {
        self.failures = 0;
    }

    /// From 0 to 1, by SplitMix64.
    fn draw(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        (mixed >> 11) as f64 / (1_u64 << 53) as f64
    }
}
