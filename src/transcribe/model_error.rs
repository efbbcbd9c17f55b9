use std::io;
use std::path::PathBuf;

use super::{CpuError, SettingsError};

/// How to come by a sound model: the end of most messages here.
const MEND: &str =
    "leave the model out to take the bundled one, or get one with `callcue model get small-q8_0`";

/// Why there is no speech model. Each message names the file, what is wrong with it, and the mend.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// No such file.
    #[error("{}: no such speech model; {MEND}", .path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// There is something, and it cannot be read.
    #[error("{}: cannot read the speech model: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Something else than a model.
    #[error("{}: not a speech model: {found}; {MEND}", .path.display())]
    NotAModel {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        found: String,
    },
    /// It begins like a model and ends too early.
    #[error(
        "{}: the speech model is cut short: it ends at byte {length} inside {part}; the download broke off, {MEND}",
        .path.display()
    )]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Its length in bytes.
        length: u64,
        /// What is not complete.
        part: String,
    },
    /// It begins like a model and says something impossible.
    #[error("{}: the speech model is damaged at byte {at}: {what}; {MEND}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where, in bytes from the start.
        at: u64,
        /// What is impossible.
        what: String,
    },
    /// whisper.cpp does not take it, though it looks right; its reason is in the log.
    #[error("{}: whisper.cpp refuses the speech model ({reason}); `CALLCUE_LOG=whisper_rs=info` shows why; {MEND}", .path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// What whisper-rs says.
        reason: String,
    },
    /// The machine cannot run any model.
    #[error(transparent)]
    Cpu(#[from] CpuError),
    /// The settings cannot work.
    #[error(transparent)]
    Settings(#[from] SettingsError),
}
