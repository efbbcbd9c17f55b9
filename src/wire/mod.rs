//! Every message that crosses a socket, and nothing else: serde types, no behaviour.
//!
//! One JSON object a WebSocket text frame. `tests/wire/*.json` holds a golden copy of each; the web tests read
//! the same files, so that neither side can drift.
//!
//! Station to page:
//! 1. [`Moment::Hello`] first, then every stored event of the call that runs, then events as they come.
//! 2. A page that reads too slowly skips what has been replaced meanwhile; if events that it had not read are kept no
//!    longer, it gets a new `Hello` and the events again. Until the next call, the events of the last one are kept.
//! 3. Levels, running text, lag and notices are of the moment: not numbered, not stored, the newest wins.

mod floor;
mod uplink;

pub use floor::{
    AgentState, AlertCard, AlertKind, BrokenRule, Day, FLOOR_PROTOCOL, FromLead, Speaking, Tile, TileChange,
    TileNotice, ToLead,
};
pub use uplink::{
    CallOffer, FromFloor, LiveAudio, StationHello, ToFloor, UNCONFIRMED_MAX, UPLINK_PROTOCOL,
    UPLOAD_PART_MAX, UploadState,
};

use serde::{Deserialize, Serialize, Serializer};

use crate::call::{Channel, Event};

/// An event of a running or stored call, as sockets and the journal carry it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StampedEvent {
    /// Id of the call.
    pub call: String,
    /// Number in the call, from 1, no gaps.
    pub seq: u64,
    /// Clock on the wall, RFC 3339 with offset.
    pub wall: String,
    /// The event itself.
    #[serde(flatten)]
    pub event: Event,
}

/// What the station tells its page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ToPage {
    /// An event of the call; `type` is one of [`EventKind`](crate::call::EventKind)'s.
    Event(StampedEvent),
    /// Something of the moment.
    Moment(Moment),
}

/// Messages that are neither numbered nor stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Moment {
    /// Start (or start again) from nothing.
    Hello(Hello),
    /// Meters, ten times a second.
    Levels {
        /// Audio time of the call; 0 between calls.
        at_ms: u64,
        /// RMS of the last 100 ms; not under −120.
        #[serde(serialize_with = "finite_dbfs")]
        agent_dbfs: f32,
        /// RMS of the last 100 ms; not under −120.
        #[serde(serialize_with = "finite_dbfs")]
        customer_dbfs: f32,
        /// By the VAD.
        agent_speaking: bool,
        /// By the VAD.
        customer_speaking: bool,
        /// Start of the quiet stretch of both channels, absent while one speaks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quiet_since_ms: Option<u64>,
    },
    /// Words of somebody who is still speaking; replaced by the final `transcript` event.
    Partial {
        /// Who.
        channel: Channel,
        /// Start of the speech; the key of the line on the screen.
        from_ms: u64,
        /// Will not change any more.
        committed: String,
        /// May still change; shown, never judged.
        tentative: String,
    },
    /// How far text is behind the speech; 0 when it keeps up.
    Lag {
        /// Behind by, in ms.
        text_ms: u64,
    },
    /// Something about the station itself. One line a `key`; an empty `zh` takes it away.
    Notice {
        /// `audio_lost:agent`, `audio_lost:customer`, `same_source`, `text_lag`, `recording`, `overrun`, `script`,
        /// `floor`, `floor_recordings`, `old_records`.
        key: String,
        /// How grave.
        severity: Severity,
        /// For the agent.
        zh: String,
        /// The same in English.
        en: String,
    },
    /// The link to the floor; only from a station that has one.
    Floor {
        /// How it is.
        link: FloorLink,
        /// Events that the floor has not confirmed; 0 while it keeps up.
        behind_events: u64,
        /// Recordings that wait to be sent.
        recordings: u32,
        /// Clock on the wall when the floor was last heard, RFC 3339; absent while it is linked, and where it never was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        away_since: Option<String>,
    },
    /// A team lead's line for the agent alone. One a `id`; an empty `text` takes it away.
    Note {
        /// Which.
        id: String,
        /// Name of the lead.
        from: String,
        /// The line.
        text: String,
    },
    /// Who listens in to the call; empty: nobody.
    Listening {
        /// Names.
        by: Vec<String>,
    },
    /// A command was refused.
    Refused {
        /// For the agent.
        zh: String,
        /// The same in English.
        en: String,
    },
}

/// Digital silence is −∞ dBFS, which JSON has no number for.
fn finite_dbfs<S: Serializer>(level_dbfs: &f32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f32(level_dbfs.max(-120.0))
}

/// How the link of a station to the floor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FloorLink {
    /// The floor takes what the station sends.
    Linked,
    /// It cannot be reached; what happens is kept and sent later.
    Away,
    /// It does not know this station, or is not what it should be: a person must mend that.
    Denied,
}

/// How grave a [`Moment::Notice`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// The product works less well than it should.
    Warning,
    /// The product does not do its work.
    Alarm,
}

/// The first message on a socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Version of callcue.
    pub version: String,
    /// Agent's number from the configuration.
    pub agent: String,
    /// Name of the script in use.
    pub script: String,
    /// Name of the speech model in use, absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Call that runs, absent between calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// What the agent can declare.
    pub situations: Vec<SituationChoice>,
    /// True for `callcue demo`: there is a “play again”.
    pub demo: bool,
}

/// A situation that the agent can declare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SituationChoice {
    /// Id of the rule.
    pub rule: String,
    /// In a few Chinese words.
    pub title: String,
    /// True if there is no automatic detection, so that it belongs on top of the list.
    pub declared_only: bool,
}

/// What the page asks of the station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ToStation {
    /// Call controls.
    Call {
        /// Which.
        act: CallAct,
    },
    /// A situation that the agent sees.
    Declare {
        /// Id of the rule.
        rule: String,
    },
    /// Put a cue away.
    Cue {
        /// Id of the cue.
        id: String,
        /// True: it should not have come.
        wrong: bool,
    },
    /// The agent has read a lead's line.
    NoteRead {
        /// Id of the [`Moment::Note`].
        id: String,
    },
    /// `callcue demo`: play the sample call again.
    PlayAgain,
}

/// A call control. Also `POST /call/…` for softphones, with the same names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallAct {
    /// The call was answered.
    Start,
    /// The agent hung up.
    EndByAgent,
    /// The customer hung up.
    EndByCustomer,
    /// Nobody knows who hung up.
    EndByUnknown,
    /// Hold on.
    HoldStart,
    /// Hold off.
    HoldEnd,
    /// Microphone off.
    MuteStart,
    /// Microphone on.
    MuteEnd,
    /// To a colleague.
    Transfer,
    /// Record nothing, and keep no words, from here on.
    RecordingPause,
    /// Record again.
    RecordingResume,
}
