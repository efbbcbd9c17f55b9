//! How right recognised text is: the scoring, the manifest, and `callcue eval` as a program.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use callcue::eval::{Edits, Entry, NO_CONDITION, Report, Score, Scorer, Timing, parse_manifest};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::audio_file::{Flac, Wav};
use crate::transcribe::ggml::{Says, write_model};

fn edits(reference: u64, insertions: u64, deletions: u64, substitutions: u64) -> Edits {
    Edits { reference, insertions, deletions, substitutions }
}

fn characters(reference: &str, heard: &str) -> Edits {
    Scorer::default().score(reference, heard).characters
}

#[test]
fn characters_are_counted() {
    for (reference, heard, expected) in [
        ("请您稍等", "请您稍等", edits(4, 0, 0, 0)),
        ("请您稍等", "请稍等", edits(4, 0, 1, 0)),
        ("请您稍等", "请您稍等等", edits(4, 1, 0, 0)),
        ("请您稍等", "请你稍等", edits(4, 0, 0, 1)),
        ("请您稍等", "", edits(4, 0, 4, 0)),
        ("", "谢谢", edits(0, 2, 0, 0)),
        ("", "", edits(0, 0, 0, 0)),
        // in two ways: the substitution is preferred
        ("甲乙", "乙丙", edits(2, 0, 0, 2)),
        ("甲乙丙丁", "乙丙丁戊己", edits(4, 2, 1, 0)),
    ] {
        assert_eq!(characters(reference, heard), expected, "{reference} / {heard}");
    }
}

#[test]
fn what_sounds_alike_in_writing_only_is_one() {
    for (reference, heard) in [
        ("您好,请问有什么可以帮您?", "您好请问 有什么可以帮您。"),
        ("請問您的電話號碼", "请问您的电话号码"),
        ("请问您的电话号码", "請問您的電話號碼"),
        ("订单二零二四零八", "订单202408"),
        ("二〇二四年", "2024年"),
        ("幺三八零零", "13800"),
        ("一三八零零", "幺三八〇〇"),
        ("１３８ＡＢｃ！", "138abC"),
        ("OK 好的", "ok,好的"),
    ] {
        assert_eq!(characters(reference, heard).errors(), 0, "{reference} / {heard}");
    }
    for (reference, heard, errors) in [("十", "10", 2), ("两个", "二个", 1), ("A", "B", 1)] {
        assert_eq!(characters(reference, heard).errors(), errors, "{reference} / {heard}");
    }
}

#[test]
fn syllables_are_those_of_the_script_matcher() {
    for (reference, heard, expected) in [
        ("请你稍等", "请您烧等", edits(4, 0, 0, 0)),
        ("什么", "神人", edits(2, 0, 0, 1)),
        ("银行", "银航", edits(2, 0, 0, 0)),
        ("13800", "幺三八零零", edits(5, 0, 0, 0)),
        // near sounds are forgiven when a phrase is looked for, and wrong here
        ("是", "四", edits(1, 0, 0, 1)),
        ("请稍等。", "请等", edits(3, 0, 1, 0)),
    ] {
        let score = Scorer::default().score(reference, heard);
        assert_eq!(score.syllables, expected, "{reference} / {heard}");
    }
}

proptest! {
    #[test]
    fn edits_are_a_distance(a in "[甲乙丙]{0,12}", b in "[甲乙丙]{0,12}", c in "[甲乙丙]{0,12}") {
        let (there, back) = (characters(&a, &b), characters(&b, &a));
        prop_assert_eq!(there.errors(), back.errors());
        prop_assert_eq!(there.errors() == 0, a == b);
        prop_assert!(characters(&a, &c).errors() <= there.errors() + characters(&b, &c).errors());
        // what was said, less what is missing, more what was added, is what was heard
        let (said, heard) = (a.chars().count() as u64, b.chars().count() as u64);
        prop_assert_eq!(said - there.deletions + there.insertions, heard);
        prop_assert_eq!(there.reference, said);
    }
}

fn scored(reference: &str, heard: &str) -> Score {
    Scorer::default().score(reference, heard)
}

#[test]
fn rates_are_of_sums_and_silence_is_apart() {
    let mut report = Report::default();
    let timing = |audio_ms, recognition_ms| Timing {
        audio: Duration::from_millis(audio_ms),
        recognition: Duration::from_millis(recognition_ms),
    };
    report.add("clean", &scored("请您稍等一下好吗", "请您稍等一下好吗"), timing(2_000, 100));
    report.add("clean", &scored("您好", "您号吗"), timing(1_000, 50));
    report.add("silence", &scored("", ""), timing(500, 10));
    report.add("silence", &scored("。", "谢谢观看"), timing(500, 40));
    let all = report.all();
    assert_eq!((all.files, all.sentences, all.exact, all.invented), (4, 2, 1, 1));
    assert_eq!((all.characters, all.insertions, all.deletions, all.substitutions), (10, 1, 0, 1));
    assert_eq!((all.cer, all.ser), (Some(0.2), Some(0.1)));
    assert_eq!((all.audio_s, all.rtf), (4.0, Some(0.05)));
    assert_eq!((all.latency_mean_ms, all.latency_p95_ms), (Some(50.0), Some(100.0)));
    let conditions: Vec<_> = report.conditions().collect();
    assert_eq!(conditions.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["clean", "silence"]);
    assert_eq!((conditions[1].1.cer, conditions[1].1.ser, conditions[1].1.invented), (None, None, 1));
}

#[test]
fn the_95th_percentile_is_by_nearest_rank() {
    for (files, expected_ms) in [(1, 1.0), (19, 19.0), (20, 19.0), (21, 20.0), (100, 95.0)] {
        let mut report = Report::default();
        for ms in (1..=files).rev() {
            let timing = Timing { audio: Duration::from_secs(1), recognition: Duration::from_millis(ms) };
            report.add("clean", &scored("好", "好"), timing);
        }
        assert_eq!(report.all().latency_p95_ms, Some(expected_ms), "{files} files");
    }
    assert_eq!(Report::default().all().latency_p95_ms, None);
}

#[test]
fn a_manifest_is_read() {
    let text = "\u{feff}{\"audio\":\"a.wav\",\"text\":\"您好\",\"condition\":\"clean\"}\r\n\n\
                {\"audio\":\"b/c.flac\",\"text\":\"\",\"voice\":\"cmn+f2\"}";
    let entry = |line, audio: &str, text: &str, condition: &str| Entry {
        line,
        audio: audio.to_owned(),
        text: text.to_owned(),
        condition: condition.to_owned(),
    };
    assert_eq!(
        parse_manifest(text.as_bytes()).unwrap(),
        [entry(1, "a.wav", "您好", "clean"), entry(3, "b/c.flac", "", NO_CONDITION)]
    );
}

#[test]
fn mistakes_in_a_manifest_are_named() {
    let good = "{\"audio\":\"a.wav\",\"text\":\"您好\",\"condition\":\"clean\"}\n";
    for (bad, line, what) in [
        ("{\"audio\":\"a.wav\"}".as_bytes(), 2, "missing field `text`"),
        (b"{\"text\":\"\"}", 2, "missing field `audio`"),
        (b"\n\nnot json", 4, "(column 2)"),
        (b"{\"audio\":\"a.wav\",\"text\":7}", 2, "invalid type: integer"),
        (b"{\"audio\":\"\",\"text\":\"\"}", 2, "`audio` is empty"),
        (b"{\"audio\":\"a.wav\",\"text\":\"\xff\"}", 2, "not UTF-8"),
        (b"{\"audio\":\"a.wav\",\"text\":\"\"} {}", 2, "trailing characters"),
        (b"{\"audio\":", 2, "EOF while parsing"),
    ] {
        let error = parse_manifest(&[good.as_bytes(), bad].concat()).unwrap_err();
        let shown = error.to_string();
        assert_eq!(error.line, line, "{shown}");
        assert!(shown.starts_with(&format!("{line}: ")) && shown.contains(what), "{shown}");
        assert!(!shown.contains('\n') && !shown.contains("at line 1"), "{shown}");
    }
    for empty in [&b""[..], b"\n \n"] {
        assert!(parse_manifest(empty).unwrap_err().to_string().contains("names no file"));
    }
}

/// `callcue eval` on the manifest in `folder`, with a model that says `says` to everything.
fn eval(folder: &Path, says: &Says, options: &[&str]) -> Output {
    let model = write_model(folder, says);
    Command::new(env!("CARGO_BIN_EXE_callcue"))
        .arg("eval")
        .args(["--manifest".as_ref(), folder.join("set.jsonl").as_os_str()])
        .args(["--model".as_ref(), model.as_os_str()])
        .args(options)
        .output()
        .unwrap()
}

fn tone(frames: usize) -> Vec<i16> {
    (0..frames).map(|n| ((n as f32 * 0.1).sin() * 3_000.0) as i16).collect()
}

fn mono_wav(rate_hz: u32, frames: usize) -> Vec<u8> {
    let data = tone(frames).into_iter().flat_map(i16::to_le_bytes).collect();
    Wav { channels: 1, ..Wav::of(1, 16, rate_hz, data) }.bytes()
}

fn mono_flac(rate_hz: u32, frames: usize) -> Vec<u8> {
    let samples: Vec<_> = tone(frames).into_iter().map(|sample| vec![sample]).collect();
    Flac { channels: 1, rate_hz, stated_frames: frames as u64, md5: [0; 16] }.bytes(&samples)
}

fn write_set(folder: &Path, files: &[(&str, &[u8])], lines: &[Value]) {
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
    }
    let manifest: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(folder.join("set.jsonl"), manifest).unwrap();
}

#[test]
fn a_set_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    write_set(
        folder.path(),
        &[
            ("a.wav", &mono_wav(16_000, 16_000)),
            ("b.wav", &mono_wav(8_000, 8_000)),
            ("c.flac", &mono_flac(48_000, 96_000)),
        ],
        &[
            json!({"audio": "a.wav", "text": "您好,请问。", "condition": "clean"}),
            json!({"audio": "b.wav", "text": "您号请问有", "condition": "telephone"}),
            json!({"audio": "c.flac", "text": "", "condition": "silence"}),
        ],
    );
    let ran = eval(folder.path(), &Says::Once("您好請問"), &["--json"]);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let figures: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(figures["files"], 3);
    assert_eq!((figures["sentences"].as_u64(), figures["exact"].as_u64()), (Some(2), Some(1)));
    assert_eq!((figures["cer"].as_f64(), figures["ser"].as_f64()), (Some(2.0 / 9.0), Some(1.0 / 9.0)));
    assert_eq!(figures["invented"], 1);
    assert_eq!(figures["audio_s"].as_f64(), Some(4.0));
    let (rtf, mean_ms) = (figures["rtf"].as_f64().unwrap(), figures["latency_mean_ms"].as_f64().unwrap());
    assert!(rtf > 0.0 && (rtf * 4_000.0 / 3.0 - mean_ms).abs() < 1e-6, "{rtf} {mean_ms}");
    assert!(figures["latency_p95_ms"].as_f64().unwrap() >= mean_ms);
    let telephone = &figures["conditions"]["telephone"];
    assert_eq!((telephone["substitutions"].as_u64(), telephone["deletions"].as_u64()), (Some(1), Some(1)));
    assert_eq!(figures["conditions"]["clean"]["cer"].as_f64(), Some(0.0));
    assert_eq!(figures["conditions"]["silence"]["cer"], Value::Null);

    let table = String::from_utf8(eval(folder.path(), &Says::Once(""), &[]).stdout).unwrap();
    let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[2][..9], ["clean", "1", "100.00", "0", "4", "0", "100.00", "0/1", "0/0"], "{table}");
    assert_eq!(lines[4][..9], ["silence", "1", "-", "0", "0", "0", "-", "0/0", "0/1"], "{table}");
    assert_eq!(lines[5][..4], ["in", "all", "3", "100.00"], "{table}");
}

#[test]
fn bad_sets_are_refused_in_one_line() {
    let two_sides = Wav::pcm16(16_000, &[[1, 2]; 1_600]).bytes();
    let short = mono_wav(16_000, 1_600);
    let good = json!({"audio": "good.wav", "text": "", "condition": "clean"});
    for (name, bytes, what) in [
        ("two.wav", &two_sides[..], "2 channels; export one side"),
        ("text.wav", b"This is no audio, however long one reads on in it.", "not a"),
        ("empty.wav", b"", "WAV or FLAC"),
        ("cut.wav", &short[..600], "cut short"),
        ("nothing.wav", &mono_wav(16_000, 0), "holds no audio"),
        ("slow.wav", &mono_wav(1_000, 1_000), "1000 Hz"),
        ("long.wav", &mono_wav(16_000, 31 * 16_000), "longer than 30 s"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let bad = json!({"audio": name, "text": "您好", "condition": "clean"});
        write_set(folder.path(), &[("good.wav", &short), (name, bytes)], &[good.clone(), bad]);
        refused(
            &eval(folder.path(), &Says::Once("好"), &["--json"]),
            &[&format!("set.jsonl:2: {name}: "), what],
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let gone = json!({"audio": "gone.wav", "text": "您好", "condition": "clean"});
    write_set(folder.path(), &[("good.wav", &short)], &[good, gone]);
    refused(&eval(folder.path(), &Says::Once("好"), &[]), &["set.jsonl:2: gone.wav: ", "no such file"]);
    write_set(folder.path(), &[], &[json!({"text": ""})]);
    refused(&eval(folder.path(), &Says::Once("好"), &[]), &["set.jsonl:1: missing field `audio`"]);
    fs::remove_file(folder.path().join("set.jsonl")).unwrap();
    refused(&eval(folder.path(), &Says::Once("好"), &[]), &["set.jsonl: cannot read the manifest"]);
}

fn refused(ran: &Output, parts: &[&str]) {
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(2), "{said}");
    assert!(ran.stdout.is_empty(), "figures of half a set");
    assert_eq!(said.lines().count(), 1, "{said}");
    for part in parts {
        assert!(said.contains(part), "{part}: {said}");
    }
}
