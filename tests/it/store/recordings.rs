use std::fs;
use std::path::PathBuf;

use callcue::store::sqlite::SqliteStore;
use callcue::store::{CallStore, RecordingState, StoreFault};
use callcue::wire::UploadState;
use sha2::{Digest, Sha256};

use super::{Place, arrival, whole_call};

const WHOLE: &[u8] = b"fLaC and then some more of it";

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn with_call(place: &Place) -> SqliteStore {
    let store = place.open();
    store.append(&[arrival(1, &whole_call("c1", 0, 5), None)]).unwrap();
    store
}

fn paths(place: &Place) -> (PathBuf, PathBuf) {
    let folder = place.path().join("recordings/2026-11-26");
    (folder.join("c1.flac"), folder.join("c1.flac.part"))
}

fn add(store: &SqliteStore, offset: u64, part: &[u8]) -> UploadState {
    store.add_recording_part("c1", offset, WHOLE.len() as u64, &sha256(WHOLE), part).unwrap()
}

fn state(bytes: usize, complete: bool) -> UploadState {
    UploadState { bytes: bytes as u64, complete }
}

#[test]
fn a_recording_comes_in_parts_and_is_whole_once_its_hash_is_right() {
    let place = Place::new();
    let store = with_call(&place);
    let (whole, part) = paths(&place);
    assert_eq!(store.upload("c1").unwrap(), state(0, false));
    assert_eq!(add(&store, 0, &WHOLE[..10]), state(10, false));
    assert_eq!(add(&store, 0, &WHOLE[..10]), state(10, false), "the same again changes nothing");
    assert_eq!(add(&store, 15, &WHOLE[15..]), state(10, false), "nor does a part behind a gap");
    let row = store.call("c1").unwrap().recording.unwrap();
    assert_eq!((row.state, row.bytes, &row.path), (RecordingState::Coming, 10, &whole));
    assert!(part.exists() && !whole.exists());
    assert_eq!(add(&store, 10, &WHOLE[10..]), state(WHOLE.len(), true));
    assert_eq!(fs::read(&whole).unwrap(), WHOLE);
    assert!(!part.exists());
    assert_eq!(add(&store, 0, &WHOLE[..10]), state(WHOLE.len(), true), "the station had not heard it");
    assert_eq!(place.open().call("c1").unwrap().recording.unwrap().state, RecordingState::Whole);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(whole.clone()), mode(place.file())), (0o600, 0o600));
        assert_eq!((mode(whole.parent().unwrap().into()), mode(place.path())), (0o700, 0o700));
    }
}

#[test]
fn a_wrong_hash_starts_from_nothing() {
    let place = Place::new();
    let store = with_call(&place);
    add(&store, 0, b"XXXX");
    assert_eq!(add(&store, 4, &WHOLE[4..]), state(0, false));
    assert_eq!(add(&store, 0, WHOLE), state(WHOLE.len(), true));
    let other = store.add_recording_part("c1", 0, 3, &sha256(b"abc"), b"abc").unwrap_err();
    assert!(matches!(other.fault, StoreFault::Conflict(_)), "{other}");
    let unknown = store.add_recording_part("c9", 0, 3, &sha256(b"abc"), b"abc").unwrap_err();
    assert!(matches!(unknown.fault, StoreFault::Missing(_)), "{unknown}");
}

#[test]
fn a_recording_made_anew_by_its_station_replaces_the_parts_of_the_old_one() {
    let place = Place::new();
    let store = with_call(&place);
    store.add_recording_part("c1", 0, 99, &sha256(b"old"), b"old").unwrap();
    assert_eq!(add(&store, 0, WHOLE), state(WHOLE.len(), true));
}

#[test]
fn a_part_longer_than_the_whole_is_refused() {
    let place = Place::new();
    let store = with_call(&place);
    for (offset, total) in [(0, 0), (0, 2), (u64::MAX, 3)] {
        let error = store.add_recording_part("c1", offset, total, &sha256(b"abc"), b"abc").unwrap_err();
        assert!(matches!(error.fault, StoreFault::Conflict(_)), "{error}");
    }
    assert_eq!(store.call("c1").unwrap().recording, None);
}

#[test]
fn after_a_crash_the_file_says_how_far_it_is() {
    let place = Place::new();
    let (whole, part) = paths(&place);
    let store = with_call(&place);
    add(&store, 0, &WHOLE[..10]);
    // A part reached the file and no row told of it.
    fs::write(&part, &WHOLE[..20]).unwrap();
    assert_eq!(store.upload("c1").unwrap(), state(20, false));
    assert_eq!(add(&store, 10, &WHOLE[10..]), state(20, false));
    // All of it was there and had its name, and no row told of it.
    fs::remove_file(&part).unwrap();
    fs::write(&whole, WHOLE).unwrap();
    assert_eq!(store.upload("c1").unwrap(), state(0, false));
    assert_eq!(add(&store, 0, &WHOLE[..10]), state(WHOLE.len(), true));
}

/// `/dev/full` takes nothing, as a full disk does.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_changes_nothing() {
    let place = Place::new();
    let (_, part) = paths(&place);
    let store = with_call(&place);
    fs::create_dir_all(part.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink("/dev/full", &part).unwrap();
    let error = store.add_recording_part("c1", 0, 9, &sha256(WHOLE), b"abc").unwrap_err();
    assert!(matches!(error.fault, StoreFault::DiskFull), "{error}");
    assert_eq!(store.call("c1").unwrap().recording, None);
    fs::remove_file(&part).unwrap();
    assert_eq!(add(&store, 0, WHOLE), state(WHOLE.len(), true));
}

#[test]
fn two_connections_with_one_recording_take_turns() {
    let place = Place::new();
    let store = with_call(&place);
    let long: Vec<u8> = (0..200_000_u32).map(|n| (n % 251) as u8).collect();
    let sha256 = sha256(&long);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut known = store.upload("c1").unwrap();
                while !known.complete {
                    let from = known.bytes as usize;
                    let part = &long[from..long.len().min(from + 30_000)];
                    known = store
                        .add_recording_part("c1", known.bytes, long.len() as u64, &sha256, part)
                        .unwrap();
                }
            });
        }
    });
    assert_eq!(fs::read(paths(&place).0).unwrap(), long);
}
