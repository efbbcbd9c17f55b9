use super::accounts::missing_or;
use super::{AccessError, Accounts, Actor, Now, Secret, names, sha256_hex};
use crate::store::{NewStation, StationRow};

/// A station to be enrolled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StationDraft {
    /// Name, such as `desk-07`.
    pub name: String,
    /// The agent's number.
    pub agent: String,
    /// The agent's name; may be empty.
    pub agent_name: String,
    /// The team.
    pub team: String,
}

/// What [`Accounts::enrol`] gives.
#[derive(Debug)]
pub struct Enrolled {
    /// The station as it is kept.
    pub station: StationRow,
    /// Its token, shown once; its hash alone is kept.
    pub token: Secret,
}

impl Accounts {
    /// Enrols a station. One that is known gets a new token, and its old one is good no longer.
    ///
    /// # Errors
    /// [`AccessError::Invalid`], [`AccessError::Store`].
    pub fn enrol(&self, by: &Actor, draft: &StationDraft, now: Now) -> Result<Enrolled, AccessError> {
        let team = names::title(&draft.team)?;
        if team.is_empty() {
            return Err(AccessError::invalid("须指明班组", "a team is needed"));
        }
        let token = Secret::random()?;
        let enrolled = NewStation {
            name: names::station_name(&draft.name)?,
            agent: names::agent(&draft.agent)?,
            agent_name: names::title(&draft.agent_name)?,
            team,
            token_sha256: token.sha256(),
            enrolled_ms: now.wall_ms,
        };
        let station = self.store.enrol(&enrolled)?;
        let detail = serde_json::json!({"station": station, "agent": enrolled.agent, "team": enrolled.team})
            .to_string();
        self.audit.note(by.entry("station_enrolled", &enrolled.name, &detail, now));
        Ok(Enrolled { station: StationRow { station, enrolled, revoked_ms: None }, token })
    }

    /// Takes a station's token back. A running floor notices at the station's next connection, and drops the one that is open.
    ///
    /// # Errors
    /// [`AccessError::Missing`], [`AccessError::Store`].
    pub fn revoke(&self, by: &Actor, name: &str, now: Now) -> Result<(), AccessError> {
        let name = names::station_name(name)?;
        self.store.revoke(&name, now.wall_ms).map_err(missing_or)?;
        self.audit.note(by.entry("station_revoked", &name, "", now));
        Ok(())
    }

    /// The station whose token this is; none if there is none, or it was revoked. The store is asked each time, so that a change by
    /// another process counts at once.
    ///
    /// # Errors
    /// [`AccessError::Store`].
    pub fn station_of(&self, token: &str) -> Result<Option<StationRow>, AccessError> {
        // A token has 128 random bits: how long looking for its hash takes tells nothing that leads to one.
        Ok(self.store.station_by_token(&sha256_hex(token.as_bytes()))?)
    }

    /// All stations, by number.
    ///
    /// # Errors
    /// [`AccessError::Store`].
    pub fn stations(&self) -> Result<Vec<StationRow>, AccessError> {
        Ok(self.store.stations()?)
    }
}
