//! What a flag says of the words on which it rests: how well they were heard, and syllable by syllable how.

use callcue::call::{Agreement, Basis, EventKind, FlagKind, Hearing};

use crate::support::engine::play;

/// The flags of a call in which the customer says one thing and the agent another.
fn flags(customer: &str, agent: &str) -> Vec<(String, FlagKind, i32, Hearing)> {
    let events = play(&format!(
        r#"{{"at_ms":0,"type":"call_started","agent":"1024","customer":{{"known":true}}}}
{{"at_ms":400,"type":"speech","channel":"agent","end_ms":3100,"text":"您好,中铁物流集团1024号为您服务"}}
{{"at_ms":4000,"type":"speech","channel":"customer","end_ms":7000,"text":"{customer}"}}
{{"at_ms":8000,"type":"speech","channel":"agent","end_ms":11000,"text":"{agent}"}}
{{"at_ms":12000,"type":"speech","channel":"customer","end_ms":13000,"text":"嗯"}}
{{"at_ms":20000,"type":"call_ended","by":"customer"}}
"#
    ));
    let flag = |kind: EventKind| match kind {
        EventKind::Flag { rule, kind, points, heard, .. } => Some((rule, kind, points, heard)),
        _ => None,
    };
    events.into_iter().filter_map(|event| flag(event.kind)).collect()
}

fn how(heard: &Hearing) -> Vec<Agreement> {
    heard.aligned.iter().map(|word| word.how).collect()
}

#[test]
fn forbidden_words_heard_word_for_word_are_sure() {
    let flags = flags("我查快递", "嘴巴放干净一点");
    let [(rule, FlagKind::Forbidden, points, heard)] = &flags[..] else { panic!("{flags:?}") };
    assert_eq!((rule.as_str(), *points), ("4.2", -5));
    assert_eq!((heard.sure, heard.basis, heard.review), (Some(1.0), Some(Basis::Words), false));
    assert_eq!(how(heard), [Agreement::Same; 7]);
    let said: String = heard.aligned.iter().filter_map(|word| word.said).collect();
    assert_eq!(said, "嘴巴放干净一点");
}

#[test]
fn words_heard_unsurely_wait_for_a_person_and_cost_nothing() {
    let flags = flags("我查快递", "你会不会讲普通法");
    let [(rule, FlagKind::Forbidden, points, heard)] = &flags[..] else { panic!("{flags:?}") };
    assert_eq!((rule.as_str(), *points), ("2.4", 0));
    assert!(heard.review && heard.sure.is_some_and(|sure| sure < 0.88), "{heard:?}");
    let lost = heard.aligned.iter().find(|word| word.how != Agreement::Same).unwrap();
    assert_eq!((lost.phrase, lost.how), (Some('话'), Agreement::Missing));
}

#[test]
fn what_is_missing_rests_on_the_words_that_asked_for_it() {
    let flags = flags("你们怎么这么慢啊", "在查了");
    let [(rule, FlagKind::Missing, points, heard)] = &flags[..] else { panic!("{flags:?}") };
    assert_eq!((rule.as_str(), *points), ("4.3", -5));
    assert_eq!((heard.sure, heard.basis, heard.review), (Some(1.0), Some(Basis::Situation), false));
    let said: String = heard.aligned.iter().filter_map(|word| word.said).collect();
    assert_eq!(said, "怎么这么慢");
}

#[test]
fn what_was_almost_said_is_for_a_person_to_hear() {
    let flags = flags("我给你们提个建议", "感谢您的这个建议");
    let [(rule, FlagKind::Missing, 0, heard)] = &flags[..] else { panic!("{flags:?}") };
    assert_eq!((rule.as_str(), heard.basis), ("5.4", Some(Basis::NearMiss)));
    assert!(heard.review && heard.sure.is_some_and(|sure| sure < 0.5), "{heard:?}");
    assert!(how(heard).contains(&Agreement::Wrong));
}

#[test]
fn a_summary_proposes_nothing_for_what_is_unsure() {
    let proposals = |agent: &str| {
        let events = play(&format!(
            r#"{{"at_ms":0,"type":"call_started","agent":"1024"}}
{{"at_ms":400,"type":"speech","channel":"agent","end_ms":6100,"text":"您好,中铁物流集团1024号为您服务,{agent}"}}
{{"at_ms":9000,"type":"call_ended","by":"unknown"}}
"#
        ));
        let summary = |kind: EventKind| match kind {
            EventKind::Summary { flags, items, .. } => Some((flags, items.len())),
            _ => None,
        };
        events.into_iter().find_map(|event| summary(event.kind)).unwrap()
    };
    assert_eq!(proposals("你会不会讲普通话"), (1, 1));
    assert_eq!(proposals("你会不会讲普通法"), (1, 0));
}
