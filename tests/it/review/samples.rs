use std::collections::BTreeSet;

use callcue::review::{Candidate, DrawBy, Example, Verdict, draw, risk_weight, stated, toml_of};
use callcue::script::{BUNDLED, Script};
use proptest::prelude::*;

fn candidate(number: u64) -> Candidate {
    Candidate {
        call: format!("c{number}"),
        agent: format!("10{}", number % 3),
        length_ms: 60_000 * (number % 12),
        silence_share: (number % 7) as f32 / 10.0,
        level_dbfs: (!number.is_multiple_of(5)).then_some(-20.0 - (number % 5) as f32 * 6.0),
        is_drawn: false,
    }
}

#[test]
fn risk_is_length_silence_and_faint_voices() {
    let plain = Candidate { length_ms: 0, silence_share: 0.0, level_dbfs: None, ..candidate(0) };
    assert_eq!(risk_weight(&plain), 1);
    assert_eq!(risk_weight(&Candidate { length_ms: 400_000, ..plain.clone() }), 3);
    assert_eq!(risk_weight(&Candidate { silence_share: 0.25, ..plain.clone() }), 2);
    assert_eq!(risk_weight(&Candidate { level_dbfs: Some(-45.0), ..plain.clone() }), 3);
    assert_eq!(
        risk_weight(&Candidate { length_ms: u64::MAX, silence_share: 1.0, level_dbfs: Some(-90.0), ..plain }),
        8
    );
    assert!(stated(DrawBy::Risk, 3, 7).contains("权重") && stated(DrawBy::Risk, 3, 7).contains("种子 7"));
}

#[test]
fn a_draw_by_risk_prefers_risky_calls() {
    // One risky call (8) among seven plain ones (1 each): it should come first in about 8 of 15 draws.
    let mut calls: Vec<Candidate> = (0..8).map(candidate).collect();
    for call in &mut calls {
        (call.agent, call.length_ms, call.silence_share, call.level_dbfs) = ("a".into(), 0, 0.0, None);
    }
    (calls[0].length_ms, calls[0].silence_share, calls[0].level_dbfs) = (600_000, 0.5, Some(-50.0));
    let first = |by| (0..3_000u64).filter(|seed| draw(&calls, &[], by, 1, *seed).calls == ["c0"]).count();
    let (risk, random) = (first(DrawBy::Risk), first(DrawBy::Random));
    // Binomial: 1600 ± 27 and 375 ± 18; five standard deviations.
    assert!((1_460..=1_740).contains(&risk), "{risk}");
    assert!((285..=465).contains(&random), "{random}");
}

#[test]
fn who_has_too_few_calls_is_named() {
    let calls: Vec<Candidate> = (0..4).map(candidate).collect();
    let agents = ["100".to_owned(), "107".to_owned()];
    assert_eq!(draw(&calls, &agents, DrawBy::Random, 2, 1).short, ["101", "102", "107"]);
}

#[test]
fn examples_are_cases_of_a_script() {
    let example =
        |text: &str| Example { text: text.into(), channel: "agent".into(), kind: "forbidden".into() };
    let examples = [example("喂,大点声"), example("''' \" \\ \n")];
    for verdict in Verdict::ALL {
        let toml = toml_of(verdict, &examples);
        let cases = if verdict == Verdict::Unsure { 0 } else { 2 };
        let head = BUNDLED.split("[[rule.case]]").next().unwrap();
        let script = Script::parse("examples.toml", &format!("{head}\n{toml}"))
            .unwrap_or_else(|why| panic!("{why}\n{toml}"));
        let rule = script.rules.last().unwrap();
        assert_eq!(rule.cases.len(), cases, "{toml}");
        for case in &rule.cases {
            assert_eq!(case.flags.is_empty(), verdict == Verdict::Dismissed);
        }
    }
}

proptest! {
    #[test]
    fn the_same_seed_draws_the_same_without_doubles(
        count in 0..60u64, quota in 1..8u32, seed: u64, by in prop_oneof![Just(DrawBy::Random), Just(DrawBy::Risk)],
    ) {
        let mut calls: Vec<Candidate> = (0..count).map(candidate).collect();
        let drawn = draw(&calls, &[], by, quota, seed);
        let distinct: BTreeSet<_> = drawn.calls.iter().cloned().collect();
        prop_assert_eq!(distinct.len(), drawn.calls.len());
        for agent in ["100", "101", "102"] {
            let all = calls.iter().filter(|call| call.agent == agent).count();
            let got = calls.iter().filter(|call| call.agent == agent && distinct.contains(&call.call)).count();
            prop_assert_eq!(got, all.min(quota as usize));
            prop_assert_eq!(drawn.short.iter().any(|short| short == agent), all > 0 && all < quota as usize);
        }
        calls.reverse();
        prop_assert_eq!(&draw(&calls, &[], by, quota, seed), &drawn, "their order decides nothing");
        let more: BTreeSet<_> = draw(&calls, &[], by, quota + 1, seed).calls.into_iter().collect();
        prop_assert!(distinct.is_subset(&more), "a larger quota gives the same and more");
        for call in &mut calls {
            call.is_drawn = distinct.contains(&call.call);
        }
        prop_assert!(draw(&calls, &[], by, quota, seed).calls.is_empty(), "drawing again adds nothing");
        let further: BTreeSet<_> = draw(&calls, &[], by, quota + 1, seed).calls.into_iter().collect();
        let both: BTreeSet<_> = distinct.union(&further).cloned().collect();
        prop_assert_eq!(both, more);
    }
}
