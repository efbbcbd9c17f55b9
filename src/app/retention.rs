use std::path::PathBuf;

use jiff::civil::Date;

use crate::record::{MayGo, remove_expired};

/// Removes old records, once on each day that the station sees.
#[derive(Debug)]
pub struct RecordRetention {
    /// Where records are, by day.
    folder: PathBuf,
    /// How many days they are kept; 0 for ever.
    pub(super) days: u32,
    /// Which of them may go.
    may_go: MayGo,
    /// The day on which it was done last.
    done: Option<Date>,
}

impl RecordRetention {
    /// Nothing has been removed yet.
    pub const fn new(folder: PathBuf, days: u32, may_go: MayGo) -> Self {
        Self { folder, days, may_go, done: None }
    }

    /// Removes what is due by `today`; none: that was done today. What cannot be removed is logged, and tried again on the next day. Gives the number of
    /// calls that are due and stay, because the floor has not confirmed them.
    pub fn on(&mut self, today: Date) -> Option<u64> {
        if self.done.replace(today) == Some(today) {
            return None;
        }
        if self.days == 0 {
            return Some(0);
        }
        match remove_expired(&self.folder, today, self.days, self.may_go) {
            Ok(removed) => {
                tracing::info!(?removed, days = self.days, "old records");
                Some(removed.unconfirmed)
            }
            Err(error) => {
                tracing::error!("old records are still there: {error}");
                Some(0)
            }
        }
    }
}
