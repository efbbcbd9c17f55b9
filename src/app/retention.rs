use std::path::Path;

use super::clock::today;
use crate::record::remove_expired;

/// Removes records that are older than `days`; 0 keeps everything. What cannot be removed is told, and tried again at the
/// next start.
pub(super) fn keep_records_for(days: u32, folder: &Path) {
    if days == 0 {
        return;
    }
    match remove_expired(folder, today(), days) {
        Ok(removed) => tracing::info!(?removed, days, "old records"),
        Err(error) => tracing::error!("old records are still there: {error}"),
    }
}
