use std::path::Path;

use super::clock::today;
use crate::record::{MayGo, remove_expired};

/// Removes records that are older than `days` and may go; 0 keeps everything. What cannot be removed is told, and tried again
/// at the next start. Gives the number of calls that are due and stay, because the floor has not confirmed them.
pub(super) fn keep_records_for(days: u32, folder: &Path, may_go: MayGo) -> u64 {
    if days == 0 {
        return 0;
    }
    match remove_expired(folder, today(), days, may_go) {
        Ok(removed) => {
            tracing::info!(?removed, days, "old records");
            removed.unconfirmed
        }
        Err(error) => {
            tracing::error!("old records are still there: {error}");
            0
        }
    }
}
