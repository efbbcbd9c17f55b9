//! What happens in a call, on every page that looks at it.
//!
//! The engine tells [`Delivery`] each event and each moment; every page reads on from its own place, as fast as it can:
//!
//! - **Nothing is queued twice.** [`Hub`] keeps one story of the call, in frames that were encoded once. A page is
//!   only a place in it, so that a slow one costs nothing and holds nobody up.
//! - **What is replaced is skipped.** Of moments a page gets the newest, of a line of text that still grows the last.
//! - **What lasts is not lost.** Flags, cues, checklists and acts are kept to the end of the call, up to
//!   [`Limits::lasting_max`], and to the start of the next call: a page that is opened late sees the whole call.
//! - **A page whose place is gone starts again**: when what it had not read yet is no longer kept, it gets a new
//!   `hello` and all that is.
//!
//! What is absent: no clock, no socket, no task. [`http`](crate::http) carries the frames.

mod delivery;
mod hub;
mod slots;
mod story;

pub use delivery::{Delivery, Seat};
pub use hub::{Counts, Hub, Limits, NoSeat, PageId};
