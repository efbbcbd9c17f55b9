use std::fs;
use std::io;
use std::path::Path;

use callcue::call::Channel;
use callcue::capture::file::{CallFile, OpenOptions};
use callcue::uplink::{CompressError, compress, compress_into};
use callcue::wire::Moment;

use super::floor::{Station, TestFloor, notice_of, start_proxy};
use crate::support::disk::Disk;

/// Speech-like sound that does not repeat.
pub(super) fn sound(frames: usize) -> Vec<i16> {
    let mut chance = 7_u32;
    (0..2 * frames)
        .map(|index| {
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (chance >> 20) as i16 - 2_048;
            let tone = ((index / 2) as f64 * 0.07).sin() * 9_000.0;
            noise + if index % 2 == 0 { tone as i16 } else { 0 }
        })
        .collect()
}

pub(super) fn write_wav(path: &Path, samples: &[i16]) {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    samples.iter().for_each(|sample| writer.write_sample(*sample).unwrap());
    writer.finalize().unwrap();
}

/// Interleaved, as the program's own reader hears it.
fn read_flac(path: &Path) -> Vec<i16> {
    let mut file = CallFile::open(path, OpenOptions::default()).unwrap();
    let mut samples = Vec::new();
    while let Some(block) = file.next_block().unwrap() {
        let sides = Channel::BOTH.map(|side| &block.samples[side]);
        samples.extend(sides[0].iter().zip(sides[1]).flat_map(|(agent, customer)| [*agent, *customer]));
    }
    samples
}

#[test]
fn a_recording_is_compressed_without_loss_whatever_its_length() {
    let folder = tempfile::tempdir().unwrap();
    let [wav, part, flac] = ["c1.wav", "c1.part", "c1.flac"].map(|name| folder.path().join(name));
    for frames in [1, 2, 15, 16, 17, 31, 33, 4_095, 4_096, 4_097, 8_192, 8_193, 40_001] {
        let samples = sound(frames);
        write_wav(&wav, &samples);
        fs::write(&part, "what a kill left").unwrap();
        assert!(compress(&wav, &part, &flac, &|| true).unwrap());
        assert!(read_flac(&flac) == samples, "{frames} frames differ");
        assert!(!part.exists());
    }
    let (wav_bytes, flac_bytes) = (fs::metadata(&wav).unwrap().len(), fs::metadata(&flac).unwrap().len());
    assert!(flac_bytes < wav_bytes * 9 / 10, "{flac_bytes} of {wav_bytes}");
    write_wav(&wav, &[i16::MIN, i16::MAX].repeat(5_000));
    compress(&wav, &part, &flac, &|| true).unwrap();
    assert!(read_flac(&flac) == [i16::MIN, i16::MAX].repeat(5_000));
}

#[test]
fn what_cannot_be_compressed_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let [wav, part, flac] = ["c1.wav", "c1.part", "c1.flac"].map(|name| folder.path().join(name));
    write_wav(&wav, &[]);
    assert!(!compress(&wav, &part, &flac, &|| true).unwrap(), "nothing in it");
    write_wav(&wav, &sound(9_000));
    assert!(matches!(compress(&wav, &part, &flac, &|| false), Err(CompressError::Stopped)));
    fs::write(&wav, "no recording").unwrap();
    assert!(matches!(compress(&wav, &part, &flac, &|| true), Err(CompressError::NotARecording(_))));
    assert!(!part.exists() && !flac.exists());
    write_wav(&wav, &sound(9_000));
    let full = compress_into(&wav, Disk::of(4_000), &|| true);
    assert!(
        matches!(&full, Err(CompressError::Io(error)) if error.kind() == io::ErrorKind::StorageFull),
        "{full:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recording_that_breaks_off_anywhere_is_sent_on_from_there_and_then_removed() {
    let floor = TestFloor::start().await;
    floor.change(|scene| scene.torn_parts.extend([0, 1, 77_777, 1 << 19]));
    let budgets = vec![usize::MAX, 100, 400, 50_000, 700_000, 1_100_000];
    let proxy = start_proxy(floor.address, budgets).await;
    let mut station = Station::new();
    let samples = sound(16_000 * 45);
    write_wav(&station.file("c1", "wav"), &samples);
    station.journal("c1", 1..=3);
    station.start_at(proxy);
    floor.until("the whole", |scene| scene.recordings.get("c1").is_some_and(|upload| upload.complete)).await;
    station.until_gone(&station.file("c1", "wav")).await;
    station.until_gone(&station.file("c1", "flac")).await;
    station.stop();
    assert!(station.file("c1", "jsonl").exists() && station.file("c1", "stored").exists());
    let upload = floor.scene().recordings["c1"].clone();
    assert!(
        upload.bytes.len() > 1 << 20 && upload.parts > 4,
        "{} bytes, {}",
        upload.bytes.len(),
        upload.parts
    );
    let arrived = station.folder.path().join("arrived.flac");
    fs::write(&arrived, upload.bytes).unwrap();
    assert!(read_flac(&arrived) == samples);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hash_that_is_wrong_begins_anew_and_one_that_stays_wrong_keeps_the_recording_here() {
    let floor = TestFloor::start().await;
    floor.change(|scene| scene.wrong_hashes = 1);
    let mut station = Station::new();
    write_wav(&station.file("c1", "wav"), &sound(20_000));
    station.journal("c1", 1..=3);
    station.start_at(floor.address);
    station.until_gone(&station.file("c1", "wav")).await;
    assert!(floor.scene().recordings["c1"].complete);

    floor.change(|scene| scene.wrong_hashes = 1_000);
    write_wav(&station.file("c2", "wav"), &sound(20_000));
    station.say("c2", 1..=3, true);
    let aside = "The recording of call c2 could not be sent; it stays on this station";
    station.until_told("put aside", |moment| notice_of(moment) == Some(("floor_recordings", aside))).await;
    assert!(station.file("c2", "wav").exists());
    station.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_floor_without_room_is_told_and_gets_the_recording_later() {
    let floor = TestFloor::start().await;
    floor.change(|scene| scene.disk_is_full = true);
    let mut station = Station::new();
    write_wav(&station.file("c1", "wav"), &sound(20_000));
    station.journal("c1", 1..=3);
    station.start_at(floor.address);
    let is_told = |moment: &Moment| {
        notice_of(moment).is_some_and(|(key, en)| key == "floor_recordings" && en.contains("disk is full"))
    };
    station.until_told("full", is_told).await;
    station.say("c2", 1..=9, true);
    floor.until("events go on", |scene| scene.floor.disk.get("c2").is_some_and(|kept| kept.closed)).await;
    floor.change(|scene| scene.disk_is_full = false);
    station.until_gone(&station.file("c1", "wav")).await;
    station.until_told("mended", |moment| notice_of(moment) == Some(("floor_recordings", ""))).await;
    station.stop();
}
