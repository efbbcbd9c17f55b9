use std::path::Path;

use callcue::call::{Channel, EventKind, FlagKind, Hearing};
use callcue::store::Role;
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use crate::support::floor::{TestFloor, event, events};

const TEAM: &str = "%E4%B8%80%E7%BB%84";

/// A call of agent 1001 in 一组 with two flags, and what a reviewer made of it.
async fn call(floor: &TestFloor, token: &str, call: &str) {
    let mut station = floor.station(token).await;
    station.store(&events(call, 1, 1)).await;
    let flag = |text: &str| EventKind::Flag {
        rule: "2.1".into(),
        kind: FlagKind::Forbidden,
        channel: Channel::Agent,
        from_ms: 0,
        to_ms: 20,
        text: text.into(),
        phrase: "喂,大点声".into(),
        item: "A4".into(),
        points: -2,
        instead: None,
        heard: Hearing::default(),
    };
    station.store(&[event(call, 2, flag("喂,大点声")), event(call, 3, flag("大点声"))]).await;
}

/// Puts rows of the review room into the store behind the floor's back, as a reviewer's decisions would.
fn decide(folder: &Path, call: &str, state: i64, flags: &[(i64, &str)]) {
    let store = Connection::open(folder.join("floor.sqlite3")).unwrap();
    let (key, started_ms): (i64, i64) = store
        .query_row("SELECT key, started_ms FROM calls WHERE id = ?1", [call], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    let sql = "INSERT OR REPLACE INTO reviews VALUES (?1, ?2, '一组', '1001', ?3, -2, 1, 100, '', '', '', 0, 'shen', 5, 9)";
    store.execute(sql, params![key, started_ms, state]).unwrap();
    for (flag, verdict) in flags {
        let points = if *verdict == "confirmed" { -2 } else { 0 };
        let sql = "INSERT OR REPLACE INTO verdicts VALUES (?1, ?2, ?3, '2.1', 'A4', ?4, 0, '', 'shen', 5, '一组', '1001', ?5)";
        store.execute(sql, params![key, flag, verdict, points, started_ms]).unwrap();
    }
}

/// As an appeal that was overturned leaves it.
fn overturn(folder: &Path, call: &str, flag: i64) {
    decide(folder, call, 2, &[(flag, "dismissed")]);
    let store = Connection::open(folder.join("floor.sqlite3")).unwrap();
    let key: i64 = store.query_row("SELECT key FROM calls WHERE id = ?1", [call], |row| row.get(0)).unwrap();
    let sql = "INSERT INTO appeals (call, flag, agent, team, answer, reason, answered_by, answered_ms, decision, decided_by, decided_ms,
                   decision_note) VALUES (?1, ?2, '1001', '一组', 'appealed', '没说', '1001', 6, 'overturned', 'lin', 7, '听了')";
    store.execute(sql, params![key, flag]).unwrap();
    let before = json!({"verdict": "confirmed", "points": -2, "item": "A4", "complaint": false, "note": "", "decided_by": "shen"});
    let sql = "INSERT INTO decisions (call, flag, wall_ms, who, act, before, after) VALUES (?1, ?2, 7, 'lin', 'overturned', ?3, '')";
    store.execute(sql, params![key, flag, before.to_string()]).unwrap();
}

async fn post(floor: &TestFloor, path: &str, cookie: &str, body: &Value) -> (u16, Value) {
    let origin = floor.origin();
    let headers = [("Cookie", cookie), ("Origin", &origin), ("Content-Type", "application/json")];
    let reply = floor.request("POST", path, &headers, body.to_string().as_bytes()).await;
    (reply.status, serde_json::from_str(&reply.body).unwrap())
}

fn totals(card: &Value) -> (i64, Vec<(i64, bool)>) {
    let lines = card["lines"].as_array().unwrap();
    let lines = lines.iter().map(|line| (line["points"].as_i64().unwrap(), line["void"].as_bool().unwrap()));
    (card["total"].as_i64().unwrap(), lines.collect())
}

#[tokio::test]
async fn a_card_follows_from_decisions_of_finished_calls() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = floor.enrol("d1", "1001", "一组");
    floor.rename("d1", "王芳");
    call(&floor, &token, "a").await;
    let lead = floor.log_in("chen", Role::Lead, &["一组"]);
    let agent = floor.log_in("1001", Role::Agent, &[]);
    let card = async |cookie: &str| floor.get("/api/scores/card?agent=1001&month=2026-11", cookie).await.1;
    let first = card(&lead).await;
    assert_eq!(
        (totals(&first), first["calls"].as_i64(), &first["agent_name"]),
        ((100, vec![]), Some(1), &json!("王芳"))
    );
    decide(folder.path(), "a", 1, &[(2, "confirmed")]);
    assert_eq!(totals(&card(&lead).await), (100, vec![]), "the reviewer is still at it");
    assert_eq!(card(&lead).await["undecided"], 1);
    decide(folder.path(), "a", 2, &[(2, "confirmed"), (3, "dismissed")]);
    let done = card(&agent).await;
    assert_eq!(totals(&done), (98, vec![(-2, false)]));
    assert_eq!(done["lines"][0]["reason"], "违反规范 2.1「喂,大点声」");
    assert_eq!((&done["lines"][0]["call"], &done["lines"][0]["flag"]), (&json!("a"), &json!(2)));
    assert_eq!((done["reviewed"].as_i64(), done["trend"].as_array().unwrap().len()), (Some(1), 6));
    assert_eq!(card(&lead).await, done, "the agent and the lead see one card");
    overturn(folder.path(), "a", 2);
    let fallen = card(&agent).await;
    assert_eq!(totals(&fallen), (100, vec![(-2, true)]), "shown with what it had cost, and not counted");
    assert_eq!(fallen["lines"][0]["appeal"]["decision"], "overturned");
    let team = floor.get(&format!("/api/scores/team?team={TEAM}&month=2026-11"), &lead).await.1;
    assert_eq!((&team["agents"][0]["agent"], &team["agents"][0]["total"]), (&json!("1001"), &json!(100)));
    let before = floor.get("/api/scores/card?agent=1001&month=2026-10", &lead).await.1;
    assert_eq!((totals(&before), before["calls"].as_i64()), ((100, vec![]), Some(0)));
    floor.stop().await;
}

#[tokio::test]
async fn points_are_entered_answered_and_decided_on() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = floor.enrol("d1", "1001", "一组");
    call(&floor, &token, "a").await;
    let lead = floor.log_in("chen", Role::Lead, &["一组"]);
    let other = floor.log_in("wu", Role::Lead, &["二组"]);
    let reviewer = floor.log_in("shen", Role::Reviewer, &["一组"]);
    let agent = floor.log_in("1001", Role::Agent, &[]);
    let order = |points: i32, date: &str| json!({"agent": "1001", "team": "一组", "date": date, "item": "A8", "points": points, "note": "钥匙没有登记"});
    let entries = "/api/scores/entries";
    assert_eq!(post(&floor, entries, &other, &order(-2, "2026-11-26")).await.0, 403);
    assert_eq!(post(&floor, entries, &reviewer, &order(-2, "2026-11-26")).await.0, 403);
    assert_eq!(post(&floor, entries, &agent, &order(-2, "2026-11-26")).await.0, 403);
    assert_eq!(post(&floor, entries, &lead, &order(-3, "2026-11-26")).await.0, 422);
    assert_eq!(post(&floor, entries, &lead, &order(-2, "2026-11-28")).await.0, 422);
    let stranger = json!({"agent": "1009", "team": "一组", "date": "2026-11-26", "item": "A8", "points": -2, "note": "谁"});
    assert_eq!(post(&floor, entries, &lead, &stranger).await.0, 422);
    let (status, line) = post(&floor, entries, &lead, &order(-2, "2026-11-26")).await;
    assert_eq!(
        (status, &line["entry"], &line["who"], &line["void"]),
        (200, &json!(1), &json!("chen"), &json!(false))
    );
    let card = async || totals(&floor.get("/api/scores/card", &agent).await.1);
    assert_eq!(card().await, (98, vec![(-2, false)]));
    let (answer, appeal) = ("/api/scores/entries/1/answer", "/api/scores/entries/1/appeal");
    let appealed = json!({"answer": "appealed", "reason": "登记了"});
    assert_eq!(post(&floor, answer, &lead, &appealed).await.0, 403);
    assert_eq!(post(&floor, answer, &agent, &json!({"answer": "appealed", "reason": ""})).await.0, 409);
    assert_eq!(post(&floor, appeal, &reviewer, &json!({"decision": "overturned", "note": ""})).await.0, 409);
    assert_eq!(post(&floor, answer, &agent, &appealed).await.1["answer"], "appealed");
    assert_eq!(post(&floor, answer, &agent, &appealed).await.0, 409, "once");
    let team = floor.get(&format!("/api/scores/team?team={TEAM}"), &lead).await.1;
    assert_eq!(team["agents"][0]["open_appeals"], 1);
    let overturned = json!({"decision": "overturned", "note": "有登记"});
    assert_eq!(post(&floor, appeal, &lead, &overturned).await.0, 403, "who entered it does not decide");
    assert_eq!(post(&floor, appeal, &reviewer, &overturned).await.1["decision"], "overturned");
    assert_eq!(post(&floor, appeal, &reviewer, &overturned).await.0, 409, "final");
    assert_eq!(card().await, (100, vec![(-2, true)]));
    assert_eq!(post(&floor, entries, &lead, &order(-2, "2026-11-01")).await.1["entry"], 2);
    assert_eq!(post(&floor, "/api/scores/entries/2/withdraw", &other, &json!({})).await.0, 403);
    assert_eq!(post(&floor, "/api/scores/entries/2/withdraw", &lead, &json!({})).await.1["void"], true);
    assert_eq!(post(&floor, "/api/scores/entries/2/withdraw", &lead, &json!({})).await.0, 409);
    assert_eq!(post(&floor, "/api/scores/entries/9/withdraw", &lead, &json!({})).await.0, 403);
    assert_eq!(card().await, (100, vec![(-2, true), (-2, true)]));
    assert_eq!(post(&floor, entries, &lead, &order(-2, "2026-11-02")).await.1["entry"], 3);
    floor.clock.advance(8 * 86_400_000);
    let agent = floor.log_in("1001", Role::Agent, &[]);
    let late = post(&floor, "/api/scores/entries/3/answer", &agent, &appealed).await;
    assert_eq!((late.0, &late.1["zh"]), (409, &json!("申诉期已过")));
    let disk = floor.disk.clone();
    floor.stop().await;
    let query = callcue::store::AuditQuery { object: Some("1001".into()), limit: 100, ..Default::default() };
    let lines = callcue::store::PeopleStore::audit_trail(&*disk, &query).unwrap();
    let of = |act: &str| lines.iter().filter(|line| line.act == act).count();
    assert_eq!((of("points_entered"), of("points_withdrawn"), of("appeal_decided")), (3, 1, 1), "{lines:?}");
    assert!(of("scores_read") > 0);
}

#[tokio::test]
async fn cards_are_seen_by_those_who_may_and_as_files() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = floor.enrol("d1", "1001", "一组");
    floor.enrol("d2", "1002", "二组");
    call(&floor, &token, "a").await;
    let own = floor.log_in("1001", Role::Agent, &[]);
    let colleague = floor.log_in("1002", Role::Agent, &[]);
    let lead = floor.log_in("chen", Role::Lead, &["一组"]);
    let other = floor.log_in("wu", Role::Lead, &["二组"]);
    let reviewer = floor.log_in("shen", Role::Reviewer, &["一组"]);
    let owner = floor.log_in("zhou", Role::ScriptOwner, &[]);
    let admin = floor.log_in("admin", Role::Administrator, &[]);
    let team = format!("/api/scores/team?team={TEAM}");
    for (who, cookie, card, of_team) in [
        ("own", &own, 200, 403),
        ("colleague", &colleague, 403, 403),
        ("lead", &lead, 200, 200),
        ("other lead", &other, 403, 403),
        ("reviewer", &reviewer, 200, 200),
        ("script owner", &owner, 403, 403),
        ("administrator", &admin, 200, 200),
    ] {
        assert_eq!(floor.get("/api/scores/card?agent=1001", cookie).await.0, card, "{who}");
        assert_eq!(floor.get(&team, cookie).await.0, of_team, "{who}, of the team");
        let file = floor.request("GET", "/api/scores/card.pdf?agent=1001", &[("Cookie", cookie)], b"").await;
        assert_eq!(file.status, card, "{who}, as a file");
    }
    assert_eq!(floor.get("/api/scores/card?agent=1001", "").await.0, 401);
    for month in ["2026-13", "2026", "2026-1", "x", "99999-01", "-001-01"] {
        assert_eq!(
            floor.get(&format!("/api/scores/card?agent=1001&month={month}"), &lead).await.0,
            400,
            "{month}"
        );
    }
    for (path, kind, starts) in [
        ("/api/scores/card.csv?agent=1001", "text/csv; charset=utf-8", "\u{feff}"),
        ("/api/scores/card.pdf?agent=1001", "application/pdf", "%PDF-"),
        (
            "/api/scores/card.xlsx?agent=1001",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "PK",
        ),
        (
            &team.replace("team?", "team.xlsx?"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "PK",
        ),
    ] {
        let reply = floor.request("GET", path, &[("Cookie", &lead)], b"").await;
        assert_eq!(reply.status, 200, "{path}");
        assert!(reply.head.contains(&format!("content-type: {kind}")), "{path}: {}", reply.head);
        assert!(reply.head.contains("content-disposition: attachment; filename="), "{path}: {}", reply.head);
        assert!(reply.body.starts_with(starts), "{path}");
    }
    for path in ["/api/scores/card.doc", "/api/scores/x.pdf", "/api/scores/card.exe.pdf"] {
        assert_eq!(floor.get(path, &lead).await.0, 404, "{path}");
    }
    let standard = floor.get("/api/scores/standard", &lead).await.1;
    assert_eq!((standard["start"].as_i64(), standard["items"].as_array().unwrap().len()), (Some(100), 17));
    floor.stop().await;
}
