use std::time::Duration;

/// Deliveries of one hook that wait.
pub const WAITING_MAX: usize = 1_000;

/// Something to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// The same however often it is tried, and after a restart.
    pub id: String,
    /// `flag`, `alert` or `call_ended`.
    pub event: &'static str,
    /// Id of the call.
    pub call: String,
    /// What is told, without whose call it is.
    pub body: serde_json::Map<String, serde_json::Value>,
}

/// How long to wait after a failure, and when to give up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// After the first failure; doubles with each.
    pub first: Duration,
    /// No longer than this.
    pub longest: Duration,
    /// No attempt begins later than this after the first.
    pub give_up_after: Duration,
}

impl Default for Backoff {
    /// 1 s doubling to 5 min, for an hour: longer than a restart of the other side, shorter than a shift.
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(300),
            give_up_after: Duration::from_secs(3_600),
        }
    }
}

impl Backoff {
    /// How long to wait after so many failures, the first attempt being `spent` ago; none: give up.
    pub fn wait(&self, failures: u32, spent: Duration) -> Option<Duration> {
        let doubled = self.first.saturating_mul(1 << failures.saturating_sub(1).min(20));
        let wait = doubled.min(self.longest);
        (spent + wait <= self.give_up_after).then_some(wait)
    }
}
