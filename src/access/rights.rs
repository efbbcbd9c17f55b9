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
    /// Decide on flags: the queue of the review room, verdicts, appeals of others, calibration.
    Judge,
    /// Accept or appeal what was decided about the own calls.
    Appeal,
    /// See score cards.
    SeeScores,
    /// Enter points by hand.
    EnterPoints,
    /// See how often each rule was right.
    SeeQuality,
    /// Bring in old recordings.
    ImportCalls,
    /// Export or erase a person's data, set how long calls are kept.
    ManagePrivacy,
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
    pub const ALL: [Self; 19] = [
        Self::WatchFloor,
        Self::SeeCall,
        Self::ReadTranscript,
        Self::HearRecording,
        Self::ListenIn,
        Self::Coach,
        Self::SettleAlert,
        Self::Judge,
        Self::Appeal,
        Self::SeeScores,
        Self::EnterPoints,
        Self::SeeQuality,
        Self::ImportCalls,
        Self::ManagePrivacy,
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
            SeeCall | ReadTranscript | HearRecording | Appeal | SeeScores => Reach::Own,
            ReadScript => Reach::All,
            WatchFloor | ListenIn | Coach | SettleAlert | Judge | EnterPoints | SeeQuality => Reach::Nothing,
            ChangeScript | ImportCalls | ManagePrivacy => Reach::Nothing,
            ManageUsers | ManageStations | ReadAudit => Reach::Nothing,
        },
        Role::Lead => match act {
            WatchFloor | SeeCall | ReadTranscript | HearRecording => Reach::Teams,
            ListenIn | Coach | SettleAlert | SeeScores | EnterPoints => Reach::Teams,
            ReadScript => Reach::All,
            Judge | Appeal | SeeQuality | ChangeScript | ImportCalls | ManagePrivacy => Reach::Nothing,
            ManageUsers | ManageStations | ReadAudit => Reach::Nothing,
        },
        Role::Reviewer => match act {
            SeeCall | ReadTranscript | HearRecording | Judge | SeeScores => Reach::Teams,
            ReadScript | SeeQuality => Reach::All,
            WatchFloor | ListenIn | Coach | SettleAlert | Appeal | EnterPoints => Reach::Nothing,
            ChangeScript | ImportCalls | ManagePrivacy => Reach::Nothing,
            ManageUsers | ManageStations | ReadAudit => Reach::Nothing,
        },
        Role::ScriptOwner => match act {
            ReadScript | ChangeScript | SeeQuality => Reach::All,
            WatchFloor | SeeCall | ReadTranscript | HearRecording | ListenIn => Reach::Nothing,
            Coach | SettleAlert | Judge | Appeal | SeeScores | EnterPoints => Reach::Nothing,
            ImportCalls | ManagePrivacy | ManageUsers | ManageStations | ReadAudit => Reach::Nothing,
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
