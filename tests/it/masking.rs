//! A call with personal numbers, through the engine: what is kept and sent on has none of them, in no form, and the recording is silent there.

use std::path::Path;
use std::sync::{Arc, Mutex};

use callcue::app::{Engine, EngineParts, Records, Screen, ScriptFiles, StandardPaths, silence_left};
use callcue::call::{Channel, EndedBy, Event, EventKind, FlagKind, Hearing};
use callcue::capture::file::{CallFile, OpenOptions};
use callcue::capture::{CaptureEvent, LineTime};
use callcue::config::AutoStartSettings;
use callcue::floor::{Person, export};
use callcue::http::Command;
use callcue::privacy::{HOLD_MAX_MS, Masker, silenced};
use callcue::record::{UnmaskedMark, read_journal, silence};
use callcue::script::Script;
use callcue::store::sqlite::SqliteStore;
use callcue::store::{Arrival, CallHeader, CallStore, RetentionStore, SearchStore, Store, TextQuery};
use callcue::transcribe::ScriptedLine;
use callcue::uplink::compress;
use callcue::wire::{Moment, StampedEvent};
use sha2::{Digest, Sha256};

use crate::support::demo_call::{AGENT, CUSTOMER, blocks, files_with, line, runner};

#[derive(Clone, Default)]
struct Shown(Arc<Mutex<Vec<StampedEvent>>>);

impl Screen for Shown {
    fn event(&mut self, event: &StampedEvent) {
        self.0.lock().unwrap().push(event.clone());
    }
    fn moment(&mut self, _: Moment) {}
    fn script(&mut self, _: &Script, _: &str) {}
}

/// A call in which the customer tells a number of each kind, and one of them in two parts with 好的您说 between.
fn lines() -> Vec<ScriptedLine> {
    vec![
        line(Channel::Agent, AGENT[0], "您好,中铁物流集团1024号为您服务。"),
        line(Channel::Agent, AGENT[1], "邮箱是li.si@example.com对吧"),
        line(Channel::Customer, CUSTOMER[0], "车牌是京A12345"),
        line(Channel::Customer, CUSTOMER[1], "13800138000"),
        line(Channel::Customer, CUSTOMER[2], "一一零一零五一九四九一二三一零零二X"),
        line(Channel::Customer, CUSTOMER[3], "卡号6217001234567890122"),
        line(Channel::Customer, CUSTOMER[4], "电话是幺三九零零"),
        line(Channel::Agent, AGENT[2], "好的您说"),
        line(Channel::Customer, CUSTOMER[5], "零零一二三四"),
    ]
}

/// Parts of them that must stand nowhere.
const NUMBERS: [&str; 8] = [
    "li.si@example",
    "A12345",
    "13800138000",
    "138001380",
    "零五一九四九",
    "62170012345",
    "幺三九零零",
    "零零一二三四",
];

fn engine(folder: &Path, masks: bool, lines: Vec<ScriptedLine>) -> (Engine<Shown>, Shown) {
    let shown = Shown::default();
    let parts = EngineParts {
        scripts: ScriptFiles::open(StandardPaths::default()).unwrap(),
        agent: "1024".into(),
        runner: Box::new(runner(lines)),
        partial_interval_ms: 1_000,
        records: Some(Records { folder: folder.to_owned(), audio: true, masks }),
        uplink: None,
        masks,
        auto_start: AutoStartSettings::default(),
    };
    (Engine::new(parts, shown.clone()), shown)
}

/// Plays the sample call with these words; `at` is told of each block's time before it.
fn play(
    folder: &Path,
    masks: bool,
    lines: Vec<ScriptedLine>,
    mut at: impl FnMut(u64, &mut Engine<Shown>),
) -> Vec<StampedEvent> {
    let (mut engine, shown) = engine(folder, masks, lines);
    engine.command(Command::Start { ring_ms: Some(3_000), customer: None }).unwrap();
    for block in blocks() {
        at(block.from.as_millis(), &mut engine);
        for channel in Channel::BOTH {
            let (at, samples) =
                (LineTime::from_samples(block.from.as_samples()), block.samples[channel].clone());
            engine.capture(CaptureEvent::Audio { channel, at, samples });
        }
    }
    engine.command(Command::End { by: EndedBy::Customer }).unwrap();
    engine.stop();
    shown.0.lock().unwrap().clone()
}

fn journal(folder: &Path) -> (std::path::PathBuf, Vec<StampedEvent>) {
    let files = crate::support::demo_call::files(folder);
    let path = files
        .into_iter()
        .map(|(path, _)| path)
        .find(|path| path.extension().is_some_and(|kind| kind == "jsonl"));
    let path = path.unwrap();
    let events = read_journal(&path).unwrap();
    assert!(events.is_complete());
    (path, events.events)
}

fn texts(events: &[StampedEvent]) -> Vec<String> {
    let text = |stamped: &StampedEvent| match &stamped.event.kind {
        EventKind::Transcript { text, r#final: true, .. } => Some(text.clone()),
        _ => None,
    };
    events.iter().filter_map(text).collect()
}

/// Loudest sample of one side of an audio file between two moments.
fn loudest(path: &Path, channel: Channel, from_ms: u64, to_ms: u64) -> u16 {
    let mut file = CallFile::open(path, OpenOptions::default()).unwrap();
    let (mut at, mut loudest) = (0, 0);
    while let Some(block) = file.next_block().unwrap() {
        for sample in &block.samples[channel] {
            if (from_ms * 16..to_ms * 16).contains(&at) {
                loudest = sample.unsigned_abs().max(loudest);
            }
            at += 1;
        }
    }
    loudest
}

fn numbers_are_silent(recording: &Path) {
    for (from_ms, to_ms) in [CUSTOMER[1], CUSTOMER[2], CUSTOMER[5], (32_000, 33_385), (40_050, 40_530)] {
        assert_eq!(loudest(recording, Channel::Customer, from_ms, to_ms), 0, "{from_ms} to {to_ms}");
    }
    assert!(loudest(recording, Channel::Customer, 10_940, 11_200) > 1_000, "车牌是 is heard");
    assert!(loudest(recording, Channel::Agent, 600, 3_710) > 1_000);
}

#[test]
fn nothing_that_is_kept_or_given_out_has_a_number() {
    let folder = tempfile::tempdir().unwrap();
    let calls = folder.path().join("calls");
    let shown = play(&calls, true, lines(), |_, _| {});
    let (path, events) = journal(&calls);
    assert!(
        texts(&shown).iter().any(|text| text.contains("13800138000")),
        "the agent sees it: {:?}",
        texts(&shown)
    );
    assert!(
        events
            .iter()
            .map(|event| (event.seq, &event.wall))
            .eq(shown.iter().map(|event| (event.seq, &event.wall)))
    );
    let kept = texts(&events);
    for mask in
        ["邮箱是[邮箱", "车牌是[车牌号", "[手机号", "[身份证号", "卡号[银行卡号", "电话是[手机号]", "******"]
    {
        assert!(kept.iter().any(|text| text.contains(mask)), "{mask}: {kept:?}");
    }
    assert!(kept.iter().any(|text| text.contains("1024号为您服务")), "{kept:?}");

    // The floor has what the station sends: its journal and its recording.
    let floor = folder.path().join("floor");
    let store = SqliteStore::open(&floor).unwrap();
    let wav = path.with_extension("wav");
    let flac = path.with_extension("flac");
    assert!(!UnmaskedMark::of(&wav).is_set());
    assert!(compress(&wav, &path.with_extension("part"), &flac, &|| true).unwrap());
    let call = events[0].call.clone();
    let header = CallHeader {
        station: 1,
        agent: "1024".into(),
        team: "一组".into(),
        script: String::new(),
        script_sha256: String::new(),
        model: String::new(),
        engine: String::new(),
    };
    let arrival = Arrival {
        call: call.clone(),
        header,
        closes: Some(events.len() as u64),
        events: events.clone(),
        received_ms: 0,
        is_live: true,
    };
    store.append(&[arrival]).unwrap();
    let bytes = std::fs::read(&flac).unwrap();
    let sha256: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(store.add_recording_part(&call, 0, bytes.len() as u64, &sha256, &bytes).unwrap().complete);
    assert_eq!(store.verify().unwrap(), [""; 0]);
    for words in ["13800138000", "幺三九零零"] {
        let query = TextQuery { words: words.into(), limit: 9, ..TextQuery::default() };
        assert_eq!(store.search(&query).unwrap(), []);
    }
    let person = Person { calls: vec![call], ..Person::default() };
    let archive = std::fs::File::create(folder.path().join("export.zip")).unwrap();
    export(&store, &person.find(&store).unwrap(), archive).unwrap();

    // With the file beside the database still there, and after it is emptied.
    for number in NUMBERS {
        assert_eq!(files_with(folder.path(), number), [""; 0].map(std::path::PathBuf::from), "{number}");
    }
    assert!(store.empty_log().unwrap());
    for number in NUMBERS {
        assert_eq!(files_with(folder.path(), number), [""; 0].map(std::path::PathBuf::from), "{number}");
    }

    numbers_are_silent(&wav);
    numbers_are_silent(&flac);
}

#[test]
fn what_a_crash_left_is_silenced_at_the_next_start_and_what_nobody_knows_with_it() {
    let folder = tempfile::tempdir().unwrap();
    play(folder.path(), false, lines(), |_, _| {});
    let (path, events) = journal(folder.path());
    // The masked journal of a station that was killed at 33.5 s, and its recording as it was.
    let mut masker = Masker::new(true);
    let mut kept = String::new();
    for stamped in events.iter().take_while(|stamped| stamped.event.at_ms < 33_500) {
        masker.push(stamped.clone(), stamped.event.clone());
    }
    for (stamped, event) in masker.flush() {
        kept += &serde_json::to_string(&StampedEvent { event, ..stamped }).unwrap();
        kept.push('\n');
    }
    std::fs::write(&path, kept + "{\"call\":\"tor").unwrap();
    let (wav, other) = (path.with_extension("wav"), folder.path().join("2026-01-01/other.wav"));
    std::fs::create_dir(other.parent().unwrap()).unwrap();
    std::fs::copy(&wav, &other).unwrap();
    UnmaskedMark::of(&wav).set().unwrap();
    UnmaskedMark::of(&wav).set().unwrap();
    assert!(loudest(&wav, Channel::Customer, CUSTOMER[1].0, CUSTOMER[1].1) > 1_000);
    silence_left(folder.path());
    assert!(!UnmaskedMark::of(&wav).is_set());
    assert_eq!(loudest(&wav, Channel::Customer, CUSTOMER[1].0, CUSTOMER[1].1), 0);
    for channel in Channel::BOTH {
        assert_eq!(loudest(&wav, channel, 33_600, 48_900), 0, "its words are not known");
    }
    assert!(loudest(&wav, Channel::Agent, 26_545, 30_750) > 1_000);
    assert!(
        loudest(&other, Channel::Customer, CUSTOMER[1].0, CUSTOMER[1].1) > 1_000,
        "not marked, not touched"
    );

    // A journal that cannot be read: the mark stays, and with it the recording.
    std::fs::write(&path, "nonsense\n\n").unwrap();
    UnmaskedMark::of(&wav).set().unwrap();
    silence_left(folder.path());
    assert!(UnmaskedMark::of(&wav).is_set());
}

#[test]
fn while_recording_is_paused_there_is_silence_and_no_words() {
    let folder = tempfile::tempdir().unwrap();
    let shown = play(folder.path(), false, lines(), |at_ms, engine| match at_ms {
        17_000 => {
            let state = engine.command(Command::RecordingPause).unwrap();
            assert!(state.recording_paused);
            assert!(engine.command(Command::RecordingPause).is_err());
        }
        20_000 => assert!(!engine.command(Command::RecordingResume).unwrap().recording_paused),
        _ => {}
    });
    let (path, events) = journal(folder.path());
    let at = |wanted: &EventKind| {
        events
            .iter()
            .find(|event| event.event.kind == *wanted)
            .unwrap_or_else(|| panic!("no {wanted:?}"))
            .event
            .at_ms
    };
    assert!((17_000..17_200).contains(&at(&EventKind::RecordingPaused)));
    assert!((20_000..20_200).contains(&at(&EventKind::RecordingResumed)));
    assert!(texts(&shown).iter().any(|text| text.contains("13800138000")));
    assert!(
        texts(&events).contains(&String::new()) && texts(&events).iter().any(|text| text.contains("6217"))
    );
    assert_eq!(files_with(folder.path(), "13800138000"), [""; 0].map(std::path::PathBuf::from));
    let wav = path.with_extension("wav");
    for channel in Channel::BOTH {
        assert_eq!(loudest(&wav, channel, 17_100, 20_000), 0);
    }
    assert!(loudest(&wav, Channel::Customer, 24_010, 25_945) > 1_000, "it goes on");
    // Timers did, too: nothing else of the call is different.
    let whole = tempfile::tempdir().unwrap();
    let others = play(whole.path(), false, lines(), |_, _| {});
    let kinds = |events: &[StampedEvent]| -> Vec<Event> {
        let is_pause =
            |kind: &EventKind| matches!(kind, EventKind::RecordingPaused | EventKind::RecordingResumed);
        events.iter().map(|stamped| stamped.event.clone()).filter(|event| !is_pause(&event.kind)).collect()
    };
    assert_eq!(kinds(&shown), kinds(&others));
}

fn said(channel: Channel, from_ms: u64, to_ms: u64, text: &str) -> Event {
    let kind = EventKind::Transcript {
        channel,
        from_ms,
        to_ms,
        text: text.to_owned(),
        r#final: true,
        level_dbfs: None,
        language: None,
    };
    Event { at_ms: to_ms, kind }
}

fn flag(at_ms: u64, text: &str) -> Event {
    let kind = EventKind::Flag {
        rule: "1.1".into(),
        kind: FlagKind::Missing,
        channel: Channel::Customer,
        from_ms: 0,
        to_ms: at_ms,
        text: text.to_owned(),
        phrase: String::new(),
        item: "A1".into(),
        points: -1,
        instead: Some(format!("您说的是{text}吗")),
        heard: Hearing::default(),
    };
    Event { at_ms, kind }
}

fn masked(events: Vec<Event>) -> Vec<String> {
    let mut masker = Masker::new(true);
    for (place, event) in events.into_iter().enumerate() {
        masker.push(place, event);
    }
    let out = masker.flush();
    assert!(out.iter().map(|(place, _)| *place).eq(0..out.len()), "in order");
    out.into_iter()
        .map(|(_, event)| match event.kind {
            EventKind::Transcript { text, .. } => text,
            EventKind::Flag { text, instead, .. } => format!("{text} {}", instead.unwrap()),
            EventKind::Alert { text, .. } => text,
            EventKind::Cue { say, .. } => say.concat(),
            other => format!("{other:?}"),
        })
        .collect()
}

#[test]
fn what_quotes_a_number_is_masked_as_the_number_is() {
    let cue = EventKind::Cue {
        id: "1#1".into(),
        rule: "1".into(),
        step: 1,
        say: vec!["您的电话是13800138000,工号1024".into()],
        avoid: Vec::new(),
        until_ms: None,
        title: String::new(),
        act: None,
        upcoming: Vec::new(),
        priority: 1,
    };
    let alert =
        EventKind::Alert { rule: "1".into(), to: "lead".into(), text: "客户13800138000投诉".into() };
    let out = masked(vec![
        said(Channel::Customer, 0, 2_000, "我的电话是13800138000,晚上打"),
        flag(2_000, "13800138000,晚上"),
        Event { at_ms: 2_000, kind: cue },
        Event { at_ms: 2_000, kind: alert },
        flag(2_100, "尾号是一二三四五六七八"),
        flag(2_200, "1024号为您服务"),
    ]);
    assert_eq!(
        out,
        [
            "我的电话是[手机号******],晚上打",
            "[手机号******],晚上 您说的是***********,晚上吗",
            "您的电话是***********,工号1024",
            "客户***********投诉",
            "尾号是******** 您说的是尾号是一二三四五六七八吗",
            "1024号为您服务 您说的是1024号为您服务吗",
        ]
    );
}

#[test]
fn a_number_told_over_several_utterances_is_held_back_until_it_is_whole_and_not_for_longer() {
    let mut masker = Masker::new(true);
    let out = |masker: &mut Masker<u32>| -> Vec<String> {
        let text = |event: Event| match event.kind {
            EventKind::Transcript { text, .. } => text,
            other => format!("{other:?}"),
        };
        std::iter::from_fn(|| masker.poll()).map(|(_, event)| text(event)).collect()
    };
    masker.push(1, said(Channel::Customer, 0, 1_000, "您记一下幺三八"));
    masker.push(2, said(Channel::Agent, 1_100, 1_300, "嗯"));
    assert_eq!(out(&mut masker), [""; 0]);
    masker.push(3, said(Channel::Customer, 1_500, 2_500, "零零幺三"));
    masker.push(4, said(Channel::Customer, 2_700, 3_500, "八零零零"));
    masker.push(5, said(Channel::Customer, 3_700, 4_500, "就这个号码谢谢"));
    assert_eq!(out(&mut masker), ["您记一下***", "嗯", "****", "****", "就这个号码谢谢"]);

    // Nothing comes after it: time lets it go.
    masker.push(6, said(Channel::Customer, 9_000, 10_000, "验证码是三三二一"));
    masker.advance(10_000 + HOLD_MAX_MS - 1);
    assert_eq!(out(&mut masker), [""; 0]);
    masker.advance(10_000 + HOLD_MAX_MS);
    assert_eq!(out(&mut masker), ["验证码是三三二一"]);

    // The other side goes on with something else: so does the call.
    masker.push(7, said(Channel::Customer, 20_000, 21_000, "单号是一二三四"));
    masker.push(8, said(Channel::Agent, 22_000, 23_000, "好的我马上帮您查一下请稍等"));
    assert_eq!(out(&mut masker), ["单号是一二三四", "好的我马上帮您查一下请稍等"]);
    masker.push(9, said(Channel::Customer, 24_000, 25_000, "我想问一下什么时候到"));
    assert_eq!(out(&mut masker), ["我想问一下什么时候到"], "what ends in no digit is not held");
}

#[test]
fn running_words_show_no_long_digits_and_none_of_a_number_that_goes_on() {
    let mut masker = Masker::new(true);
    let running = |masker: &Masker<()>, text: &str| masker.running(Channel::Customer, 0, text, "").unwrap().0;
    assert_eq!(running(&masker, "我的号码是幺三八零零幺三"), "我的号码是*******");
    assert_eq!(running(&masker, "工号1024在吗"), "工号1024在吗");
    assert_eq!(
        masker.running(Channel::Customer, 0, "电话138", "00138"),
        Some(("电话***".into(), "*****".into()))
    );
    masker.push((), said(Channel::Customer, 0, 1_000, "幺三八零"));
    assert_eq!(running(&masker, "零幺三八"), "****");
    masker.push((), Event { at_ms: 2_000, kind: EventKind::RecordingPaused });
    assert_eq!(masker.running(Channel::Agent, 2_100, "好的", ""), None);
    masker.push((), Event { at_ms: 3_000, kind: EventKind::RecordingResumed });
    assert_eq!(
        Masker::<()>::new(false).running(Channel::Agent, 0, "13800138000", ""),
        Some(("13800138000".into(), String::new()))
    );
}

#[test]
fn silence_lies_where_the_mask_does_and_the_rest_stays() {
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("a.wav");
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&wav, spec).unwrap();
    (0..2 * 16_000 * 4).for_each(|_| writer.write_sample(1_000_i16).unwrap());
    writer.finalize().unwrap();
    // Ten signs in 2 s, the last five masked: 2 to 3 s, and 0.3 s on both sides.
    let event = said(Channel::Agent, 1_000, 3_000, "我的号码是*****");
    silence(&wav, &silenced([&event])).unwrap();
    let mut reader = hound::WavReader::open(&wav).unwrap();
    let samples: Vec<i16> = reader.samples::<i16>().map(Result::unwrap).collect();
    let silent: Vec<usize> = (0..samples.len()).filter(|place| samples[*place] == 0).collect();
    assert!(silent.iter().all(|place| place % 2 == 0), "the agent is on the left");
    assert_eq!((silent[0] / 2, silent[silent.len() - 1] / 2), (1_700 * 16, 3_300 * 16 - 1));
    assert_eq!(silent.len(), 1_600 * 16);
    // Behind its end there is nothing to silence.
    silence(&wav, &silenced([&said(Channel::Agent, 3_900, 9_000, "*****")])).unwrap();
    assert!(silence(&folder.path().join("none.wav"), &silenced([&event])).is_err());
}
