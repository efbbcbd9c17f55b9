use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use super::column::{signed, unsigned, variant};
use super::figures::state_of;
use crate::store::{CallHeader, CallQuery, CallRow, FlagRow, RecordingRow, RecordingState, StoreFault};
use crate::wire::{BrokenRule, Day, StampedEvent};

const HOUR_MS: i64 = 3_600_000;
/// Rules named in a day.
const BROKEN_MAX: usize = 5;

/// Conditions and their values, as they are put together.
struct Conditions {
    sql: String,
    values: Vec<Value>,
}

impl Conditions {
    fn new(first: &str) -> Self {
        Self { sql: first.to_owned(), values: Vec::new() }
    }

    /// `condition` has a `?` for each value.
    fn and(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.values.extend(values);
    }
}

/// Keys of the calls that fit, newest first. Each question goes along an index that has its order, so a page costs what is on it.
pub(super) fn keys(connection: &Connection, query: &CallQuery) -> Result<Vec<i64>, StoreFault> {
    let mut found = Vec::new();
    match &query.teams {
        None => found = keys_of_team(connection, query, None)?,
        Some(teams) => {
            // One walk along the index a team, merged: with all teams in one condition the whole of them would be sorted.
            for team in teams {
                found.extend(keys_of_team(connection, query, Some(team))?);
            }
            found.sort_unstable_by(|one, other| other.cmp(one));
            found.dedup();
            found.truncate(query.limit as usize);
        }
    }
    Ok(found.into_iter().map(|(_, key)| key).collect())
}

fn keys_of_team(
    connection: &Connection,
    query: &CallQuery,
    team: Option<&String>,
) -> Result<Vec<(i64, i64)>, StoreFault> {
    let text = |text: &String| Value::Text(text.clone());
    let (mut conditions, key) = match &query.rule {
        Some(rule) => {
            let mut conditions =
                Conditions::new("SELECT DISTINCT started_ms, call FROM flags WHERE rule = ?");
            conditions.values.push(text(rule));
            (conditions, "call")
        }
        None => (Conditions::new("SELECT started_ms, key FROM calls WHERE started_ms IS NOT NULL"), "key"),
    };
    if query.flagged && query.rule.is_none() {
        conditions.and("flags > 0", []);
    }
    if let Some(team) = team {
        conditions.and("team = ?", [text(team)]);
    }
    if let Some(agent) = &query.agent {
        conditions.and("agent = ?", [text(agent)]);
    }
    if let Some(from_ms) = query.from_ms {
        conditions.and("started_ms >= ?", [Value::Integer(from_ms)]);
    }
    if let Some(to_ms) = query.to_ms {
        conditions.and("started_ms < ?", [Value::Integer(to_ms)]);
    }
    if let Some((started_ms, call)) = &query.before {
        let sql = "SELECT key FROM calls WHERE id = ?1";
        let before: Option<i64> =
            connection.prepare_cached(sql)?.query_row([call], |row| row.get(0)).optional()?;
        let before = [*started_ms, before.unwrap_or(0)].map(Value::Integer);
        conditions.and(&format!("(started_ms, {key}) < (?, ?)"), before);
    }
    conditions.sql.push_str(&format!(" ORDER BY started_ms DESC, {key} DESC LIMIT ?"));
    conditions.values.push(Value::Integer(query.limit.into()));
    let mut statement = connection.prepare_cached(&conditions.sql)?;
    let rows =
        statement.query_map(params_from_iter(conditions.values), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keys of the calls that run, oldest first.
pub(super) fn running(connection: &Connection) -> Result<Vec<i64>, StoreFault> {
    let sql = "SELECT key FROM calls WHERE state = 0 AND started_ms IS NOT NULL ORDER BY started_ms, key";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The key of a call that has an event.
pub(super) fn key(connection: &Connection, call: &str) -> Result<i64, StoreFault> {
    let sql = "SELECT key FROM calls WHERE id = ?1 AND started_ms IS NOT NULL";
    let key = connection.prepare_cached(sql)?.query_row([call], |row| row.get(0)).optional()?;
    key.ok_or_else(|| StoreFault::Missing(format!("call {call}")))
}

/// Rows of calls, in the order of their keys.
pub(super) fn rows(
    connection: &Connection,
    recordings: &Path,
    keys: &[i64],
) -> Result<Vec<CallRow>, StoreFault> {
    let sql = "SELECT id, station, agent, team, script, script_sha256, model, engine, state, last_seq, started_ms, length_ms,
                   ended_by, due, met, flags, worst_points, path, bytes, total_bytes, sha256, whole
               FROM calls LEFT JOIN recordings ON recordings.call = calls.key WHERE calls.key = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = Vec::with_capacity(keys.len());
    for key in keys {
        rows.push(statement.query_row([key], |row| call_row(row, recordings))?);
    }
    Ok(rows)
}

fn call_row(row: &Row<'_>, recordings: &Path) -> rusqlite::Result<CallRow> {
    let recording = match row.get::<_, Option<String>>(17)? {
        None => None,
        Some(path) => Some(RecordingRow {
            path: recordings.join(path),
            bytes: unsigned(row, 18)?,
            total_bytes: unsigned(row, 19)?,
            sha256: row.get(20)?,
            state: if row.get(21)? { RecordingState::Whole } else { RecordingState::Coming },
        }),
    };
    Ok(CallRow {
        call: row.get(0)?,
        header: CallHeader {
            station: unsigned(row, 1)?,
            agent: row.get(2)?,
            team: row.get(3)?,
            script: row.get(4)?,
            script_sha256: row.get(5)?,
            model: row.get(6)?,
            engine: row.get(7)?,
        },
        state: state_of(row.get(8)?),
        last_seq: unsigned(row, 9)?,
        started_ms: row.get(10)?,
        length_ms: unsigned(row, 11)?,
        ended_by: row.get(12)?,
        due: unsigned(row, 13)?,
        met: unsigned(row, 14)?,
        flags: unsigned(row, 15)?,
        worst_points: row.get(16)?,
        recording,
    })
}

/// Events of a call behind number `after`.
pub(super) fn events(
    connection: &Connection,
    call: &str,
    after: u64,
    limit: u32,
) -> Result<Vec<StampedEvent>, StoreFault> {
    let key = key(connection, call)?;
    let sql = "SELECT seq, wall, json FROM events WHERE call = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![key, signed(after), limit])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        let seq = unsigned(row, 0)?;
        let event = serde_json::from_str(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?).map_err(
            |error| StoreFault::Broken(format!("event {seq} of call {call} cannot be read: {error}")),
        )?;
        events.push(StampedEvent { call: call.to_owned(), seq, wall: row.get(1)?, event });
    }
    Ok(events)
}

/// Flags of calls, in the order of their keys; of one rule, if one is named.
pub(super) fn flags(
    connection: &Connection,
    keys: &[i64],
    rule: Option<&str>,
) -> Result<Vec<FlagRow>, StoreFault> {
    let sql = "SELECT id, seq, at_ms, rule, kind, from_ms, to_ms, text, item, points, flags.agent, flags.team, flags.started_ms
               FROM flags JOIN calls ON calls.key = flags.call
               WHERE flags.call = ?1 AND (?2 IS NULL OR rule = ?2) ORDER BY seq";
    let mut statement = connection.prepare_cached(sql)?;
    let mut flags = Vec::new();
    for key in keys {
        let rows = statement.query_map(params![key, rule], |row| {
            Ok(FlagRow {
                call: row.get(0)?,
                seq: unsigned(row, 1)?,
                at_ms: unsigned(row, 2)?,
                rule: row.get(3)?,
                kind: variant(row, 4)?,
                from_ms: unsigned(row, 5)?,
                to_ms: unsigned(row, 6)?,
                text: row.get(7)?,
                item: row.get(8)?,
                points: row.get(9)?,
                agent: row.get(10)?,
                team: row.get(11)?,
                started_ms: row.get(12)?,
            })
        })?;
        for flag in rows {
            flags.push(flag?);
        }
    }
    Ok(flags)
}

/// A day in figures, of both indexes that are there for it. What is found is added up here: SQLite would sort all of it to group it.
pub(super) fn day(
    connection: &Connection,
    teams: Option<&[String]>,
    agent: Option<&str>,
    from_ms: i64,
    to_ms: i64,
) -> Result<Day, StoreFault> {
    let answered = |select: &str| -> Result<Conditions, StoreFault> {
        let mut conditions = Conditions::new(select);
        conditions.values.extend([from_ms, to_ms].map(Value::Integer));
        if let Some(agent) = agent {
            conditions.and("agent = ?", [Value::Text(agent.to_owned())]);
        }
        if let Some(teams) = teams {
            let teams = serde_json::to_string(teams)?;
            conditions.and("team IN (SELECT value FROM json_each(?))", [Value::Text(teams)]);
        }
        Ok(conditions)
    };
    let mut day = Day { calls_by_hour: vec![0; 24], flags_by_hour: vec![0; 24], ..Day::default() };
    let calls = answered(
        "SELECT started_ms, due, met, flags FROM calls INDEXED BY calls_of_day WHERE started_ms >= ? AND started_ms < ?",
    )?;
    let mut statement = connection.prepare_cached(&calls.sql)?;
    let mut rows = statement.query(params_from_iter(calls.values))?;
    while let Some(row) = rows.next()? {
        // The day on which clocks go back has 25 hours; the last of them counts with the one before.
        let hour = usize::try_from((row.get::<_, i64>(0)? - from_ms) / HOUR_MS).unwrap_or(0).min(23);
        let [due, met, flags] = [unsigned::<u32>(row, 1)?, unsigned(row, 2)?, unsigned(row, 3)?];
        day.calls += 1;
        day.due += due;
        day.met += met;
        day.flags += flags;
        day.calls_by_hour[hour] += 1;
        day.flags_by_hour[hour] += flags;
    }
    let flags =
        answered("SELECT rule FROM flags INDEXED BY flags_of_day WHERE started_ms >= ? AND started_ms < ?")?;
    let mut statement = connection.prepare_cached(&flags.sql)?;
    let mut rows = statement.query(params_from_iter(flags.values))?;
    let mut broken: BTreeMap<String, u32> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let rule = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        match broken.get_mut(rule) {
            Some(count) => *count += 1,
            None => drop(broken.insert(rule.to_owned(), 1)),
        }
    }
    let mut broken: Vec<BrokenRule> =
        broken.into_iter().map(|(rule, flags)| BrokenRule { rule, flags }).collect();
    // Stable: of equal ones the rule decides.
    broken.sort_by_key(|rule| std::cmp::Reverse(rule.flags));
    broken.truncate(BROKEN_MAX);
    day.broken = broken;
    Ok(day)
}
