//! The built-in store: one SQLite file (WAL) and a folder of recordings.
//!
//! ```text
//! <folder>/floor.sqlite3                       schema.sql; -wal and -shm beside it while it is open
//! <folder>/recordings/<date>/<call>.flac       whole
//! <folder>/recordings/<date>/<call>.flac.part  on its way
//! ```
//!
//! SQLite has one writer at a time whatever is done, so there is one connection that writes, behind a lock: the floor appends
//! from one thread, and what else is written (a log-in, an alert, a line of the audit trail) is short. Those who read have
//! connections of their own and, in WAL mode, neither wait for the writer nor make it wait. `synchronous=FULL` puts a transaction
//! on the disk before it is said to be done.

mod alerts;
mod append;
mod backup;
mod calls;
mod column;
mod entries;
mod fault;
mod figures;
mod folder;
mod import;
mod notices;
mod people;
mod query;
mod recording;
mod retention;
mod review;
mod schema;
mod scores;
mod search;
mod terms;
mod verify;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{Store, StoreError, StoreFault};

const FILE: &str = "floor.sqlite3";
const RECORDINGS: &str = "recordings";

/// Readers that are kept open between questions. More at once are opened and closed again.
const READERS_MAX: usize = 4;
/// How long another program (`callcue floor verify`, `enrol`) may hold the file before we give up.
const BUSY_MAX: Duration = Duration::from_secs(10);
/// Statements a connection keeps ready; there are fewer in all.
const STATEMENTS_MAX: usize = 192;
/// Pages in memory, KiB: of the writer, and of each reader. With all readers it is what a floor may have for a few hundred stations;
/// the system keeps the rest of the file in its own memory, if it has some to spare.
const WRITER_CACHE_KIB: i64 = 16 * 1024;
const READER_CACHE_KIB: i64 = 4 * 1024;
/// Pages of 4 KiB in the WAL before they go into the file: many batches change the same pages, and these are then written once.
const CHECKPOINT_PAGES: i64 = 4_000;

/// The store in a folder. Shared by reference among threads.
#[derive(Debug)]
pub struct SqliteStore {
    /// As errors name it.
    file: PathBuf,
    recordings: PathBuf,
    /// Idle connections that read; none in memory, where everybody uses the writer. Dropped before the writer: the last connection
    /// to go puts the WAL into the file, and a reader may not.
    readers: Option<Mutex<Vec<Connection>>>,
    /// The one connection that writes, see the module.
    writer: Mutex<Connection>,
    uploads: recording::Uploads,
}

impl SqliteStore {
    /// Opens the store in `folder`, which is made, for its owner only, if there is none; an older file is brought up to date.
    ///
    /// # Errors
    /// [`StoreError`]: `TooNew` for a file of a newer callcue, `Conflict` for a file of another program, `DiskFull`, `Broken`.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let file = folder.join(FILE);
        let recordings = folder.join(RECORDINGS);
        let open = || -> Result<Self, StoreFault> {
            folder::make_private_folder(&recordings)?;
            // SQLite gives the files beside it the rights of this one.
            drop(folder::open_private_file(&file)?);
            let mut connection = Connection::open_with_flags(&file, OpenFlags::default())?;
            connection.busy_timeout(BUSY_MAX)?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            // What is removed is overwritten, also what the search index drops by itself as it grows.
            connection.pragma_update(None, "secure_delete", true)?;
            connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
            // A long reader lets the WAL grow; it need not stay that long.
            connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
            configure(&connection, WRITER_CACHE_KIB)?;
            schema::prepare(&mut connection)?;
            folder::sync_folder(folder)?;
            let readers = Some(Mutex::new(Vec::new()));
            Ok(Self::new(file.clone(), recordings.clone(), connection, readers))
        };
        open().map_err(|fault| StoreError { what: format!("open {}", file.display()), fault })
    }

    /// Whether there is a store in `folder`; [`open`](Self::open) would make one.
    pub fn is_in(folder: &Path) -> bool {
        folder.join(FILE).is_file()
    }

    /// A store in memory, for tests; its recordings are in `folder`.
    ///
    /// # Errors
    /// [`StoreError`], as [`open`](Self::open).
    pub fn in_memory(folder: &Path) -> Result<Self, StoreError> {
        let recordings = folder.join(RECORDINGS);
        let open = || -> Result<Self, StoreFault> {
            folder::make_private_folder(&recordings)?;
            let mut connection = Connection::open_in_memory()?;
            configure(&connection, WRITER_CACHE_KIB)?;
            schema::prepare(&mut connection)?;
            Ok(Self::new(PathBuf::from("memory"), recordings.clone(), connection, None))
        };
        open().map_err(|fault| StoreError { what: "open a store in memory".to_owned(), fault })
    }

    /// Lets the database file, recordings apart, grow to `bytes` and no further (what it has already, it keeps): what would make it
    /// longer fails with `DiskFull` and changes nothing, as on a full disk.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn limit_bytes(&self, bytes: u64) -> Result<(), StoreError> {
        let writer = held(&self.writer);
        let limit = || -> Result<(), StoreFault> {
            let page_bytes: i64 = writer.pragma_query_value(None, "page_size", |row| row.get(0))?;
            let pages = column::signed(bytes) / page_bytes.max(1);
            // Below the pages that there are, SQLite takes their number instead; it answers with what it took.
            writer.pragma_update_and_check(None, "max_page_count", pages.max(1), |_| Ok(()))?;
            Ok(())
        };
        limit().map_err(|fault| self.error("limit the file", fault))
    }

    /// From now on a transaction is done before it is on the disk: several times as fast, and after a power cut the file may be damaged.
    /// For data that can be made again.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn trust_the_power(&self) -> Result<(), StoreError> {
        let writer = held(&self.writer);
        let trust = writer.pragma_update(None, "synchronous", "OFF");
        trust.map_err(|fault| self.error("trust the power", fault.into()))
    }

    fn new(
        file: PathBuf,
        recordings: PathBuf,
        writer: Connection,
        readers: Option<Mutex<Vec<Connection>>>,
    ) -> Self {
        Self { file, recordings, writer: Mutex::new(writer), readers, uploads: recording::Uploads::default() }
    }

    /// Asks something.
    fn read<T>(
        &self,
        what: &str,
        ask: impl FnOnce(&Connection) -> Result<T, StoreFault>,
    ) -> Result<T, StoreError> {
        let Some(readers) = &self.readers else {
            return ask(&held(&self.writer)).map_err(|fault| self.error(what, fault));
        };
        let idle = held(readers).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.reader().map_err(|fault| self.error(what, fault))?,
        };
        let answer = ask(&connection);
        let mut readers = held(readers);
        if readers.len() < READERS_MAX {
            readers.push(connection);
        }
        answer.map_err(|fault| self.error(what, fault))
    }

    fn reader(&self) -> Result<Connection, StoreFault> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.file, flags)?;
        connection.busy_timeout(BUSY_MAX)?;
        configure(&connection, READER_CACHE_KIB)?;
        Ok(connection)
    }

    /// Changes something, all of it or nothing.
    fn write<T>(
        &self,
        what: &str,
        change: impl FnOnce(&Connection) -> Result<T, StoreFault>,
    ) -> Result<T, StoreError> {
        let mut writer = held(&self.writer);
        let act = || -> Result<T, StoreFault> {
            let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // Left by an error, it is rolled back as it is dropped.
            let done = change(&transaction)?;
            transaction.commit()?;
            Ok(done)
        };
        act().map_err(|fault| self.error(what, fault))
    }

    fn error(&self, what: &str, fault: StoreFault) -> StoreError {
        StoreError { what: format!("{what} ({})", self.file.display()), fault }
    }
}

impl Store for SqliteStore {
    fn verify(&self) -> Result<Vec<String>, StoreError> {
        self.read("verify", |connection| verify::verify(connection, &self.recordings))
    }

    fn backup(&self, folder: &Path) -> Result<(), StoreError> {
        self.read(&format!("make a backup at {}", folder.display()), |connection| {
            backup::backup(connection, &self.recordings, folder)
        })
    }
}

fn configure(connection: &Connection, cache_kib: i64) -> Result<(), StoreFault> {
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -cache_kib)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(())
}

/// A panic elsewhere left its transaction rolled back, so what a lock guards is as good as before.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
