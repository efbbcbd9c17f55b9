use serde::Serialize;

use crate::call::{Channel, FlagKind};
use crate::review::Verdict;
use crate::store::StoreError;

/// How often a rule was right.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RulePrecision {
    /// The rule.
    pub rule: String,
    /// Flags that the machine raised.
    pub flags: u32,
    /// Of these, confirmed.
    pub confirmed: u32,
    /// Of these, dismissed.
    pub dismissed: u32,
    /// Of these, unsure.
    pub unsure: u32,
    /// Added by persons: what the machine missed.
    pub added: u32,
    /// Cues that agents marked as wrong.
    pub marked_wrong: u32,
    /// Confirmed of those confirmed or dismissed, 0 to 1; none without any.
    pub precision: Option<f64>,
    /// Wilson's interval, 95 %.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
}

/// The same of one phrase of a rule; `added` and `marked_wrong` are not told by phrase and 0.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PhrasePrecision {
    /// The figures.
    #[serde(flatten)]
    pub of: RulePrecision,
    /// The phrase of the script.
    pub phrase: String,
}

/// Where a rule hit, and what was said there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleRow {
    /// Id of the call.
    pub call: String,
    /// Number of the flag.
    pub flag: i64,
    /// In which way the rule was broken.
    pub kind: FlagKind,
    /// Whose words.
    pub channel: Channel,
    /// The words, not masked.
    pub text: String,
    /// The phrase of the script; empty where none is.
    pub phrase: String,
}

/// What follows from decisions for the rules.
pub trait QualityStore {
    /// How often each rule, and each of its phrases, was right in calls answered in `from_ms..to_ms`; by rule.
    ///
    /// # Errors
    /// [`StoreError`].
    fn precision(
        &self,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<(Vec<RulePrecision>, Vec<PhrasePrecision>), StoreError>;

    /// Hits of a rule on which was so decided and where something was said, newest call first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn examples(&self, rule: &str, verdict: Verdict, limit: u32) -> Result<Vec<ExampleRow>, StoreError>;
}
