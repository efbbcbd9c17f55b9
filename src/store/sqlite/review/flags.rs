use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::call::{AlignedWord, Basis, Channel, Event, EventKind};
use crate::score::Appeal;
use crate::store::StoreFault;
use crate::store::review::{Decided, ReviewFlag};
use crate::store::sqlite::column::{unsigned, variant};
use crate::store::sqlite::scores::appeal;

const MACHINE: &str =
    "SELECT seq, at_ms, rule, kind, flags.from_ms, flags.to_ms, flags.text, phrase, item, points, sure, json
                       FROM flags JOIN events USING (call, seq)";
const ADDED: &str = "SELECT flag, from_ms, rule, kind, from_ms, to_ms, text, item, points, channel, added_by FROM added_flags";

/// All flags of a call, in order of time.
pub(super) fn flags(connection: &Connection, key: i64) -> Result<Vec<ReviewFlag>, StoreFault> {
    let mut flags = Vec::new();
    for (sql, read) in [(MACHINE, machine as fn(&Row<'_>) -> _), (ADDED, added)] {
        let mut statement = connection.prepare_cached(&format!("{sql} WHERE call = ?1"))?;
        let found = statement.query_map([key], read)?;
        flags.extend(found.collect::<Result<Vec<ReviewFlag>, _>>()?);
    }
    let mut verdicts = verdicts(connection, key)?;
    let mut appeals = appeals(connection, key)?;
    for flag in &mut flags {
        flag.verdict = verdicts.remove(&flag.flag);
        flag.appeal = appeals.remove(&flag.flag);
        if flag.appeal.as_ref().is_some_and(|appeal| appeal.decision.is_some()) {
            flag.first_verdict = overturned(connection, key, flag.flag)?;
        }
    }
    flags.sort_by_key(|flag| (flag.at_ms, flag.flag));
    Ok(flags)
}

/// One of them.
pub(super) fn flag(connection: &Connection, key: i64, flag: i64) -> Result<ReviewFlag, StoreFault> {
    let mut all = flags(connection, key)?;
    let place = all.iter().position(|one| one.flag == flag);
    place.map(|place| all.swap_remove(place)).ok_or_else(|| missing(flag))
}

pub(super) fn missing(flag: i64) -> StoreFault {
    StoreFault::Missing(format!("flag {flag} of this call"))
}

fn machine(row: &Row<'_>) -> rusqlite::Result<ReviewFlag> {
    // `verify` tells of an event that cannot be read; the rest of the flag is good.
    let (channel, basis, aligned) = heard(&row.get::<_, String>(11)?);
    Ok(ReviewFlag {
        flag: row.get(0)?,
        at_ms: unsigned(row, 1)?,
        rule: row.get(2)?,
        kind: variant(row, 3)?,
        channel,
        from_ms: unsigned(row, 4)?,
        to_ms: unsigned(row, 5)?,
        text: row.get(6)?,
        phrase: row.get(7)?,
        item: row.get(8)?,
        points: row.get(9)?,
        sure: unsigned(row, 10)?,
        basis,
        aligned,
        added_by: String::new(),
        verdict: None,
        first_verdict: None,
        appeal: None,
    })
}

/// What only the event has.
pub(super) fn heard(json: &str) -> (Channel, Option<Basis>, Vec<AlignedWord>) {
    match serde_json::from_str::<Event>(json).map(|event| event.kind) {
        Ok(EventKind::Flag { channel, heard, .. }) => (channel, heard.basis, heard.aligned),
        _ => (Channel::Agent, None, Vec::new()),
    }
}

fn added(row: &Row<'_>) -> rusqlite::Result<ReviewFlag> {
    Ok(ReviewFlag {
        flag: row.get(0)?,
        at_ms: unsigned(row, 1)?,
        rule: row.get(2)?,
        kind: variant(row, 3)?,
        channel: variant(row, 9)?,
        from_ms: unsigned(row, 4)?,
        to_ms: unsigned(row, 5)?,
        text: row.get(6)?,
        phrase: String::new(),
        item: row.get(7)?,
        points: row.get(8)?,
        sure: 100,
        basis: None,
        aligned: Vec::new(),
        added_by: row.get(10)?,
        verdict: None,
        first_verdict: None,
        appeal: None,
    })
}

fn verdicts(connection: &Connection, key: i64) -> Result<BTreeMap<i64, Decided>, StoreFault> {
    let sql = "SELECT verdict, points, item, complaint, note, decided_by, decided_ms, flag FROM verdicts WHERE call = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([key], |row| Ok((row.get(7)?, decided(row)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What counts now for a flag.
pub(super) fn verdict(connection: &Connection, key: i64, flag: i64) -> Result<Option<Decided>, StoreFault> {
    let sql = "SELECT verdict, points, item, complaint, note, decided_by, decided_ms FROM verdicts WHERE call = ?1 AND flag = ?2";
    Ok(connection.prepare_cached(sql)?.query_row([key, flag], decided).optional()?)
}

pub(super) fn decided(row: &Row<'_>) -> rusqlite::Result<Decided> {
    Ok(Decided {
        verdict: variant(row, 0)?,
        points: row.get(1)?,
        item: row.get(2)?,
        complaint: row.get(3)?,
        note: row.get(4)?,
        decided_by: row.get(5)?,
        decided_ms: row.get(6)?,
    })
}

fn appeals(connection: &Connection, key: i64) -> Result<BTreeMap<i64, Appeal>, StoreFault> {
    let sql = "SELECT flag, answer, reason, answered_by, answered_ms, decision, decided_by, decided_ms, decision_note
               FROM appeals WHERE call = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([key])?;
    let mut appeals = BTreeMap::new();
    while let Some(row) = rows.next()? {
        if let Some(appeal) = appeal(row, 1)? {
            appeals.insert(row.get(0)?, appeal);
        }
    }
    Ok(appeals)
}

/// What was answered to a flag.
pub(super) fn appeal_of(connection: &Connection, key: i64, flag: i64) -> Result<Option<Appeal>, StoreFault> {
    let sql =
        "SELECT answer, reason, answered_by, answered_ms, decision, decided_by, decided_ms, decision_note
               FROM appeals WHERE call = ?1 AND flag = ?2";
    let found = connection.prepare_cached(sql)?.query_row(params![key, flag], |row| appeal(row, 0));
    Ok(found.optional()?.flatten())
}

/// What counted before an appeal changed it.
fn overturned(connection: &Connection, key: i64, flag: i64) -> Result<Option<Decided>, StoreFault> {
    let sql = "SELECT before FROM decisions WHERE call = ?1 AND flag = ?2 AND act = 'overturned'";
    let before: Option<String> =
        connection.prepare_cached(sql)?.query_row([key, flag], |row| row.get(0)).optional()?;
    Ok(before.map(|before| serde_json::from_str(&before)).transpose()?)
}
