//! What the floor keeps. Everything goes through the public traits; the file itself is only touched to damage it.

mod arrivals;
mod care;
mod model;
mod notices;
mod people;
mod recordings;
mod review;
mod search;

use std::path::PathBuf;

use callcue::call::{Channel, EndedBy, Event, EventKind, FlagKind, Hearing, Metrics, ProposedPoints};
use callcue::store::sqlite::SqliteStore;
use callcue::store::{Arrival, CallHeader};
use callcue::wire::StampedEvent;
use tempfile::TempDir;

/// 2026-11-26T09:00:00+08:00
const NINE_MS: i64 = 1_795_654_800_000;
const HOUR_MS: i64 = 3_600_000;

/// A folder with a store in it.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("floor")
    }

    fn file(&self) -> PathBuf {
        self.path().join("floor.sqlite3")
    }

    fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.path()).unwrap()
    }
}

fn header(station: u32) -> CallHeader {
    CallHeader {
        station,
        agent: format!("10{station:02}"),
        team: if station % 2 == 1 { "一组" } else { "二组" }.to_owned(),
        script: "bundled".to_owned(),
        script_sha256: "ab".repeat(32),
        model: "base".to_owned(),
        engine: "0.1.0".to_owned(),
    }
}

/// Wall clock `ms` after 09:00 as stations send it.
fn wall(after_ms: i64) -> String {
    let moment = jiff::Timestamp::from_millisecond(NINE_MS + after_ms).unwrap();
    moment.display_with_offset(jiff::tz::offset(8)).to_string()
}

fn stamped(call: &str, seq: u64, started_ms: i64, at_ms: u64, kind: EventKind) -> StampedEvent {
    let wall = wall(started_ms + i64::try_from(at_ms).unwrap());
    StampedEvent { call: call.to_owned(), seq, wall, event: Event { at_ms, kind } }
}

fn said(channel: Channel, at_ms: u64, text: &str) -> EventKind {
    EventKind::Transcript {
        channel,
        from_ms: at_ms.saturating_sub(900),
        to_ms: at_ms,
        text: text.to_owned(),
        r#final: true,
        level_dbfs: Some(-23.4),
        language: None,
    }
}

fn flag(rule: &str, at_ms: u64, points: i32) -> EventKind {
    EventKind::Flag {
        rule: rule.to_owned(),
        kind: FlagKind::Forbidden,
        channel: Channel::Agent,
        from_ms: at_ms.saturating_sub(700),
        to_ms: at_ms,
        text: "喂,大点声".to_owned(),
        phrase: "喂,大点声".to_owned(),
        item: "A4".to_owned(),
        points,
        instead: None,
        heard: Hearing::default(),
    }
}

fn summary(due: u32, met: u32, flags: u32, points: i32) -> EventKind {
    let items = vec![ProposedPoints { item: "A4".to_owned(), points }];
    EventKind::Summary { due, met, flags, metrics: Metrics::default(), items }
}

/// A whole call of `length` events, the last of them the summary; every fourth is a flag. It begins `started_ms` after nine.
fn whole_call(call: &str, started_ms: i64, length: u64) -> Vec<StampedEvent> {
    let mut flags = 0;
    (1..=length)
        .map(|seq| {
            let at_ms = (seq - 1) * 1_000;
            let kind = match seq {
                1 => EventKind::CallStarted { agent: "1024".to_owned(), ring_ms: None, customer: None },
                last if last == length => summary(9, 8, flags, -2),
                last if last + 1 == length => EventKind::CallEnded { by: EndedBy::Customer },
                fourth if fourth % 4 == 0 => {
                    flags += 1;
                    flag(if fourth % 8 == 0 { "2.1" } else { "4.4" }, at_ms, -2)
                }
                odd if odd % 2 == 1 => said(Channel::Agent, at_ms, "您好,请问有什么可以帮您"),
                _ => EventKind::Silence { since_ms: at_ms - 1_000, length_ms: 3_000 },
            };
            stamped(call, seq, started_ms, at_ms, kind)
        })
        .collect()
}

fn arrival(station: u32, events: &[StampedEvent], closes: Option<u64>) -> Arrival {
    let call = events[0].call.clone();
    Arrival {
        call,
        header: header(station),
        events: events.to_vec(),
        closes,
        received_ms: NINE_MS + 60_000,
        is_live: true,
    }
}
