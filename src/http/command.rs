use serde::Serialize;
use tokio::sync::oneshot;

use crate::call::{Customer, EndedBy, EventKind};
use crate::wire::{CallAct, StampedEvent, ToStation};

/// What a page or a softphone wants of the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Nothing but the state.
    Look,
    /// The call was answered.
    Start {
        /// How long it rang.
        ring_ms: Option<u64>,
        /// What the softphone knows of the caller.
        customer: Option<Customer>,
    },
    /// The call is over.
    End {
        /// Who hung up.
        by: EndedBy,
    },
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
    /// A situation that the agent, or the telephony, sees.
    Declare {
        /// Id of the rule.
        rule: String,
    },
    /// The agent puts a cue away.
    Cue {
        /// Id of the cue.
        id: String,
        /// True: it should not have come.
        wrong: bool,
    },
    /// The agent's telephone rings, or has stopped without an answer.
    Ring {
        /// Whether it does.
        on: bool,
    },
    /// The agent has read a lead's line.
    NoteRead {
        /// Id of the line.
        id: String,
    },
    /// `callcue demo`: play the sample call again.
    PlayAgain,
}

/// A [`Command`] that waits for its [`Answer`]. Dropped without one, it counts as refused by a station that stops.
#[derive(Debug)]
pub struct Order {
    /// What is wanted.
    pub command: Command,
    answer: oneshot::Sender<Answer>,
}

/// The state after the command, or why it was not done.
pub type Answer = Result<CallState, Refusal>;

/// Why a command is not done, for the agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// Where the call stands, as `GET /call` tells: `{"call":"…","on_hold":false,"muted":false}`, without `call` between
/// calls.
///
/// Whoever owns the engine keeps one, feeds it with what the engine says, and asks it before a command is carried out.
///
/// ```
/// use callcue::call::EndedBy;
/// use callcue::http::{CallState, Command};
///
/// let state = CallState::default();
/// assert!(state.check(&Command::Start { ring_ms: None, customer: None }).is_ok());
/// let refusal = state.check(&Command::End { by: EndedBy::Agent }).unwrap_err();
/// assert_eq!(refusal.en, "there is no call");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CallState {
    /// Id of the call that runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// The customer is on hold.
    pub on_hold: bool,
    /// The agent's microphone is muted.
    pub muted: bool,
    /// Nothing is recorded at the moment; left out while it is.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub recording_paused: bool,
}

impl Order {
    /// An order and where its answer comes.
    pub(super) fn new(command: Command) -> (Self, oneshot::Receiver<Answer>) {
        let (answer, answered) = oneshot::channel();
        (Self { command, answer }, answered)
    }

    /// Answers. Whoever asked may be gone by now, which is no fault.
    pub fn answer(self, answer: Answer) {
        let _ = self.answer.send(answer);
    }
}

impl Refusal {
    /// A reason in both languages.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }
}

impl CallState {
    /// Takes in what the engine says: calls that start and end.
    pub fn fold(&mut self, event: &StampedEvent) {
        match event.event.kind {
            EventKind::CallStarted { .. } => {
                *self = Self { call: Some(event.call.clone()), ..Self::default() }
            }
            EventKind::CallEnded { .. } => *self = Self::default(),
            _ => {}
        }
    }

    /// Takes in a command that is carried out. The engine tells of it only when the ear has settled so far, and a
    /// softphone may ask for the next thing before.
    pub const fn carried_out(&mut self, command: &Command) {
        match command {
            Command::HoldStart => self.on_hold = true,
            Command::HoldEnd => self.on_hold = false,
            Command::MuteStart => self.muted = true,
            Command::MuteEnd => self.muted = false,
            Command::RecordingPause => self.recording_paused = true,
            Command::RecordingResume => self.recording_paused = false,
            _ => {}
        }
    }

    /// Whether a command makes sense now. Which rules and cues there are is not known here.
    ///
    /// # Errors
    /// [`Refusal`] says why not.
    pub fn check(&self, command: &Command) -> Result<(), Refusal> {
        let (sense, zh, en) = match command {
            Command::Look | Command::PlayAgain | Command::NoteRead { .. } | Command::Ring { on: false } => {
                return Ok(());
            }
            Command::Ring { on: true } | Command::Start { .. } => {
                (self.call.is_none(), "已有通话在进行", "a call is running already")
            }
            _ if self.call.is_none() => (false, "没有正在进行的通话", "there is no call"),
            Command::HoldStart => (!self.on_hold, "客户已在等待", "the customer is on hold already"),
            Command::HoldEnd => (self.on_hold, "客户没有在等待", "the customer is not on hold"),
            Command::MuteStart => (!self.muted, "话筒已静音", "the microphone is muted already"),
            Command::MuteEnd => (self.muted, "话筒没有静音", "the microphone is not muted"),
            Command::RecordingPause => {
                (!self.recording_paused, "录音已经暂停", "the recording is paused already")
            }
            Command::RecordingResume => {
                (self.recording_paused, "录音没有暂停", "the recording is not paused")
            }
            Command::End { .. } | Command::Transfer | Command::Declare { .. } | Command::Cue { .. } => {
                return Ok(());
            }
        };
        if sense { Ok(()) } else { Err(Refusal::new(zh, en)) }
    }
}

impl From<ToStation> for Command {
    fn from(message: ToStation) -> Self {
        match message {
            ToStation::Call { act } => act.into(),
            ToStation::Declare { rule } => Self::Declare { rule },
            ToStation::Cue { id, wrong } => Self::Cue { id, wrong },
            ToStation::NoteRead { id } => Self::NoteRead { id },
            ToStation::PlayAgain => Self::PlayAgain,
        }
    }
}

impl From<CallAct> for Command {
    fn from(act: CallAct) -> Self {
        match act {
            CallAct::Start => Self::Start { ring_ms: None, customer: None },
            CallAct::EndByAgent => Self::End { by: EndedBy::Agent },
            CallAct::EndByCustomer => Self::End { by: EndedBy::Customer },
            CallAct::EndByUnknown => Self::End { by: EndedBy::Unknown },
            CallAct::HoldStart => Self::HoldStart,
            CallAct::HoldEnd => Self::HoldEnd,
            CallAct::MuteStart => Self::MuteStart,
            CallAct::MuteEnd => Self::MuteEnd,
            CallAct::Transfer => Self::Transfer,
            CallAct::RecordingPause => Self::RecordingPause,
            CallAct::RecordingResume => Self::RecordingResume,
        }
    }
}
