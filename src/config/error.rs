use std::io;
use std::path::PathBuf;

use super::value::BadValue;

/// Settings that cannot be used, on one line; each says its mend.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file that was asked for cannot be read.
    #[error("{path}: the configuration named by {named_by} cannot be read ({error}); check the path", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Who asked for it: a flag, a variable, or the usual place.
        named_by: &'static str,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// A mistake in the file.
    #[error("{path}:{line}:{column}: {what}", path = path.display())]
    Mistake {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// In characters, from 1.
        column: usize,
        /// What is wrong, and what would be right.
        what: String,
    },
    /// A mistake in a flag or a variable.
    #[error("{name}: {mistake}")]
    Value {
        /// The flag or variable.
        name: &'static str,
        /// What is wrong, and what would be right.
        #[source]
        mistake: BadValue,
    },
    /// Nothing says where calls may be kept.
    #[error(
        "no data folder: neither HOME nor XDG_DATA_HOME is set; \
         give --data, CALLCUE_DATA or `data` in the configuration"
    )]
    NoDataFolder,
}
