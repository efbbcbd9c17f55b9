//! Kept calls judged again: the same script gives the same flags, a changed one the difference, whatever is damaged.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use callcue::app::{BacktestOutcome, BacktestPlan, run_backtest};
use callcue::backtest::{BacktestTally, Difference, FoundFlag, found_flags, inputs, judge, rejudge};
use callcue::call::{Channel, Event, EventKind, FlagKind, Hearing};
use callcue::script::{self, Script};
use callcue::store::CallStore;
use callcue::store::sqlite::SqliteStore;
use proptest::prelude::*;

use crate::calls::{block, pages};
use crate::support::engine::{ASSESSMENT, SCRIPT, play};
use crate::support::stored_calls::{APART_MS, FIRST_MS, Numbers, arrival, timeline};

fn again(events: &[Event]) -> Vec<Event> {
    let newest_ms = events.iter().map(|event| event.at_ms).max().unwrap();
    judge(inputs(events), newest_ms, &SCRIPT, &ASSESSMENT)
}

/// As the store has them: through JSON.
fn kept(events: &[Event]) -> Vec<Event> {
    events.iter().map(|event| serde_json::from_str(&serde_json::to_string(event).unwrap()).unwrap()).collect()
}

/// Every call that is written down anywhere: its name and its timeline.
fn all_timelines() -> Vec<(String, String)> {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo/call.jsonl");
    let mut all = vec![("config/demo".to_owned(), std::fs::read_to_string(demo).unwrap())];
    for path in pages() {
        let page = std::fs::read_to_string(&path).unwrap();
        all.push((path.display().to_string(), block(&page, "call").to_owned()));
    }
    for rule in &SCRIPT.rules {
        for case in &rule.cases {
            let name = format!("rule {}, case {}", rule.id.get_ref(), case.name.get_ref());
            all.push((name, case.timeline.get_ref().clone()));
        }
    }
    all
}

#[test]
fn every_call_gives_the_same_flags_again_from_its_events() {
    let timelines = all_timelines();
    let (mut wrong, mut flags) = (Vec::new(), 0);
    for (name, timeline) in &timelines {
        let events = kept(&play(timeline));
        let then = found_flags(&events);
        let now = found_flags(&again(&events));
        flags += then.len();
        if then != now {
            wrong.push(format!("{name}\nthen {then:#?}\nnow {now:#?}"));
        }
    }
    println!("{} calls, {flags} flags", timelines.len());
    assert!(timelines.len() >= 100 && flags >= 50, "{} calls, {flags} flags", timelines.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), timelines.len(), wrong.join("\n"));
}

/// More than flags: whatever the rules and the clock said comes again, where all that was said had words.
#[test]
fn every_call_gives_the_same_events_again() {
    for (name, timeline) in all_timelines() {
        if timeline.contains(r#""text":"""#) {
            continue;
        }
        let events = kept(&play(&timeline));
        assert_eq!(kept(&again(&events)), events, "{name}");
    }
}

#[test]
fn made_calls_give_the_same_flags_again() {
    let seed = 20_261_126;
    println!("seed {seed}");
    let mut numbers = Numbers(seed);
    let mut tally = BacktestTally::default();
    for _ in 0..40 {
        let events = kept(&play(&timeline(&mut numbers, 240_000)));
        let difference = rejudge(&events, &SCRIPT, &ASSESSMENT).unwrap();
        assert_eq!((difference.gained.len(), difference.lost.len()), (0, 0), "{difference:?}");
        tally.add(&difference);
    }
    assert_eq!((tally.calls, tally.gained, tally.lost, tally.untried), (40, 0, 0, 0));
    assert!(tally.unchanged > 100, "{tally:?}");
}

fn speech(at_ms: u64, channel: &str, end_ms: u64, text: &str) -> String {
    format!(
        r#"{{"at_ms":{at_ms},"type":"speech","channel":"{channel}","end_ms":{end_ms},"text":"{text}","level_dbfs":-22.0}}"#
    )
}

const START: &str = r#"{"at_ms":0,"type":"call_started","agent":"1024"}"#;

fn silences(events: &[Event]) -> Vec<(u64, u64)> {
    events
        .iter()
        .filter_map(|event| match event.kind {
            EventKind::Silence { since_ms, length_ms } => Some((since_ms, length_ms)),
            _ => None,
        })
        .collect()
}

/// Coughs leave no event, but the silence windows around them do.
#[test]
fn speech_without_words_is_put_where_the_kept_silence_needs_it() {
    for coughs in [
        vec![(5_000, 5_400)],
        vec![(3_000, 3_200), (11_800, 12_500)],
        vec![(4_100, 4_500), (8_000, 8_100), (17_200, 17_900)],
        vec![(2_900, 16_000)],
        vec![(18_000, 18_400)],
    ] {
        let mut lines = vec![START.to_owned(), speech(500, "agent", 2_000, "您好,请问有什么可以帮您")];
        lines.extend(coughs.iter().map(|&(from, to)| speech(from, "customer", to, "")));
        lines.push(speech(19_000, "customer", 20_000, "我想查一个快递"));
        lines.push(r#"{"at_ms":30000,"type":"call_ended","by":"customer"}"#.to_owned());
        let events = play(&lines.join("\n"));
        assert_eq!(silences(&again(&events)), silences(&events), "{coughs:?}");
    }
}

/// A kept flag without a rule that finds it: what was heard in noise.
fn flag(rule: &str, at_ms: u64) -> Event {
    let kind = EventKind::Flag {
        rule: rule.to_owned(),
        kind: FlagKind::Missing,
        channel: Channel::Agent,
        from_ms: at_ms - 100,
        to_ms: at_ms,
        text: String::new(),
        phrase: String::new(),
        item: "A4".to_owned(),
        points: -2,
        instead: None,
        heard: Hearing::default(),
    };
    Event { at_ms, kind }
}

#[test]
fn a_flag_that_only_noise_can_bring_is_untried_and_others_are_lost() {
    let hears_noise = SCRIPT
        .rules
        .iter()
        .find(|rule| rule.when.iter().any(|trigger| trigger.noise_above_dbfs.is_some()))
        .expect("the bundled script has a rule about noise");
    let id = hears_noise.id.get_ref().as_str();
    let mut events = play(&format!("{START}\n{}\n", speech(500, "agent", 1_500, "您好")));
    events.push(flag(id, 1_200));
    events.push(flag("77.7", 1_300));
    let difference = rejudge(&events, &SCRIPT, &ASSESSMENT).unwrap();
    let rules = |flags: &[FoundFlag]| flags.iter().map(|flag| flag.rule.clone()).collect::<Vec<_>>();
    assert_eq!(rules(&difference.untried), [id]);
    assert_eq!(rules(&difference.lost), ["77.7"]);
    assert_eq!(rules(&difference.gained), Vec::<String>::new());
}

/// Raised while the agent still spoke, with evidence from the words known by then.
#[test]
fn a_forbidden_phrase_flagged_early_is_the_same_flag_at_the_end_of_its_utterance() {
    let call = format!(
        "{START}\n{}\n{}\n",
        speech(500, "agent", 8_000, "喂大点声我这里听不清楚您说的话您到底要查什么东西啊"),
        r#"{"at_ms":9000,"type":"call_ended","by":"customer"}"#
    );
    let mut events = play(&call);
    let early =
        events.iter_mut().find(|event| matches!(&event.kind, EventKind::Flag { rule, .. } if rule == "2.1"));
    let early = early.expect("the phrase is flagged");
    early.at_ms = 3_000;
    if let EventKind::Flag { from_ms, to_ms, .. } = &mut early.kind {
        (*from_ms, *to_ms) = (6_900, 7_600);
    }
    let difference = rejudge(&events, &SCRIPT, &ASSESSMENT).unwrap();
    assert_eq!((difference.gained.len(), difference.lost.len()), (0, 0), "{difference:?}");
    assert!(difference.unchanged.iter().any(|flag| flag.rule == "2.1" && flag.at_ms == 8_000));
}

/// The bundled script with another phrase in the place of one.
fn changed() -> Arc<Script> {
    let start = script::BUNDLED.find("text = \"喂,大点声").expect("the phrase is in the bundled script");
    let end = start + script::BUNDLED[start..].find("\nheard_in").expect("its examples follow");
    let text = format!("{}text = \"你自己上网查\"{}", &script::BUNDLED[..start], &script::BUNDLED[end..]);
    Arc::new(Script::parse("changed.toml", &text).unwrap())
}

#[test]
fn a_changed_script_loses_and_gains_what_it_should() {
    let line = |at: u64, words: &str| speech(at, "agent", at + 2_000, words);
    let call = format!("{START}\n{}\n{}\n", line(500, "喂,大点声"), line(20_000, "你自己上网查"));
    let events = play(&call);
    let difference = rejudge(&events, &changed(), &ASSESSMENT).unwrap();
    let forbidden = |flags: &[FoundFlag]| {
        let of_kind = flags.iter().filter(|flag| flag.kind == FlagKind::Forbidden);
        of_kind.map(|flag| (flag.rule.clone(), flag.at_ms)).collect::<Vec<_>>()
    };
    assert_eq!(forbidden(&difference.lost), [("2.1".to_owned(), 2_500)], "{difference:#?}");
    assert_eq!(forbidden(&difference.gained), [("2.1".to_owned(), 22_000)], "{difference:#?}");
}

#[test]
fn a_call_without_a_start_is_not_judged_and_one_cut_off_is_judged_up_to_there() {
    assert!(rejudge(&[], &SCRIPT, &ASSESSMENT).is_none());
    let events = play(&format!(
        "{START}\n{}\n{}\n",
        speech(500, "agent", 1_500, "喂,大点声"),
        r#"{"at_ms":9000,"type":"call_ended","by":"agent"}"#
    ));
    assert!(rejudge(&events[1..], &SCRIPT, &ASSESSMENT).is_none());
    let end = events.iter().position(|event| matches!(event.kind, EventKind::CallEnded { .. })).unwrap();
    let cut = &events[..end];
    let difference = rejudge(cut, &SCRIPT, &ASSESSMENT).unwrap();
    assert_eq!((difference.gained.len(), difference.lost.len()), (0, 0), "{difference:#?}");
    let over = |events: &[Event]| events.iter().any(|event| matches!(event.kind, EventKind::Summary { .. }));
    assert!(!over(&again(cut)), "nobody says that it ended");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Events missing, doubled or out of order: something comes out, and nothing panics.
    #[test]
    fn damaged_calls_are_judged_without_a_panic(seed in any::<u64>(), picks in prop::collection::vec(any::<prop::sample::Index>(), 1..60)) {
        let events = play(&timeline(&mut Numbers(seed), 60_000));
        let damaged: Vec<Event> = picks.iter().map(|pick| pick.get(&events).clone()).collect();
        let _ = rejudge(&damaged, &SCRIPT, &ASSESSMENT);
    }
}

/// A folder in which a floor keeps `calls`, made calls of a minute, and what they were judged to be.
fn floor(calls: u64) -> (tempfile::TempDir, Vec<Vec<Event>>) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    let mut numbers = Numbers(7);
    let judged: Vec<Vec<Event>> = (0..calls).map(|_| play(&timeline(&mut numbers, 60_000))).collect();
    let batch: Vec<_> =
        judged.iter().enumerate().map(|(number, events)| arrival(number as u64, events.clone())).collect();
    store.append(&batch).unwrap();
    (folder, judged)
}

fn plan(script: Arc<Script>, threads: usize) -> BacktestPlan {
    let threads = NonZeroUsize::new(threads).unwrap();
    BacktestPlan { script, assessment: Arc::clone(&ASSESSMENT), since_ms: None, threads }
}

fn differences(store: &SqliteStore, plan: &BacktestPlan) -> Vec<(String, Option<Difference>)> {
    let mut all = Vec::new();
    run_backtest(store, plan, &mut |row, outcome| {
        let difference = match outcome {
            BacktestOutcome::Judged(difference) => Some(difference),
            BacktestOutcome::Running | BacktestOutcome::Unreadable(_) => None,
        };
        all.push((row.call, difference));
        true
    })
    .unwrap();
    all
}

#[test]
fn every_kept_call_is_judged_once_newest_first_on_any_number_of_threads() {
    let (folder, judged) = floor(130);
    let store = SqliteStore::open(folder.path()).unwrap();
    let one = differences(&store, &plan(changed(), 1));
    let ids: Vec<&str> = one.iter().map(|(call, _)| call.as_str()).collect();
    let wanted: Vec<String> = (0..130).rev().map(|number| format!("20261126-{number:08}")).collect();
    assert_eq!(ids, wanted);
    assert_eq!(differences(&store, &plan(changed(), 2)), one, "two threads say what one says");
    let mut same = BacktestTally::default();
    for (_, difference) in differences(&store, &plan(Arc::clone(&SCRIPT), 2)) {
        same.add(&difference.unwrap());
    }
    let flags: usize = judged.iter().map(|events| found_flags(events).len()).sum();
    assert_eq!((same.calls, same.gained, same.lost, same.unchanged), (130, 0, 0, flags as u64));
}

#[test]
fn a_since_leaves_older_calls_out_and_the_sink_can_stop() {
    let (folder, _) = floor(5);
    let store = SqliteStore::open(folder.path()).unwrap();
    let mut recent = plan(changed(), 2);
    recent.since_ms = Some(FIRST_MS + 3 * APART_MS);
    assert_eq!(differences(&store, &recent).len(), 2);
    let mut seen = 0;
    run_backtest(&store, &plan(changed(), 2), &mut |_, _| {
        seen += 1;
        seen < 3
    })
    .unwrap();
    assert_eq!(seen, 3);
}

#[test]
fn calls_that_run_and_calls_without_a_start_are_told_apart_from_judged_ones() {
    let (folder, judged) = floor(2);
    let store = SqliteStore::open(folder.path()).unwrap();
    let end = judged[0].iter().position(|event| matches!(event.kind, EventKind::CallEnded { .. })).unwrap();
    let running = arrival(10, judged[0][..end].to_vec());
    let startless = arrival(11, judged[0][1..].to_vec());
    store.append(&[running, startless]).unwrap();
    let mut outcomes = Vec::new();
    run_backtest(&store, &plan(Arc::clone(&SCRIPT), 2), &mut |row, outcome| {
        outcomes.push(match outcome {
            BacktestOutcome::Judged(_) => "judged".to_owned(),
            BacktestOutcome::Running => format!("{} runs", row.call),
            BacktestOutcome::Unreadable(why) => why,
        });
        true
    })
    .unwrap();
    assert!(
        outcomes[0].contains("20261126-00000011") && outcomes[0].contains("call_started"),
        "{outcomes:?}"
    );
    assert_eq!(outcomes[1..], ["20261126-00000010 runs", "judged", "judged"]);
}
