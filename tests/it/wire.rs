//! Golden frames: `tests/wire/<type>.json` holds one message, or a list, of that `type`; `to_station_<type>.json`
//! what a page sends. `floor-to_lead_<type>.json` and `floor-from_lead_<type>.json` are between the floor and a lead's page. The
//! web tests read the same files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use callcue::wire::{FromLead, LiveAudio, ToLead, ToPage, ToStation};
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
    "recording_paused",
    "recording_resumed",
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

/// Every `type` that the floor sends to a lead's page, and those that it gets.
const TO_LEAD: &[&str] = &["call_event", "call_moment", "changes", "floor", "note", "refused"];
const FROM_LEAD: &[&str] = &["acknowledge", "assign", "close", "listen", "note", "open"];

#[test]
fn what_the_station_sends_is_as_the_golden_frames_have_it() {
    let files = golden(|name| !name.starts_with("to_station_") && !name.contains('-'));
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
fn what_the_floor_and_a_leads_page_say_is_as_the_golden_frames_have_it() {
    check_family::<ToLead>("floor-to_lead_", TO_LEAD);
    check_family::<FromLead>("floor-from_lead_", FROM_LEAD);
}

#[test]
fn what_a_lead_asks_is_refused_if_it_is_not_exactly_that() {
    for bad in [
        r#"{"type":"note","station":7}"#,
        r#"{"type":"listen","station":-1,"on":true}"#,
        r#"{"type":"acknowledge","alert":"3"}"#,
        r#"{"type":"open","call":"x","extra":1}"#,
        r#"{"type":"shell","command":"ls"}"#,
    ] {
        assert!(serde_json::from_str::<FromLead>(bad).is_err(), "{bad}");
    }
}

/// The same bytes as in `web/tests/floor-wire.test.ts`.
#[test]
fn live_sound_is_a_time_and_pairs_of_samples() {
    let audio = LiveAudio { at_ms: 61_000, samples: vec![0, 16_384, -32_768, 1] };
    let bytes = [0x48, 0xee, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0x80, 1, 0];
    assert_eq!(audio.to_bytes(), bytes);
    assert_eq!(LiveAudio::from_bytes(&bytes), Some(audio));
    assert_eq!(LiveAudio::from_bytes(&bytes[..14]), None);
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

/// Checks the frames whose files begin so: one file a type, none missing.
fn check_family<T: DeserializeOwned + Serialize>(prefix: &str, types: &[&str]) {
    let files = golden(|name| name.starts_with(prefix));
    let found: Vec<_> = files.keys().map(|name| name.trim_start_matches(prefix)).collect();
    assert_eq!(found, types);
    for (name, frames) in &files {
        frames.iter().for_each(|frame| check::<T>(name.trim_start_matches(prefix), frame));
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
    let paths =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
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
