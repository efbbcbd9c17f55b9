use rusqlite::{Connection, params};

use super::kept::make_row;
use crate::call::{Event, EventKind};
use crate::review::{Candidate, Sampled};
use crate::store::StoreFault;
use crate::store::sqlite::column::{unsigned, word};

/// Calls that may be drawn: over, and without a flag of the machine.
pub(super) fn candidates(
    connection: &Connection,
    team: &str,
    from_ms: i64,
    to_ms: i64,
) -> Result<Vec<Candidate>, StoreFault> {
    // Figures of a call are in its last event, the summary.
    let sql = "SELECT id, calls.agent, length_ms, coalesce(sampled, ''), json
               FROM calls INDEXED BY calls_by_team LEFT JOIN reviews ON reviews.call = key
                   LEFT JOIN events ON events.call = key AND seq = last_seq
               WHERE calls.team = ?1 AND calls.started_ms >= ?2 AND calls.started_ms < ?3 AND calls.state <> 0 AND flags = 0
               ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![team, from_ms, to_ms])?;
    let mut candidates = Vec::new();
    while let Some(row) = rows.next()? {
        let json: Option<String> = row.get(4)?;
        let last = json.and_then(|json| serde_json::from_str::<Event>(&json).ok());
        let metrics = match last.map(|event| event.kind) {
            Some(EventKind::Summary { metrics, .. }) => metrics,
            _ => Default::default(),
        };
        let levels = [metrics.agent_level_dbfs, metrics.customer_level_dbfs];
        candidates.push(Candidate {
            call: row.get(0)?,
            agent: row.get(1)?,
            length_ms: unsigned(row, 2)?,
            silence_share: metrics.silence_share,
            level_dbfs: levels.into_iter().flatten().min_by(f32::total_cmp),
            is_drawn: !row.get::<_, String>(3)?.is_empty(),
        });
    }
    Ok(candidates)
}

/// Puts a drawn call into the queue: how many are new.
pub(super) fn put_drawn(connection: &Connection, key: i64, sampled: Sampled) -> Result<u32, StoreFault> {
    make_row(connection, key)?;
    let sql = "UPDATE reviews SET sampled = ?2 WHERE call = ?1 AND sampled = ''";
    let changed = connection.prepare_cached(sql)?.execute(params![key, word(sampled)?])?;
    Ok(u32::try_from(changed).unwrap_or_default())
}
