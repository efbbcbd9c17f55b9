use crate::store::{SessionRow, UserRow};

/// How long a session lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// Without any request, ms.
    pub idle_ms: i64,
    /// From the log-in on, whatever happens, ms.
    pub absolute_ms: i64,
}

impl Default for SessionLimits {
    /// An hour without a request, twelve hours in all: a shift with its overtime, and nothing left open overnight.
    fn default() -> Self {
        Self { idle_ms: 60 * 60 * 1_000, absolute_ms: 12 * 60 * 60 * 1_000 }
    }
}

/// Between two notes of when a session was last seen, so that a busy page does not write at each request.
const SEEN_EVERY_MS: i64 = 60_000;

/// Somebody who is logged in, as of this request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The user as the store has it now.
    pub user: UserRow,
    /// Hash of the cookie; the session's name inside.
    pub token_sha256: String,
    /// Over at this moment, ms since 1970.
    pub until_ms: i64,
}

/// What becomes of a session at a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Good,
    /// Good, and the store is to be told that it was seen.
    Seen,
    Over,
}

/// A clock set back by little changes nothing; by more than the idle time it ends the session, which must not last longer for it.
pub(super) fn standing(session: &SessionRow, limits: SessionLimits, now_ms: i64) -> Standing {
    let is_over = now_ms >= session.until_ms
        || session.until_ms - now_ms > limits.absolute_ms + limits.idle_ms
        || now_ms - session.seen_ms >= limits.idle_ms;
    if is_over {
        Standing::Over
    } else if (now_ms - session.seen_ms).abs() >= SEEN_EVERY_MS {
        Standing::Seen
    } else {
        Standing::Good
    }
}
