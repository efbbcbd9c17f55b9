use std::sync::Arc;
use std::time::Duration;

use callcue::swarm::{Comparison, Follower, Histogram, Sends, Station, StationJournals};

use super::room::{hello, repertoire};

/// One station of a swarm that is never connected, played for `seconds`.
fn played(seed: u64, seconds: u64) -> (Station, Sends) {
    let repertoire = repertoire(seed);
    let journals = StationJournals::in_memory(Arc::clone(&repertoire));
    let mut station = Station::new(&repertoire, 0, hello("2001"), journals, Duration::ZERO);
    let sends = Sends::new(1, &(Duration::from_secs(1)..Duration::from_secs(seconds)));
    for ms in (0..seconds * 1_000).step_by(10) {
        station.play(Duration::from_millis(ms), 1_795_600_000_000 + ms as i64, &sends);
    }
    (station, sends)
}

#[test]
fn the_calls_that_come_with_callcue_are_whole_and_of_many_kinds() {
    let tapes = &repertoire(1).tapes;
    assert!(tapes.len() > 100, "{}", tapes.len());
    assert!(tapes.iter().all(|tape| tape.length_ms() >= 20_000 && tape.events() >= 5));
}

#[test]
fn a_station_in_talk_has_its_rate_of_events() {
    let (station, sends) = played(1, 300);
    let rate = sends.counted() as f64 / 299.0;
    assert!((1.6..2.2).contains(&rate), "{rate}");
    assert!(station.journals().calls().count() > 5);
}

#[test]
fn the_same_seed_plays_the_same_and_another_does_not() {
    let calls = |seed| {
        let (station, _) = played(seed, 120);
        let journals = station.journals();
        let event = |(call, last): (&str, u64)| journals.event(call, last).unwrap();
        journals.calls().map(event).collect::<Vec<_>>()
    };
    assert_eq!(calls(3), calls(3));
    assert_ne!(calls(3), calls(4));
}

#[test]
fn a_journal_says_each_event_of_its_own_agent_again() {
    let (station, _) = played(1, 60);
    let journals = station.journals();
    for (call, last_seq) in journals.calls() {
        let events: Vec<_> = (1..=last_seq).map(|seq| journals.event(call, seq).unwrap()).collect();
        assert!(events.iter().zip(1..).all(|(event, seq)| event.seq == seq && event.call == call));
        assert!(events.is_sorted_by_key(|event| event.wall.clone()));
        let first = serde_json::to_string(&events[0]).unwrap();
        assert!(first.contains(r#""type":"call_started""#) && first.contains(r#""agent":"2001""#), "{first}");
        assert_eq!(journals.event(call, last_seq + 1), None);
        assert_eq!(journals.event(call, 0), None);
    }
}

#[test]
fn a_comparison_finds_what_is_lost_doubled_reordered_changed_and_invented() {
    let (station, _) = played(1, 60);
    let journals = station.journals();
    let whole = |call: &str| (1..).map_while(|seq| journals.event(call, seq)).collect::<Vec<_>>();
    let (first, count) = journals.calls().next().map(|(call, last)| (call.to_owned(), last)).unwrap();
    let compare = |change: &dyn Fn(&mut Vec<callcue::wire::StampedEvent>)| {
        let mut comparison = Comparison::default();
        let stored = |call: &str| {
            let mut events = whole(call);
            if call == first {
                change(&mut events);
            }
            Ok::<_, ()>(events)
        };
        comparison.add(journals, stored).unwrap();
        let Comparison { lost, duplicated, reordered, changed, invented, .. } = comparison;
        (comparison.is_equal(), [lost, duplicated, reordered, changed, invented])
    };
    assert_eq!(compare(&|_| {}), (true, [0; 5]));
    assert_eq!(compare(&|events| events.truncate(3)), (false, [count - 3, 0, 0, 0, 0]));
    assert_eq!(compare(&|events| events.insert(1, events[0].clone())), (false, [0, 1, 0, 0, 0]));
    assert_eq!(compare(&|events| events.swap(2, 3)), (false, [0, 0, 1, 0, 0]));
    assert_eq!(compare(&|events| events[2].wall.clear()), (false, [0, 0, 0, 1, 0]));
    let more = |events: &mut Vec<callcue::wire::StampedEvent>| {
        let mut last = events[0].clone();
        last.seq = count + 1;
        events.push(last);
    };
    assert_eq!(compare(&more), (false, [0, 0, 0, 0, 1]));
}

#[test]
fn a_lead_is_told_each_event_once_however_its_tiles_jump() {
    let (repertoire, sends) = (repertoire(1), Sends::new(1, &(Duration::ZERO..Duration::MAX)));
    let journals = StationJournals::in_memory(Arc::clone(&repertoire));
    let mut station = Station::new(&repertoire, 0, hello("2001"), journals, Duration::ZERO);
    // Up to the third event of the second call, or a few more where they come at once.
    let second = (0_u64..600_000)
        .step_by(10)
        .find_map(|ms| {
            station.play(Duration::from_millis(ms), 1_795_600_000_000 + ms as i64, &sends);
            let second = station.journals().calls().nth(1)?;
            (second.1 >= 3).then(|| second.0.to_owned())
        })
        .unwrap();
    let (first, whole) =
        station.journals().calls().next().map(|(call, last)| (call.to_owned(), last)).unwrap();
    let mut lead = Follower::default();
    let mut see = |tile: &str, expected: u64| {
        let frame = format!(r#"{{"type":"changes","now_ms":0,"tiles":[{{"station":7{tile}}}]}}"#);
        lead.frame(&frame, 3_600_000_000, &sends).unwrap();
        assert_eq!(lead.delays().count(), expected, "{frame}");
    };
    see(r#","call":"","seq":0,"state":"free""#, 0);
    see(&format!(r#","call":"{first}","seq":1"#), 1);
    see(r#","seq":4"#, 4);
    see(r#","speaking":"agent""#, 4);
    // After a break, the floor as a whole is an older state, never a newer one.
    see(&format!(r#","call":"{first}","seq":2"#), 4);
    see(r#","seq":5"#, 5);
    see(r#","call":"","seq":0"#, whole);
    see(r#","state":"ringing""#, whole);
    see(&format!(r#","call":"{second}","seq":2"#), whole + 2);
    // The same number of another call is no change of the number.
    see(&format!(r#","call":"{first}""#), whole + 2);
    see(&format!(r#","call":"{second}","seq":3"#), whole + 3);
    see(r#","call":"20261126-090000-9b2c11aa""#, whole + 3);
}

#[test]
fn a_histogram_is_exact_to_a_millisecond_up_to_ten_seconds() {
    let mut delays = Histogram::default();
    assert_eq!((delays.quantile_ms(0.99), delays.max_ms()), (0, 0));
    delays.record(1_499);
    assert_eq!((delays.quantile_ms(0.5), delays.max_ms()), (2, 2));
    (0..98).for_each(|_| delays.record(10_000));
    delays.record(25_000_000);
    assert_eq!((delays.quantile_ms(0.5), delays.quantile_ms(0.99), delays.max_ms()), (11, 11, 25_000));
    assert_eq!(delays.quantile_ms(1.0), 25_000);
    let mut all = Histogram::default();
    all.merge(&delays);
    all.merge(&delays);
    assert_eq!((all.count(), all.quantile_ms(0.99)), (200, 11));
}
