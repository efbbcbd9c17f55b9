use std::time::Duration;

use callcue::http::Timeouts;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::support::station::TestStation;

#[tokio::test]
async fn a_softphone_runs_a_whole_call() {
    let station = TestStation::start().await;
    let mut page = station.page().await;
    assert_eq!(page.next().await["type"], "hello");
    let state = |on_hold: bool, muted: bool| json!({"call": "call-1", "on_hold": on_hold, "muted": muted});
    let idle = json!({"on_hold": false, "muted": false});
    let start = r#"{"ring_ms":4000,"customer":{"surname":"王","known":false}}"#;
    assert_eq!(station.softphone("GET", "/call", "").await, (200, idle.clone()));
    for (path, body, then) in [
        ("/call/start", start, state(false, false)),
        ("/call/hold/start", "", state(true, false)),
        ("/call/hold/end", "", state(false, false)),
        ("/call/mute/start", "{}", state(false, true)),
        ("/call/mute/end", "", state(false, false)),
        ("/call/situation", r#"{"rule":"2.4"}"#, state(false, false)),
        ("/call/transfer", "", state(false, false)),
        ("/call/end", r#"{"by":"customer"}"#, idle),
    ] {
        assert_eq!(station.softphone("POST", path, body).await, (200, then), "{path}");
    }
    let started = page.next().await;
    assert_eq!(started["ring_ms"], 4000);
    assert_eq!(started["customer"], json!({"surname": "王", "known": false}));
    assert_eq!(
        page.types(7).await,
        ["hold_started", "hold_ended", "mute_started", "mute_ended", "situation", "transfer", "call_ended"]
    );
    station.stop().await;
}

#[tokio::test]
async fn the_recording_is_paused_once_and_goes_on() {
    let station = TestStation::start().await;
    assert_eq!(station.softphone("POST", "/call/recording/pause", "").await.0, 409, "there is no call");
    station.softphone("POST", "/call/start", "").await;
    let paused = json!({"call": "call-1", "on_hold": false, "muted": false, "recording_paused": true});
    assert_eq!(station.softphone("POST", "/call/recording/pause", "").await, (200, paused.clone()));
    assert_eq!(station.softphone("POST", "/call/recording/pause", "").await.0, 409);
    assert_eq!(station.softphone("GET", "/call", "").await, (200, paused));
    let (status, state) = station.softphone("POST", "/call/recording/resume", "").await;
    assert_eq!((status, &state["recording_paused"]), (200, &Value::Null));
    assert_eq!(station.softphone("POST", "/call/recording/resume", "").await.0, 409);
    station.stop().await;
}

#[tokio::test]
async fn a_telephone_rings_before_a_call_and_not_in_one() {
    let station = TestStation::start().await;
    let ring = r#"{"on":true}"#;
    assert_eq!(station.softphone("POST", "/call/ring", ring).await.0, 200);
    assert_eq!(station.softphone("POST", "/call/ring", r#"{"on":false}"#).await.0, 200);
    assert_eq!(station.softphone("POST", "/call/ring", "").await.0, 400, "whether it rings must be said");
    station.softphone("POST", "/call/start", "").await;
    assert_eq!(station.softphone("POST", "/call/ring", ring).await.0, 409);
    assert_eq!(station.softphone("POST", "/call/ring", r#"{"on":false}"#).await.0, 200);
    station.stop().await;
}

#[tokio::test]
async fn a_call_starts_without_a_body_and_once() {
    let station = TestStation::start().await;
    assert_eq!(station.softphone("POST", "/call/start", "").await.0, 200);
    let (status, fault) = station.softphone("POST", "/call/start", "").await;
    assert_eq!((status, &fault["error"]), (409, &Value::from("a call is running already")));
    station.stop().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_a_conflict_that_says_why() {
    let station = TestStation::start().await;
    let end = r#"{"by":"agent"}"#;
    for (path, body) in [
        ("/call/end", end),
        ("/call/hold/start", ""),
        ("/call/hold/end", ""),
        ("/call/mute/start", ""),
        ("/call/mute/end", ""),
        ("/call/transfer", ""),
        ("/call/situation", r#"{"rule":"2.4"}"#),
    ] {
        let fault = json!({"error": "there is no call", "zh": "没有正在进行的通话"});
        assert_eq!(station.softphone("POST", path, body).await, (409, fault), "{path}");
    }
    station.softphone("POST", "/call/start", "").await;
    for path in ["/call/hold/end", "/call/mute/end"] {
        assert_eq!(station.softphone("POST", path, "").await.0, 409, "{path}");
    }
    station.stop().await;
}

#[tokio::test]
async fn a_body_that_is_not_right_is_refused() {
    let station = TestStation::start().await;
    for (path, body) in [
        ("/call/start", "{"),
        ("/call/start", "[]x"),
        ("/call/start", r#"{"ring":1}"#),
        ("/call/start", r#"{"ring_ms":-1}"#),
        ("/call/end", r#"{"by":"nobody"}"#),
        ("/call/situation", "{}"),
    ] {
        let (status, fault) = station.softphone("POST", path, body).await;
        assert_eq!(status, 400, "{path} {body}");
        assert!(fault["error"].as_str().unwrap().contains("line 1 column"), "{path} {body}: {fault}");
    }
    station.assert_alive("bad bodies").await;
    station.stop().await;
}

#[tokio::test]
async fn an_engine_that_does_not_answer_makes_the_station_busy() {
    let timeouts = Timeouts { answer: Duration::from_millis(30), ..Timeouts::default() };
    let (commands, orders) = mpsc::channel(1);
    let station = TestStation::start_without_engine(timeouts, commands).await;
    // The first waits in vain, the second finds no room, the third nobody.
    assert_eq!(station.softphone("GET", "/call", "").await.0, 503);
    assert_eq!(station.softphone("POST", "/call/start", "").await.0, 503);
    drop(orders);
    assert_eq!(station.softphone("GET", "/call", "").await.0, 503);
    station.assert_alive("a dead engine").await;
    station.stop().await;
}
