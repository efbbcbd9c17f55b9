use std::io;
use std::path::PathBuf;

/// Why a model did not come. Each message says where from, what is wrong, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Neither an address nor a path.
    #[error(
        "{address}: not an address that can be fetched from; give https://…, http://… or the path of a file"
    )]
    Address {
        /// What was given.
        address: String,
    },
    /// The server cannot be reached or does not answer.
    #[error(
        "{address}: cannot be reached ({reason}); without a network, get the file on another machine and give it by \
         `--from FILE`; with a mirror, `--from URL`; a proxy is taken from HTTPS_PROXY"
    )]
    Unreachable {
        /// Where from.
        address: String,
        /// What went wrong.
        reason: String,
    },
    /// The other side cannot prove who it is.
    #[error(
        "{address}: the connection is not trusted ({reason}); if your company's proxy reads along, its certificate \
         belongs among the system's (Debian: ca-certificates)"
    )]
    Untrusted {
        /// Where from.
        address: String,
        /// What went wrong.
        reason: String,
    },
    /// It answered, with something else than the file.
    #[error(
        "{address}: the server answers {status}; check the address, or take another mirror by `--from URL`"
    )]
    Refused {
        /// Where from.
        address: String,
        /// HTTP status.
        status: u16,
    },
    /// It sent us round and round.
    #[error("{address}: sends from one address to the next without end; take another mirror by `--from URL`")]
    Redirects {
        /// Where from.
        address: String,
    },
    /// A file of another length.
    #[error(
        "{address}: offers {offered} bytes where {expected} are due: not this model; take another source by `--from`"
    )]
    WrongLength {
        /// Where from.
        address: String,
        /// What is there, in bytes; "more than" where it does not end.
        offered: String,
        /// Length of the model.
        expected: u64,
    },
    /// The connection ended, or nothing came any more.
    #[error(
        "{address}: broke off after {have} of {expected} bytes ({reason}); the same command goes on from there"
    )]
    BrokenOff {
        /// Where from.
        address: String,
        /// What is kept, in bytes.
        have: u64,
        /// Length of the model.
        expected: u64,
        /// What went wrong.
        reason: String,
    },
    /// Right in length and wrong in content.
    #[error(
        "{address}: not the published file: its SHA-256 is {found}, {expected} is due; nothing of it was kept; take another \
         source by `--from`"
    )]
    WrongChecksum {
        /// Where from.
        address: String,
        /// What came.
        found: String,
        /// What is due.
        expected: String,
    },
    /// The file given by `--from` cannot be read.
    #[error("{}: cannot be read ({source}); check the path", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The disk is too small, known beforehand.
    #[error(
        "{}: {free} bytes are free, {needed} are needed; free some space, or name another data folder (--data)",
        .folder.display()
    )]
    NoRoom {
        /// Where the model should go.
        folder: PathBuf,
        /// What is there, in bytes.
        free: u64,
        /// What is still to come, in bytes.
        needed: u64,
    },
    /// The disk is full now, or refuses.
    #[error("{}: cannot be written ({source}); {}", .path.display(), mend_of(.source))]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another attempt runs.
    #[error("{}: another `callcue model get` is at it; wait for it, or end it", .path.display())]
    Busy {
        /// The part that is locked.
        path: PathBuf,
    },
}

fn mend_of(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space; the same command goes on from there"
        }
        _ => "let your user write there, or name another data folder (--data)",
    }
}
