use std::path::Path;
use std::sync::Arc;

use anyhow::Context;

use crate::access::{Secret, SessionLimits};
use crate::store::{NewStation, Role, SessionRow, Store, UserRow};

/// Stations of one team, as many as a lead looks after.
const TEAM_SIZE: usize = 20;
/// First agent's number; the others follow.
const AGENT_FIRST: usize = 2_001;

/// Name of the cookie that holds a session.
const SESSION_COOKIE: &str = "callcue_session";

/// A station of the swarm as the floor knows it.
#[derive(Clone, Debug)]
pub struct Enrolled {
    /// The agent's number.
    pub agent: String,
    /// What it shows to the floor.
    pub token: String,
}

/// Enrols stations `swarm-0001` and on, twenty a team. A name that is enrolled already gets a new token.
///
/// # Errors
/// Those of the store, and of a system that has no random numbers.
pub fn enrol_stations(store: &dyn Store, count: usize, now_ms: i64) -> anyhow::Result<Vec<Enrolled>> {
    (0..count)
        .map(|place| {
            let token = Secret::random()?;
            let agent = (AGENT_FIRST + place).to_string();
            store.enrol(&NewStation {
                name: format!("swarm-{:04}", place + 1),
                agent: agent.clone(),
                agent_name: String::new(),
                team: team(place),
                token_sha256: token.sha256(),
                enrolled_ms: now_ms,
            })?;
            Ok(Enrolled { agent, token: token.reveal().to_owned() })
        })
        .collect()
}

/// Makes leads `swarm-lead-01` and on, who see the teams of all `stations`, and gives the cookie of a session of each.
///
/// They have no password: nobody else can log in as one of them.
///
/// # Errors
/// As of [`enrol_stations`].
pub fn make_leads(
    store: &dyn Store,
    count: usize,
    stations: usize,
    now_ms: i64,
) -> anyhow::Result<Vec<String>> {
    let teams: Vec<String> = (0..stations).step_by(TEAM_SIZE).map(team).collect();
    (0..count)
        .map(|place| {
            let name = format!("swarm-lead-{:02}", place + 1);
            store.put_user(&UserRow {
                name: name.clone(),
                full_name: name.clone(),
                role: Role::Lead,
                teams: teams.clone(),
                agent: None,
                password_hash: String::new(),
                must_change: false,
                oidc_subject: String::new(),
                disabled: false,
            })?;
            let token = Secret::random()?;
            store.put_session(&SessionRow {
                token_sha256: token.sha256(),
                user: name,
                since_ms: now_ms,
                seen_ms: now_ms,
                until_ms: now_ms + SessionLimits::default().absolute_ms,
            })?;
            Ok(format!("{SESSION_COOKIE}={}", token.reveal()))
        })
        .collect()
}

fn team(place: usize) -> String {
    format!("swarm-{:02}", place / TEAM_SIZE + 1)
}

/// Opens the store of a floor on this machine.
///
/// # Errors
/// Those of the store.
pub(super) fn open_store(data: &Path) -> anyhow::Result<Arc<dyn Store>> {
    let store = crate::store::sqlite::SqliteStore::open(data)
        .with_context(|| format!("{}: no data of a floor", data.display()))?;
    Ok(Arc::new(store))
}
