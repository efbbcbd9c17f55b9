//! Between a station and the floor.
//!
//! One WebSocket a station, `GET /station/ws`, subprotocol [`UPLINK_PROTOCOL`], with the station's own token as bearer. JSON text
//! frames one way and the other; a binary frame from the station is [`LiveAudio`].
//!
//! 1. The station says [`ToFloor::Hello`], the floor [`FromFloor::Welcome`].
//! 2. The station offers every call whose end the floor has not confirmed; the floor answers each with [`FromFloor::Have`], and
//!    the station sends what lies behind that number, at most [`UNCONFIRMED_MAX`] events ahead of what is confirmed.
//! 3. The floor confirms with [`FromFloor::Stored`] once the events are on its disk, never before. Events that it has
//!    already are dropped, events behind a gap refused by another `Have`: each is stored once, in order, however often
//!    connections break or double.
//! 4. A second connection of the same station ends the first.
//!
//! Recordings go up over HTTP when the call is over: `GET /station/recordings/{call}` answers [`UploadState`]; `PUT
//! /station/recordings/{call}?offset=N&total=T&sha256=HEX` with at most [`UPLOAD_PART_MAX`] bytes of FLAC answers the same.
//! A floor that finds the hash of the whole wrong forgets it and answers 0 bytes; 404: it knows no such call, 507: its disk is full.

use serde::{Deserialize, Serialize};

use super::{Moment, StampedEvent};

/// Name and version of what is spoken on the socket.
pub const UPLINK_PROTOCOL: &str = "callcue.uplink.v1";
/// Events that a station may send ahead of what the floor has confirmed.
pub const UNCONFIRMED_MAX: usize = 512;
/// Most bytes of a recording in one request.
pub const UPLOAD_PART_MAX: usize = 1 << 20;

/// What a station tells the floor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToFloor {
    /// The first message.
    Hello(StationHello),
    /// Calls that the floor may not have whole.
    Offer {
        /// Each once.
        calls: Vec<CallOffer>,
    },
    /// Events of one call, numbered without gaps; a call that the floor does not know begins with number 1.
    Events {
        /// At least one.
        events: Vec<StampedEvent>,
    },
    /// The journal of that call ends with this number: the call is over, or was cut off by a crash.
    Closed {
        /// Which.
        call: String,
        /// Number of its last event.
        last_seq: u64,
    },
    /// Something of the moment, newest wins: `levels` (on a change of who speaks, and ten times a second while
    /// [`FromFloor::Watch`] is on), `partial` (then only), `lag`, `notice`.
    Moment {
        /// Which.
        moment: Moment,
    },
    /// The agent's telephone rings, or has stopped ringing without an answer.
    Ringing {
        /// Whether it does.
        on: bool,
    },
    /// The agent has read a lead's line.
    NoteRead {
        /// Which.
        id: String,
    },
}

/// Who connects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StationHello {
    /// Version of callcue: kept with each call as the version of the engine.
    pub version: String,
    /// The agent's number; the floor's own record of the station wins where it differs.
    pub agent: String,
    /// Name of the script in use.
    pub script: String,
    /// SHA-256 of the script file's text, hexadecimal.
    pub script_sha256: String,
    /// Name of the speech model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

/// A call that a station has a journal of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallOffer {
    /// Its id.
    pub call: String,
    /// Number of its newest event.
    pub last_seq: u64,
}

/// What the floor tells a station.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromFloor {
    /// The answer to the first message.
    Welcome {
        /// Version of callcue on the floor.
        version: String,
        /// Name of the station there.
        station: String,
        /// The agent's number there.
        agent: String,
    },
    /// The floor has the call up to here, on its disk: send what follows. 0: nothing.
    Have {
        /// Which.
        call: String,
        /// Number of the newest event that it has.
        seq: u64,
        /// It knows that the call is over: nothing more is wanted.
        closed: bool,
    },
    /// On the floor's disk up to here.
    Stored {
        /// Which.
        call: String,
        /// Number of the newest event.
        seq: u64,
        /// True once it knows that the call is over.
        closed: bool,
    },
    /// A lead's line for the agent.
    Note {
        /// Unique.
        id: String,
        /// Name of the lead, as the agent knows it.
        from: String,
        /// The line.
        text: String,
    },
    /// Whether somebody has the running call open, and wants levels and running words.
    Watch {
        /// Whether.
        on: bool,
    },
    /// Who listens in. Sound of the running call is sent while anybody does, and at no other time.
    Listen {
        /// Names of those who do; empty: nobody.
        by: Vec<String>,
    },
    /// The floor does not take what was sent; the connection goes on.
    Refused {
        /// For the agent.
        zh: String,
        /// The same in English.
        en: String,
    },
}

/// Sound of a running call for those who listen in: a header of eight bytes, the call time of the first sample in ms, little endian, then both
/// sides interleaved (agent, customer), 16-bit little endian, 16 kHz.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveAudio {
    /// Call time of the first sample, ms.
    pub at_ms: u64,
    /// Interleaved samples of both sides.
    pub samples: Vec<i16>,
}

impl LiveAudio {
    /// As it crosses the socket.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + self.samples.len() * 2);
        bytes.extend_from_slice(&self.at_ms.to_le_bytes());
        self.samples.iter().for_each(|sample| bytes.extend_from_slice(&sample.to_le_bytes()));
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote; none where it is cut or holds half a pair of samples.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (at, samples) = bytes.split_first_chunk::<8>()?;
        if samples.len() % 4 != 0 {
            return None;
        }
        let samples = samples.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
        Some(Self { at_ms: u64::from_le_bytes(*at), samples })
    }
}

/// How far the upload of a recording is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadState {
    /// Bytes that are on the floor's disk: send on from here.
    pub bytes: u64,
    /// The whole is there and its hash is right: the station may delete its own.
    pub complete: bool,
}
