use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::SqliteStore;
use super::flags::heard;
use crate::review::{Hits, Verdict};
use crate::store::review::{ExampleRow, PhrasePrecision, QualityStore, RulePrecision};
use crate::store::sqlite::column::{unsigned, variant, word};
use crate::store::{StoreError, StoreFault};

/// Figures by rule and phrase; of a whole rule the phrase is empty.
type Figures = BTreeMap<(String, String), RulePrecision>;

impl QualityStore for SqliteStore {
    fn precision(
        &self,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<(Vec<RulePrecision>, Vec<PhrasePrecision>), StoreError> {
        self.read("count hits", |connection| {
            let moment = connection.unchecked_transaction()?;
            Ok((by_rule(&moment, from_ms, to_ms)?, by_phrase(&moment, from_ms, to_ms)?))
        })
    }

    fn examples(&self, rule: &str, verdict: Verdict, limit: u32) -> Result<Vec<ExampleRow>, StoreError> {
        self.read("look for examples", |connection| {
            // Machine's flags alone: a person's words on an added one are no words of the call.
            let sql = "SELECT id, verdicts.flag, flags.kind, flags.text, flags.phrase, json
                       FROM verdicts INDEXED BY verdicts_by_rule
                           JOIN flags ON flags.call = verdicts.call AND flags.seq = verdicts.flag
                           JOIN events ON events.call = flags.call AND events.seq = flags.seq
                           JOIN calls ON calls.key = verdicts.call
                       WHERE verdicts.rule = ?1 AND verdict = ?2 AND flags.text <> ''
                       ORDER BY verdicts.started_ms DESC LIMIT ?3";
            let mut statement = connection.prepare_cached(sql)?;
            let examples = statement.query_map(params![rule, word(verdict)?, limit], |row| {
                Ok(ExampleRow {
                    call: row.get(0)?,
                    flag: row.get(1)?,
                    kind: variant(row, 2)?,
                    channel: heard(&row.get::<_, String>(5)?).0,
                    text: row.get(3)?,
                    phrase: row.get(4)?,
                })
            })?;
            Ok(examples.collect::<Result<_, _>>()?)
        })
    }
}

fn by_rule(connection: &Connection, from_ms: i64, to_ms: i64) -> Result<Vec<RulePrecision>, StoreFault> {
    let mut figures = Figures::new();
    let sql = "SELECT rule, '', 'flags', count(*) FROM flags INDEXED BY flags_of_day
               WHERE started_ms >= ?1 AND started_ms < ?2 GROUP BY rule";
    add(connection, sql, from_ms, to_ms, &mut figures)?;
    let sql = "SELECT rule, '', CASE WHEN flag < 0 THEN 'added' ELSE verdict END, count(*) FROM verdicts INDEXED BY verdicts_by_start
               WHERE started_ms >= ?1 AND started_ms < ?2 GROUP BY rule, 3";
    add(connection, sql, from_ms, to_ms, &mut figures)?;
    let sql = "SELECT rule, '', 'marked_wrong', count(*) FROM cue_feedback
               WHERE started_ms >= ?1 AND started_ms < ?2 AND wrong = 1 GROUP BY rule";
    add(connection, sql, from_ms, to_ms, &mut figures)?;
    Ok(figures.into_values().collect())
}

fn by_phrase(connection: &Connection, from_ms: i64, to_ms: i64) -> Result<Vec<PhrasePrecision>, StoreFault> {
    let mut figures = Figures::new();
    // From one end of the table to the other: by way of an index it would be read row by row.
    let sql = "SELECT rule, phrase, 'flags', count(*) FROM flags NOT INDEXED
               WHERE started_ms >= ?1 AND started_ms < ?2 AND phrase <> '' GROUP BY rule, phrase";
    add(connection, sql, from_ms, to_ms, &mut figures)?;
    let sql = "SELECT flags.rule, phrase, verdict, count(*)
               FROM verdicts INDEXED BY verdicts_by_start JOIN flags ON flags.call = verdicts.call AND seq = flag
               WHERE verdicts.started_ms >= ?1 AND verdicts.started_ms < ?2 AND phrase <> '' GROUP BY flags.rule, phrase, verdict";
    add(connection, sql, from_ms, to_ms, &mut figures)?;
    Ok(figures.into_iter().map(|((_, phrase), of)| PhrasePrecision { of, phrase }).collect())
}

/// Adds rows of rule, phrase, which figure, how many.
fn add(
    connection: &Connection,
    sql: &str,
    from_ms: i64,
    to_ms: i64,
    figures: &mut Figures,
) -> Result<(), StoreFault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([from_ms, to_ms])?;
    while let Some(row) = rows.next()? {
        let rule: String = row.get(0)?;
        let new = || RulePrecision { rule: rule.clone(), ..RulePrecision::default() };
        let of = figures.entry((rule.clone(), row.get(1)?)).or_insert_with(new);
        let which: String = row.get(2)?;
        let figure = match which.as_str() {
            "flags" => &mut of.flags,
            "confirmed" => &mut of.confirmed,
            "dismissed" => &mut of.dismissed,
            "unsure" => &mut of.unsure,
            "added" => &mut of.added,
            _ => &mut of.marked_wrong,
        };
        *figure = unsigned(row, 3)?;
        let hits = Hits { confirmed: of.confirmed, dismissed: of.dismissed };
        let (precision, low, high) = hits
            .precision()
            .map_or((None, None, None), |(share, low, high)| (Some(share), Some(low), Some(high)));
        (of.precision, of.low, of.high) = (precision, low, high);
    }
    Ok(())
}
