//! What the parts of the floor say to each other. Every queue that carries these is bounded; who sends says what happens
//! when it is full.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use axum::body::Bytes;
use axum::extract::ws::Utf8Bytes;
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::board::Audience;
use crate::http::Refusal;
use crate::store::{AlertRecord, Arrival, StationRow, UserRow};
use crate::wire::{AlertCard, FromFloor, Moment, StampedEvent};

/// What the hall is told.
pub(super) enum ToHall {
    /// A station is connected; dropping `end` ends the connection.
    StationCame {
        row: Box<StationRow>,
        connection: u64,
        outbox: mpsc::Sender<ToStation>,
        end: oneshot::Sender<()>,
    },
    StationLeft {
        station: u32,
        connection: u64,
    },
    /// Something of the moment of a station.
    Moment {
        station: u32,
        connection: u64,
        moment: Moment,
    },
    Ringing {
        station: u32,
        connection: u64,
        on: bool,
    },
    /// What the station has of its calls and what the floor has.
    Offered {
        station: u32,
        calls: Vec<(String, u64, u64)>,
    },
    NoteRead {
        station: u32,
        id: String,
    },
    /// Sound of the running call, as it crosses the socket.
    Sound {
        station: u32,
        connection: u64,
        frame: Bytes,
    },
    /// New events of a call, from the writer.
    Events {
        station: u32,
        call: String,
        events: Vec<StampedEvent>,
        closed: bool,
        /// When they came, by the clock that never goes back.
        came_ms: i64,
    },
    /// Stations that are enrolled now.
    Enrolled(Vec<StationRow>),
    /// The store takes nothing, or takes again.
    StoreDown(bool),
    LeadCame {
        lead: u64,
        user: Arc<UserRow>,
        audience: Audience,
        outbox: mpsc::Sender<ForLead>,
        is_behind: Arc<AtomicBool>,
    },
    LeadLeft {
        lead: u64,
    },
    /// The whole floor now, and what follows.
    Look {
        audience: Audience,
        answer: oneshot::Sender<(Utf8Bytes, broadcast::Receiver<Utf8Bytes>)>,
    },
    /// Events and moments of this call go to the lead from now on.
    Open {
        lead: u64,
        station: u32,
        call: String,
    },
    Close {
        lead: u64,
    },
    Request {
        lead: u64,
        request: Request,
        answer: oneshot::Sender<Result<Done, Refusal>>,
    },
    /// Alerts that are open, for who asks over HTTP.
    Alerts {
        audience: Audience,
        answer: oneshot::Sender<Utf8Bytes>,
    },
    Stop {
        done: oneshot::Sender<()>,
    },
}

/// What a lead asks of the hall. Rights are checked there, where the team of a station is known.
pub(super) enum Request {
    Note { station: u32, text: String },
    Listen { station: u32 },
    ListenNoMore { station: u32 },
    Acknowledge { alert: u64 },
    Assign { alert: u64, to: Box<UserRow> },
}

/// What came of a [`Request`].
pub(super) enum Done {
    /// The line is on its way; shown to its writer.
    Noted {
        frame: Utf8Bytes,
        agent: String,
    },
    /// Sound comes by this.
    Listening {
        sound: broadcast::Receiver<Bytes>,
        call: String,
        agent: String,
    },
    Silent,
    Settled(Box<AlertCard>),
}

/// What goes to a lead beside the floor itself.
pub(super) enum ForLead {
    /// An event of the open call.
    Event { seq: u64, call: Arc<str>, frame: Utf8Bytes },
    /// Anything else.
    Frame(Utf8Bytes),
}

/// What goes to a station.
pub(super) enum ToStation {
    /// A message.
    Say(FromFloor),
    /// One of its arrivals has been dealt with; what it is told of it.
    Answer(Option<FromFloor>),
}

/// Who waits for an arrival to be stored.
pub(super) struct Sender {
    pub(super) answer: mpsc::Sender<ToStation>,
    /// When it came, by the clock that never goes back.
    pub(super) came_ms: i64,
}

/// What the writer does.
pub(super) enum Job {
    /// Events of a station.
    Arrival(Box<Arrival>, Sender),
    Alerts(Vec<AlertRecord>),
    /// All that came before is written; then the thread ends.
    Stop,
}
