use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use crate::call::EventKind;
use crate::wire::StampedEvent;

use super::error::{JournalFault, RecordFault};

/// Longest line that is read; the longest text of an event is 64 KiB.
const LINE_BYTES_MAX: u64 = 1 << 20;

/// Appends the events of one call as JSON Lines, each written whole and handed to the system at once.
///
/// After a write error every further call does nothing and says nothing: the error is told once, and a line that may be
/// torn stays the last.
pub struct Journal<W: Write> {
    /// Absent after a write error.
    writer: Option<W>,
    call: Option<String>,
    next_seq: u64,
    line: Vec<u8>,
}

impl<W: Write> Journal<W> {
    /// An empty journal into `writer`, which should not buffer.
    pub const fn new(writer: W) -> Self {
        Self { writer: Some(writer), call: None, next_seq: 1, line: Vec::new() }
    }

    /// Number that the next event must have.
    pub const fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// Writes one event.
    ///
    /// # Errors
    /// [`RecordFault::Journal`] when the event does not follow the last one: it is left out. Any other ends the
    /// journal, and is told this once.
    pub fn append(&mut self, event: &StampedEvent) -> Result<(), RecordFault> {
        let Some(writer) = &mut self.writer else {
            return Ok(());
        };
        check_follows(event, self.call.as_deref(), self.next_seq)?;
        self.line.clear();
        serde_json::to_writer(&mut self.line, event).map_err(io::Error::from)?;
        self.line.push(b'\n');
        if let Err(error) = writer.write_all(&self.line).and_then(|()| writer.flush()) {
            self.writer = None;
            return Err(error.into());
        }
        self.call.get_or_insert_with(|| event.call.clone());
        self.next_seq += 1;
        Ok(())
    }
}

fn check_follows(event: &StampedEvent, call: Option<&str>, expected: u64) -> Result<(), JournalFault> {
    if let Some(call) = call.filter(|call| *call != event.call) {
        return Err(JournalFault::OtherCall { expected: call.to_owned(), found: event.call.clone() });
    }
    if event.seq != expected {
        return Err(JournalFault::Gap { expected, found: event.seq });
    }
    Ok(())
}

/// A journal as it was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JournalContents {
    /// Whole events, numbered from 1 without gaps.
    pub events: Vec<StampedEvent>,
    /// Bytes of a last line that a crash cut off; they are not among the events.
    pub torn_bytes: u64,
}

impl JournalContents {
    /// Whether the call came to its end in order; otherwise the program or the machine was stopped in the middle of it.
    pub fn is_complete(&self) -> bool {
        self.events.last().is_some_and(|last| matches!(last.event.kind, EventKind::Summary { .. }))
    }
}

/// A journal that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It is not there or the system refuses.
    #[error("{path}: cannot be read ({error}); check the path and the file's permissions", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// A line that is no event, and not the last: no crash does that.
    #[error("{path}: line {line}: {what}; the file was changed after it was written, take it from a backup", path = path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Which line, from 1.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
}

/// Reads the journal of a call, and leaves out a last line that a crash tore.
///
/// # Errors
/// [`JournalError`] when the file cannot be read, or when a line before the last is no event or breaks the numbering.
pub fn read_journal(path: &Path) -> Result<JournalContents, JournalError> {
    let unreadable = |error| JournalError::Unreadable { path: path.to_owned(), error };
    let mut reader = BufReader::new(File::open(path).map_err(unreadable)?);
    let mut contents = JournalContents::default();
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        let read = (&mut reader).take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes).map_err(unreadable)?;
        if read == 0 {
            break;
        }
        // The newline is written last, so a line with one is whole; without, it is whole only if it happens to parse.
        let is_last = reader.fill_buf().map_err(unreadable)?.is_empty();
        let is_cut = is_last && bytes.last() != Some(&b'\n');
        let at_line = |what: String| JournalError::Line { path: path.to_owned(), line, what };
        match serde_json::from_slice::<StampedEvent>(&bytes) {
            Ok(event) => {
                let call = contents.events.first().map(|first| first.call.as_str());
                check_follows(&event, call, line).map_err(|fault| at_line(fault.to_string()))?;
                contents.events.push(event);
            }
            Err(_) if is_cut => contents.torn_bytes = read as u64,
            Err(error) => return Err(at_line(error.to_string())),
        }
    }
    Ok(contents)
}
