use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, params};

use super::append::{Known, known};
use super::column::{signed, unsigned, word};
use super::figures::Figures;
use super::{append, folder, review};
use crate::call::{Event, EventKind};
use crate::store::StoreFault;
use crate::wire::StampedEvent;

/// Rows that follow from an event, by its number.
type Findings = BTreeMap<u64, Vec<Value>>;

/// Checks all that must always be so, at one moment, while others write. One sentence a fault.
pub(super) fn verify(connection: &Connection, recordings: &Path) -> Result<Vec<String>, StoreFault> {
    let mut faults = Vec::new();
    let strays = {
        let moment = connection.unchecked_transaction()?;
        check_file(&moment, &mut faults)?;
        if !faults.is_empty() {
            // Of a damaged file the rest would say the same in many words.
            return Ok(faults);
        }
        check_keys(&moment, &mut faults)?;
        check_calls(&moment, &mut faults)?;
        check_index(&moment, &mut faults)?;
        review::check_reviews(&moment, &mut faults)?;
        check_recordings(&moment, recordings, &mut faults)?;
        recording_files(recordings)?
    };
    // Asked after that moment: a recording may have become whole meanwhile.
    for path in strays {
        let sql = "SELECT count(*) FROM recordings WHERE path = ?1";
        let kept: i64 = connection.prepare_cached(sql)?.query_row([&path], |row| row.get(0))?;
        let call = Path::new(&path).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        // One that belongs to a call is waiting for its row since a crash, and its station sends it again.
        if kept == 0 && known(connection, call)?.is_none() {
            faults.push(format!("The file recordings/{path} belongs to no call."));
        }
    }
    Ok(faults)
}

fn check_file(connection: &Connection, faults: &mut Vec<String>) -> Result<(), StoreFault> {
    let mut statement = connection.prepare("PRAGMA integrity_check")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let found: String = row.get(0)?;
        if found != "ok" {
            faults.push(format!("The database file is damaged: {found}."));
        }
    }
    Ok(())
}

/// Every row belongs to the row that it names.
fn check_keys(connection: &Connection, faults: &mut Vec<String>) -> Result<(), StoreFault> {
    let mut orphans: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        *orphans.entry((row.get(0)?, row.get(2)?)).or_default() += 1;
    }
    for ((table, parent), count) in orphans {
        faults.push(format!("{count} rows of {table} belong to rows of {parent} that are not there."));
    }
    Ok(())
}

fn check_calls(connection: &Connection, faults: &mut Vec<String>) -> Result<(), StoreFault> {
    let mut statement = connection.prepare("SELECT id FROM calls ORDER BY key")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let call: String = row.get(0)?;
        if !append::can_name_a_call(&call) {
            faults.push(format!("A call is named {call:?}, which cannot name a file."));
        }
        if let Some(known) = known(connection, &call)? {
            check_call(connection, &call, &known, faults)?;
        }
    }
    Ok(())
}

/// Makes a call's row and findings again from its events, and compares.
fn check_call(
    connection: &Connection,
    call: &str,
    known: &Known,
    faults: &mut Vec<String>,
) -> Result<(), StoreFault> {
    let row = &known.figures;
    let mut figures = Figures { closes: row.closes, ..Figures::default() };
    let (mut transcripts, mut flags, mut points) = (Findings::new(), Findings::new(), BTreeMap::new());
    let mut statement =
        connection.prepare_cached("SELECT seq, wall, json FROM events WHERE call = ?1 ORDER BY seq")?;
    let mut rows = statement.query([known.key])?;
    while let Some(found) = rows.next()? {
        let (seq, due): (u64, u64) = (unsigned(found, 0)?, figures.last_seq + 1);
        if seq != due {
            faults.push(format!("Call {call} has event {seq} where {due} is due."));
            return Ok(());
        }
        let json: String = found.get(2)?;
        let event: Event = match serde_json::from_str(&json) {
            Ok(event) => event,
            Err(error) => {
                faults.push(format!("Event {seq} of call {call} cannot be read: {error}."));
                return Ok(());
            }
        };
        let stamped = StampedEvent { call: call.to_owned(), seq, wall: found.get(1)?, event };
        figures.take(&stamped, 0);
        if seq == 1 && stamped.wall.parse::<Timestamp>().is_err() {
            // Then it was the floor's clock, which no event has.
            (figures.started_ms, figures.date) = (row.started_ms, row.date.clone());
        }
        findings(known, &stamped, &mut transcripts, &mut flags, &mut points)?;
    }
    compare_rows(call, row, &figures, faults);
    let sql = "SELECT seq, channel, from_ms, to_ms, text FROM transcripts WHERE call = ?1";
    compare(call, "transcript", &transcripts, &found(connection, sql, known.key)?, faults);
    let sql = "SELECT seq, at_ms, rule, kind, from_ms, to_ms, text, item, points, started_ms, team, agent,
                   phrase, sure
               FROM flags WHERE call = ?1";
    compare(call, "flag", &flags, &found(connection, sql, known.key)?, faults);
    let mut statement = connection.prepare_cached("SELECT item, points FROM points WHERE call = ?1")?;
    let kept = statement.query_map([known.key], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if kept.collect::<Result<BTreeMap<String, i64>, _>>()? != points {
        faults.push(format!("The points of call {call} are not those of its summary."));
    }
    Ok(())
}

fn findings(
    known: &Known,
    stamped: &StampedEvent,
    transcripts: &mut Findings,
    flags: &mut Findings,
    points: &mut BTreeMap<String, i64>,
) -> Result<(), StoreFault> {
    let number = |number: &u64| Value::Integer(signed(*number));
    let text = |text: &String| Value::Text(text.clone());
    match &stamped.event.kind {
        EventKind::Transcript { channel, from_ms, to_ms, text: words, r#final: true, .. } => {
            let row = vec![Value::Text(word(channel)?), number(from_ms), number(to_ms), text(words)];
            transcripts.insert(stamped.seq, row);
        }
        EventKind::Flag { rule, kind, from_ms, to_ms, text: words, phrase, item, points, heard, .. } => {
            flags.insert(
                stamped.seq,
                vec![
                    number(&stamped.event.at_ms),
                    text(rule),
                    Value::Text(word(kind)?),
                    number(from_ms),
                    number(to_ms),
                    text(words),
                    text(item),
                    Value::Integer((*points).into()),
                    known.figures.started_ms.map_or(Value::Null, Value::Integer),
                    text(&known.team),
                    text(&known.agent),
                    text(phrase),
                    Value::Integer(append::in_hundredths(heard.sure)),
                ],
            );
        }
        EventKind::Summary { items, .. } => {
            for item in items {
                *points.entry(item.item.clone()).or_default() += i64::from(item.points);
            }
        }
        _ => {}
    }
    Ok(())
}

fn found(connection: &Connection, sql: &str, key: i64) -> Result<Findings, StoreFault> {
    let mut statement = connection.prepare_cached(sql)?;
    let columns = statement.column_count();
    let rows = statement.query_map([key], |row| {
        Ok((unsigned(row, 0)?, (1..columns).map(|column| row.get(column)).collect::<Result<_, _>>()?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn compare(call: &str, what: &str, due: &Findings, found: &Findings, faults: &mut Vec<String>) {
    for seq in due.keys().chain(found.keys()).collect::<BTreeSet<_>>() {
        match (due.get(seq), found.get(seq)) {
            (Some(due), Some(found)) if due == found => {}
            (Some(_), Some(_)) => {
                faults.push(format!("The {what} of event {seq} of call {call} is not what the event says."))
            }
            (Some(_), None) => faults.push(format!("The {what} of event {seq} of call {call} is not there.")),
            (None, _) => faults.push(format!("Event {seq} of call {call} has a {what} and is none.")),
        }
    }
}

fn compare_rows(call: &str, row: &Figures, events: &Figures, faults: &mut Vec<String>) {
    let figures = |figures: &Figures| {
        [
            ("its last event", figures.last_seq.to_string()),
            ("its state", format!("{:?}", figures.state())),
            ("its start", format!("{:?} of {:?}", figures.started_ms, figures.date)),
            ("its length in ms", figures.length_ms.to_string()),
            ("who ended it", format!("{:?}", figures.ended_by)),
            ("what was due", figures.due.to_string()),
            ("what was met", figures.met.to_string()),
            ("its flags", figures.flags.to_string()),
            ("its worst points", figures.worst_points.to_string()),
        ]
    };
    for ((what, row), (_, events)) in figures(row).into_iter().zip(figures(events)) {
        if row != events {
            faults.push(format!("The row of call {call} has {what} as {row}, its events as {events}."));
        }
    }
}

/// Every utterance is in the search index, and nothing else is.
fn check_index(connection: &Connection, faults: &mut Vec<String>) -> Result<(), StoreFault> {
    let count = |sql: &str| -> rusqlite::Result<i64> { connection.query_row(sql, [], |row| row.get(0)) };
    let missing = count("SELECT count(*) FROM transcripts WHERE key NOT IN (SELECT id FROM words_docsize)")?;
    if missing > 0 {
        faults.push(format!("{missing} transcripts are not in the search index."));
    }
    let left = count("SELECT count(*) FROM words_docsize WHERE id NOT IN (SELECT key FROM transcripts)")?;
    if left > 0 {
        faults.push(format!("The search index has {left} transcripts that are not there."));
    }
    Ok(())
}

fn check_recordings(
    connection: &Connection,
    recordings: &Path,
    faults: &mut Vec<String>,
) -> Result<(), StoreFault> {
    let sql = "SELECT id, path, bytes, total_bytes FROM recordings JOIN calls ON calls.key = recordings.call WHERE whole = 1";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(params![])?;
    while let Some(row) = rows.next()? {
        let [call, path]: [String; 2] = [row.get(0)?, row.get(1)?];
        let [bytes, total]: [u64; 2] = [unsigned(row, 2)?, unsigned(row, 3)?];
        match folder::length(&recordings.join(&path))? {
            None => faults.push(format!("The recording of call {call} is not there: recordings/{path}.")),
            Some(length) if length != total || bytes != total => faults.push(format!(
                "The recording of call {call}, recordings/{path}, has {length} bytes where {total} are due."
            )),
            Some(_) => {}
        }
    }
    Ok(())
}

/// Whole recordings in the folder, below it, with `/`.
fn recording_files(recordings: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for folder in fs::read_dir(recordings)? {
        let folder = folder?;
        if !folder.file_type()?.is_dir() {
            continue;
        }
        for file in fs::read_dir(folder.path())? {
            let (folder, file) = (folder.file_name(), file?.file_name());
            if let (Some(folder), Some(file)) = (folder.to_str(), file.to_str())
                && file.ends_with(".flac")
            {
                found.push(format!("{folder}/{file}"));
            }
        }
    }
    found.sort();
    Ok(found)
}
