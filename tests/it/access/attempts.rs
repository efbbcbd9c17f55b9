use std::net::{IpAddr, Ipv4Addr};

use callcue::access::{Attempts, Wait};

const MINUTE: u64 = 60_000;

fn address(last: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + last))
}

/// Tries at the first moment that is allowed, so often, and tells how long that took.
fn guess(attempts: &mut Attempts, name: &str, from: IpAddr, times: u32) -> u64 {
    let mut now_ms = 0;
    for _ in 0..times {
        while let Err(Wait { wait_ms, .. }) = attempts.begin(name, from, now_ms) {
            assert!(wait_ms > 0);
            now_ms += wait_ms;
        }
    }
    now_ms
}

#[test]
fn a_name_may_be_mistyped_and_then_waits_double() {
    let mut attempts = Attempts::default();
    let mut waits = Vec::new();
    let mut now_ms = 1_000;
    for _ in 0..16 {
        match attempts.begin("wang", address(1), now_ms) {
            Ok(()) => waits.push(0),
            Err(wait) => {
                assert!(wait.first);
                assert!(!attempts.begin("wang", address(2), now_ms).unwrap_err().first, "told once");
                now_ms += wait.wait_ms;
                attempts.begin("wang", address(1), now_ms).unwrap();
                waits.push(wait.wait_ms / 1_000);
            }
        }
    }
    assert_eq!(waits, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    assert_eq!(attempts.begin("li", address(1), now_ms), Ok(()), "another name from there may still");
}

#[test]
fn a_day_of_guessing_one_name_is_some_hundred_guesses() {
    let took_ms = guess(&mut Attempts::default(), "admin", address(1), 300);
    assert!(took_ms > 20 * 60 * MINUTE, "{took_ms} ms for 300 guesses");
}

#[test]
fn an_address_that_tries_many_names_must_wait_too() {
    let mut attempts = Attempts::default();
    for name in 0..30 {
        attempts.begin(&format!("name-{name}"), address(1), 0).unwrap();
    }
    let wait = attempts.begin("yet-another", address(1), 0).unwrap_err();
    assert_eq!(wait, Wait { wait_ms: 1_000, first: true });
    attempts.begin("yet-another", address(2), 0).unwrap();
}

#[test]
fn many_at_once_are_no_way_around() {
    let mut attempts = Attempts::default();
    let let_in = (0..1_000).filter(|_| attempts.begin("admin", address(1), 0).is_ok()).count();
    assert_eq!(let_in, 5);
}

#[test]
fn a_right_password_cleans_the_name_and_not_the_address() {
    let mut attempts = Attempts::default();
    for name in 0..29 {
        attempts.begin(&format!("name-{name}"), address(1), 0).unwrap();
    }
    for _ in 0..100 {
        attempts.begin("own-account", address(1), 0).unwrap();
        attempts.succeeded("own-account", address(1));
    }
    attempts.begin("name-29", address(1), 0).unwrap();
    attempts.begin("name-30", address(1), 0).unwrap_err();
}

#[test]
fn an_hour_of_quiet_is_forgotten() {
    let mut attempts = Attempts::default();
    let end_ms = guess(&mut attempts, "wang", address(1), 12);
    attempts.begin("wang", address(1), end_ms).unwrap_err();
    for _ in 0..5 {
        attempts.begin("wang", address(1), end_ms + 60 * MINUTE).unwrap();
    }
}

#[test]
fn a_flood_of_names_and_addresses_takes_bounded_room_and_washes_nothing_away() {
    let mut attempts = Attempts::default();
    guess(&mut attempts, "admin", address(0), 12);
    let now_ms = 10 * MINUTE;
    attempts.begin("admin", address(0), now_ms).unwrap();
    for stranger in 1..6_000 {
        attempts.begin(&format!("made-up-{stranger}"), address(stranger), now_ms).unwrap();
    }
    assert_eq!(attempts.remembered(), (4_096, 4_096));
    attempts.begin("admin", address(20_001), now_ms + 1).unwrap_err();
}

#[test]
fn an_ipv6_network_is_one_sender_and_a_mapped_address_is_itself() {
    let mut attempts = Attempts::default();
    for host in 0..30 {
        let from: IpAddr = format!("2001:db8:1:2::{host:x}").parse().unwrap();
        attempts.begin(&format!("name-{host}"), from, 0).unwrap();
    }
    attempts.begin("x", "2001:db8:1:2:ffff::1".parse().unwrap(), 0).unwrap_err();
    attempts.begin("x", "2001:db8:1:3::1".parse().unwrap(), 0).unwrap();
    for name in 0..30 {
        attempts.begin(&format!("v4-{name}"), "::ffff:10.1.1.1".parse().unwrap(), 0).unwrap();
    }
    attempts.begin("y", "10.1.1.1".parse().unwrap(), 0).unwrap_err();
}
