//! The owner of a running call, on the sample call's audio and a recogniser that is told what to hear.

use std::path::Path;
use std::sync::{Arc, Mutex};

use callcue::app::{Engine, EngineParts, Look, Screen, ScriptFiles, StandardPaths};
use callcue::call::{Channel, EndedBy, EventKind};
use callcue::capture::file::{CallFile, OpenOptions};
use callcue::capture::{CaptureEvent, LineTime, LossReason};
use callcue::config::AutoStartSettings;
use callcue::http::Command;
use callcue::script::Script;
use callcue::transcribe::{Inline, Scripted, TextCleaner};
use callcue::wire::{Moment, StampedEvent};

/// What a screen was shown.
#[derive(Clone, Default)]
struct Shown {
    events: Arc<Mutex<Vec<StampedEvent>>>,
    moments: Arc<Mutex<Vec<Moment>>>,
    /// Names of the scripts that it was told of.
    scripts: Arc<Mutex<Vec<String>>>,
}

impl Screen for Shown {
    fn event(&mut self, event: &StampedEvent) {
        self.events.lock().unwrap().push(event.clone());
    }
    fn moment(&mut self, moment: Moment) {
        self.moments.lock().unwrap().push(moment);
    }
    fn script(&mut self, script: &Script, _: &str) {
        self.scripts.lock().unwrap().push(script.name.clone());
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
    engine_with(auto_start, ScriptFiles::open(StandardPaths::default()).unwrap())
}

fn engine_with(auto_start: AutoStartSettings, scripts: ScriptFiles) -> (Engine<Shown>, Shown) {
    let shown = Shown::default();
    let parts = EngineParts {
        scripts,
        agent: "1024".into(),
        runner: Box::new(Inline::new(Box::new(Scripted::new(Vec::new())), Arc::new(TextCleaner::new()))),
        partial_interval_ms: 1_000,
        records: None,
        uplink: None,
        masks: false,
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

/// A script of one rule, that asks for `words` in the first turn.
fn script_text(name: &str, words: &str) -> String {
    format!(
        "format = 1\nname = {name:?}\ncompany = \"c\"\n[[rule]]\nid = \"1\"\ntitle = \"t\"\nitem = \"A4\"\n\
         say = [{{ text = {words:?} }}]\ncheck.opening = {{ within_ms = 2000 }}\n"
    )
}

/// The words that cues ask for.
fn asked(shown: &Shown) -> Vec<String> {
    let kinds = shown.kinds();
    let say = kinds.iter().filter_map(|kind| match kind {
        EventKind::Cue { say, .. } => Some(say.join("")),
        _ => None,
    });
    say.collect()
}

#[test]
fn a_changed_script_counts_from_the_next_call_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("script.toml");
    std::fs::write(&path, script_text("one", "您好甲")).unwrap();
    let paths = StandardPaths { script: Some(path.clone()), ..StandardPaths::default() };
    let (mut engine, shown) = engine_with(AutoStartSettings::default(), ScriptFiles::open(paths).unwrap());
    let start = || Command::Start { ring_ms: None, customer: None };

    engine.command(start()).unwrap();
    std::fs::write(&path, script_text("two", "您好乙")).unwrap();
    let line = feed_quiet(&mut engine, 0, 1);
    engine.command(Command::Declare { rule: "1".into() }).unwrap();
    let line = feed_quiet(&mut engine, line, 2);
    engine.command(Command::End { by: EndedBy::Agent }).unwrap();
    assert!(asked(&shown).iter().all(|say| say == "您好甲"), "the call began under the first script");
    assert_eq!(*shown.scripts.lock().unwrap(), [""; 0], "no page hears of another script in a call");

    engine.command(start()).unwrap();
    assert_eq!(*shown.scripts.lock().unwrap(), ["two"]);
    assert_eq!(asked(&shown).last().map(String::as_str), Some("您好乙"));
    engine.command(Command::End { by: EndedBy::Agent }).unwrap();
    feed_quiet(&mut engine, line, 1);
    assert_eq!(shown.notices(), [("script".to_owned(), false)]);
}

#[test]
fn a_script_with_a_mistake_is_refused_with_a_notice_and_the_old_one_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("script.toml");
    std::fs::write(&path, script_text("one", "您好甲")).unwrap();
    let paths = StandardPaths { script: Some(path.clone()), ..StandardPaths::default() };
    let (mut engine, shown) = engine_with(AutoStartSettings::default(), ScriptFiles::open(paths).unwrap());
    let mut call = || {
        engine.command(Command::Start { ring_ms: None, customer: None }).unwrap();
        engine.command(Command::End { by: EndedBy::Agent }).unwrap();
    };

    std::fs::write(&path, script_text("two", "您好[乙")).unwrap();
    call();
    call();
    assert_eq!(asked(&shown), ["您好甲", "您好甲"]);
    assert_eq!(shown.notices(), [("script".to_owned(), true), ("script".to_owned(), true)]);
    let notice = shown.moments.lock().unwrap()[0].clone();
    let Moment::Notice { zh, en, .. } = notice else { panic!("{notice:?}") };
    for text in [&zh, &en] {
        assert!(text.contains(&format!("{}:8:17: ", path.display())), "{text}");
    }

    std::fs::remove_file(&path).unwrap();
    call();
    assert_eq!(asked(&shown).len(), 3, "a file that is gone ends nothing");

    std::fs::write(&path, script_text("two", "您好[乙")).unwrap();
    call();
    std::fs::write(&path, script_text("three", "您好丙")).unwrap();
    call();
    assert_eq!(asked(&shown).last().map(String::as_str), Some("您好丙"));
    assert_eq!(shown.notices().last(), Some(&("script".to_owned(), false)));
    assert_eq!(*shown.scripts.lock().unwrap(), ["three"]);
}

#[test]
fn files_are_compared_by_what_is_in_them() {
    let folder = tempfile::tempdir().unwrap();
    let [script, assessment] = ["script.toml", "assessment.toml"].map(|name| folder.path().join(name));
    let standard = |points: u32| {
        format!(
            "format = 1\nname = \"s\"\nstart = 100\n[[item]]\nid = \"A4\"\ntext = \"t\"\ndeduct = {points}\n"
        )
    };
    std::fs::write(&script, script_text("one", "您好甲")).unwrap();
    std::fs::write(&assessment, standard(2)).unwrap();
    let paths = StandardPaths {
        script: Some(script.clone()),
        assessment: Some(assessment.clone()),
        company: Some("某公司".into()),
    };
    let mut files = ScriptFiles::open(paths.clone()).unwrap();
    assert_eq!(files.standing().script.company, "某公司");
    assert_eq!(files.look(), Look::Same);
    std::fs::write(&script, script_text("one", "您好甲")).unwrap();
    assert_eq!(files.look(), Look::Same, "saved again as it was");

    // As long as before, and as old.
    let then = std::fs::metadata(&script).unwrap().modified().unwrap();
    std::fs::write(&script, script_text("two", "您好乙")).unwrap();
    std::fs::File::options().write(true).open(&script).unwrap().set_modified(then).unwrap();
    assert_eq!(files.look(), Look::Taken);
    assert_eq!(files.standing().script.name, "two");
    assert_eq!(files.standing().script.company, "某公司");

    std::fs::write(&assessment, standard(7)).unwrap();
    assert_eq!(files.look(), Look::Taken);
    assert_eq!(files.standing().assessment.points_of_breach("A4"), -7);
    std::fs::write(&assessment, "format = 2\nname = \"s\"\nstart = 100\nitem = []\n").unwrap();
    let Look::Refused(refused) = files.look() else { panic!("taken") };
    assert!(refused.en.starts_with(&format!("{}:1:10: ", assessment.display())), "{}", refused.en);
    assert_eq!(files.look(), Look::Refused(refused), "until it is mended");
    assert_eq!(files.standing().assessment.points_of_breach("A4"), -7);
    std::fs::write(&assessment, standard(7)).unwrap();
    assert_eq!(files.look(), Look::Taken);
    std::fs::remove_file(&assessment).unwrap();
    assert!(matches!(files.look(), Look::Refused(_)));
    std::fs::write(&assessment, standard(7)).unwrap();
    assert_eq!(files.look(), Look::Taken, "so that the notice goes");
    assert_eq!(files.look(), Look::Same);
    std::fs::write(&assessment, b"\xff").unwrap();
    assert!(matches!(files.look(), Look::Refused(refused) if refused.en.contains("not UTF-8 at byte 1")));
    assert!(ScriptFiles::open(paths).is_err(), "at the start there is no old one to stay");
}
