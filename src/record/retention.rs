use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Span;
use jiff::civil::Date;

/// Extensions of the files that a record may consist of: recording, journal, and what there is of both on the way to a floor.
pub const RECORD_KINDS: [&str; 6] = ["wav", "jsonl", "flac", "part", "stored", "unmasked"];

/// Bytes of a recording without any sound: its header.
const EMPTY_BYTES: u64 = 44;

/// Which records may go once they are old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MayGo {
    /// All.
    Old,
    /// Those that a floor has confirmed, events and recording: this station may be the only place where the others are.
    OldAndConfirmed,
}

/// What [`remove_expired`] did.
#[derive(Debug, Default)]
pub struct Removed {
    /// Recordings and journals removed.
    pub files: u64,
    /// Calls that are due and stay, because the floor has not confirmed them.
    pub unconfirmed: u64,
    /// Folders and files that are due but could not be removed.
    pub failed: Vec<(PathBuf, io::Error)>,
}

/// Removes the records of days that lie more than `keep_days` before `today`, as far as they may go; 0 keeps everything.
///
/// Only what this program made is touched: files of the [kinds](RECORD_KINDS) of a record, in folders named by a date. A
/// folder goes once it is empty.
///
/// # Errors
/// The system's, when `calls` cannot be listed; a folder that does not exist holds nothing.
pub fn remove_expired(calls: &Path, today: Date, keep_days: u32, may_go: MayGo) -> io::Result<Removed> {
    let mut removed = Removed::default();
    let Some(first_kept) = first_kept(today, keep_days) else {
        return Ok(removed);
    };
    let folders = match fs::read_dir(calls) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(removed),
        folders => folders?,
    };
    for folder in folders {
        let path = folder?.path();
        let date = path.file_name().and_then(|name| name.to_str()?.parse::<Date>().ok());
        let is_due = date.is_some_and(|date| date < first_kept) && path.is_dir();
        if is_due && let Err(error) = remove_day(&path, may_go, &mut removed) {
            removed.failed.push((path, error));
        }
    }
    Ok(removed)
}

/// Absent when everything is kept.
fn first_kept(today: Date, keep_days: u32) -> Option<Date> {
    let days = i64::from(keep_days);
    let span = Span::new().try_days(days).ok().filter(|_| keep_days > 0)?;
    today.checked_sub(span).ok()
}

fn remove_day(folder: &Path, may_go: MayGo, removed: &mut Removed) -> io::Result<()> {
    let mut is_empty = true;
    let mut records: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| RECORD_KINDS.iter().any(|kind| extension == *kind)) {
            records.entry(path.with_extension("")).or_default().push(path);
        } else {
            is_empty = false;
        }
    }
    for (record, files) in records {
        if may_go == MayGo::OldAndConfirmed && !is_confirmed(&record)? {
            is_empty = false;
            removed.unconfirmed += 1;
            continue;
        }
        for path in files {
            if let Err(error) = fs::remove_file(&path) {
                is_empty = false;
                removed.failed.push((path, error));
            } else {
                removed.files += 1;
            }
        }
    }
    if is_empty { fs::remove_dir(folder) } else { Ok(()) }
}

/// The uplink marks a journal of which the floor has every event, and removes a recording that it has.
fn is_confirmed(record: &Path) -> io::Result<bool> {
    let has_sound = |kind: &str| -> io::Result<bool> {
        match fs::metadata(record.with_extension(kind)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            found => Ok(found?.len() > EMPTY_BYTES),
        }
    };
    let marker = fs::exists(record.with_extension("stored"))?;
    Ok(marker && !has_sound("wav")? && !has_sound("flac")?)
}
