use super::StoreError;
use crate::wire::{AlertCard, StampedEvent};

/// Another system of the company, and what it is told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookRow {
    /// By what it is known, the same at every start. Not its address, which may hold a secret of the other side.
    pub hook: String,
    /// Whether it is told of flags.
    pub flags: bool,
    /// Of alerts.
    pub alerts: bool,
    /// Of calls that end.
    pub ended_calls: bool,
}

/// Something that a hook has still to be told of.
#[derive(Clone, Debug, PartialEq)]
pub struct NoticeRow {
    /// Rises in the order in which things happened.
    pub number: u64,
    /// When the store took it in.
    pub raised_ms: i64,
    /// What it is.
    pub what: Noticed,
}

/// What a [`NoticeRow`] is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Noticed {
    /// A flag, or the end of a call.
    Event {
        /// Number of the station.
        station: u32,
        /// The agent's number.
        agent: String,
        /// The team at the time of the call.
        team: String,
        /// The event.
        event: StampedEvent,
    },
    /// An alert that was raised or went on to the next lead.
    Alert {
        /// As it stands by now.
        card: AlertCard,
        /// How often it had been passed on; 0: it was new.
        passed_on: u32,
    },
}

/// What other systems have still to be told of. It is noted in the transaction that keeps the event or the alert, so neither a crash
/// nor a restart loses any; what is removed from the store meanwhile is removed here, too.
pub trait NoticeStore {
    /// From now on these are told, of what comes after this; of all others what was noted goes.
    ///
    /// # Errors
    /// [`StoreError`].
    fn keep_hooks(&self, hooks: &[HookRow]) -> Result<(), StoreError>;

    /// What a hook has still to be told of, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn notices(&self, hook: &str, limit: u32) -> Result<Vec<NoticeRow>, StoreError>;

    /// How many there are.
    ///
    /// # Errors
    /// [`StoreError`].
    fn notices_waiting(&self, hook: &str) -> Result<u64, StoreError>;

    /// They have been told, or given up.
    ///
    /// # Errors
    /// [`StoreError`].
    fn settle_notices(&self, numbers: &[u64]) -> Result<(), StoreError>;
}
