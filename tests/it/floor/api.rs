use std::sync::Arc;

use callcue::call::{Channel, EventKind, FlagKind};
use callcue::script::Script;
use callcue::store::{PeopleStore, Role, UserRow};
use serde_json::Value;

use crate::support::floor::{Socket, TestFloor, event, events};

async fn flagged(station: &mut Socket, call: &str) {
    station.store(&events(call, 1, 1)).await;
    let text = "<script>alert(1)</script>".to_owned();
    let said = EventKind::Transcript {
        channel: Channel::Agent,
        from_ms: 0,
        to_ms: 20,
        text: text.clone(),
        r#final: true,
        level_dbfs: None,
        language: None,
    };
    let flag = EventKind::Flag {
        rule: "6.5".into(),
        kind: FlagKind::Forbidden,
        channel: Channel::Agent,
        from_ms: 0,
        to_ms: 20,
        text,
        phrase: String::new(),
        item: "A1".into(),
        points: -10,
        instead: None,
        heard: callcue::call::Hearing::default(),
    };
    station.store(&[event(call, 2, said), event(call, 3, flag)]).await;
}

fn calls(answer: &Value) -> Vec<&str> {
    answer.as_array().unwrap().iter().map(|call| call["call"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn everybody_gets_the_own_calls_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    for (name, agent, team, call) in [("d1", "1001", "一组", "a"), ("d2", "1002", "二组", "b")] {
        let token = floor.enrol(name, agent, team);
        flagged(&mut floor.station(&token).await, call).await;
    }
    let lead = floor.log_in("chen", Role::Lead, &["一组"]);
    let reviewer = floor.log_in("shen", Role::Reviewer, &["二组"]);
    let agent = floor.log_in("1002", Role::Agent, &[]);
    let owner = floor.log_in("zhou", Role::ScriptOwner, &[]);
    let admin = floor.log_in("admin", Role::Administrator, &[]);
    for (who, cookie, seen) in
        [("lead", &lead, vec!["a"]), ("reviewer", &reviewer, vec!["b"]), ("agent", &agent, vec!["b"])]
    {
        for path in ["/api/calls", "/api/flags", "/api/calls?flagged=true", "/api/calls?rule=6.5"] {
            let (status, answer) = floor.get(path, cookie).await;
            assert_eq!((status, calls(&answer)), (200, seen.clone()), "{who} {path}");
        }
        for call in ["a", "b", "c"] {
            let wanted = if seen == [call] { 200 } else { 403 };
            for path in [format!("/api/calls/{call}"), format!("/api/calls/{call}/events")] {
                assert_eq!(floor.get(&path, cookie).await.0, wanted, "{who} {path}");
            }
        }
    }
    assert_eq!(floor.get("/api/calls", &admin).await.1.as_array().unwrap().len(), 2);
    for path in ["/api/calls", "/api/flags", "/api/day", "/api/alerts", "/api/calls/a", "/api/calls/a/events"]
    {
        assert_eq!(floor.get(path, &owner).await.0, 403, "script owner {path}");
        assert_eq!(floor.get(path, "callcue_session=nonsense").await.0, 401, "a stranger {path}");
        assert_eq!(floor.get(path, "other=1").await.0, 401, "nobody {path}");
    }
    for path in ["/api/calls?team=二组", "/api/day?team=二组"] {
        let path = path.replace("二组", "%E4%BA%8C%E7%BB%84");
        assert_eq!(floor.get(&path, &lead).await.0, 403, "{path}");
    }
    assert_eq!(floor.get("/api/calls?agent=1001", &agent).await.0, 403);
    assert_eq!(floor.get("/api/day", &lead).await.1["flags"], 1);
    assert_eq!(floor.get("/api/day?agent=1001&date=2026-11-27", &admin).await.1["calls"], 1);
    assert_eq!(floor.get("/api/alerts", &reviewer).await.0, 403);
    assert_eq!(floor.get("/api/calls?limit=many", &lead).await.0, 400);
    let events = floor.get("/api/calls/a/events?after=1&limit=1", &lead).await.1;
    assert_eq!((events["events"][0]["seq"].as_u64(), events["more"].as_bool()), (Some(2), Some(true)));
    let disk = floor.disk.clone();
    floor.stop().await;
    let query = callcue::store::AuditQuery { object: Some("a".into()), limit: 100, ..Default::default() };
    let lines = callcue::store::PeopleStore::audit_trail(&*disk, &query).unwrap();
    let of = |act: &str, who: &str| lines.iter().filter(|line| line.act == act && line.who == who).count();
    assert_eq!((of("transcript_read", "chen"), of("refused", "shen")), (2, 2), "{lines:?}");
}

#[tokio::test]
async fn words_stay_words() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = floor.enrol("d1", "1001", "一组");
    flagged(&mut floor.station(&token).await, "a").await;
    let lead = floor.log_in("chen", Role::Lead, &["一组"]);
    for path in ["/api/calls/a/events", "/api/flags"] {
        let reply = floor.request("GET", path, &[("Cookie", &lead)], b"").await;
        assert!(reply.head.contains("content-type: application/json"), "{}", reply.head);
        assert!(reply.head.contains("x-content-type-options: nosniff"), "{}", reply.head);
        assert!(reply.head.contains("default-src 'self'"), "{}", reply.head);
        assert!(reply.head.contains("cache-control: no-store"), "{}", reply.head);
        assert!(reply.body.contains("<script>alert(1)</script>"), "{}", reply.body);
    }
    floor.stop().await;
}

#[tokio::test]
async fn everybody_may_ask_what_a_rules_number_means() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let owner = floor.log_in("zhou", Role::ScriptOwner, &[]);
    let lead = floor.log_in("chen", Role::Lead, &["一组"]);
    for cookie in [&owner, &lead] {
        let (status, rules) = floor.get("/api/rules", cookie).await;
        assert_eq!(status, 200);
        let wait = rules.as_array().unwrap().iter().find(|rule| rule["rule"] == "3.8").unwrap();
        assert!(!wait["title"].as_str().unwrap().is_empty());
        assert!(!wait["item_text"].as_str().unwrap().is_empty());
        assert!(!wait["say"].as_array().unwrap().is_empty());
    }
    assert_eq!(floor.get("/api/rules", "").await.0, 401);

    // The script's file has been changed.
    let mut script = Script::clone(&floor.standing.borrow().script);
    script.rules.iter_mut().for_each(|rule| rule.title = "改过的".to_owned());
    floor.standing.send_modify(|standard| standard.script = Arc::new(script));
    let (_, rules) = floor.get("/api/rules", &lead).await;
    assert!(rules.as_array().unwrap().iter().all(|rule| rule["title"] == "改过的"), "{rules}");
    floor.stop().await;
}

#[tokio::test]
async fn an_alert_can_be_handed_to_those_who_see_to_the_team() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let lead = floor.log_in("chen", Role::Lead, &["A", "B"]);
    floor.log_in("zhao", Role::Lead, &["A"]);
    floor.log_in("ma", Role::Lead, &["B"]);
    floor.log_in("shen", Role::Reviewer, &["A"]);
    let agent = floor.log_in("1001", Role::Agent, &[]);
    let admin = floor.log_in("admin", Role::Administrator, &[]);
    for (disabled, must_change, name) in [(true, false, "gone"), (false, true, "new")] {
        floor.log_in(name, Role::Lead, &["A"]);
        let row = floor.disk.user(name).unwrap().unwrap();
        floor.disk.put_user(&UserRow { disabled, must_change, ..row }).unwrap();
    }
    for cookie in [&lead, &admin] {
        let (status, answer) = floor.get("/api/assignees?team=A", cookie).await;
        let names: Vec<&str> =
            answer.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!((status, names), (200, vec!["admin", "chen", "zhao"]));
    }
    assert_eq!(floor.get("/api/assignees?team=C", &lead).await.0, 403, "another team");
    assert_eq!(floor.get("/api/assignees?team=A", &agent).await.0, 403);
    assert_eq!(floor.get("/api/assignees", &lead).await.0, 400);
    floor.stop().await;
}

#[tokio::test]
async fn the_scripts_owner_tries_the_script_at_the_floor() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let owner = floor.log_in("zhou", Role::ScriptOwner, &[]);
    let lead = floor.log_in("chen", Role::Lead, &["A"]);
    let origin = floor.origin();
    let body = serde_json::json!({ "dialogue": "客服: 您好,什么事情\n挂机 客户\n" }).to_string();
    let ask = async |cookie: &str, origin: Option<&str>| {
        let mut headers = vec![("Cookie", cookie), ("Content-Type", "application/json")];
        headers.extend(origin.map(|origin| ("Origin", origin)));
        floor.request("POST", "/script/try", &headers, body.as_bytes()).await
    };
    let reply = ask(&owner, Some(&origin)).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let answer: Value = serde_json::from_str(&reply.body).unwrap();
    assert!(answer["happenings"].as_array().unwrap().iter().any(|one| one["rule"] == "1.1"), "{answer}");
    assert_eq!(ask(&lead, Some(&origin)).await.status, 403, "a lead does not change the script");
    assert_eq!(ask("", Some(&origin)).await.status, 401);
    assert_eq!(ask(&owner, None).await.status, 403, "from no page");
    assert_eq!(ask(&owner, Some("http://evil.example")).await.status, 403);
    floor.stop().await;
}
