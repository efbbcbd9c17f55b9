use rusqlite::{Connection, TransactionBehavior};

use super::search;
use crate::store::StoreFault;

/// Version of `schema.sql`, `review.sql` and `notices.sql`, in the file's `user_version`.
pub(super) const VERSION: u32 = 4;
/// In the file's `application_id`, so that another program's file is not taken for one: "call".
const APPLICATION: i32 = 0x6361_6c6c;

const SCHEMA: &str = include_str!("schema.sql");
/// What version 3 added, as a new file has it.
const REVIEW: &str = include_str!("review.sql");
/// What version 4 added.
const NOTICES: &str = include_str!("notices.sql");

/// A step from one version to the next, inside the transaction of them all.
type Upgrade = fn(&Connection) -> Result<(), StoreFault>;

/// Step `n` leads from version `n + 1` to `n + 2`.
const UPGRADES: [Upgrade; VERSION as usize - 1] = [to_2, to_3, to_4];

/// Makes a new file what it should be, or brings an older one up to date; all in one transaction, so that it is one or the other
/// whatever happens meanwhile.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), StoreFault> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let number = |pragma: &str| -> rusqlite::Result<i64> {
        transaction.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0))
    };
    let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 {
        transaction.execute_batch(SCHEMA)?;
        transaction.execute_batch(REVIEW)?;
        transaction.execute_batch(NOTICES)?;
    } else {
        if number("application_id")? != i64::from(APPLICATION) {
            return Err(StoreFault::Conflict("that is a file of another program".to_owned()));
        }
        let found = u32::try_from(number("user_version")?).unwrap_or(0);
        if found > VERSION {
            return Err(StoreFault::TooNew { found, known: VERSION });
        }
        for upgrade in UPGRADES.iter().skip(found.saturating_sub(1) as usize) {
            upgrade(&transaction)?;
        }
    }
    transaction
        .execute_batch(&format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}"))?;
    transaction.commit()?;
    Ok(())
}

fn to_2(connection: &Connection) -> Result<(), StoreFault> {
    connection.execute_batch(include_str!("upgrade/2.sql"))?;
    search::index_all(connection)
}

fn to_3(connection: &Connection) -> Result<(), StoreFault> {
    connection.execute_batch(REVIEW)?;
    connection.execute_batch(include_str!("upgrade/3.sql"))?;
    Ok(())
}

fn to_4(connection: &Connection) -> Result<(), StoreFault> {
    connection.execute_batch(NOTICES)?;
    Ok(())
}
