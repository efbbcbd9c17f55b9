use std::collections::BTreeMap;

use super::StoreError;
use crate::score::{Answer, Appeal, Entry, EntryOrder, MonthSum, Ruling};

/// A month on the clock of the floor's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthFrame {
    /// Begins, ms since 1970.
    pub from_ms: i64,
    /// Is over, ms since 1970.
    pub to_ms: i64,
    /// First day, `2026-11-01`.
    pub first: String,
    /// Last day, `2026-11-30`.
    pub last: String,
}

/// An agent as score cards know one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentRow {
    /// The agent's number.
    pub agent: String,
    /// The agent's name; empty: not known.
    pub agent_name: String,
    /// Team of the newest call up to the moment that was asked for; else of the newest entry, else of the station.
    pub team: String,
    /// When the first call was answered.
    pub first_call_ms: Option<i64>,
    /// Day of the first entry, `2026-11-26`.
    pub first_entry: Option<String>,
    /// A station of that number is enrolled.
    pub enrolled: bool,
}

/// A flag of a finished call that is confirmed, or was until an appeal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecidedFlag {
    /// Id of the call.
    pub call: String,
    /// Number of the flag in its call.
    pub flag: i64,
    /// When the call was answered.
    pub started_ms: i64,
    /// The rule broken.
    pub rule: String,
    /// What was said there; may be empty.
    pub said: String,
    /// Item of the assessment standard.
    pub item: String,
    /// What it puts on the card, or did before an appeal.
    pub points: i32,
    /// It led to a complaint.
    pub complaint: bool,
    /// What the reviewer wrote.
    pub note: String,
    /// Log-in name of who decided first.
    pub decided_by: String,
    /// What the agent answered.
    pub appeal: Option<Appeal>,
}

/// How far the review of an agent's month is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReviewFigures {
    /// Calls that a reviewer has finished.
    pub reviewed: u32,
    /// Flags that nobody has decided on.
    pub undecided: u32,
}

/// What score cards are made of: decisions of finished calls, and points entered by hand. A verdict counts from the moment its call is
/// finished, for everybody the same.
pub trait ScoreStore {
    /// Everybody who has a call, an entry or a station, by number; teams as of `until_ms` and the day `until`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn agents(&self, until_ms: i64, until: &str) -> Result<Vec<AgentRow>, StoreError>;

    /// What counts in a month, by agent; agents without a call and without points are left out.
    ///
    /// # Errors
    /// [`StoreError`].
    fn month_sums(
        &self,
        agents: &[String],
        month: &MonthFrame,
    ) -> Result<BTreeMap<String, MonthSum>, StoreError>;

    /// Confirmed and overturned flags of an agent's month, oldest call first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn decided_flags(&self, agent: &str, month: &MonthFrame) -> Result<Vec<DecidedFlag>, StoreError>;

    /// How far the review of an agent's month is.
    ///
    /// # Errors
    /// [`StoreError`].
    fn review_figures(&self, agent: &str, month: &MonthFrame) -> Result<ReviewFigures, StoreError>;

    /// Appeals about a month that nobody has decided, by agent.
    ///
    /// # Errors
    /// [`StoreError`].
    fn open_appeals(
        &self,
        agents: &[String],
        month: &MonthFrame,
    ) -> Result<BTreeMap<String, u32>, StoreError>;

    /// All points entered for an agent up to a day, oldest first, those taken back among them.
    ///
    /// # Errors
    /// [`StoreError`].
    fn entries(&self, agent: &str, until: &str) -> Result<Vec<Entry>, StoreError>;

    /// Points entered by hand.
    ///
    /// # Errors
    /// [`StoreError`], `Missing` for a number that is not known.
    fn entry(&self, entry: i64) -> Result<Entry, StoreError>;

    /// Enters points and gives their number.
    ///
    /// # Errors
    /// [`StoreError`].
    fn put_entry(&self, order: &EntryOrder, by: &str, now_ms: i64) -> Result<i64, StoreError>;

    /// Takes points back; the row stays.
    ///
    /// # Errors
    /// [`StoreError`], `Conflict` if they do not count any more.
    fn withdraw_entry(&self, entry: i64, by: &str, now_ms: i64) -> Result<(), StoreError>;

    /// Keeps an agent's answer.
    ///
    /// # Errors
    /// [`StoreError`], `Conflict` if there is one, or the points do not count any more.
    fn answer_entry(
        &self,
        entry: i64,
        answer: Answer,
        reason: &str,
        by: &str,
        now_ms: i64,
    ) -> Result<(), StoreError>;

    /// Keeps the decision on an appeal; what is overturned does not count from now on.
    ///
    /// # Errors
    /// [`StoreError`], `Conflict` if there is no appeal that waits for it.
    fn decide_entry_appeal(
        &self,
        entry: i64,
        decision: Ruling,
        note: &str,
        by: &str,
        now_ms: i64,
    ) -> Result<(), StoreError>;
}
