//! Script files that are wrong on a grand scale: each gives a located mistake or a clear limit, in bounded time and memory.

use callcue::score::Assessment;
use callcue::script::{FILE_BYTES_MAX, Language, Script};

const HEAD: &str = "format = 1\nname = \"n\"\ncompany = \"c\"\n";
const TEN_MB: usize = 10 * 1024 * 1024;

/// What is said of `text`; a test that hangs or dies is a limit that does not hold.
fn mistakes(text: &str) -> Vec<String> {
    match Script::parse("my.toml", text) {
        Ok(script) => panic!("{} rules accepted", script.rules.len()),
        Err(mistakes) => {
            let (english, chinese) = (mistakes.lines(Language::English), mistakes.lines(Language::Chinese));
            assert_eq!(english.len(), chinese.len());
            assert!(!english.is_empty() && english.len() <= 100, "{} lines", english.len());
            for line in english.iter().chain(&chinese) {
                assert!(line.starts_with("my.toml:") && !line.chars().any(char::is_control), "{line:?}");
                assert!(line.len() < 2_000, "a line of {} bytes", line.len());
            }
            english
        }
    }
}

fn filled(unit: &str, bytes: usize) -> String {
    format!("{HEAD}{}", unit.repeat(bytes / unit.len()))
}

#[test]
fn ten_megabytes_of_one_rule_are_so_many_mistakes() {
    let said = mistakes(&filled("[[rule]]\nid = \"1.1\"\ntitle = \"t\"\nitem = \"A4\"\n", TEN_MB));
    assert_eq!(said.len(), 100);
    assert!(said[0].starts_with("my.toml:9:6: there are two rules 1.1"), "{}", said[0]);
}

#[test]
fn ten_megabytes_of_good_rules_are_read() {
    let rule = |number: usize| {
        format!(
            "[[rule]]\nid = \"1.{number}\"\ntitle = \"t\"\nitem = \"A4\"\nsay = [{{ text = \"很抱歉让您久等了我将尽快为您处理\" }}]\n"
        )
    };
    let text = HEAD.to_owned() + &(0..TEN_MB / 120).map(rule).collect::<String>();
    assert!(Script::parse("my.toml", &text).is_ok());
}

#[test]
fn a_file_over_the_limit_is_refused_unread() {
    let said = mistakes(&filled("# 注释\n", FILE_BYTES_MAX + 1_000));
    assert!(said[0].contains("at most 16777216"), "{}", said[0]);
}

#[test]
fn deep_nesting_ends() {
    for (open, close) in [("[", "]"), ("{ a = ", " }")] {
        let text = format!("{HEAD}x = {}1{}\n", open.repeat(100_000), close.repeat(100_000));
        mistakes(&text);
    }
    mistakes(&format!("{HEAD}[{}]\nx = 1\n", "a.".repeat(100_000) + "a"));
}

#[test]
fn wrong_types_and_signs_are_located() {
    for (body, place) in [
        ("rule = 1\n", "my.toml:4:8: "),
        ("[[rule]]\nid = [\"1.1\"]\n", "my.toml:5:6: "),
        ("[[rule]]\nid = \"1\u{7}.1\"\ntitle = \"t\"\nitem = \"A4\"\n", "my.toml:5:"),
        ("[[rule]]\nid = \"1\\u0007.1\"\ntitle = \"t\"\nitem = \"A4\"\n", "my.toml:5:6: "),
        (
            "[[rule]]\nid = \"1.1\"\ntitle = \"t\"\nitem = \"A4\"\nsay = [{ text = \"您\\u0000好\" }]\n",
            "my.toml:8:",
        ),
        (
            "[[rule]]\nid = \"1.1\"\ntitle = \"t\"\nitem = \"A4\"\nsay = [{ text = \"您好\", wait_ms = -1 }]\n",
            "my.toml:8:",
        ),
        ("[[rule]]\nid = \"1.1\"\ntitle = \"t\"\nitem = \"A4\"\npriority = 300\n", "my.toml:8:12: "),
        ("alike = [[\"抱歉\", \"\"]]\n", "my.toml:4:"),
        ("[[rule]]\nid = \"1.1\"\nid = \"1.2\"\n", "my.toml:6:1: "),
    ] {
        let said = mistakes(&format!("{HEAD}{body}"));
        assert!(said[0].starts_with(place), "{body}\n{}", said[0]);
    }
}

#[test]
fn a_long_phrase_and_a_long_line_are_told() {
    let said = mistakes(&format!(
        "{HEAD}[[rule]]\nid = \"1.1\"\ntitle = \"t\"\nitem = \"A4\"\nnever = [{{ text = \"{}\" }}]\n",
        "好".repeat(1_000_000)
    ));
    assert!(said[0].contains("more than 64 syllables"), "{}", said[0]);
}

#[test]
fn an_assessment_of_ten_megabytes_ends_too() {
    let item = |number: usize| format!("[[item]]\nid = \"A{number}\"\ntext = \"t\"\ndeduct = 1\n");
    let head = "format = 1\nname = \"n\"\nstart = 100\n".to_owned();
    let text = head + &(0..TEN_MB / 40).map(item).collect::<String>();
    assert!(Assessment::parse("a.toml", &text).is_ok());
    let twice = text + &item(7);
    let said = Assessment::parse("a.toml", &twice).unwrap_err().lines(Language::Chinese);
    assert!(said[0].contains("有两条都叫 A7"), "{}", said[0]);
}
