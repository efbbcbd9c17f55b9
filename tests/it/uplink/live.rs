use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use callcue::app::{Engine, EngineParts, Records, Screen, ScriptFiles, StandardPaths};
use callcue::call::Channel;
use callcue::capture::file::{CallFile, OpenOptions};
use callcue::capture::{CaptureEvent, LineTime};
use callcue::config::AutoStartSettings;
use callcue::http::Command;
use callcue::script::Script;
use callcue::transcribe::{Inline, Scripted, TextCleaner};
use callcue::wire::{FromFloor, Moment, StampedEvent, ToFloor};

use super::floor::{Station, TestFloor, is_linked};

#[derive(Clone, Default)]
struct Shown(Arc<Mutex<(Vec<StampedEvent>, Vec<Moment>)>>);

impl Screen for Shown {
    fn event(&mut self, event: &StampedEvent) {
        self.0.lock().unwrap().0.push(event.clone());
    }
    fn moment(&mut self, moment: Moment) {
        self.0.lock().unwrap().1.push(moment);
    }
    fn script(&mut self, _: &Script, _: &str) {}
}

/// An engine whose calls go to the station's uplink.
fn engine(station: &Station, audio: bool) -> (Engine<Shown>, Shown) {
    let shown = Shown::default();
    let parts = EngineParts {
        scripts: ScriptFiles::open(StandardPaths::default()).unwrap(),
        agent: "1024".into(),
        runner: Box::new(Inline::new(Box::new(Scripted::new(Vec::new())), Arc::new(TextCleaner::new()))),
        partial_interval_ms: 1_000,
        records: Some(Records { folder: station.folder.path().to_owned(), audio, masks: false }),
        uplink: Some(station.uplink.as_ref().unwrap().handle()),
        masks: false,
        auto_start: AutoStartSettings::default(),
    };
    (Engine::new(parts, shown.clone()), shown)
}

/// Feeds some seconds of the sample call.
fn feed(engine: &mut Engine<Shown>, file: &mut CallFile, seconds: u64, line: u64) {
    while let Some(block) = file.next_block().unwrap() {
        let at = LineTime::from_samples(line + block.from.as_samples());
        for channel in Channel::BOTH {
            let samples = block.samples[channel].clone();
            engine.capture(CaptureEvent::Audio { channel, at, samples });
        }
        if block.from.as_millis() >= seconds * 1_000 {
            return;
        }
    }
}

fn sample_call() -> CallFile {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo/call.flac");
    CallFile::open(&path, OpenOptions::default()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_arrives_as_it_was_shown_and_its_sound_only_while_somebody_listens() {
    let floor = TestFloor::start().await;
    let mut station = Station::new();
    station.start_at(floor.address);
    station.until_told("linked", is_linked).await;
    let (mut engine, shown) = engine(&station, false);
    engine.command(Command::Ring { on: true }).unwrap();
    floor.until("it rings", |scene| scene.other.contains(&ToFloor::Ringing { on: true })).await;
    let mut file = sample_call();
    engine.command(Command::Start { ring_ms: Some(3_000), customer: None }).unwrap();
    engine.command(Command::Ring { on: true }).unwrap_err();
    feed(&mut engine, &mut file, 5, 0);

    floor.say(FromFloor::Listen { by: vec!["王组长".to_owned()] });
    let by = |names: &[&str]| Moment::Listening { by: names.iter().map(|&name| name.to_owned()).collect() };
    station.until_told("who listens", |moment| *moment == by(&["王组长"])).await;
    assert!(floor.scene().audio.is_empty(), "sound of before it was asked for");
    feed(&mut engine, &mut file, 6, 0);
    floor.until("sound", |scene| !scene.audio.is_empty()).await;
    floor.say(FromFloor::Listen { by: vec![] });
    station.until_told("nobody listens", |moment| *moment == by(&[])).await;
    floor.say(FromFloor::Note {
        id: "n1".to_owned(), from: "王组长".to_owned(), text: "慢一点".to_owned()
    });
    station
        .until_told("a line", |moment| matches!(moment, Moment::Note { text, .. } if text == "慢一点"))
        .await;
    engine.command(Command::NoteRead { id: "n1".to_owned() }).unwrap();
    floor.until("it is read", |scene| scene.other.contains(&ToFloor::NoteRead { id: "n1".to_owned() })).await;

    let heard = floor.scene().audio;
    feed(&mut engine, &mut file, 10, 0);
    engine.command(Command::End { by: callcue::call::EndedBy::Customer }).unwrap();
    engine.stop();
    floor.until("the end", |scene| scene.floor.disk.values().any(|kept| kept.closed)).await;
    assert_eq!(floor.scene().audio.len(), heard.len(), "sound after nobody listens");
    assert!(heard.iter().all(|block| block.samples.len() == 3_200 && block.at_ms >= 5_000));
    assert!(heard.iter().any(|block| block.samples.iter().any(|sample| *sample != 0)));

    let events = shown.0.lock().unwrap().0.clone();
    let disk = floor.scene().floor.disk;
    let (call, kept) = disk.iter().next().unwrap();
    assert_eq!(kept.events, events);
    let moments = shown.0.lock().unwrap().1.clone();
    let gone = Moment::Note { id: "n1".to_owned(), from: String::new(), text: String::new() };
    assert!(moments.contains(&gone), "read, and taken off the screen");
    station.stop();
    let day = fs::read_dir(station.folder.path()).unwrap().next().unwrap().unwrap().path();
    assert!(day.join(format!("{call}.jsonl")).exists() && day.join(format!("{call}.stored")).exists());
    assert!(!day.join(format!("{call}.wav")).exists(), "its audio is not kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_floor_that_is_away_delays_no_call_and_gets_all_of_it_later() {
    let mut station = Station::new();
    // Nobody listens at this port.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    station.start_at(nobody);
    let (mut engine, shown) = engine(&station, true);
    engine.command(Command::Start { ring_ms: None, customer: None }).unwrap();
    feed(&mut engine, &mut sample_call(), 8, 0);
    engine.stop();
    assert!(!engine.in_call());
    station.stop();
    let floor = TestFloor::start().await;
    station.start_at(floor.address);
    floor.until("its recording", |scene| scene.recordings.values().any(|upload| upload.complete)).await;
    let kept = floor.scene().floor.disk.into_values().next().unwrap();
    assert_eq!(kept.events, shown.0.lock().unwrap().0);
    station.stop();
}
