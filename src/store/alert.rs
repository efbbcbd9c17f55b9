use super::StoreError;
use crate::wire::AlertCard;

/// An alert as it is kept: the card, and the history of who did what with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertRecord {
    /// The card as it stands.
    pub card: AlertCard,
    /// When it was settled; none while it is open.
    pub settled_ms: Option<i64>,
}

/// Alerts.
pub trait AlertStore {
    /// Keeps alerts as they stand now, new ones and changed ones; the number is the key.
    ///
    /// # Errors
    /// [`StoreError`].
    fn put_alerts(&self, alerts: &[AlertRecord]) -> Result<(), StoreError>;

    /// Alerts that are not settled, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn open_alerts(&self) -> Result<Vec<AlertRecord>, StoreError>;

    /// Highest number ever given; 0: none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn last_alert(&self) -> Result<u64, StoreError>;
}
