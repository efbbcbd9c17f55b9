use callcue::store::{
    AlertRecord, AlertStore, AuditEntry, AuditQuery, NewStation, PeopleStore, Role, SessionRow, StoreFault,
    UserRow,
};
use callcue::wire::{AlertCard, AlertKind};

use super::{NINE_MS, Place};

fn user(name: &str, teams: &[&str]) -> UserRow {
    UserRow {
        name: name.to_owned(),
        full_name: "王芳".to_owned(),
        role: Role::ScriptOwner,
        teams: teams.iter().map(|team| (*team).to_owned()).collect(),
        agent: None,
        password_hash: "$argon2id$".to_owned(),
        must_change: true,
        oidc_subject: String::new(),
        disabled: false,
    }
}

fn station(name: &str, token: &str) -> NewStation {
    NewStation {
        name: name.to_owned(),
        agent: "1024".to_owned(),
        agent_name: String::new(),
        team: "一组".to_owned(),
        token_sha256: token.repeat(32),
        enrolled_ms: NINE_MS,
    }
}

#[test]
fn users_keep_their_teams_and_one_subject_each() {
    let place = Place::new();
    let store = place.open();
    let mut wang = user("wang", &["一组", "二组"]);
    wang.oidc_subject = "s-1".to_owned();
    store.put_user(&wang).unwrap();
    store.put_user(&user("li", &[])).unwrap();
    wang.teams = vec!["三组".to_owned()];
    wang.role = Role::Lead;
    store.put_user(&wang).unwrap();
    assert_eq!(store.users().unwrap(), [user("li", &[]), wang.clone()]);
    assert_eq!(store.user("wang").unwrap(), Some(wang.clone()));
    assert_eq!(store.user("nobody").unwrap(), None);
    assert_eq!(store.user_by_oidc("s-1").unwrap(), Some(wang));
    assert_eq!(store.user_by_oidc("").unwrap(), None);
    let thief = UserRow { oidc_subject: "s-1".to_owned(), ..user("li", &[]) };
    assert!(matches!(store.put_user(&thief).unwrap_err().fault, StoreFault::Conflict(_)));
    assert_eq!(store.teams().unwrap().len(), 3);
}

#[test]
fn sessions_end_one_by_one_by_user_and_by_time() {
    let place = Place::new();
    let store = place.open();
    store.put_user(&user("wang", &[])).unwrap();
    store.put_user(&user("li", &[])).unwrap();
    let session = |token: &str, user: &str, until_ms| SessionRow {
        token_sha256: token.to_owned(),
        user: user.to_owned(),
        since_ms: 0,
        seen_ms: 0,
        until_ms,
    };
    let put = |token: &str, user: &str, until_ms| store.put_session(&session(token, user, until_ms));
    put("a", "wang", 100).unwrap();
    put("b", "wang", 200).unwrap();
    put("c", "li", 100).unwrap();
    put("d", "li", 300).unwrap();
    assert!(matches!(put("d", "wang", 400).unwrap_err().fault, StoreFault::Conflict(_)));
    assert!(matches!(put("e", "nobody", 400).unwrap_err().fault, StoreFault::Conflict(_)));
    assert_eq!(store.session("d").unwrap(), Some(session("d", "li", 300)));
    store.end_session("b").unwrap();
    store.end_sessions(None, 100).unwrap();
    let there = |token: &str| store.session(token).unwrap().is_some();
    assert_eq!(["a", "b", "c", "d"].map(there), [false, false, false, true]);
    store.end_sessions(Some("li"), 0).unwrap();
    assert!(!there("d"));
}

#[test]
fn a_station_keeps_its_number_and_gets_a_new_token() {
    let place = Place::new();
    let store = place.open();
    assert_eq!(store.enrol(&station("desk-01", "aa")).unwrap(), 1);
    assert_eq!(store.enrol(&station("desk-02", "bb")).unwrap(), 2);
    store.revoke("desk-01", 7).unwrap();
    store.revoke("desk-01", 9).unwrap();
    assert_eq!(store.stations().unwrap()[0].revoked_ms, Some(7));
    assert!(matches!(store.enrol(&station("desk-03", "bb")).unwrap_err().fault, StoreFault::Conflict(_)));
    assert_eq!(store.enrol(&station("desk-01", "cc")).unwrap(), 1);
    let stations = store.stations().unwrap();
    assert_eq!(stations.len(), 2);
    assert_eq!((&stations[0].enrolled, stations[0].revoked_ms), (&station("desk-01", "cc"), None));
    assert!(matches!(store.revoke("desk-09", 9).unwrap_err().fault, StoreFault::Missing(_)));
}

#[test]
fn alerts_are_kept_as_they_stand() {
    let place = Place::new();
    let store = place.open();
    let alert = |id: u64| AlertRecord {
        card: AlertCard {
            id,
            station: 3,
            agent: "1024".to_owned(),
            team: "一组".to_owned(),
            call: "c1".to_owned(),
            at_ms: 5_000,
            rule: "4.4".to_owned(),
            kind: AlertKind::LongHold,
            text: "客户等待过久".to_owned(),
            raised_ms: NINE_MS,
            assigned_to: String::new(),
            passed_on: 1,
            acknowledged_by: String::new(),
            settled: false,
        },
        settled_ms: None,
    };
    assert_eq!(store.last_alert().unwrap(), 0);
    store.put_alerts(&[alert(1), alert(2), alert(3)]).unwrap();
    let mut settled = alert(2);
    settled.card.settled = true;
    settled.card.acknowledged_by = "wang".to_owned();
    settled.settled_ms = Some(NINE_MS + 1);
    store.put_alerts(&[settled]).unwrap();
    assert_eq!(store.open_alerts().unwrap(), [alert(1), alert(3)]);
    assert_eq!(store.last_alert().unwrap(), 3);
}

#[test]
fn the_audit_trail_has_no_way_to_delete() {
    let place = Place::new();
    let store = place.open();
    let line = |wall_ms: i64, who: &str, object: &str| AuditEntry {
        wall_ms,
        who: who.to_owned(),
        act: "recording_read".to_owned(),
        object: object.to_owned(),
        ..AuditEntry::default()
    };
    // The clock is set back in between.
    let lines = [line(50, "wang", "c1"), line(10, "li", "c1"), line(20, "wang", "c2")];
    store.audit(&lines).unwrap();
    let asked = |query: AuditQuery| store.audit_trail(&AuditQuery { limit: 9, ..query }).unwrap();
    let newest_first: Vec<AuditEntry> = lines.iter().rev().cloned().collect();
    assert_eq!(asked(AuditQuery::default()), newest_first);
    assert_eq!(asked(AuditQuery { who: Some("wang".to_owned()), ..AuditQuery::default() }).len(), 2);
    assert_eq!(
        asked(AuditQuery { object: Some("c1".to_owned()), to_ms: Some(50), ..AuditQuery::default() }),
        [lines[1].clone()]
    );

    let file = rusqlite::Connection::open(place.file()).unwrap();
    for sql in [
        "DELETE FROM audit",
        "UPDATE audit SET who = 'nobody'",
        "INSERT OR REPLACE INTO audit SELECT line, 0, 'nobody', '', '', '', '' FROM audit",
    ] {
        assert!(file.execute(sql, []).is_err(), "{sql}");
    }
    assert_eq!(asked(AuditQuery::default()), newest_first);
}
