use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde_json::Value;

use super::flags::{missing, verdict};
use super::kept::recount;
use super::one_call::Held;
use crate::review::{Verdict, points_of};
use crate::score::Assessment;
use crate::store::StoreFault;
use crate::store::review::{AddedFlag, Decided, DecisionRow, Said, Who};
use crate::store::sqlite::column::{signed, word};

/// Decides on a flag.
pub(super) fn decide(
    connection: &Connection,
    held: &Held,
    flag: i64,
    by: Who<'_>,
    said: Said<'_>,
    standard: &Assessment,
) -> Result<(), StoreFault> {
    let sql = if flag < 0 {
        "SELECT rule, item FROM added_flags WHERE call = ?1 AND flag = ?2"
    } else {
        "SELECT rule, item FROM flags WHERE call = ?1 AND seq = ?2"
    };
    let found = connection
        .prepare_cached(sql)?
        .query_row([held.key, flag], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (rule, item): (String, String) = found.ok_or_else(|| missing(flag))?;
    let decided = decided(said, item, by, standard);
    let before = verdict(connection, held.key, flag)?;
    put_verdict(connection, held, flag, &rule, &decided)?;
    write(connection, held.key, Some(flag), by, "verdict", before, Some(decided))?;
    recount(connection, held.key)
}

fn decided(said: Said<'_>, item: String, by: Who<'_>, standard: &Assessment) -> Decided {
    let complaint = said.complaint && said.verdict == Verdict::Confirmed;
    Decided {
        verdict: said.verdict,
        points: points_of(standard, &item, said.verdict, complaint),
        item,
        complaint,
        note: said.note.to_owned(),
        decided_by: by.who.to_owned(),
        decided_ms: by.now_ms,
    }
}

/// Adds a flag, confirmed: its number.
pub(super) fn add_flag(
    connection: &Connection,
    held: &Held,
    by: Who<'_>,
    flag: &AddedFlag,
    standard: &Assessment,
) -> Result<i64, StoreFault> {
    let sql = "SELECT coalesce(min(flag), 0) - 1 FROM added_flags WHERE call = ?1";
    let number: i64 = connection.prepare_cached(sql)?.query_row([held.key], |row| row.get(0))?;
    let said = Said { verdict: Verdict::Confirmed, complaint: false, note: &flag.note };
    let decided = decided(said, flag.item.clone(), by, standard);
    let words = words(connection, held.key, flag)?;
    let sql = "INSERT INTO added_flags (call, flag, rule, kind, channel, from_ms, to_ms, text, item, points, added_by, added_ms)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    connection.prepare_cached(sql)?.execute(params![
        held.key,
        number,
        flag.rule,
        word(flag.kind)?,
        word(flag.channel)?,
        signed(flag.from_ms),
        signed(flag.to_ms),
        if words.is_empty() { &flag.note } else { &words },
        flag.item,
        decided.points,
        by.who,
        by.now_ms,
    ])?;
    put_verdict(connection, held, number, &flag.rule, &decided)?;
    let sql = "INSERT OR IGNORE INTO review_rules (rule, state, started_ms, call, team, agent)
               SELECT ?2, state, started_ms, call, team, agent FROM reviews WHERE call = ?1";
    connection.prepare_cached(sql)?.execute(params![held.key, flag.rule])?;
    write(connection, held.key, Some(number), by, "flag_added", None::<Decided>, Some(decided))?;
    recount(connection, held.key)?;
    Ok(number)
}

/// What that side said there.
fn words(connection: &Connection, key: i64, flag: &AddedFlag) -> Result<String, StoreFault> {
    let sql = "SELECT text FROM transcripts
               WHERE call = ?1 AND channel = ?2 AND from_ms < ?4 AND to_ms > ?3 AND text <> '' ORDER BY from_ms";
    let mut statement = connection.prepare_cached(sql)?;
    let row = params![key, word(flag.channel)?, signed(flag.from_ms), signed(flag.to_ms)];
    let said = statement.query_map(row, |row| row.get(0))?;
    Ok(said.collect::<Result<Vec<String>, _>>()?.join("，"))
}

/// Makes that what counts for a flag.
pub(super) fn put_verdict(
    connection: &Connection,
    held: &Held,
    flag: i64,
    rule: &str,
    decided: &Decided,
) -> Result<(), StoreFault> {
    let sql = "INSERT OR REPLACE INTO verdicts (call, flag, verdict, rule, item, points, complaint, note, decided_by, decided_ms, team,
                   agent, started_ms)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    connection.prepare_cached(sql)?.execute(params![
        held.key,
        flag,
        word(decided.verdict)?,
        rule,
        decided.item,
        decided.points,
        decided.complaint,
        decided.note,
        decided.decided_by,
        decided.decided_ms,
        held.team,
        held.agent,
        held.started_ms,
    ])?;
    Ok(())
}

/// Adds to the history of a call.
pub(super) fn write<T: Serialize>(
    connection: &Connection,
    key: i64,
    flag: Option<i64>,
    by: Who<'_>,
    act: &str,
    before: Option<T>,
    after: Option<T>,
) -> Result<(), StoreFault> {
    let json =
        |value: Option<T>| value.map_or_else(|| Ok(String::new()), |value| serde_json::to_string(&value));
    let sql = "INSERT INTO decisions (call, flag, wall_ms, who, act, before, after) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let row = params![key, flag, by.now_ms, by.who, act, json(before)?, json(after)?];
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// All decisions on a call, oldest first.
pub(super) fn history(connection: &Connection, key: i64) -> Result<Vec<DecisionRow>, StoreFault> {
    let sql =
        "SELECT line, flag, wall_ms, who, act, before, after FROM decisions WHERE call = ?1 ORDER BY line";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([key])?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        let [before, after]: [String; 2] = [row.get(5)?, row.get(6)?];
        lines.push(DecisionRow {
            line: row.get(0)?,
            flag: row.get(1)?,
            wall_ms: row.get(2)?,
            who: row.get(3)?,
            act: row.get(4)?,
            before: value(&before)?,
            after: value(&after)?,
        });
    }
    Ok(lines)
}

fn value(json: &str) -> Result<Value, StoreFault> {
    if json.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_str(json)?) }
}
