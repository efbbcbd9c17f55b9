use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::SqliteStore;
use super::column::word;
use super::scores::{self, APPEAL, appeal, is_entered};
use crate::score::{Answer, Entry, EntryOrder, MonthSum, Ruling};
use crate::store::{AgentRow, DecidedFlag, MonthFrame, ReviewFigures, ScoreStore, StoreError, StoreFault};

impl ScoreStore for SqliteStore {
    fn agents(&self, until_ms: i64, until: &str) -> Result<Vec<AgentRow>, StoreError> {
        self.read("list agents", |connection| scores::agents(connection, until_ms, until))
    }

    fn month_sums(
        &self,
        agents: &[String],
        month: &MonthFrame,
    ) -> Result<BTreeMap<String, MonthSum>, StoreError> {
        self.read("sum up a month", |connection| scores::month_sums(connection, agents, month))
    }

    fn decided_flags(&self, agent: &str, month: &MonthFrame) -> Result<Vec<DecidedFlag>, StoreError> {
        self.read("read decided flags", |connection| scores::decided_flags(connection, agent, month))
    }

    fn review_figures(&self, agent: &str, month: &MonthFrame) -> Result<ReviewFigures, StoreError> {
        self.read("count reviews", |connection| scores::review_figures(connection, agent, month))
    }

    fn open_appeals(
        &self,
        agents: &[String],
        month: &MonthFrame,
    ) -> Result<BTreeMap<String, u32>, StoreError> {
        self.read("count appeals", |connection| scores::open_appeals(connection, agents, month))
    }

    fn entries(&self, agent: &str, until: &str) -> Result<Vec<Entry>, StoreError> {
        self.read("read entries", |connection| entries(connection, agent, until))
    }

    fn entry(&self, entry: i64) -> Result<Entry, StoreError> {
        self.read("read an entry", |connection| {
            let sql = format!("{} WHERE point_entries.entry = ?1", select());
            let found = connection.prepare_cached(&sql)?.query_row([entry], entry_row).optional()?;
            found.ok_or_else(|| StoreFault::Missing(format!("entry {entry}")))
        })
    }

    fn put_entry(&self, order: &EntryOrder, by: &str, now_ms: i64) -> Result<i64, StoreError> {
        self.write("enter points", |connection| {
            let sql = "INSERT INTO point_entries (agent, team, date, item, points, note, entered_by, entered_ms, withdrawn_by, withdrawn_ms)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, '', NULL)";
            let EntryOrder { agent, team, date, item, points, note } = order;
            connection.prepare_cached(sql)?.execute(params![agent, team, date, item, points, note, by, now_ms])?;
            Ok(connection.last_insert_rowid())
        })
    }

    fn withdraw_entry(&self, entry: i64, by: &str, now_ms: i64) -> Result<(), StoreError> {
        self.write("take points back", |connection| withdraw(connection, entry, by, now_ms))
    }

    fn answer_entry(
        &self,
        entry: i64,
        answer: Answer,
        reason: &str,
        by: &str,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        self.write("keep an answer", |connection| {
            is_entered(connection, entry)?;
            let sql = "INSERT INTO appeals (entry, agent, team, answer, reason, answered_by, answered_ms, decided_by, decision_note)
                       SELECT entry, agent, team, ?2, ?3, ?4, ?5, '', '' FROM point_entries WHERE entry = ?1 AND withdrawn_ms IS NULL";
            let values = params![entry, word(answer)?, reason, by, now_ms];
            one_row(connection.prepare_cached(sql)?.execute(values)?, "it does not count any more")
        })
    }

    fn decide_entry_appeal(
        &self,
        entry: i64,
        decision: Ruling,
        note: &str,
        by: &str,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        self.write("decide on an appeal", |connection| {
            is_entered(connection, entry)?;
            let sql = "UPDATE appeals SET decision = ?2, decision_note = ?3, decided_by = ?4, decided_ms = ?5
                       WHERE entry = ?1 AND answer = 'appealed' AND decision IS NULL";
            let values = params![entry, word(decision)?, note, by, now_ms];
            one_row(connection.prepare_cached(sql)?.execute(values)?, "no appeal waits for a decision")?;
            match decision {
                Ruling::Upheld => Ok(()),
                Ruling::Overturned => withdraw(connection, entry, by, now_ms),
            }
        })
    }
}

fn withdraw(connection: &Connection, entry: i64, by: &str, now_ms: i64) -> Result<(), StoreFault> {
    is_entered(connection, entry)?;
    let sql = "UPDATE point_entries SET withdrawn_by = ?2, withdrawn_ms = ?3 WHERE entry = ?1 AND withdrawn_ms IS NULL";
    one_row(
        connection.prepare_cached(sql)?.execute(params![entry, by, now_ms])?,
        "it does not count any more",
    )
}

fn one_row(changed: usize, otherwise: &str) -> Result<(), StoreFault> {
    if changed == 1 { Ok(()) } else { Err(StoreFault::Conflict(otherwise.to_owned())) }
}

fn select() -> String {
    format!(
        "SELECT point_entries.entry, point_entries.agent, point_entries.team, date, item, points, note, entered_by, entered_ms,
             withdrawn_by, withdrawn_ms, {APPEAL}
         FROM point_entries LEFT JOIN appeals ON appeals.entry = point_entries.entry"
    )
}

fn entries(connection: &Connection, agent: &str, until: &str) -> Result<Vec<Entry>, StoreFault> {
    let sql = format!(
        "{} WHERE point_entries.agent = ?1 AND date <= ?2 ORDER BY date, point_entries.entry",
        select()
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([agent, until], entry_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn entry_row(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        entry: row.get(0)?,
        order: EntryOrder {
            agent: row.get(1)?,
            team: row.get(2)?,
            date: row.get(3)?,
            item: row.get(4)?,
            points: row.get(5)?,
            note: row.get(6)?,
        },
        entered_by: row.get(7)?,
        entered_ms: row.get(8)?,
        withdrawn_by: row.get(9)?,
        withdrawn_ms: row.get(10)?,
        appeal: appeal(row, 11)?,
    })
}
