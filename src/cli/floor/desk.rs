//! What a command does with the store of a floor, running or not: it opens it, acts, and writes the audit trail before it ends.

use std::path::Path;
use std::sync::Arc;

use crate::access::{Accounts, Actor, Now, PasswordCost, PasswordHashes, SessionLimits, audit_queue};
use crate::app::SystemClock;
use crate::floor::FloorClock;
use crate::store::Store;
use crate::store::sqlite::SqliteStore;

/// Acts on the accounts of the floor in `folder` as the console does.
pub(super) fn with_accounts<T>(
    folder: &Path,
    act: impl FnOnce(&Accounts, &Actor, Now) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder)?);
    let (audit, writer) = audit_queue();
    let hashes = PasswordHashes::new(PasswordCost::default())?;
    let accounts = Accounts::new(Arc::clone(&store), audit, hashes, SessionLimits::default());
    let done = act(&accounts, &Actor::console(), SystemClock::start().now());
    drop(accounts);
    writer.run(|entries| store.audit(entries));
    done
}
