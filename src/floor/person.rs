use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Write};

use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::store::{CallQuery, CallRow, RecordingState, Store, StoreError, TextQuery};

/// Calls of one person, at most.
const CALLS_MAX: usize = 100_000;
/// Calls or utterances that are asked for at once.
const PAGE: u32 = 500;
/// Events that are read at once.
const EVENTS: u32 = 2_000;

/// Whose data, or which: calls that any of these names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Number of an agent; empty: nobody's.
    pub agent: String,
    /// Words that name a customer: found in what was said, and in the caller's data. Digits are found as they are written, and as they are
    /// said (一三八, 幺三八). Empty: nobody.
    pub words: String,
    /// Ids of calls.
    pub calls: Vec<String>,
}

/// A person's data cannot be given out.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Where it goes.
    #[error("the export cannot be written: {0}")]
    Io(#[from] io::Error),
    /// The archive.
    #[error("the export cannot be written: {0}")]
    Zip(#[from] zip::result::ZipError),
}

impl Person {
    /// Whether it names nobody.
    pub fn is_nobody(&self) -> bool {
        self.agent.trim().is_empty() && self.words.trim().is_empty() && self.calls.is_empty()
    }

    /// Their calls, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn find(&self, store: &dyn Store) -> Result<Vec<CallRow>, StoreError> {
        let mut ids: BTreeSet<String> = self.calls.iter().cloned().collect();
        if !self.agent.trim().is_empty() {
            ids.extend(calls_of_agent(store, self.agent.trim())?);
        }
        let words = self.words.trim();
        if !words.is_empty() {
            for form in forms(words) {
                ids.extend(calls_with_words(store, &form)?);
            }
            ids.extend(store.calls_of_customer(words, CALLS_MAX as u32)?);
        }
        let mut rows = Vec::new();
        for id in ids.into_iter().take(CALLS_MAX) {
            match store.call(&id) {
                Ok(row) => rows.push(row),
                Err(StoreError { fault: crate::store::StoreFault::Missing(_), .. }) => {}
                Err(error) => return Err(error),
            }
        }
        rows.sort_by(|one, other| (other.started_ms, &other.call).cmp(&(one.started_ms, &one.call)));
        Ok(rows)
    }
}

/// The words as they may have been said.
fn forms(words: &str) -> Vec<String> {
    let mut forms = vec![words.to_owned()];
    let digits: String = words.chars().filter(|sign| !" -+".contains(*sign)).collect();
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        for said in ["零一二三四五六七八九", "零幺二三四五六七八九"] {
            let said: Vec<char> = said.chars().collect();
            forms.push(digits.bytes().map(|digit| said[usize::from(digit - b'0')]).collect());
        }
        forms.push(digits);
    }
    forms.dedup();
    forms
}

fn calls_of_agent(store: &dyn Store, agent: &str) -> Result<Vec<String>, StoreError> {
    let mut query = CallQuery { agent: Some(agent.to_owned()), limit: PAGE, ..CallQuery::default() };
    let mut found = Vec::new();
    loop {
        let page = store.calls(&query)?;
        query.before = page.last().map(|row| (row.started_ms, row.call.clone()));
        let is_last = page.len() < PAGE as usize;
        found.extend(page.into_iter().map(|row| row.call));
        if is_last || found.len() >= CALLS_MAX {
            return Ok(found);
        }
    }
}

fn calls_with_words(store: &dyn Store, words: &str) -> Result<Vec<String>, StoreError> {
    let mut query = TextQuery { words: words.to_owned(), limit: PAGE, ..TextQuery::default() };
    let mut found = Vec::new();
    loop {
        let page = store.search(&query)?;
        query.before = page.last().map(|hit| hit.key);
        let is_last = page.len() < PAGE as usize;
        found.extend(page.into_iter().map(|hit| hit.call));
        if is_last || found.len() >= CALLS_MAX {
            return Ok(found);
        }
    }
}

/// Writes all that is kept of these calls as a ZIP: `calls.json`, and for each call its events as JSON Lines and its recording. Written from
/// the first byte to the last, without going back.
///
/// # Errors
/// [`ExportError`]; what was written by then is no archive.
pub fn export(store: &dyn Store, calls: &[CallRow], to: impl Write) -> Result<(), ExportError> {
    let mut archive = ZipWriter::new_stream(to);
    // FLAC is packed already, and events are few beside it.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(true);
    archive.start_file("calls.json", options)?;
    let list: Vec<_> = calls.iter().map(about).collect();
    serde_json::to_writer_pretty(&mut archive, &list).map_err(io::Error::from)?;
    for row in calls {
        archive.start_file(format!("{}.jsonl", row.call), options)?;
        let mut after = 0;
        loop {
            let events = store.events(&row.call, after, EVENTS)?;
            let Some(last) = events.last() else { break };
            after = last.seq;
            for event in &events {
                serde_json::to_writer(&mut archive, event).map_err(io::Error::from)?;
                archive.write_all(b"\n")?;
            }
        }
        let whole = row.recording.as_ref().filter(|recording| recording.state == RecordingState::Whole);
        if let Some(recording) = whole {
            archive.start_file(format!("{}.flac", row.call), options)?;
            io::copy(&mut File::open(&recording.path)?, &mut archive)?;
        }
    }
    archive.finish()?.into_inner().flush()?;
    Ok(())
}

fn about(row: &CallRow) -> serde_json::Value {
    json!({
        "call": row.call,
        "agent": row.header.agent,
        "team": row.header.team,
        "started_ms": row.started_ms,
        "length_ms": row.length_ms,
        "ended_by": row.ended_by,
        "script": row.header.script,
        "script_sha256": row.header.script_sha256,
        "model": row.header.model,
        "engine": row.header.engine,
        "flags": row.flags,
        "recording_sha256": row.recording.as_ref().map(|recording| &recording.sha256),
    })
}
