use std::path::PathBuf;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};

use super::clock::today;
use super::engine::Screen;
use super::notices;
use super::silencing::silence_record;
use crate::record::{CallRecord, RecordHandle, RecordPaths, RecordWriter, UnmaskedMark, record_queue};
use crate::uplink::UplinkHandle;

/// Faults of a record on their way to the screen; each kind comes once a call.
const RECORD_FAULTS: usize = 4;

/// What is kept of calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Records {
    /// Folder.
    pub folder: PathBuf,
    /// Whether the audio is kept beside the events.
    pub audio: bool,
    /// Whether personal numbers are masked, and silenced in the audio once the call is over.
    pub masks: bool,
}

/// The record of a call, and the thread that writes it.
pub(super) struct Record {
    pub(super) handle: RecordHandle,
    pub(super) writer: JoinHandle<()>,
    /// Told once each, for the screen.
    pub(super) faults: Receiver<String>,
}

/// Starts the record of a call on its own thread; a record that cannot be made is told and stops nothing.
pub(super) fn open_record(
    records: &Records,
    id: &str,
    uplink: Option<UplinkHandle>,
    screen: &mut impl Screen,
) -> Option<Record> {
    let paths = RecordPaths::new(&records.folder, today(), id).ok()?;
    let mark = (records.audio && records.masks).then(|| UnmaskedMark::of(&paths.audio));
    let created = if records.audio { CallRecord::create(paths) } else { CallRecord::create_journal(paths) };
    let record = match created {
        Ok(record) => record,
        Err(error) => {
            tracing::error!("the call is not recorded: {error}");
            screen.moment(notices::not_recorded(&error.to_string()));
            return None;
        }
    };
    if let Some(Err(error)) = mark.as_ref().map(UnmaskedMark::set) {
        // Then nobody would know that it must not leave this machine before it is silenced.
        tracing::error!(%error, "the call is not recorded: its recording cannot be marked");
        screen.moment(notices::not_recorded(&error.to_string()));
        return None;
    }
    screen.moment(notices::recorded());
    let (handle, writer) = record_queue();
    let (tell_fault, faults) = sync_channel(RECORD_FAULTS);
    let id = id.to_owned();
    let spawned = thread::Builder::new().name("record".to_owned()).spawn(move || {
        write_record(writer, record, &id, uplink, mark.is_some(), |fault| {
            // Full: the agent has been told of worse already.
            let _ = tell_fault.try_send(fault);
        });
    });
    spawned.ok().map(|writer| Record { handle, writer, faults })
}

/// Writes a call's record to its end, and tells the uplink each time the journal has grown.
fn write_record(
    writer: RecordWriter,
    record: CallRecord,
    id: &str,
    uplink: Option<UplinkHandle>,
    is_marked: bool,
    tell_fault: impl Fn(String),
) {
    let audio = record.paths().audio.clone();
    let journal = record.paths().journal.clone();
    let writer = match uplink.clone() {
        Some(uplink) => {
            let (id, journal) = (id.to_owned(), journal.clone());
            writer.telling(move |seq| uplink.journaled(&id, &journal, seq, false))
        }
        None => writer,
    };
    writer.run(record, |error| {
        tracing::error!("recording: {error}");
        tell_fault(error.to_string());
    });
    if is_marked && let Err(error) = silence_record(&audio) {
        tracing::error!(%error, "personal numbers in a recording cannot be silenced; it is kept here");
        tell_fault(error.to_string());
    }
    if let Some(uplink) = uplink {
        uplink.journaled(id, &journal, 0, true);
    }
}
