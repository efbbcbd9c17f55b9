//! The station's side of the floor: everything that happens here arrives there once, in order, whatever breaks meanwhile.
//!
//! - **[`Outbox`]** decides what is sent when: sans-IO, told the time, fed with what the floor says. The swarm's simulated
//!   stations use it too.
//! - What it sends it reads from [`Journals`]: an event is in the journal before it is sent, and stays there, so that
//!   nothing has to be held in memory for a floor that is away. An empty file `<call>.stored` beside a journal says that the
//!   floor has all of it; without one a call is offered again at each start, also one that a crash cut off.
//! - **Recordings** follow when the floor has the events: compressed without loss ([`compress`]), sent in parts from where
//!   the floor has them, removed here once it has the whole and found its hash right.
//! - **[`Uplink`]** is the edge: a thread for the link, one at low priority for recordings. The station tells it what happens by
//!   an [`UplinkHandle`], which never waits: a floor that is away, slow or full costs a call nothing.
//! - **Live sound** leaves the station while somebody listens in, and at no other time; it is bounded, the oldest goes.
//!
//! What is absent: any wish of the floor's that changes a call. It can show the agent a line and listen.

mod access;
mod backoff;
mod compress;
mod current;
mod files;
mod handle;
mod ledger;
mod line;
mod link;
mod notices;
mod outbox;
mod probe;
mod recordings;
mod settings;
mod station;
mod upload;

pub use access::{AccessError, FloorAccess};
pub use backoff::{Backoff, Waits};
pub use compress::{CompressError, compress, compress_into};
pub use handle::UplinkHandle;
pub use ledger::{Backlog, JournalUnreadable, Journals};
pub use outbox::{Broken, Link, Outbox, Pulse, Told};
pub use probe::{FloorProbe, ProbeError, probe_floor};
pub use settings::{FloorSettings, FloorUrl, StationToken, TokenSource};
pub use station::{Uplink, UplinkPlan};
