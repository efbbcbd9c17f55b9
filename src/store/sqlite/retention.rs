use std::fs;
use std::io;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};

use super::{SqliteStore, held, search};
use crate::privacy::CallClass;
use crate::record::Peaks;
use crate::store::{DueQuery, Erased, RetentionStore, StoreError, StoreFault};

impl RetentionStore for SqliteStore {
    fn due(&self, query: &DueQuery) -> Result<Vec<String>, StoreError> {
        self.read("list calls whose time is over", |connection| due(connection, query))
    }

    fn erase(&self, calls: &[String]) -> Result<Erased, StoreError> {
        let mut erased = Erased::default();
        for call in calls {
            let recordings = u64::from(self.erase_files(call)?);
            let gone = self.write("remove a call", |connection| erase(connection, call))?;
            erased = erased.plus(Erased { calls: u64::from(gone), recordings });
        }
        Ok(erased)
    }

    fn erase_recordings(&self, calls: &[String]) -> Result<u64, StoreError> {
        let mut erased = 0;
        for call in calls {
            erased += u64::from(self.erase_files(call)?);
            self.write("remove a recording", |connection| {
                connection.execute(
                    "DELETE FROM recordings WHERE call = (SELECT key FROM calls WHERE id = ?1)",
                    [call],
                )?;
                Ok(())
            })?;
        }
        Ok(erased)
    }

    fn empty_log(&self) -> Result<bool, StoreError> {
        if let Some(readers) = &self.readers {
            // An idle one may keep the file beside from being emptied.
            held(readers).clear();
        }
        let writer = held(&self.writer);
        let busy = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        Ok(busy.map_err(|error| self.error("empty the file beside", error.into()))? == 0)
    }

    fn calls_of_customer(&self, words: &str, limit: u32) -> Result<Vec<String>, StoreError> {
        self.read("look for a customer", |connection| {
            let sql = "SELECT id FROM calls JOIN events ON events.call = calls.key AND seq = 1
                       WHERE instr(json_extract(json, '$.customer'), ?1) > 0 AND started_ms IS NOT NULL
                       ORDER BY started_ms DESC LIMIT ?2";
            let mut statement = connection.prepare_cached(sql)?;
            let found = statement.query_map(params![words, limit], |row| row.get(0))?;
            Ok(found.collect::<Result<_, _>>()?)
        })
    }
}

impl SqliteStore {
    /// Whether there was a recording.
    fn erase_files(&self, call: &str) -> Result<bool, StoreError> {
        let path: Option<String> = self.read("look up a recording", |connection| {
            let sql = "SELECT path FROM recordings JOIN calls ON calls.key = recordings.call WHERE id = ?1";
            Ok(connection.prepare_cached(sql)?.query_row([call], |row| row.get(0)).optional()?)
        })?;
        let Some(path) = path else { return Ok(false) };
        let whole = self.recordings.join(&path);
        for file in [&whole, &self.recordings.join(format!("{path}.part")), &Peaks::path_of(&whole)] {
            remove(file).map_err(|error| self.error(&format!("remove {}", file.display()), error.into()))?;
        }
        if let Some(folder) = whole.parent() {
            // It stays where there are others.
            let _ = fs::remove_dir(folder);
        }
        Ok(true)
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn due(connection: &Connection, query: &DueQuery) -> Result<Vec<String>, StoreFault> {
    let flagged = "(flags > 0 OR EXISTS (SELECT 1 FROM added_flags WHERE added_flags.call = key))";
    let appealed = "EXISTS (SELECT 1 FROM appeals WHERE appeals.call = key AND answer = 'appealed')";
    let class = match query.class {
        CallClass::Unflagged => format!("NOT {flagged} AND NOT {appealed}"),
        CallClass::Flagged => format!("{flagged} AND NOT {appealed}"),
        CallClass::Appealed => appealed.to_owned(),
    };
    let recording = if query.with_recording {
        "AND EXISTS (SELECT 1 FROM recordings WHERE recordings.call = key)"
    } else {
        ""
    };
    let sql = format!(
        "SELECT id FROM calls WHERE started_ms < ?1 AND state <> 0 AND {class} {recording}
             AND NOT EXISTS (SELECT 1 FROM appeals WHERE appeals.call = key AND answer = 'appealed' AND decision IS NULL)
             AND NOT EXISTS (SELECT 1 FROM reviews WHERE reviews.call = key AND appeal_until_ms > ?2)
         ORDER BY started_ms LIMIT ?3"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_map(params![query.before_ms, query.now_ms, query.limit], |row| row.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// What is not said here goes with its call by itself (`ON DELETE CASCADE`). False: there was no such call.
fn erase(connection: &Connection, call: &str) -> Result<bool, StoreFault> {
    let key = connection
        .prepare_cached("SELECT key, team, agent FROM calls WHERE id = ?1")?
        .query_row([call], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        });
    let Some((key, team, agent)) = key.optional()? else { return Ok(false) };
    let mut statement = connection.prepare_cached("SELECT key, text FROM transcripts WHERE call = ?1")?;
    let said = statement.query_map([key], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
    for transcript in said.collect::<Result<Vec<_>, _>>()? {
        search::remove(connection, transcript.0, &transcript.1, &team, &agent)?;
    }
    connection.prepare_cached("DELETE FROM recordings WHERE call = ?1")?.execute([key])?;
    connection.prepare_cached("DELETE FROM alerts WHERE call = ?1")?.execute([call])?;
    connection.prepare_cached("DELETE FROM import_files WHERE call = ?1")?.execute([call])?;
    connection.prepare_cached("DELETE FROM calls WHERE key = ?1")?.execute([key])?;
    Ok(true)
}
