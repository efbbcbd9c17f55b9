use std::ops::Range;
use std::path::PathBuf;

use super::StoreError;
use crate::call::FlagKind;
use crate::wire::{Day, StampedEvent, UploadState};

/// What is kept with a call beside its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallHeader {
    /// Number of the station.
    pub station: u32,
    /// The agent's number.
    pub agent: String,
    /// The team at the time of the call.
    pub team: String,
    /// Name of the script.
    pub script: String,
    /// SHA-256 of the script, hexadecimal.
    pub script_sha256: String,
    /// Name of the speech model; empty if not known.
    pub model: String,
    /// Version of callcue that judged it.
    pub engine: String,
}

/// Events of one call as they came from a station.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival {
    /// Id of the call.
    pub call: String,
    /// Whose it is.
    pub header: CallHeader,
    /// In order, without gaps among themselves; some may be known already, the first may lie behind a gap.
    pub events: Vec<StampedEvent>,
    /// The station says that the call's journal ends with this number.
    pub closes: Option<u64>,
    /// When they came.
    pub received_ms: i64,
    /// Whether other systems are told of it ([`NoticeStore`](super::NoticeStore)): not of what is imported.
    pub is_live: bool,
}

/// How a call stands in the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Number of its newest event; 0: the call is not known.
    pub seq: u64,
    /// Nothing more will come.
    pub closed: bool,
}

/// What became of an [`Arrival`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Where the call stands now.
    pub standing: Standing,
    /// Which of the arrival's events are new, as places in its list; empty for doubles, behind a gap, and after the end: a summary, or
    /// the number that the station closed the call with.
    pub fresh: Range<usize>,
    /// The call belongs to another station, or its id cannot name a call (1 to 64 of A-Z a-z 0-9 - _): nothing was taken.
    pub foreign: bool,
}

/// How far a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallState {
    /// It runs, as far as is known.
    Running,
    /// It came to its end in order.
    Ended,
    /// Its journal ends in the middle: the station was stopped.
    CutOff,
}

/// A call in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct CallRow {
    /// Its id.
    pub call: String,
    /// Whose, judged by what.
    pub header: CallHeader,
    /// How far it is.
    pub state: CallState,
    /// Number of the newest event.
    pub last_seq: u64,
    /// When it was answered.
    pub started_ms: i64,
    /// How long it is, ms of audio time, up to the newest event.
    pub length_ms: u64,
    /// Who hung up: `agent`, `customer`, `unknown`; empty while it runs.
    pub ended_by: String,
    /// Times a rule asked for words; 0 before the summary.
    pub due: u32,
    /// Of these, times they were heard.
    pub met: u32,
    /// Flags.
    pub flags: u32,
    /// Worst points of a single flag, 0 or negative.
    pub worst_points: i32,
    /// The recording.
    pub recording: Option<RecordingRow>,
}

/// A flag in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagRow {
    /// Id of the call.
    pub call: String,
    /// Number of the event.
    pub seq: u64,
    /// Moment, ms of audio time.
    pub at_ms: u64,
    /// The rule broken.
    pub rule: String,
    /// In which way.
    pub kind: FlagKind,
    /// Start of the evidence.
    pub from_ms: u64,
    /// End of the evidence.
    pub to_ms: u64,
    /// What was said there.
    pub text: String,
    /// Item of the assessment standard.
    pub item: String,
    /// Points proposed.
    pub points: i32,
    /// The agent's number.
    pub agent: String,
    /// The team.
    pub team: String,
    /// When the call was answered.
    pub started_ms: i64,
}

/// How much of a recording is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordingState {
    /// Part of it.
    Coming,
    /// All of it, hash checked.
    Whole,
}

/// The recording of a call: FLAC, two channels, left agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingRow {
    /// The file.
    pub path: PathBuf,
    /// Bytes there are.
    pub bytes: u64,
    /// Bytes there will be.
    pub total_bytes: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// How much is there.
    pub state: RecordingState,
}

impl RecordingRow {
    /// Where the bytes are now: while parts come, in a file beside.
    pub fn there(&self) -> PathBuf {
        match self.state {
            RecordingState::Whole => self.path.clone(),
            RecordingState::Coming => {
                let mut name = self.path.clone().into_os_string();
                name.push(".part");
                name.into()
            }
        }
    }
}

/// Which calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallQuery {
    /// Of these teams; none: all.
    pub teams: Option<Vec<String>>,
    /// Of this agent.
    pub agent: Option<String>,
    /// With a flag of this rule.
    pub rule: Option<String>,
    /// With a flag.
    pub flagged: bool,
    /// Answered at or after.
    pub from_ms: Option<i64>,
    /// Answered before.
    pub to_ms: Option<i64>,
    /// Older than this call of a page before (its `started_ms` and id).
    pub before: Option<(i64, String)>,
    /// At most so many, newest first.
    pub limit: u32,
}

/// Calls, their events, what is found by them, and their recordings.
pub trait CallStore {
    /// Takes in what came from stations: all of it in one transaction, which is on the disk when this returns.
    /// Each event is kept once, in order; what lies behind a gap is not kept.
    ///
    /// # Errors
    /// [`StoreError`]: nothing of the batch was kept.
    fn append(&self, batch: &[Arrival]) -> Result<Vec<Appended>, StoreError>;

    /// Where a call of that station stands; a call of another station is told as an error.
    ///
    /// # Errors
    /// [`StoreError`], `Conflict` for a call of another station.
    fn standing(&self, station: u32, call: &str) -> Result<Standing, StoreError>;

    /// Calls that run, as far as is known: what the board is rebuilt from.
    ///
    /// # Errors
    /// [`StoreError`].
    fn running(&self) -> Result<Vec<CallRow>, StoreError>;

    /// Calls, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn calls(&self, query: &CallQuery) -> Result<Vec<CallRow>, StoreError>;

    /// One call.
    ///
    /// # Errors
    /// [`StoreError`], `Missing` if there is none.
    fn call(&self, call: &str) -> Result<CallRow, StoreError>;

    /// Events of a call behind number `after`, in order, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`], `Missing` if there is no such call.
    fn events(&self, call: &str, after: u64, limit: u32) -> Result<Vec<StampedEvent>, StoreError>;

    /// Flags of the calls that fit, newest call first; with a rule in the query, of that rule. `limit` counts calls, so that the
    /// flags of a call are never on two pages.
    ///
    /// # Errors
    /// [`StoreError`].
    fn flags(&self, query: &CallQuery) -> Result<Vec<FlagRow>, StoreError>;

    /// A day in figures: calls answered in `from_ms..to_ms`, hours counted from `from_ms`; a flag counts in the hour in which its call
    /// was answered. `date` is left empty.
    ///
    /// # Errors
    /// [`StoreError`].
    fn day(
        &self,
        teams: Option<&[String]>,
        agent: Option<&str>,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<Day, StoreError>;

    /// How far the upload of a recording is.
    ///
    /// # Errors
    /// [`StoreError`], `Missing` for a call that is not known.
    fn upload(&self, call: &str) -> Result<UploadState, StoreError>;

    /// Adds a part to a recording that begins at byte `offset`. The last part completes it if the hash of the whole is `sha256`; if
    /// it is not, the recording starts again from nothing. A part that does not begin where the file ends changes nothing.
    ///
    /// # Errors
    /// [`StoreError`]; the state before stays.
    fn add_recording_part(
        &self,
        call: &str,
        offset: u64,
        total_bytes: u64,
        sha256: &str,
        part: &[u8],
    ) -> Result<UploadState, StoreError>;
}
