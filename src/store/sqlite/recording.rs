use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::column::{signed, unsigned};
use super::{SqliteStore, folder, held};
use crate::hex;
use crate::store::{StoreError, StoreFault};
use crate::wire::UploadState;

/// Bytes read at once while a hash is taken.
const HASH_BLOCK: usize = 64 * 1024;

/// A part of a recording, as it came.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) offset: u64,
    pub(super) total_bytes: u64,
    pub(super) sha256: &'a str,
    pub(super) bytes: &'a [u8],
}

/// Recordings that a thread is writing to. A station whose connection broke may come again while its last part is still being
/// written; the second thread waits until the first is done, and nobody else does.
#[derive(Debug, Default)]
pub(super) struct Uploads {
    calls: Mutex<BTreeSet<String>>,
    done: Condvar,
}

/// One thread's hold on a recording.
struct Hold<'a> {
    uploads: &'a Uploads,
    call: &'a str,
}

impl Uploads {
    fn hold<'a>(&'a self, call: &'a str) -> Hold<'a> {
        let mut calls = held(&self.calls);
        while !calls.insert(call.to_owned()) {
            calls = self.done.wait(calls).unwrap_or_else(PoisonError::into_inner);
        }
        Hold { uploads: self, call }
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        held(&self.uploads.calls).remove(self.call);
        self.uploads.done.notify_all();
    }
}

/// What is known of a recording.
struct Recording {
    key: i64,
    /// Below the recordings' folder.
    path: String,
    whole: PathBuf,
    part: PathBuf,
    row: Option<RecordingKept>,
}

/// Its row.
struct RecordingKept {
    bytes: u64,
    total_bytes: u64,
    sha256: String,
    whole: bool,
}

impl SqliteStore {
    pub(super) fn uploaded(&self, call: &str) -> Result<UploadState, StoreError> {
        let recording = self.recording(call)?;
        recording.progress().map_err(|fault| self.error(&format!("look up the recording of {call}"), fault))
    }

    /// The file first, its row after it: a row never promises what is not on the disk.
    pub(super) fn add_part(&self, call: &str, part: Part<'_>) -> Result<UploadState, StoreError> {
        let hold = self.uploads.hold(call);
        let recording = self.recording(call)?;
        let state = recording
            .add(part)
            .map_err(|fault| self.error(&format!("keep a part of {}", recording.whole.display()), fault))?;
        if let Some(state) = state {
            self.write("keep the state of a recording", |connection| {
                recording.keep(connection, part, state)
            })?;
        }
        drop(hold);
        self.uploaded(call)
    }

    fn recording(&self, call: &str) -> Result<Recording, StoreError> {
        self.read("look up a recording", |connection| {
            let sql = "SELECT key, date, path, bytes, total_bytes, sha256, whole
                       FROM calls LEFT JOIN recordings ON recordings.call = calls.key
                       WHERE id = ?1 AND started_ms IS NOT NULL";
            let found = connection.prepare_cached(sql)?.query_row([call], |row| {
                let path: Option<String> = row.get(2)?;
                let kept = match path {
                    Some(_) => Some(RecordingKept {
                        bytes: unsigned(row, 3)?,
                        total_bytes: unsigned(row, 4)?,
                        sha256: row.get(5)?,
                        whole: row.get(6)?,
                    }),
                    None => None,
                };
                let date: String = row.get(1)?;
                Ok((row.get(0)?, path.unwrap_or_else(|| format!("{date}/{call}.flac")), kept))
            });
            let (key, path, row) =
                found.optional()?.ok_or_else(|| StoreFault::Missing(format!("call {call}")))?;
            let whole = self.recordings.join(&path);
            let part = self.recordings.join(format!("{path}.part"));
            Ok(Recording { key, path, whole, part, row })
        })
    }
}

impl Recording {
    /// How much there is: of what is on its way, the file says it, which a crash may have left longer than its row.
    fn progress(&self) -> Result<UploadState, StoreFault> {
        match &self.row {
            Some(row) if row.whole => Ok(UploadState { bytes: row.bytes, complete: true }),
            _ => Ok(UploadState { bytes: folder::length(&self.part)?.unwrap_or(0), complete: false }),
        }
    }

    /// Adds a part to the file. What the row should say then; none if nothing changed.
    fn add(&self, part: Part<'_>) -> Result<Option<UploadState>, StoreFault> {
        let end = part.offset.saturating_add(part.bytes.len() as u64);
        if end > part.total_bytes || part.total_bytes == 0 {
            let text = format!("a part that ends at byte {end} of a recording of {}", part.total_bytes);
            return Err(StoreFault::Conflict(text));
        }
        if let Some(row) = self.row.as_ref().filter(|row| row.whole) {
            return match (row.total_bytes, row.sha256.as_str()) == (part.total_bytes, part.sha256) {
                true => Ok(None),
                false => {
                    Err(StoreFault::Conflict("another recording of that call is kept already".to_owned()))
                }
            };
        }
        if folder::length(&self.whole)? == Some(part.total_bytes) && hash(&self.whole)? == part.sha256 {
            // It got its name before a crash, and no row after it.
            return Ok(Some(UploadState { bytes: part.total_bytes, complete: true }));
        }
        if part.offset == 0 && self.row.as_ref().is_some_and(|row| row.sha256 != part.sha256) {
            // The station made the file anew: the parts of the other are of no use.
            remove(&self.part)?;
        }
        let length = folder::length(&self.part)?.unwrap_or(0);
        if length != part.offset {
            return Ok(None);
        }
        self.write(part)?;
        if end < part.total_bytes {
            return Ok(Some(UploadState { bytes: end, complete: false }));
        }
        if hash(&self.part)? != part.sha256 {
            remove(&self.part)?;
            return Ok(Some(UploadState { bytes: 0, complete: false }));
        }
        fs::rename(&self.part, &self.whole)?;
        self.sync_folder()?;
        Ok(Some(UploadState { bytes: end, complete: true }))
    }

    fn write(&self, part: Part<'_>) -> Result<(), StoreFault> {
        if let Some(folder) = self.part.parent() {
            folder::make_private_folder(folder)?;
        }
        let mut file = folder::open_private_file(&self.part)?;
        let written = file.write_all(part.bytes).and_then(|()| file.sync_all());
        if let Err(error) = written {
            // What did get onto a full disk is taken off again: the state before stays. Should that fail, too, the file is only
            // longer than its row, which is what the next part is told.
            let _ = file.set_len(part.offset);
            return Err(error.into());
        }
        if part.offset == 0 {
            self.sync_folder()?;
        }
        Ok(())
    }

    fn sync_folder(&self) -> io::Result<()> {
        self.whole.parent().map_or(Ok(()), folder::sync_folder)
    }

    fn keep(&self, connection: &Connection, part: Part<'_>, state: UploadState) -> Result<(), StoreFault> {
        let sql = "INSERT INTO recordings (call, path, bytes, total_bytes, sha256, whole) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                   ON CONFLICT (call) DO UPDATE SET bytes = excluded.bytes, total_bytes = excluded.total_bytes,
                       sha256 = excluded.sha256, whole = excluded.whole";
        let [bytes, total] = [signed(state.bytes), signed(part.total_bytes)];
        let row = params![self.key, self.path, bytes, total, part.sha256, state.complete];
        connection.prepare_cached(sql)?.execute(row)?;
        Ok(())
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// SHA-256 of a file, hexadecimal.
fn hash(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut block = vec![0; HASH_BLOCK];
    loop {
        let read = file.read(&mut block)?;
        if read == 0 {
            return Ok(hex::digits(&hasher.finalize()));
        }
        hasher.update(&block[..read]);
    }
}
