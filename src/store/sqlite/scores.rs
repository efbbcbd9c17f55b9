use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::column::{unsigned, variant};
use crate::score::{Answer, Appeal, Counted, MonthSum};
use crate::store::{AgentRow, DecidedFlag, MonthFrame, ReviewFigures, StoreFault};

/// Columns of an appeal, in the order that [`appeal`] reads them.
pub(super) const APPEAL: &str = "appeals.answer, appeals.reason, answered_by, answered_ms, decision, appeals.decided_by, appeals.decided_ms, decision_note";

/// Everybody, by number.
pub(super) fn agents(
    connection: &Connection,
    until_ms: i64,
    until: &str,
) -> Result<Vec<AgentRow>, StoreFault> {
    numbers(connection)?.into_iter().map(|number| agent(connection, number, until_ms, until)).collect()
}

/// Numbers of everybody. From calls they are taken one by one along the index, which is as many steps as there are agents.
fn numbers(connection: &Connection) -> Result<Vec<String>, StoreFault> {
    let sql = "WITH RECURSIVE known (agent) AS (
                   SELECT min(agent) FROM calls
                   UNION ALL
                   SELECT (SELECT min(agent) FROM calls WHERE agent > known.agent) FROM known WHERE known.agent IS NOT NULL
               )
               SELECT agent FROM known WHERE agent IS NOT NULL
               UNION SELECT agent FROM stations WHERE revoked_ms IS NULL
               UNION SELECT agent FROM point_entries
               ORDER BY agent";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn agent(
    connection: &Connection,
    number: String,
    until_ms: i64,
    until: &str,
) -> Result<AgentRow, StoreFault> {
    let sql = "SELECT
                   (SELECT full_name FROM users WHERE agent = ?1 AND full_name <> '' LIMIT 1),
                   (SELECT agent_name FROM stations WHERE agent = ?1 AND agent_name <> '' ORDER BY revoked_ms IS NOT NULL LIMIT 1),
                   (SELECT team FROM calls WHERE agent = ?1 AND started_ms < ?2 ORDER BY started_ms DESC LIMIT 1),
                   (SELECT team FROM point_entries WHERE agent = ?1 AND date <= ?3 ORDER BY date DESC LIMIT 1),
                   (SELECT team FROM stations WHERE agent = ?1 AND revoked_ms IS NULL LIMIT 1),
                   (SELECT min(started_ms) FROM calls WHERE agent = ?1),
                   (SELECT min(date) FROM point_entries WHERE agent = ?1)";
    let row = connection.prepare_cached(sql)?.query_row(params![number, until_ms, until], |row| {
        let [user, station, by_call, by_entry, by_station]: [Option<String>; 5] =
            [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?];
        Ok(AgentRow {
            agent: number.clone(),
            agent_name: user.or(station).unwrap_or_default(),
            enrolled: by_station.is_some(),
            team: by_call.or(by_entry).or(by_station).unwrap_or_default(),
            first_call_ms: row.get(5)?,
            first_entry: row.get(6)?,
        })
    })?;
    Ok(row)
}

/// Whether a verdict counts: its call is finished, and no appeal has overturned it.
const COUNTS: &str = "verdict = 'confirmed'
    AND EXISTS (SELECT 1 FROM reviews WHERE reviews.call = verdicts.call AND state = 2)
    AND NOT EXISTS (SELECT 1 FROM appeals
                    WHERE appeals.call = verdicts.call AND appeals.flag = verdicts.flag AND decision = 'overturned')";

/// What counts in a month, by agent. All of it is read along indexes that have the agent and the time.
pub(super) fn month_sums(
    connection: &Connection,
    agents: &[String],
    month: &MonthFrame,
) -> Result<BTreeMap<String, MonthSum>, StoreFault> {
    let mut sums: BTreeMap<String, MonthSum> = BTreeMap::new();
    let sql = "SELECT count(*) FROM calls WHERE agent = ?1 AND started_ms >= ?2 AND started_ms < ?3";
    let mut calls = connection.prepare_cached(sql)?;
    let sql = format!(
        "SELECT rule, points, count(*) FROM verdicts
         WHERE agent = ?1 AND started_ms >= ?2 AND started_ms < ?3 AND {COUNTS} GROUP BY rule, points"
    );
    let mut verdicts = connection.prepare_cached(&sql)?;
    let sql = "SELECT '', points, count(*) FROM point_entries
               WHERE agent = ?1 AND date >= ?2 AND date <= ?3 AND withdrawn_ms IS NULL GROUP BY points";
    let mut entries = connection.prepare_cached(sql)?;
    let counted =
        |row: &Row<'_>| Ok(Counted { rule: row.get(0)?, points: row.get(1)?, count: unsigned(row, 2)? });
    for agent in agents {
        let whose = params![agent, month.from_ms, month.to_ms];
        let calls: u32 = calls.query_row(whose, |row| unsigned(row, 0))?;
        let mut sum = MonthSum { calls, counted: Vec::new() };
        for row in verdicts.query_map(whose, counted)? {
            sum.counted.push(row?);
        }
        for row in entries.query_map(params![agent, month.first, month.last], counted)? {
            sum.counted.push(row?);
        }
        if sum != MonthSum::default() {
            sums.insert(agent.clone(), sum);
        }
    }
    Ok(sums)
}

/// An overturned verdict has no points any more: what it had is in the decision that overturned it.
pub(super) fn decided_flags(
    connection: &Connection,
    agent: &str,
    month: &MonthFrame,
) -> Result<Vec<DecidedFlag>, StoreFault> {
    let sql = format!(
        "SELECT calls.id, verdicts.flag, verdicts.started_ms, verdicts.rule,
             coalesce ((SELECT text FROM flags WHERE flags.call = verdicts.call AND flags.seq = verdicts.flag),
                       (SELECT text FROM added_flags WHERE added_flags.call = verdicts.call AND added_flags.flag = verdicts.flag), ''),
             verdicts.item, verdicts.points, verdicts.complaint, verdicts.note, verdicts.decided_by,
             CASE WHEN decision = 'overturned' THEN
                 (SELECT before FROM decisions
                  WHERE decisions.call = verdicts.call AND decisions.flag = verdicts.flag AND act = 'overturned'
                  ORDER BY line DESC LIMIT 1) END,
             {APPEAL}
         FROM verdicts
             JOIN reviews ON reviews.call = verdicts.call AND reviews.state = 2
             JOIN calls ON calls.key = verdicts.call
             LEFT JOIN appeals ON appeals.call = verdicts.call AND appeals.flag = verdicts.flag
         WHERE verdicts.agent = ?1 AND verdicts.started_ms >= ?2 AND verdicts.started_ms < ?3
             AND (verdict = 'confirmed' OR decision = 'overturned')
         ORDER BY verdicts.started_ms, verdicts.call, verdicts.flag"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![agent, month.from_ms, month.to_ms])?;
    let mut flags = Vec::new();
    while let Some(row) = rows.next()? {
        let mut flag = DecidedFlag {
            call: row.get(0)?,
            flag: row.get(1)?,
            started_ms: row.get(2)?,
            rule: row.get(3)?,
            said: row.get(4)?,
            item: row.get(5)?,
            points: row.get(6)?,
            complaint: row.get(7)?,
            note: row.get(8)?,
            decided_by: row.get(9)?,
            appeal: appeal(row, 11)?,
        };
        if let Some(before) = row.get::<_, Option<String>>(10)? {
            take_first_verdict(&mut flag, &before)?;
        }
        flags.push(flag);
    }
    Ok(flags)
}

/// Puts what counted before an appeal into a flag.
fn take_first_verdict(flag: &mut DecidedFlag, before: &str) -> Result<(), StoreFault> {
    let before: serde_json::Value = serde_json::from_str(before)?;
    if let Some(points) = before["points"].as_i64().and_then(|points| i32::try_from(points).ok()) {
        flag.points = points;
    }
    if let Some(complaint) = before["complaint"].as_bool() {
        flag.complaint = complaint;
    }
    let words = [("item", &mut flag.item), ("note", &mut flag.note), ("decided_by", &mut flag.decided_by)];
    for (name, place) in words {
        if let Some(word) = before[name].as_str() {
            word.clone_into(place);
        }
    }
    Ok(())
}

pub(super) fn review_figures(
    connection: &Connection,
    agent: &str,
    month: &MonthFrame,
) -> Result<ReviewFigures, StoreFault> {
    // A state each, because the index has it before the time.
    let sql = "SELECT count(*), coalesce (sum(open_flags), 0) FROM reviews
               WHERE agent = ?1 AND state = ?2 AND started_ms >= ?3 AND started_ms < ?4";
    let mut statement = connection.prepare_cached(sql)?;
    let mut figures = ReviewFigures::default();
    for state in 0..3 {
        let whose = params![agent, state, month.from_ms, month.to_ms];
        let (calls, undecided): (u32, u32) =
            statement.query_row(whose, |row| Ok((unsigned(row, 0)?, unsigned(row, 1)?)))?;
        figures.undecided += undecided;
        if state == 2 {
            figures.reviewed = calls;
        }
    }
    Ok(figures)
}

pub(super) fn open_appeals(
    connection: &Connection,
    agents: &[String],
    month: &MonthFrame,
) -> Result<BTreeMap<String, u32>, StoreFault> {
    let sql = "SELECT count(*) FROM appeals
                   LEFT JOIN calls ON calls.key = appeals.call LEFT JOIN point_entries ON point_entries.entry = appeals.entry
               WHERE appeals.agent = ?1 AND answer = 'appealed' AND decision IS NULL
                   AND ((started_ms >= ?2 AND started_ms < ?3)
                        OR (point_entries.date >= ?4 AND point_entries.date <= ?5 AND withdrawn_ms IS NULL))";
    let mut statement = connection.prepare_cached(sql)?;
    let mut open = BTreeMap::new();
    for agent in agents {
        let whose = params![agent, month.from_ms, month.to_ms, month.first, month.last];
        let count: u32 = statement.query_row(whose, |row| unsigned(row, 0))?;
        if count > 0 {
            open.insert(agent.clone(), count);
        }
    }
    Ok(open)
}

/// The appeal whose columns begin at `first`; none where there is none.
pub(super) fn appeal(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Appeal>> {
    if row.get::<_, Option<String>>(first)?.is_none() {
        return Ok(None);
    }
    let answer: Answer = variant(row, first)?;
    let decision = match row.get::<_, Option<String>>(first + 4)? {
        Some(_) => Some(variant(row, first + 4)?),
        None => None,
    };
    Ok(Some(Appeal {
        answer,
        reason: row.get(first + 1)?,
        answered_by: row.get(first + 2)?,
        answered_ms: row.get(first + 3)?,
        decision,
        decided_by: row.get(first + 5)?,
        decided_ms: row.get(first + 6)?,
        decision_note: row.get(first + 7)?,
    }))
}

/// Whether there is a row of that number; a fault that names it if not.
pub(super) fn is_entered(connection: &Connection, entry: i64) -> Result<(), StoreFault> {
    let sql = "SELECT 1 FROM point_entries WHERE entry = ?1";
    let found: Option<i64> =
        connection.prepare_cached(sql)?.query_row([entry], |row| row.get(0)).optional()?;
    found.map(|_| ()).ok_or_else(|| StoreFault::Missing(format!("entry {entry}")))
}
