use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::source::Opened;
use super::{FetchError, ModelFolder, PublishedModel, Source, sha256_of};
use crate::record::create_private_folder;

/// How a model is there now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// It was before.
    AlreadyThere(PathBuf),
    /// It came.
    New(PathBuf),
}

/// Brings `model` into `folder`, whole and checked, or not at all. What an earlier attempt left is continued. `progress`
/// is told again and again how many bytes are there.
///
/// # Errors
/// [`FetchError`]. After [`FetchError::BrokenOff`], [`FetchError::Unreachable`] and [`FetchError::Unwritable`] what came is
/// kept for the next attempt; what turned out to be another file is removed.
pub fn fetch(
    model: &PublishedModel,
    source: &Source,
    folder: &ModelFolder,
    progress: &mut dyn FnMut(u64),
) -> Result<Fetched, FetchError> {
    let path = folder.model(model);
    if folder.has(model) && checksum_of(&path)? == model.sha256 {
        return Ok(Fetched::AlreadyThere(path));
    }
    create_private_folder(folder.path())
        .map_err(|source| FetchError::Unwritable { path: folder.path().to_owned(), source })?;
    let mut part = Part::open(folder.part(model), model.bytes)?;
    let mut continued = part.have > 0;
    let found = loop {
        if part.have < model.bytes {
            check_room(folder.path(), model.bytes - part.have)?;
        }
        continued &= part.fill(source, progress)?;
        let found = part.checksum()?;
        if found == model.sha256 {
            break None;
        }
        if !continued {
            break Some(found);
        }
        // The beginning was perhaps another file's, or another mirror's.
        continued = false;
        part.restart()?;
    };
    if let Some(found) = found {
        part.restart()?;
        return Err(FetchError::WrongChecksum {
            address: source.name(),
            found,
            expected: model.sha256.clone(),
        });
    }
    part.keep_as(&path)?;
    Ok(Fetched::New(path))
}

fn checksum_of(path: &Path) -> Result<String, FetchError> {
    File::open(path)
        .and_then(sha256_of)
        .map_err(|source| FetchError::Unreadable { path: path.to_owned(), source })
}

#[cfg(unix)]
fn check_room(folder: &Path, needed: u64) -> Result<(), FetchError> {
    // A file system that does not tell is tried.
    let Ok(found) = rustix::fs::statvfs(folder) else { return Ok(()) };
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    if free < needed {
        return Err(FetchError::NoRoom { folder: folder.to_owned(), free, needed });
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_room(_: &Path, _: u64) -> Result<(), FetchError> {
    Ok(())
}

/// The growing file. It is locked while it is open.
struct Part {
    path: PathBuf,
    file: File,
    have: u64,
    expected: u64,
}

impl Part {
    fn open(path: PathBuf, expected: u64) -> Result<Self, FetchError> {
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let file = opened.map_err(|source| FetchError::Unwritable { path: path.clone(), source })?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(FetchError::Busy { path }),
            Err(TryLockError::Error(source)) => return Err(FetchError::Unwritable { path, source }),
        }
        let have = file.metadata().map_or(0, |part| part.len());
        let mut part = Self { path, file, have, expected };
        if part.have > expected {
            part.restart()?;
        }
        Ok(part)
    }

    /// Fetches what is missing. False if it had to begin at the start.
    fn fill(&mut self, source: &Source, progress: &mut dyn FnMut(u64)) -> Result<bool, FetchError> {
        progress(self.have);
        if self.have == self.expected {
            return Ok(true);
        }
        let asked = self.have;
        let Opened { from, length, mut bytes } = source.open(asked, self.expected)?;
        if let Some(offered) = length.filter(|length| *length != self.expected) {
            return Err(self.wrong_length(source, offered.to_string()));
        }
        if from != asked {
            self.restart()?;
        }
        self.file.seek(SeekFrom::Start(from)).map_err(|source| self.unwritable(source))?;
        let mut buffer = vec![0; 1 << 16];
        while self.have < self.expected {
            let count = match bytes.read(&mut buffer) {
                Ok(0) => return Err(self.broken_off(source, "it ended there")),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.broken_off(source, &error.to_string())),
            };
            if count as u64 > self.expected - self.have {
                let error = self.wrong_length(source, format!("more than {}", self.expected));
                self.restart()?;
                return Err(error);
            }
            self.file.write_all(&buffer[..count]).map_err(|source| self.unwritable(source))?;
            self.have += count as u64;
            progress(self.have);
        }
        Ok(from == asked)
    }

    fn checksum(&mut self) -> Result<String, FetchError> {
        self.file
            .seek(SeekFrom::Start(0))
            .and_then(|_| sha256_of(&mut self.file))
            .map_err(|source| FetchError::Unreadable { path: self.path.clone(), source })
    }

    /// Forgets what is there.
    fn restart(&mut self) -> Result<(), FetchError> {
        if self.have > 0 {
            self.file.set_len(0).map_err(|source| self.unwritable(source))?;
            self.have = 0;
        }
        Ok(())
    }

    fn keep_as(&self, path: &Path) -> Result<(), FetchError> {
        let kept = self.file.sync_all().and_then(|()| fs::rename(&self.path, path));
        kept.map_err(|source| self.unwritable(source))
    }

    fn unwritable(&self, source: io::Error) -> FetchError {
        FetchError::Unwritable { path: self.path.clone(), source }
    }

    fn broken_off(&self, source: &Source, reason: &str) -> FetchError {
        let (have, expected) = (self.have, self.expected);
        FetchError::BrokenOff { address: source.name(), have, expected, reason: reason.to_owned() }
    }

    fn wrong_length(&self, source: &Source, offered: String) -> FetchError {
        FetchError::WrongLength { address: source.name(), offered, expected: self.expected }
    }
}

impl Drop for Part {
    /// An attempt that got nothing leaves nothing.
    fn drop(&mut self) {
        if self.have == 0 {
            // What cannot be removed is continued by the next attempt, from its start.
            let _ = fs::remove_file(&self.path);
        }
    }
}
