use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Secret;

/// Most bytes of such a file.
const BYTES_MAX: u64 = 4_096;

/// A file with a secret that cannot be used; says its mend.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
    /// It cannot be read.
    #[error("{}: the secret cannot be read ({source}); check the path, and that this account may read it", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Every account of the machine can read it.
    #[error("{}: every account of this machine can read the secret; chmod 600 it", path.display())]
    Open {
        /// The file.
        path: PathBuf,
    },
    /// It is too short, too long, or no text.
    #[error("{}: this is no secret of {at_least} to 4096 characters on one line; make one with `openssl rand -hex 32`", path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// Fewest characters.
        at_least: usize,
    },
}

/// Reads a secret of at least so many characters from a file of one line.
///
/// # Errors
/// [`SecretFileError`] names the file and the mend; the secret itself is in no message.
pub fn read_secret_file(path: &Path, at_least: usize) -> Result<Secret, SecretFileError> {
    let unreadable = |source| SecretFileError::Unreadable { path: path.to_owned(), source };
    let facts = fs::metadata(path).map_err(unreadable)?;
    if is_open_to_all(&facts) {
        return Err(SecretFileError::Open { path: path.to_owned() });
    }
    let unfit = || SecretFileError::Unfit { path: path.to_owned(), at_least };
    if facts.len() > BYTES_MAX {
        return Err(unfit());
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    let text = String::from_utf8(bytes).map_err(|_| unfit())?;
    let secret = text.trim_end_matches(['\n', '\r']);
    if secret.chars().count() < at_least || secret.chars().any(char::is_control) {
        return Err(unfit());
    }
    Ok(Secret::known(secret.to_owned()))
}

#[cfg(unix)]
fn is_open_to_all(facts: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    facts.permissions().mode() & 0o004 != 0
}

#[cfg(not(unix))]
fn is_open_to_all(_: &fs::Metadata) -> bool {
    false
}
