use serde::{Deserialize, Serialize};

use super::StoreError;

/// What somebody may do. One role a user; rights grow by teams, not by roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees the own calls.
    Agent,
    /// Sees the calls of the own teams, live and stored; coaches, listens in.
    Lead,
    /// Hears and judges the calls of the own teams.
    Reviewer,
    /// Changes the script and sees what it would have done; no recordings.
    ScriptOwner,
    /// Users, teams, stations, settings; sees every team.
    Administrator,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    /// Log-in name, unique; 1 to 64 characters without spaces.
    pub name: String,
    /// As others read it, such as 王芳.
    pub full_name: String,
    /// What the user may do.
    pub role: Role,
    /// Teams whose calls the user may see; of an agent, empty.
    pub teams: Vec<String>,
    /// The agent's number, for the role of agent.
    pub agent: Option<String>,
    /// Argon2 hash of the password (PHC string); empty: cannot log in by password.
    pub password_hash: String,
    /// The password was given by somebody else: it must be changed at the first log-in.
    pub must_change: bool,
    /// Subject at the OpenID Connect provider; empty: none.
    pub oidc_subject: String,
    /// May not log in.
    pub disabled: bool,
}

/// A session of a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of the cookie, hexadecimal: the cookie itself is not kept.
    pub token_sha256: String,
    /// Whose.
    pub user: String,
    /// Begun.
    pub since_ms: i64,
    /// Last seen.
    pub seen_ms: i64,
    /// Over at this moment, whatever happens.
    pub until_ms: i64,
}

/// A station before it has a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewStation {
    /// Name, unique, such as `desk-07`.
    pub name: String,
    /// The agent's number.
    pub agent: String,
    /// The agent's name, may be empty.
    pub agent_name: String,
    /// The team; it is made if there is none of that name.
    pub team: String,
    /// SHA-256 of the station's token, hexadecimal. The token has 128 random bits, so a plain hash keeps it.
    pub token_sha256: String,
    /// When.
    pub enrolled_ms: i64,
}

/// A station that the floor knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StationRow {
    /// Its number.
    pub station: u32,
    /// As it was enrolled.
    pub enrolled: NewStation,
    /// When its token was taken back; none: it is good.
    pub revoked_ms: Option<i64>,
}

/// One line of the audit trail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When.
    pub wall_ms: i64,
    /// Log-in name; `-` for nobody, `station:NAME` for a station, `console` for the command line.
    pub who: String,
    /// From which address; empty: from the machine itself.
    pub from: String,
    /// What: `login`, `login_refused`, `logout`, `recording_read`, `transcript_read`, `listen_start`, `listen_end`, `note_sent`,
    /// `alert_acknowledged`, `user_changed`, `station_enrolled`, `station_revoked`, `refused`, …
    pub act: String,
    /// On what: a call, a user, a station.
    pub object: String,
    /// More, as JSON or in words; may be empty.
    pub detail: String,
}

/// Which lines of the audit trail; newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// By this user.
    pub who: Option<String>,
    /// On this object.
    pub object: Option<String>,
    /// At or after.
    pub from_ms: Option<i64>,
    /// Before.
    pub to_ms: Option<i64>,
    /// At most.
    pub limit: u32,
}

/// People, stations, and who did what.
pub trait PeopleStore {
    /// All users, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    fn users(&self) -> Result<Vec<UserRow>, StoreError>;

    /// One user; none if there is none of that log-in name.
    ///
    /// # Errors
    /// [`StoreError`].
    fn user(&self, name: &str) -> Result<Option<UserRow>, StoreError>;

    /// The user with that subject at the OpenID Connect provider.
    ///
    /// # Errors
    /// [`StoreError`].
    fn user_by_oidc(&self, subject: &str) -> Result<Option<UserRow>, StoreError>;

    /// Makes or changes a user; teams that do not exist are made.
    ///
    /// # Errors
    /// [`StoreError`].
    fn put_user(&self, user: &UserRow) -> Result<(), StoreError>;

    /// All teams, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    fn teams(&self) -> Result<Vec<String>, StoreError>;

    /// Keeps a session.
    ///
    /// # Errors
    /// [`StoreError`].
    fn put_session(&self, session: &SessionRow) -> Result<(), StoreError>;

    /// A session by the hash of its cookie.
    ///
    /// # Errors
    /// [`StoreError`].
    fn session(&self, token_sha256: &str) -> Result<Option<SessionRow>, StoreError>;

    /// Ends a session.
    ///
    /// # Errors
    /// [`StoreError`].
    fn end_session(&self, token_sha256: &str) -> Result<(), StoreError>;

    /// Ends all sessions of a user, and those of everybody that are over at `now_ms`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn end_sessions(&self, user: Option<&str>, now_ms: i64) -> Result<(), StoreError>;

    /// Enrols a station and gives it a number. A name that is known gets the new token and keeps its number.
    ///
    /// # Errors
    /// [`StoreError`].
    fn enrol(&self, station: &NewStation) -> Result<u32, StoreError>;

    /// Takes back the token of a station.
    ///
    /// # Errors
    /// [`StoreError`], `Missing` for a name that is not known.
    fn revoke(&self, name: &str, now_ms: i64) -> Result<(), StoreError>;

    /// The station whose token has this hash, and is not taken back; none if there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn station_by_token(&self, token_sha256: &str) -> Result<Option<StationRow>, StoreError>;

    /// All stations, by number.
    ///
    /// # Errors
    /// [`StoreError`].
    fn stations(&self) -> Result<Vec<StationRow>, StoreError>;

    /// Adds to the audit trail; nothing is ever taken out of it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn audit(&self, entries: &[AuditEntry]) -> Result<(), StoreError>;

    /// Reads the audit trail.
    ///
    /// # Errors
    /// [`StoreError`].
    fn audit_trail(&self, query: &AuditQuery) -> Result<Vec<AuditEntry>, StoreError>;
}
