use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter};
use std::path::Path;

use crate::call::{CallTime, Channel};
use crate::wire::StampedEvent;

use super::audio::CallRecorder;
use super::error::{RecordError, RecordFault};
use super::journal::Journal;
use super::place::{RecordPaths, create_private_file, create_private_folder};

/// The files of one call, open for writing.
pub struct CallRecord {
    paths: RecordPaths,
    /// Absent where no audio is kept.
    recorder: Option<CallRecorder<BufWriter<File>>>,
    journal: Journal<File>,
}

impl CallRecord {
    /// Makes both files, and their folder if it is missing.
    ///
    /// # Errors
    /// [`RecordError`] when one of them exists already or cannot be made.
    pub fn create(paths: RecordPaths) -> Result<Self, RecordError> {
        let mut record = Self::create_journal(paths)?;
        let path = &record.paths.audio;
        let audio = create_private_file(path).map_err(|error| at(path, error))?;
        let recorder =
            CallRecorder::new(BufWriter::with_capacity(1 << 16, audio)).map_err(|fault| at(path, fault))?;
        record.recorder = Some(recorder);
        Ok(record)
    }

    /// Makes the journal, and its folder if it is missing; audio is not kept.
    ///
    /// # Errors
    /// [`RecordError`] when it exists already or cannot be made.
    pub fn create_journal(paths: RecordPaths) -> Result<Self, RecordError> {
        if let Some(folder) = paths.audio.parent() {
            create_private_folder(folder).map_err(|error| at(folder, error))?;
        }
        let journal = create_private_file(&paths.journal).map_err(|error| at(&paths.journal, error))?;
        Ok(Self { journal: Journal::new(journal), recorder: None, paths })
    }

    /// Where the files lie.
    pub const fn paths(&self) -> &RecordPaths {
        &self.paths
    }

    /// Samples that came too late for their place and were left out.
    pub fn late_samples(&self) -> u64 {
        self.recorder.as_ref().map_or(0, CallRecorder::late_samples)
    }

    /// Number of the newest event that stands whole in the journal; 0: none.
    pub const fn journaled_seq(&self) -> u64 {
        self.journal.next_seq() - 1
    }

    /// Takes audio of one side; see [`CallRecorder::write`].
    ///
    /// # Errors
    /// [`RecordError`], once: afterwards this does nothing, while events are still written.
    pub fn audio(&mut self, channel: Channel, from: CallTime, samples: &[i16]) -> Result<(), RecordError> {
        let Some(recorder) = &mut self.recorder else { return Ok(()) };
        recorder.write(channel, from, samples).map_err(|fault| at(&self.paths.audio, fault))
    }

    /// Takes an event; see [`Journal::append`].
    ///
    /// # Errors
    /// [`RecordError`], once for a failing disk: afterwards this does nothing, while audio is still written.
    pub fn event(&mut self, event: &StampedEvent) -> Result<(), RecordError> {
        self.journal.append(event).map_err(|fault| at(&self.paths.journal, fault))
    }

    /// Ends the audio at `end` and asks the disk to keep both files through a power cut.
    ///
    /// # Errors
    /// [`RecordError`] when the rest cannot be written; what was on disk before stays readable.
    pub fn finish(&mut self, end: CallTime) -> Result<(), RecordError> {
        if let Some(recorder) = &mut self.recorder {
            recorder.finish(end).map_err(|fault| at(&self.paths.audio, fault))?;
            sync(&self.paths.audio).map_err(|error| at(&self.paths.audio, error))?;
        }
        sync(&self.paths.journal).map_err(|error| at(&self.paths.journal, error))
    }
}

fn sync(path: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).open(path)?.sync_all()
}

fn at(path: &Path, fault: impl Into<RecordFault>) -> RecordError {
    RecordError { path: path.to_owned(), fault: fault.into() }
}
