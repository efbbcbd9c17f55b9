use std::time::Duration;

/// Something to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// The same however often it is tried, and after a restart.
    pub id: String,
    /// `flag`, `alert` or `call_ended`.
    pub event: &'static str,
    /// What is sent: one JSON object.
    pub body: String,
}

/// A delivery that waits in an [`Outbox`](super::Outbox).
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// By what the outbox knows it.
    pub number: u64,
    /// When it came in, ms since 1970.
    pub raised_ms: i64,
    /// What is told.
    pub delivery: Delivery,
}

/// How long to wait after a failure, and when to give up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// After the first failure; doubles with each.
    pub first: Duration,
    /// No longer than this.
    pub longest: Duration,
    /// A delivery that the other side refuses (it answers 4xx) is tried no longer than this after its first attempt: those behind it wait.
    pub refused_for: Duration,
    /// No delivery is tried later than this after it came in.
    pub kept_for: Duration,
}

impl Default for Backoff {
    /// 1 s doubling to 5 min. An hour for what is refused: longer than a wrong setting over there goes unseen, shorter than a shift. Three days for
    /// all: longer than a weekend, and what is told later helps nobody.
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(300),
            refused_for: Duration::from_secs(3_600),
            kept_for: Duration::from_secs(3 * 86_400),
        }
    }
}

impl Backoff {
    /// How long to wait after so many failures of a delivery; `tried` is the time since its first attempt, `age` since it came in. None: give it up.
    pub fn wait(&self, failures: u32, is_refused: bool, tried: Duration, age: Duration) -> Option<Duration> {
        let doubled = self.first.saturating_mul(1 << failures.saturating_sub(1).min(20));
        let wait = doubled.min(self.longest);
        let is_over = age + wait > self.kept_for || is_refused && tried + wait > self.refused_for;
        (!is_over).then_some(wait)
    }
}
