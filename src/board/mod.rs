//! Every desk of the floor, sans-IO: connections, events, moments and time in; tiles, alerts, today's figures and their
//! changes out.
//!
//! ```text
//! connected, event, moment … ──► Board ──► changes() ──► Changes ──► for_audience() ──► ToLead::Changes
//!                                  │  ▲                                                   (one for each set of teams)
//!                   next_deadline ─┘  └─ advance                snapshot(audience) ──► ToLead::Floor
//! ```
//!
//! - Time is the floor's, ms, given with each input, and never runs backwards in here. What falls due before an input happens
//!   before it: how often [`Board::advance`] is called changes nothing.
//! - A call's clock is tied to the floor's by the least delay seen of any of its events, so that a station's own clock may be
//!   wrong by an hour.
//! - [`Board::snapshot`] is what [`Board::changes`] has told so far: a snapshot with all later changes over it is the
//!   later snapshot.
//!
//! How much an agent needs somebody ([`Tile::urgency`](crate::wire::Tile)) is the gravest of these:
//!
//! | what | urgency |
//! |---|---|
//! | an alert that nobody has acknowledged | 90, and 1 more each time it was passed on, up to 99 |
//! | flags of this call with −5 points or worse | 70, and 1 more for each, up to 79 |
//! | nobody speaks | 50, and 1 more for each 3 s, up to 59 |
//! | a side cannot be heard, or the station is away in a call | 45 |
//! | the customer is on hold | 40 |
//! | other flags of this call | 20, and 1 more for each, up to 29 |
//! | the station says that it does not work | 10 |
//!
//! What is absent: who may do what, which is asked before; the store; sockets.

mod agenda;
mod alerts;
mod audience;
mod changes;
mod day;
mod desk;
mod diff;
mod fold;
mod running;
mod urgency;

pub use alerts::NoAlert;
pub use audience::Audience;
pub use changes::Changes;
pub use day::{DayFrame, Figures};
pub use desk::Seat;
pub use diff::{apply, between};
pub use fold::{Board, Thresholds};
