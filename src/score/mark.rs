use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What a person has decided about an agent: points for the score card of one day's month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Day of the call, or the day that was entered.
    pub on: Date,
    /// Item of the assessment standard.
    pub item: String,
    /// Negative is a deduction.
    pub points: i32,
    /// Where it comes from.
    pub source: MarkSource,
    /// What the person wrote; may be empty.
    pub note: String,
    /// Log-in name of who decided.
    pub who: String,
    /// What the agent answered.
    pub appeal: Option<Appeal>,
    /// Taken back by a lead.
    pub withdrawn: bool,
}

/// Where a [`Mark`] comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkSource {
    /// A confirmed flag of a call.
    Flag {
        /// Id of the call.
        call: String,
        /// Number of the flag in its call.
        flag: i64,
        /// The rule broken.
        rule: String,
        /// What was said there; may be empty.
        said: String,
        /// The customer complained about it.
        complaint: bool,
    },
    /// Entered by hand.
    Entry {
        /// Its number.
        entry: i64,
    },
}

impl Mark {
    /// Whether its points are part of the total. What was taken back or overturned is shown and does not count.
    pub fn counts(&self) -> bool {
        let overturned =
            self.appeal.as_ref().is_some_and(|appeal| appeal.decision == Some(Ruling::Overturned));
        !self.withdrawn && !overturned
    }

    /// Why, as the card shows it.
    pub(super) fn reason(&self) -> String {
        let MarkSource::Flag { rule, said, complaint, .. } = &self.source else { return self.note.clone() };
        let mut reason = format!("违反规范 {rule}");
        if !said.is_empty() {
            reason.push_str(&format!("「{said}」"));
        }
        if *complaint {
            reason.push_str(", 引起投诉");
        }
        if !self.note.is_empty() {
            reason.push_str(&format!("; {}", self.note));
        }
        reason
    }
}

/// What an agent says to a confirmed flag, or to points entered by hand: once, and for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It is right.
    Accepted,
    /// It is wrong: a second reviewer decides.
    Appealed,
}

/// What becomes of an appeal. Final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// What was decided first stands.
    Upheld,
    /// It falls, and its points with it.
    Overturned,
}

/// An agent's answer to a decision, and what became of it. Times are ms since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appeal {
    /// What the agent says.
    pub answer: Answer,
    /// Why; may be empty where it was accepted.
    pub reason: String,
    /// Log-in name.
    pub answered_by: String,
    /// When.
    pub answered_ms: i64,
    /// None: open, or accepted.
    pub decision: Option<Ruling>,
    /// Log-in name of the second reviewer; empty before.
    pub decided_by: String,
    /// When; none before.
    pub decided_ms: Option<i64>,
    /// What the second reviewer wrote.
    pub decision_note: String,
}
