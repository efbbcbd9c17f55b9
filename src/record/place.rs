use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::call::can_name_a_call;

/// A call id that may not name a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{id:?} cannot name a call; use 1 to 64 of the characters A-Z a-z 0-9 - _")]
pub struct BadCallId {
    /// The id.
    pub id: String,
}

/// Where the record of one call lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordPaths {
    /// `<calls>/<date>/<call-id>.wav`
    pub audio: PathBuf,
    /// `<calls>/<date>/<call-id>.jsonl`
    pub journal: PathBuf,
}

impl RecordPaths {
    /// The paths of call `id` of `date` (local date of the answer) below the folder `calls`.
    ///
    /// ```
    /// use callcue::record::RecordPaths;
    /// use std::path::Path;
    ///
    /// let date = jiff::civil::date(2026, 11, 24);
    /// let paths = RecordPaths::new(Path::new("calls"), date, "k3f9")?;
    /// assert_eq!(paths.audio, Path::new("calls/2026-11-24/k3f9.wav"));
    /// assert!(RecordPaths::new(Path::new("calls"), date, "../k3f9").is_err());
    /// # Ok::<(), callcue::record::BadCallId>(())
    /// ```
    ///
    /// # Errors
    /// [`BadCallId`] when the id could lead out of the folder or is no file name everywhere.
    pub fn new(calls: &Path, date: Date, id: &str) -> Result<Self, BadCallId> {
        if !can_name_a_call(id) {
            return Err(BadCallId { id: id.to_owned() });
        }
        let folder = calls.join(date.to_string());
        Ok(Self { audio: folder.join(format!("{id}.wav")), journal: folder.join(format!("{id}.jsonl")) })
    }
}

/// Makes a folder, and those above it that are missing, for its owner only (0700 on Unix). One that exists is left as it is.
///
/// # Errors
/// The system's, when a folder cannot be made.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// Makes a new file for its owner only (0600 on Unix), never an existing one.
///
/// # Errors
/// The system's: `AlreadyExists` when there is one of that name.
pub fn create_private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}
