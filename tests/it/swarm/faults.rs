//! Whatever breaks, the store ends with what the stations wrote down, event for event.

use super::room::{Room, Trouble};

/// Plays two minutes with this trouble, and holds the store against the journals.
fn check(seed: u64, trouble: Trouble) {
    check_for(120, seed, trouble);
}

/// The same over `seconds`.
fn check_for(seconds: u64, seed: u64, trouble: Trouble) {
    let mut room = Room::new(6, seed);
    room.pass(seconds, &trouble);
    room.settle(300);
    let comparison = room.compare();
    let said = format!("seed {seed}, {trouble:?}: {comparison:#?}");
    assert!(room.is_settled(), "not everything was confirmed: {said}");
    assert!(comparison.is_equal(), "{said}");
    assert!(comparison.events > 1_000, "too little happened: {said}");
    assert_eq!(room.breaks > 0, trouble.cut + trouble.double + trouble.outage > 0.0, "{said}");
    assert_eq!(room.kills > 0, trouble.kill_floor > 0.0, "{said}");
}

#[test]
fn without_trouble() {
    check(1, Trouble::default());
}

#[test]
fn connections_break() {
    (1..4).for_each(|seed| check(seed, Trouble { cut: 0.1, ..Trouble::default() }));
}

#[test]
fn the_network_is_away_for_minutes() {
    (1..3).for_each(|seed| check_for(300, seed, Trouble { outage: 0.02, ..Trouble::default() }));
}

#[test]
fn connections_double_and_their_words_come_in_another_order() {
    (1..4).for_each(|seed| check(seed, Trouble { double: 0.1, ..Trouble::default() }));
}

#[test]
fn connections_stall_while_both_ends_believe_in_them() {
    (1..4).for_each(|seed| check(seed, Trouble { stall: 0.05, cut: 0.02, ..Trouble::default() }));
}

#[test]
fn the_floor_is_killed_again_and_again() {
    (1..4).for_each(|seed| check(seed, Trouble { kill_floor: 0.2, ..Trouble::default() }));
}

#[test]
fn the_floors_disk_is_full_now_and_then() {
    (1..4).for_each(|seed| check(seed, Trouble { full_disk: 0.1, ..Trouble::default() }));
}

#[test]
fn the_floors_clock_is_set_back_by_an_hour() {
    check(1, Trouble { clock_back: 0.05, ..Trouble::default() });
}

#[test]
fn everything_at_once() {
    let all = Trouble {
        cut: 0.05,
        outage: 0.005,
        double: 0.05,
        stall: 0.02,
        kill_floor: 0.1,
        full_disk: 0.05,
        clock_back: 0.02,
    };
    (1..6).for_each(|seed| check(seed, all));
}
