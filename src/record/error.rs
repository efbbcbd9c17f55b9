use std::io;
use std::path::PathBuf;

/// The record of a call, or a part of it, cannot be written. The call itself goes on.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {fault}", path = path.display())]
pub struct RecordError {
    /// The file or folder.
    pub path: PathBuf,
    /// What is wrong with it.
    #[source]
    pub fault: RecordFault,
}

/// Why a record cannot be written; each says its mend.
#[derive(Debug, thiserror::Error)]
pub enum RecordFault {
    /// A call of that id is there already; nothing is ever overwritten.
    #[error("a record of this call exists already; give every call its own id")]
    Exists,
    /// No place left.
    #[error("the disk is full, nothing more of this call is recorded; free some space")]
    DiskFull,
    /// The system refuses.
    #[error(
        "cannot be written ({0}), nothing more of this call is recorded; check the disk and the folder's permissions"
    )]
    Io(#[source] io::Error),
    /// A WAV ends at 4 GiB, 18 h 38 min of call.
    #[error("the recording has reached 4 GiB, the most a WAV can hold; end the call and start another")]
    TooLong,
    /// Audio for a moment far beyond everything recorded.
    #[error(
        "audio for {to_ms} ms when the recording stands at {at_ms} ms; the block is left out, the device's clock jumped"
    )]
    Jump {
        /// Where the recording stands.
        at_ms: u64,
        /// Moment of the block.
        to_ms: u64,
    },
    /// An event that must not follow the last one.
    #[error(transparent)]
    Journal(#[from] JournalFault),
}

impl From<io::Error> for RecordFault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            io::ErrorKind::AlreadyExists => Self::Exists,
            _ => Self::Io(error),
        }
    }
}

impl From<hound::Error> for RecordFault {
    fn from(error: hound::Error) -> Self {
        match error {
            hound::Error::IoError(error) => error.into(),
            error => Self::Io(io::Error::other(error)),
        }
    }
}

/// An event that cannot stand where it would.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalFault {
    /// Numbering has a gap or goes back.
    #[error("event {found} where {expected} is due; number the events of a call from 1 without gaps")]
    Gap {
        /// Number that is due.
        expected: u64,
        /// Number that came.
        found: u64,
    },
    /// Of another call.
    #[error("an event of call {found:?} among those of {expected:?}; keep one journal a call")]
    OtherCall {
        /// Call of the events before.
        expected: String,
        /// Call of this event.
        found: String,
    },
}
