use serde::Serialize;

use crate::store::{Role, UserRow};

/// What somebody wants to do. Each way into the floor asks [`may`] for one of these and for nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// See the live floor: tiles, alerts, the day in figures.
    WatchFloor,
    /// Find a call in a list, with its flags and figures.
    SeeCall,
    /// Read what was said in a call, live or stored.
    ReadTranscript,
    /// Hear a stored recording.
    HearRecording,
    /// Hear a running call.
    ListenIn,
    /// Write a line to an agent.
    Coach,
    /// Acknowledge an alert, hand it on.
    SettleAlert,
    /// Decide on a flag.
    Judge,
    /// Read the script and its rules.
    ReadScript,
    /// Change the script and see what it would have done.
    ChangeScript,
    /// Users, teams, roles, passwords of others.
    ManageUsers,
    /// Give out and take back tokens of stations.
    ManageStations,
    /// Read the audit trail.
    ReadAudit,
}

impl Act {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::WatchFloor,
        Self::SeeCall,
        Self::ReadTranscript,
        Self::HearRecording,
        Self::ListenIn,
        Self::Coach,
        Self::SettleAlert,
        Self::Judge,
        Self::ReadScript,
        Self::ChangeScript,
        Self::ManageUsers,
        Self::ManageStations,
        Self::ReadAudit,
    ];
}

/// On what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On<'a> {
    /// Something that belongs to no team: the script, the users, the list itself.
    Whole,
    /// A call, or the station of a call.
    Call {
        /// Team of the call.
        team: &'a str,
        /// Number of its agent.
        agent: &'a str,
    },
}

/// How far a right goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Not at all.
    Nothing,
    /// The own calls, by the agent's number.
    Own,
    /// Calls of the own teams.
    Teams,
    /// Everything.
    All,
}

/// The rights, whole. Another role is another arm, another act another line in each.
pub const fn reach(role: Role, act: Act) -> Reach {
    use Act::*;
    match role {
        Role::Agent => match act {
            SeeCall | ReadTranscript | HearRecording => Reach::Own,
            ReadScript => Reach::All,
            WatchFloor | ListenIn | Coach | SettleAlert | Judge | ChangeScript => Reach::Nothing,
            ManageUsers | ManageStations | ReadAudit => Reach::Nothing,
        },
        Role::Lead => match act {
            WatchFloor | SeeCall | ReadTranscript | HearRecording => Reach::Teams,
            ListenIn | Coach | SettleAlert => Reach::Teams,
            ReadScript => Reach::All,
            Judge | ChangeScript | ManageUsers | ManageStations | ReadAudit => Reach::Nothing,
        },
        Role::Reviewer => match act {
            SeeCall | ReadTranscript | HearRecording | Judge => Reach::Teams,
            ReadScript => Reach::All,
            WatchFloor | ListenIn | Coach | SettleAlert | ChangeScript => Reach::Nothing,
            ManageUsers | ManageStations | ReadAudit => Reach::Nothing,
        },
        Role::ScriptOwner => match act {
            ReadScript | ChangeScript => Reach::All,
            WatchFloor | SeeCall | ReadTranscript | HearRecording | ListenIn => Reach::Nothing,
            Coach | SettleAlert | Judge | ManageUsers | ManageStations | ReadAudit => Reach::Nothing,
        },
        Role::Administrator => Reach::All,
    }
}

/// Whether the user may do that there. Somebody who is disabled, or has yet to change a one-time password, may nothing.
pub fn may(user: &UserRow, act: Act, on: On<'_>) -> bool {
    match scope(user, act) {
        Scope::Nothing => false,
        Scope::Everything => true,
        // The list is open to whoever sees part of it; what is in it is another question.
        Scope::Agent(number) => match on {
            On::Whole => true,
            On::Call { agent, .. } => agent == number,
        },
        Scope::Teams(teams) => match on {
            On::Whole => !teams.is_empty(),
            On::Call { team, .. } => teams.iter().any(|own| own == team),
        },
    }
}

/// Of which calls a user may have something: what a query is narrowed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope<'a> {
    /// Of none.
    Nothing,
    /// Of this agent's.
    Agent(&'a str),
    /// Of these teams'; may be empty, which is none.
    Teams(&'a [String]),
    /// Of all.
    Everything,
}

/// How far the user's right to `act` goes.
pub fn scope(user: &UserRow, act: Act) -> Scope<'_> {
    if user.disabled || user.must_change {
        return Scope::Nothing;
    }
    match reach(user.role, act) {
        Reach::Nothing => Scope::Nothing,
        Reach::Own => match user.agent.as_deref() {
            Some(number) if !number.is_empty() => Scope::Agent(number),
            _ => Scope::Nothing,
        },
        Reach::Teams => Scope::Teams(&user.teams),
        Reach::All => Scope::Everything,
    }
}
