//! The station's side of the floor: everything that happens here arrives there once, in order, whatever breaks meanwhile.
//!
//! - **[`Outbox`]** decides what is sent when: sans-IO, told the time, fed with what the floor says. The swarm's simulated
//!   stations use it too.
//! - What it sends it reads from [`Journals`]: an event is in the journal before it is sent, and stays there, so that
//!   nothing has to be held in memory for a floor that is away.

mod backoff;
mod current;
mod ledger;
mod outbox;

pub use backoff::Backoff;
pub use ledger::{Backlog, JournalUnreadable, Journals};
pub use outbox::{Broken, Link, Outbox, Pulse, Told};
