use std::time::Duration;

/// How long a station waits before it tries again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    /// Shortest wait before another attempt.
    pub min: Duration,
    /// Most by which the first wait is longer than that; it doubles with each failure.
    pub spread_first: Duration,
    /// Most by which any wait is longer.
    pub spread_max: Duration,
    /// Shortest wait after the floor has refused the station itself: a person must mend that first.
    pub denied: Duration,
    /// Wait after a recording could not be sent.
    pub recording: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        Self {
            min: Duration::from_millis(100),
            spread_first: Duration::from_secs(1),
            spread_max: Duration::from_secs(30),
            denied: Duration::from_secs(60),
            recording: Duration::from_secs(60),
        }
    }
}

/// How long to wait before the next attempt to reach the floor: longer with each failure, and different at each station, so
/// that 500 stations do not come back in the same instant. The same seed gives the same waits.
#[derive(Clone, Debug)]
pub struct Backoff {
    waits: Waits,
    random: u64,
    failures: u32,
}

impl Backoff {
    /// Waits drawn from `seed`; stations need different ones.
    pub const fn new(seed: u64, waits: Waits) -> Self {
        Self { waits, random: seed, failures: 0 }
    }

    /// The wait after an attempt that failed or a connection that broke.
    pub fn after_failure(&mut self) -> Duration {
        let Waits { min, spread_first, spread_max, .. } = self.waits;
        let spread = spread_first.saturating_mul(1 << self.failures.min(10)).min(spread_max);
        self.failures = self.failures.saturating_add(1);
        min + spread.mul_f64(self.draw())
    }

    /// The wait after the floor has refused the station itself.
    pub fn after_denial(&mut self) -> Duration {
        self.waits.denied + self.waits.denied.mul_f64(self.draw())
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
