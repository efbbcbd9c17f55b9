use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use super::session::{Standing, standing};
use super::{
    AccessError, Attempts, AuditTrail, PasswordHashes, Secret, Session, SessionLimits, check_new_password,
    names, sha256_hex,
};
use crate::store::{AuditEntry, SessionRow, Store, StoreFault, UserRow};

/// When something is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Clock on the wall, ms since 1970.
    pub wall_ms: i64,
    /// A clock that never goes back, ms since any moment: what waits are measured by.
    pub steady_ms: u64,
}

/// Who asks for something, as the audit trail has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Log-in name, or `console`.
    pub who: String,
    /// Address; empty: the machine itself.
    pub from: String,
}

impl Actor {
    /// Whoever types commands on the machine.
    pub fn console() -> Self {
        Self { who: "console".to_owned(), from: String::new() }
    }
}

/// Users, their passwords and sessions, over the store. Everything here blocks, for as long as a hash takes or the disk.
///
/// What it does and what it refuses it tells to the audit trail.
pub struct Accounts {
    pub(super) store: Arc<dyn Store>,
    pub(super) audit: AuditTrail,
    pub(super) hashes: PasswordHashes,
    limits: SessionLimits,
    /// A lock because log-ins run on several threads; held for a look into two maps.
    attempts: Mutex<Attempts>,
    /// Held while a user is read, changed and written, so that two changes do not undo each other.
    changing: Mutex<()>,
}

/// What [`Accounts::log_in`] gives.
#[derive(Debug)]
pub struct LoggedIn {
    /// The cookie's value; its hash alone is kept.
    pub cookie: Secret,
    /// The session.
    pub session: Session,
}

impl Accounts {
    /// Accounts in `store`.
    pub fn new(
        store: Arc<dyn Store>,
        audit: AuditTrail,
        hashes: PasswordHashes,
        limits: SessionLimits,
    ) -> Self {
        Self { store, audit, hashes, limits, attempts: Mutex::default(), changing: Mutex::default() }
    }

    /// How long sessions last.
    pub const fn limits(&self) -> SessionLimits {
        self.limits
    }

    /// Where lines of the audit trail are handed in.
    pub const fn audit(&self) -> &AuditTrail {
        &self.audit
    }

    /// Logs somebody in with a password. A new session is made each time: an old cookie, a stranger's too, is never taken over.
    ///
    /// # Errors
    /// [`AccessError::Wrong`], the same and after the same time for a name that does not exist; [`AccessError::Wait`]; [`AccessError::Store`].
    pub fn log_in(
        &self,
        name: &str,
        password: &str,
        from: IpAddr,
        now: Now,
    ) -> Result<LoggedIn, AccessError> {
        let name = name.trim().to_lowercase();
        self.begin_attempt(&name, from, now)?;
        let user = names::login_name(&name).ok().map(|name| self.store.user(&name)).transpose()?.flatten();
        let kept = user.as_ref().filter(|user| !user.disabled).map(|user| user.password_hash.as_str());
        let is_right = self.hashes.is_right(password, kept);
        // What was typed may be the password in the wrong field: a name that does not exist is not written down.
        let object = user.as_ref().map_or("", |user| &user.name).to_owned();
        let Some(user) = user.filter(|_| is_right) else {
            self.audit.note_stranger(entry(
                "-",
                from,
                "login_refused",
                &object,
                "wrong name or password",
                now,
            ));
            return Err(AccessError::Wrong);
        };
        self.lock_attempts().succeeded(&name, from);
        self.begin_session(user, from, "password", now)
    }

    /// Whether an attempt to log in may be made now; it counts as failed until a session is made.
    fn begin_attempt(&self, name: &str, from: IpAddr, now: Now) -> Result<(), AccessError> {
        let begun = self.lock_attempts().begin(name, from, now.steady_ms);
        begun.map_err(|wait| {
            if wait.first {
                let detail = format!("too many attempts; wait {} ms", wait.wait_ms);
                self.audit.note_stranger(entry("-", from, "login_refused", "", &detail, now));
            }
            AccessError::Wait { wait_ms: wait.wait_ms, first: wait.first }
        })
    }

    fn lock_attempts(&self) -> std::sync::MutexGuard<'_, Attempts> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a session for somebody whose identity is known: `how` is `password` or `oidc`.
    ///
    /// # Errors
    /// [`AccessError::Wrong`] for a user who is disabled; [`AccessError::Store`].
    pub fn begin_session(
        &self,
        user: UserRow,
        from: IpAddr,
        how: &str,
        now: Now,
    ) -> Result<LoggedIn, AccessError> {
        if user.disabled {
            self.audit.note_stranger(entry("-", from, "login_refused", &user.name, "disabled", now));
            return Err(AccessError::Wrong);
        }
        let cookie = Secret::random()?;
        let row = SessionRow {
            token_sha256: cookie.sha256(),
            user: user.name.clone(),
            since_ms: now.wall_ms,
            seen_ms: now.wall_ms,
            until_ms: now.wall_ms.saturating_add(self.limits.absolute_ms),
        };
        self.store.end_sessions(None, now.wall_ms)?;
        self.store.put_session(&row)?;
        self.audit.note(entry(&user.name, from, "login", "", how, now));
        let session = Session { user, token_sha256: row.token_sha256, until_ms: row.until_ms };
        Ok(LoggedIn { cookie, session })
    }

    /// The session of a cookie; none if it is over, unknown, or its user is gone or disabled. Being asked for counts as being used.
    ///
    /// # Errors
    /// [`AccessError::Store`].
    pub fn session(&self, cookie: &str, now: Now) -> Result<Option<Session>, AccessError> {
        self.session_by_hash(&sha256_hex(cookie.as_bytes()), now)
    }

    /// The same by the session's hash: to ask again for a socket that is open.
    ///
    /// # Errors
    /// [`AccessError::Store`].
    pub fn session_by_hash(&self, token_sha256: &str, now: Now) -> Result<Option<Session>, AccessError> {
        let Some(mut row) = self.store.session(token_sha256)? else { return Ok(None) };
        match standing(&row, self.limits, now.wall_ms) {
            Standing::Over => {
                // A disk that is full keeps nobody out who is logged in, and lets nobody in who is not.
                if let Err(error) = self.store.end_session(token_sha256) {
                    tracing::warn!(%error, "a session that is over is still kept");
                }
                return Ok(None);
            }
            Standing::Seen => {
                row.seen_ms = now.wall_ms;
                if let Err(error) = self.store.put_session(&row) {
                    tracing::warn!(%error, "that a session was seen is not kept");
                }
            }
            Standing::Good => {}
        }
        let user = self.store.user(&row.user)?.filter(|user| !user.disabled);
        Ok(user.map(|user| Session { user, token_sha256: row.token_sha256, until_ms: row.until_ms }))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`AccessError::Store`].
    pub fn log_out(&self, session: &Session, from: IpAddr, now: Now) -> Result<(), AccessError> {
        self.store.end_session(&session.token_sha256)?;
        self.audit.note(entry(&session.user.name, from, "logout", "", "", now));
        Ok(())
    }

    /// Changes the own password. Every session of the user ends; the caller gets a new one.
    ///
    /// # Errors
    /// [`AccessError::Wrong`] if `old` is not the password, [`AccessError::Wait`], [`AccessError::Weak`], [`AccessError::Store`].
    pub fn change_password(
        &self,
        session: &Session,
        old: &str,
        new: &str,
        from: IpAddr,
        now: Now,
    ) -> Result<LoggedIn, AccessError> {
        let name = &session.user.name;
        self.begin_attempt(name, from, now)?;
        let changing = self.lock_changes();
        let mut user = self.store.user(name)?.ok_or(AccessError::Wrong)?;
        if !self.hashes.is_right(old, Some(&user.password_hash)) {
            self.audit.note(entry(name, from, "password_refused", name, "the old password is wrong", now));
            return Err(AccessError::Wrong);
        }
        self.lock_attempts().succeeded(name, from);
        check_new_password(name, new)?;
        if old == new {
            return Err(super::WeakPassword::Unchanged.into());
        }
        user.password_hash = self.hashes.hash(new)?;
        user.must_change = false;
        self.store.put_user(&user)?;
        drop(changing);
        self.store.end_sessions(Some(name), now.wall_ms)?;
        self.audit.note(entry(name, from, "password_changed", name, "", now));
        self.begin_session(user, from, "password", now)
    }

    pub(super) fn lock_changes(&self) -> std::sync::MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Accounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Accounts").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Actor {
    pub(super) fn entry(&self, act: &str, object: &str, detail: &str, now: Now) -> AuditEntry {
        AuditEntry {
            wall_ms: now.wall_ms,
            who: self.who.clone(),
            from: self.from.clone(),
            act: act.to_owned(),
            object: object.to_owned(),
            detail: detail.to_owned(),
        }
    }
}

fn entry(who: &str, from: IpAddr, act: &str, object: &str, detail: &str, now: Now) -> AuditEntry {
    Actor { who: who.to_owned(), from: from.to_string() }.entry(act, object, detail, now)
}

/// What the store calls missing is missing here, too.
pub(super) fn missing_or(error: crate::store::StoreError) -> AccessError {
    match error.fault {
        StoreFault::Missing(what) => AccessError::Missing(what),
        StoreFault::Conflict(what) => AccessError::Taken(what),
        _ => AccessError::Store(error),
    }
}
