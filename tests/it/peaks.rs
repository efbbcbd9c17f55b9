//! The shape of a recording, and hearing it, while it comes and once it is there.

use callcue::call::{Channel, PerChannel};
use callcue::record::{PeakMeter, Peaks, UnmaskedMark};
use callcue::store::Role;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::demo_call::{blocks, files, path};
use crate::support::floor::{TestFloor, events};

fn numbers(answer: &Value, side: &str) -> Vec<u64> {
    answer[side].as_array().unwrap().iter().map(|peak| peak.as_u64().unwrap()).collect()
}

/// By another way: all samples at once.
fn due(channel: Channel) -> Vec<u64> {
    let samples: Vec<i16> = blocks().flat_map(|block| block.samples[channel].clone()).collect();
    let peak = |stretch: &[i16]| {
        (u64::from(stretch.iter().map(|sample| sample.unsigned_abs()).max().unwrap()) >> 8).min(127)
    };
    samples.chunks(800).map(peak).collect()
}

#[tokio::test]
async fn peaks_are_made_once_kept_beside_the_recording_and_come_while_it_does() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = floor.enrol("desk-01", "1001", "一组");
    let mut station = floor.station(&token).await;
    station.store(&events("a", 1, 2)).await;
    let lead = floor.log_in("chen", Role::Lead, &["一组"]);
    let other = floor.log_in("zhao", Role::Lead, &["二组"]);
    let owner = floor.log_in("zhou", Role::ScriptOwner, &[]);
    assert_eq!(floor.get("/api/calls/a/peaks", &lead).await.0, 404, "nothing of it is there");
    assert_eq!(floor.get("/api/calls/a/peaks", &other).await.0, 403);
    assert_eq!(floor.get("/api/calls/a/peaks", &owner).await.0, 403);

    let flac = std::fs::read(path()).unwrap();
    let sha256: String = Sha256::digest(&flac).iter().map(|byte| format!("{byte:02x}")).collect();
    let half = 700_000;
    let put = async |offset: usize, part: &[u8]| {
        let path = format!("/station/recordings/a?offset={offset}&total={}&sha256={sha256}", flac.len());
        let bearer = format!("Bearer {token}");
        assert_eq!(floor.request("PUT", &path, &[("Authorization", &bearer)], part).await.status, 200);
    };
    put(0, &flac[..half]).await;

    // What is there can be seen and heard.
    let (status, part) = floor.get("/api/calls/a/peaks", &lead).await;
    let (agent, customer) = (due(Channel::Agent), due(Channel::Customer));
    let seen = numbers(&part, "agent");
    assert_eq!((status, part["per_s"].as_u64()), (200, Some(20)));
    assert!((200..agent.len() - 100).contains(&seen.len()), "{}", seen.len());
    assert_eq!(seen[..seen.len() - 1], agent[..seen.len() - 1]);
    let kept = || {
        files(folder.path())
            .into_iter()
            .filter(|(path, _)| path.extension().is_some_and(|kind| kind == "peaks"))
            .count()
    };
    assert_eq!(kept(), 0, "not kept before it is whole");
    let hear = async |range: &str| {
        let headers = [("Cookie", lead.as_str()), ("Range", range)];
        let reply = floor.request("GET", "/api/calls/a/recording", &headers, b"").await;
        let about = reply
            .head
            .lines()
            .find_map(|line| line.strip_prefix("content-range: "))
            .unwrap_or_default()
            .to_owned();
        assert!(reply.status == 416 || reply.head.contains("content-type: audio/flac"), "{}", reply.head);
        (reply.status, about)
    };
    let total = flac.len();
    assert_eq!(hear("bytes=0-9").await, (206, format!("bytes 0-9/{total}")));
    assert_eq!(hear("bytes=10-").await, (206, format!("bytes 10-{}/{total}", half - 1)));
    assert_eq!(hear("bytes=-5").await, (206, format!("bytes {}-{}/{total}", half - 5, half - 1)));
    assert_eq!(hear(&format!("bytes={half}-")).await, (416, format!("bytes */{total}")));
    assert_eq!(hear("nonsense").await, (206, format!("bytes 0-{}/{total}", half - 1)));

    put(half, &flac[half..]).await;
    let (_, whole) = floor.get("/api/calls/a/peaks", &lead).await;
    assert_eq!((numbers(&whole, "agent"), numbers(&whole, "customer")), (agent, customer));
    assert_eq!(whole["length_ms"].as_u64(), Some(48_925));
    assert_eq!(kept(), 1);
    assert_eq!(hear("bytes=0-9").await, (206, format!("bytes 0-9/{total}")));

    // Kept ones are what is answered; damaged ones are made again.
    let (place, mut bytes) = files(folder.path())
        .into_iter()
        .find(|(path, _)| path.extension().is_some_and(|kind| kind == "peaks"))
        .unwrap();
    bytes[16] = 99;
    std::fs::write(&place, &bytes).unwrap();
    assert_eq!(numbers(&floor.get("/api/calls/a/peaks", &lead).await.1, "agent")[0], 99);
    std::fs::write(&place, &bytes[..100]).unwrap();
    assert_eq!(floor.get("/api/calls/a/peaks", &lead).await.1, whole);
    drop(station);
    floor.stop().await;
}

#[test]
fn peaks_do_not_depend_on_blocks_and_are_read_as_they_were_kept() {
    let samples: PerChannel<Vec<i16>> = PerChannel::from_fn(|channel| {
        (0..16_123_i64).map(|n| ((n * n) % 60_000 - 30_000 + channel as i64) as i16).collect()
    });
    let meter = |length: usize| {
        let mut meter = PeakMeter::default();
        for from in (0..16_123).step_by(length) {
            let to = (from + length).min(16_123);
            meter.push(&PerChannel::from_fn(|channel| samples[channel][from..to].to_vec()));
        }
        meter.finish()
    };
    let peaks = meter(16_123);
    assert_eq!(peaks.sides[Channel::Agent].len(), 21);
    for length in [1, 7, 800, 1_600] {
        assert_eq!(meter(length), peaks, "{length}");
    }
    let folder = tempfile::tempdir().unwrap();
    let recording = folder.path().join("a.flac");
    assert_eq!(Peaks::kept(&recording).unwrap(), None);
    peaks.keep(&recording).unwrap();
    peaks.keep(&recording).unwrap();
    assert_eq!(Peaks::kept(&recording).unwrap(), Some(peaks));
    assert!(!UnmaskedMark::of(&recording).is_set());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
