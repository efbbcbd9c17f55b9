use callcue::access::{Actor, UserDraft};
use callcue::call::{Channel, EventKind, FlagKind};
use callcue::store::{PeopleStore, Role};
use serde_json::{Value, json};

use crate::support::floor::TestFloor;
use crate::support::station::Reply;

const NEW: &str = "红灯停绿灯行黄灯要等一等";

/// A request of the floor's own page.
async fn page(floor: &TestFloor, method: &str, path: &str, cookie: &str, body: &Value) -> Reply {
    let origin = floor.origin();
    let mut headers = vec![("Cookie", cookie), ("Origin", origin.as_str())];
    let text = if body.is_null() { String::new() } else { body.to_string() };
    if !text.is_empty() {
        headers.push(("Content-Type", "application/json"));
    }
    floor.request(method, path, &headers, text.as_bytes()).await
}

async fn log_in(floor: &TestFloor, name: &str, password: &str, cookie: &str) -> Reply {
    page(floor, "POST", "/api/login", cookie, &json!({"name": name, "password": password})).await
}

fn cookie_of(reply: &Reply) -> String {
    let line = reply.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    line.split(';').next().unwrap().to_owned()
}

fn value(reply: &Reply) -> Value {
    serde_json::from_str(&reply.body).unwrap_or_else(|why| panic!("{why}: {}", reply.body))
}

fn add(floor: &TestFloor, name: &str, role: Role, teams: &[&str]) -> String {
    let teams = teams.iter().map(|team| (*team).to_owned()).collect();
    let agent = (role == Role::Agent).then(|| name.to_owned());
    let draft = UserDraft { full_name: "王芳".into(), role, teams, agent, disabled: false };
    let secret = floor.accounts.add_user(&Actor::console(), name, &draft, floor.now()).unwrap();
    secret.reveal().to_owned()
}

#[tokio::test]
async fn somebody_new_logs_in_changes_the_password_and_works() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let password = add(&floor, "wang", Role::Lead, &["一组"]);
    let entered = log_in(&floor, "wang", &password, "").await;
    assert_eq!(entered.status, 200, "{}", entered.body);
    let line = entered.head.lines().find(|line| line.starts_with("set-cookie")).unwrap();
    for part in ["callcue_session=", "; httponly", "; samesite=strict", "; path=/"] {
        assert!(line.contains(part), "{line}");
    }
    assert!(!line.contains("secure"), "plain http on this machine: {line}");
    let cookie = cookie_of(&entered);
    let me = value(&entered);
    assert_eq!(
        (&me["name"], &me["role"], &me["must_change"]),
        (&json!("wang"), &json!("lead"), &json!(true))
    );
    assert_eq!(me["may"], json!([]));

    let (status, _) = floor.get("/api/calls", &cookie).await;
    assert_eq!(status, 403, "nothing before the password is changed");
    let weak =
        page(&floor, "POST", "/api/password", &cookie, &json!({"old": password, "new": "short"})).await;
    assert_eq!((weak.status, value(&weak)["zh"].as_str().unwrap()), (422, "密码太短：至少 12 个字符"));
    let wrong = page(&floor, "POST", "/api/password", &cookie, &json!({"old": "x", "new": NEW})).await;
    assert_eq!(wrong.status, 403);
    let changed = page(&floor, "POST", "/api/password", &cookie, &json!({"old": password, "new": NEW})).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let new_cookie = cookie_of(&changed);
    assert_eq!(floor.get("/api/me", &cookie).await.0, 401, "the cookie from before the change is over");
    let (status, me) = floor.get("/api/me", &new_cookie).await;
    assert_eq!((status, &me["must_change"]), (200, &json!(false)));
    assert!(me["may"].as_array().unwrap().contains(&json!("watch_floor")));
    assert_eq!(floor.get("/api/calls", &new_cookie).await.0, 200);
    floor.stop().await;
}

#[tokio::test]
async fn a_cookie_is_new_at_each_log_in_and_dead_after_the_log_out() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let password = add(&floor, "wang", Role::Lead, &["一组"]);
    // Fixation: a cookie that a stranger put into the browser is not taken over.
    let planted = format!("callcue_session={}", "a".repeat(64));
    let first = cookie_of(&log_in(&floor, "wang", &password, &planted).await);
    assert_ne!(first, planted);
    assert_eq!(floor.get("/api/me", &planted).await.0, 401);
    let second = cookie_of(&log_in(&floor, "wang", &password, &first).await);
    assert_ne!(first, second);
    assert_eq!(floor.get("/api/me", &first).await.0, 401, "the browser's session before is over");
    let out = page(&floor, "POST", "/api/logout", &second, &Value::Null).await;
    assert_eq!(out.status, 204);
    assert!(out.head.contains("max-age=0"), "{}", out.head);
    assert_eq!(floor.get("/api/me", &second).await.0, 401);
    assert_eq!(page(&floor, "POST", "/api/logout", &second, &Value::Null).await.status, 204);
    floor.stop().await;
}

#[tokio::test]
async fn guessing_a_password_waits_and_is_in_the_trail() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let password = add(&floor, "wang", Role::Lead, &["一组"]);
    let mut answers = Vec::new();
    for guess in 0..6 {
        let reply = log_in(&floor, "wang", &format!("guess-{guess}"), "").await;
        answers.push((reply.status, reply.head.contains("retry-after: 1\r\n")));
        let unknown = log_in(&floor, "nobody", &format!("guess-{guess}"), "").await;
        assert_eq!((unknown.status, &unknown.body), (reply.status, &reply.body), "who exists is not told");
    }
    assert_eq!(answers[..5], [(401, false); 5]);
    assert_eq!(answers[5], (429, true));
    assert_eq!(log_in(&floor, "wang", &password, "").await.status, 429, "the right one must wait, too");
    floor.clock.advance(1_000);
    assert_eq!(log_in(&floor, "wang", &password, "").await.status, 200);
    assert!(floor.counts.log_ins_refused.get() >= 12);
    let disk = floor.disk.clone();
    floor.stop().await;
    let query = callcue::store::AuditQuery { limit: 100, ..Default::default() };
    let refused = disk.audit_trail(&query).unwrap();
    assert!(refused.iter().filter(|line| line.act == "login_refused").count() >= 10);
    assert!(!format!("{refused:?}").contains("guess-"), "no password is in the trail");
}

#[tokio::test]
async fn changes_come_from_the_floors_own_page_only() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let admin = floor.log_in("admin", Role::Administrator, &[]);
    let origin = floor.origin();
    let body = json!({"name": "desk-01", "agent": "1001", "team": "一组"}).to_string();
    let json_type = ("Content-Type", "application/json");
    type Headers<'a> = Vec<(&'a str, &'a str)>;
    let cases: [(&str, Headers<'_>, u16); 7] = [
        ("no origin", vec![json_type], 403),
        ("another site", vec![("Origin", "http://evil.example"), json_type], 403),
        ("a sandboxed page", vec![("Origin", "null"), json_type], 403),
        ("two origins", vec![("Origin", &origin), ("Origin", "http://evil.example"), json_type], 403),
        ("a form", vec![("Origin", &origin), ("Content-Type", "application/x-www-form-urlencoded")], 415),
        ("plain text", vec![("Origin", &origin), ("Content-Type", "text/plain")], 415),
        ("no type", vec![("Origin", &origin)], 415),
    ];
    for (what, mut headers, status) in cases {
        headers.push(("Cookie", &admin));
        let reply = floor.request("POST", "/api/stations", &headers, body.as_bytes()).await;
        assert_eq!(reply.status, status, "{what}: {}", reply.body);
    }
    for path in ["/api/logout", "/api/users/admin/password"] {
        let reply = floor.request("POST", path, &[("Cookie", &admin)], b"").await;
        assert_eq!(reply.status, 403, "{path} without origin");
    }
    assert_eq!(floor.disk.stations().unwrap().len(), 0);
    let good = page(&floor, "POST", "/api/stations", &admin, &serde_json::from_str(&body).unwrap()).await;
    assert_eq!(good.status, 200, "{}", good.body);
    let disk = floor.disk.clone();
    floor.stop().await;
    let query = callcue::store::AuditQuery { who: Some("-".into()), limit: 100, ..Default::default() };
    let refused = disk.audit_trail(&query).unwrap();
    let of_strangers =
        refused.iter().filter(|line| line.act == "refused" && line.object == "POST /api/stations");
    assert_eq!(of_strangers.count(), 4, "{refused:?}");
}

#[tokio::test]
async fn only_an_administrator_manages_people_stations_and_the_trail() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let user =
        json!({"full_name": "李", "role": "administrator", "teams": [], "agent": null, "disabled": false});
    let station = json!({"name": "desk-01", "agent": "1001", "agent_name": "", "team": "一组"});
    let requests = [
        ("GET", "/api/users", Value::Null),
        ("PUT", "/api/users/li", user.clone()),
        ("POST", "/api/users/admin/password", Value::Null),
        ("PUT", "/api/users/admin/subject", json!({"subject": "x"})),
        ("GET", "/api/teams", Value::Null),
        ("GET", "/api/stations", Value::Null),
        ("POST", "/api/stations", station.clone()),
        ("DELETE", "/api/stations/desk-01", Value::Null),
        ("GET", "/api/audit", Value::Null),
    ];
    let roles =
        [("chen", Role::Lead), ("shen", Role::Reviewer), ("zhou", Role::ScriptOwner), ("1001", Role::Agent)];
    for (name, role) in roles {
        let cookie = floor.log_in(name, role, &["一组"]);
        for (method, path, body) in &requests {
            let reply = page(&floor, method, path, &cookie, body).await;
            assert_eq!(reply.status, 403, "{role:?} {method} {path}: {}", reply.body);
        }
    }
    for (method, path, body) in &requests {
        assert_eq!(page(&floor, method, path, "", body).await.status, 401, "nobody: {method} {path}");
    }
    let admin = floor.log_in("admin", Role::Administrator, &[]);
    for (method, path, body) in &requests[..2] {
        assert_eq!(page(&floor, method, path, &admin, body).await.status, 200, "{method} {path}");
    }
    let disk = floor.disk.clone();
    floor.stop().await;
    let query = callcue::store::AuditQuery { who: Some("chen".into()), limit: 100, ..Default::default() };
    let refused = disk.audit_trail(&query).unwrap();
    assert_eq!(refused.iter().filter(|line| line.act == "refused").count(), requests.len(), "{refused:?}");
}

#[tokio::test]
async fn an_administrator_makes_users_and_stations() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let admin = floor.log_in("admin", Role::Administrator, &[]);
    let user = json!({"full_name": "王芳", "role": "lead", "teams": ["一组", "二组"], "agent": null, "disabled": false});
    let made = page(&floor, "PUT", "/api/users/wang", &admin, &user).await;
    let password = value(&made)["password"].as_str().unwrap().to_owned();
    assert_eq!(log_in(&floor, "wang", &password, "").await.status, 200);
    let changed = page(&floor, "PUT", "/api/users/wang", &admin, &user).await;
    assert_eq!((changed.status, value(&changed)), (200, json!({})));
    let (_, users) = floor.get("/api/users", &admin).await;
    let wang = users.as_array().unwrap().iter().find(|user| user["name"] == "wang").unwrap();
    assert_eq!((&wang["teams"], &wang["must_change"]), (&json!(["一组", "二组"]), &json!(true)));
    assert!(!users.to_string().contains("argon2"), "no hash leaves the floor");
    assert_eq!(floor.get("/api/teams", &admin).await.1, json!(["一组", "二组"]));

    let station = json!({"name": "desk-01", "agent": "1001", "agent_name": "张磊", "team": "一组"});
    let enrolled = value(&page(&floor, "POST", "/api/stations", &admin, &station).await);
    let token = enrolled["token"].as_str().unwrap().to_owned();
    let mut socket = floor.station(&token).await;
    let (_, stations) = floor.get("/api/stations", &admin).await;
    assert_eq!(stations[0]["name"], "desk-01");
    assert!(!stations.to_string().contains(&token) && !stations.to_string().contains("sha256"));
    let revoked = page(&floor, "DELETE", "/api/stations/desk-01", &admin, &Value::Null).await;
    assert_eq!(revoked.status, 204);
    socket.closed().await;
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", bearer.as_str()), ("Sec-WebSocket-Protocol", "callcue.uplink.v1")];
    assert_eq!(floor.dial("/station/ws", &headers).await.err(), Some(401), "and does not come back");
    let missing = page(&floor, "DELETE", "/api/stations/desk-99", &admin, &Value::Null).await;
    assert_eq!(missing.status, 404);
    let disk = floor.disk.clone();
    floor.stop().await;
    let query = callcue::store::AuditQuery { who: Some("admin".into()), limit: 100, ..Default::default() };
    let trail = format!("{:?}", disk.audit_trail(&query).unwrap());
    for act in ["user_changed", "station_enrolled", "station_revoked"] {
        assert!(trail.contains(act), "{trail}");
    }
    assert!(!trail.contains(&token) && !trail.contains(&password), "no secret is in the trail");
}

#[tokio::test]
async fn whoever_is_disabled_loses_the_running_session() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let admin = floor.log_in("admin", Role::Administrator, &[]);
    let wang = floor.log_in("wang", Role::Lead, &["一组"]);
    assert_eq!(floor.get("/api/me", &wang).await.0, 200);
    let disabled =
        json!({"full_name": "", "role": "lead", "teams": ["一组"], "agent": null, "disabled": true});
    assert_eq!(page(&floor, "PUT", "/api/users/wang", &admin, &disabled).await.status, 200);
    assert_eq!(floor.get("/api/me", &wang).await.0, 401);
    let last = json!({"full_name": "", "role": "lead", "teams": [], "agent": null, "disabled": false});
    assert_eq!(
        page(&floor, "PUT", "/api/users/admin", &admin, &last).await.status,
        422,
        "the last administrator"
    );
    floor.stop().await;
}

#[tokio::test]
async fn bodies_that_are_too_large_or_nonsense_are_refused_and_the_floor_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let admin = floor.log_in("admin", Role::Administrator, &[]);
    let origin = floor.origin();
    let headers =
        [("Cookie", admin.as_str()), ("Origin", origin.as_str()), ("Content-Type", "application/json")];
    let large = format!("{{\"name\":\"{}\",\"password\":\"x\"}}", "n".repeat(65 * 1024));
    assert_eq!(floor.request("POST", "/api/login", &headers, large.as_bytes()).await.status, 413);
    for body in [
        "",
        "{",
        "null",
        "[]",
        "{\"name\":1,\"password\":2}",
        "{\"name\":\"a\",\"password\":\"secret-word\",\"x\":1}",
        "\u{0}",
    ] {
        let reply = floor.request("POST", "/api/login", &headers, body.as_bytes()).await;
        assert!(matches!(reply.status, 400 | 415), "{body}: {}", reply.status);
        assert!(!reply.body.contains("secret-word"), "what was sent is not sent back: {}", reply.body);
    }
    let user = json!({"full_name": "x", "role": "lead", "teams": ["一组"], "agent": null, "disabled": false});
    for name in ["..%2f..%2fetc%2fpasswd", "%2e%2e", "a%00b", "a%20b", "%3Cscript%3E", "station:x", "-"] {
        let path = format!("/api/users/{name}");
        let reply = page(&floor, "PUT", &path, &admin, &user).await;
        assert!(matches!(reply.status, 400 | 404 | 422), "{name}: {} {}", reply.status, reply.body);
    }
    for role in ["root", "", "Administrator"] {
        let user = json!({"full_name": "x", "role": role, "teams": []});
        assert_eq!(page(&floor, "PUT", "/api/users/x", &admin, &user).await.status, 400, "{role}");
    }
    assert_eq!(floor.disk.users().unwrap().len(), 1);
    floor.assert_alive("nonsense").await;
    floor.stop().await;
}

fn flag() -> EventKind {
    EventKind::Flag {
        rule: "6.5".into(),
        kind: FlagKind::Forbidden,
        channel: Channel::Agent,
        from_ms: 0,
        to_ms: 20,
        text: String::new(),
        phrase: String::new(),
        item: "A1".into(),
        points: -1,
        instead: None,
        heard: callcue::call::Hearing::default(),
    }
}

#[tokio::test]
async fn figures_are_for_this_machine() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = floor.enrol("desk-01", "1001", "一组");
    let mut station = floor.station(&token).await;
    station.store(&crate::support::floor::events("a", 1, 3)).await;
    let reply = floor.request("GET", "/metrics", &[], b"").await;
    assert_eq!(reply.status, 200);
    for line in [
        "callcue_floor_stations 1",
        "callcue_floor_events_stored_total 3",
        "callcue_floor_leads 0",
        "callcue_floor_store_down 0",
        "# TYPE callcue_floor_commit_seconds counter",
        "callcue_floor_event_to_store_seconds_bucket{le=\"0.005\"} 3",
        "callcue_floor_event_to_store_seconds_count 3",
        "callcue_floor_event_to_leads_seconds_count 0",
    ] {
        assert!(reply.body.contains(line), "{line}\n{}", reply.body);
    }
    assert!(reply.body.ends_with("# EOF\n"));
    let mut lead = floor.lead(&floor.log_in("chen", Role::Lead, &["一组"])).await;
    for flags in 1..=2 {
        let seq = 3 + flags;
        station.store(&[crate::support::floor::event("a", u64::from(seq), flag())]).await;
        lead.until(|tiles| tiles.values().any(|tile| tile.flags_light + tile.flags_grave == flags)).await;
    }
    let reply = floor.request("GET", "/metrics", &[], b"").await;
    // The first of them has been counted when the second is seen.
    let told =
        reply.body.lines().find_map(|line| line.strip_prefix("callcue_floor_event_to_leads_seconds_count "));
    assert!(told.unwrap().parse::<u64>().unwrap() >= 1, "{}", reply.body);
    let forwarded = floor.request("GET", "/metrics", &[("X-Forwarded-For", "192.0.2.1")], b"").await;
    assert_eq!(forwarded.status, 403, "what a proxy hands on is not this machine");
    floor.stop().await;
}
