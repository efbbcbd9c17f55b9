//! The tools of a script's owner: is the file right, what does a rule do, what happens in this conversation.
//!
//! [`card`] puts one rule into plain Chinese sentences. [`Rehearsal`] runs a conversation that somebody typed through
//! [`CallMonitor`](crate::monitor::CallMonitor), as a call, and says why each thing happens; [`rehearse`] does it for a whole
//! text at once. The terminal and the page show the same.

mod dialogue;
mod explain;
mod page;
mod reason;
mod rehearse;

pub use explain::{card, check_sentence, situation_sentences};
pub use page::{DIALOGUE_BYTES_MAX, ExplainRequest, Files, NamedText, TryAnswer, TryRequest};
pub use rehearse::{Happening, Rehearsal, Rehearsed, Shown, rehearse};
