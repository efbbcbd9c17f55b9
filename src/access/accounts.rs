use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use super::session::{Standing, standing};
use super::{
    AccessError, Attempts, AuditTrail, PasswordHashes, Secret, Session, SessionLimits, check_new_password,
    names, sha256_hex,
};
use crate::store::{AuditEntry, Role, SessionRow, Store, StoreFault, UserRow};

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
    hashes: PasswordHashes,
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

/// A user to be made, or what a user is to become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserDraft {
    /// As others read it.
    pub full_name: String,
    /// What the user may do.
    pub role: Role,
    /// Teams whose calls the user may see.
    pub teams: Vec<String>,
    /// The agent's number, needed for the role of agent.
    pub agent: Option<String>,
    /// May not log in.
    pub disabled: bool,
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

    fn lock_changes(&self) -> std::sync::MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a user and gives the one-time password.
    ///
    /// # Errors
    /// [`AccessError::Invalid`], [`AccessError::Taken`], [`AccessError::Store`].
    pub fn add_user(
        &self,
        by: &Actor,
        name: &str,
        draft: &UserDraft,
        now: Now,
    ) -> Result<Secret, AccessError> {
        let name = names::login_name(name)?;
        let _changing = self.lock_changes();
        if self.store.user(&name)?.is_some() {
            return Err(AccessError::Taken(name));
        }
        let password = Secret::one_time_password()?;
        let mut user = UserRow {
            name: name.clone(),
            full_name: String::new(),
            role: draft.role,
            teams: Vec::new(),
            agent: None,
            password_hash: self.hashes.hash(password.reveal())?,
            must_change: true,
            oidc_subject: String::new(),
            disabled: false,
        };
        apply(draft, &mut user)?;
        self.store.put_user(&user)?;
        self.audit.note(by.entry("user_changed", &name, &format!("added; {}", told(&user)), now));
        Ok(password)
    }

    /// Changes what a user is. Somebody who may less than before is logged out.
    ///
    /// # Errors
    /// [`AccessError::Missing`], [`AccessError::Invalid`] (also for the last administrator, who must stay one), [`AccessError::Store`].
    pub fn change_user(
        &self,
        by: &Actor,
        name: &str,
        draft: &UserDraft,
        now: Now,
    ) -> Result<UserRow, AccessError> {
        let name = names::login_name(name)?;
        let _changing = self.lock_changes();
        let before = self.existing(&name)?;
        let mut user = before.clone();
        apply(draft, &mut user)?;
        if is_active_administrator(&before) && !is_active_administrator(&user) {
            self.keep_an_administrator(&name)?;
        }
        self.store.put_user(&user)?;
        if user.disabled
            || (before.role, &before.teams, &before.agent) != (user.role, &user.teams, &user.agent)
        {
            self.store.end_sessions(Some(&name), now.wall_ms)?;
        }
        self.audit.note(by.entry("user_changed", &name, &told(&user), now));
        Ok(user)
    }

    /// Gives a user a new one-time password and ends the user's sessions.
    ///
    /// # Errors
    /// [`AccessError::Missing`], [`AccessError::Store`].
    pub fn reset_password(&self, by: &Actor, name: &str, now: Now) -> Result<Secret, AccessError> {
        let name = names::login_name(name)?;
        let _changing = self.lock_changes();
        let mut user = self.existing(&name)?;
        let password = Secret::one_time_password()?;
        user.password_hash = self.hashes.hash(password.reveal())?;
        user.must_change = true;
        self.store.put_user(&user)?;
        self.store.end_sessions(Some(&name), now.wall_ms)?;
        self.audit.note(by.entry("user_changed", &name, "new one-time password", now));
        Ok(password)
    }

    /// Links a user to a subject at the OpenID Connect provider; an empty subject unlinks.
    ///
    /// # Errors
    /// [`AccessError::Missing`], [`AccessError::Taken`] if another user has the subject, [`AccessError::Store`].
    pub fn link_subject(&self, by: &Actor, name: &str, subject: &str, now: Now) -> Result<(), AccessError> {
        let name = names::login_name(name)?;
        let _changing = self.lock_changes();
        let mut user = self.existing(&name)?;
        if !subject.is_empty() && self.store.user_by_oidc(subject)?.is_some_and(|other| other.name != name) {
            return Err(AccessError::Taken(subject.to_owned()));
        }
        subject.clone_into(&mut user.oidc_subject);
        self.store.put_user(&user)?;
        let detail = if subject.is_empty() { "OpenID subject unlinked" } else { "OpenID subject linked" };
        self.audit.note(by.entry("user_changed", &name, detail, now));
        Ok(())
    }

    /// Makes the user `admin` if nobody is there yet, and gives the one-time password: to be shown on the console, nowhere else.
    ///
    /// # Errors
    /// [`AccessError::Store`].
    pub fn first_administrator(&self, now: Now) -> Result<Option<Secret>, AccessError> {
        if !self.store.users()?.is_empty() {
            return Ok(None);
        }
        let draft = UserDraft {
            full_name: "管理员".to_owned(),
            role: Role::Administrator,
            teams: Vec::new(),
            agent: None,
            disabled: false,
        };
        self.add_user(&Actor::console(), "admin", &draft, now).map(Some)
    }

    /// All teams, by name.
    ///
    /// # Errors
    /// [`AccessError::Store`].
    pub fn teams(&self) -> Result<Vec<String>, AccessError> {
        Ok(self.store.teams()?)
    }

    /// All users, by name.
    ///
    /// # Errors
    /// [`AccessError::Store`].
    pub fn users(&self) -> Result<Vec<UserRow>, AccessError> {
        Ok(self.store.users()?)
    }

    fn existing(&self, name: &str) -> Result<UserRow, AccessError> {
        self.store.user(name)?.ok_or_else(|| AccessError::Missing(name.to_owned()))
    }

    fn keep_an_administrator(&self, but: &str) -> Result<(), AccessError> {
        let others = self.store.users()?;
        if others.iter().any(|user| user.name != but && is_active_administrator(user)) {
            return Ok(());
        }
        Err(AccessError::invalid(
            "这是最后一个管理员，不能停用或改变角色",
            "this is the last administrator, who must stay one",
        ))
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

fn is_active_administrator(user: &UserRow) -> bool {
    user.role == Role::Administrator && !user.disabled
}

fn apply(draft: &UserDraft, user: &mut UserRow) -> Result<(), AccessError> {
    user.full_name = names::title(&draft.full_name)?;
    user.role = draft.role;
    user.disabled = draft.disabled;
    if draft.role == Role::Agent {
        let number = draft.agent.as_deref().unwrap_or_default();
        (user.agent, user.teams) = (Some(names::agent(number)?), Vec::new());
    } else {
        (user.agent, user.teams) = (None, names::teams(&draft.teams)?);
    }
    Ok(())
}

/// What a user is, for the audit trail.
fn told(user: &UserRow) -> String {
    serde_json::json!({
        "role": user.role, "teams": user.teams, "agent": user.agent, "disabled": user.disabled, "full_name": user.full_name,
    })
    .to_string()
}

/// What the store calls missing is missing here, too.
pub(super) fn missing_or(error: crate::store::StoreError) -> AccessError {
    match error.fault {
        StoreFault::Missing(what) => AccessError::Missing(what),
        StoreFault::Conflict(what) => AccessError::Taken(what),
        _ => AccessError::Store(error),
    }
}
