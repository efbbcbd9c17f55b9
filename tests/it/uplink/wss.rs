use std::fs;

use callcue::capture::file::{CallFile, OpenOptions};
use callcue::store::CallStore;

use super::floor::{Station, access_with};
use super::recordings::{sound, write_wav};
use crate::support::floor::TestFloor;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_and_recordings_reach_the_real_floor_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let (floor, cert) = TestFloor::start_with_tls(folder.path()).await;
    let token = floor.enrol("desk-01", "1024", "一组");
    let url = format!("wss://localhost:{}", floor.address.port());
    let mut station = Station::new();
    write_wav(&station.file("c1", "wav"), &sound(20_000));
    station.journal("c1", 1..=3);
    station.start(access_with(&url, &token, Some(&cert)).unwrap());
    station.until_gone(&station.file("c1", "wav")).await;
    station.until_gone(&station.file("c1", "flac")).await;
    station.say("c2", 1..=5, true);
    floor.until(|counts| &counts.events_stored, 8).await;
    station.stop();

    for (call, last) in [("c1", 3), ("c2", 5)] {
        let seqs: Vec<u64> =
            floor.disk.events(call, 0, u32::MAX).unwrap().iter().map(|event| event.seq).collect();
        assert_eq!(seqs, (1..=last).collect::<Vec<_>>(), "{call}");
    }
    let recording = floor.disk.call("c1").unwrap().recording.unwrap();
    let mut file = CallFile::open(&recording.path, OpenOptions::default()).unwrap();
    let mut frames = 0;
    while let Some(block) = file.next_block().unwrap() {
        frames += block.samples[callcue::call::Channel::Agent].len();
    }
    assert_eq!(frames, 20_000);
    assert!(fs::exists(station.file("c1", "stored")).unwrap(), "the station knows that it has arrived");
    floor.stop().await;
}
