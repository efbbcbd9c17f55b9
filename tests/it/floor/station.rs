use std::time::Duration;

use callcue::call::{EndedBy, EventKind, Metrics};
use callcue::floor::Timeouts;
use callcue::store::{AlertStore, CallState, CallStore, PeopleStore, Role, Store};
use callcue::wire::{AgentState, FromFloor, StampedEvent, ToFloor, UploadState};
use sha2::{Digest, Sha256};
use tokio_tungstenite::tungstenite::Message;

use crate::support::floor::{Disk, Socket, TestFloor, brisk, event, events};

fn kept(floor: &TestFloor, call: &str) -> Vec<StampedEvent> {
    floor.disk.events(call, 0, 10_000).unwrap()
}

/// The next message that is about events.
async fn answer(station: &mut Socket) -> FromFloor {
    loop {
        match station.hear().await {
            FromFloor::Watch { .. } | FromFloor::Listen { .. } => {}
            told => return told,
        }
    }
}

fn end(call: &str, seq: u64) -> Vec<StampedEvent> {
    let metrics = Metrics::default();
    vec![
        event(call, seq, EventKind::CallEnded { by: EndedBy::Agent }),
        event(call, seq + 1, EventKind::Summary { due: 1, met: 1, flags: 0, metrics, items: vec![] }),
    ]
}

#[tokio::test]
async fn what_is_told_to_be_stored_is_stored_once_and_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = floor.enrol("desk-01", "1001", "一组");
    let mut station = floor.station(&token).await;
    assert_eq!(station.offer("a", 5).await, (0, false));
    station.store(&events("a", 1, 3)).await;
    assert_eq!(kept(&floor, "a"), events("a", 1, 3));
    // What is there comes again, with something new behind it.
    station.store(&events("a", 2, 4)).await;
    assert_eq!(kept(&floor, "a"), events("a", 1, 5));
    assert_eq!(floor.counts.events_double.get(), 2);
    // Behind a gap nothing is taken.
    station.say(&ToFloor::Events { events: events("a", 9, 2) }).await;
    assert_eq!(answer(&mut station).await, FromFloor::Have { call: "a".into(), seq: 5, closed: false });
    station.store(&end("a", 6)).await;
    station.say(&ToFloor::Closed { call: "a".into(), last_seq: 7 }).await;
    assert_eq!(answer(&mut station).await, FromFloor::Stored { call: "a".into(), seq: 7, closed: true });
    assert_eq!(floor.disk.call("a").unwrap().state, CallState::Ended);
    assert_eq!(station.offer("a", 7).await, (7, true));
    floor.stop().await;
    assert_eq!(Disk::open(folder.path()).verify().unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_call_that_was_cut_off_is_closed_by_its_station() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = floor.enrol("desk-01", "1001", "一组");
    let mut station = floor.station(&token).await;
    station.store(&events("a", 1, 3)).await;
    station.say(&ToFloor::Closed { call: "a".into(), last_seq: 3 }).await;
    assert_eq!(answer(&mut station).await, FromFloor::Stored { call: "a".into(), seq: 3, closed: true });
    assert_eq!(floor.disk.call("a").unwrap().state, CallState::CutOff);
    let mut lead = floor.lead(&floor.log_in("chen", Role::Lead, &["一组"])).await;
    lead.until(|tiles| tiles[&1].state == AgentState::Free && tiles[&1].call.is_empty()).await;
    floor.stop().await;
}

#[tokio::test]
async fn the_newest_connection_of_a_station_wins() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = floor.enrol("desk-01", "1001", "一组");
    let mut lead = floor.lead(&floor.log_in("chen", Role::Lead, &["一组"])).await;
    let mut old = floor.station(&token).await;
    old.store(&events("a", 1, 2)).await;
    let mut new = floor.station(&token).await;
    assert!(old.closed().await.is_some());
    // What the old one sends in its last moment may come after the new one has sent more.
    new.store(&events("a", 2, 9)).await;
    assert_eq!(kept(&floor, "a"), events("a", 1, 10));
    lead.until(|tiles| tiles.get(&1).is_some_and(|tile| tile.seq == 10 && tile.state == AgentState::Talking))
        .await;
    floor.stop().await;
}

#[tokio::test]
async fn two_connections_at_once_and_in_any_order_store_every_event_once() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = floor.enrol("desk-01", "1001", "一组");
    let all = events("a", 1, 400);
    for round in 0..40_u64 {
        let mut station = floor.station(&token).await;
        let (seq, _) = station.offer("a", 400).await;
        // It sends from somewhere before what is had to somewhere behind, and breaks without a word.
        let from = seq.saturating_sub(round % 7);
        let part: Vec<_> = all[from as usize..(from as usize + 20).min(400)].to_vec();
        station.say(&ToFloor::Events { events: part.clone() }).await;
        if round % 3 == 0 {
            station.hear().await;
        }
    }
    let mut station = floor.station(&token).await;
    let (seq, _) = station.offer("a", 400).await;
    for part in all[seq as usize..].chunks(50) {
        station.store(part).await;
    }
    assert_eq!(kept(&floor, "a"), all);
    floor.stop().await;
}

#[tokio::test]
async fn a_full_disk_stops_no_view_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = floor.enrol("desk-01", "1001", "一组");
    let mut lead = floor.lead(&floor.log_in("chen", Role::Lead, &["一组"])).await;
    let mut station = floor.station(&token).await;
    station.store(&events("a", 1, 3)).await;
    floor.disk.fill(true);
    station.say(&ToFloor::Events { events: events("a", 4, 3) }).await;
    lead.until(|tiles| tiles[&1].seq == 6).await;
    station.say(&ToFloor::Events { events: events("a", 7, 1) }).await;
    lead.until(|tiles| tiles[&1].seq == 7).await;
    assert_eq!(kept(&floor, "a").len(), 3, "nothing was confirmed, nothing is kept");
    let health = floor.request("GET", "/healthz", &[], b"").await;
    assert!(health.body.contains("store_down"), "{}", health.body);
    floor.disk.fill(false);
    // It asks for what it has not kept. Of that it has stored the part that it tried again with.
    let seq = loop {
        match station.hear().await {
            FromFloor::Have { call, seq, closed: false } if call == "a" => break seq,
            FromFloor::Watch { .. } | FromFloor::Listen { .. } => {}
            other => panic!("{other:?}"),
        }
    };
    station.store(&events("a", seq + 1, 8 - seq)).await;
    assert_eq!(kept(&floor, "a"), events("a", 1, 8));
    lead.until(|tiles| tiles[&1].seq == 8).await;
    floor.assert_alive("a full disk").await;
    floor.stop().await;
}

#[tokio::test]
async fn after_a_restart_the_board_is_as_before() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = floor.enrol("desk-01", "1001", "一组");
    let mut station = floor.station(&token).await;
    station.store(&events("a", 1, 4)).await;
    let alert = EventKind::Alert { rule: "4.2".into(), to: "lead".into(), text: "投诉".into() };
    station.store(&[event("a", 5, alert)]).await;
    floor.until(|counts| &counts.alerts, 1).await;
    floor.stop().await;
    assert_eq!(Disk::open(folder.path()).open_alerts().unwrap().len(), 1);

    let floor = TestFloor::start(folder.path()).await;
    let mut lead = floor.lead(&floor.log_in("chen", Role::Lead, &["一组"])).await;
    let tile = &lead.tiles[&1];
    assert_eq!((tile.call.as_str(), tile.seq, tile.state, tile.urgency), ("a", 5, AgentState::Offline, 90));
    let mut station = floor.station(&token).await;
    assert_eq!(station.offer("a", 9).await, (5, false));
    lead.until(|tiles| tiles[&1].behind == 4).await;
    station.store(&events("a", 6, 4)).await;
    lead.until(|tiles| tiles[&1].seq == 9 && tiles[&1].behind == 0).await;
    assert_eq!(lead.tiles[&1].state, AgentState::Talking);
    floor.stop().await;
}

#[tokio::test]
async fn a_clock_set_back_by_an_hour_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = floor.enrol("desk-01", "1001", "一组");
    let cookie = floor.log_in("chen", Role::Lead, &["一组"]);
    let mut lead = floor.lead(&cookie).await;
    let mut station = floor.station(&token).await;
    station.store(&events("a", 1, 2)).await;
    station.store(&[event("a", 3, EventKind::Silence { since_ms: 20, length_ms: 3_000 })]).await;
    lead.until(|tiles| tiles[&1].state == AgentState::Silence).await;
    floor.clock.set_back(3_600_000);
    station.store(&events("a", 4, 2)).await;
    floor.clock.advance(15_000);
    lead.until(|tiles| tiles[&1].seq == 5 && tiles[&1].urgency == 90).await;
    assert_eq!(floor.get("/api/calls", &cookie).await.0, 200, "the session is still good");
    floor.stop().await;
}

#[tokio::test]
async fn a_revoked_station_is_put_out() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = floor.enrol("desk-01", "1001", "一组");
    let mut lead = floor.lead(&floor.log_in("chen", Role::Lead, &["一组"])).await;
    let mut station = floor.station(&token).await;
    lead.until(|tiles| tiles.get(&1).is_some_and(|tile| tile.state == AgentState::Free)).await;
    floor.disk.revoke("desk-01", 0).unwrap();
    assert!(station.closed().await.is_some());
    lead.until(|tiles| tiles.is_empty()).await;
    let bearer = format!("Bearer {token}");
    assert_eq!(floor.dial("/station/ws", &[("Authorization", &bearer)]).await.err(), Some(401));
    floor.stop().await;
}

#[tokio::test]
async fn a_silent_station_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let timeouts = Timeouts { ping: Duration::from_millis(20), ..brisk() };
    let floor = TestFloor::start_with(Disk::open(folder.path()), timeouts).await;
    let token = floor.enrol("desk-01", "1001", "一组");
    // Nobody answers its pings.
    let _silent = floor.station(&token).await;
    while floor.counts.stations.get() > 0 {
        tokio::task::yield_now().await;
    }
    floor.stop().await;
}

#[tokio::test]
async fn a_recording_comes_in_parts_and_can_be_heard() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let (token, other) = (floor.enrol("desk-01", "1001", "一组"), floor.enrol("desk-02", "1002", "一组"));
    let mut station = floor.station(&token).await;
    station.store(&events("a", 1, 2)).await;
    let flac: Vec<u8> = (0..3_000_u32).map(|n| (n % 251) as u8).collect();
    let sha256: String = Sha256::digest(&flac).iter().map(|byte| format!("{byte:02x}")).collect();
    let put = async |token: &str, offset: usize, part: &[u8]| {
        let path = format!("/station/recordings/a?offset={offset}&total={}&sha256={sha256}", flac.len());
        let bearer = format!("Bearer {token}");
        let reply = floor.request("PUT", &path, &[("Authorization", &bearer)], part).await;
        (reply.status, serde_json::from_str::<UploadState>(&reply.body).unwrap_or_default())
    };
    assert_eq!(put(&token, 0, &flac[..2_000]).await, (200, UploadState { bytes: 2_000, complete: false }));
    assert_eq!(put(&token, 0, &flac[..2_000]).await.1.bytes, 2_000, "the same part again changes nothing");
    assert_eq!(put(&other, 2_000, &flac[2_000..]).await.0, 409, "a call of another station");
    let cookie = floor.log_in("chen", Role::Lead, &["一组"]);
    assert_eq!(put(&token, 2_000, &flac[2_000..]).await, (200, UploadState { bytes: 3_000, complete: true }));
    let heard = floor
        .request("GET", "/api/calls/a/recording", &[("Cookie", &cookie), ("Range", "bytes=10-19")], b"")
        .await;
    assert_eq!(heard.status, 206);
    assert!(heard.head.contains("content-range: bytes 10-19/3000"), "{}", heard.head);
    assert!(heard.head.contains("content-type: audio/flac"), "{}", heard.head);
    drop(station);
    floor.stop().await;
    let lines = Disk::open(folder.path())
        .audit_trail(&callcue::store::AuditQuery { limit: 9, ..Default::default() })
        .unwrap();
    assert!(
        lines.iter().any(|line| line.act == "recording_read" && line.object == "a" && line.who == "chen"),
        "{lines:?}"
    );
}

#[tokio::test]
async fn a_stop_says_goodbye_and_writes_what_has_come() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = floor.enrol("desk-01", "1001", "一组");
    let mut station = floor.station(&token).await;
    for part in events("a", 1, 300).chunks(60) {
        station
            .send(Message::text(serde_json::to_string(&ToFloor::Events { events: part.to_vec() }).unwrap()))
            .await;
    }
    station.store(&events("a", 301, 1)).await;
    let goodbye = tokio::spawn(async move { station.closed().await });
    floor.stop().await;
    assert!(goodbye.await.unwrap().is_some());
    assert_eq!(Disk::open(folder.path()).events("a", 0, 1_000).unwrap().len(), 301);
}
