use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::Token;

/// `station.json`, by which a softphone on this machine finds the running station:
/// `{"url":"http://127.0.0.1:7227","token":"…"}`.
///
/// Only the agent's account can read it (mode 0600; on Windows the folder's own protection has to do). It is there as
/// long as this value: dropping it removes the file, so that no softphone finds an old token.
#[derive(Debug)]
pub struct StationFile {
    path: PathBuf,
}

/// The file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{}: cannot tell softphones where the station is: {source}; make the folder writable, or name another data folder", path.display())]
pub struct StationFileError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

impl StationFile {
    /// Writes it, whole or not at all.
    ///
    /// # Errors
    /// [`StationFileError`] names the file and what to mend.
    pub fn write(path: &Path, address: SocketAddr, token: &Token) -> Result<Self, StationFileError> {
        let text = json!({"url": format!("http://{address}"), "token": token.reveal()}).to_string();
        write_private(path, &text).map_err(|source| StationFileError { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned() })
    }
}

impl Drop for StationFile {
    fn drop(&mut self) {
        if let Err(why) = fs::remove_file(&self.path) {
            tracing::warn!(path = %self.path.display(), %why, "the station's file stays behind");
        }
    }
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let unfinished = path.with_extension("json.unfinished");
    // What a killed station left; made anew, it cannot be a link to somewhere else.
    match fs::remove_file(&unfinished) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
        _ => {}
    }
    create_private(&unfinished)?.write_all(text.as_bytes())?;
    fs::rename(unfinished, path)
}

fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
