//! A company's own standard becomes a first script and assessment.
//!
//! `tests/standards/NAME.txt` are standards of invented companies, `NAME.expected.txt` is what must be found in each.
//! `UPDATE_EXPECT=1 cargo test --test it draft` writes what came out; read the difference, and the standard, before
//! committing it.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use callcue::draft::{DOCUMENT_BYTES_MAX, Draft, GapKind};
use callcue::score::Assessment;
use callcue::script::Script;
use proptest::prelude::*;

const STANDARDS: [&str; 4] = ["appliance", "broadband", "hotel", "utility"];

fn standard(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/standards").join(name)
}

fn read(name: &str) -> Draft {
    Draft::read(&fs::read_to_string(standard(&format!("{name}.txt"))).unwrap()).unwrap()
}

/// All that a draft holds, a line each.
fn page(draft: &Draft) -> String {
    let mut page = format!(
        "script {} · company {} · assessment {} · start {:?} · {} sections\n",
        draft.script_name,
        draft.company.as_deref().unwrap_or("-"),
        draft.title,
        draft.start,
        draft.sections
    );
    for rule in &draft.rules {
        let _ = write!(
            page,
            "\n{} lines {}-{} [{}] {}",
            rule.id, rule.line, rule.last_line, rule.source, rule.title
        );
        let _ = writeln!(page, "{}", if rule.opening { " (opening)" } else { "" });
        if let Some(item) = &rule.item {
            let _ = writeln!(page, "  item {item}");
        }
        let _ = writeln!(page, "  when   {}", rule.situation);
        for words in &rule.caller {
            let _ = writeln!(page, "  caller {}: {}", words.line, words.text);
        }
        for step in &rule.say {
            let wait = if step.wait_ms > 0 { format!(" wait {} ms", step.wait_ms) } else { String::new() };
            let _ = writeln!(page, "  say    {}: {}{wait}", step.words.line, step.words.text);
            for or in &step.or {
                let _ = writeln!(page, "      or {or}");
            }
            for bracket in &step.brackets {
                let _ = writeln!(page, "      () {bracket}");
            }
        }
        for (kind, all) in [("never  ", &rule.never), ("conduct", &rule.conduct), ("remark ", &rule.remarks)]
        {
            for words in all {
                let _ = writeln!(page, "  {kind} {}: {}", words.line, words.text);
            }
        }
    }
    page.push('\n');
    for item in &draft.items {
        let _ = writeln!(
            page,
            "{} lines {}-{} [{}] deduct {:?} complaint {:?} bonus {:?} calls {:?}: {}",
            item.id,
            item.line,
            item.last_line,
            item.source,
            item.deduct,
            item.deduct_complaint,
            item.bonus,
            item.shows_by,
            item.text
        );
    }
    page.push('\n');
    for gap in &draft.gaps {
        let _ = writeln!(page, "{gap}");
    }
    page
}

#[test]
fn standards_in_four_layouts_are_read_as_expected() {
    for name in STANDARDS {
        let found = page(&read(name));
        let path = standard(&format!("{name}.expected.txt"));
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&path, &found).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap();
        for (number, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
            assert_eq!(found, expected, "{name}.expected.txt:{}", number + 1);
        }
        assert_eq!(found.lines().count(), expected.lines().count(), "{name}");
    }
}

/// What `script` and `assessment` of a draft must be, whatever the document was.
fn is_sound(draft: &Draft) -> Result<(), TestCaseError> {
    let script = draft.script_toml("原文.txt");
    let parsed = Script::parse("script.toml", &script);
    prop_assert!(parsed.is_ok(), "{}\n{script}", parsed.unwrap_err());
    let parsed = parsed.unwrap();
    let assessment = draft.assessment_toml("原文.txt");
    let items = Assessment::parse("assessment.toml", &assessment);
    prop_assert!(items.is_ok(), "{}\n{assessment}", items.unwrap_err());
    let items = items.unwrap();
    prop_assert_eq!(parsed.rules.len(), draft.rules.len());
    prop_assert_eq!(items.items.len(), draft.items.len());
    for (rule, drafted) in parsed.rules.iter().zip(&draft.rules) {
        prop_assert_eq!(rule.id.get_ref(), &drafted.id);
        let said: Vec<&str> = rule.say.iter().map(|step| step.text.get_ref().as_str()).collect();
        prop_assert_eq!(said, drafted.say.iter().map(|step| step.words.text.as_str()).collect::<Vec<_>>());
        let never: Vec<&str> = rule.never.iter().map(|never| never.text.get_ref().as_str()).collect();
        prop_assert_eq!(never, drafted.never.iter().map(|never| never.text.as_str()).collect::<Vec<_>>());
        if let Some(item) = &drafted.item {
            prop_assert!(draft.items.iter().any(|one| one.id == *item));
        }
    }
    let lines = draft.rules.iter().flat_map(|rule| {
        let said = rule.say.iter().map(|step| step.words.line);
        said.chain(rule.never.iter().map(|words| words.line)).map(|line| (rule.line, line, rule.last_line))
    });
    for (first, line, last) in lines {
        prop_assert!((first..=last).contains(&line) && (1..=draft.lines).contains(&line));
    }
    for gap in &draft.gaps {
        prop_assert!(gap.line.is_none_or(|line| (1..=draft.lines).contains(&line)), "{gap}");
    }
    Ok(())
}

#[test]
fn every_draft_can_be_checked_and_loaded_as_it_is() {
    for name in STANDARDS {
        is_sound(&read(name)).unwrap();
    }
}

/// What standards are made of, and what they should not be made of.
const PIECES: &[&str] = &[
    "一、",
    "二、",
    "十二、",
    "1、",
    "2、",
    "1.1 ",
    "2.10",
    "(一)",
    "①",
    "第三条",
    "第一章",
    "【禁语】",
    "【",
    "】",
    "\n",
    "\r\n",
    "\t",
    "|",
    "序号|场景|用语|禁语|扣分\n",
    "|1|来电|您好|喂|2|\n",
    "“",
    "”",
    "\"",
    "「",
    "」",
    "您好,",
    "请问有什么可以帮您?",
    "客服:",
    "客户说",
    "遇到客户投诉时",
    "不可以说",
    "不可以",
    "严禁",
    "应说:",
    "禁语:",
    "稍停3秒",
    "扣2分",
    "加5分",
    "扣0.5分",
    "投诉",
    "XX号",
    "X先生/女士",
    "(也可以说",
    ")",
    "(",
    "{",
    "}",
    "{agent}",
    "[",
    "]",
    "…",
    "……",
    "\\",
    "'''",
    "\"\"\"",
    "#",
    "=",
    "\u{0}",
    "\u{1b}",
    "\u{feff}",
    "\u{e000}",
    "，",
    "１",
    "：",
    "您否能",
    "谢谢!",
    "。",
    ";",
    "/",
    "或",
    "、",
    "a",
    "𠮷",
    "🙂",
    " ",
];

/// Pieces in any order.
fn mess() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..120).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_makes_a_draft_that_cannot_be_loaded(text in mess()) {
        is_sound(&Draft::read(&text).unwrap())?;
    }

    #[test]
    fn any_characters_are_read(text in any::<String>()) {
        is_sound(&Draft::read(&text).unwrap())?;
    }
}

#[test]
fn what_is_large_deep_or_endless_is_read_up_to_a_limit_that_is_said() {
    let deep = "第一部分\n第一章\n第一节\n【甲】\n第一条\n一、\n(一)\n1、\n1.1\n1.1.1\n1.1.1.1\n(1)\n①\n";
    for (what, piece, prefix) in [
        ("marks that open", "“", ""),
        ("one line", "您好,请问有什么可以帮您?", "1、客服:“"),
        ("one rule", "“您好”或\n", "1、客服:"),
        ("many rules", "1、“您好”\n", ""),
        ("many items", "一、迟到,扣2分\n", ""),
        ("nesting", deep, ""),
        ("brackets", "(", "1、“"),
        ("placeholders", "X", "1、客服:“您好"),
        ("rows", "|您好|喂|\n", "|用语|禁语|\n"),
    ] {
        let text = prefix.to_owned() + &piece.repeat(200_000 / piece.len());
        let draft = Draft::read(&text).unwrap();
        is_sound(&draft).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(draft.rules.len() + draft.items.len() <= 3_000 && draft.gaps.len() <= 2_001, "{what}");
        let says = |word: &str| {
            draft.gaps.iter().any(|gap| gap.kind == GapKind::LeftOut && gap.message.contains(word))
        };
        assert!(says("没有读; 请"), "{what}: {:?}", draft.gaps.last());
    }
    let large = "1、“您好”\n".repeat(DOCUMENT_BYTES_MAX / 10);
    let refused = Draft::read(&large).unwrap_err();
    assert_eq!(refused.bytes, large.len());
    assert!(refused.to_string().contains("最多"));
}

fn draft(arguments: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_callcue")).args(["script", "draft"]).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_command_writes_two_files_that_check_accepts_and_never_overwrites() {
    let folder = tempfile::tempdir().unwrap();
    let document = standard("appliance.txt");
    let shown = draft(&[&document]);
    assert_eq!(shown.status.code(), Some(0));
    let shown = text(&shown.stdout);
    assert!(
        shown.contains("4 节 13 条")
            && shown.contains("考核: 8 条")
            && shown.contains("您能否")
            && shown.contains("没有写文件"),
        "{shown}"
    );

    let out = folder.path().join("new/draft");
    let written = draft(&[&document, Path::new("--out"), &out]);
    assert_eq!(written.status.code(), Some(0), "{}", text(&written.stderr));
    let script = fs::read_to_string(out.join("script.toml")).unwrap();
    assert!(script.contains("appliance.txt") && script.contains("第 14 行"), "{script}");
    let check = Command::new(env!("CARGO_BIN_EXE_callcue"))
        .args(["script", "check"])
        .arg(out.join("script.toml"))
        .output()
        .unwrap();
    assert_eq!(check.status.code(), Some(0), "{}", text(&check.stderr));

    fs::remove_file(out.join("script.toml")).unwrap();
    fs::write(out.join("assessment.toml"), "mine").unwrap();
    let again = draft(&[&document, Path::new("--out"), &out]);
    assert_eq!(again.status.code(), Some(2));
    assert!(text(&again.stderr).contains("assessment.toml: 已经有这个文件"), "{}", text(&again.stderr));
    assert_eq!(fs::read_to_string(out.join("assessment.toml")).unwrap(), "mine");
    assert!(!out.join("script.toml").exists());
}

#[test]
fn a_file_that_is_no_text_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes, code, says) in [
        ("gbk.txt", &b"1.\n\xc4\xfa\xba\xc3"[..], 2, "第 2 行不是 UTF-8 (第 4 个字节)"),
        ("word.docx", b"PK\x03\x04rest", 2, "Word"),
        ("large.txt", &vec![b'a'; DOCUMENT_BYTES_MAX + 1], 2, "请只留下"),
        ("essay.txt", "今天天气很好。".as_bytes(), 1, ""),
        ("empty.txt", b"", 1, ""),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let out = draft(&[&path, Path::new("--out"), &folder.path().join("out")]);
        assert_eq!(out.status.code(), Some(code), "{name}");
        let (stdout, stderr) = (text(&out.stdout), text(&out.stderr));
        assert!(stderr.contains(says) && stderr.trim_end().lines().count() <= 1, "{name}: {stderr}");
        assert_eq!(stdout.contains("没有找到规范用语"), code == 1, "{name}: {stdout}");
    }
    let missing = draft(&[&folder.path().join("none.txt")]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).contains("none.txt"));
    assert_eq!(draft(&[folder.path()]).status.code(), Some(2));
    assert!(!folder.path().join("out").exists());
}
