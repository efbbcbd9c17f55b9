use std::path::Path;
use std::sync::Arc;

use anyhow::Context;

use super::audience::Login;
use crate::access::{PasswordCost, PasswordHashes, Secret};
use crate::store::{NewStation, Role, Store, UserRow};

/// Stations of one team, as many as a lead looks after.
const TEAM_SIZE: usize = 20;
/// First agent's number; the others follow.
const AGENT_FIRST: usize = 2_001;

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

/// Makes leads `swarm-lead-01` and on, who see the teams of all `stations`.
///
/// Their passwords are random, so the cheapest hash keeps them well enough; the floor is not to spend its first minute on
/// log-ins.
///
/// # Errors
/// As of [`enrol_stations`].
pub fn make_leads(store: &dyn Store, count: usize, stations: usize) -> anyhow::Result<Vec<Login>> {
    let hashes = PasswordHashes::new(PasswordCost { memory_kib: 8, passes: 1 })?;
    let teams: Vec<String> = (0..stations).step_by(TEAM_SIZE).map(team).collect();
    (0..count)
        .map(|place| {
            let name = format!("swarm-lead-{:02}", place + 1);
            let password = Secret::random()?.reveal().to_owned();
            store.put_user(&UserRow {
                name: name.clone(),
                full_name: name.clone(),
                role: Role::Lead,
                teams: teams.clone(),
                agent: None,
                password_hash: hashes.hash(&password)?,
                must_change: false,
                oidc_subject: String::new(),
                disabled: false,
            })?;
            Ok(Login { name, password })
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
