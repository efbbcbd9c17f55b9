//! The review room over HTTP: who may what, and that the answers are those of `web/src/review/wire.ts`.

use std::fs;
use std::path::Path;

use callcue::call::{Agreement, AlignedWord, Basis, Channel, EventKind, FlagKind, Hearing, Metrics};
use callcue::review::Lock;
use callcue::store::{AuditQuery, PeopleStore, Role, Store};
use serde_json::{Value, json};

use crate::support::floor::{NOON, TestFloor, event, events};

const DAY_MS: i64 = 86_400_000;

/// A call of an agent, over, with two flags; words with a telephone number among them.
async fn flagged(floor: &TestFloor, station: &str, agent: &str, team: &str, call: &str) {
    let token = floor.enrol(station, agent, team);
    let mut socket = floor.station(&token).await;
    let said = |text: &str| EventKind::Transcript {
        channel: Channel::Agent,
        from_ms: 0,
        to_ms: 20,
        text: text.to_owned(),
        r#final: true,
        level_dbfs: None,
        language: None,
    };
    let aligned = AlignedWord { phrase: Some('喂'), said: Some('喂'), how: Agreement::Same };
    let heard =
        Hearing { sure: Some(0.93), basis: Some(Basis::Words), aligned: vec![aligned], review: false };
    let flag = |rule: &str, text: &str, heard: Hearing| EventKind::Flag {
        rule: rule.into(),
        kind: FlagKind::Forbidden,
        channel: Channel::Agent,
        from_ms: 0,
        to_ms: 20,
        text: text.to_owned(),
        phrase: "喂".to_owned(),
        item: "A4".into(),
        points: -2,
        instead: None,
        heard,
    };
    socket.store(&events(call, 1, 1)).await;
    let rest = [
        event(call, 2, said("喂,大点声")),
        event(call, 3, flag("2.1", "喂,大点声", heard)),
        event(call, 4, flag("4.4", "打13800138000", Hearing::default())),
        event(call, 5, EventKind::CueFeedback { id: "2.1#1".into(), wrong: true }),
        event(
            call,
            6,
            EventKind::Summary { due: 2, met: 1, flags: 2, metrics: Metrics::default(), items: Vec::new() },
        ),
    ];
    socket.store(&rest).await;
}

async fn send(
    floor: &TestFloor,
    method: &str,
    path: &str,
    cookie: &str,
    body: Option<Value>,
) -> (u16, Value) {
    let origin = floor.origin();
    let mut headers = vec![("Cookie", cookie), ("Origin", origin.as_str())];
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    if !body.is_empty() {
        headers.push(("Content-Type", "application/json"));
    }
    let reply = floor.request(method, path, &headers, body.as_bytes()).await;
    (
        reply.status,
        serde_json::from_str(&reply.body).unwrap_or_else(|why| panic!("{path}: {why}: {}", reply.body)),
    )
}

async fn post(floor: &TestFloor, path: &str, cookie: &str, body: Value) -> (u16, Value) {
    send(floor, "POST", path, cookie, Some(body)).await
}

async fn act(floor: &TestFloor, path: &str, cookie: &str) -> (u16, Value) {
    send(floor, "POST", path, cookie, None).await
}

/// Confirms both flags of call `a`, and finishes it.
async fn finish(floor: &TestFloor, cookie: &str, call: &str) {
    let at = |rest: &str| format!("/api/review/calls/{call}/{rest}");
    assert_eq!(act(floor, &at("lock"), cookie).await.0, 200);
    for flag in [3, 4] {
        let confirmed =
            post(floor, &at(&format!("flags/{flag}/verdict")), cookie, json!({"verdict": "confirmed"})).await;
        assert_eq!((confirmed.0, &confirmed.1["verdict"]["points"]), (200, &json!(-2)));
    }
    assert_eq!(act(floor, &at("finish"), cookie).await.0, 200);
}

/// The agent appeals against flag 3 of call `a`, which `shen` confirmed, and `li` overturns it.
async fn appeal(floor: &TestFloor, agent: &str, shen: &str, li: &str) {
    let answer = "/api/review/calls/a/flags/3/answer";
    assert_eq!(
        post(floor, answer, agent, json!({"answer": "appealed", "reason": ""})).await.0,
        422,
        "no reason"
    );
    let appeal = json!({"answer": "appealed", "reason": "客户听得清"});
    assert_eq!(post(floor, answer, agent, appeal.clone()).await.0, 200);
    assert_eq!(post(floor, answer, agent, appeal).await.0, 409, "once");
    assert_eq!(act(floor, "/api/review/calls/a/reopen", shen).await.0, 409, "answered");
    let settle = "/api/review/calls/a/flags/3/appeal";
    let overturned = json!({"decision": "overturned", "note": "确实不构成"});
    assert_eq!(
        post(floor, settle, shen, overturned.clone()).await.0,
        403,
        "a second verdict by the same person"
    );
    assert_eq!(floor.get("/api/review/queue?view=appeals", li).await.1["rows"][0]["open_appeals"], 1);
    assert_eq!(post(floor, settle, li, overturned.clone()).await.0, 200);
    assert_eq!(post(floor, settle, li, overturned).await.0, 409, "final");
    let (_, seen) = floor.get("/api/review/calls/a", agent).await;
    let flag = &seen["flags"][0];
    assert_eq!((&flag["verdict"]["points"], &flag["first_verdict"]["points"]), (&json!(0), &json!(-2)));
}

#[tokio::test]
async fn a_call_goes_from_the_queue_to_the_agent_and_through_an_appeal() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    flagged(&floor, "d1", "1001", "一组", "a").await;
    let shen = floor.log_in("shen", Role::Reviewer, &["一组"]);
    let li = floor.log_in("li", Role::Reviewer, &["一组"]);
    let agent = floor.log_in("1001", Role::Agent, &[]);
    let (status, queue) = floor.get("/api/review/queue?view=open", &shen).await;
    assert_eq!((status, &queue["rows"][0]["call"], &queue["count"]), (200, &json!("a"), &json!(1)));
    // The agent sees nothing yet.
    for path in ["/api/review/calls/a", "/api/review/calls/a/history"] {
        assert_eq!(floor.get(path, &agent).await.0, 403, "{path}");
    }
    assert_eq!(
        post(
            &floor,
            "/api/review/calls/a/flags/3/answer",
            &agent,
            json!({"answer": "accepted", "reason": ""})
        )
        .await
        .0,
        409
    );
    // Two reviewers, one call.
    assert_eq!(act(&floor, "/api/review/calls/a/lock", &shen).await.0, 200);
    let (status, fault) = act(&floor, "/api/review/calls/a/lock", &li).await;
    assert_eq!(status, 409);
    assert!(fault["zh"].as_str().unwrap().contains("shen"), "{fault}");
    assert_eq!(
        post(&floor, "/api/review/calls/a/flags/3/verdict", &li, json!({"verdict": "dismissed"})).await.0,
        409
    );
    assert_eq!(act(&floor, "/api/review/calls/a/finish", &shen).await.0, 409, "nothing is decided");
    finish(&floor, &shen, "a").await;
    let (_, seen) = floor.get("/api/review/calls/a", &agent).await;
    assert_eq!(
        (&seen["state"], &seen["flags"][0]["verdict"]["decided_by"]),
        (&json!("finished"), &json!("shen"))
    );
    let (_, mine) = floor.get("/api/review/mine?month=2026-11", &agent).await;
    assert_eq!(
        (&mine["rows"][0]["points"], &mine["rows"][0]["unanswered"]),
        (&json!(-4), &json!(2)),
        "{mine}"
    );
    assert_eq!(floor.get("/api/review/mine?month=2026-12", &agent).await.1, json!({"rows": []}));
    appeal(&floor, &agent, &shen, &li).await;
    // The time for answers ends.
    floor.clock.advance(7 * DAY_MS);
    let agent = floor.log_in("1001", Role::Agent, &[]);
    let late = post(
        &floor,
        "/api/review/calls/a/flags/4/answer",
        &agent,
        json!({"answer": "accepted", "reason": ""}),
    )
    .await;
    assert_eq!((late.0, &late.1["zh"]), (409, &json!("已过申诉期限")));
    let disk = floor.disk.clone();
    floor.stop().await;
    assert_eq!(disk.verify().unwrap(), [""; 0]);
    let lines =
        disk.audit_trail(&AuditQuery { object: Some("a".into()), limit: 100, ..Default::default() }).unwrap();
    for act in ["verdict", "review_finished", "answered", "appeal_decided", "review_read", "refused"] {
        assert!(lines.iter().any(|line| line.act == act), "{act}: {lines:?}");
    }
}

#[tokio::test]
async fn nobody_gets_past_the_own_teams_and_role() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    flagged(&floor, "d1", "1001", "一组", "a").await;
    let other = floor.log_in("zhao", Role::Reviewer, &["二组"]);
    let lead = floor.log_in("chen", Role::Lead, &["一组"]);
    let own = floor.log_in("1001", Role::Agent, &[]);
    let owner = floor.log_in("zhou", Role::ScriptOwner, &[]);
    let admin = floor.log_in("admin", Role::Administrator, &[]);
    let orders = [
        ("POST", "/api/review/calls/a/lock", None),
        ("DELETE", "/api/review/calls/a/lock", None),
        ("POST", "/api/review/calls/a/flags/3/verdict", Some(json!({"verdict": "confirmed"}))),
        (
            "POST",
            "/api/review/calls/a/flags",
            Some(
                json!({"rule": "2.1", "kind": "forbidden", "channel": "agent", "from_ms": 0, "to_ms": 9, "note": ""}),
            ),
        ),
        ("POST", "/api/review/calls/a/comments", Some(json!({"at_ms": 1, "text": "x"}))),
        ("POST", "/api/review/calls/a/assign", Some(json!({"to": ""}))),
        ("POST", "/api/review/calls/a/finish", None),
        ("POST", "/api/review/calls/a/reopen", None),
        ("POST", "/api/review/calls/a/flags/3/appeal", Some(json!({"decision": "upheld", "note": ""}))),
        (
            "POST",
            "/api/review/calibrations",
            Some(json!({"name": "x", "call": "a", "judges": ["zhao", "admin"]})),
        ),
        (
            "POST",
            "/api/review/sample",
            Some(json!({"team": "一组", "month": "2026-11", "per_agent": 1, "by": "random", "seed": 1})),
        ),
    ];
    for (method, path, body) in &orders {
        for (who, cookie) in [("another team", &other), ("lead", &lead), ("agent", &own), ("owner", &owner)] {
            assert_eq!(send(&floor, method, path, cookie, body.clone()).await.0, 403, "{who} {path}");
        }
        assert_eq!(send(&floor, method, path, "", body.clone()).await.0, 401, "{path}");
        let without_origin = [("Cookie", admin.as_str())];
        assert_eq!(floor.request(method, path, &without_origin, b"").await.status, 403, "no Origin: {path}");
    }
    floor.stop().await;
}

#[tokio::test]
async fn nobody_reads_past_the_own_teams_and_role() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    flagged(&floor, "d1", "1001", "一组", "a").await;
    let other = floor.log_in("zhao", Role::Reviewer, &["二组"]);
    let lead = floor.log_in("chen", Role::Lead, &["一组"]);
    let agent = floor.log_in("1002", Role::Agent, &[]);
    let own = floor.log_in("1001", Role::Agent, &[]);
    let owner = floor.log_in("zhou", Role::ScriptOwner, &[]);
    let admin = floor.log_in("admin", Role::Administrator, &[]);
    let answer = json!({"answer": "accepted", "reason": ""});
    for (who, cookie) in
        [("another agent", &agent), ("reviewer", &other), ("lead", &lead), ("administrator", &admin)]
    {
        let status = post(&floor, "/api/review/calls/a/flags/3/answer", cookie, answer.clone()).await.0;
        assert_eq!(status, 403, "{who}");
    }
    for path in ["/api/review/calls/a", "/api/review/calls/a/history"] {
        for (who, cookie) in
            [("another team", &other), ("lead", &lead), ("another agent", &agent), ("owner", &owner)]
        {
            assert_eq!(floor.get(path, cookie).await.0, 403, "{who} {path}");
        }
        assert_eq!(floor.get(path, &admin).await.0, 200, "{path}");
    }
    for (path, seen) in [
        ("/api/review/queue?view=open", vec![&other, &admin]),
        ("/api/review/filters", vec![&other, &admin]),
        ("/api/review/people", vec![&other, &admin]),
        ("/api/review/calibrations", vec![&other, &admin]),
        ("/api/review/precision", vec![&other, &owner, &admin]),
        ("/api/review/examples?rule=2.1&verdict=dismissed", vec![&other, &owner, &admin]),
        ("/api/review/search?words=%E5%A4%A7", vec![&other, &lead, &own, &admin]),
        ("/api/review/mine?month=2026-11", vec![&own, &agent]),
    ] {
        for cookie in [&other, &lead, &own, &agent, &owner, &admin] {
            let wanted = seen.contains(&cookie) || path.contains("search") && cookie == &agent;
            assert_eq!(floor.get(path, cookie).await.0, if wanted { 200 } else { 403 }, "{path}");
        }
    }
    assert_eq!(floor.get("/api/review/queue?view=open", &other).await.1["count"], 0);
    assert_eq!(
        floor.get("/api/review/search?words=%E5%A4%A7", &other).await.1,
        json!({"hits": [], "next": null})
    );
    let team = "/api/review/queue?view=open&team=%E4%B8%80%E7%BB%84";
    assert_eq!(
        (floor.get(team, &other).await.0, floor.get(team, &admin).await.1["count"].clone()),
        (403, json!(1))
    );
    floor.stop().await;
}

#[tokio::test]
async fn what_is_sent_is_refused_if_it_cannot_be() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    flagged(&floor, "d1", "1001", "一组", "a").await;
    let shen = floor.log_in("shen", Role::Reviewer, &["一组"]);
    floor.log_in("zhao", Role::Reviewer, &["二组"]);
    assert_eq!(act(&floor, "/api/review/calls/a/lock", &shen).await.0, 200);
    let flag = |rule: &str, from_ms: u64, to_ms: u64| json!({"rule": rule, "kind": "missing", "channel": "agent", "from_ms": from_ms, "to_ms": to_ms, "note": "x"});
    let long = "长".repeat(2_001);
    for (path, body, status) in [
        ("calls/a/flags/3/verdict", json!({"verdict": "perhaps"}), 400),
        ("calls/a/flags/3/verdict", json!({"verdict": "confirmed", "points": -90}), 400),
        ("calls/a/flags/3/verdict", json!({"verdict": "confirmed", "note": long}), 422),
        ("calls/a/flags/99/verdict", json!({"verdict": "confirmed"}), 404),
        ("calls/a/flags", flag("99.9", 0, 10), 422),
        ("calls/a/flags", flag("2.1", 10, 10), 422),
        ("calls/a/flags", flag("2.1", 0, 1_000_000), 422),
        ("calls/a/comments", json!({"at_ms": 0, "text": " "}), 422),
        ("calls/a/assign", json!({"to": "zhao"}), 422),
        ("calls/a/assign", json!({"to": "nobody"}), 422),
        ("calls/a/flags/3/appeal", json!({"decision": "upheld", "note": ""}), 404),
        ("sample", json!({"team": "一组", "month": "2026-13", "per_agent": 1, "by": "risk", "seed": 1}), 400),
        ("sample", json!({"team": "一组", "month": "2026-11", "per_agent": 0, "by": "risk", "seed": 1}), 422),
        ("calibrations", json!({"name": "x", "call": "a", "judges": ["shen"]}), 422),
        ("calibrations", json!({"name": "x", "call": "a", "judges": ["shen", "zhao"]}), 422),
        ("calibrations/7/done", json!({}), 404),
    ] {
        let (got, fault) = post(&floor, &format!("/api/review/{path}"), &shen, body.clone()).await;
        assert_eq!(got, status, "{path} {body}: {fault}");
        assert!(fault["zh"].as_str().is_some_and(|zh| !zh.is_empty()), "{fault}");
    }
    for query in ["", "?view=all", "?view=open&after=x", "?view=open&sure=maybe", "?view=open&what=1"] {
        let status = floor.get(&format!("/api/review/queue{query}"), &shen).await.0;
        assert!([400, 422].contains(&status), "{query}: {status}");
    }
    assert_eq!(floor.get("/api/review/search?words=", &shen).await.1["hits"], json!([]));
    assert_eq!(
        floor.get("/api/review/mine?month=2026", &floor.log_in("1001", Role::Agent, &[])).await.0,
        400
    );
    floor.stop().await;
}

#[tokio::test]
async fn judging_is_blind_until_it_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    flagged(&floor, "d1", "1001", "一组", "a").await;
    let shen = floor.log_in("shen", Role::Reviewer, &["一组"]);
    let li = floor.log_in("li", Role::Reviewer, &["一组"]);
    let wu = floor.log_in("wu", Role::Reviewer, &["一组"]);
    finish(&floor, &wu, "a").await;
    let order = json!({"name": "十一月校准", "call": "a", "judges": ["shen", "li"]});
    let (status, made) = post(&floor, "/api/review/calibrations", &wu, order).await;
    assert_eq!((status, &made["agreement"]), (200, &Value::Null));
    let at = |rest: &str| format!("/api/review/calibrations/{}{rest}", made["calibration"]);
    let (_, seen) = floor.get("/api/review/calls/a", &shen).await;
    assert!(seen["flags"].as_array().unwrap().iter().all(|flag| flag["verdict"].is_null()), "{seen}");
    assert_eq!(floor.get("/api/review/calls/a/history", &shen).await.0, 409);
    for (cookie, verdicts) in [(&shen, ["confirmed", "dismissed"]), (&li, ["confirmed", "confirmed"])] {
        for (flag, verdict) in [3, 4].into_iter().zip(verdicts) {
            let (status, told) =
                post(&floor, &at("/verdicts"), cookie, json!({"flag": flag, "verdict": verdict})).await;
            assert_eq!((status, &told["agreement"]), (200, &Value::Null));
        }
    }
    assert_eq!(
        post(&floor, &at("/verdicts"), &wu, json!({"flag": 3, "verdict": "unsure"})).await.0,
        403,
        "no judge"
    );
    let admin = floor.log_in("admin", Role::Administrator, &[]);
    assert_eq!(floor.get(&at(""), &admin).await.0, 403, "another's");
    assert_eq!(act(&floor, &at("/close"), &li).await.0, 403, "only who made it");
    let (_, told) = act(&floor, &at("/done"), &shen).await;
    assert_eq!((&told["agreement"], &told["mine"][1]["verdict"]), (&Value::Null, &json!("dismissed")));
    let (_, told) = act(&floor, &at("/done"), &li).await;
    assert_eq!(
        told["agreement"]["pairs"][0],
        json!({"one": "li", "other": "shen", "flags": 2, "kappa": 0.0})
    );
    assert_eq!(told["agreement"]["by_rule"][0]["agreed_share"], 0.5);
    assert!(!floor.get("/api/review/calls/a", &shen).await.1["flags"][0]["verdict"].is_null());
    assert_eq!(floor.get("/api/review/calibrations", &wu).await.1.as_array().unwrap().len(), 1);
    floor.stop().await;
}

#[tokio::test]
async fn numbers_of_persons_are_masked_in_examples() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    flagged(&floor, "d1", "1001", "一组", "a").await;
    let shen = floor.log_in("shen", Role::Reviewer, &["一组"]);
    finish(&floor, &shen, "a").await;
    let owner = floor.log_in("zhou", Role::ScriptOwner, &[]);
    let (_, told) = floor.get("/api/review/examples?rule=4.4&verdict=confirmed", &owner).await;
    assert_eq!(told["lines"][0]["text"], "打[手机号******]");
    assert!(!told.to_string().contains("13800138000"), "{told}");
    assert!(told["toml"].as_str().unwrap().contains("flags = [\"forbidden\"]"), "{told}");
    floor.stop().await;
}

/// Judges flags 3 and 4 in the first calibration.
async fn judge(floor: &TestFloor, cookie: &str, verdicts: [&str; 2]) {
    for (flag, verdict) in [3, 4].into_iter().zip(verdicts) {
        let order = json!({"flag": flag, "verdict": verdict});
        assert_eq!(post(floor, "/api/review/calibrations/1/verdicts", cookie, order).await.0, 200);
    }
    assert_eq!(act(floor, "/api/review/calibrations/1/done", cookie).await.0, 200);
}

/// Every answer of the review room, from a floor with the same calls each time: `tests/wire/review/NAME.json`, which the pages' tests read, too.
/// After a change that is meant: `UPDATE_EXPECT=1 cargo test --test it floor::review`.
#[tokio::test]
async fn answers_are_as_the_golden_files_have_them() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    flagged(&floor, "d1", "1001", "一组", "a").await;
    flagged(&floor, "d2", "1002", "一组", "b").await;
    floor.rename("d1", "王芳");
    let shen = floor.log_in("shen", Role::Reviewer, &["一组"]);
    let li = floor.log_in("li", Role::Reviewer, &["一组"]);
    let agent = floor.log_in("1001", Role::Agent, &[]);
    let mut answers: Vec<(&str, Value)> = Vec::new();
    let mut keep = |name, (status, answer): (u16, Value)| {
        assert_eq!(status, 200, "{name}: {answer}");
        answers.push((name, answer));
    };
    let call = |rest: &str| format!("/api/review/calls/a{rest}");
    keep("lock", act(&floor, &call("/lock"), &shen).await);
    let verdict = json!({"verdict": "confirmed", "note": "听得很清楚", "complaint": true});
    keep("flag", post(&floor, &call("/flags/3/verdict"), &shen, verdict).await);
    post(&floor, &call("/flags/4/verdict"), &shen, json!({"verdict": "dismissed"})).await;
    let missed = json!({"rule": "2.2", "kind": "missing", "channel": "agent", "from_ms": 30, "to_ms": 50, "note": "没有致歉"});
    keep("flag-added", post(&floor, &call("/flags"), &shen, missed).await);
    keep("comment", post(&floor, &call("/comments"), &shen, json!({"at_ms": 20, "text": "语气生硬"})).await);
    keep("queue", floor.get("/api/review/queue?view=open&limit=1", &shen).await);
    keep("assigned", post(&floor, &call("/assign"), &shen, json!({"to": "li"})).await);
    keep("finished", act(&floor, &call("/finish"), &shen).await);
    keep("mine", floor.get("/api/review/mine?month=2026-11", &agent).await);
    let appeal = json!({"answer": "appealed", "reason": "客户听得清"});
    keep("answered", post(&floor, &call("/flags/3/answer"), &agent, appeal).await);
    keep("appeals", floor.get("/api/review/queue?view=appeals", &li).await);
    keep(
        "settled",
        post(&floor, &call("/flags/3/appeal"), &li, json!({"decision": "overturned", "note": "不构成"}))
            .await,
    );
    keep("call", floor.get(&call(""), &agent).await);
    keep("history", floor.get(&call("/history"), &shen).await);
    let filter = json!({"view": "open", "rule": "2.1", "points_min": 2, "sure": "unsure"});
    keep("filter", send(&floor, "PUT", "/api/review/filters/%E5%BE%85%E5%90%AC", &shen, Some(filter)).await);
    keep("filters", floor.get("/api/review/filters", &shen).await);
    assert_eq!(
        send(&floor, "DELETE", "/api/review/filters/%E5%BE%85%E5%90%AC", &shen, None).await,
        (200, json!({}))
    );
    let sample = json!({"team": "一组", "month": "2026-11", "per_agent": 2, "by": "risk", "seed": 7});
    keep("sample", post(&floor, "/api/review/sample", &shen, sample).await);
    keep("search", floor.get("/api/review/search?words=%E5%A4%A7%E7%82%B9&limit=1", &shen).await);
    keep("people", floor.get("/api/review/people", &shen).await);
    let order = json!({"name": "十一月校准", "call": "b", "judges": ["shen", "li"]});
    keep("calibration", post(&floor, "/api/review/calibrations", &shen, order).await);
    judge(&floor, &shen, ["confirmed", "dismissed"]).await;
    judge(&floor, &li, ["confirmed", "unsure"]).await;
    keep("calibrations", floor.get("/api/review/calibrations", &li).await);
    keep("precision", floor.get("/api/review/precision", &shen).await);
    keep("examples", floor.get("/api/review/examples?rule=2.1&verdict=dismissed", &shen).await);
    let disk = floor.disk.clone();
    floor.stop().await;
    assert_eq!(disk.verify().unwrap(), [""; 0]);
    assert_eq!(
        answers.iter().find(|(name, _)| *name == "lock").unwrap().1["locked_until_ms"],
        NOON + Lock::MS
    );
    compare(&answers);
}

fn compare(answers: &[(&str, Value)]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire/review");
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    if update {
        fs::create_dir_all(&folder).unwrap();
    }
    for (name, answer) in answers {
        let path = folder.join(format!("{name}.json"));
        if update {
            fs::write(&path, serde_json::to_string_pretty(answer).unwrap() + "\n").unwrap();
        }
        let golden = fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let golden: Value = serde_json::from_str(&golden).unwrap();
        assert_eq!(*answer, golden, "{name} is not as {} has it", path.display());
    }
    let mut kept: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let mut named: Vec<_> = answers.iter().map(|(name, _)| format!("{name}.json")).collect();
    kept.sort();
    named.sort();
    assert_eq!(kept, named, "a file for each answer, and no other");
}
