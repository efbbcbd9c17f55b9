//! The owner of a running call, on the sample call's audio and a recogniser that is told what to hear.

use std::path::Path;
use std::sync::{Arc, Mutex};

use callcue::app::{Engine, EngineParts, Screen};
use callcue::call::{Channel, EndedBy, EventKind};
use callcue::capture::file::{CallFile, OpenOptions};
use callcue::capture::{CaptureEvent, LineTime, LossReason};
use callcue::config::AutoStartSettings;
use callcue::http::Command;
use callcue::transcribe::{Inline, Scripted, TextCleaner};
use callcue::wire::{Moment, StampedEvent};

use crate::support::engine::{ASSESSMENT, SCRIPT};

/// What a screen was shown.
#[derive(Clone, Default)]
struct Shown {
    events: Arc<Mutex<Vec<StampedEvent>>>,
    moments: Arc<Mutex<Vec<Moment>>>,
}

impl Screen for Shown {
    fn event(&mut self, event: &StampedEvent) {
        self.events.lock().unwrap().push(event.clone());
    }
    fn moment(&mut self, moment: Moment) {
        self.moments.lock().unwrap().push(moment);
    }
}

impl Shown {
    fn kinds(&self) -> Vec<EventKind> {
        self.events.lock().unwrap().iter().map(|stamped| stamped.event.kind.clone()).collect()
    }

    fn notices(&self) -> Vec<(String, bool)> {
        let moments = self.moments.lock().unwrap();
        moments
            .iter()
            .filter_map(|moment| match moment {
                Moment::Notice { key, zh, .. } => Some((key.clone(), !zh.is_empty())),
                _ => None,
            })
            .collect()
    }
}

fn engine(auto_start: AutoStartSettings) -> (Engine<Shown>, Shown) {
    let shown = Shown::default();
    let parts = EngineParts {
        script: Arc::clone(&SCRIPT),
        assessment: Arc::clone(&ASSESSMENT),
        agent: "1024".into(),
        runner: Box::new(Inline::new(Box::new(Scripted::new(Vec::new())), Arc::new(TextCleaner::new()))),
        partial_interval_ms: 1_000,
        records: None,
        auto_start,
    };
    (Engine::new(parts, shown.clone()), shown)
}

/// Feeds the sample call from `line` on; gives the position after it.
fn feed_sample(engine: &mut Engine<Shown>, line: u64) -> u64 {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo/call.flac");
    let mut file = CallFile::open(&path, OpenOptions::default()).unwrap();
    let mut end = line;
    while let Some(block) = file.next_block().unwrap() {
        let at = line + block.from.as_samples();
        for channel in Channel::BOTH {
            let samples = block.samples[channel].clone();
            end = at + samples.len() as u64;
            engine.capture(CaptureEvent::Audio { channel, at: LineTime::from_samples(at), samples });
        }
    }
    end
}

fn feed_quiet(engine: &mut Engine<Shown>, line: u64, seconds: u64) -> u64 {
    for block in 0..seconds * 10 {
        let at = LineTime::from_samples(line + block * 1_600);
        for channel in Channel::BOTH {
            engine.capture(CaptureEvent::Audio { channel, at, samples: vec![0; 1_600] });
        }
    }
    line + seconds * 16_000
}

#[test]
fn a_call_starts_by_itself_when_the_customer_speaks_and_ends_when_nobody_does() {
    let settings = AutoStartSettings { enabled: true, after_speech_ms: 1_000, end_after_quiet_s: 10 };
    let (mut engine, shown) = engine(settings);
    let line = feed_quiet(&mut engine, 0, 5);
    assert!(!engine.in_call(), "nobody spoke");
    let line = feed_sample(&mut engine, line);
    assert!(engine.in_call(), "the customer spoke for more than a second");
    feed_quiet(&mut engine, line, 15);
    assert!(!engine.in_call(), "nobody spoke for ten seconds");
    let kinds = shown.kinds();
    assert!(matches!(kinds[0], EventKind::CallStarted { .. }));
    assert!(kinds.contains(&EventKind::CallEnded { by: EndedBy::Unknown }));
    assert!(matches!(kinds.last(), Some(EventKind::Summary { .. })));
}

#[test]
fn events_are_numbered_without_gaps_and_calls_have_ids_of_their_own() {
    let (mut engine, shown) = engine(AutoStartSettings::default());
    let mut line = 0;
    for _ in 0..2 {
        engine.command(Command::Start { ring_ms: Some(4_000), customer: None }).unwrap();
        line = feed_quiet(&mut engine, line, 4);
        engine.command(Command::End { by: EndedBy::Customer }).unwrap();
        assert!(!engine.in_call(), "no words are awaited");
    }
    let events = shown.events.lock().unwrap();
    let second = events.iter().position(|event| event.call != events[0].call).unwrap();
    for call in [&events[..second], &events[second..]] {
        assert!(call.iter().map(|event| event.seq).eq(1..=call.len() as u64));
        assert!(
            call.iter().any(|event| matches!(event.event.kind, EventKind::Silence { length_ms: 3_000, .. }))
        );
    }
}

#[test]
fn commands_that_make_no_sense_are_refused_and_change_nothing() {
    let (mut engine, shown) = engine(AutoStartSettings::default());
    for command in
        [Command::End { by: EndedBy::Agent }, Command::HoldStart, Command::Declare { rule: "2.4".into() }]
    {
        assert!(engine.command(command).is_err());
    }
    engine.command(Command::Start { ring_ms: None, customer: None }).unwrap();
    assert!(engine.command(Command::Start { ring_ms: None, customer: None }).is_err());
    assert!(engine.command(Command::Declare { rule: "9.9".into() }).is_err());
    assert!(engine.command(Command::HoldEnd).is_err());
    assert!(engine.command(Command::HoldStart).unwrap().on_hold);
    assert!(
        !engine.command(Command::HoldEnd).unwrap().on_hold,
        "at once, though the ear has not settled so far"
    );
    engine.stop();
    assert!(!engine.in_call());
    let holds = shown
        .kinds()
        .iter()
        .filter(|kind| matches!(kind, EventKind::HoldStarted | EventKind::HoldEnded))
        .count();
    assert_eq!(holds, 2);
}

#[test]
fn lost_audio_is_told_at_once_stops_every_timer_and_is_taken_back() {
    let (mut engine, shown) = engine(AutoStartSettings::default());
    engine.command(Command::Start { ring_ms: None, customer: None }).unwrap();
    let line = feed_quiet(&mut engine, 0, 1);
    let at = LineTime::from_samples(line);
    engine.capture(CaptureEvent::Lost { channel: Channel::Customer, at, reason: LossReason::Removed });
    assert_eq!(shown.notices(), [("audio_lost:customer".to_owned(), true)]);
    for block in 0..100 {
        let at = LineTime::from_samples(line + block * 1_600);
        engine.capture(CaptureEvent::Audio { channel: Channel::Agent, at, samples: vec![0; 1_600] });
    }
    let silences =
        |shown: &Shown| shown.kinds().iter().filter(|kind| matches!(kind, EventKind::Silence { .. })).count();
    assert_eq!(silences(&shown), 0, "ten seconds without the customer's audio are no silence");
    let back = line + 100 * 1_600;
    engine.capture(CaptureEvent::Back { channel: Channel::Customer, at: LineTime::from_samples(back) });
    assert_eq!(shown.notices().last(), Some(&("audio_lost:customer".to_owned(), false)));
    feed_quiet(&mut engine, back, 4);
    assert_eq!(silences(&shown), 1, "three seconds with it are");
    engine.capture(CaptureEvent::SameSource { on: true });
    assert_eq!(shown.notices().last(), Some(&("same_source".to_owned(), true)));
}
