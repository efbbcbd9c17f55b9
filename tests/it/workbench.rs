use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use callcue::call::{EventKind, FlagKind};
use callcue::script::Script;
use callcue::workbench::{Happening, Rehearsed, Shown, card, rehearse};

use crate::support::engine::{ASSESSMENT, SCRIPT};

/// A script of three rules, so that the bundled one may change.
const SMALL: &str = r#"format = 1
name = "小话术"
company = "某公司"

[[rule]]
id = "1"
title = "问候"
source = "第一条"
item = "A4"
say = [{ text = "您好,{company}为您服务", heard_in = ["你好某公司为你服务"] }]
check.opening = { within_ms = 10000 }

[[rule]]
id = "2"
title = "客户嫌慢"
item = "A10"
when = [{ customer_says = ["怎么这么慢", "你快点"], unless = ["慢慢来"] }]
say = [{ text = "很抱歉,让您久等了", heard = ["抱歉…久等"] }]
never = [{ text = "再等等", unless = ["请您再等等"] }]
check.answer = {}

[[rule.case]]
name = "没有道歉"
timeline = '''
{"at_ms":0,"type":"call_started","agent":"1024"}
'''
flags = ["missing"]

[[rule]]
id = "3"
title = "没有声音"
item = "A99"
say = [
  { text = "您听得见吗", wait_ms = 3000 },
  { text = "听不到您的声音,再见", wait_ms = 1500, wait_counts = false },
]
check.steps = { customer_ends_it = true, early_end_is_hangup = true }
"#;

fn small() -> Arc<Script> {
    Arc::new(Script::parse("small.toml", SMALL).unwrap())
}

fn run(dialogue: &str) -> Rehearsed {
    rehearse(&small(), &ASSESSMENT, dialogue)
}

fn flags(run: &Rehearsed) -> Vec<(&str, FlagKind)> {
    run.happenings
        .iter()
        .filter_map(|one| match &one.what {
            Shown::Event(event) => match &event.kind {
                EventKind::Flag { rule, kind, .. } => Some((rule.as_str(), *kind)),
                _ => None,
            },
            Shown::Heard(_) => None,
        })
        .collect()
}

#[test]
fn a_card_says_in_plain_chinese_what_a_rule_does() {
    let script = small();
    let text = card(script.rule("2").unwrap(), &script, &ASSESSMENT, SMALL);
    let wanted = [
        "规则 2  客户嫌慢  (文件第 14 行)",
        "客户说「怎么这么慢」「你快点」 (说「慢慢来」不算)",
        "也可以由坐席在屏幕上选择",
        "1. 「很抱歉,让您久等了」",
        "算说到: 「抱歉…久等」",
        "「再等等」",
        "不算: 「请您再等等」",
        "下一轮话里要说到",
        "没有说到, 算「没有说」",
        "A10 对客户投诉推诿, 不记录、不协调、不上报: 每次建议扣 5 分",
        "没有道歉: 没有说",
    ];
    let mut rest = text.as_str();
    for part in wanted {
        let at = rest.find(part).unwrap_or_else(|| panic!("no {part:?}, in this order, in\n{text}"));
        rest = &rest[at + part.len()..];
    }
    let opening = card(script.rule("1").unwrap(), &script, &ASSESSMENT, SMALL);
    assert!(opening.contains("文件第 6 行, 原文「第一条」") && opening.contains("最迟 10 秒"), "{opening}");
    let silent = card(script.rule("3").unwrap(), &script, &ASSESSMENT, SMALL);
    for part in
        ["听不出来, 由坐席", "然后等 3 秒", "然后等 1.5 秒 (提前也不算违规)", "A99: 考核标准里没有这一条"]
    {
        assert!(silent.contains(part), "no {part:?} in\n{silent}");
    }
}

#[test]
fn every_rule_of_the_bundled_script_has_a_card_without_a_gap() {
    for rule in &SCRIPT.rules {
        let text = card(rule, &SCRIPT, &ASSESSMENT, callcue::script::BUNDLED);
        let id = rule.id.get_ref();
        let line =
            callcue::script::BUNDLED.lines().position(|line| line == format!("id = \"{id}\"")).unwrap();
        assert!(text.contains(&format!("文件第 {} 行", line + 1)), "{text}");
        for part in text.lines() {
            let part = part.trim();
            assert!(part != "·" && !part.contains("「」"), "{id} has an empty line:\n{text}");
        }
        assert!(text.contains(&format!("{} ", rule.item)) && !text.contains("没有这一条"), "{text}");
    }
}

#[test]
fn a_typed_conversation_tells_what_comes_and_why() {
    let run = run("# 一通电话\n客服: 您好,某公司为您服务\n客户：你们怎么这么慢\n客服: 再等等\n挂机 客户\n");
    assert_eq!(run.mistakes, []);
    assert_eq!(flags(&run), [("2", FlagKind::Forbidden), ("2", FlagKind::Missing)]);
    let why = |found: &dyn Fn(&Happening) -> bool| {
        let one = run.happenings.iter().find(|one| found(one)).unwrap();
        (one.line, one.title.clone().unwrap_or_default(), one.why.clone().unwrap_or_default())
    };
    let heard = run.happenings.iter().find_map(|one| match &one.what {
        Shown::Heard(heard) => Some((one.line, heard.rule.as_str(), heard.text.as_str(), heard.at_ms)),
        Shown::Event(_) => None,
    });
    // 9 characters in 2 s after a first breath of 0.1 s, a gap of 0.6 s, 7 characters in 1.556 s.
    assert_eq!(heard, Some((3, "2", "怎么这么慢", 100 + 2_000 + 600 + 1_556)));
    let is_kind = |one: &Happening, wanted: fn(&EventKind) -> bool| match &one.what {
        Shown::Event(event) => wanted(&event.kind),
        Shown::Heard(_) => false,
    };
    let cue = why(&|one| is_kind(one, |kind| matches!(kind, EventKind::Cue { rule, .. } if rule == "2")));
    assert_eq!(cue, (3, "客户嫌慢".to_owned(), "客户说「怎么这么慢」".to_owned()));
    let said =
        why(&|one| is_kind(one, |kind| matches!(kind, EventKind::Flag { kind: FlagKind::Forbidden, .. })));
    assert_eq!(said, (4, "客户嫌慢".to_owned(), "坐席说了「再等等」, 与不可以说的「再等等」相符".to_owned()));
    let missing =
        why(&|one| is_kind(one, |kind| matches!(kind, EventKind::Flag { kind: FlagKind::Missing, .. })));
    assert!(missing.2.starts_with("客户说「怎么这么慢」; ") && missing.2.contains("下一轮"), "{missing:?}");
}

#[test]
fn waits_acts_and_declared_situations_can_be_typed() {
    let kept = run(
        "客服: 您好,某公司为您服务\n情况 3\n客服: 您听得见吗\n等 3\n客服: 听不到您的声音,再见\n等 1.5 秒\n挂机 客服",
    );
    assert_eq!((flags(&kept), &kept.mistakes[..]), (vec![], &[][..]));
    let hasty = run(
        "客服: 您好,某公司为您服务\n情况 3\n客服: 您听得见吗\n等 2\n客服: 听不到您的声音,再见\n等2\n挂机 客服",
    );
    assert_eq!(flags(&hasty), [("3", FlagKind::Timing)]);
    let left = run("客服: 您好,某公司为您服务\n情况 3\n等 1\n挂机 坐席");
    assert_eq!(flags(&left), [("3", FlagKind::Hangup)]);
    let declared = left.happenings.iter().find(|one| one.title.as_deref() == Some("没有声音")).unwrap();
    assert_eq!(declared.line, 2);
    let acts =
        run("工号 7\n来电人 欧阳女士 老客户\n振铃 20\n保持\n取消保持\n静音\n取消静音\n转接\n杂音\n等 3.5\n");
    assert_eq!(acts.mistakes, []);
    let kinds: Vec<String> =
        acts.happenings.iter().map(|one| serde_json::to_value(one).unwrap()["type"].to_string()).collect();
    for kind in
        ["call_started", "hold_started", "hold_ended", "mute_started", "mute_ended", "transfer", "silence"]
    {
        assert!(kinds.contains(&format!("{kind:?}")), "no {kind} in {kinds:?}");
    }
    let started = serde_json::to_value(&acts.happenings[0]).unwrap();
    assert_eq!(
        (&started["agent"], &started["ring_ms"], &started["customer"]),
        (
            &"7".into(),
            &20_000.into(),
            &serde_json::json!({"surname": "欧阳", "title": "女士", "known": true})
        )
    );
}

#[test]
fn lines_that_are_not_understood_are_named_and_the_others_run() {
    let cases = [
        ("  小王: 你好", 3, "不认识说话的人「小王」"),
        ("客服:  ", 4, "冒号后面没有话"),
        ("客户(轻): 你好", 4, "不认识「轻」"),
        ("等 很久", 3, "「很久」不是秒数"),
        ("等 99999", 3, "不是秒数"),
        ("等 -1", 3, "不是秒数"),
        ("等 nan", 3, "不是秒数"),
        ("情况 9.9", 4, "话术里没有规则「9.9」"),
        ("挂机 小王", 4, "「小王」挂机?"),
        ("保持 一下", 4, "「保持」后面不写别的"),
        ("你好", 1, "看不懂「你好」"),
        ("工号 9", 1, "要写在第一句话之前"),
    ];
    for (line, column, part) in cases {
        let run = run(&format!("客服: 您好,某公司为您服务\n{line}\n客服: 再等等"));
        let [mistake] = &run.mistakes[..] else { panic!("{line}: {:?}", run.mistakes) };
        assert_eq!((mistake.line, mistake.column), (2, column), "{line}: {mistake:?}");
        assert!(mistake.zh.contains(part), "{line}: {}", mistake.zh);
        assert!(!mistake.message.is_empty());
        assert_eq!(flags(&run), [("2", FlagKind::Forbidden)], "{line}");
    }
    let after = run("挂机\n客服: 您好");
    assert!(after.mistakes[0].zh.contains("通话已经结束"), "{:?}", after.mistakes);
    assert_eq!(run("").happenings.last().map(|one| one.line), Some(0), "an empty text is an empty call");
}

/// However the lines are cut, the same call gives the same happenings, and none of it panics.
#[test]
fn any_text_is_taken() {
    for text in [
        "::::",
        "(:",
        "客服(: 你好",
        "客户(小声: 你好",
        "\u{0}",
        "等",
        "情况",
        "1:2",
        "客服:\u{202e}你好",
        "挂机挂机",
    ] {
        run(text);
    }
    let long = format!("客服: {}", "您好".repeat(5_000));
    assert!(run(&long).mistakes.is_empty());
}

fn callcue(args: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_callcue"))
        .args(args)
        .env("LC_ALL", "zh_CN.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may refuse before it has read all.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

#[test]
fn try_and_explain_work_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.toml");
    std::fs::write(&path, SMALL).unwrap();
    let path = path.to_str().unwrap();
    let tried = callcue(&["script", "try", path], "客户: 你快点\n客服: 再等等\n挂机 客户\n".as_bytes());
    let out = String::from_utf8(tried.stdout).unwrap();
    assert_eq!(tried.status.code(), Some(0), "{out}");
    for part in ["◆ 听到情况 2 客户嫌慢: 「你快点」", "原因: 客户说「你快点」", "不可以说「再等等」", "应说"]
    {
        assert!(out.contains(part), "no {part:?} in\n{out}");
    }
    let slips = callcue(&["script", "try", path], "客服: 您好\n等 久\n".as_bytes());
    assert_eq!(slips.status.code(), Some(2));
    assert!(String::from_utf8(slips.stdout).unwrap().contains("?? 2:3: 「久」不是秒数"));
    let english = callcue(&["script", "try", path, "--lang", "en"], "等 久\n".as_bytes());
    assert!(String::from_utf8(english.stdout).unwrap().contains("is no number of seconds"));
    let gbk = callcue(&["script", "try", path], b"\xbf\xcd\xb7\xfe: \xc4\xe3\n");
    assert_eq!(gbk.status.code(), Some(2));
    assert!(String::from_utf8(gbk.stderr).unwrap().contains("UTF-8"));
    let card = callcue(&["script", "explain", "3", path], b"");
    assert!(String::from_utf8(card.stdout).unwrap().starts_with("规则 3  没有声音"));
    let none = callcue(&["script", "explain", "9", path], b"");
    assert_eq!(none.status.code(), Some(2));
    assert!(String::from_utf8(none.stderr).unwrap().contains("its rules are 1 2 3"));
}
