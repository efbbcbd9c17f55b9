use std::time::Duration;

use callcue::uplink::{Backoff, Broken, Link, Outbox, Pulse, Waits};
use callcue::wire::FromFloor;

use super::twin::{NOW, Numbers, hello, welcome, welcomed};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn attempts_grow_apart_and_stations_do_not_come_back_together() {
    let waits = |seed| {
        let mut backoff = Backoff::new(seed, Waits::default());
        std::iter::repeat_with(|| backoff.after_failure()).take(12).collect::<Vec<_>>()
    };
    assert_eq!(waits(3), waits(3));
    let first: Vec<Duration> = (0..500).map(|seed| waits(seed)[0]).collect();
    let early = first.iter().filter(|wait| **wait < SECOND / 2).count();
    assert!((150..350).contains(&early), "{early} of 500 stations come in the first half second");
    let late: Duration = (0..500).map(|seed| waits(seed)[11]).sum();
    assert!((12..19).contains(&(late / 500).as_secs()), "{late:?}");
    assert!((0..500).flat_map(waits).all(|wait| wait <= SECOND * 31));
}

#[test]
fn a_connection_that_held_makes_the_next_attempt_soon_and_one_that_did_not_does_not() {
    let attempt_after = |lasted: Duration| {
        let mut outbox = Outbox::new(hello(), 7, NOW);
        for _ in 0..10 {
            outbox.broken(NOW, Broken::Network);
        }
        outbox.connected(NOW);
        outbox.next_message(&mut Numbers::default());
        outbox.receive(NOW, welcome());
        outbox.broken(NOW + lasted, Broken::Network);
        outbox.attempt_at().unwrap() - NOW - lasted
    };
    assert!(attempt_after(SECOND * 60) < SECOND * 2);
    assert!(attempt_after(SECOND) > SECOND * 2, "a floor that dies of each welcome is spared");
}

#[test]
fn a_station_that_is_refused_asks_again_slowly() {
    let mut outbox = Outbox::new(hello(), 7, NOW);
    assert_eq!(outbox.attempt_at(), Some(NOW));
    outbox.connected(NOW);
    outbox.broken(NOW, Broken::Denied);
    assert!(outbox.attempt_at().unwrap() >= NOW + SECOND * 60);
}

#[test]
fn a_floor_that_gives_no_sign_of_life_is_asked_and_then_given_up() {
    let mut outbox = welcomed(&mut Numbers::default());
    assert_eq!(outbox.pulse(NOW), Pulse::Fine { until: NOW + SECOND * 15 });
    assert_eq!(outbox.pulse(NOW + SECOND * 15), Pulse::Ping);
    assert_eq!(outbox.pulse(NOW + SECOND * 16), Pulse::Fine { until: NOW + SECOND * 30 });
    outbox.heard(NOW + SECOND * 17);
    assert_eq!(outbox.pulse(NOW + SECOND * 56), Pulse::Ping);
    assert_eq!(outbox.pulse(NOW + SECOND * 57), Pulse::Dead);
}

#[test]
fn away_counts_from_the_last_connection_that_was_welcomed() {
    let mut outbox = welcomed(&mut Numbers::default());
    assert_eq!(outbox.link(), Link::Up);
    outbox.broken(NOW + SECOND, Broken::Network);
    outbox.connected(NOW + SECOND * 5);
    outbox.broken(NOW + SECOND * 6, Broken::Network);
    assert_eq!(outbox.link(), Link::Away { since: NOW + SECOND });
    outbox.receive(NOW + SECOND * 7, FromFloor::Watch { on: true });
    assert!(!outbox.is_watched(), "the last words of a connection that is gone");
}
