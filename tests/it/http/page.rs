use std::time::Duration;

use callcue::call::EventKind;
use callcue::http::Timeouts;
use callcue::wire::Moment;
use serde_json::json;

use crate::support::station::{TestStation, call_act, read_to_end, stamped, started};

#[tokio::test]
async fn a_page_gets_hello_then_the_call_so_far_then_what_comes() {
    let station = TestStation::start().await;
    station.delivery.event(&stamped("a", 0, started()));
    let mut page = station.page().await;
    let hello = page.next().await;
    assert_eq!(
        (&hello["type"], &hello["call"], &hello["agent"]),
        (&"hello".into(), &"a".into(), &"1024".into())
    );
    assert_eq!(page.next().await["seq"], 1);
    for at_ms in 1..100 {
        station.delivery.event(&stamped("a", at_ms, EventKind::Transfer));
    }
    for seq in 2..=100 {
        assert_eq!(page.next().await["seq"], seq);
    }
    station.stop().await;
}

#[tokio::test]
async fn a_page_that_comes_back_sees_the_whole_call() {
    let station = TestStation::start().await;
    let mut page = station.page().await;
    page.say(call_act("start")).await;
    page.say(call_act("hold_start")).await;
    assert_eq!(page.types(3).await, ["hello", "call_started", "hold_started"]);
    drop(page);
    let mut again = station.page().await;
    assert_eq!(again.types(3).await, ["hello", "call_started", "hold_started"]);
    station.stop().await;
}

#[tokio::test]
async fn a_slow_page_loses_no_event_and_gets_the_newest_moment() {
    let station = TestStation::start().await;
    let mut page = station.page().await;
    assert_eq!(page.next().await["type"], "hello");
    // One thread, and no await: the page's socket gets no turn before all is told.
    station.delivery.event(&stamped("a", 0, started()));
    for at_ms in 1..=2_000 {
        station.delivery.event(&stamped("a", at_ms, EventKind::Transfer));
        station.delivery.moment(&Moment::Lag { text_ms: at_ms });
    }
    for seq in 1..=2_001 {
        assert_eq!(page.next().await["seq"], seq);
    }
    assert_eq!(page.next().await, json!({"type": "lag", "text_ms": 2_000}));
    station.stop().await;
}

#[tokio::test]
async fn a_page_that_slept_through_a_call_starts_again_with_the_next() {
    let station = TestStation::start().await;
    let mut page = station.page().await;
    assert_eq!(page.next().await["type"], "hello");
    station.delivery.event(&stamped("a", 0, started()));
    station.delivery.event(&stamped("b", 0, started()));
    let again = page.next().await;
    assert_eq!((&again["type"], &again["call"]), (&"hello".into(), &"b".into()));
    assert_eq!(page.next().await["call"], "b");
    assert_eq!(station.delivery.counts().resyncs, 1);
    station.stop().await;
}

#[tokio::test]
async fn commands_are_done_or_refused_to_the_page_that_gave_them() {
    let station = TestStation::start().await;
    let (mut page, mut other) = (station.page().await, station.page().await);
    assert_eq!(page.types(1).await, other.types(1).await);
    page.say(call_act("hold_start")).await;
    assert_eq!(
        page.next().await,
        json!({"type": "refused", "zh": "没有正在进行的通话", "en": "there is no call"})
    );
    for (command, event) in [
        (call_act("start"), "call_started"),
        (call_act("hold_start"), "hold_started"),
        (call_act("hold_start"), "refused"),
        (call_act("hold_end"), "hold_ended"),
        (call_act("mute_start"), "mute_started"),
        (call_act("mute_end"), "mute_ended"),
        (json!({"type": "declare", "rule": "2.4"}), "situation"),
        (json!({"type": "declare", "rule": "9.9"}), "refused"),
        (json!({"type": "cue", "id": "1.5#1", "wrong": true}), "cue_feedback"),
        (call_act("transfer"), "transfer"),
        (call_act("end_by_customer"), "call_ended"),
    ] {
        page.say(command.clone()).await;
        assert_eq!(page.types(1).await, [event], "{command}");
        if event != "refused" {
            assert_eq!(other.types(1).await, [event], "{command}");
        }
    }
    station.stop().await;
}

#[tokio::test]
async fn a_page_that_answers_no_ping_is_closed() {
    let timeouts = Timeouts { ping: Duration::from_millis(30), ..Timeouts::default() };
    let station = TestStation::start_with(timeouts).await;
    let mut dead = station.dead_page().await;
    assert_eq!(station.delivery.counts().pages, 1);
    let told = read_to_end(&mut dead).await;
    assert!(String::from_utf8_lossy(&told).contains("hello"));
    station.until_pages(0).await;
    station.stop().await;
}

#[tokio::test]
async fn a_page_that_takes_no_frame_is_closed_and_nobody_waits_for_it() {
    let timeouts = Timeouts { frame: Duration::from_millis(100), ..Timeouts::default() };
    let station = TestStation::start_with(timeouts).await;
    let _dead = station.dead_page().await;
    let alert = |text: String| EventKind::Alert { rule: "4.4".into(), to: "lead".into(), text };
    // More than the system's buffers hold.
    for at_ms in 0..300 {
        station.delivery.event(&stamped("a", at_ms, alert("a".repeat(100_000))));
    }
    station.until_pages(0).await;
    station.assert_alive("a page that takes no frame").await;
    station.stop().await;
}

#[tokio::test]
async fn the_seventeenth_page_is_refused_until_one_is_closed() {
    let station = TestStation::start().await;
    let mut pages = Vec::new();
    for _ in 0..16 {
        pages.push(station.page().await);
    }
    let (origin, protocols) = (station.origin(), station.protocols());
    let headers = [("Origin", origin.as_str()), ("Sec-WebSocket-Protocol", &protocols)];
    assert_eq!(station.dial(&headers).await.err(), Some(503));
    pages.pop().unwrap().leave().await;
    station.until_pages(15).await;
    station.assert_alive("the 17th page").await;
    station.stop().await;
}
