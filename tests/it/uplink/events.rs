use std::fs;

use callcue::wire::{FloorLink, FromFloor, Moment};

use super::floor::{Station, TestFloor, is_linked, start_proxy};
use super::twin::event;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn earlier_calls_and_the_running_one_arrive_and_are_not_offered_again() {
    let floor = TestFloor::start().await;
    let mut station = Station::new();
    station.journal("c1", 1..=700);
    station.journal("c2", 1..=3);
    station.start_at(floor.address);
    station.until_told("linked", is_linked).await;
    station.say("c3", 1..=2, false);
    station.say("c3", 3..=5, true);
    floor
        .until("all three closed", |scene| scene.floor.disk.values().filter(|kept| kept.closed).count() == 3)
        .await;
    let closed = |call: &str, events| (call.to_owned(), events, true);
    assert_eq!(floor.calls(), [closed("c1", 700), closed("c2", 3), closed("c3", 5)]);
    station.stop();
    assert!(["c1", "c2", "c3"].iter().all(|call| station.file(call, "stored").exists()));

    let again = TestFloor::start().await;
    station.start_at(again.address);
    again.until("a greeting", |scene| !scene.hellos.is_empty()).await;
    station.say("c4", 1..=1, true);
    again.until("the new call", |scene| scene.floor.disk.get("c4").is_some_and(|kept| kept.closed)).await;
    assert_eq!(again.calls(), [closed("c4", 1)]);
    station.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_floor_that_dies_again_and_again_in_the_middle_of_batches_has_everything_once() {
    let floor = TestFloor::start().await;
    floor.change(|scene| scene.cuts.extend([1, 2, 3, 4, 5, 6, 7, 9, 11, 13]));
    let mut station = Station::new();
    station.journal("c1", 1..=1_500);
    station.start_at(floor.address);
    for seq in 1..=300 {
        station.say("c2", seq..=seq, seq == 300);
    }
    floor
        .until("both closed", |scene| scene.floor.disk.values().filter(|kept| kept.closed).count() == 2)
        .await;
    let wanted = [("c1".to_owned(), 1_500, true), ("c2".to_owned(), 300, true)];
    assert_eq!(floor.calls(), wanted);
    assert!(floor.scene().hellos.len() > 5, "it was cut off several times");
    station.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_breaks_at_any_byte_loses_nothing() {
    let floor = TestFloor::start().await;
    // Heads, handshakes, in the middle of frames and of events.
    let mut chance = 20_261_124_u64;
    let budgets = (0..25).map(|_| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (chance >> 33) as usize % 60_000
    });
    let proxy = start_proxy(floor.address, budgets.collect()).await;
    let mut station = Station::new();
    station.journal("c1", 1..=900);
    station.start_at(proxy);
    station.say("c2", 1..=400, true);
    floor
        .until("both closed", |scene| scene.floor.disk.values().filter(|kept| kept.closed).count() == 2)
        .await;
    assert_eq!(floor.calls(), [("c1".to_owned(), 900, true), ("c2".to_owned(), 400, true)]);
    station.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_that_a_kill_tore_is_sent_up_to_its_last_whole_event() {
    let floor = TestFloor::start().await;
    let mut station = Station::new();
    station.journal("c1", 1..=4);
    let whole = fs::read(station.file("c1", "jsonl")).unwrap();
    let torn = [&whole[..], &serde_json::to_vec(&event("c1", 5)).unwrap()[..40]].concat();
    fs::write(station.file("c1", "jsonl"), torn).unwrap();
    station.journal("c2", 1..=2);
    // Whole but for its newline.
    let bytes = fs::read(station.file("c2", "jsonl")).unwrap();
    fs::write(station.file("c2", "jsonl"), &bytes[..bytes.len() - 1]).unwrap();
    fs::write(station.file("c3", "jsonl"), "").unwrap();
    fs::write(station.file("c4", "jsonl"), "no event\nno event\n").unwrap();
    station.start_at(floor.address);
    floor
        .until("both closed", |scene| scene.floor.disk.values().filter(|kept| kept.closed).count() == 2)
        .await;
    station.stop();
    assert_eq!(floor.calls(), [("c1".to_owned(), 4, true), ("c2".to_owned(), 2, true)]);
    assert_eq!(fs::read(station.file("c1", "jsonl")).unwrap(), whole);
    assert_eq!(fs::read(station.file("c2", "jsonl")).unwrap(), bytes);
    assert!(station.file("c3", "stored").exists(), "there is nothing to tell of an empty one");
    assert_eq!(fs::read(station.file("c4", "jsonl")).unwrap(), b"no event\nno event\n", "left as it is");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_set_back_changes_nothing() {
    let floor = TestFloor::start().await;
    let mut station = Station::new();
    let mut lines = String::new();
    for (seq, wall) in [(1, "2026-11-24T10:00:00+08:00"), (2, "2026-11-24T09:00:00+08:00")] {
        let mut event = event("c1", seq);
        event.wall = wall.to_owned();
        lines += &(serde_json::to_string(&event).unwrap() + "\n");
    }
    fs::write(station.file("c1", "jsonl"), lines).unwrap();
    station.start_at(floor.address);
    floor.until("closed", |scene| scene.floor.disk.get("c1").is_some_and(|kept| kept.closed)).await;
    let walls: Vec<_> =
        floor.scene().floor.disk["c1"].events.iter().map(|event| event.wall.clone()).collect();
    assert_eq!(walls, ["2026-11-24T10:00:00+08:00", "2026-11-24T09:00:00+08:00"]);
    station.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_screen_learns_how_far_behind_the_station_is_and_since_when_the_floor_is_away() {
    let floor = TestFloor::start().await;
    floor.change(|scene| scene.cuts.extend([1]));
    let mut station = Station::new();
    station.start_at(floor.address);
    station.until_told("linked", is_linked).await;
    // The next message is one too many.
    floor.change(|scene| scene.denies = true);
    station.say("c1", 1..=300, false);
    station
        .until_told("denied, and behind", |moment| {
            matches!(
                moment,
                Moment::Floor { link: FloorLink::Denied, behind_events: 300, away_since: Some(_), .. }
            )
        })
        .await;
    floor.change(|scene| scene.denies = false);
    floor.until("all", |scene| scene.floor.disk.get("c1").is_some_and(|kept| kept.seq() == 300)).await;
    let is_fine = |moment: &Moment| {
        matches!(moment, Moment::Floor { link: FloorLink::Linked, behind_events: 0, away_since: None, .. })
    };
    station.until_told("linked again", is_fine).await;
    let refused = FromFloor::Refused { zh: "磁盘已满".to_owned(), en: "disk full".to_owned() };
    floor.say(refused);
    station
        .until_told("what the floor does not take", |moment| {
            super::floor::notice_of(moment) == Some(("floor", "The floor: disk full"))
        })
        .await;
    station.stop();
}
