use rusqlite::{Connection, params};

use super::column::{signed, unsigned, variant};
use super::{SqliteStore, terms};
use crate::store::{SearchStore, StoreError, StoreFault, TextHit, TextQuery};

impl SearchStore for SqliteStore {
    fn search(&self, query: &TextQuery) -> Result<Vec<TextHit>, StoreError> {
        let Some(expression) = terms::expression(query) else { return Ok(Vec::new()) };
        if query.teams.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Vec::new());
        }
        self.read("search", |connection| search(connection, query, &expression))
    }
}

/// The index is walked backwards and left as soon as the page is full, so a word that everybody says costs no more than a rare one.
fn search(connection: &Connection, query: &TextQuery, expression: &str) -> Result<Vec<TextHit>, StoreFault> {
    // CROSS JOIN is SQLite's way to say that the index comes first.
    let sql = "SELECT transcripts.key, id, seq, channel, from_ms, to_ms, transcripts.text, agent, team, started_ms
               FROM words CROSS JOIN transcripts ON transcripts.key = words.rowid CROSS JOIN calls ON calls.key = transcripts.call
               WHERE words MATCH ?1 AND words.rowid < ?2
                   AND (?3 IS NULL OR started_ms >= ?3) AND (?4 IS NULL OR started_ms < ?4)
               ORDER BY words.rowid DESC LIMIT ?5";
    let before = query.before.map_or(i64::MAX, signed);
    let mut statement = connection.prepare_cached(sql)?;
    let hits =
        statement.query_map(params![expression, before, query.from_ms, query.to_ms, query.limit], |row| {
            Ok(TextHit {
                key: unsigned(row, 0)?,
                call: row.get(1)?,
                seq: unsigned(row, 2)?,
                channel: variant(row, 3)?,
                from_ms: unsigned(row, 4)?,
                to_ms: unsigned(row, 5)?,
                text: row.get(6)?,
                agent: row.get(7)?,
                team: row.get(8)?,
                started_ms: row.get(9)?,
            })
        })?;
    Ok(hits.collect::<Result<_, _>>()?)
}

/// Puts an utterance into the index.
pub(super) fn index(
    connection: &Connection,
    key: i64,
    text: &str,
    team: &str,
    agent: &str,
) -> Result<(), StoreFault> {
    let sql = "INSERT INTO words (rowid, single, pair, sound, whose) VALUES (?1, ?2, ?3, ?4, ?5)";
    let whose = terms::whose(team, agent);
    let row = params![key, terms::singles(text), terms::pairs(text), terms::sounds(text), whose];
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// Takes an utterance out of the index, which wants to be told what is in it.
pub(super) fn remove(
    connection: &Connection,
    key: i64,
    text: &str,
    team: &str,
    agent: &str,
) -> Result<(), StoreFault> {
    let sql =
        "INSERT INTO words (words, rowid, single, pair, sound, whose) VALUES ('delete', ?1, ?2, ?3, ?4, ?5)";
    let whose = terms::whose(team, agent);
    let row = params![key, terms::singles(text), terms::pairs(text), terms::sounds(text), whose];
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// Puts all utterances into the index, of a file that had none.
pub(super) fn index_all(connection: &Connection) -> Result<(), StoreFault> {
    let sql = "SELECT transcripts.key, text, team, agent FROM transcripts JOIN calls ON calls.key = transcripts.call";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let [text, team, agent]: [String; 3] = [row.get(1)?, row.get(2)?, row.get(3)?];
        index(connection, row.get(0)?, &text, &team, &agent)?;
    }
    Ok(())
}
