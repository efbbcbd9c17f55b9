//! A room full of stations and leads, made of programs: what loads a floor, and tells what became of it.
//!
//! ```text
//! timelines ─► monitor ─► Tape ─┐
//!                               ▼
//!                    Player ─► Station ─► journal ─► Outbox ═══ /station/ws ═══► floor
//!                                 │ when                                          │
//!                                 ▼                                               │
//!                               Sends ◄── Follower ◄══════════ /floor/ws ═════════┘
//! ```
//!
//! A [`Station`] is the real [`Outbox`](crate::uplink::Outbox) with calls from [tape](Tape): each timeline goes through the
//! engine once, and is played by as many stations as there are. A [`Follower`] is what a lead's page knows; the delay of
//! an event is from the station's journal to the lead's socket. All of it is sans-IO; [`run_stations`] and [`run`]
//! have the sockets, one thread for all stations and one for all leads, so that thousands fit beside the floor that
//! they load.
//!
//! It asks for a floor's answers and never for its state: what is compared at the end is the store on the disk.

mod audience;
mod clock;
mod comparison;
mod crew;
mod endpoint;
mod fleet;
mod floor_process;
mod follower;
mod histogram;
mod interruption;
mod journals;
mod past;
mod past_decisions;
mod player;
mod report;
mod run;
mod sends;
mod station;
mod tape;

pub use audience::Login;
pub use clock::Clock;
pub use comparison::Comparison;
pub use crew::{Enrolled, enrol_stations, make_leads};
pub use endpoint::Endpoint;
pub use fleet::{Order, Seat, run_stations};
pub use follower::Follower;
pub use histogram::Histogram;
pub use journals::StationJournals;
pub use past::{PAST_DAYS, Past, PastPlan};
pub use past_decisions::PastDecisions;
pub use player::{Pace, Repertoire};
pub use report::Report;
pub use run::{Floor, Plan, run};
pub use sends::Sends;
pub use station::Station;
pub use tape::Tape;
