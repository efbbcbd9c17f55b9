use serde::Serialize;

use super::Who;
use crate::review::Verdict;
use crate::store::StoreError;

/// A calibration before it has a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalibrationDraft {
    /// What it is called.
    pub name: String,
    /// Id of the call that is judged.
    pub call: String,
    /// Log-in names, two or more, each once.
    pub judges: Vec<String>,
}

/// Several reviewers judge one call, none seeing what the others said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalibrationRow {
    /// Its number.
    pub calibration: i64,
    /// What it is called.
    pub name: String,
    /// Id of the call.
    pub call: String,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made_ms: i64,
    /// When it was closed; none: judges are at it.
    pub closed_ms: Option<i64>,
    /// By log-in name.
    pub judges: Vec<JudgeRow>,
    /// Flags of the call, in order of time, with everybody's verdicts in the order of the judges.
    pub flags: Vec<JudgedRow>,
}

/// Somebody who judges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JudgeRow {
    /// Log-in name.
    pub user: String,
    /// As others read it; empty: not known.
    pub full_name: String,
    /// Has ended the own judging.
    pub done: bool,
}

/// What was said of one flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedRow {
    /// Number of the flag.
    pub flag: i64,
    /// Its rule.
    pub rule: String,
    /// One a judge; none: not yet.
    pub verdicts: Vec<Option<Verdict>>,
}

/// Calibrations. What the rules do not allow is `Refused`.
pub trait CalibrationStore {
    /// Makes one: its number.
    ///
    /// # Errors
    /// [`StoreError`].
    fn make_calibration(&self, draft: &CalibrationDraft, by: Who<'_>) -> Result<i64, StoreError>;

    /// Those that `who` made or judges in, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn calibrations(&self, who: &str) -> Result<Vec<CalibrationRow>, StoreError>;

    /// One of them.
    ///
    /// # Errors
    /// [`StoreError`], `Missing` if there is none of that number.
    fn calibration(&self, calibration: i64) -> Result<CalibrationRow, StoreError>;

    /// Whether `who` judges the call in a calibration and is not done: others' decisions are hidden meanwhile.
    ///
    /// # Errors
    /// [`StoreError`].
    fn judges_blind(&self, call: &str, who: &str) -> Result<bool, StoreError>;

    /// A judge says something of a flag, or something else.
    ///
    /// # Errors
    /// [`StoreError`].
    fn judge(&self, calibration: i64, by: Who<'_>, flag: i64, verdict: Verdict) -> Result<(), StoreError>;

    /// A judge is done with every flag. The last one closes the calibration.
    ///
    /// # Errors
    /// [`StoreError`].
    fn done_judging(&self, calibration: i64, by: Who<'_>) -> Result<(), StoreError>;

    /// Closes it, whoever is not done.
    ///
    /// # Errors
    /// [`StoreError`].
    fn close_calibration(&self, calibration: i64, by: Who<'_>) -> Result<(), StoreError>;
}
