use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Span;
use jiff::civil::Date;

/// Extensions of the files that a record may consist of: recording, journal, and what there is of both on the way to a floor.
pub const RECORD_KINDS: [&str; 6] = ["wav", "jsonl", "flac", "part", "stored", "unmasked"];

/// What [`remove_expired`] did.
#[derive(Debug, Default)]
pub struct Removed {
    /// Recordings and journals removed.
    pub files: u64,
    /// Folders and files that are due but could not be removed.
    pub failed: Vec<(PathBuf, io::Error)>,
}

/// Removes the records of days that lie more than `keep_days` before `today`; 0 keeps everything.
///
/// Only what this program made is touched: files of the [kinds](RECORD_KINDS) of a record, in folders named by a date. A
/// folder goes once it is empty.
///
/// # Errors
/// The system's, when `calls` cannot be listed; a folder that does not exist holds nothing.
pub fn remove_expired(calls: &Path, today: Date, keep_days: u32) -> io::Result<Removed> {
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
        if is_due && let Err(error) = remove_day(&path, &mut removed) {
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

fn remove_day(folder: &Path, removed: &mut Removed) -> io::Result<()> {
    let mut is_empty = true;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if !path.extension().is_some_and(|extension| RECORD_KINDS.iter().any(|kind| extension == *kind)) {
            is_empty = false;
        } else if let Err(error) = fs::remove_file(&path) {
            is_empty = false;
            removed.failed.push((path, error));
        } else {
            removed.files += 1;
        }
    }
    if is_empty { fs::remove_dir(folder) } else { Ok(()) }
}
