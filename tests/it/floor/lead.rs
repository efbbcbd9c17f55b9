use std::time::Duration;

use callcue::call::EventKind;
use callcue::floor::Timeouts;
use callcue::store::Role;
use callcue::wire::{AgentState, FromFloor, FromLead, LiveAudio, Moment, Speaking, ToFloor, ToLead};
use tokio_tungstenite::tungstenite::Message;

use crate::support::floor::{Disk, LeadPage, Socket, TestFloor, brisk, event, events};

/// Skips what else a station is told.
async fn told<T>(station: &mut Socket, wanted: impl Fn(FromFloor) -> Option<T>) -> T {
    loop {
        if let Some(found) = wanted(station.hear().await) {
            return found;
        }
    }
}

fn levels() -> Moment {
    Moment::Levels {
        at_ms: 100,
        agent_dbfs: -20.0,
        customer_dbfs: -60.0,
        agent_speaking: true,
        customer_speaking: false,
        quiet_since_ms: None,
    }
}

#[tokio::test]
async fn a_lead_sees_the_own_teams_live() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let tokens = [floor.enrol("desk-01", "1001", "一组"), floor.enrol("desk-02", "1002", "二组")];
    let mut own = floor.lead(&floor.log_in("chen", Role::Lead, &["一组"])).await;
    let mut all = floor.lead(&floor.log_in("admin", Role::Administrator, &[])).await;
    let mut stations = [floor.station(&tokens[0]).await, floor.station(&tokens[1]).await];
    stations[1].store(&events("b", 1, 3)).await;
    stations[0].store(&events("a", 1, 3)).await;
    stations[0].say(&ToFloor::Moment { moment: levels() }).await;
    own.until(|tiles| tiles[&1].seq == 3 && tiles[&1].speaking == Speaking::Agent).await;
    all.until(|tiles| tiles.len() == 2 && tiles[&1].seq == 3 && tiles[&2].seq == 3).await;
    assert_eq!(own.tiles.keys().copied().collect::<Vec<_>>(), [1], "nothing of another team");
    stations[0].say(&ToFloor::Ringing { on: true }).await;
    drop(stations);
    own.until(|tiles| tiles[&1].state == AgentState::Offline).await;
    floor.stop().await;
}

#[tokio::test]
async fn an_open_call_is_told_from_its_first_event_on() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = floor.enrol("desk-01", "1001", "一组");
    let mut station = floor.station(&token).await;
    // More than fits into a page's queue, more than is read at a time.
    for part in events("a", 1, 1_200).chunks(200) {
        station.store(part).await;
    }
    let mut lead = floor.lead(&floor.log_in("chen", Role::Lead, &["一组"])).await;
    lead.ask(&FromLead::Open { call: "a".into() }).await;
    told(&mut station, |told| (told == FromFloor::Watch { on: true }).then_some(())).await;
    for part in events("a", 1_201, 800).chunks(200) {
        station.store(part).await;
    }
    for seq in 1..=2_000 {
        let event = next_event(&mut lead).await;
        assert_eq!(event, seq);
    }
    station.say(&ToFloor::Moment { moment: levels() }).await;
    let call = lead.find(|told| match told {
        ToLead::CallMoment { call, moment } if moment == levels() => Some(call),
        _ => None,
    });
    assert_eq!(call.await, "a");
    lead.ask(&FromLead::Close).await;
    told(&mut station, |told| (told == FromFloor::Watch { on: false }).then_some(())).await;
    floor.stop().await;
}

async fn next_event(lead: &mut LeadPage) -> u64 {
    lead.find(|told| match told {
        ToLead::CallEvent { event } => Some(event.seq),
        _ => None,
    })
    .await
}

#[tokio::test]
async fn a_slow_page_gets_the_whole_floor_and_holds_up_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let long = Duration::from_secs(600);
    let timeouts = Timeouts { frame: long, ping: long, ..brisk() };
    let floor = TestFloor::start_with(Disk::open(folder.path()), timeouts).await;
    let token = floor.enrol("desk-01", "1001", "一组");
    let cookie = floor.log_in("chen", Role::Lead, &["一组"]);
    let (mut slow, mut quick) = (floor.lead(&cookie).await, floor.lead(&cookie).await);
    let mut station = floor.station(&token).await;
    station.store(&events("a", 1, 1)).await;
    // Frames of some size, until the slow page's socket is full and it has fallen out of the ring.
    let mut round = 0;
    while floor.counts.resyncs.get() == 0 {
        round += 1;
        let name = "字".repeat(60_000 + round);
        floor.rename("desk-01", &name);
        quick.until(|tiles| tiles[&1].name == name).await;
        if round > 120 {
            // It reads on, and is brought up to date once it has read what was under way.
            slow.next().await;
        }
    }
    station.store(&[event("a", 2, EventKind::Situation { rule: "2.4".into() })]).await;
    slow.until(|tiles| tiles[&1].seq == 2).await;
    quick.until(|tiles| tiles[&1].seq == 2).await;
    assert!(slow.floors > 1);
    assert_eq!(quick.floors, 1, "nobody else was brought up to date");
    assert_eq!(slow.tiles, quick.tiles);
    floor.stop().await;
}

#[tokio::test]
async fn a_line_reaches_the_agent_and_its_reading_the_lead() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = floor.enrol("desk-01", "1001", "一组");
    let other = floor.enrol("desk-02", "1002", "二组");
    let mut lead = floor.lead(&floor.log_in("chen", Role::Lead, &["一组"])).await;
    lead.ask(&FromLead::Note { station: 1, text: "先道歉".into() }).await;
    assert!(lead.refusal().await.contains("not connected"));
    let mut station = floor.station(&token).await;
    let _other = floor.station(&other).await;
    lead.ask(&FromLead::Note { station: 1, text: " 先\n道歉 ".into() }).await;
    let note = |told| match told {
        ToLead::Note { id, text, read_ms, .. } => Some((id, text, read_ms)),
        _ => None,
    };
    let (id, text, read_ms) = lead.find(note).await;
    assert_eq!((text.as_str(), read_ms), ("先 道歉", None));
    let sent = told(&mut station, |told| match told {
        FromFloor::Note { id, from, text } => Some((id, from, text)),
        _ => None,
    });
    assert_eq!(sent.await, (id.clone(), "chen".into(), "先 道歉".into()));
    station.say(&ToFloor::NoteRead { id: id.clone() }).await;
    let (of, _, read_ms) = lead.find(note).await;
    assert_eq!((of, read_ms.is_some()), (id, true));
    for (station, text) in [(1, ""), (1, "   "), (1, &*"长".repeat(201)), (2, "别组"), (99, "没有")] {
        lead.ask(&FromLead::Note { station, text: text.into() }).await;
        lead.refusal().await;
    }
    floor.stop().await;
}

#[tokio::test]
async fn listening_is_heard_shown_and_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = floor.enrol("desk-01", "1001", "一组");
    let mut station = floor.station(&token).await;
    let mut lead = floor.lead(&floor.log_in("chen", Role::Lead, &["一组"])).await;
    let mut stranger = floor.lead(&floor.log_in("ma", Role::Lead, &["二组"])).await;
    lead.ask(&FromLead::Listen { station: 1, on: true }).await;
    assert_eq!(lead.refusal().await, "there is no call at that station");
    station.store(&events("a", 1, 2)).await;
    stranger.ask(&FromLead::Listen { station: 1, on: true }).await;
    stranger.refusal().await;
    let listen = |told| match told {
        FromFloor::Listen { by } => Some(by),
        _ => None,
    };
    lead.ask(&FromLead::Listen { station: 1, on: true }).await;
    assert_eq!(until_names(&mut station, listen, 1).await, ["chen"]);
    lead.until(|tiles| tiles[&1].listeners == ["chen"]).await;
    let sound = LiveAudio { at_ms: 7, samples: vec![1, 2, 3, 4] };
    station.send(Message::binary(sound.to_bytes())).await;
    let heard = loop {
        if let Message::Binary(frame) = lead.socket.next_frame().await.unwrap().unwrap() {
            break LiveAudio::from_bytes(&frame).unwrap();
        }
    };
    assert_eq!(heard, sound);
    floor.clock.advance(42_000);
    let over = EventKind::CallEnded { by: callcue::call::EndedBy::Customer };
    station.store(&[event("a", 3, over)]).await;
    assert_eq!(until_names(&mut station, listen, 0).await, [""; 0], "the end of the call ends it");
    lead.until(|tiles| tiles[&1].listeners.is_empty()).await;
    drop((lead, stranger));
    let disk = floor.disk.clone();
    floor.stop().await;
    let query = callcue::store::AuditQuery { who: Some("chen".into()), limit: 100, ..Default::default() };
    let lines = callcue::store::PeopleStore::audit_trail(&*disk, &query).unwrap();
    let of = |act: &str| {
        lines.iter().find(|line| line.act == act).map(|line| (line.object.clone(), line.detail.clone()))
    };
    assert_eq!(of("listen_start"), Some(("a".into(), "agent 1001".into())));
    assert_eq!(of("listen_end"), Some(("a".into(), "agent 1001, 42 s".into())));
}

async fn until_names(
    station: &mut Socket,
    listen: impl Fn(FromFloor) -> Option<Vec<String>>,
    count: usize,
) -> Vec<String> {
    loop {
        let by = told(station, &listen).await;
        if by.len() == count {
            return by;
        }
    }
}

#[tokio::test]
async fn an_alert_is_told_taken_and_given_to_those_who_may() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = floor.enrol("desk-01", "1001", "一组");
    let mut station = floor.station(&token).await;
    let mut lead = floor.lead(&floor.log_in("chen", Role::Lead, &["一组"])).await;
    let mut stranger = floor.lead(&floor.log_in("ma", Role::Lead, &["二组"])).await;
    floor.log_in("li", Role::Lead, &["一组", "二组"]);
    station.store(&events("a", 1, 1)).await;
    let alert = EventKind::Alert { rule: "4.2".into(), to: "lead".into(), text: "客户要投诉".into() };
    station.store(&[event("a", 2, alert)]).await;
    let card = |told| match told {
        ToLead::Changes { alerts, .. } => alerts.into_iter().next(),
        _ => None,
    };
    let raised = lead.find(card).await;
    assert_eq!((raised.id, raised.rule.as_str(), raised.settled), (1, "4.2", false));
    stranger.ask(&FromLead::Acknowledge { alert: 1 }).await;
    stranger.refusal().await;
    for to in ["ma", "nobody"] {
        lead.ask(&FromLead::Assign { alert: 1, to: to.into() }).await;
        lead.refusal().await;
    }
    lead.ask(&FromLead::Assign { alert: 1, to: "li".into() }).await;
    assert_eq!(lead.find(card).await.assigned_to, "li");
    lead.ask(&FromLead::Acknowledge { alert: 1 }).await;
    let settled = lead.find(card).await;
    assert_eq!((settled.acknowledged_by.as_str(), settled.settled), ("chen", true));
    lead.ask(&FromLead::Acknowledge { alert: 1 }).await;
    lead.refusal().await;
    floor.stop().await;
}
