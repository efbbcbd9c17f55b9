//! What must be so of the review room's tables: the queue follows from flags and verdicts, verdicts from the last decisions, "marked wrong" from
//! events.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::flags::decided;
use crate::call::{Event, EventKind};
use crate::store::StoreFault;
use crate::store::review::Decided;
use crate::store::sqlite::append::rule_of_cue;

/// Calls whose row in the queue is not what flags, verdicts and the call say.
const QUEUE: &str = "
    SELECT id, CASE
        WHEN reviews.call IS NULL THEN 'is flagged and not in the queue'
        WHEN (reviews.started_ms, reviews.team, reviews.agent) IS NOT (calls.started_ms, calls.team, calls.agent)
            THEN 'is another call in the queue'
        WHEN open_flags <> (SELECT count(*) FROM flags WHERE flags.call = key
                AND NOT EXISTS (SELECT 1 FROM verdicts WHERE verdicts.call = key AND flag = seq))
            THEN 'has a wrong number of open flags in the queue'
        WHEN least_sure <> coalesce((SELECT min(sure) FROM flags WHERE flags.call = key
                AND NOT EXISTS (SELECT 1 FROM verdicts WHERE verdicts.call = key AND flag = seq)), 100)
            THEN 'is not as sure as the queue says'
        WHEN reviews.worst_points <> min(0, coalesce((SELECT min(points) FROM flags WHERE flags.call = key), 0),
                coalesce((SELECT min(points) FROM added_flags WHERE added_flags.call = key), 0))
            THEN 'has other worst points than the queue says'
        WHEN (reviews.state = 2) <> (finished_ms IS NOT NULL) OR (reviews.state = 2) <> (appeal_until_ms IS NOT NULL)
            THEN 'is finished in one way and not in another'
        WHEN (SELECT count(*) FROM review_rules WHERE review_rules.call = key
                AND (review_rules.state, review_rules.started_ms, review_rules.team, review_rules.agent)
                    IS NOT (reviews.state, calls.started_ms, calls.team, calls.agent)) > 0
            OR (SELECT count(*) FROM review_rules WHERE review_rules.call = key) <> (SELECT count(*) FROM
                (SELECT rule FROM flags WHERE flags.call = key UNION SELECT rule FROM added_flags WHERE added_flags.call = key))
            THEN 'has other rules than the queue says'
        END AS fault
    FROM calls LEFT JOIN reviews ON reviews.call = key
    WHERE fault IS NOT NULL AND (reviews.call IS NOT NULL OR flags > 0) ORDER BY key";

/// Checks the review room's tables. One sentence a fault.
pub(in crate::store::sqlite) fn check_reviews(
    connection: &Connection,
    faults: &mut Vec<String>,
) -> Result<(), StoreFault> {
    let mut statement = connection.prepare(QUEUE)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let [call, fault]: [String; 2] = [row.get(0)?, row.get(1)?];
        faults.push(format!("Call {call} {fault}."));
    }
    check_verdicts(connection, faults)?;
    check_feedback(connection, faults)
}

/// What counts is what was decided last, and every verdict and appeal is about a flag that is there.
fn check_verdicts(connection: &Connection, faults: &mut Vec<String>) -> Result<(), StoreFault> {
    let mut last: BTreeMap<(String, i64), Decided> = BTreeMap::new();
    let sql = "SELECT id, flag, after FROM decisions JOIN calls ON calls.key = decisions.call
               WHERE act IN ('verdict', 'flag_added', 'upheld', 'overturned') AND flag IS NOT NULL ORDER BY line";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (call, flag, after): (String, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        match serde_json::from_str(&after) {
            Ok(decided) => _ = last.insert((call, flag), decided),
            Err(why) => {
                faults.push(format!("A decision on flag {flag} of call {call} cannot be read: {why}."))
            }
        }
    }
    let sql = "SELECT verdict, points, item, complaint, note, decided_by, decided_ms, id, flag,
                   EXISTS (SELECT 1 FROM flags WHERE flags.call = key AND seq = flag AND flags.rule = verdicts.rule)
                   OR EXISTS (SELECT 1 FROM added_flags AS added WHERE added.call = key AND added.flag = verdicts.flag
                       AND added.rule = verdicts.rule),
                   (verdicts.team, verdicts.agent, verdicts.started_ms) IS (calls.team, calls.agent, calls.started_ms)
               FROM verdicts JOIN calls ON calls.key = verdicts.call ORDER BY key, flag";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let place: (String, i64) = (row.get(7)?, row.get(8)?);
        let what = format!("The verdict on flag {} of call {}", place.1, place.0);
        if last.remove(&place) != Some(decided(row)?) {
            faults.push(format!("{what} is not the last decision."));
        }
        if !row.get::<_, bool>(9)? {
            faults.push(format!("{what} is about no flag."));
        }
        if !row.get::<_, bool>(10)? {
            faults.push(format!("{what} counts for another agent, team or day."));
        }
    }
    for (call, flag) in last.into_keys() {
        faults.push(format!("Flag {flag} of call {call} was decided on and has no verdict."));
    }
    let sql = "SELECT count(*) FROM appeals WHERE call IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM verdicts WHERE verdicts.call = appeals.call AND verdicts.flag = appeals.flag)";
    let stray: i64 = connection.query_row(sql, [], |row| row.get(0))?;
    if stray > 0 {
        faults.push(format!("{stray} appeals are about flags that nobody has decided on."));
    }
    Ok(())
}

/// What agents said of cues is what the events say.
fn check_feedback(connection: &Connection, faults: &mut Vec<String>) -> Result<(), StoreFault> {
    let sql = "SELECT id, seq, json, rule, wrong FROM events JOIN calls ON calls.key = events.call
                   LEFT JOIN cue_feedback USING (call, seq)
               WHERE json LIKE '%\"type\":\"cue_feedback\"%' OR cue_feedback.call IS NOT NULL";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (call, seq, json): (String, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let kept: Option<(String, bool)> = row.get::<_, Option<String>>(3)?.zip(row.get(4)?);
        let due = match serde_json::from_str::<Event>(&json).map(|event| event.kind) {
            Ok(EventKind::CueFeedback { id, wrong }) => Some((rule_of_cue(&id).to_owned(), wrong)),
            _ => None,
        };
        if due != kept {
            faults.push(format!(
                "What the agent said of a cue in event {seq} of call {call} is kept otherwise."
            ));
        }
    }
    Ok(())
}
