use std::ops::Range;

use rusqlite::{Connection, OptionalExtension, params};

use super::column::{signed, unsigned, word};
use super::figures::{Figures, state_number, state_of};
use super::{notices, review, search};
use crate::call::{EventKind, can_name_a_call};
use crate::store::{Appended, Arrival, CallState, Standing, StoreFault};
use crate::wire::StampedEvent;

/// A call's row, as far as new events change it.
pub(super) struct Known {
    pub(super) key: i64,
    pub(super) station: u32,
    pub(super) team: String,
    pub(super) agent: String,
    pub(super) figures: Figures,
}

/// Of which call an event is, as its findings say it.
struct Whose<'a> {
    key: i64,
    team: &'a str,
    agent: &'a str,
    started_ms: Option<i64>,
}

/// The row of a call.
pub(super) fn known(connection: &Connection, call: &str) -> Result<Option<Known>, StoreFault> {
    let sql = "SELECT key, station, last_seq, closes, state, started_ms, date, length_ms, ended_by, due, met, flags, worst_points,
                   team, agent
               FROM calls WHERE id = ?1";
    let known = connection.prepare_cached(sql)?.query_row([call], |row| {
        Ok(Known {
            key: row.get(0)?,
            station: unsigned(row, 1)?,
            team: row.get(13)?,
            agent: row.get(14)?,
            figures: Figures {
                last_seq: unsigned(row, 2)?,
                closes: row.get::<_, Option<i64>>(3)?.map(i64::unsigned_abs),
                summed_up: state_of(row.get(4)?) == CallState::Ended,
                started_ms: row.get(5)?,
                date: row.get(6)?,
                length_ms: unsigned(row, 7)?,
                ended_by: row.get(8)?,
                due: unsigned(row, 9)?,
                met: unsigned(row, 10)?,
                flags: unsigned(row, 11)?,
                worst_points: row.get(12)?,
            },
        })
    });
    Ok(known.optional()?)
}

/// Takes one arrival in, inside the transaction of its batch.
pub(super) fn append(connection: &Connection, arrival: &Arrival) -> Result<Appended, StoreFault> {
    let foreign = Appended { standing: Standing::default(), fresh: 0..0, foreign: true };
    if !can_name_a_call(&arrival.call) {
        return Ok(foreign);
    }
    let known = known(connection, &arrival.call)?;
    if known.as_ref().is_some_and(|known| known.station != arrival.header.station) {
        return Ok(foreign);
    }
    let before = known.as_ref().map_or_else(Figures::default, |known| known.figures.clone());
    let mut figures = before.clone();
    let fresh = if figures.is_closed() { 0..0 } else { take(&mut figures, arrival) };
    if !figures.is_closed() {
        // The station counts its journal again after a crash; the later count cannot be the shorter one.
        figures.closes = figures.closes.max(arrival.closes);
    }
    if figures != before {
        let (key, team, agent) = match &known {
            Some(Known { key, team, agent, .. }) => {
                update(connection, *key, &before, &figures, arrival.received_ms)?;
                (*key, team, agent)
            }
            None => (insert(connection, arrival, &figures)?, &arrival.header.team, &arrival.header.agent),
        };
        let whose = Whose { key, team, agent, started_ms: figures.started_ms };
        for event in &arrival.events[fresh.clone()] {
            keep_event(connection, key, event)?;
            keep_findings(connection, &whose, event)?;
            if arrival.is_live {
                notices::note_event(connection, key, event, arrival.received_ms)?;
            }
        }
    }
    Ok(Appended { standing: figures.standing(), fresh, foreign: false })
}

/// Which events of an arrival follow what is there; they are taken into the figures.
fn take(figures: &mut Figures, arrival: &Arrival) -> Range<usize> {
    let start =
        arrival.events.iter().position(|event| event.seq > figures.last_seq).unwrap_or(arrival.events.len());
    let mut end = start;
    for event in &arrival.events[start..] {
        if figures.is_closed() || event.seq != figures.last_seq + 1 || event.call != arrival.call {
            break;
        }
        figures.take(event, arrival.received_ms);
        end += 1;
    }
    if start == end { 0..0 } else { start..end }
}

fn insert(connection: &Connection, arrival: &Arrival, figures: &Figures) -> Result<i64, StoreFault> {
    let header = &arrival.header;
    let sql = "INSERT INTO calls (id, station, agent, team, script, script_sha256, model, engine, received_ms, closes, last_seq,
                   state, started_ms, date, length_ms, ended_by, due, met, flags, worst_points)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)";
    connection.prepare_cached(sql)?.execute(params![
        arrival.call,
        header.station,
        header.agent,
        header.team,
        header.script,
        header.script_sha256,
        header.model,
        header.engine,
        arrival.received_ms,
        figures.closes.map(signed),
        signed(figures.last_seq),
        state_number(figures.state()),
        figures.started_ms,
        figures.date,
        signed(figures.length_ms),
        figures.ended_by,
        figures.due,
        figures.met,
        figures.flags,
        figures.worst_points,
    ])?;
    Ok(connection.last_insert_rowid())
}

/// Most arrivals move only what no index has; what indexes have is written when it changes, because each write of it is a write of
/// every one of them.
fn update(
    connection: &Connection,
    key: i64,
    before: &Figures,
    figures: &Figures,
    received_ms: i64,
) -> Result<(), StoreFault> {
    let sql = "UPDATE calls SET received_ms = ?2, closes = ?3, last_seq = ?4, length_ms = ?5, ended_by = ?6 WHERE key = ?1";
    connection.prepare_cached(sql)?.execute(params![
        key,
        received_ms,
        figures.closes.map(signed),
        signed(figures.last_seq),
        signed(figures.length_ms),
        figures.ended_by,
    ])?;
    let indexed = |figures: &Figures| {
        let found = (figures.due, figures.met, figures.flags, figures.worst_points);
        (state_number(figures.state()), figures.started_ms, found)
    };
    if indexed(before) != indexed(figures) {
        let sql = "UPDATE calls SET state = ?2, started_ms = ?3, date = ?4, due = ?5, met = ?6, flags = ?7, worst_points = ?8
                   WHERE key = ?1";
        connection.prepare_cached(sql)?.execute(params![
            key,
            state_number(figures.state()),
            figures.started_ms,
            figures.date,
            figures.due,
            figures.met,
            figures.flags,
            figures.worst_points,
        ])?;
    }
    Ok(())
}

fn keep_event(connection: &Connection, key: i64, stamped: &StampedEvent) -> Result<(), StoreFault> {
    let json = serde_json::to_string(&stamped.event)?;
    connection
        .prepare_cached("INSERT INTO events (call, seq, wall, json) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![key, signed(stamped.seq), stamped.wall, json])?;
    Ok(())
}

/// What lists and searches need of an event, in tables of its own.
fn keep_findings(
    connection: &Connection,
    whose: &Whose<'_>,
    stamped: &StampedEvent,
) -> Result<(), StoreFault> {
    let Whose { key, team, agent, started_ms } = whose;
    let seq = signed(stamped.seq);
    match &stamped.event.kind {
        EventKind::Transcript { channel, from_ms, to_ms, text, r#final: true, .. } => {
            let sql = "INSERT INTO transcripts (call, seq, channel, from_ms, to_ms, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let row = params![key, seq, word(channel)?, signed(*from_ms), signed(*to_ms), text];
            connection.prepare_cached(sql)?.execute(row)?;
            let transcript = connection.last_insert_rowid();
            search::index(connection, transcript, text, team, agent)?;
        }
        EventKind::Flag { rule, kind, from_ms, to_ms, text, phrase, item, points, heard, .. } => {
            let sql = "INSERT INTO flags (call, seq, at_ms, rule, kind, from_ms, to_ms, text, item, points, started_ms, team, agent,
                           phrase, sure)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
            let at_ms = signed(stamped.event.at_ms);
            let [from_ms, to_ms] = [signed(*from_ms), signed(*to_ms)];
            let row = params![
                key,
                seq,
                at_ms,
                rule,
                word(kind)?,
                from_ms,
                to_ms,
                text,
                item,
                points,
                started_ms,
                team,
                agent,
                phrase,
                in_hundredths(heard.sure)
            ];
            connection.prepare_cached(sql)?.execute(row)?;
            review::flagged(connection, *key, seq)?;
        }
        EventKind::CueFeedback { id, wrong } => {
            let sql =
                "INSERT INTO cue_feedback (call, seq, rule, wrong, started_ms) VALUES (?1, ?2, ?3, ?4, ?5)";
            connection.prepare_cached(sql)?.execute(params![key, seq, rule_of_cue(id), wrong, started_ms])?;
        }
        EventKind::Summary { items, .. } => {
            let sql = "INSERT INTO points (call, item, points) VALUES (?1, ?2, ?3)
                       ON CONFLICT DO UPDATE SET points = points + excluded.points";
            for item in items {
                connection.prepare_cached(sql)?.execute(params![key, item.item, item.points])?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// A cue's id is `rule#n`.
pub(super) fn rule_of_cue(id: &str) -> &str {
    id.split_once('#').map_or("", |(rule, _)| rule)
}

/// How sure words were heard; 100 where nothing says so.
pub(super) fn in_hundredths(sure: Option<f32>) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "0 to 100")]
    sure.map_or(100, |sure| (sure.clamp(0.0, 1.0) * 100.0).round() as i64)
}
