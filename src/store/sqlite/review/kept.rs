//! What keeps the queue true: a row for each call, made by its first flag, counted again by each decision.

use rusqlite::{Connection, params};

use crate::review::{ReviewState, Sampled};
use crate::store::StoreFault;
use crate::store::sqlite::column::word;

/// Event `seq`, whose row in `flags` is there, is a new flag that nobody has decided on.
pub(in crate::store::sqlite) fn flagged(
    connection: &Connection,
    key: i64,
    seq: i64,
) -> Result<(), StoreFault> {
    // What no index has moves with every flag; what indexes have, only where it changes.
    let sql = "INSERT INTO reviews (call, started_ms, team, agent, state, worst_points, open_flags, least_sure, sampled, assigned_to,
                   locked_by, locked_until_ms, finished_by, finished_ms, appeal_until_ms)
               SELECT call, started_ms, team, agent, 0, min(points, 0), 1, sure, '', '', '', 0, '', NULL, NULL
               FROM flags WHERE call = ?1 AND seq = ?2
               ON CONFLICT (call) DO UPDATE SET open_flags = open_flags + 1";
    connection.prepare_cached(sql)?.execute([key, seq])?;
    let sql = "UPDATE reviews SET worst_points = min(worst_points, flags.points), least_sure = min(least_sure, flags.sure)
               FROM flags WHERE reviews.call = ?1 AND flags.call = ?1 AND flags.seq = ?2
                   AND (flags.points < worst_points OR flags.sure < least_sure)";
    connection.prepare_cached(sql)?.execute([key, seq])?;
    let sql = "INSERT OR IGNORE INTO review_rules (rule, state, started_ms, call, team, agent)
               SELECT rule, state, flags.started_ms, flags.call, flags.team, flags.agent
               FROM flags JOIN reviews ON reviews.call = flags.call WHERE flags.call = ?1 AND seq = ?2";
    connection.prepare_cached(sql)?.execute([key, seq])?;
    Ok(())
}

/// Makes the row of a call that has no flags.
pub(super) fn make_row(connection: &Connection, key: i64) -> Result<(), StoreFault> {
    let sql = "INSERT OR IGNORE INTO reviews (call, started_ms, team, agent, state, worst_points, open_flags, least_sure, sampled,
                   assigned_to, locked_by, locked_until_ms, finished_by, finished_ms, appeal_until_ms)
               SELECT key, started_ms, team, agent, 0, 0, 0, 100, ?2, '', '', 0, '', NULL, NULL
               FROM calls WHERE key = ?1 AND started_ms IS NOT NULL";
    connection.prepare_cached(sql)?.execute(params![key, word(Sampled::No)?])?;
    Ok(())
}

/// A flag was decided on or added.
pub(super) fn recount(connection: &Connection, key: i64) -> Result<(), StoreFault> {
    let sql = "UPDATE reviews SET
                   open_flags = (SELECT count(*) FROM flags WHERE call = ?1
                       AND NOT EXISTS (SELECT 1 FROM verdicts WHERE verdicts.call = ?1 AND flag = seq)),
                   least_sure = coalesce((SELECT min(sure) FROM flags WHERE call = ?1
                       AND NOT EXISTS (SELECT 1 FROM verdicts WHERE verdicts.call = ?1 AND flag = seq)), 100),
                   worst_points = min(0, coalesce((SELECT min(points) FROM flags WHERE call = ?1), 0),
                       coalesce((SELECT min(points) FROM added_flags WHERE call = ?1), 0))
               WHERE call = ?1";
    connection.prepare_cached(sql)?.execute([key])?;
    Ok(())
}

pub(super) fn set_state(connection: &Connection, key: i64, state: ReviewState) -> Result<(), StoreFault> {
    let number = number_of(state);
    for sql in [
        "UPDATE reviews SET state = ?2 WHERE call = ?1",
        "UPDATE review_rules SET state = ?2 WHERE call = ?1",
    ] {
        connection.prepare_cached(sql)?.execute([key, number])?;
    }
    Ok(())
}

/// As a column has it.
pub(super) const fn number_of(state: ReviewState) -> i64 {
    match state {
        ReviewState::Unseen => 0,
        ReviewState::Opened => 1,
        ReviewState::Finished => 2,
    }
}

/// From a column.
pub(super) const fn state_of(number: i64) -> ReviewState {
    match number {
        0 => ReviewState::Unseen,
        1 => ReviewState::Opened,
        _ => ReviewState::Finished,
    }
}
