use std::collections::BTreeMap;

use rusqlite::{Connection, Row};

use super::kept::state_of;
use crate::store::StoreFault;
use crate::store::review::{QueuePlace, QueueRow, Upload};
use crate::store::sqlite::column::{unsigned, variant};

/// The rows at those places, in their order.
pub(super) fn rows(
    connection: &Connection,
    places: &[QueuePlace],
    now_ms: i64,
) -> Result<Vec<QueueRow>, StoreFault> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let names = agent_names(connection)?;
    let sql = "SELECT id, calls.agent, calls.team, calls.started_ms, length_ms, reviews.state, open_flags, reviews.worst_points,
                   least_sure, sampled, assigned_to, CASE WHEN locked_until_ms > ?2 THEN locked_by ELSE '' END,
                   (SELECT whole FROM recordings WHERE recordings.call = key),
                   (SELECT count(*) FROM appeals WHERE appeals.call = key AND answer = 'appealed' AND decision IS NULL)
               FROM reviews JOIN calls ON calls.key = reviews.call WHERE reviews.call = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = Vec::with_capacity(places.len());
    for place in places {
        let (rules, flags) = rules(connection, place.key)?;
        rows.push(statement.query_row([place.key, now_ms], |row| {
            let agent: String = row.get(1)?;
            let agent_name = names.get(&agent).cloned().unwrap_or_default();
            Ok(QueueRow {
                call: row.get(0)?,
                agent,
                agent_name,
                team: row.get(2)?,
                started_ms: row.get(3)?,
                length_ms: unsigned(row, 4)?,
                state: state_of(row.get(5)?),
                rules,
                flags,
                open_flags: unsigned(row, 6)?,
                worst_points: row.get(7)?,
                least_sure: unsigned(row, 8)?,
                sampled: variant(row, 9)?,
                assigned_to: row.get(10)?,
                locked_by: row.get(11)?,
                open_appeals: unsigned(row, 13)?,
                recording: upload(row, 12)?,
            })
        })?);
    }
    Ok(rows)
}

/// The column `whole` of a recording, NULL where there is none.
pub(super) fn upload(row: &Row<'_>, column: usize) -> rusqlite::Result<Upload> {
    Ok(match row.get::<_, Option<bool>>(column)? {
        None => Upload::None,
        Some(false) => Upload::Coming,
        Some(true) => Upload::Whole,
    })
}

/// Rules of a call's flags, each once, worst first; and how many flags there are.
fn rules(connection: &Connection, key: i64) -> Result<(Vec<String>, u32), StoreFault> {
    let sql = "SELECT rule, min(points), min(at_ms), count(*) FROM (
                   SELECT rule, points, at_ms FROM flags WHERE call = ?1
                   UNION ALL SELECT rule, points, from_ms FROM added_flags WHERE call = ?1
               ) GROUP BY rule ORDER BY 2, 3, 1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([key])?;
    let (mut rules, mut flags) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        rules.push(row.get(0)?);
        flags += unsigned::<u32>(row, 3)?;
    }
    Ok((rules, flags))
}

/// Names of agents by number: as their user has it, else as the station where they sit.
pub(super) fn agent_names(connection: &Connection) -> Result<BTreeMap<String, String>, StoreFault> {
    let mut names = BTreeMap::new();
    for sql in [
        "SELECT agent, agent_name FROM stations WHERE agent_name <> ''",
        "SELECT agent, full_name FROM users WHERE agent IS NOT NULL AND full_name <> ''",
    ] {
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            names.insert(row.get(0)?, row.get(1)?);
        }
    }
    Ok(names)
}
