use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::{SqliteStore, query};
use crate::review::{Refusal, Verdict};
use crate::store::review::{CalibrationDraft, CalibrationRow, CalibrationStore, JudgeRow, JudgedRow, Who};
use crate::store::sqlite::column::{unsigned, variant, word};
use crate::store::{StoreError, StoreFault};

/// Flags of a call, of machine and persons, in order of time.
const FLAGS: &str = "SELECT flag, rule FROM (SELECT seq AS flag, rule, at_ms FROM flags WHERE call = ?1
                         UNION ALL SELECT flag, rule, from_ms FROM added_flags WHERE call = ?1) ORDER BY at_ms, flag";

impl CalibrationStore for SqliteStore {
    fn make_calibration(&self, draft: &CalibrationDraft, by: Who<'_>) -> Result<i64, StoreError> {
        self.write("make a calibration", |connection| {
            let key = query::key(connection, &draft.call)?;
            let sql = "INSERT INTO calibrations (name, call, made_by, made_ms, closed_ms) VALUES (?1, ?2, ?3, ?4, NULL)";
            connection.prepare_cached(sql)?.execute(params![draft.name, key, by.who, by.now_ms])?;
            let calibration = connection.last_insert_rowid();
            let sql = "INSERT INTO calibration_judges (calibration, user, done_ms) VALUES (?1, ?2, NULL)";
            for judge in &draft.judges {
                connection.prepare_cached(sql)?.execute(params![calibration, judge])?;
            }
            Ok(calibration)
        })
    }

    fn calibrations(&self, who: &str) -> Result<Vec<CalibrationRow>, StoreError> {
        self.read("list calibrations", |connection| {
            let sql = "SELECT calibration FROM calibrations WHERE made_by = ?1
                       OR calibration IN (SELECT calibration FROM calibration_judges WHERE user = ?1) ORDER BY calibration DESC";
            let mut statement = connection.prepare_cached(sql)?;
            let numbers = statement.query_map([who], |row| row.get(0))?;
            numbers.map(|number| calibration(connection, number?)).collect()
        })
    }

    fn calibration(&self, number: i64) -> Result<CalibrationRow, StoreError> {
        self.read("read a calibration", |connection| calibration(connection, number))
    }

    fn judges_blind(&self, call: &str, who: &str) -> Result<bool, StoreError> {
        self.read("look for a calibration", |connection| {
            let sql = "SELECT EXISTS (SELECT 1 FROM calibrations JOIN calibration_judges USING (calibration)
                       WHERE call = (SELECT key FROM calls WHERE id = ?1) AND user = ?2 AND closed_ms IS NULL AND done_ms IS NULL)";
            Ok(connection.prepare_cached(sql)?.query_row([call, who], |row| row.get(0))?)
        })
    }

    fn judge(&self, number: i64, by: Who<'_>, flag: i64, verdict: Verdict) -> Result<(), StoreError> {
        self.write("keep a verdict of a calibration", |connection| {
            let key = call_to_judge(connection, number, by.who)?;
            let flags = flags(connection, key)?;
            if !flags.iter().any(|(known, _)| *known == flag) {
                return Err(super::flags::missing(flag));
            }
            let sql = "INSERT OR REPLACE INTO calibration_verdicts (calibration, user, flag, verdict) VALUES (?1, ?2, ?3, ?4)";
            connection.prepare_cached(sql)?.execute(params![number, by.who, flag, word(verdict)?])?;
            Ok(())
        })
    }

    fn done_judging(&self, number: i64, by: Who<'_>) -> Result<(), StoreError> {
        self.write("end the judging of a calibration", |connection| {
            let key = call_to_judge(connection, number, by.who)?;
            let sql = "SELECT count(*) FROM calibration_verdicts WHERE calibration = ?1 AND user = ?2";
            let judged =
                connection.prepare_cached(sql)?.query_row(params![number, by.who], |row| unsigned::<usize>(row, 0))?;
            let left = flags(connection, key)?.len().saturating_sub(judged);
            if left > 0 {
                return Err(Refusal::Unjudged(u32::try_from(left).unwrap_or(u32::MAX)).into());
            }
            let sql = "UPDATE calibration_judges SET done_ms = ?3 WHERE calibration = ?1 AND user = ?2";
            connection.prepare_cached(sql)?.execute(params![number, by.who, by.now_ms])?;
            let sql = "UPDATE calibrations SET closed_ms = ?2 WHERE calibration = ?1
                       AND NOT EXISTS (SELECT 1 FROM calibration_judges WHERE calibration = ?1 AND done_ms IS NULL)";
            connection.prepare_cached(sql)?.execute([number, by.now_ms])?;
            Ok(())
        })
    }

    fn close_calibration(&self, number: i64, by: Who<'_>) -> Result<(), StoreError> {
        self.write("close a calibration", |connection| {
            let sql = "UPDATE calibrations SET closed_ms = coalesce(closed_ms, ?2) WHERE calibration = ?1";
            match connection.prepare_cached(sql)?.execute([number, by.now_ms])? {
                0 => Err(missing(number)),
                _ => Ok(()),
            }
        })
    }
}

fn missing(number: i64) -> StoreFault {
    StoreFault::Missing(format!("calibration {number}"))
}

/// The key of the call that `who` may judge in it.
fn call_to_judge(connection: &Connection, number: i64, who: &str) -> Result<i64, StoreFault> {
    let sql = "SELECT call, closed_ms IS NULL, (SELECT done_ms IS NULL FROM calibration_judges AS judge
                   WHERE judge.calibration = calibrations.calibration AND user = ?2)
               FROM calibrations WHERE calibration = ?1";
    let found = connection
        .prepare_cached(sql)?
        .query_row(params![number, who], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    match found.ok_or_else(|| missing(number))? {
        (_, _, None) => Err(Refusal::NoJudge.into()),
        (key, true, Some(true)) => Ok(key),
        _ => Err(Refusal::JudgingOver.into()),
    }
}

fn flags(connection: &Connection, key: i64) -> Result<Vec<(i64, String)>, StoreFault> {
    let mut statement = connection.prepare_cached(FLAGS)?;
    let flags = statement.query_map([key], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(flags.collect::<Result<_, _>>()?)
}

fn calibration(connection: &Connection, number: i64) -> Result<CalibrationRow, StoreFault> {
    let sql = "SELECT name, id, made_by, made_ms, closed_ms, call FROM calibrations JOIN calls ON calls.key = call WHERE calibration = ?1";
    let found = connection.prepare_cached(sql)?.query_row([number], |row| {
        let calibration = CalibrationRow {
            calibration: number,
            name: row.get(0)?,
            call: row.get(1)?,
            made_by: row.get(2)?,
            made_ms: row.get(3)?,
            closed_ms: row.get(4)?,
            judges: Vec::new(),
            flags: Vec::new(),
        };
        Ok((calibration, row.get(5)?))
    });
    let (mut calibration, key): (_, i64) = found.optional()?.ok_or_else(|| missing(number))?;
    let sql = "SELECT user, coalesce(full_name, ''), done_ms IS NOT NULL FROM calibration_judges LEFT JOIN users ON users.name = user
               WHERE calibration = ?1 ORDER BY user";
    let mut statement = connection.prepare_cached(sql)?;
    let judges = statement.query_map([number], |row| {
        Ok(JudgeRow { user: row.get(0)?, full_name: row.get(1)?, done: row.get(2)? })
    })?;
    calibration.judges = judges.collect::<Result<_, _>>()?;
    let verdicts = verdicts(connection, number)?;
    let said = |flag: i64, judge: &JudgeRow| verdicts.get(&(flag, judge.user.clone())).copied();
    for (flag, rule) in flags(connection, key)? {
        let verdicts = calibration.judges.iter().map(|judge| said(flag, judge)).collect();
        calibration.flags.push(JudgedRow { flag, rule, verdicts });
    }
    Ok(calibration)
}

fn verdicts(connection: &Connection, number: i64) -> Result<BTreeMap<(i64, String), Verdict>, StoreFault> {
    let sql = "SELECT flag, user, verdict FROM calibration_verdicts WHERE calibration = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([number], |row| Ok(((row.get(0)?, row.get(1)?), variant(row, 2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
