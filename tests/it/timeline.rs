//! Timelines: what is refused and how it is said; what no timeline may do to the engine.

use callcue::call::{CallTime, EventKind};
use callcue::monitor::{Input, Timeline};
use proptest::prelude::*;

use crate::support::engine::{SCRIPT, monitor, play, play_in_steps};

const START: &str = r#"{"at_ms":0,"type":"call_started","agent":"1024"}"#;

fn refusal(text: &[u8]) -> String {
    match Timeline::parse(text, &SCRIPT) {
        Ok(_) => panic!("accepted: {}", String::from_utf8_lossy(text)),
        Err(bad) => bad.to_string(),
    }
}

#[test]
fn ill_formed_timelines_are_refused_with_their_line() {
    for (second_line, part) in [
        (r#"{"at_ms":0,"type":"call_started","agent":"1"}"#, "second call_started"),
        (r#"{"at_ms":1,"type":"situation","rule":"9.9"}"#, "no rule \"9.9\""),
        (r#"{"at_ms":1,"type":"dance"}"#, "unknown variant `dance`"),
        (r#"{"at_ms":1,"type":"call_ended","by":"nobody"}"#, "unknown variant `nobody`"),
        (r#"{"at_ms":1,"type":"speech","channel":"lead","end_ms":2,"text":""}"#, "unknown variant `lead`"),
        (r#"{"at_ms":1,"type":"speech","channel":"agent","text":""}"#, "missing field `end_ms`"),
        (r#"{"at_ms":5,"type":"speech","channel":"agent","end_ms":5,"text":""}"#, "must lie after"),
        (r#"{"at_ms":-1,"type":"hold_started"}"#, "-1"),
        (r#"{"at_ms":1.5,"type":"hold_started"}"#, "1.5"),
        (r#"{"at_ms":"1","type":"hold_started"}"#, "invalid type: string"),
        (r#"{"at_ms":99999999999999999999,"type":"hold_started"}"#, "1e+20"),
        (r#"{"at_ms":9999999999,"type":"hold_started"}"#, "out of range"),
        (r#"{"type":"hold_started"}"#, "missing field `at_ms`"),
        ("[1]", "invalid"),
        ("{", "EOF"),
        ("nonsense", "expected"),
    ] {
        let message = refusal(format!("{START}\n{second_line}\n").as_bytes());
        assert!(message.starts_with("line 2: ") && message.contains(part), "{second_line}: {message}");
        assert!(!message.contains('\n'), "{message}");
    }
}

#[test]
fn order_overlap_size_and_encoding_are_checked() {
    let speech = |at: u64, end: u64, channel: &str| {
        format!(r#"{{"at_ms":{at},"type":"speech","channel":"{channel}","end_ms":{end},"text":"好"}}"#)
    };
    let overlap = format!("{START}\n{}\n{}\n", speech(100, 900, "agent"), speech(800, 1000, "agent"));
    assert!(refusal(overlap.as_bytes()).contains("line 3: this speech begins at 800"));
    let both = format!("{START}\n{}\n{}\n", speech(100, 900, "agent"), speech(800, 1000, "customer"));
    assert!(Timeline::parse(both.as_bytes(), &SCRIPT).is_ok(), "the sides may overlap");
    let backwards = format!("{START}\n{}\n{}\n", speech(100, 200, "agent"), speech(50, 90, "customer"));
    assert!(refusal(backwards.as_bytes()).contains("order the lines"));
    let long = format!(
        "{START}\n{{\"at_ms\":1,\"type\":\"speech\",\"channel\":\"agent\",\"end_ms\":2,\"text\":\"{}\"}}\n",
        "好".repeat(22_000)
    );
    assert!(refusal(long.as_bytes()).contains("66000 bytes"));
    assert!(refusal(b"").contains("empty"));
    assert!(refusal(b"\n \n").contains("empty"));
    assert!(refusal(format!("{START}\n\u{fffd}").replace('\u{fffd}', "?").as_bytes()).contains("line 2"));
    let mut bytes = format!("{START}\n").into_bytes();
    bytes.extend([b'{', 0xff, b'}']);
    assert!(refusal(&bytes).contains("line 2: not UTF-8 at byte 2"));
    assert!(refusal(br#"{"at_ms":1,"type":"hold_started"}"#).contains("first line must be call_started"));
}

#[test]
fn silence_is_raised_at_three_six_and_nine_seconds_from_the_end_of_speech() {
    let events = play(&format!(
        "{START}\n{}\n{}\n",
        r#"{"at_ms":400,"type":"speech","channel":"agent","end_ms":3100,"text":"您好"}"#,
        r#"{"at_ms":12100,"type":"call_ended","by":"customer"}"#
    ));
    let windows: Vec<_> = events
        .iter()
        .filter_map(|event| match event.kind {
            EventKind::Silence { since_ms, length_ms } => Some((event.at_ms, since_ms, length_ms)),
            _ => None,
        })
        .collect();
    assert_eq!(windows, [(6_100, 3_100, 3_000), (9_100, 3_100, 6_000), (12_100, 3_100, 9_000)]);
}

/// What people say in a random call: words of the script, of customers, and nothing.
const LINES: [&str; 14] = [
    "您好,中铁物流集团1024号为您服务",
    "您好,请问有什么可以帮您",
    "喂,大点声",
    "请问还有什么可以帮助您",
    "感谢您的来电,再见",
    "很抱歉,您的电话杂音太大,无法听清,请您稍后重新拨打",
    "我姓王,我想查一个快递",
    "听不清你说话",
    "没有了,再见",
    "您的快递明天上午送到家里",
    "",
    "嗯",
    "您好,这里是中铁集团吗",
    "很抱歉,您的电话没有声音,请您挂机后重新拨打,此次通话将被挂机,感谢您的来电,再见",
];

prop_compose! {
    fn random_call()(
        steps in prop::collection::vec((0u64..6_000, 100u64..5_000, 0usize..2, 0usize..LINES.len(), 0usize..12), 1..25),
        by in prop::sample::select(vec!["agent", "customer", "unknown"]),
    ) -> String {
        let mut lines = vec![START.to_owned()];
        let (mut at, mut ends) = (0, [0, 0]);
        for (gap, length, channel, line, other) in steps {
            at += gap;
            let name = ["agent", "customer"][channel];
            match other {
                0 => lines.push(format!(r#"{{"at_ms":{at},"type":"situation","rule":"1.6"}}"#)),
                1 => lines.push(format!(r#"{{"at_ms":{at},"type":"situation","rule":"2.2"}}"#)),
                2 => lines.push(format!(r#"{{"at_ms":{at},"type":"situation","rule":"2.3"}}"#)),
                3 => lines.push(format!(r#"{{"at_ms":{at},"type":"situation","rule":"6.3"}}"#)),
                4 => lines.push(format!(r#"{{"at_ms":{at},"type":"hold_started"}}"#)),
                _ => {}
            }
            if at >= ends[channel] {
                ends[channel] = at + length;
                lines.push(format!(
                    r#"{{"at_ms":{at},"type":"speech","channel":"{name}","end_ms":{},"text":"{}","level_dbfs":-42.0}}"#,
                    at + length, LINES[line]
                ));
            }
        }
        let end = at.max(ends[0]).max(ends[1]) + 500;
        lines.push(format!(r#"{{"at_ms":{end},"type":"call_ended","by":"{by}"}}"#));
        lines.join("\n")
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn random_calls_come_out_the_same_in_any_steps(call in random_call()) {
        let expected = play(&call);
        prop_assert!(expected.is_sorted_by_key(|event| event.at_ms));
        for tick_ms in [30, 1_000, 60_000] {
            prop_assert_eq!(&play_in_steps(&call, tick_ms, 0), &expected);
        }
    }

    #[test]
    fn random_calls_come_out_the_same_with_late_words(call in random_call(), late_ms in 0u64..2_000) {
        let lines = |call: Vec<callcue::call::Event>| {
            let mut lines: Vec<_> = call.iter().map(|event| format!("{event:?}")).collect();
            lines.sort();
            lines
        };
        prop_assert_eq!(lines(play_in_steps(&call, 10, late_ms)), lines(play(&call)));
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Timeline::parse(&bytes, &SCRIPT);
    }

    #[test]
    fn a_damaged_timeline_is_read_or_refused(call in random_call(), place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = call.into_bytes();
        let index = place.index(bytes.len());
        bytes[index] = byte;
        let _ = Timeline::parse(&bytes, &SCRIPT);
    }
}

#[test]
fn a_forbidden_phrase_is_flagged_before_the_utterance_ends_and_only_once() {
    use callcue::call::{Channel, FlagKind};
    let mut monitor = monitor();
    let ms = CallTime::from_millis;
    let text = |committed: &str, r#final, to| Input::Text {
        channel: Channel::Agent,
        utterance: 0,
        committed: committed.to_owned(),
        r#final,
        to: ms(to),
    };
    monitor.handle(ms(0), Input::CallStarted { agent: "1024".into(), ring_ms: None, customer: None });
    monitor.handle(ms(500), Input::SpeechStarted { channel: Channel::Agent });
    monitor.handle(ms(2_000), text("喂大点", false, 1_900));
    monitor.handle(ms(3_000), text("喂大点声我这里", false, 2_900));
    let mut flags = Vec::new();
    let mut take = |monitor: &mut callcue::monitor::CallMonitor| {
        while let Some(event) = monitor.poll_event() {
            if let EventKind::Flag { kind: FlagKind::Forbidden, rule, .. } = event.kind {
                flags.push((event.at_ms, rule));
            }
        }
        flags.clone()
    };
    assert_eq!(take(&mut monitor), [(3_000, "2.1".to_owned())]);
    monitor.handle(ms(4_000), text("喂大点声我这里听不清楚", false, 3_900));
    monitor
        .handle(ms(8_000), Input::SpeechEnded { channel: Channel::Agent, level_dbfs: None, language: None });
    monitor.handle(ms(8_000), text("喂大点声我这里听不清楚您说的话喂大点声", true, 8_000));
    assert_eq!(
        take(&mut monitor),
        [(3_000, "2.1".to_owned()), (8_000, "2.1".to_owned())],
        "the second time counts again"
    );
}
