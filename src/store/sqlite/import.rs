use rusqlite::{Connection, OptionalExtension, Row, params};

use super::SqliteStore;
use super::column::{signed, unsigned};
use crate::store::{FileState, ImportDraft, ImportFile, ImportRow, ImportStore, StoreError, StoreFault};

impl ImportStore for SqliteStore {
    fn new_import(&self, draft: &ImportDraft) -> Result<u64, StoreError> {
        self.write("make an import", |connection| {
            let sql = "INSERT INTO imports (name, made_by, made_ms, plan) VALUES (?1, ?2, ?3, ?4)";
            connection.prepare_cached(sql)?.execute(params![
                draft.name,
                draft.made_by,
                draft.made_ms,
                draft.plan
            ])?;
            Ok(connection.last_insert_rowid().unsigned_abs())
        })
    }

    fn start_import(&self, import: u64, started_ms: i64) -> Result<(), StoreError> {
        self.write("start an import", |connection| {
            find(connection, import)?;
            let sql = "UPDATE imports SET started_ms = coalesce(started_ms, ?2) WHERE import = ?1";
            connection.prepare_cached(sql)?.execute(params![signed(import), started_ms])?;
            Ok(())
        })
    }

    fn imports(&self, limit: u32) -> Result<Vec<ImportRow>, StoreError> {
        self.read("list imports", |connection| {
            let sql = "SELECT import, name, made_by, made_ms, plan, started_ms FROM imports
                       ORDER BY import DESC LIMIT ?1";
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([limit], row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    fn import(&self, import: u64) -> Result<ImportRow, StoreError> {
        self.read("look up an import", |connection| find(connection, import))
    }

    fn import_files(&self, import: u64) -> Result<Vec<ImportFile>, StoreError> {
        self.read("list the files of an import", |connection| {
            let sql = "SELECT file, bytes, sha256, state, reason, call, audio_ms FROM import_files
                       WHERE import = ?1 ORDER BY file";
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([signed(import)], file)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    fn put_import_file(&self, import: u64, file: &ImportFile) -> Result<(), StoreError> {
        self.write("keep the state of a file of an import", |connection| {
            let sql = "INSERT INTO import_files (import, file, bytes, sha256, state, reason, call, audio_ms)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                       ON CONFLICT DO UPDATE SET bytes = excluded.bytes, sha256 = excluded.sha256, state = excluded.state,
                           reason = excluded.reason, call = excluded.call, audio_ms = excluded.audio_ms";
            let [bytes, audio_ms] = [file.bytes, file.audio_ms].map(signed);
            connection.prepare_cached(sql)?.execute(params![
                signed(import),
                file.file,
                bytes,
                file.sha256,
                word(file.state),
                file.reason,
                file.call,
                audio_ms
            ])?;
            Ok(())
        })
    }

    fn imported(&self, sha256: &str) -> Result<Option<(String, String)>, StoreError> {
        self.read("look for a recording that was imported", |connection| {
            let sql = "SELECT call, file FROM import_files WHERE sha256 = ?1 AND sha256 <> '' AND state = 'done' LIMIT 1";
            let found = connection.prepare_cached(sql)?.query_row([sha256], |row| Ok((row.get(0)?, row.get(1)?)));
            Ok(found.optional()?)
        })
    }
}

fn find(connection: &Connection, import: u64) -> Result<ImportRow, StoreFault> {
    let sql = "SELECT import, name, made_by, made_ms, plan, started_ms FROM imports WHERE import = ?1";
    let found = connection.prepare_cached(sql)?.query_row([signed(import)], row).optional()?;
    found.ok_or_else(|| StoreFault::Missing(format!("import {import}")))
}

fn row(row: &Row<'_>) -> rusqlite::Result<ImportRow> {
    Ok(ImportRow {
        import: unsigned(row, 0)?,
        draft: ImportDraft {
            name: row.get(1)?,
            made_by: row.get(2)?,
            made_ms: row.get(3)?,
            plan: row.get(4)?,
        },
        started_ms: row.get(5)?,
    })
}

fn file(row: &Row<'_>) -> rusqlite::Result<ImportFile> {
    Ok(ImportFile {
        file: row.get(0)?,
        bytes: unsigned(row, 1)?,
        sha256: row.get(2)?,
        state: match row.get::<_, String>(3)?.as_str() {
            "done" => FileState::Done,
            "refused" => FileState::Refused,
            _ => FileState::Waiting,
        },
        reason: row.get(4)?,
        call: row.get(5)?,
        audio_ms: unsigned(row, 6)?,
    })
}

/// As the column has it.
const fn word(state: FileState) -> &'static str {
    match state {
        FileState::Waiting => "waiting",
        FileState::Done => "done",
        FileState::Refused => "refused",
    }
}
