//! What the floor keeps: calls with their events, recordings, people, alerts, what reviewers decide, and who looked at what.
//!
//! [`Store`] is everything that the floor asks of it. [`sqlite`] is the one that is built in; another database is another
//! implementation, and nothing else changes. All of it blocks: the floor calls it from threads of its own, one of which
//! [appends](CallStore::append) what stations send; imported calls are appended whole by another.
//!
//! Times named `_ms` without "at" are wall clock, ms since 1970 (UTC), and are always given: a store has no clock. `at_ms`,
//! `from_ms` and `to_ms` are audio time of a call.

mod alert;
mod call;
mod error;
mod import;
mod notice;
mod people;
mod retention;
pub mod review;
mod score;
mod search;
pub mod sqlite;

pub use alert::{AlertRecord, AlertStore};
pub use call::{
    Appended, Arrival, CallHeader, CallQuery, CallRow, CallState, CallStore, FlagRow, RecordingRow,
    RecordingState, Standing,
};
pub use error::{StoreError, StoreFault};
pub use import::{FileState, ImportDraft, ImportFile, ImportRow, ImportStore};
pub use notice::{HookRow, NoticeRow, NoticeStore, Noticed};
pub use people::{AuditEntry, AuditQuery, NewStation, PeopleStore, Role, SessionRow, StationRow, UserRow};
pub use retention::{DueQuery, Erased, RetentionStore};
pub use review::{AppealStore, CalibrationStore, QualityStore, QueueStore, ReviewStore};
pub use score::{AgentRow, DecidedFlag, MonthFrame, ReviewFigures, ScoreStore};
pub use search::{SearchStore, TextHit, TextQuery};

/// All that is kept.
pub trait Store:
    CallStore
    + SearchStore
    + AlertStore
    + PeopleStore
    + QueueStore
    + ReviewStore
    + AppealStore
    + CalibrationStore
    + QualityStore
    + ScoreStore
    + RetentionStore
    + ImportStore
    + NoticeStore
    + Send
    + Sync
{
    /// Checks what must always be so: events numbered without gaps, call rows that agree with their events, flags and transcripts
    /// that have their event, verdicts that are the last decisions, recordings that are there and whose size is right. One plain English sentence for each fault.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read at all.
    fn verify(&self) -> Result<Vec<String>, StoreError>;

    /// Makes a consistent copy of the whole at `folder`, which must not exist, while others read and write. Recordings are
    /// copied, too.
    ///
    /// # Errors
    /// [`StoreError`]; a copy that failed half-way is removed.
    fn backup(&self, folder: &std::path::Path) -> Result<(), StoreError>;
}
