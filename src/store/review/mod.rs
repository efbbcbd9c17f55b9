//! The review room's part of the store: the queue, what people decide, samples, calibrations, and what follows for the rules.
//!
//! Rows have the names and words that pages get, so that they are handed on as they are. `who` is always a log-in name.

mod calibration;
mod call;
mod quality;
mod queue;

pub use calibration::{CalibrationDraft, CalibrationRow, CalibrationStore, JudgeRow, JudgedRow};
pub use call::{
    AddedFlag, AppealStore, CommentRow, Decided, DecisionRow, LockRow, OwnCall, ReviewFlag, ReviewStore,
    ReviewedCall, Said, Who,
};
pub use quality::{ExampleRow, PhrasePrecision, QualityStore, RulePrecision};
pub use queue::{
    NoPlace, QueuePage, QueuePlace, QueueQuery, QueueRow, QueueStore, QueueView, SavedFilter, Upload,
};
