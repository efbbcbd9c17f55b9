use std::net::IpAddr;

use super::accounts::Actor;
use super::{AccessError, Accounts, Identity, LoggedIn, Now};
use crate::store::AuditEntry;

/// Subject that an administrator gives a user who is to be linked at the first log-in under that name there.
const BY_NAME: &str = "name:";

impl Accounts {
    /// Logs in whom the identity provider names. A user must exist and be linked: by the subject, or by an administrator's word that whoever comes first
    /// under a name is the one. Nobody is made here, and nobody gets a right.
    ///
    /// # Errors
    /// [`AccessError::Wrong`] for somebody who is not linked or is disabled; the audit trail has the subject, to link by. [`AccessError::Store`].
    pub fn sign_on(&self, identity: &Identity, from: IpAddr, now: Now) -> Result<LoggedIn, AccessError> {
        // A subject of the provider never passes for an administrator's word.
        let is_plain = !identity.subject.is_empty() && !identity.subject.starts_with(BY_NAME);
        let found = if is_plain { self.store.user_by_oidc(&identity.subject)? } else { None };
        if let Some(user) = found {
            return self.begin_session(user, from, "oidc", now);
        }
        let by_name = identity.user_name.as_ref().filter(|name| is_plain && !name.is_empty());
        if let Some(name) = by_name
            && let Some(user) = self.store.user_by_oidc(&format!("{BY_NAME}{name}"))?
        {
            let provider = Actor { who: "-".to_owned(), from: from.to_string() };
            self.link_subject(&provider, &user.name, &identity.subject, now)?;
            let user = self.store.user(&user.name)?.ok_or(AccessError::Wrong)?;
            return self.begin_session(user, from, "oidc", now);
        }
        self.audit.note_stranger(AuditEntry {
            wall_ms: now.wall_ms,
            who: "-".to_owned(),
            from: from.to_string(),
            act: "login_refused".to_owned(),
            object: String::new(),
            detail: serde_json::json!({
                "oidc_subject": identity.subject, "user_name": identity.user_name, "why": "linked to nobody",
            })
            .to_string(),
        });
        Err(AccessError::Wrong)
    }
}
