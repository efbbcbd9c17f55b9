//! Calls that go: when their time is over by a clock that is moved, and when somebody asks. Afterwards nothing of them is left.

use std::path::Path;
use std::time::Duration;

use callcue::call::{Channel, Customer, Event, EventKind, FlagKind, Hearing};
use callcue::floor::{Keeping, Person, Timeouts, export, retain};
use callcue::privacy::{CallClass, KeepDays, RetentionPlan};
use callcue::store::sqlite::SqliteStore;
use callcue::store::{
    Arrival, AuditQuery, CallHeader, CallQuery, CallStore, Erased, FileState, ImportDraft, ImportFile,
    ImportStore, PeopleStore, RetentionStore, Role, SearchStore, Store, TextQuery,
};
use callcue::wire::StampedEvent;
use rusqlite::Connection;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::support::demo_call::{files, files_with};
use crate::support::floor::{Disk, NOON, TestFloor, brisk};

const DAY_MS: i64 = 86_400_000;

/// A call answered so many days before noon, in which `words` were said, with a recording of its own.
fn keep(store: &dyn Store, call: &str, days: i64, agent: &str, words: &str, flagged: bool) {
    let started_ms = NOON - days * DAY_MS;
    let customer = Customer { surname: Some("欧阳".into()), title: None, known: None };
    let mut kinds = vec![
        EventKind::CallStarted { agent: agent.into(), ring_ms: None, customer: Some(customer) },
        EventKind::Transcript {
            channel: Channel::Customer,
            from_ms: 0,
            to_ms: 900,
            text: words.into(),
            r#final: true,
            level_dbfs: None,
            language: None,
        },
    ];
    if flagged {
        kinds.push(EventKind::Flag {
            rule: "1.1".into(),
            kind: FlagKind::Forbidden,
            channel: Channel::Agent,
            from_ms: 0,
            to_ms: 900,
            text: words.into(),
            phrase: String::new(),
            item: "A1".into(),
            points: -2,
            instead: None,
            heard: Hearing::default(),
        });
    }
    let stamp = |(place, kind): (usize, EventKind)| {
        let wall = jiff::Timestamp::from_millisecond(started_ms).unwrap().to_string();
        StampedEvent { call: call.into(), seq: place as u64 + 1, wall, event: Event { at_ms: 0, kind } }
    };
    let events: Vec<_> = kinds.into_iter().enumerate().map(stamp).collect();
    let header = CallHeader {
        station: 1,
        agent: agent.into(),
        team: "一组".into(),
        script: String::new(),
        script_sha256: String::new(),
        model: String::new(),
        engine: String::new(),
    };
    let closes = Some(events.len() as u64);
    store
        .append(&[Arrival {
            call: call.into(),
            header,
            events,
            closes,
            received_ms: started_ms,
            is_live: true,
        }])
        .unwrap();
    let sound = format!("the sound of {call}").repeat(40);
    let sha256: String = Sha256::digest(&sound).iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(
        store.add_recording_part(call, 0, sound.len() as u64, &sha256, sound.as_bytes()).unwrap().complete
    );
    // Its peaks lie beside it.
    let recording = store.call(call).unwrap().recording.unwrap().path;
    std::fs::write(recording.with_extension("peaks"), format!("peaks of {call}")).unwrap();
}

fn sql(folder: &Path, sql: &str) {
    Connection::open(folder.join("floor.sqlite3")).unwrap().execute_batch(sql).unwrap();
}

fn calls(store: &dyn Store) -> Vec<String> {
    let rows = store.calls(&CallQuery { limit: 100, ..CallQuery::default() }).unwrap();
    rows.into_iter().map(|row| row.call).collect()
}

fn days(recording: u32, data: u32) -> KeepDays {
    KeepDays { recording, data }
}

#[test]
fn calls_go_by_class_and_none_while_it_may_be_appealed() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    for (call, days, flagged) in [
        ("plain-old", 40, false),
        ("plain-new", 20, false),
        ("flag-old", 100, true),
        ("flag-mid", 40, true),
        ("open-appeal", 400, true),
        ("decided-appeal", 400, true),
        ("may-appeal", 400, true),
        ("added-flag", 40, false),
    ] {
        keep(&store, call, days, "1001", "好的", flagged);
    }
    let appeal = |call: &str, decision: &str| {
        format!(
            "INSERT INTO appeals (call, flag, agent, team, answer, reason, answered_by, answered_ms, decision, decided_by, decision_note)
             SELECT key, 3, agent, team, 'appealed', '', 'x', 0, {decision}, '', '' FROM calls WHERE id = '{call}';"
        )
    };
    let review = format!(
        "INSERT INTO reviews (call, started_ms, team, agent, state, worst_points, open_flags, least_sure, sampled, assigned_to, locked_by,
             locked_until_ms, finished_by, appeal_until_ms)
         SELECT key, started_ms, team, agent, 2, -2, 0, 100, '', '', '', 0, 'x', {} FROM calls WHERE id = 'may-appeal'
         ON CONFLICT DO UPDATE SET state = 2, finished_ms = 0, appeal_until_ms = excluded.appeal_until_ms;",
        NOON + DAY_MS
    );
    let added = "INSERT INTO added_flags (call, flag, rule, kind, channel, from_ms, to_ms, text, item, points, added_by, added_ms)
                 SELECT key, -1, '1.1', 'conduct', 'agent', 0, 1, '', 'A1', 0, 'x', 0 FROM calls WHERE id = 'added-flag';";
    sql(
        folder.path(),
        &[&appeal("open-appeal", "NULL"), &appeal("decided-appeal", "'upheld'"), &review, added].concat(),
    );
    let plan = RetentionPlan { unflagged: days(10, 30), flagged: days(30, 90), appealed: days(0, 365) };
    let dry = retain(&store, &plan, NOON, true).unwrap();
    assert_eq!(calls(&store).len(), 8, "a dry run removes nothing");
    let of = |done: &[callcue::floor::Retained], class: CallClass| {
        done.iter().find(|done| done.class == class).map(|done| done.erased).unwrap_or_default()
    };
    assert_eq!(of(&dry, CallClass::Unflagged), Erased { calls: 1, recordings: 2 });

    let done = retain(&store, &plan, NOON, false).unwrap();
    assert_eq!(of(&done, CallClass::Unflagged), Erased { calls: 1, recordings: 2 });
    assert_eq!(of(&done, CallClass::Flagged), Erased { calls: 1, recordings: 3 });
    assert_eq!(of(&done, CallClass::Appealed), Erased { calls: 1, recordings: 1 });
    let mut left = calls(&store);
    left.sort();
    assert_eq!(left, ["added-flag", "flag-mid", "may-appeal", "open-appeal", "plain-new"]);
    let has_recording = |call: &str| store.call(call).unwrap().recording.is_some();
    assert!(!has_recording("plain-new") && !has_recording("flag-mid") && has_recording("open-appeal"));
    assert_eq!(retain(&store, &plan, NOON, false).unwrap(), []);

    // The appeal is decided, and the time to appeal is over.
    sql(
        folder.path(),
        "UPDATE appeals SET decision = 'overturned'; UPDATE reviews SET appeal_until_ms = 0 WHERE state = 2;",
    );
    retain(&store, &plan, NOON, false).unwrap();
    let mut left = calls(&store);
    left.sort();
    assert_eq!(left, ["added-flag", "flag-mid", "plain-new"]);
    // What was made up above without a decision is gone by now.
    assert_eq!(store.verify().unwrap(), [""; 0]);
}

#[tokio::test]
async fn after_an_hour_of_a_moved_clock_nothing_of_an_expired_call_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let plan = RetentionPlan { unflagged: days(0, 30), flagged: days(0, 30), ..RetentionPlan::default() };
    let disk = Disk::open(folder.path());
    keep(&*disk, "expires", 29, "1001", "独角兽快递单号是麒麟七号", true);
    keep(&*disk, "stays", 1, "1002", "我的快递单号是凤凰九号", true);
    // The index has merged and dropped pages of its own.
    for number in 0..200 {
        keep(&*disk, &format!("stays-{number}"), 1, "1002", &format!("第{number}个凤凰快递独立角落"), false);
    }
    let import = disk.new_import(&ImportDraft { name: "n".into(), ..ImportDraft::default() }).unwrap();
    let file = ImportFile {
        file: "独角兽.wav".into(),
        state: FileState::Done,
        call: "expires".into(),
        ..ImportFile::default()
    };
    disk.put_import_file(import, &file).unwrap();
    let timeouts = Timeouts { look: Duration::from_millis(5), ..brisk() };
    let keeping = Keeping { retention: plan, ..Keeping::default() };
    let floor = TestFloor::start_keeping(disk.clone(), timeouts, keeping).await;
    let admin = floor.log_in("admin", Role::Administrator, &[]);
    assert_eq!(floor.get("/api/calls/expires", &admin).await.0, 200, "29 days are not 30");
    floor.clock.advance(2 * DAY_MS);
    while disk.call("expires").is_ok() {
        tokio::time::timeout(Duration::from_millis(5), std::future::pending::<()>()).await.unwrap_err();
    }
    floor.stop().await;
    assert!(disk.empty_log().unwrap());
    let lines = disk.audit_trail(&AuditQuery { limit: 20, ..AuditQuery::default() }).unwrap();
    let line = lines.iter().find(|line| line.act == "retention").unwrap();
    assert_eq!((line.object.as_str(), line.detail.as_str()), ("flagged", "calls: 1, recordings: 1"));
    assert_eq!(disk.verify().unwrap(), [""; 0]);
    for trace in [
        "独角兽",
        "独角",
        "角兽",
        "麒麟",
        "qi lin",
        "dujiaoshou",
        "du jiao shou",
        "the sound of expires",
        "peaks of expires",
        "expires",
    ] {
        assert_eq!(files_with(folder.path(), trace), [""; 0].map(std::path::PathBuf::from), "{trace}");
    }
    assert!(files(folder.path()).iter().all(|(path, _)| !path.to_string_lossy().contains("expires")));
    assert!(
        !files_with(folder.path(), "凤凰九号").is_empty()
            && !files_with(folder.path(), "the sound of stays").is_empty()
    );
    let query = TextQuery { words: "凤凰九号".into(), limit: 9, ..TextQuery::default() };
    assert_eq!(disk.search(&query).unwrap().len(), 1);
}

#[tokio::test]
async fn a_persons_calls_are_found_given_out_and_erased_and_the_trail_says_how_many() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::open(folder.path());
    keep(&*disk, "a-1", 3, "1001", "我的电话是13912345678", false);
    keep(&*disk, "a-2", 2, "1002", "电话幺三九,幺二三四五六七八", true);
    keep(&*disk, "a-3", 1, "1002", "一个快递", false);
    keep(&*disk, "a-4", 1, "1003", "别的事情", false);
    let floor = TestFloor::start_keeping(disk.clone(), brisk(), Keeping::default()).await;
    let admin = floor.log_in("admin", Role::Administrator, &[]);
    let lead = floor.log_in("chen", Role::Lead, &["一组"]);
    let found = async |query: &str| {
        let (status, answer) = floor.get(&format!("/api/privacy/person?{query}"), &admin).await;
        let calls = answer["calls"]
            .as_array()
            .map(|calls| calls.iter().map(|call| call["call"].as_str().unwrap().to_owned()).collect());
        (status, calls.unwrap_or_else(Vec::new))
    };
    assert_eq!(found("words=13912345678").await, (200, vec!["a-2".into(), "a-1".into()]));
    assert_eq!(found("agent=1002").await, (200, vec!["a-3".into(), "a-2".into()]));
    assert_eq!(found("calls=a-1,a-4,nothing").await, (200, vec!["a-4".into(), "a-1".into()]));
    assert_eq!(found("words=%E6%AC%A7%E9%98%B3").await.1.len(), 4, "the caller's name");
    assert_eq!(found("").await.0, 400);
    assert_eq!(floor.get("/api/privacy/person?agent=1002", &lead).await.0, 403);

    let path = "/api/privacy/person/export?words=13912345678";
    let reply = floor.request("GET", path, &[("Cookie", &admin)], b"").await;
    assert!(reply.status == 200 && reply.head.contains("content-type: application/zip"), "{}", reply.head);
    for part in ["calls.json", "a-1.jsonl", "a-1.flac", "13912345678", "the sound of a-2"] {
        assert!(reply.body.contains(part), "{part}");
    }
    assert!(!reply.body.contains("a-3"));
    let mut archive = std::io::Cursor::new(Vec::new());
    let person = Person { calls: vec!["a-2".into()], ..Person::default() };
    export(&*disk, &person.find(&*disk).unwrap(), &mut archive).unwrap();
    let mut archive = zip::ZipArchive::new(archive).unwrap();
    let names: Vec<String> = archive.file_names().map(str::to_owned).collect();
    assert_eq!(names.len(), 3);
    let mut journal = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("a-2.jsonl").unwrap(), &mut journal).unwrap();
    assert_eq!(journal.lines().count(), 3);

    let erase = async |cookie: &str, person: serde_json::Value, origin: bool| {
        let own = floor.origin();
        let mut headers = vec![("Cookie", cookie), ("Content-Type", "application/json")];
        if origin {
            headers.push(("Origin", &own));
        }
        floor.request("POST", "/api/privacy/erase", &headers, person.to_string().as_bytes()).await.status
    };
    assert_eq!(erase(&lead, json!({"agent": "1002"}), true).await, 403);
    assert_eq!(erase(&admin, json!({"agent": "1002"}), false).await, 403, "from no page of the floor's own");
    assert_eq!(erase(&admin, json!({}), true).await, 400);
    assert_eq!(erase(&admin, json!({"words": "13912345678"}), true).await, 200);
    assert_eq!(calls(&*disk), ["a-4", "a-3"]);
    floor.stop().await;
    disk.empty_log().unwrap();
    for trace in ["13912345678", "幺三九", "the sound of a-1", "peaks of a-2"] {
        assert_eq!(files_with(folder.path(), trace), [""; 0].map(std::path::PathBuf::from), "{trace}");
    }
    let lines = disk.audit_trail(&AuditQuery { limit: 50, ..AuditQuery::default() }).unwrap();
    let line = lines.iter().find(|line| line.act == "person_erased").unwrap();
    assert_eq!(line.detail, "calls: 2, recordings: 2");
    assert!(lines.iter().any(|line| line.act == "person_exported" && line.detail == "calls: 2"));
    assert!(lines.iter().all(|line| !format!("{line:?}").contains("139")), "no personal words");
}
