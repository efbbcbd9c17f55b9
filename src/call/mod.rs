//! The nouns of a call: its time, its two channels, what happened in it.
//!
//! Everything here is plain data. The rest of the crate speaks in these words.

mod channel;
mod event;
mod heard;
mod id;
mod time;

pub use channel::{Channel, PerChannel};
pub use event::{
    ChecklistItem, CueOutcome, Customer, EndedBy, Event, EventKind, FlagKind, Metrics, ProposedPoints,
};
pub use heard::{Agreement, AlignedWord, Basis, Hearing};
pub use id::can_name_a_call;
pub use time::{CallTime, SAMPLE_RATE_HZ, SAMPLES_PER_MS, Span};
