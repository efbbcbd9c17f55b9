use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::ledger::{JournalUnreadable, Journals};
use crate::record::{JournalError, UnmaskedMark, create_private_file, read_journal};
use crate::wire::StampedEvent;

/// Text of events read at once, and one line more: well within a frame of 256 KiB.
const READ_MAX: usize = 96 * 1024;
const LINE_MAX: u64 = 1 << 20;

/// The files of one call on their way to the floor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CallFiles {
    pub(super) journal: PathBuf,
}

impl CallFiles {
    pub(super) fn new(journal: &Path) -> Self {
        Self { journal: journal.to_owned() }
    }

    pub(super) fn call(&self) -> String {
        self.journal.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
    }

    pub(super) fn wav(&self) -> PathBuf {
        self.journal.with_extension("wav")
    }

    pub(super) fn flac(&self) -> PathBuf {
        self.journal.with_extension("flac")
    }

    pub(super) fn part(&self) -> PathBuf {
        self.journal.with_extension("part")
    }

    fn marker(&self) -> PathBuf {
        self.journal.with_extension("stored")
    }

    pub(super) fn is_stored(&self) -> bool {
        self.marker().exists()
    }

    /// Its personal numbers have not been silenced yet.
    pub(super) fn is_unmasked(&self) -> bool {
        UnmaskedMark::of(&self.wav()).is_set()
    }

    pub(super) fn has_recording(&self) -> bool {
        self.wav().exists() || self.flac().exists()
    }

    /// Notes that the floor has all events.
    pub(super) fn mark_stored(&self) -> io::Result<()> {
        match create_private_file(&self.marker()) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        }
    }

    /// The floor has the recording: ours go.
    pub(super) fn remove_recording(&self) -> io::Result<()> {
        for path in [self.wav(), self.flac()] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Number of the last whole event of a journal that nobody writes any more. What a crash tore off is cut off, so
    /// that the file says what the floor is told.
    pub(super) fn recover(&self) -> Result<u64, JournalError> {
        let contents = read_journal(&self.journal)?;
        let unreadable = |error| JournalError::Unreadable { path: self.journal.clone(), error };
        mend_end(&self.journal, contents.torn_bytes).map_err(unreadable)?;
        Ok(contents.events.len() as u64)
    }
}

/// Cuts `torn_bytes` off, or ends a last line that is whole but for its newline.
fn mend_end(path: &Path, torn_bytes: u64) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let length = file.metadata()?.len();
    if torn_bytes > 0 {
        return file.set_len(length.saturating_sub(torn_bytes));
    }
    if length > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    Ok(())
}

/// Journals below the folder of calls, oldest first; a folder that is not there has none.
pub(super) fn find_calls(calls: &Path) -> io::Result<Vec<CallFiles>> {
    let mut found = Vec::new();
    let days = match fs::read_dir(calls) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
        days => days?,
    };
    for day in days {
        let day = day?.path();
        let is_day = day.file_name().is_some_and(|name| name.to_string_lossy().parse::<Date>().is_ok());
        if !is_day || !day.is_dir() {
            continue;
        }
        for file in fs::read_dir(day)? {
            let path = file?.path();
            if path.extension().is_some_and(|extension| extension == "jsonl") {
                found.push(CallFiles::new(&path));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Journals on disk, read on from where the last reading ended.
#[derive(Debug, Default)]
pub(super) struct FileJournals {
    open: BTreeMap<String, OpenJournal>,
}

#[derive(Debug)]
struct OpenJournal {
    path: PathBuf,
    /// Number of the last event read, and the byte after it.
    seq: u64,
    offset: u64,
}

impl FileJournals {
    /// Where the journal of a call lies.
    pub(super) fn add(&mut self, call: &str, path: &Path) {
        let journal = OpenJournal { path: path.to_owned(), seq: 0, offset: 0 };
        self.open.entry(call.to_owned()).or_insert(journal);
    }

    /// The files of a call that is settled; it is forgotten.
    pub(super) fn remove(&mut self, call: &str) -> Option<CallFiles> {
        self.open.remove(call).map(|journal| CallFiles::new(&journal.path))
    }
}

impl Journals for FileJournals {
    fn read(&mut self, call: &str, after: u64, max: usize) -> Result<Vec<StampedEvent>, JournalUnreadable> {
        let journal =
            self.open.get_mut(call).ok_or_else(|| JournalUnreadable("no such journal".to_owned()))?;
        let path = journal.path.clone();
        journal.read(after, max).map_err(|why| JournalUnreadable(format!("{}: {why}", path.display())))
    }
}

impl OpenJournal {
    fn read(&mut self, after: u64, max: usize) -> io::Result<Vec<StampedEvent>> {
        if after < self.seq {
            (self.seq, self.offset) = (0, 0);
        }
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.offset))?;
        let mut reader = BufReader::new(file);
        let (mut events, mut line, mut size) = (Vec::new(), Vec::new(), 0);
        while events.len() < max && size < READ_MAX {
            line.clear();
            let read = (&mut reader).take(LINE_MAX).read_until(b'\n', &mut line)?;
            if line.last() != Some(&b'\n') {
                // The end, or a line that is being written.
                break;
            }
            if self.seq >= after {
                events.push(serde_json::from_slice(&line).map_err(io::Error::from)?);
                size += read;
            }
            self.seq += 1;
            self.offset += read as u64;
        }
        Ok(events)
    }
}
