/// Buckets of one millisecond; the last holds everything longer.
const BUCKETS: usize = 10_001;

/// How long something took, many times over: one-millisecond buckets up to ten seconds, and the exact maximum.
///
/// Its size does not grow with what it is told, so that a run of hours with millions of deliveries costs 80 KB.
#[derive(Clone, Debug)]
pub struct Histogram {
    buckets: Box<[u64]>,
    count: u64,
    max_us: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { buckets: vec![0; BUCKETS].into(), count: 0, max_us: 0 }
    }
}

impl Histogram {
    /// Adds one duration, in µs.
    pub fn record(&mut self, duration_us: u64) {
        let bucket = usize::try_from(duration_us / 1_000).unwrap_or(BUCKETS).min(BUCKETS - 1);
        self.buckets[bucket] += 1;
        self.count += 1;
        self.max_us = self.max_us.max(duration_us);
    }

    /// Adds everything that `other` was told.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            *mine += theirs;
        }
        self.count += other.count;
        self.max_us = self.max_us.max(other.max_us);
    }

    /// How many durations there are.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The longest, in ms, rounded up; 0 if there is none.
    pub const fn max_ms(&self) -> u64 {
        self.max_us.div_ceil(1_000)
    }

    /// A bound in ms below which at least the share `quantile` (0 to 1) of all durations lies: the upper edge of the bucket, so
    /// never less than the true figure and at most one ms more. 0 if there is none; for a quantile beyond ten seconds,
    /// the maximum.
    ///
    /// ```
    /// use callcue::swarm::Histogram;
    ///
    /// let mut delays = Histogram::default();
    /// (0..100).for_each(|ms| delays.record(ms * 1_000));
    /// assert_eq!((delays.quantile_ms(0.5), delays.quantile_ms(0.99), delays.max_ms()), (50, 99, 99));
    /// ```
    pub fn quantile_ms(&self, quantile: f64) -> u64 {
        let wanted = ((self.count as f64 * quantile).ceil() as u64).max(1);
        let mut seen = 0;
        for (bucket, count) in self.buckets[..BUCKETS - 1].iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return (bucket as u64 + 1).min(self.max_ms());
            }
        }
        self.max_ms()
    }
}
