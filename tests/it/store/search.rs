use callcue::call::{Channel, EventKind};
use callcue::store::sqlite::SqliteStore;
use callcue::store::{CallStore, SearchStore, TextQuery};

use super::{HOUR_MS, NINE_MS, Place, arrival, said, stamped};

const LINES: [&str; 7] = [
    "您好,请问有什么可以帮您?",
    "我要退款!",
    "请腿宽一点",
    "我的VIP卡号是138001",
    "银行卡丢了",
    "退,款呢",
    "绿色通道",
];

/// One call an hour, each with one line; stations 1 and 2 in turn.
fn with_lines(place: &Place) -> SqliteStore {
    let store = place.open();
    for (n, line) in LINES.iter().enumerate() {
        let (call, started_ms) = (format!("c{n}"), HOUR_MS * n as i64);
        let begin = EventKind::CallStarted { agent: "1024".to_owned(), ring_ms: None, customer: None };
        let mut tentative = said(Channel::Agent, 900, "没有说完的话");
        if let EventKind::Transcript { r#final, .. } = &mut tentative {
            *r#final = false;
        }
        let events = [
            stamped(&call, 1, started_ms, 0, begin),
            stamped(&call, 2, started_ms, 900, tentative),
            stamped(&call, 3, started_ms, 2_000, said(Channel::Customer, 2_000, line)),
        ];
        store.append(&[arrival(n as u32 % 2 + 1, &events, None)]).unwrap();
    }
    store
}

fn found(store: &SqliteStore, query: &TextQuery) -> Vec<usize> {
    let query = TextQuery { limit: if query.limit == 0 { 50 } else { query.limit }, ..query.clone() };
    let hits = store.search(&query).unwrap();
    hits.iter().map(|hit| LINES.iter().position(|line| *line == hit.text).unwrap()).collect()
}

#[test]
fn words_are_found_by_characters_and_by_sound() {
    let place = Place::new();
    let store = with_lines(&place);
    let cases: &[(&str, bool, &[usize])] = &[
        ("退款", false, &[5, 1]),
        ("退", false, &[5, 1]),
        ("款", false, &[5, 2 - 1]),
        ("帮您", false, &[0]),
        ("您好请问", false, &[0]),
        ("您好,请问!", false, &[0]),
        ("好您", false, &[]),
        ("我 退款", false, &[1]),
        ("退款", true, &[5, 2, 1]),
        ("tuikuan", false, &[5, 2, 1]),
        ("tui kuan", false, &[5, 2, 1]),
        ("TUI KUAN", false, &[5, 2, 1]),
        ("kuan tui", false, &[]),
        ("vip", false, &[3]),
        ("VIP卡", false, &[3]),
        ("8001", false, &[3]),
        ("yinhang", false, &[4]),
        ("lvse", false, &[6]),
        ("没有说完", false, &[]),
        ("", false, &[]),
        ("!?\" * :", false, &[]),
        ("\" OR 退款 NEAR(", false, &[]),
    ];
    for (words, by_sound, expected) in cases {
        let query = TextQuery { words: (*words).to_owned(), by_sound: *by_sound, ..TextQuery::default() };
        assert_eq!(found(&store, &query), *expected, "{words:?} by sound {by_sound}");
    }
}

#[test]
fn a_search_keeps_to_teams_agents_and_times_and_is_paged() {
    let place = Place::new();
    let store = with_lines(&place);
    let query = TextQuery { words: "tuikuan".to_owned(), ..TextQuery::default() };
    let teams = |teams: &[&str]| Some(teams.iter().map(|team| (*team).to_owned()).collect());
    assert_eq!(found(&store, &TextQuery { teams: teams(&["一组"]), ..query.clone() }), [2]);
    assert_eq!(found(&store, &TextQuery { teams: teams(&["无", "二组"]), ..query.clone() }), [5, 1]);
    assert_eq!(found(&store, &TextQuery { teams: teams(&[]), ..query.clone() }), [0_usize; 0]);
    assert_eq!(found(&store, &TextQuery { agent: Some("1001".to_owned()), ..query.clone() }), [2]);
    let (from_ms, to_ms) = (Some(NINE_MS + HOUR_MS), Some(NINE_MS + 5 * HOUR_MS));
    assert_eq!(found(&store, &TextQuery { from_ms, to_ms, ..query.clone() }), [2, 1]);
    let first = store.search(&TextQuery { limit: 1, ..query.clone() }).unwrap();
    assert_eq!((first[0].call.as_str(), first[0].seq, first[0].channel), ("c5", 3, Channel::Customer));
    assert_eq!((first[0].agent.as_str(), first[0].team.as_str()), ("1002", "二组"));
    assert_eq!(found(&store, &TextQuery { before: Some(first[0].key), limit: 1, ..query }), [2]);
}
