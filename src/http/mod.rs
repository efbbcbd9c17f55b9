//! The station's web server: the agent's page, its socket, and the call controls for softphones.
//!
//! | address | for whom | secret |
//! |---|---|---|
//! | `GET /` and below | the browser: the page, packed into the binary | none: it says nothing of a call |
//! | `GET /ws` | the page: events down, commands up | token as subprotocol `callcue.token.<token>` |
//! | `GET /call` | softphones: [`CallState`] | `Authorization: Bearer <token>` |
//! | `POST /call/start` … | softphones: call controls | `Authorization: Bearer <token>` |
//! | `POST /script/try` … | the page of the script's owner: [`script_routes`] | `Authorization: Bearer <token>` |
//! | `GET /healthz` | whoever asks whether the station lives | none |
//!
//! What keeps strangers out, who may well be another page in the agent's own browser:
//! 1. Only an address of the loopback is served.
//! 2. `Host` and, where there is one, `Origin` must be the station's own: a foreign page has another `Origin`, and a name
//!    that was rebound to 127.0.0.1 has another `Host`. The socket wants an `Origin`, because every browser sends one.
//! 3. The [`Token`] is new at each start. It reaches the page in the fragment of its address, which browsers never send,
//!    and softphones in a file that only the agent's account can read ([`StationFile`]).
//! 4. Heads, bodies, frames, pages, connections and waits have limits.
//!
//! What is absent: cookies, so that there is nothing that a browser would send along by itself; TLS, because nothing
//! leaves the machine; any judgement of a command, which is the engine's: [`Order`]s go to it, [`CallState`] helps it.

mod calls;
mod command;
mod door;
mod fault;
mod gate;
mod pages;
mod script_try;
mod serve;
mod socket;
mod station_file;
mod token;

pub(crate) use door::{Door, Peer, accept, stopped};
pub(crate) use fault::Fault;
pub(crate) use gate::{not_found, only, protect};
pub(crate) use pages::file as page_file;

pub use command::{Answer, CallState, Command, Order, Refusal};
pub use script_try::{ReadFiles, script_routes};
pub use serve::{BindError, ServeError, StationParts, Timeouts, bind, serve};
pub use station_file::{StationFile, StationFileError};
pub use token::{NoRandomness, Token};
