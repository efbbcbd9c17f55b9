//! The floor's server: stations report to it, leads look at it, and it keeps every call.
//!
//! ```text
//! stations ──► station_socket ──► writer (one thread) ──► Store
//!                  ▲   │ moments        │ what is new
//!                  │   ▼                ▼
//!                  └── hall (owns the Board) ──► one ring of frames for each audience ──► lead_socket ──► leads
//! ```
//!
//! | address | for whom | secret |
//! |---|---|---|
//! | `GET /station/ws`, `/station/recordings/{call}` | stations ([`wire`](crate::wire)) | their own token as bearer |
//! | `GET /floor/ws` | a lead's page | session cookie, own `Origin` |
//! | `/api/…` | pages and other programs: calls, events, flags, recordings, days, alerts, rules, people, reviews, score cards, back-tests, imports | session cookie |
//! | `POST /script/try`, `/script/explain` | the page of the script's owner, `/script.html` | session cookie |
//! | `GET /floor`, `/review`, `/assets/…` | the browser: the pages, packed into the binary | none: it says nothing of a call |
//! | `GET /metrics` | Prometheus | none from this machine, else a token of its own |
//! | `GET /healthz` | whoever asks whether the floor lives | none |
//!
//! 1. **One writer.** Events go to the store from one thread, as many in a transaction as have come meanwhile. A station is
//!    told that an event is stored after that transaction, and never before. While the queue to it is full no more is read from
//!    the sockets.
//! 2. **A disk that is full stops no view.** What cannot be stored is shown and forgotten, not confirmed, and asked for again
//!    when there is room; stations have it in their journals. They send ahead at most
//!    [`UNCONFIRMED_MAX`](crate::wire::UNCONFIRMED_MAX) events, and the view follows so far.
//! 3. **One owner of the board.** [`Board`](crate::board::Board) belongs to one task. Ten times a second it encodes what has changed, once for
//!    each set of teams, into a ring of a few seconds. Each lead reads on at the own pace; who falls out of the ring gets the whole floor anew.
//! 4. **Sound, levels and running words are of the moment**: forwarded to those who asked for them, dropped where they cannot
//!    keep up.
//! 5. A station's newest connection wins.
//!
//! What is absent: threads and clocks of its own beside the writer: the time comes from a [`FloorClock`], a back-test's threads from a
//! [`BacktestRunner`].
//! 6. **What takes long waits behind the rest.** Peaks of recordings are made one at a time, old recordings are brought in by one thread
//!    ([`Importer`]), calls whose time is over go by the hundred ([`retain`]).
//!

mod api;
mod backtests;
mod clock;
mod counts;
mod frames;
mod gate;
mod hall;
mod house;
mod imports;
mod lead_requests;
mod lead_socket;
mod listening;
mod masks;
mod messages;
mod metrics;
mod peaks;
mod people;
mod person;
mod rebuild;
mod recordings;
mod retention;
mod script_page;
mod serve;
mod station_socket;
mod visitor;
mod writer;

pub use backtests::{BacktestRunner, BacktestWatch};
pub use clock::FloorClock;
pub use counts::{Counts, Figure, Latency};
pub use house::{FloorParts, Keeping, Timeouts};
pub use imports::{ImportProgress, Importer};
pub use people::PeopleParts;
pub use person::{ExportError, Person, export};
pub use retention::{Retained, retain, retained_entries};
pub use serve::{FloorError, serve};
