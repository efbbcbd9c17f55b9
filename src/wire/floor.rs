//! Between the floor and the page of a team lead.
//!
//! One WebSocket a page, `GET /floor/ws`, subprotocol [`FLOOR_PROTOCOL`], admitted by the session cookie and the `Origin`.
//! [`ToLead::Floor`] comes first and again whenever the page had fallen too far behind; [`ToLead::Changes`] follow, ten a second at
//! most, each with everything that changed since the one before. A binary frame is [`LiveAudio`](super::LiveAudio) of the call
//! that the page listens to.

use serde::{Deserialize, Serialize};

use super::{Moment, Severity, StampedEvent};

/// Name and version of what is spoken on the socket.
pub const FLOOR_PROTOCOL: &str = "callcue.floor.v1";

/// What the floor tells a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToLead {
    /// Everything, at the start and after a break.
    Floor {
        /// Wall clock of the floor, ms since 1970, for call times.
        now_ms: i64,
        /// Every station that this user may see.
        tiles: Vec<Tile>,
        /// Alerts that are not settled, newest last.
        alerts: Vec<AlertCard>,
        /// Today so far.
        day: Day,
    },
    /// What changed.
    Changes {
        /// Wall clock of the floor, ms since 1970.
        now_ms: i64,
        /// Tiles with a change; only changed fields are there.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tiles: Vec<TileChange>,
        /// Stations that are no longer to be seen.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gone: Vec<u32>,
        /// Alerts that are new or have changed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        alerts: Vec<AlertCard>,
        /// Today so far, when it has changed, every few seconds at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        day: Option<Day>,
    },
    /// An event of the call that the page has open.
    CallEvent {
        /// The event.
        event: StampedEvent,
    },
    /// Something of the moment of that call.
    CallMoment {
        /// Id of the call.
        call: String,
        /// Which.
        moment: Moment,
    },
    /// What became of a lead's line.
    Note {
        /// Which.
        id: String,
        /// Number of the station's tile.
        station: u32,
        /// The line.
        text: String,
        /// When it was sent, ms since 1970.
        sent_ms: i64,
        /// When the agent read it, ms since 1970.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        read_ms: Option<i64>,
    },
    /// The floor does not do what the page asked.
    Refused {
        /// For the lead.
        zh: String,
        /// The same in English.
        en: String,
    },
}

/// What a page asks of the floor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FromLead {
    /// Open a call: all its events so far, then what comes. One at a time.
    Open {
        /// Id of the call.
        call: String,
    },
    /// Close it.
    Close,
    /// A line for the agent.
    Note {
        /// Number of the station's tile.
        station: u32,
        /// At most 200 characters.
        text: String,
    },
    /// Listen in to the call of a station, or stop.
    Listen {
        /// Number of the station's tile.
        station: u32,
        /// Start or stop.
        on: bool,
    },
    /// I have seen this alert and see to it.
    Acknowledge {
        /// Which.
        alert: u64,
    },
    /// Somebody else shall see to it.
    Assign {
        /// Which.
        alert: u64,
        /// Name of the user.
        to: String,
    },
}

/// What an agent is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentState {
    /// The station is not connected.
    #[default]
    Offline,
    /// No call.
    Free,
    /// The telephone rings.
    Ringing,
    /// A call, somebody speaks or has just spoken.
    Talking,
    /// The agent waits out a step of the script.
    Waiting,
    /// The customer is on hold.
    Hold,
    /// The agent's microphone is off.
    Muted,
    /// Nobody has spoken for 3 s or more.
    Silence,
}

/// Who speaks now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaking {
    /// Nobody.
    #[default]
    Nobody,
    /// The agent.
    Agent,
    /// The customer.
    Customer,
    /// Both at once.
    Both,
}

/// One agent on the floor view.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tile {
    /// Number of the station, stable for as long as it is enrolled.
    pub station: u32,
    /// The agent's number.
    pub agent: String,
    /// The agent's name, empty if the floor does not know it.
    pub name: String,
    /// The team.
    pub team: String,
    /// What the agent is doing.
    pub state: AgentState,
    /// Since when, ms since 1970.
    pub state_since_ms: i64,
    /// The running call; empty between calls.
    pub call: String,
    /// When it was answered, ms since 1970; 0 between calls.
    pub call_since_ms: i64,
    /// Number of the newest event that this tile shows.
    pub seq: u64,
    /// Who speaks now.
    pub speaking: Speaking,
    /// Flags of this call that weigh most: points of −5 and more.
    pub flags_grave: u32,
    /// All other flags of this call.
    pub flags_light: u32,
    /// Rule of the newest flag; empty: none.
    pub flag_rule: String,
    /// Rule of the cue shown; empty: none.
    pub cue_rule: String,
    /// First words of the cue shown, or its act.
    pub cue_text: String,
    /// Agent's share of speech in this call so far, percent; absent before anybody has spoken.
    pub talk_share_pct: Option<u8>,
    /// How far text is behind the speech, ms.
    pub lag_ms: u64,
    /// Whose audio is missing: empty, `agent`, `customer` or `both`.
    pub audio_lost: String,
    /// Events that the station has and the floor does not, as far as it has said.
    pub behind: u64,
    /// How much this agent needs somebody, 0 to 100; what the view sorts by.
    pub urgency: u8,
    /// Who listens in.
    pub listeners: Vec<String>,
    /// Gravest notice of the station about itself.
    pub notice: Option<TileNotice>,
}

/// A notice of a station about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TileNotice {
    /// How grave.
    pub severity: Severity,
    /// In Chinese.
    pub zh: String,
}

/// The fields of a [`Tile`] that have changed. A field that can be absent in a tile is there as `null` when it became so.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TileChange {
    /// Which tile.
    pub station: u32,
    /// The changed fields, named as in [`Tile`].
    #[serde(flatten)]
    pub fields: serde_json::Map<String, serde_json::Value>,
}

/// Something that a lead should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertCard {
    /// Number, rising.
    pub id: u64,
    /// Number of the station.
    pub station: u32,
    /// The agent's number.
    pub agent: String,
    /// The team.
    pub team: String,
    /// Id of the call.
    pub call: String,
    /// Moment of the call, ms of audio time.
    pub at_ms: u64,
    /// Rule of the script; empty for `long_silence` and `long_hold`.
    pub rule: String,
    /// Why.
    pub kind: AlertKind,
    /// In a Chinese sentence.
    pub text: String,
    /// When it came, ms since 1970.
    pub raised_ms: i64,
    /// Whose turn it is: name of a user; empty: every lead of the team.
    pub assigned_to: String,
    /// How often it has gone on to the next lead because nobody acknowledged it in time.
    pub passed_on: u32,
    /// Who acknowledged it; empty: nobody yet.
    pub acknowledged_by: String,
    /// Over: acknowledged, or its call ended.
    pub settled: bool,
}

/// Why there is an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// A rule of the script asks for the lead.
    Rule,
    /// Nobody has spoken for long.
    LongSilence,
    /// The customer has been on hold for long.
    LongHold,
}

/// Today in figures, for the teams that the user may see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// Local date, `2026-11-26`.
    pub date: String,
    /// Calls that have ended, and that run.
    pub calls: u32,
    /// Times a rule asked for words.
    pub due: u32,
    /// Of these, times they were heard.
    pub met: u32,
    /// Flags.
    pub flags: u32,
    /// The rules broken most: at most five, most first.
    pub broken: Vec<BrokenRule>,
    /// Calls by hour of the local day: 24 numbers.
    pub calls_by_hour: Vec<u32>,
    /// Flags by hour of the local day: 24 numbers.
    pub flags_by_hour: Vec<u32>,
}

/// How often a rule was broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokenRule {
    /// Which.
    pub rule: String,
    /// Flags.
    pub flags: u32,
}
