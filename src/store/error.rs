use crate::review::Refusal;

/// What a store could not do, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {fault}")]
pub struct StoreError {
    /// What was being done, with the file where there is one.
    pub what: String,
    /// What went wrong.
    #[source]
    pub fault: StoreFault,
}

/// Kinds of trouble, by what can be done about it.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
    /// Nothing was kept; what was kept before is whole. Make room and try again.
    #[error("the disk is full; make room")]
    DiskFull,
    /// There is nothing of that name.
    #[error("there is no {0}")]
    Missing(String),
    /// It contradicts what is kept: a name that is taken, a call of another station.
    #[error("{0}")]
    Conflict(String),
    /// The rules of the review room do not allow it; the refusal says what to do. Nothing was changed.
    #[error("{0}")]
    Refused(Refusal),
    /// The data was written by a newer callcue; install that.
    #[error("the data is of version {found}, this callcue knows up to {known}; install a newer callcue")]
    TooNew {
        /// Version of the data.
        found: u32,
        /// Newest version known.
        known: u32,
    },
    /// The file is damaged, or cannot be read or written: see to the disk, or take a backup.
    #[error("{0}; see to the disk, or take a backup")]
    Broken(String),
}

impl From<Refusal> for StoreFault {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
