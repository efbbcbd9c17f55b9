use rusqlite::{OptionalExtension, params};
use serde_json::{Value, json};

use super::flags::{appeal_of, missing, verdict};
use super::one_call::Held;
use super::{SqliteStore, decisions};
use crate::review::{
    Answer, Charge, Contested, ReviewState, Ruling, Verdict, may_answer, may_change, may_settle,
};
use crate::score::Appeal;
use crate::store::review::{AppealStore, Decided, OwnCall, Who};
use crate::store::sqlite::column::{unsigned, word};
use crate::store::{StoreError, StoreFault};

impl AppealStore for SqliteStore {
    fn own_calls(
        &self,
        agent: &str,
        from_ms: i64,
        to_ms: i64,
        now_ms: i64,
    ) -> Result<Vec<OwnCall>, StoreError> {
        self.read("list an agent's calls", |connection| {
            let sql = "SELECT id, reviews.started_ms, length_ms, coalesce(appeal_until_ms, 0),
                           (SELECT count(*) FROM verdicts WHERE verdicts.call = key AND verdict = 'confirmed'),
                           (SELECT coalesce(sum(points), 0) FROM verdicts WHERE verdicts.call = key AND verdict = 'confirmed'),
                           (SELECT count(*) FROM verdicts WHERE verdicts.call = key AND verdict = 'confirmed' AND points <> 0
                               AND appeal_until_ms > ?4 AND NOT EXISTS
                                   (SELECT 1 FROM appeals WHERE appeals.call = key AND appeals.flag = verdicts.flag))
                       FROM reviews INDEXED BY reviews_by_agent JOIN calls ON calls.key = reviews.call
                       WHERE reviews.agent = ?1 AND reviews.state = 2 AND reviews.started_ms >= ?2 AND reviews.started_ms < ?3
                       ORDER BY reviews.started_ms DESC, reviews.call DESC";
            let mut statement = connection.prepare_cached(sql)?;
            let calls = statement.query_map(params![agent, from_ms, to_ms, now_ms], |row| {
                Ok(OwnCall {
                    call: row.get(0)?,
                    started_ms: row.get(1)?,
                    length_ms: unsigned(row, 2)?,
                    appeal_until_ms: row.get(3)?,
                    confirmed: unsigned(row, 4)?,
                    points: row.get(5)?,
                    unanswered: unsigned(row, 6)?,
                })
            })?;
            Ok(calls.collect::<Result<_, _>>()?)
        })
    }

    fn answer(
        &self,
        call: &str,
        flag: i64,
        by: Who<'_>,
        agent: &str,
        answer: Answer,
        reason: &str,
    ) -> Result<Appeal, StoreError> {
        self.write("keep an answer", |connection| {
            let held = Held::of(connection, call)?;
            let decided = verdict(connection, held.key, flag)?;
            let charge = Charge {
                agent: &held.agent,
                verdict: decided.as_ref().map(|decided| decided.verdict),
                points: decided.as_ref().map_or(0, |decided| decided.points),
                until_ms: held.appeal_until_ms.filter(|_| held.state == ReviewState::Finished),
                is_answered: appeal_of(connection, held.key, flag)?.is_some(),
            };
            may_answer(&charge, agent, answer, reason, by.now_ms)?;
            let sql = "INSERT INTO appeals (call, flag, entry, agent, team, answer, reason, answered_by, answered_ms, decision, decided_by,
                           decided_ms, decision_note)
                       VALUES (?1, ?2, NULL, ?3, ?4, ?5, ?6, ?7, ?8, NULL, '', NULL, '')";
            let row = params![held.key, flag, held.agent, held.team, word(answer)?, reason, by.who, by.now_ms];
            connection.prepare_cached(sql)?.execute(row)?;
            let after = json!({"answer": answer, "reason": reason});
            let act = word(answer)?;
            decisions::write(connection, held.key, Some(flag), by, &act, None::<Value>, Some(after))?;
            appeal_of(connection, held.key, flag)?.ok_or_else(|| missing(flag))
        })
    }

    fn settle(
        &self,
        call: &str,
        flag: i64,
        by: Who<'_>,
        ruling: Ruling,
        note: &str,
    ) -> Result<Appeal, StoreError> {
        self.write("decide on an appeal", |connection| {
            let held = Held::of(connection, call)?;
            may_change(held.lock(), by.who, by.now_ms)?;
            let before = verdict(connection, held.key, flag)?.ok_or_else(|| missing(flag))?;
            let appeal = appeal_of(connection, held.key, flag)?;
            let contested = Contested {
                answer: appeal.as_ref().map(|appeal| appeal.answer),
                ruling: appeal.as_ref().and_then(|appeal| appeal.decision),
                first_by: &before.decided_by,
            };
            may_settle(&contested, by.who)?;
            let sql = "UPDATE appeals SET decision = ?3, decided_by = ?4, decided_ms = ?5, decision_note = ?6
                       WHERE call = ?1 AND flag = ?2";
            let row = params![held.key, flag, word(ruling)?, by.who, by.now_ms, note];
            connection.prepare_cached(sql)?.execute(row)?;
            let after = match ruling {
                Ruling::Upheld => before.clone(),
                Ruling::Overturned => Decided {
                    verdict: Verdict::Dismissed,
                    points: 0,
                    item: before.item.clone(),
                    complaint: false,
                    note: note.to_owned(),
                    decided_by: by.who.to_owned(),
                    decided_ms: by.now_ms,
                },
            };
            let sql = "SELECT rule FROM verdicts WHERE call = ?1 AND flag = ?2";
            let rule: Option<String> =
                connection.prepare_cached(sql)?.query_row([held.key, flag], |row| row.get(0)).optional()?;
            let rule = rule.ok_or_else(|| StoreFault::Missing(format!("verdict on flag {flag}")))?;
            decisions::put_verdict(connection, &held, flag, &rule, &after)?;
            decisions::write(
                connection,
                held.key,
                Some(flag),
                by,
                &word(ruling)?,
                Some(before),
                Some(after),
            )?;
            appeal_of(connection, held.key, flag)?.ok_or_else(|| missing(flag))
        })
    }
}
