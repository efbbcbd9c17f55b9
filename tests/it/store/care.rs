//! Full disks, damage, backups, old and new files.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use callcue::store::sqlite::SqliteStore;
use callcue::store::{
    AuditEntry, CallQuery, CallStore, PeopleStore, SearchStore, Store, StoreFault, TextQuery,
};
use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::{Place, arrival, whole_call};

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Two calls, the first with a recording.
fn filled(place: &Place) -> SqliteStore {
    let store = place.open();
    store
        .append(&[
            arrival(1, &whole_call("c1", 0, 14), None),
            arrival(2, &whole_call("c2", 0, 14)[..9], None),
        ])
        .unwrap();
    store.add_recording_part("c1", 0, 4, &sha256(b"fLaC"), b"fLaC").unwrap();
    store
}

#[test]
fn a_full_disk_keeps_nothing_of_a_batch_wherever_it_runs_full() {
    let place = Place::new();
    let store = filled(&place);
    let mut long = whole_call("c2", 0, 60);
    for event in &mut long {
        event.wall.push_str(&" ".repeat(900));
    }
    let batch = [arrival(2, &long[9..], None), arrival(1, &whole_call("c3", 0, 30), None)];
    let standing = store.standing(2, "c2").unwrap();
    let bytes = fs::metadata(place.file()).unwrap().len();
    let mut failed = 0;
    for pages in 0.. {
        store.limit_bytes(bytes + pages * 4_096).unwrap();
        match store.append(&batch) {
            Ok(appended) => {
                assert_eq!(appended.len(), 2);
                break;
            }
            Err(error) => assert!(matches!(error.fault, StoreFault::DiskFull), "{error}"),
        }
        failed += 1;
        assert_eq!(store.standing(2, "c2").unwrap(), standing);
        assert_eq!(store.calls(&CallQuery { limit: 9, ..CallQuery::default() }).unwrap().len(), 2);
        assert_eq!(store.verify().unwrap(), [""; 0], "with {pages} more pages");
    }
    assert!(failed > 5, "{failed} places");
    assert_eq!(store.events("c2", 9, 100).unwrap(), long[9..]);
    assert_eq!(store.verify().unwrap(), [""; 0]);
    store.limit_bytes(0).unwrap();
    let line = AuditEntry { detail: "x".repeat(100_000), ..AuditEntry::default() };
    let full = store.audit(std::slice::from_ref(&line)).unwrap_err();
    assert_eq!(
        full.to_string(),
        format!("add to the audit trail ({}): the disk is full; make room", place.file().display())
    );
    store.limit_bytes(u64::MAX).unwrap();
    store.audit(&[line]).unwrap();
}

#[test]
fn each_damage_is_found_and_told_in_a_sentence() {
    let cases = [
        ("DELETE FROM events WHERE seq = 6 AND call = 2", "Call c2 has event 7 where 6 is due."),
        (
            "DELETE FROM events WHERE seq = 9 AND call = 2",
            "The row of call c2 has its last event as 9, its events as 8.",
        ),
        ("UPDATE events SET json = '{' WHERE seq = 2 AND call = 1", "Event 2 of call c1 cannot be read: EOF"),
        (
            "UPDATE calls SET flags = 7 WHERE key = 1",
            "The row of call c1 has its flags as 7, its events as 3.",
        ),
        (
            "UPDATE calls SET state = 0 WHERE key = 1",
            "The row of call c1 has its state as Running, its events as Ended.",
        ),
        ("UPDATE calls SET started_ms = 5 WHERE key = 1", "The row of call c1 has its start as Some(5)"),
        ("UPDATE calls SET id = 'a/b' WHERE key = 2", "A call is named \"a/b\", which cannot name a file."),
        ("DELETE FROM flags WHERE call = 1 AND seq = 8", "The flag of event 8 of call c1 is not there."),
        (
            "UPDATE flags SET points = 0 WHERE call = 1 AND seq = 8",
            "The flag of event 8 of call c1 is not what the event says.",
        ),
        (
            "UPDATE transcripts SET text = '' WHERE call = 1 AND seq = 3",
            "The transcript of event 3 of call c1 is not what",
        ),
        (
            "UPDATE transcripts SET seq = 2 WHERE call = 1 AND seq = 3",
            "Event 2 of call c1 has a transcript and is none.",
        ),
        ("UPDATE points SET points = 9", "The points of call c1 are not those of its summary."),
        (
            "DELETE FROM transcripts WHERE call = 1 AND seq = 3",
            "The search index has 1 transcripts that are not there.",
        ),
        ("DELETE FROM words_docsize WHERE id = 1", "1 transcripts are not in the search index."),
        ("DELETE FROM calls WHERE key = 2", "9 rows of events belong to rows of calls that are not there."),
        (
            "UPDATE recordings SET bytes = 3",
            "The recording of call c1, recordings/2026-11-26/c1.flac, has 4 bytes where 4 are due.",
        ),
        ("UPDATE recordings SET total_bytes = 5, bytes = 5", "c1.flac, has 4 bytes where 5 are due."),
    ];
    for (sql, sentence) in cases {
        let place = Place::new();
        let store = filled(&place);
        assert_eq!(store.verify().unwrap(), [""; 0]);
        let file = Connection::open(place.file()).unwrap();
        file.pragma_update(None, "foreign_keys", false).unwrap();
        file.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false).unwrap();
        assert!(file.execute(sql, []).unwrap() > 0, "{sql}");
        let faults = store.verify().unwrap();
        assert!(faults.iter().any(|fault| fault.contains(sentence)), "{sql}: {faults:#?}");
    }
}

#[test]
fn files_that_are_gone_or_too_many_are_found() {
    let place = Place::new();
    let store = filled(&place);
    let folder = place.path().join("recordings/2026-11-26");
    fs::write(folder.join("c9.flac"), "x").unwrap();
    assert_eq!(store.verify().unwrap(), ["The file recordings/2026-11-26/c9.flac belongs to no call."]);
    fs::remove_file(folder.join("c9.flac")).unwrap();
    fs::write(folder.join("c2.flac.part"), "half").unwrap();
    assert_eq!(store.verify().unwrap(), [""; 0], "half a recording is no fault");
    fs::remove_file(folder.join("c1.flac")).unwrap();
    assert_eq!(
        store.verify().unwrap(),
        ["The recording of call c1 is not there: recordings/2026-11-26/c1.flac."]
    );
}

#[test]
fn a_damaged_file_is_told_not_read() {
    let place = Place::new();
    drop(filled(&place));
    let mut bytes = fs::read(place.file()).unwrap();
    let middle = bytes.len() / 4_096 / 2 * 4_096;
    bytes[middle..middle + 8_192].fill(0x5a);
    fs::write(place.file(), bytes).unwrap();
    // Where it lies decides who meets it first.
    let told = match SqliteStore::open(&place.path()).and_then(|store| store.verify()) {
        Ok(faults) => faults.join(" "),
        Err(error) => error.to_string(),
    };
    assert!(told.contains("damaged") || told.contains("malformed"), "{told}");
}

fn copy_of(place: &Path) -> SqliteStore {
    SqliteStore::open(place).unwrap()
}

#[test]
fn a_backup_is_of_one_moment_while_others_write() {
    let place = Place::new();
    let store = filled(&place);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut written = 0;
            while !done.load(Ordering::Relaxed) {
                // Both calls in one transaction: a copy has both or neither.
                let pair =
                    ["a", "b"].map(|side| arrival(1, &whole_call(&format!("{side}{written}"), 0, 14), None));
                store.append(&pair).unwrap();
                written += 1;
            }
            written
        });
        for n in 0..5 {
            let folder = place.folder.path().join(format!("copy-{n}"));
            store.backup(&folder).unwrap();
            let copy = copy_of(&folder);
            assert_eq!(copy.verify().unwrap(), [""; 0]);
            let calls = copy.calls(&CallQuery { limit: u32::MAX, ..CallQuery::default() }).unwrap();
            let of = |side: &str| calls.iter().filter(|row| row.call.starts_with(side)).count();
            assert_eq!(of("a"), of("b"));
            assert_eq!(fs::read(folder.join("recordings/2026-11-26/c1.flac")).unwrap(), b"fLaC");
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
                assert_eq!((mode(&folder), mode(&folder.join("floor.sqlite3"))), (0o700, 0o600));
            }
        }
        done.store(true, Ordering::Relaxed);
        assert!(writer.join().unwrap() > 0);
    });
}

#[test]
fn a_backup_that_fails_leaves_nothing_and_overwrites_nothing() {
    let place = Place::new();
    let store = filled(&place);
    store.add_recording_part("c2", 0, 9, &sha256(b"x"), b"half").unwrap();
    let folder = place.folder.path().join("copy");
    fs::create_dir(&folder).unwrap();
    let error = store.backup(&folder).unwrap_err();
    assert!(matches!(error.fault, StoreFault::Conflict(_)), "{error}");
    fs::remove_dir(&folder).unwrap();
    let recording = place.path().join("recordings/2026-11-26/c1.flac");
    fs::remove_file(&recording).unwrap();
    store.backup(&folder).unwrap_err();
    let left: Vec<_> =
        fs::read_dir(place.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["floor"]);
    fs::write(&recording, "fLaC").unwrap();
    store.backup(&folder).unwrap();
    assert!(copy_of(&folder).call("c2").unwrap().recording.is_none(), "half a recording is sent again");
}

#[test]
fn an_older_file_is_upgraded_whole() {
    let place = Place::new();
    fs::create_dir(place.path()).unwrap();
    let file = Connection::open(place.file()).unwrap();
    file.execute_batch(include_str!("schema_1.sql")).unwrap();
    file.execute_batch(
        "PRAGMA application_id = 1667329132; PRAGMA user_version = 1;
         INSERT INTO calls (key, id, station, agent, team, script, script_sha256, model, engine, received_ms, last_seq, state,
             started_ms, date, length_ms, ended_by, due, met, flags, worst_points)
         VALUES (1, 'old', 1, '1024', '一组', 's', '', '', '0.1.0', 5, 1, 0, 1795654800000, '2026-11-26', 900, '', 0, 0, 0, 0);
         INSERT INTO events VALUES (1, 1, '2026-11-26T09:00:00.900+08:00', '{\"at_ms\":900,\"type\":\"transcript\",
             \"channel\":\"agent\",\"from_ms\":0,\"to_ms\":900,\"text\":\"我要退款\",\"final\":true}');
         INSERT INTO transcripts VALUES (7, 1, 1, 'agent', 0, 900, '我要退款');",
    )
    .unwrap();
    drop(file);
    for _ in 0..2 {
        let store = place.open();
        let hits =
            store.search(&TextQuery { words: "退款".to_owned(), limit: 9, ..TextQuery::default() }).unwrap();
        assert_eq!(hits.iter().map(|hit| hit.call.as_str()).collect::<Vec<_>>(), ["old"]);
        assert_eq!(store.verify().unwrap(), [""; 0]);
    }
    let schema = |path: &Path| -> Vec<String> {
        let file = Connection::open(path).unwrap();
        let mut statement =
            file.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let new = Place::new();
    drop(new.open());
    assert_eq!(schema(&place.file()), schema(&new.file()), "an upgraded file is what a new one is");
}

#[test]
fn a_newer_file_and_one_of_another_program_are_refused() {
    let place = Place::new();
    drop(filled(&place));
    let file = Connection::open(place.file()).unwrap();
    file.pragma_update(None, "user_version", 99).unwrap();
    let error = SqliteStore::open(&place.path()).unwrap_err();
    assert!(matches!(error.fault, StoreFault::TooNew { found: 99, .. }), "{error}");
    file.pragma_update(None, "application_id", 5).unwrap();
    let error = SqliteStore::open(&place.path()).unwrap_err();
    assert!(matches!(error.fault, StoreFault::Conflict(_)), "{error}");
    drop(file);
    fs::write(place.file(), "this is no database, whatever its name says").unwrap();
    let error = SqliteStore::open(&place.path()).unwrap_err();
    assert!(matches!(error.fault, StoreFault::Broken(_)), "{error}");
}
