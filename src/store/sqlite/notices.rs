use rusqlite::{Connection, OptionalExtension, params};

use super::SqliteStore;
use super::alerts;
use super::column::{signed, unsigned};
use crate::call::EventKind;
use crate::store::{HookRow, NoticeRow, NoticeStore, Noticed, StoreError, StoreFault};
use crate::wire::{AlertCard, StampedEvent};

impl NoticeStore for SqliteStore {
    fn keep_hooks(&self, hooks: &[HookRow]) -> Result<(), StoreError> {
        self.write("keep the hooks", |connection| {
            let known = {
                let mut statement = connection.prepare("SELECT hook FROM hooks")?;
                let known = statement.query_map([], |row| row.get(0))?;
                known.collect::<Result<Vec<String>, _>>()?
            };
            for gone in known.iter().filter(|known| hooks.iter().all(|hook| hook.hook != **known)) {
                connection.execute("DELETE FROM hooks WHERE hook = ?1", [gone])?;
            }
            let sql = "INSERT INTO hooks (hook, flags, alerts, ended_calls) VALUES (?1, ?2, ?3, ?4)
                       ON CONFLICT DO UPDATE SET flags = excluded.flags, alerts = excluded.alerts, ended_calls = excluded.ended_calls";
            for HookRow { hook, flags, alerts, ended_calls } in hooks {
                connection.execute(sql, params![hook, flags, alerts, ended_calls])?;
            }
            Ok(())
        })
    }

    fn notices(&self, hook: &str, limit: u32) -> Result<Vec<NoticeRow>, StoreError> {
        self.read("list what a hook has to be told of", |connection| {
            // One moment for all questions: what is removed between two of them would be missed.
            let moment = connection.unchecked_transaction()?;
            let sql = "SELECT number, raised_ms, call, seq, alert, passed_on FROM notices WHERE hook = ?1 ORDER BY number LIMIT ?2";
            let mut statement = moment.prepare_cached(sql)?;
            let mut rows = statement.query(params![hook, limit])?;
            let mut notices = Vec::new();
            while let Some(row) = rows.next()? {
                let what = match (row.get::<_, Option<i64>>(2)?, row.get::<_, Option<i64>>(4)?) {
                    (Some(call), _) => event(&moment, call, row.get(3)?)?,
                    (None, Some(alert)) => {
                        let card = alerts::card(&moment, alert)?;
                        Noticed::Alert { card, passed_on: unsigned(row, 5)? }
                    }
                    (None, None) => return Err(StoreFault::Broken("a notice of nothing".to_owned())),
                };
                notices.push(NoticeRow { number: unsigned(row, 0)?, raised_ms: row.get(1)?, what });
            }
            Ok(notices)
        })
    }

    fn notices_waiting(&self, hook: &str) -> Result<u64, StoreError> {
        self.read("count what a hook has to be told of", |connection| {
            let sql = "SELECT count(*) FROM notices WHERE hook = ?1";
            Ok(connection.prepare_cached(sql)?.query_row([hook], |row| unsigned(row, 0))?)
        })
    }

    fn settle_notices(&self, numbers: &[u64]) -> Result<(), StoreError> {
        self.write("settle what a hook has been told of", |connection| {
            let mut statement = connection.prepare_cached("DELETE FROM notices WHERE number = ?1")?;
            for number in numbers {
                statement.execute([signed(*number)])?;
            }
            Ok(())
        })
    }
}

/// Notes a new event for the hooks that are told of its kind.
pub(super) fn note_event(
    connection: &Connection,
    key: i64,
    stamped: &StampedEvent,
    now_ms: i64,
) -> Result<(), StoreFault> {
    let sql = match &stamped.event.kind {
        EventKind::Flag { .. } => {
            "INSERT INTO notices (hook, raised_ms, call, seq) SELECT hook, ?1, ?2, ?3 FROM hooks WHERE flags"
        }
        EventKind::CallEnded { .. } => {
            "INSERT INTO notices (hook, raised_ms, call, seq) SELECT hook, ?1, ?2, ?3 FROM hooks WHERE ended_calls"
        }
        _ => return Ok(()),
    };
    connection.prepare_cached(sql)?.execute(params![now_ms, key, signed(stamped.seq)])?;
    Ok(())
}

/// Notes an alert, as it is kept now, that waits for a lead; `before`: how often it had been passed on when it was kept last, if it was.
/// It is told when it is new and each time it goes on, not when somebody has it.
pub(super) fn note_alert(
    connection: &Connection,
    card: &AlertCard,
    before: Option<u32>,
) -> Result<(), StoreFault> {
    if card.settled || !card.acknowledged_by.is_empty() || before == Some(card.passed_on) {
        return Ok(());
    }
    let sql = "INSERT INTO notices (hook, raised_ms, alert, passed_on) SELECT hook, ?1, ?2, ?3 FROM hooks WHERE alerts";
    connection.prepare_cached(sql)?.execute(params![card.raised_ms, signed(card.id), card.passed_on])?;
    Ok(())
}

fn event(connection: &Connection, call: i64, seq: i64) -> Result<Noticed, StoreFault> {
    let sql = "SELECT id, station, agent, team, wall, json FROM calls JOIN events ON events.call = calls.key
               WHERE calls.key = ?1 AND seq = ?2";
    let found = connection.prepare_cached(sql)?.query_row([call, seq], |row| {
        let json: String = row.get(5)?;
        Ok((row.get::<_, String>(0)?, unsigned(row, 1)?, row.get(2)?, row.get(3)?, row.get(4)?, json))
    });
    let Some((id, station, agent, team, wall, json)) = found.optional()? else {
        return Err(StoreFault::Broken("a notice of an event that is not there".to_owned()));
    };
    let event = serde_json::from_str(&json)
        .map_err(|error| StoreFault::Broken(format!("event {seq} of call {id} cannot be read: {error}")))?;
    let event = StampedEvent { call: id, seq: seq.unsigned_abs(), wall, event };
    Ok(Noticed::Event { station, agent, team, event })
}
