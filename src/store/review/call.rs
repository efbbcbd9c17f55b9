use serde::{Deserialize, Serialize};

use super::Upload;
use crate::call::{AlignedWord, Basis, Channel, FlagKind};
use crate::review::{Answer, ReviewState, Ruling, Sampled, Verdict};
use crate::score::{Appeal, Assessment};
use crate::store::StoreError;

/// Who does something, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who<'a> {
    /// Log-in name.
    pub who: &'a str,
    /// Moment, ms since 1970.
    pub now_ms: i64,
}

/// What a reviewer says of a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said<'a> {
    /// Whether it was a breach.
    pub verdict: Verdict,
    /// It led to a complaint.
    pub complaint: bool,
    /// Why; may be empty.
    pub note: &'a str,
}

/// A call as reviewers see it, and its agent once it is finished.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReviewedCall {
    /// Its id.
    pub call: String,
    /// The agent's number.
    pub agent: String,
    /// The agent's name; empty: not known.
    pub agent_name: String,
    /// The team at the time of the call.
    pub team: String,
    /// Number of the station.
    pub station: u32,
    /// When it was answered.
    pub started_ms: i64,
    /// Audio time.
    pub length_ms: u64,
    /// `agent`, `customer`, `unknown`; empty while it runs.
    pub ended_by: String,
    /// Name of the script.
    pub script: String,
    /// Of the script, hexadecimal.
    pub script_sha256: String,
    /// Speech model; empty if not known.
    pub model: String,
    /// Version of callcue that judged it.
    pub engine: String,
    /// Its recording.
    pub recording: Upload,
    /// How far its review is.
    pub state: ReviewState,
    /// Whether it was drawn.
    pub sampled: Sampled,
    /// Who shall do it; empty: nobody.
    pub assigned_to: String,
    /// Who has it open now; empty: nobody.
    pub locked_by: String,
    /// Until when; 0: nobody has it.
    pub locked_until_ms: i64,
    /// Who finished it; empty: nobody.
    pub finished_by: String,
    /// When it was finished.
    pub finished_ms: Option<i64>,
    /// Until when the agent may answer.
    pub appeal_until_ms: Option<i64>,
    /// In order of time.
    pub flags: Vec<ReviewFlag>,
    /// In the order in which they were written.
    pub comments: Vec<CommentRow>,
}

/// A flag, with all that was decided about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReviewFlag {
    /// Number of its event; negative: a person added it.
    pub flag: i64,
    /// Moment, ms of audio time.
    pub at_ms: u64,
    /// The rule broken.
    pub rule: String,
    /// In which way.
    pub kind: FlagKind,
    /// Whose words, acts or level.
    pub channel: Channel,
    /// Start of the evidence.
    pub from_ms: u64,
    /// End of the evidence.
    pub to_ms: u64,
    /// What was said there.
    pub text: String,
    /// The phrase of the script that it is about; empty where none is.
    pub phrase: String,
    /// Item of the assessment standard.
    pub item: String,
    /// What the machine proposes.
    pub points: i32,
    /// How well the words were heard, 0 to 100.
    pub sure: u8,
    /// What the words are.
    pub basis: Option<Basis>,
    /// The phrase beside what was heard.
    pub aligned: Vec<AlignedWord>,
    /// Who added it; empty: the machine raised it.
    pub added_by: String,
    /// What counts now; none: nobody has decided.
    pub verdict: Option<Decided>,
    /// What counted before an appeal changed it.
    pub first_verdict: Option<Decided>,
    /// What the agent says to it.
    pub appeal: Option<Appeal>,
}

/// What somebody decided about a flag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// What.
    pub verdict: Verdict,
    /// Points that it puts on the score card, 0 or negative.
    pub points: i32,
    /// Under this item.
    pub item: String,
    /// It led to a complaint.
    pub complaint: bool,
    /// Why; may be empty.
    pub note: String,
    /// Who.
    pub decided_by: String,
    /// When.
    pub decided_ms: i64,
}

/// A comment in the time line of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CommentRow {
    /// Its number in the call, from 1.
    pub comment: u32,
    /// Where, ms of audio time.
    pub at_ms: u64,
    /// Who wrote it.
    pub who: String,
    /// When.
    pub wall_ms: i64,
    /// What.
    pub text: String,
}

/// Who has a call open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LockRow {
    /// Log-in name.
    pub locked_by: String,
    /// Until when.
    pub locked_until_ms: i64,
}

/// A breach that the machine missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedFlag {
    /// The rule broken.
    pub rule: String,
    /// In which way.
    pub kind: FlagKind,
    /// Whose words, acts or level.
    pub channel: Channel,
    /// Start of the stretch.
    pub from_ms: u64,
    /// End of the stretch.
    pub to_ms: u64,
    /// Item of the assessment standard that the rule falls under.
    pub item: String,
    /// Why.
    pub note: String,
}

/// One line of a call's history.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DecisionRow {
    /// Rising.
    pub line: i64,
    /// Number of the flag; none: the whole call.
    pub flag: Option<i64>,
    /// When.
    pub wall_ms: i64,
    /// Who.
    pub who: String,
    /// `verdict`, `flag_added`, `accepted`, `appealed`, `upheld`, `overturned`, `assigned`, `finished`, `reopened`, `comment`.
    pub act: String,
    /// What counted before; null: nothing.
    pub before: serde_json::Value,
    /// What counts after; null: nothing.
    pub after: serde_json::Value,
}

/// A finished call in its agent's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OwnCall {
    /// Its id.
    pub call: String,
    /// When it was answered.
    pub started_ms: i64,
    /// Audio time.
    pub length_ms: u64,
    /// Confirmed flags.
    pub confirmed: u32,
    /// Points of them all, 0 or negative.
    pub points: i32,
    /// Flags that wait for the agent's answer.
    pub unanswered: u32,
    /// Until when.
    pub appeal_until_ms: i64,
}

/// What reviewers do with one call. Each change is one transaction, which adds to the call's history, too; what the rules of
/// [`review`](crate::review) do not allow is `Refused` and changes nothing. `Missing` is a call or flag that is not there.
pub trait ReviewStore {
    /// A call with its flags and what was decided.
    ///
    /// # Errors
    /// [`StoreError`].
    fn review(&self, call: &str, now_ms: i64) -> Result<ReviewedCall, StoreError>;

    /// Every decision on a call, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn history(&self, call: &str) -> Result<Vec<DecisionRow>, StoreError>;

    /// Takes the lock, or renews it, and marks the call as opened.
    ///
    /// # Errors
    /// [`StoreError`].
    fn lock(&self, call: &str, by: Who<'_>) -> Result<LockRow, StoreError>;

    /// Gives the lock back; somebody else's stays.
    ///
    /// # Errors
    /// [`StoreError`].
    fn unlock(&self, call: &str, by: Who<'_>) -> Result<(), StoreError>;

    /// Decides on a flag, or changes what was decided.
    ///
    /// # Errors
    /// [`StoreError`].
    fn decide(
        &self,
        call: &str,
        flag: i64,
        by: Who<'_>,
        said: Said<'_>,
        standard: &Assessment,
    ) -> Result<ReviewFlag, StoreError>;

    /// Adds a flag that the machine missed, confirmed by whoever adds it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn add_flag(
        &self,
        call: &str,
        by: Who<'_>,
        flag: &AddedFlag,
        standard: &Assessment,
    ) -> Result<ReviewFlag, StoreError>;

    /// Writes a comment at a moment of the call.
    ///
    /// # Errors
    /// [`StoreError`].
    fn comment(&self, call: &str, by: Who<'_>, at_ms: u64, text: &str) -> Result<CommentRow, StoreError>;

    /// Says who shall do a call; empty: nobody. Needs no lock, but nobody else may hold it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn assign(&self, call: &str, by: Who<'_>, to: &str) -> Result<ReviewedCall, StoreError>;

    /// Gives the call to its agent, who may answer until `appeal_until_ms`, and the lock back.
    ///
    /// # Errors
    /// [`StoreError`].
    fn finish(&self, call: &str, by: Who<'_>, appeal_until_ms: i64) -> Result<ReviewedCall, StoreError>;

    /// Takes the call back from its agent.
    ///
    /// # Errors
    /// [`StoreError`].
    fn reopen(&self, call: &str, by: Who<'_>) -> Result<ReviewedCall, StoreError>;
}

/// What agents answer, and what becomes of appeals. Changes are as those of [`ReviewStore`].
pub trait AppealStore {
    /// The agent's finished calls, answered in `from_ms..to_ms`, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn own_calls(
        &self,
        agent: &str,
        from_ms: i64,
        to_ms: i64,
        now_ms: i64,
    ) -> Result<Vec<OwnCall>, StoreError>;

    /// The agent of number `agent` answers to a flag.
    ///
    /// # Errors
    /// [`StoreError`].
    fn answer(
        &self,
        call: &str,
        flag: i64,
        by: Who<'_>,
        agent: &str,
        answer: Answer,
        reason: &str,
    ) -> Result<Appeal, StoreError>;

    /// A second reviewer decides on an appeal. Where it is overturned, the flag is dismissed and costs nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    fn settle(
        &self,
        call: &str,
        flag: i64,
        by: Who<'_>,
        ruling: Ruling,
        note: &str,
    ) -> Result<Appeal, StoreError>;
}
