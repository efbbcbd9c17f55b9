use std::collections::BTreeSet;
use std::fs;

use callcue::call::{Channel, EventKind};
use callcue::store::sqlite::SqliteStore;
use callcue::store::{Appended, Arrival, CallQuery, CallState, CallStore, Standing, Store, StoreFault};
use proptest::prelude::*;

use super::model::Model;
use super::{HOUR_MS, NINE_MS, Place, arrival, flag, header, said, stamped, summary, whole_call};

/// One arrival before its events are made: station, call, first number, how many, close.
type Drawn = (u32, usize, u64, usize, Option<u64>);

const LENGTHS: [u64; 3] = [9, 14, 30];

fn drawn() -> impl Strategy<Value = Drawn> {
    (
        prop_oneof![8 => Just(1_u32), 1 => Just(2)],
        0..LENGTHS.len(),
        1..25_u64,
        0..12_usize,
        prop_oneof![6 => Just(None), 1 => (0..31_u64).prop_map(Some)],
    )
}

/// Mostly what follows the newest event, as a station sends it, else anything.
fn made(drawn: &Drawn, in_order: bool, model: &Model) -> Arrival {
    let (station, call, from, count, closes) = *drawn;
    let id = format!("call-{call}");
    let all = whole_call(&id, 0, LENGTHS[call]);
    let next = model.calls.get(&id).map_or(1, |call| call.events.len() as u64 + 1);
    let from = if in_order { next.saturating_sub(from % 3).max(1) } else { from };
    let events = all.into_iter().skip(from as usize - 1).take(count).collect();
    Arrival { call: id, header: header(station), events, closes, received_ms: NINE_MS, is_live: true }
}

fn check(store: &SqliteStore, model: &Model) -> Result<(), TestCaseError> {
    for (id, call) in &model.calls {
        prop_assert_eq!(store.standing(call.station, id).unwrap(), call.standing());
        prop_assert!(matches!(store.standing(9, id).unwrap_err().fault, StoreFault::Conflict(_)));
        if call.events.is_empty() {
            prop_assert!(matches!(store.call(id).unwrap_err().fault, StoreFault::Missing(_)));
            continue;
        }
        prop_assert_eq!(&store.events(id, 0, 1_000).unwrap(), &call.events);
        let row = store.call(id).unwrap();
        prop_assert_eq!((row.last_seq, row.state), (call.events.len() as u64, call.state()));
        prop_assert_eq!(row.started_ms, NINE_MS);
        let flags =
            call.events.iter().filter(|event| matches!(event.event.kind, EventKind::Flag { .. })).count();
        prop_assert_eq!(row.flags as usize, flags);
        prop_assert_eq!(row.worst_points, if flags > 0 { -2 } else { 0 });
        prop_assert_eq!(row.length_ms, call.events.last().unwrap().event.at_ms);
    }
    let mut running: Vec<String> = store.running().unwrap().into_iter().map(|row| row.call).collect();
    running.sort();
    let expected =
        model.calls.iter().filter(|(_, call)| !call.events.is_empty() && call.state() == CallState::Running);
    prop_assert_eq!(running, expected.map(|(id, _)| id.clone()).collect::<Vec<_>>());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn arrivals_in_any_order_do_what_the_model_does(
        drawn in proptest::collection::vec((drawn(), proptest::bool::weighted(0.8), any::<bool>()), 1..60),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::in_memory(folder.path()).unwrap();
        let mut model = Model::default();
        let (mut batch, mut expected): (Vec<Arrival>, Vec<Appended>) = (Vec::new(), Vec::new());
        for (drawn, in_order, commit) in drawn {
            let arrival = made(&drawn, in_order, &model);
            expected.push(model.append(&arrival));
            batch.push(arrival);
            if commit {
                prop_assert_eq!(store.append(&batch).unwrap(), std::mem::take(&mut expected));
                batch.clear();
            }
        }
        prop_assert_eq!(store.append(&batch).unwrap(), expected);
        check(&store, &model)?;
        prop_assert_eq!(store.verify().unwrap(), [""; 0]);
    }
}

#[test]
fn what_was_appended_is_there_after_the_store_just_stops() {
    let place = Place::new();
    let events = whole_call("c1", 0, 20);
    {
        let store = place.open();
        store.append(&[arrival(1, &events[..7], None)]).unwrap();
        // As a kill leaves it: nobody closes anything.
        std::mem::forget(store);
    }
    let store = place.open();
    assert_eq!(store.standing(1, "c1").unwrap(), Standing { seq: 7, closed: false });
    assert_eq!(store.events("c1", 0, 100).unwrap(), events[..7]);
    let appended = store.append(&[arrival(1, &events[3..], Some(20))]).unwrap();
    assert_eq!(appended[0].fresh, 4..17);
    assert_eq!(store.events("c1", 5, 3).unwrap(), events[5..8]);
    assert_eq!(store.events("c1", 0, 100).unwrap(), events);
}

/// What a power cut may leave of the file beside the database: any part of it, since only whole transactions at its start count.
#[test]
fn a_torn_write_ahead_log_loses_whole_batches_and_no_more() {
    let place = Place::new();
    drop(place.open());
    let before = fs::read(place.file()).unwrap();
    let store = place.open();
    let events = whole_call("c1", 0, 41);
    for batch in events[..40].chunks(4) {
        store.append(&[arrival(1, batch, None)]).unwrap();
    }
    let log = fs::read(place.path().join("floor.sqlite3-wal")).unwrap();
    let mut seen = BTreeSet::new();
    for cut in (0..=log.len()).step_by(log.len() / 60).chain([log.len()]) {
        let torn = Place::new();
        fs::create_dir(torn.path()).unwrap();
        fs::write(torn.file(), &before).unwrap();
        fs::write(torn.path().join("floor.sqlite3-wal"), &log[..cut]).unwrap();
        let store = torn.open();
        let seq = store.standing(1, "c1").unwrap().seq;
        assert!(seq.is_multiple_of(4), "{seq} events, cut at {cut} of {}", log.len());
        assert_eq!(store.verify().unwrap(), [""; 0], "cut at {cut}");
        seen.insert(seq);
        // The station sends what follows, and all is well.
        store.append(&[arrival(1, &events[seq as usize..], None)]).unwrap();
        assert_eq!(store.events("c1", 0, 100).unwrap(), events);
    }
    assert!(seen.len() > 5 && seen.contains(&40), "{seen:?}");
}

#[test]
fn a_foreign_call_is_refused_alone() {
    let place = Place::new();
    let store = place.open();
    let (mine, other) = (whole_call("c1", 0, 5), whole_call("c2", 0, 5));
    store.append(&[arrival(1, &mine[..2], None)]).unwrap();
    let stolen = Arrival { closes: Some(2), ..arrival(2, &mine[2..], None) };
    let out = [whole_call("../c3", 0, 3), whole_call("", 0, 3), whole_call(&"x".repeat(65), 0, 3)];
    let mut batch = vec![stolen, arrival(2, &other, None)];
    batch.extend(out.iter().map(|events| arrival(1, events, None)));
    let appended = store.append(&batch).unwrap();
    let foreign: Vec<bool> = appended.iter().map(|one| one.foreign).collect();
    assert_eq!(foreign, [true, false, true, true, true]);
    assert_eq!(appended[1].standing, Standing { seq: 5, closed: true });
    assert_eq!(store.standing(1, "c1").unwrap(), Standing { seq: 2, closed: false });
}

#[test]
fn a_close_is_kept_until_its_event_comes() {
    let place = Place::new();
    let events = whole_call("c1", 0, 20);
    let close = Arrival { events: Vec::new(), closes: Some(6), ..arrival(1, &events[..1], None) };
    assert_eq!(place.open().append(&[close]).unwrap()[0].standing, Standing::default());
    assert!(place.open().calls(&CallQuery { limit: 9, ..CallQuery::default() }).unwrap().is_empty());
    let appended = place.open().append(&[arrival(1, &events, None)]).unwrap();
    assert_eq!(appended[0].standing, Standing { seq: 6, closed: true });
    assert_eq!(appended[0].fresh, 0..6);
    let row = place.open().call("c1").unwrap();
    assert_eq!((row.state, row.due, row.ended_by.as_str()), (CallState::CutOff, 0, ""));
}

#[test]
fn a_call_row_says_what_its_events_say() {
    let place = Place::new();
    let store = place.open();
    let events = [
        stamped(
            "c1",
            1,
            0,
            250,
            EventKind::CallStarted { agent: "1024".to_owned(), ring_ms: None, customer: None },
        ),
        stamped("c1", 2, 0, 2_000, said(Channel::Customer, 2_000, "我要退款")),
        stamped("c1", 3, 0, 3_000, flag("2.1", 3_000, -5)),
        stamped("c1", 4, 0, 4_000, flag("4.4", 4_000, -2)),
        stamped("c1", 5, 0, 5_000, EventKind::CallEnded { by: callcue::call::EndedBy::Agent }),
        stamped("c1", 6, 0, 5_000, summary(4, 3, 2, -7)),
    ];
    store.append(&[arrival(1, &events, None)]).unwrap();
    let row = store.call("c1").unwrap();
    assert_eq!(row.header, header(1));
    assert_eq!(row.started_ms, NINE_MS, "the answer, not the first event");
    assert_eq!((row.length_ms, row.ended_by.as_str()), (5_000, "agent"));
    assert_eq!((row.due, row.met, row.flags, row.worst_points), (4, 3, 2, -5));
    let flags =
        store.flags(&CallQuery { rule: Some("4.4".to_owned()), limit: 5, ..CallQuery::default() }).unwrap();
    assert_eq!(flags.len(), 1);
    assert_eq!((flags[0].call.as_str(), flags[0].seq, flags[0].points), ("c1", 4, -2));
    assert_eq!((flags[0].agent.as_str(), flags[0].team.as_str()), ("1001", "一组"));
    assert!(matches!(store.call("c9").unwrap_err().fault, StoreFault::Missing(_)));
    assert!(matches!(store.events("c9", 0, 1).unwrap_err().fault, StoreFault::Missing(_)));
}

#[test]
fn a_wall_clock_that_cannot_be_read_is_as_good_as_none() {
    let place = Place::new();
    let store = place.open();
    let mut events = whole_call("c1", 0, 3);
    events[0].wall = "yesterday".to_owned();
    events[0].event.at_ms = u64::MAX;
    store.append(&[arrival(1, &events, None)]).unwrap();
    assert_eq!(store.events("c1", 0, 9).unwrap(), events);
    assert!(store.call("c1").unwrap().started_ms < NINE_MS);
}

/// 40 calls, one a quarter of an hour, stations 1 to 4, each second with three flags.
fn many(store: &SqliteStore) {
    let arrivals: Vec<Arrival> = (0..40)
        .map(|n: u32| {
            let length = if n.is_multiple_of(2) { 14 } else { 3 };
            let started_ms = i64::from(n / 2) * HOUR_MS / 2;
            arrival(n % 4 + 1, &whole_call(&format!("c{n:02}"), started_ms, length), None)
        })
        .collect();
    store.append(&arrivals).unwrap();
}

#[test]
fn lists_are_paged_without_loss_whatever_is_asked() {
    let place = Place::new();
    let store = place.open();
    many(&store);
    let teams = |teams: &[&str]| Some(teams.iter().map(|team| (*team).to_owned()).collect());
    let asked = [
        (CallQuery::default(), 40),
        (CallQuery { teams: teams(&["一组"]), ..CallQuery::default() }, 20),
        (CallQuery { teams: teams(&["二组", "一组", "无"]), ..CallQuery::default() }, 40),
        (CallQuery { teams: teams(&[]), ..CallQuery::default() }, 0),
        (CallQuery { agent: Some("1002".to_owned()), ..CallQuery::default() }, 10),
        (CallQuery { flagged: true, ..CallQuery::default() }, 20),
        (CallQuery { rule: Some("2.1".to_owned()), ..CallQuery::default() }, 20),
        (
            CallQuery {
                rule: Some("2.1".to_owned()),
                teams: teams(&["一组", "二组"]),
                ..CallQuery::default()
            },
            20,
        ),
        (CallQuery { rule: Some("9.9".to_owned()), ..CallQuery::default() }, 0),
        (
            CallQuery {
                from_ms: Some(NINE_MS + HOUR_MS),
                to_ms: Some(NINE_MS + 2 * HOUR_MS),
                ..CallQuery::default()
            },
            4,
        ),
    ];
    for (query, count) in asked {
        let whole = store.calls(&CallQuery { limit: 100, ..query.clone() }).unwrap();
        assert_eq!(whole.len(), count, "{query:?}");
        assert!(whole.is_sorted_by(|one, next| one.started_ms >= next.started_ms), "{query:?}");
        for limit in [1, 3, 7] {
            let (mut paged, mut before) = (Vec::new(), None);
            loop {
                let page = store.calls(&CallQuery { limit, before, ..query.clone() }).unwrap();
                let Some(last) = page.last() else { break };
                before = Some((last.started_ms, last.call.clone()));
                paged.extend(page);
            }
            assert_eq!(paged, whole, "{query:?} by {limit}");
        }
    }
}

#[test]
fn flags_come_by_whole_calls() {
    let place = Place::new();
    let store = place.open();
    many(&store);
    let page = store.flags(&CallQuery { limit: 2, ..CallQuery::default() }).unwrap();
    let found: Vec<(&str, u64)> = page.iter().map(|flag| (flag.call.as_str(), flag.seq)).collect();
    assert_eq!(found, [("c38", 4), ("c38", 8), ("c38", 12), ("c36", 4), ("c36", 8), ("c36", 12)]);
}

#[test]
fn a_day_adds_up() {
    let place = Place::new();
    let store = place.open();
    many(&store);
    let day = store.day(None, None, NINE_MS, NINE_MS + 24 * HOUR_MS).unwrap();
    assert_eq!((day.calls, day.due, day.met, day.flags), (40, 360, 320, 60));
    assert_eq!(day.calls_by_hour, [[4; 10].as_slice(), &[0; 14]].concat());
    assert_eq!(day.flags_by_hour, [[6; 10].as_slice(), &[0; 14]].concat());
    let broken: Vec<(&str, u32)> =
        day.broken.iter().map(|broken| (broken.rule.as_str(), broken.flags)).collect();
    assert_eq!(broken, [("4.4", 40), ("2.1", 20)]);
    let teams = ["一组".to_owned()];
    let part = store.day(Some(&teams), None, NINE_MS, NINE_MS + HOUR_MS).unwrap();
    assert_eq!((part.calls, part.calls_by_hour[0], part.flags), (2, 2, 6));
    let one = store.day(None, Some("1002"), NINE_MS, NINE_MS + 24 * HOUR_MS).unwrap();
    assert_eq!((one.calls, one.flags), (10, 0));
    let none = store.day(Some(&[]), None, NINE_MS, NINE_MS + HOUR_MS).unwrap();
    assert_eq!((none.calls, none.broken.len(), none.calls_by_hour.len()), (0, 0, 24));
}
