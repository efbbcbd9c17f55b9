use super::accounts::{Accounts, Actor, Now};
use super::{AccessError, Secret, names};
use crate::store::{Role, UserRow};

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
        if user.must_change && !subject.is_empty() {
            // The provider vouches for the user from now on; a one-time password that nobody has used opens nothing any more.
            (user.must_change, user.password_hash) = (false, String::new());
        }
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
