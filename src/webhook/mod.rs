//! What other systems of the company are told: flags, alerts and ended calls, as signed HTTP requests.
//!
//! 1. What a hook has still to be told waits in an [`Outbox`], on the floor's disk: it is noted in the transaction that keeps the event or the alert
//!    ([`NoticeStore`](crate::store::NoticeStore)), and neither a restart nor a crash loses any. Each hook has a thread of its own, and nothing on the floor
//!    waits for a hook.
//! 2. A delivery is tried until the other side answers 2xx: at once, then after 1 s, 2 s, 4 s, … 5 min. Deliveries keep their order. One that is refused (4xx) is
//!    given up after an hour, so that those behind it come through; one that is three days old is given up. Both are counted and logged.
//! 3. Each has an id that stays the same however often it is tried: `callcue-delivery`. Whoever gets one twice, as after a crash between the
//!    answer and its note, has had it already.
//! 4. `callcue-signature: t=1764156000,v1=5257a8…` signs it: v1 is HMAC-SHA256, hexadecimal, over `t`, a dot and the body; t is the second of sending, so that an
//!    old request cannot be sent again by others. [`is_signed`] is how a receiver checks.
//! 5. No word of a call is in it: rule, points, time and whose call it is. Words are read over the API, where the audit trail sees it.

mod body;
mod delivery;
mod hook;
mod signature;

pub use body::{Whose, of_alert, of_event};
pub use delivery::{Backoff, Delivery, Waiting};
pub use hook::{Hook, HookCounts, HookWorker, Outbox, SendClock, hook};
pub use signature::{is_signed, signature};
