//! What a call leaves on disk: its audio and its events, good at every moment of the call.
//!
//! ```text
//! <calls>/2026-11-24/<call-id>.wav     two channels, 16-bit, 16 kHz: left the agent, right the customer
//! <calls>/2026-11-24/<call-id>.jsonl   one StampedEvent a line, `seq` from 1 without gaps
//! <calls>/2026-11-24/<call-id>.stored  empty: the floor has all events of the journal (by `uplink`, as the next two)
//! <calls>/2026-11-24/<call-id>.flac    the recording, ready to be sent; it and the WAV go once the floor has it
//! <calls>/2026-11-24/<call-id>.part    a FLAC that is being made
//! <calls>/2026-11-24/<call-id>.unmasked  empty: personal numbers in the recording have not been silenced yet
//! ```
//!
//! A floor keeps the same FLAC, and its shape beside it ([`Peaks`]).
//!
//! - **Time line.** Frame `n` of the WAV is call time `n / 16000` s. Where audio is missing the file holds zeros, so that an
//!   event's `at_ms` finds its place; the holes themselves are events (`audio_lost`, `audio_back`).
//! - **A crash.** The WAV's header is made true every [`FLUSH_MS`] ms and one side may lead the other by [`LEAD_MAX_MS`] ms at
//!   most, so after a `kill -9` the file opens in any player and misses less than 1 s. Files carry their final name from
//!   the start: a `.part` would hide the one recording that everybody will ask for. Whether a call ended in order is told by
//!   its journal, whose last event is then the summary ([`JournalContents::is_complete`]).
//! - **A full or failing disk** is reported once; the call goes on without its record.
//! - **Nobody waits.** [`record_queue`] gives the call a handle that never blocks and a writer for a thread of its own.
//!   When the disk is too slow, audio is dropped and counted (it becomes a hole), events wait.
//! - **Least rights.** Folders 0700, files 0600 on Unix: a recording is personal data.

mod audio;
mod call_record;
mod error;
mod journal;
mod peaks;
mod place;
mod queue;
mod retention;
mod silence;

pub use audio::{CallRecorder, FLUSH_MS, HOLE_MAX_MS, LEAD_MAX_MS};
pub use call_record::CallRecord;
pub use error::{JournalFault, RecordError, RecordFault};
pub use journal::{Journal, JournalContents, JournalError, read_journal};
pub use peaks::{PEAKS_A_SECOND, PeakMeter, Peaks};
pub use place::{BadCallId, RecordPaths, create_private_file, create_private_folder};
pub use queue::{RecordHandle, RecordReport, RecordWriter, record_queue};
pub use retention::{MayGo, RECORD_KINDS, Removed, remove_expired};
pub use silence::{UnmaskedMark, silence};
