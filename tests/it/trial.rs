//! The bundled script's own tests, and how well its phrases are heard: what issue 4 asks of both.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use callcue::script::{self, Script};
use callcue::trial::{self, Measure, Purpose};

use crate::support::engine::{ASSESSMENT, SCRIPT};

/// Breaches of each rule, as the table of the rules has them: each is shown by a timeline of the script.
const BREACHES: &str = "\
1.1 missing forbidden
1.2 missing forbidden
1.3 conduct
1.4 missing
1.5 timing hangup forbidden
1.6 timing hangup forbidden
2.1 missing forbidden
2.2 hangup conduct timing
2.3 hangup timing
2.4 hangup forbidden
2.5 conduct
2.6 missing conduct forbidden
3.1 missing hangup
3.2 forbidden
3.3 missing
3.4 missing conduct
3.5 missing hangup forbidden
3.6 missing hangup
3.7 missing hangup
3.8 missing timing
3.9 missing
4.1 missing forbidden
4.2 missing forbidden
4.3 missing forbidden
4.4 missing forbidden
4.5 missing forbidden
5.1 missing
5.2 missing
5.3 missing hangup
5.4 missing
5.5 missing
5.6 missing
5.7 missing
5.8 missing
6.1 missing forbidden
6.2 hangup missing forbidden
6.3 timing hangup";

/// The notice that a greeting can be made to carry stands in the bundled script as a comment.
#[test]
fn the_notice_of_the_bundled_script_works_once_its_lines_are_taken_in() {
    let line = |line: &str| {
        line.strip_prefix("#!").map_or(line, |rest| rest.strip_prefix(' ').unwrap_or(rest)).to_owned()
    };
    let text: Vec<String> = script::BUNDLED.lines().map(line).collect();
    let with_notice = Arc::new(Script::parse("with the notice", &text.join("\n")).unwrap());
    assert!(with_notice.rule("1.0").is_some() && SCRIPT.rule("1.0").is_none());
    let report = trial::run(&with_notice, &ASSESSMENT);
    let failed: Vec<&String> = report.failed.iter().filter(|line| line.contains("1.0")).collect();
    let mine: Vec<&&String> = failed.iter().filter(|line| line.contains("告知")).collect();
    assert!(mine.is_empty(), "{mine:?}");
    let bundled = trial::run(&SCRIPT, &ASSESSMENT);
    assert_eq!((report.lines - bundled.lines, report.timelines - bundled.timelines), (12, 2));
}

#[test]
fn the_bundled_script_passes_its_own_tests() {
    let report = trial::run(&SCRIPT, &ASSESSMENT);
    assert_eq!(report.failed, Vec::<String>::new());
    assert!(report.timelines >= 150, "{} timelines", report.timelines);
    assert!(report.lines >= 1_500, "{} lines", report.lines);
    assert_eq!(report.passed, report.lines + report.timelines);
}

#[test]
fn every_rule_shows_each_of_its_breaches_and_a_call_that_keeps_it() {
    let expected: BTreeMap<&str, BTreeSet<&str>> = BREACHES
        .lines()
        .map(|line| {
            let mut words = line.split(' ');
            (words.next().unwrap(), words.collect())
        })
        .collect();
    assert_eq!(expected.len(), 37);
    for rule in &SCRIPT.rules {
        let id = rule.id.get_ref().as_str();
        let shown: BTreeSet<&str> =
            rule.cases.iter().flat_map(|case| case.flags.iter().map(String::as_str)).collect();
        assert_eq!(shown, expected[id], "rule {id}");
        let kept = |case: &&callcue::script::Case| case.clean && case.flags.is_empty();
        assert!(rule.cases.iter().any(|case| kept(&case)), "rule {id} has no call that keeps it");
    }
}

/// One measurement for all tests of it: it takes a while.
fn measured() -> &'static Measure {
    static MEASURE: std::sync::LazyLock<Measure> = std::sync::LazyLock::new(|| trial::measure(&SCRIPT, 1));
    &MEASURE
}

#[test]
fn every_rule_with_words_is_measured_on_forty_lines_and_more() {
    // Each line is tried four times at each error rate.
    const DRAWS: u32 = 4;
    let mut lines: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for row in measured().rules.iter().filter(|row| row.error_rate == 0.0) {
        let sums = lines.entry(row.rule.as_deref().unwrap()).or_default();
        sums.0 += (row.tally.heard + row.tally.missed) / DRAWS;
        sums.1 += (row.tally.false_heard + row.tally.quiet) / DRAWS;
    }
    for rule in &SCRIPT.rules {
        let id = rule.id.get_ref().as_str();
        let (said, not_said) = lines[id];
        assert!(said + not_said >= 40 && said >= 20 && not_said >= 20, "rule {id}: {said} and {not_said}");
    }
}

/// The goals are recall 0.97 and precision 0.99 at 10 % of wrong syllables, 0.90 and 0.98 at 20 %. Those of precision are
/// reached; those of recall are not: the README has the table. What is held here is what was measured.
#[test]
fn precision_is_as_the_goal_says_and_recall_does_not_fall_back() {
    for (rate, recall, precision) in [(0.0, 0.999, 0.998), (0.10, 0.925, 0.99), (0.20, 0.85, 0.98)] {
        let row = |purpose: Option<Purpose>| {
            let mut rows = measured().rows.iter();
            rows.find(|row| row.error_rate == rate && row.purpose == purpose).unwrap()
        };
        let all = row(None);
        assert!(
            all.recall >= recall && all.precision >= precision,
            "at {rate}: recall {}, precision {}",
            all.recall,
            all.precision
        );
        // A wrong situation nags the agent.
        let situations = row(Some(Purpose::Situation));
        assert!(situations.precision >= precision, "situations at {rate}: {}", situations.precision);
    }
}

/// The guide teaches by one script, in pieces: together they are a file that passes its own tests.
#[test]
fn the_guide_in_chinese_is_a_script_that_works() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/README.zh.md");
    let guide = std::fs::read_to_string(path).unwrap();
    let blocks = |language: &str| -> String {
        guide.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix(language)).collect()
    };
    let script = Script::parse("README.zh.md", &blocks("toml\n")).unwrap_or_else(|why| panic!("{why}"));
    let report = trial::run(&Arc::new(script), &ASSESSMENT);
    assert_eq!(report.failed, Vec::<String>::new());
    assert!(report.timelines >= 3 && report.lines >= 10, "{report:?}");
    callcue::score::Assessment::parse("README.zh.md", &blocks("toml assessment\n")).unwrap();
    let shapes = [
        "opening",
        "answer",
        "name",
        "ask_first",
        "steps",
        "mandarin",
        "restate",
        "dictate",
        "wait",
        "transfer",
        "confirm",
        "closing",
    ];
    for shape in shapes {
        assert!(guide.contains(&format!("check.{shape} ")), "the guide says nothing of {shape}");
    }
}
