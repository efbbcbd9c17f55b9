use callcue::call::{Channel, EndedBy, EventKind, Metrics};
use callcue::script;
use callcue::store::Role;
use serde_json::{Value, json};

use crate::support::floor::{TestFloor, event, events};

/// A call in which the agent says that.
async fn call(floor: &TestFloor, token: &str, call: &str, words: &str) {
    let mut station = floor.station(token).await;
    station.store(&events(call, 1, 1)).await;
    let at = |seq: u64, at_ms: u64, kind: EventKind| {
        let mut stamped = event(call, seq, kind);
        stamped.event.at_ms = at_ms;
        stamped
    };
    let said = EventKind::Transcript {
        channel: Channel::Agent,
        from_ms: 1_000,
        to_ms: 4_000,
        text: words.into(),
        r#final: true,
        level_dbfs: None,
        language: None,
    };
    let ended = EventKind::CallEnded { by: EndedBy::Unknown };
    let declared = EventKind::Situation { rule: "2.1".into() };
    let summary =
        EventKind::Summary { due: 0, met: 0, flags: 0, metrics: Metrics::default(), items: Vec::new() };
    // A call without its summary still runs, and is not judged.
    station
        .store(&[at(2, 500, declared), at(3, 4_000, said), at(4, 5_000, ended), at(5, 5_000, summary)])
        .await;
}

async fn send(floor: &TestFloor, method: &str, path: &str, cookie: &str, body: &Value) -> (u16, Value) {
    let origin = floor.origin();
    let headers = [("Cookie", cookie), ("Origin", &origin), ("Content-Type", "application/json")];
    let reply = floor.request(method, path, &headers, body.to_string().as_bytes()).await;
    (reply.status, serde_json::from_str(&reply.body).unwrap())
}

/// Asks until it is over.
async fn over(floor: &TestFloor, number: &Value, cookie: &str) -> Value {
    loop {
        let (status, backtest) = floor.get(&format!("/api/backtests/{number}"), cookie).await;
        assert_eq!(status, 200);
        if backtest["state"] != "running" {
            return backtest;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_changed_script_is_tried_on_kept_calls() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = floor.enrol("d1", "1001", "一组");
    call(&floor, &token, "a", "您好,今天天气真好").await;
    call(&floor, &token, "b", "喂,大点声").await;
    let owner = floor.log_in("zhou", Role::ScriptOwner, &[]);
    let admin = floor.log_in("admin", Role::Administrator, &[]);
    let order = |script: &str| json!({"script": script});
    let (status, begun) = send(&floor, "POST", "/api/backtests", &owner, &order(script::BUNDLED)).await;
    assert_eq!((status, begun["backtest"].as_u64()), (200, Some(1)), "{begun}");
    let done = over(&floor, &begun["backtest"], &owner).await;
    assert_eq!(
        (done["state"].as_str(), done["calls_done"].as_u64(), done["calls_all"].as_u64()),
        (Some("done"), Some(2), Some(2))
    );
    let gained = done["changes"].as_array().unwrap();
    let found = gained.iter().find(|change| change["rule"] == "2.1").unwrap_or_else(|| panic!("{done}"));
    assert_eq!(
        (&found["change"], &found["call"], &found["text"]),
        (&json!("gained"), &json!("b"), &json!("")),
        "no words for a script's owner"
    );
    assert_eq!(done["gained"].as_u64().unwrap() as usize, gained.len());
    let by_rule: u64 =
        done["rules"].as_array().unwrap().iter().map(|rule| rule["gained"].as_u64().unwrap()).sum();
    assert_eq!(Some(by_rule), done["gained"].as_u64());
    let read = floor.get("/api/backtests/1", &admin).await.1;
    let words = read["changes"].as_array().unwrap().iter().find(|change| change["rule"] == "2.1").unwrap();
    assert_eq!(words["text"], "喂,大点声");
    let broken = script::BUNDLED.replacen("format = 1", "format = 1\nfromat = 1", 1);
    let (status, failed) = send(&floor, "POST", "/api/backtests", &owner, &order(&broken)).await;
    assert_eq!((status, failed["state"].as_str()), (200, Some("failed")));
    let mistake = &failed["mistakes"][0];
    assert!(mistake["line"].as_u64().unwrap() > 1 && mistake["column"].as_u64().unwrap() == 1, "{mistake}");
    assert!(mistake["zh"].as_str().unwrap().chars().any(|char| char > '\u{4e00}'), "{mistake}");
    let since = json!({"script": script::BUNDLED, "since_ms": i64::MAX});
    let (_, none) = send(&floor, "POST", "/api/backtests", &owner, &since).await;
    assert_eq!(over(&floor, &none["backtest"], &owner).await["calls_all"], 0);
    floor.stop().await;
}

#[tokio::test]
async fn back_tests_are_for_a_scripts_owner() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let order = json!({"script": script::BUNDLED});
    for (name, role, status) in [
        ("chen", Role::Lead, 403),
        ("shen", Role::Reviewer, 403),
        ("1001", Role::Agent, 403),
        ("zhou", Role::ScriptOwner, 200),
        ("admin", Role::Administrator, 200),
    ] {
        let cookie = floor.log_in(name, role, &["一组"]);
        let (begun, backtest) = send(&floor, "POST", "/api/backtests", &cookie, &order).await;
        assert_eq!(begun, status, "{name}");
        let number = if begun == 200 { backtest["backtest"].clone() } else { json!(1) };
        if begun == 200 {
            over(&floor, &number, &cookie).await;
        }
        let path = format!("/api/backtests/{number}");
        assert_eq!(floor.get(&path, &cookie).await.0, status, "{name}");
        assert_eq!(send(&floor, "DELETE", &path, &cookie, &json!({})).await.0, status, "{name}");
    }
    let owner = floor.log_in("zhou", Role::ScriptOwner, &[]);
    assert_eq!(floor.get("/api/backtests/99", &owner).await.0, 404);
    assert_eq!(send(&floor, "POST", "/api/backtests", &owner, &json!({"scirpt": ""})).await.0, 400);
    floor.stop().await;
}
