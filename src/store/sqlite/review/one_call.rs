use rusqlite::{Connection, OptionalExtension, params};

use super::kept::{make_row, set_state, state_of};
use super::queue_rows::{agent_names, upload};
use super::{SqliteStore, decisions, flags, query};
use crate::review::{Lock, ReviewState, Standing, may_change, may_decide, may_finish, may_reopen};
use crate::score::Assessment;
use crate::store::review::{
    AddedFlag, CommentRow, DecisionRow, LockRow, ReviewFlag, ReviewStore, ReviewedCall, Said, Who,
};
use crate::store::sqlite::column::{signed, unsigned, variant};
use crate::store::{StoreError, StoreFault};

/// How a call stands, as far as decisions depend on it.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    pub(super) key: i64,
    pub(super) agent: String,
    pub(super) team: String,
    pub(super) started_ms: i64,
    pub(super) state: ReviewState,
    pub(super) assigned_to: String,
    pub(super) appeal_until_ms: Option<i64>,
    locked_by: String,
    locked_until_ms: i64,
    open_flags: u32,
    is_over: bool,
    answers: u32,
}

impl Held {
    pub(super) fn of(connection: &Connection, call: &str) -> Result<Self, StoreFault> {
        let sql = "SELECT key, calls.agent, calls.team, calls.started_ms, coalesce(reviews.state, 0), coalesce(assigned_to, ''),
                       appeal_until_ms, coalesce(locked_by, ''), coalesce(locked_until_ms, 0), coalesce(open_flags, 0),
                       calls.state <> 0, (SELECT count(*) FROM appeals WHERE appeals.call = key)
                   FROM calls LEFT JOIN reviews ON reviews.call = key WHERE id = ?1 AND calls.started_ms IS NOT NULL";
        let held = connection.prepare_cached(sql)?.query_row([call], |row| {
            Ok(Self {
                key: row.get(0)?,
                agent: row.get(1)?,
                team: row.get(2)?,
                started_ms: row.get(3)?,
                state: state_of(row.get(4)?),
                assigned_to: row.get(5)?,
                appeal_until_ms: row.get(6)?,
                locked_by: row.get(7)?,
                locked_until_ms: row.get(8)?,
                open_flags: unsigned(row, 9)?,
                is_over: row.get(10)?,
                answers: unsigned(row, 11)?,
            })
        });
        held.optional()?.ok_or_else(|| StoreFault::Missing(format!("call {call}")))
    }

    pub(super) fn lock(&self) -> Lock<'_> {
        Lock { by: &self.locked_by, until_ms: self.locked_until_ms }
    }

    fn standing(&self) -> Standing<'_> {
        let Self { state, open_flags, is_over, answers, .. } = *self;
        Standing { state, lock: self.lock(), open_flags, is_over, answers }
    }

    /// The call, if `by` may decide on its flags.
    fn to_decide(connection: &Connection, call: &str, by: Who<'_>) -> Result<Self, StoreFault> {
        let held = Self::of(connection, call)?;
        may_decide(&held.standing(), by.who, by.now_ms)?;
        Ok(held)
    }
}

impl ReviewStore for SqliteStore {
    fn review(&self, call: &str, now_ms: i64) -> Result<ReviewedCall, StoreError> {
        self.read("read a review", |connection| {
            let moment = connection.unchecked_transaction()?;
            review(&moment, call, now_ms)
        })
    }

    fn history(&self, call: &str) -> Result<Vec<DecisionRow>, StoreError> {
        self.read("read decisions", |connection| {
            decisions::history(connection, query::key(connection, call)?)
        })
    }

    fn lock(&self, call: &str, by: Who<'_>) -> Result<LockRow, StoreError> {
        self.write("lock a call", |connection| {
            let held = Held::of(connection, call)?;
            may_change(held.lock(), by.who, by.now_ms)?;
            make_row(connection, held.key)?;
            if held.state == ReviewState::Unseen {
                set_state(connection, held.key, ReviewState::Opened)?;
            }
            let until_ms = by.now_ms.saturating_add(Lock::MS);
            set_lock(connection, held.key, by.who, until_ms)?;
            Ok(LockRow { locked_by: by.who.to_owned(), locked_until_ms: until_ms })
        })
    }

    fn unlock(&self, call: &str, by: Who<'_>) -> Result<(), StoreError> {
        self.write("give a lock back", |connection| {
            let held = Held::of(connection, call)?;
            if held.locked_by == by.who { set_lock(connection, held.key, "", 0) } else { Ok(()) }
        })
    }

    fn decide(
        &self,
        call: &str,
        flag: i64,
        by: Who<'_>,
        said: Said<'_>,
        standard: &Assessment,
    ) -> Result<ReviewFlag, StoreError> {
        self.write("decide on a flag", |connection| {
            let held = Held::to_decide(connection, call, by)?;
            decisions::decide(connection, &held, flag, by, said, standard)?;
            flags::flag(connection, held.key, flag)
        })
    }

    fn add_flag(
        &self,
        call: &str,
        by: Who<'_>,
        flag: &AddedFlag,
        standard: &Assessment,
    ) -> Result<ReviewFlag, StoreError> {
        self.write("add a flag", |connection| {
            let held = Held::to_decide(connection, call, by)?;
            let number = decisions::add_flag(connection, &held, by, flag, standard)?;
            flags::flag(connection, held.key, number)
        })
    }

    fn comment(&self, call: &str, by: Who<'_>, at_ms: u64, text: &str) -> Result<CommentRow, StoreError> {
        self.write("keep a comment", |connection| {
            let held = Held::to_decide(connection, call, by)?;
            let sql = "SELECT coalesce(max(comment), 0) + 1 FROM comments WHERE call = ?1";
            let comment =
                connection.prepare_cached(sql)?.query_row([held.key], |row| unsigned::<u32>(row, 0))?;
            let sql = "INSERT INTO comments (call, comment, at_ms, who, wall_ms, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let row = params![held.key, comment, signed(at_ms), by.who, by.now_ms, text];
            connection.prepare_cached(sql)?.execute(row)?;
            decisions::write(connection, held.key, None, by, "comment", None::<&str>, Some(text))?;
            let (who, text) = (by.who.to_owned(), text.to_owned());
            Ok(CommentRow { comment, at_ms, who, wall_ms: by.now_ms, text })
        })
    }

    fn assign(&self, call: &str, by: Who<'_>, to: &str) -> Result<ReviewedCall, StoreError> {
        self.write("assign a call", |connection| {
            let held = Held::of(connection, call)?;
            may_change(held.lock(), by.who, by.now_ms)?;
            make_row(connection, held.key)?;
            let sql = "UPDATE reviews SET assigned_to = ?2 WHERE call = ?1";
            connection.prepare_cached(sql)?.execute(params![held.key, to])?;
            let named = |name: &str| (!name.is_empty()).then(|| name.to_owned());
            let (before, after) = (named(&held.assigned_to), named(to));
            decisions::write(connection, held.key, None, by, "assigned", before, after)?;
            review(connection, call, by.now_ms)
        })
    }

    fn finish(&self, call: &str, by: Who<'_>, appeal_until_ms: i64) -> Result<ReviewedCall, StoreError> {
        self.write("finish a call", |connection| {
            let held = Held::of(connection, call)?;
            may_finish(&held.standing(), by.who, by.now_ms)?;
            set_state(connection, held.key, ReviewState::Finished)?;
            let sql =
                "UPDATE reviews SET finished_by = ?2, finished_ms = ?3, appeal_until_ms = ?4 WHERE call = ?1";
            let row = params![held.key, by.who, by.now_ms, appeal_until_ms];
            connection.prepare_cached(sql)?.execute(row)?;
            set_lock(connection, held.key, "", 0)?;
            decisions::write(connection, held.key, None, by, "finished", None::<i64>, Some(appeal_until_ms))?;
            review(connection, call, by.now_ms)
        })
    }

    fn reopen(&self, call: &str, by: Who<'_>) -> Result<ReviewedCall, StoreError> {
        self.write("reopen a call", |connection| {
            let held = Held::of(connection, call)?;
            may_reopen(&held.standing(), by.who, by.now_ms)?;
            set_state(connection, held.key, ReviewState::Opened)?;
            let sql =
                "UPDATE reviews SET finished_by = '', finished_ms = NULL, appeal_until_ms = NULL WHERE call = ?1";
            connection.prepare_cached(sql)?.execute([held.key])?;
            decisions::write(connection, held.key, None, by, "reopened", held.appeal_until_ms, None::<i64>)?;
            review(connection, call, by.now_ms)
        })
    }
}

fn set_lock(connection: &Connection, key: i64, who: &str, until_ms: i64) -> Result<(), StoreFault> {
    let sql = "UPDATE reviews SET locked_by = ?2, locked_until_ms = ?3 WHERE call = ?1";
    connection.prepare_cached(sql)?.execute(params![key, who, until_ms])?;
    Ok(())
}

fn review(connection: &Connection, call: &str, now_ms: i64) -> Result<ReviewedCall, StoreFault> {
    let names = agent_names(connection)?;
    let sql = "SELECT key, calls.agent, calls.team, station, calls.started_ms, length_ms, ended_by, script, script_sha256, model, engine,
                   (SELECT whole FROM recordings WHERE recordings.call = key), coalesce(reviews.state, 0), coalesce(sampled, ''),
                   coalesce(assigned_to, ''), locked_until_ms > ?2, locked_by, locked_until_ms, coalesce(finished_by, ''),
                   finished_ms, appeal_until_ms
               FROM calls LEFT JOIN reviews ON reviews.call = key WHERE id = ?1 AND calls.started_ms IS NOT NULL";
    let found = connection.prepare_cached(sql)?.query_row(params![call, now_ms], |row| {
        let agent: String = row.get(1)?;
        let is_locked = row.get::<_, Option<bool>>(15)?.unwrap_or_default();
        let reviewed = ReviewedCall {
            call: call.to_owned(),
            agent_name: names.get(&agent).cloned().unwrap_or_default(),
            agent,
            team: row.get(2)?,
            station: unsigned(row, 3)?,
            started_ms: row.get(4)?,
            length_ms: unsigned(row, 5)?,
            ended_by: row.get(6)?,
            script: row.get(7)?,
            script_sha256: row.get(8)?,
            model: row.get(9)?,
            engine: row.get(10)?,
            recording: upload(row, 11)?,
            state: state_of(row.get(12)?),
            sampled: variant(row, 13)?,
            assigned_to: row.get(14)?,
            locked_by: if is_locked { row.get(16)? } else { String::new() },
            locked_until_ms: if is_locked { row.get(17)? } else { 0 },
            finished_by: row.get(18)?,
            finished_ms: row.get(19)?,
            appeal_until_ms: row.get(20)?,
            flags: Vec::new(),
            comments: Vec::new(),
        };
        Ok((row.get(0)?, reviewed))
    });
    let (key, mut reviewed): (i64, _) =
        found.optional()?.ok_or_else(|| StoreFault::Missing(format!("call {call}")))?;
    reviewed.flags = flags::flags(connection, key)?;
    reviewed.comments = comments(connection, key)?;
    Ok(reviewed)
}

fn comments(connection: &Connection, key: i64) -> Result<Vec<CommentRow>, StoreFault> {
    let sql = "SELECT comment, at_ms, who, wall_ms, text FROM comments WHERE call = ?1 ORDER BY comment";
    let mut statement = connection.prepare_cached(sql)?;
    let comments = statement.query_map([key], |row| {
        Ok(CommentRow {
            comment: unsigned(row, 0)?,
            at_ms: unsigned(row, 1)?,
            who: row.get(2)?,
            wall_ms: row.get(3)?,
            text: row.get(4)?,
        })
    })?;
    Ok(comments.collect::<Result<_, _>>()?)
}
