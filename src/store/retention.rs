use super::StoreError;
use crate::privacy::CallClass;

/// Which calls are due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueQuery {
    /// Of this class.
    pub class: CallClass,
    /// Answered before.
    pub before_ms: i64,
    /// Now: calls that may still be appealed are not due.
    pub now_ms: i64,
    /// Only those that have a recording.
    pub with_recording: bool,
    /// At most so many, oldest first.
    pub limit: u32,
}

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Calls, with all that belonged to them.
    pub calls: u64,
    /// Recordings, also those that were on their way.
    pub recordings: u64,
}

impl Erased {
    /// Both sums.
    pub const fn plus(self, other: Self) -> Self {
        Self { calls: self.calls + other.calls, recordings: self.recordings + other.recordings }
    }
}

/// Calls that go, because their time is over or because somebody asks for it.
pub trait RetentionStore {
    /// Calls that are due. None that runs, that has an appeal to be decided, or that may still be appealed.
    ///
    /// # Errors
    /// [`StoreError`].
    fn due(&self, query: &DueQuery) -> Result<Vec<String>, StoreError>;

    /// Removes calls and all that belongs to them: events, words and their index, flags, alerts, what people decided, where they were
    /// imported from, recording and its peaks. Files go first, so that a crash leaves rows that say what is still to be done. What is
    /// removed is overwritten in the database file; [`empty_log`](Self::empty_log) takes it out of the file beside it. Ids that are not there
    /// are passed over.
    ///
    /// # Errors
    /// [`StoreError`]; calls before the one that failed are gone.
    fn erase(&self, calls: &[String]) -> Result<Erased, StoreError>;

    /// Removes the recordings of these calls, and nothing else.
    ///
    /// # Errors
    /// [`StoreError`].
    fn erase_recordings(&self, calls: &[String]) -> Result<u64, StoreError>;

    /// Puts everything into the database file and empties the one beside it, which may hold what was removed; false if somebody who reads
    /// keeps it from that: then it is done the next time.
    ///
    /// # Errors
    /// [`StoreError`].
    fn empty_log(&self) -> Result<bool, StoreError>;

    /// Calls whose caller's data, as it came with the call, has these words; newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn calls_of_customer(&self, words: &str, limit: u32) -> Result<Vec<String>, StoreError>;
}
