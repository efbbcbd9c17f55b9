//! What other systems of the company are told: flags, alerts and ended calls, as signed HTTP requests.
//!
//! 1. Each hook has a queue of its own with room for [`WAITING_MAX`] deliveries, in memory, and a thread of its own. Nothing on the floor waits for a
//!    hook. When the queue is full the new delivery is dropped, counted and logged.
//! 2. A delivery is tried until the other side answers 2xx: at once, then after 1 s, 2 s, 4 s, … 5 min, for an hour in all; then it is given up, counted and
//!    logged. Deliveries keep their order. What waits when the floor stops is lost: the calls are in the store, and the API reads them.
//! 3. Each has an id that stays the same however often it is tried: `callcue-delivery`. Whoever gets one twice has had it already.
//! 4. `callcue-signature: t=1764156000,v1=5257a8…` signs it: v1 is HMAC-SHA256, hexadecimal, over `t`, a dot and the body; t is the second of sending, so that an
//!    old request cannot be sent again by others. [`is_signed`] is how a receiver checks.
//! 5. No word of a call is in it: rule, points, time and whose call it is. Words are read over the API, where the audit trail sees it.

mod body;
mod delivery;
mod hook;
mod signature;

pub use body::{Teller, Whose};
pub use delivery::{Backoff, Delivery, WAITING_MAX};
pub use hook::{Hook, HookCounts, HookEvents, HookWorker, SendClock, hook};
pub use signature::{is_signed, signature};
