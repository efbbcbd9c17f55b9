use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::review::{Candidate, ReviewState, Sampled};
use crate::store::StoreError;

/// Which part of the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueView {
    /// Unseen, then opened.
    #[default]
    Open,
    /// The same, assigned to whoever asks.
    Mine,
    /// Finished.
    Finished,
    /// With an appeal that nobody has decided on.
    Appeals,
}

/// Where a page of the queue ends: `state.started_ms.number`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueuePlace {
    /// Of the last row: 0 unseen, 1 opened, 2 finished.
    pub state: u8,
    /// Of the last row.
    pub started_ms: i64,
    /// The store's own number of the call.
    pub key: i64,
}

impl fmt::Display for QueuePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.state, self.started_ms, self.key)
    }
}

/// That is no place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("that is no place in the queue; take `next` of the page before")]
pub struct NoPlace;

impl FromStr for QueuePlace {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let (state, rest) = text.split_once('.').ok_or(NoPlace)?;
        let (started, key) = rest.split_once('.').ok_or(NoPlace)?;
        let number = |text: &str| text.parse::<i64>().map_err(|_| NoPlace);
        let state = state.parse::<u8>().ok().filter(|state| *state <= 2).ok_or(NoPlace)?;
        Ok(Self { state, started_ms: number(started)?, key: number(key)? })
    }
}

/// Which calls of the queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueQuery {
    /// Which part.
    pub view: QueueView,
    /// Who asks.
    pub who: String,
    /// Of these teams; none: all.
    pub teams: Option<Vec<String>>,
    /// With a flag of this rule.
    pub rule: Option<String>,
    /// With a flag that proposes so many points or more, such as 5.
    pub points_min: Option<u32>,
    /// True: all open flags were heard well; false: one was not ([`SURE`](crate::review::SURE)).
    pub is_sure: Option<bool>,
    /// Drawn, or not.
    pub is_sampled: Option<bool>,
    /// Of this agent.
    pub agent: Option<String>,
    /// Answered at or after.
    pub from_ms: Option<i64>,
    /// Answered before.
    pub to_ms: Option<i64>,
    /// Behind this place.
    pub after: Option<QueuePlace>,
    /// At most so many.
    pub limit: u32,
    /// Locks that are over at this moment are none.
    pub now_ms: i64,
}

/// A page of the queue.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QueuePage {
    /// Unseen calls first, each kind newest first.
    pub rows: Vec<QueueRow>,
    /// For the next page; none: this is the last.
    pub next: Option<String>,
    /// Calls that fit, counted up to 1,000.
    pub count: u32,
}

/// How much of a recording is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Upload {
    /// Nothing.
    None,
    /// Part of it.
    Coming,
    /// All of it.
    Whole,
}

/// A call in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QueueRow {
    /// Its id.
    pub call: String,
    /// The agent's number.
    pub agent: String,
    /// The agent's name; empty: not known.
    pub agent_name: String,
    /// The team at the time of the call.
    pub team: String,
    /// When it was answered.
    pub started_ms: i64,
    /// Audio time.
    pub length_ms: u64,
    /// How far its review is.
    pub state: ReviewState,
    /// Rules of its flags, worst first.
    pub rules: Vec<String>,
    /// Flags, of machine and persons.
    pub flags: u32,
    /// Of these, those that nobody has decided on.
    pub open_flags: u32,
    /// Worst points of a single flag, 0 or negative.
    pub worst_points: i32,
    /// Of the least sure open flag, 0 to 100.
    pub least_sure: u8,
    /// Whether it was drawn.
    pub sampled: Sampled,
    /// Who shall do it; empty: nobody.
    pub assigned_to: String,
    /// Who has it open now; empty: nobody.
    pub locked_by: String,
    /// Appeals that nobody has decided on.
    pub open_appeals: u32,
    /// Its recording.
    pub recording: Upload,
}

/// A query that somebody looks at again and again.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SavedFilter {
    /// Its name, unique for its owner.
    pub name: String,
    /// The query, as the page sent it.
    pub filter: serde_json::Value,
}

/// The queue, and how calls come into it by drawing. Flagged ones are in it from their first flag on.
pub trait QueueStore {
    /// A page of the queue.
    ///
    /// # Errors
    /// [`StoreError`].
    fn queue(&self, query: &QueueQuery) -> Result<QueuePage, StoreError>;

    /// Somebody's saved queries, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    fn filters(&self, who: &str) -> Result<Vec<SavedFilter>, StoreError>;

    /// Keeps a query, in the place of one of that name.
    ///
    /// # Errors
    /// [`StoreError`].
    fn put_filter(&self, who: &str, filter: &SavedFilter) -> Result<(), StoreError>;

    /// Forgets a query.
    ///
    /// # Errors
    /// [`StoreError`], `Missing` if there is none of that name.
    fn remove_filter(&self, who: &str, name: &str) -> Result<(), StoreError>;

    /// Calls of a team, answered in `from_ms..to_ms`, that are over and have no flag: what may be drawn, by id.
    ///
    /// # Errors
    /// [`StoreError`].
    fn candidates(&self, team: &str, from_ms: i64, to_ms: i64) -> Result<Vec<Candidate>, StoreError>;

    /// Agents who had a call in the team in `from_ms..to_ms`, by number.
    ///
    /// # Errors
    /// [`StoreError`].
    fn agents_of(&self, team: &str, from_ms: i64, to_ms: i64) -> Result<Vec<String>, StoreError>;

    /// Puts drawn calls into the queue; those that are in it already are marked as drawn. Gives how many were not drawn before.
    ///
    /// # Errors
    /// [`StoreError`], `Missing` for a call that is not there.
    fn put_drawn(&self, calls: &[String], sampled: Sampled) -> Result<u32, StoreError>;
}
