use rusqlite::{Row, params};

use super::SqliteStore;
use super::column::{signed, unsigned, variant, word};
use crate::store::{AlertRecord, AlertStore, StoreError};
use crate::wire::AlertCard;

impl AlertStore for SqliteStore {
    fn put_alerts(&self, alerts: &[AlertRecord]) -> Result<(), StoreError> {
        self.write("keep alerts", |connection| {
            let sql = "INSERT OR REPLACE INTO alerts (id, station, agent, team, call, at_ms, rule, kind, text, raised_ms,
                           assigned_to, passed_on, acknowledged_by, settled, settled_ms)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
            let mut statement = connection.prepare_cached(sql)?;
            for AlertRecord { card, settled_ms } in alerts {
                statement.execute(params![
                    signed(card.id),
                    card.station,
                    card.agent,
                    card.team,
                    card.call,
                    signed(card.at_ms),
                    card.rule,
                    word(card.kind)?,
                    card.text,
                    card.raised_ms,
                    card.assigned_to,
                    card.passed_on,
                    card.acknowledged_by,
                    card.settled,
                    settled_ms,
                ])?;
            }
            Ok(())
        })
    }

    fn open_alerts(&self) -> Result<Vec<AlertRecord>, StoreError> {
        self.read("list alerts", |connection| {
            let sql = "SELECT id, station, agent, team, call, at_ms, rule, kind, text, raised_ms, assigned_to, passed_on,
                           acknowledged_by, settled, settled_ms
                       FROM alerts WHERE settled = 0 ORDER BY id";
            let mut statement = connection.prepare_cached(sql)?;
            let alerts = statement.query_map([], alert)?;
            Ok(alerts.collect::<Result<_, _>>()?)
        })
    }

    fn last_alert(&self) -> Result<u64, StoreError> {
        self.read("look up the last alert", |connection| {
            let sql = "SELECT coalesce(max(id), 0) FROM alerts";
            Ok(connection.prepare_cached(sql)?.query_row([], |row| unsigned(row, 0))?)
        })
    }
}

fn alert(row: &Row<'_>) -> rusqlite::Result<AlertRecord> {
    Ok(AlertRecord {
        card: AlertCard {
            id: unsigned(row, 0)?,
            station: unsigned(row, 1)?,
            agent: row.get(2)?,
            team: row.get(3)?,
            call: row.get(4)?,
            at_ms: unsigned(row, 5)?,
            rule: row.get(6)?,
            kind: variant(row, 7)?,
            text: row.get(8)?,
            raised_ms: row.get(9)?,
            assigned_to: row.get(10)?,
            passed_on: unsigned(row, 11)?,
            acknowledged_by: row.get(12)?,
            settled: row.get(13)?,
        },
        settled_ms: row.get(14)?,
    })
}
