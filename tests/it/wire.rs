//! Golden frames: `tests/wire/<type>.json` holds one message, or a list, of that `type`; `to_station_<type>.json`
//! what a page sends. The web tests read the same files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use callcue::wire::{ToPage, ToStation};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Every `type` that the station sends.
const TO_PAGE: &[&str] = &[
    "alert",
    "audio_back",
    "audio_lost",
    "call_ended",
    "call_started",
    "checklist",
    "cue",
    "cue_done",
    "cue_feedback",
    "flag",
    "floor",
    "hello",
    "hold_ended",
    "hold_started",
    "lag",
    "levels",
    "listening",
    "mute_ended",
    "mute_started",
    "note",
    "notice",
    "partial",
    "refused",
    "silence",
    "situation",
    "summary",
    "transcript",
    "transfer",
    "wait_ended",
    "wait_started",
];

/// Every `type` that a page sends.
const TO_STATION: &[&str] = &["call", "cue", "declare", "note_read", "play_again"];

#[test]
fn what_the_station_sends_is_as_the_golden_frames_have_it() {
    let files = golden(|name| !name.starts_with("to_station_"));
    assert_eq!(files.keys().collect::<Vec<_>>(), TO_PAGE);
    for (name, frames) in files {
        frames.iter().for_each(|frame| check::<ToPage>(&name, frame));
    }
}

#[test]
fn what_a_page_sends_is_as_the_golden_frames_have_it() {
    let files = golden(|name| name.starts_with("to_station_"));
    let types: Vec<_> = files.keys().map(|name| name.trim_start_matches("to_station_")).collect();
    assert_eq!(types, TO_STATION);
    for (name, frames) in &files {
        frames.iter().for_each(|frame| check::<ToStation>(name.trim_start_matches("to_station_"), frame));
    }
}

#[test]
fn a_command_that_is_not_exactly_one_is_refused() {
    for bad in [
        r#"{"type":"call"}"#,
        r#"{"type":"call","act":"explode"}"#,
        r#"{"type":"call","act":"start","extra":1}"#,
        r#"{"type":"cue","id":7,"wrong":false}"#,
        r#"{"type":"shell","command":"ls"}"#,
        r#"{"act":"start"}"#,
        "[]",
        "",
    ] {
        assert!(serde_json::from_str::<ToStation>(bad).is_err(), "{bad}");
    }
}

/// Reads a frame and writes it again, both as text, as it crosses the socket.
fn check<T: DeserializeOwned + Serialize>(name: &str, golden: &Value) {
    assert_eq!(golden["type"], name, "a frame in the wrong file");
    let message: T = serde_json::from_str(&golden.to_string()).unwrap_or_else(|why| panic!("{name}: {why}"));
    let written: Value = serde_json::from_str(&serde_json::to_string(&message).unwrap()).unwrap();
    assert_eq!(&written, golden, "{name}");
}

fn golden(wanted: impl Fn(&str) -> bool) -> BTreeMap<String, Vec<Value>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let named = paths.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path));
    named
        .filter(|(name, _)| wanted(name))
        .map(|(name, path)| {
            let frames = match serde_json::from_slice(&fs::read(path).unwrap()).unwrap() {
                Value::Array(frames) => frames,
                frame => vec![frame],
            };
            (name, frames)
        })
        .collect()
}
