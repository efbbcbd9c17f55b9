use rusqlite::{Connection, OptionalExtension, Row, params};

use super::column::{signed, unsigned, variant, word};
use super::{SqliteStore, notices};
use crate::store::{AlertRecord, AlertStore, StoreError, StoreFault};
use crate::wire::AlertCard;

/// What [`alert`] reads.
const COLUMNS: &str = "id, station, agent, team, call, at_ms, rule, kind, text, raised_ms, assigned_to, passed_on, acknowledged_by,
    settled, settled_ms";

impl AlertStore for SqliteStore {
    fn put_alerts(&self, alerts: &[AlertRecord]) -> Result<(), StoreError> {
        self.write("keep alerts", |connection| {
            let sql = "SELECT passed_on FROM alerts WHERE id = ?1";
            let mut kept = connection.prepare_cached(sql)?;
            let sql = "INSERT INTO alerts (id, station, agent, team, call, at_ms, rule, kind, text, raised_ms, assigned_to,
                           passed_on, acknowledged_by, settled, settled_ms)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
                       ON CONFLICT DO UPDATE SET station = excluded.station, agent = excluded.agent, team = excluded.team,
                           call = excluded.call, at_ms = excluded.at_ms, rule = excluded.rule, kind = excluded.kind,
                           text = excluded.text, raised_ms = excluded.raised_ms, assigned_to = excluded.assigned_to,
                           passed_on = excluded.passed_on, acknowledged_by = excluded.acknowledged_by,
                           settled = excluded.settled, settled_ms = excluded.settled_ms";
            let mut statement = connection.prepare_cached(sql)?;
            for AlertRecord { card, settled_ms } in alerts {
                let before = kept.query_row([signed(card.id)], |row| unsigned(row, 0)).optional()?;
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
                notices::note_alert(connection, card, before)?;
            }
            Ok(())
        })
    }

    fn open_alerts(&self) -> Result<Vec<AlertRecord>, StoreError> {
        self.read("list alerts", |connection| {
            let sql = format!("SELECT {COLUMNS} FROM alerts WHERE settled = 0 ORDER BY id");
            let mut statement = connection.prepare_cached(&sql)?;
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

/// An alert as it stands.
pub(super) fn card(connection: &Connection, id: i64) -> Result<AlertCard, StoreFault> {
    let sql = format!("SELECT {COLUMNS} FROM alerts WHERE id = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([id], alert)?.card)
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
