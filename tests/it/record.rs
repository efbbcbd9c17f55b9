//! What is left on disk: at every moment of a call, on a full disk, and after a kill.

use std::fs;
use std::io::{BufRead, BufReader, BufWriter, Cursor, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use callcue::app::RecordRetention;
use callcue::call::{CallTime, Channel, Event, EventKind, Metrics};
use callcue::capture::file::{CallFile, FileWarning, OpenOptions};
use callcue::record::{
    CallRecord, CallRecorder, FLUSH_MS, HOLE_MAX_MS, Journal, JournalError, JournalFault, LEAD_MAX_MS, MayGo,
    RecordFault, RecordPaths, read_journal, record_queue, remove_expired,
};
use callcue::wire::StampedEvent;
use jiff::civil::date;
use proptest::prelude::*;

use crate::support::disk::Disk;

const BLOCK: u64 = 160;

fn stamped(seq: u64, at_ms: u64, kind: EventKind) -> StampedEvent {
    let event = Event { at_ms, kind };
    StampedEvent { call: "c1".to_owned(), seq, wall: "2026-11-24T09:00:00+08:00".to_owned(), event }
}

fn silence(seq: u64) -> StampedEvent {
    stamped(seq, seq * 10, EventKind::Silence { since_ms: 0, length_ms: 3_000 })
}

fn summary(seq: u64) -> StampedEvent {
    let kind = EventKind::Summary { due: 1, met: 1, flags: 0, metrics: Metrics::default(), items: vec![] };
    stamped(seq, seq * 10, kind)
}

/// A sample that tells its own place.
fn sample(channel: Channel, n: u64) -> i16 {
    let value = (n % 30_000) as i16 + 1;
    if channel == Channel::Agent { value } else { -value }
}

fn block(channel: Channel, from: u64, length: u64) -> Vec<i16> {
    (from..from + length).map(|n| sample(channel, n)).collect()
}

/// Both sides of a WAV, as hound reads them.
fn read_wav(bytes: &[u8]) -> [Vec<i16>; 2] {
    let mut reader = hound::WavReader::new(Cursor::new(bytes)).expect("any player must open it");
    assert_eq!((reader.spec().channels, reader.spec().sample_rate), (2, 16_000));
    let samples: Vec<i16> =
        reader.samples().map(|sample| sample.expect("as long as its header says")).collect();
    [samples.iter().step_by(2).copied().collect(), samples.iter().skip(1).step_by(2).copied().collect()]
}

fn recorded(write: impl FnOnce(&mut CallRecorder<Disk>)) -> [Vec<i16>; 2] {
    let disk = Disk::default();
    let mut recorder = CallRecorder::new(disk.clone()).unwrap();
    write(&mut recorder);
    read_wav(&disk.bytes())
}

#[test]
fn the_file_is_whole_and_less_than_a_second_behind_at_every_moment() {
    for customer_lag_blocks in [0, 7, 30] {
        let disk = Disk::default();
        let mut recorder = CallRecorder::new(BufWriter::new(disk.clone())).unwrap();
        assert!(read_wav(&disk.bytes())[0].is_empty());
        let mut worst = 0;
        for n in 0..150 {
            let given = (n + 1) * BLOCK;
            for (channel, lag) in [(Channel::Agent, 0), (Channel::Customer, customer_lag_blocks)] {
                if n >= lag {
                    let from = (n - lag) * BLOCK;
                    let samples = block(channel, from, BLOCK);
                    recorder.write(channel, CallTime::from_samples(from), &samples).unwrap();
                }
            }
            let [agent, customer] = read_wav(&disk.bytes());
            assert!((0..agent.len() as u64).all(|n| agent[n as usize] == sample(Channel::Agent, n)));
            assert!((0..customer.len() as u64).all(|n| customer[n as usize] == sample(Channel::Customer, n)));
            worst = worst.max(given - agent.len() as u64);
        }
        println!("customer {} ms behind: at most {} ms missing", customer_lag_blocks * 10, worst / 16);
        assert!(worst <= (LEAD_MAX_MS + FLUSH_MS) * 16, "and that is under 1 s");
    }
}

#[test]
fn a_side_that_is_gone_does_not_hold_back_the_other() {
    let disk = Disk::default();
    let mut recorder = CallRecorder::new(disk.clone()).unwrap();
    for n in 0..400 {
        recorder
            .write(
                Channel::Agent,
                CallTime::from_samples(n * BLOCK),
                &block(Channel::Agent, n * BLOCK, BLOCK),
            )
            .unwrap();
    }
    let [agent, customer] = read_wav(&disk.bytes());
    assert!(agent.len() as u64 + (LEAD_MAX_MS + FLUSH_MS) * 16 >= 400 * BLOCK);
    assert!(customer.iter().all(|&sample| sample == 0));
    // It comes back at its own time, and what comes too late is counted.
    recorder
        .write(
            Channel::Customer,
            CallTime::from_samples(390 * BLOCK),
            &block(Channel::Customer, 390 * BLOCK, BLOCK),
        )
        .unwrap();
    recorder.write(Channel::Customer, CallTime::START, &[1; 100]).unwrap();
    assert_eq!(recorder.late_samples(), 100);
    recorder.finish(CallTime::START).unwrap();
    let [agent, customer] = read_wav(&disk.bytes());
    assert_eq!(agent, block(Channel::Agent, 0, 400 * BLOCK));
    assert_eq!(customer[390 * BLOCK as usize], sample(Channel::Customer, 390 * BLOCK));
    assert!(customer[..390 * BLOCK as usize].iter().all(|&sample| sample == 0));
}

#[test]
fn holes_become_zeros_and_keep_the_time_line_true() {
    let [agent, customer] = recorded(|recorder| {
        recorder.write(Channel::Agent, CallTime::from_millis(100), &[5; 160]).unwrap();
        recorder.write(Channel::Customer, CallTime::from_millis(120), &[6; 160]).unwrap();
        recorder.write(Channel::Agent, CallTime::from_millis(60_000), &[7; 160]).unwrap();
        recorder.finish(CallTime::from_millis(61_000)).unwrap();
    });
    assert_eq!(agent.len(), 61_000 * 16);
    let spoken =
        |side: &[i16], value| -> Vec<usize> { (0..side.len()).filter(|&n| side[n] == value).collect() };
    assert_eq!(spoken(&agent, 5), (1_600..1_760).collect::<Vec<_>>());
    assert_eq!(spoken(&customer, 6), (1_920..2_080).collect::<Vec<_>>());
    assert_eq!(spoken(&agent, 7), (960_000..960_160).collect::<Vec<_>>());
    assert_eq!(agent.iter().chain(&customer).filter(|&&sample| sample != 0).count(), 480);
}

#[test]
fn a_jump_of_the_clock_costs_one_block_and_no_disk() {
    let disk = Disk::default();
    let mut recorder = CallRecorder::new(disk.clone()).unwrap();
    let far = CallTime::from_millis(HOLE_MAX_MS + 1);
    let fault = recorder.write(Channel::Agent, far, &[1; 160]).unwrap_err();
    assert!(matches!(fault, RecordFault::Jump { at_ms: 0, .. }), "{fault}");
    recorder.write(Channel::Agent, CallTime::START, &[1; 160]).unwrap();
    recorder.finish(CallTime::NEVER).unwrap();
    assert_eq!(read_wav(&disk.bytes())[0], vec![1; 160]);
    assert!(!recorder.is_open());
}

#[test]
fn a_full_disk_is_told_once_and_leaves_a_whole_file() {
    let disk = Disk::of(100_000);
    let mut recorder = CallRecorder::new(BufWriter::new(disk.clone())).unwrap();
    let mut faults = Vec::new();
    for n in 0..1_000 {
        for channel in Channel::BOTH {
            let written =
                recorder.write(channel, CallTime::from_samples(n * BLOCK), &block(channel, n * BLOCK, BLOCK));
            faults.extend(written.err());
        }
    }
    assert!(matches!(faults[..], [RecordFault::DiskFull]), "{faults:?}");
    assert!(!recorder.is_open());
    recorder.finish(CallTime::START).unwrap();
    let [agent, _] = read_wav(&disk.bytes());
    assert!(agent.len() >= 16_000, "{} frames", agent.len());
    assert_eq!(agent, block(Channel::Agent, 0, agent.len() as u64));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_order_of_blocks_lands_in_its_place(
        blocks in proptest::collection::vec((any::<bool>(), 0_u64..40_000, 1_u64..3_000), 1..60),
    ) {
        let disk = Disk::default();
        let mut recorder = CallRecorder::new(disk.clone()).unwrap();
        let (mut given, mut end) = (0, 0);
        for (agent, from, length) in blocks {
            let channel = if agent { Channel::Agent } else { Channel::Customer };
            recorder.write(channel, CallTime::from_samples(from), &block(channel, from, length)).unwrap();
            given += length;
            end = end.max(from + length);
        }
        recorder.finish(CallTime::START).unwrap();
        let sides = read_wav(&disk.bytes());
        let mut kept = 0;
        for channel in Channel::BOTH {
            let side = &sides[channel.index()];
            prop_assert!(side.len() as u64 <= end);
            for (n, &found) in side.iter().enumerate() {
                prop_assert!(found == 0 || found == sample(channel, n as u64), "{found} at {n}");
            }
            kept += side.iter().filter(|&&sample| sample != 0).count() as u64;
        }
        prop_assert_eq!(kept + recorder.late_samples(), given);
    }
}

#[test]
fn the_journal_numbers_without_gaps_and_keeps_to_one_call() {
    let disk = Disk::default();
    let mut journal = Journal::new(disk.clone());
    journal.append(&silence(1)).unwrap();
    for (wrong, found) in [(silence(1), 1), (silence(3), 3)] {
        let fault = journal.append(&wrong).unwrap_err();
        let expected = JournalFault::Gap { expected: 2, found };
        assert!(matches!(&fault, RecordFault::Journal(fault) if *fault == expected), "{fault}");
    }
    let stranger = StampedEvent { call: "c2".to_owned(), ..silence(2) };
    assert!(matches!(journal.append(&stranger), Err(RecordFault::Journal(JournalFault::OtherCall { .. }))));
    journal.append(&silence(2)).unwrap();
    let text = String::from_utf8(disk.bytes()).unwrap();
    assert_eq!(text.lines().count(), 2);
    assert!(text.starts_with(
        r#"{"call":"c1","seq":1,"wall":"2026-11-24T09:00:00+08:00","at_ms":10,"type":"silence""#
    ));
}

#[test]
fn a_journal_on_a_full_disk_says_so_once() {
    let disk = Disk::of(300);
    let mut journal = Journal::new(disk.clone());
    let faults: Vec<_> = (1..10).filter_map(|seq| journal.append(&silence(seq)).err()).collect();
    assert!(matches!(faults[..], [RecordFault::DiskFull]), "{faults:?}");
}

#[test]
fn a_torn_last_line_is_left_out_wherever_it_is_torn() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c1.jsonl");
    let mut whole = Vec::new();
    let mut journal = Journal::new(&mut whole);
    (1..=3).for_each(|seq| journal.append(&silence(seq)).unwrap());
    let lines: Vec<usize> =
        whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(n, _)| n + 1).collect();
    for cut in 0..=whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        let contents = read_journal(&path).unwrap();
        // Without its newline a line may still be whole.
        let due = lines.iter().filter(|&&end| cut + 1 >= end).count();
        assert_eq!(contents.events.len(), due, "cut at {cut}");
        let torn = cut - lines.iter().rfind(|&&end| cut + 1 >= end).map_or(0, |&end| end.min(cut));
        assert_eq!(contents.torn_bytes as usize, torn, "cut at {cut}");
        assert!(!contents.is_complete());
    }
}

#[test]
fn a_journal_changed_in_the_middle_names_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c1.jsonl");
    let line = |event: &StampedEvent| serde_json::to_string(event).unwrap() + "\n";
    let cases = [
        (line(&silence(1)) + "{}\n" + &line(&silence(2)), "line 2: missing field"),
        (line(&silence(1)) + &line(&silence(3)), "line 2: event 3 where 2 is due"),
        (line(&silence(1)) + "\n", "line 2: EOF while parsing"),
    ];
    for (text, expected) in cases {
        fs::write(&path, text).unwrap();
        let error = read_journal(&path).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("c1.jsonl: "), "{error}");
    }
    let missing = read_journal(&folder.path().join("none.jsonl"));
    assert!(matches!(missing, Err(JournalError::Unreadable { .. })));
}

#[test]
fn a_record_is_two_private_files_that_are_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let calls = folder.path().join("data/calls");
    let paths = RecordPaths::new(&calls, date(2026, 11, 24), "k3f9").unwrap();
    let mut record = CallRecord::create(paths.clone()).unwrap();
    record.audio(Channel::Agent, CallTime::START, &[3; 320]).unwrap();
    record.event(&silence(1)).unwrap();
    record.event(&summary(2)).unwrap();
    record.finish(CallTime::from_millis(30)).unwrap();
    assert_eq!(paths.audio, calls.join("2026-11-24/k3f9.wav"));
    assert_eq!(read_wav(&fs::read(&paths.audio).unwrap())[0].len(), 480);
    let contents = read_journal(&paths.journal).unwrap();
    assert_eq!(contents.events, [silence(1), summary(2)]);
    assert!(contents.is_complete());

    let again = CallRecord::create(paths.clone()).err().unwrap();
    assert!(matches!(again.fault, RecordFault::Exists), "{again}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&paths.audio), mode(&paths.journal)), (0o600, 0o600));
        assert_eq!((mode(&calls), mode(&calls.join("2026-11-24"))), (0o700, 0o700));
    }
    for id in ["", "..", "a/b", "a.b", "汉", "con:", &"x".repeat(65)] {
        assert!(RecordPaths::new(&calls, date(2026, 11, 24), id).is_err(), "{id:?}");
    }
}

#[test]
fn a_slow_writer_costs_audio_and_no_event() {
    let folder = tempfile::tempdir().unwrap();
    let paths = RecordPaths::new(folder.path(), date(2026, 11, 24), "slow").unwrap();
    let record = CallRecord::create(paths.clone()).unwrap();
    let (mut handle, writer) = record_queue();
    // Nobody writes yet: this is a disk that sleeps.
    for n in 0..3_000 {
        handle.audio(
            Channel::Agent,
            CallTime::from_samples(n * BLOCK),
            block(Channel::Agent, n * BLOCK, BLOCK),
        );
        if n % 2 == 0 {
            handle.event(silence(n / 2 + 1));
        }
    }
    assert!(handle.dropped_samples() > 0);
    assert_eq!(handle.dropped_events(), 0);
    let dropped = handle.dropped_samples();
    handle.finish(CallTime::from_samples(3_000 * BLOCK));
    let report = writer.run(record, |error| panic!("{error}"));
    assert_eq!((report.errors, report.late_samples), (0, 0));
    assert_eq!(read_journal(&paths.journal).unwrap().events.len(), 1_500);
    let [agent, _] = read_wav(&fs::read(&paths.audio).unwrap());
    assert_eq!(agent.len() as u64, 3_000 * BLOCK);
    assert_eq!(agent.iter().filter(|&&sample| sample == 0).count() as u64, dropped);
}

#[test]
fn a_call_that_just_stops_still_ends_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let paths = RecordPaths::new(folder.path(), date(2026, 11, 24), "gone").unwrap();
    let (mut handle, writer) = record_queue();
    handle.audio(Channel::Customer, CallTime::START, vec![4; 1_600]);
    drop(handle);
    writer.run(CallRecord::create(paths.clone()).unwrap(), |error| panic!("{error}"));
    assert_eq!(read_wav(&fs::read(&paths.audio).unwrap())[1], vec![4; 1_600]);
}

#[test]
fn only_our_own_old_files_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    };
    let there = |name: &str| folder.path().join(name).exists();
    let old = [
        "2026-08-01/a.wav",
        "2026-08-01/a.jsonl",
        "2026-08-01/a.stored",
        "2026-08-01/a.flac",
        "2026-08-01/a.part",
        "2026-08-02/b.wav",
        "2026-08-02/note.txt",
    ];
    let kept = ["2026-11-10/c.wav", "2026-11-23/d.wav", "notes/e.wav", "f.wav"];
    old.into_iter().chain(kept).for_each(put);

    let today = date(2026, 11, 24);
    assert_eq!(remove_expired(folder.path(), today, 0, MayGo::Old).unwrap().files, 0);
    let removed = remove_expired(folder.path(), today, 14, MayGo::Old).unwrap();
    assert_eq!(removed.files, 6);
    assert!(removed.failed.is_empty(), "{:?}", removed.failed);
    assert!(!there("2026-08-01") && !there("2026-08-02/b.wav"));
    assert!(there("2026-08-02/note.txt"));
    for kept in kept {
        assert!(there(kept), "{kept}");
    }
    assert_eq!(remove_expired(&folder.path().join("none"), today, 1, MayGo::Old).unwrap().files, 0);
}

#[test]
fn what_the_floor_has_not_confirmed_outlives_its_days() {
    let folder = tempfile::tempdir().unwrap();
    let day = folder.path().join("2026-08-01");
    fs::create_dir(&day).unwrap();
    let put = |name: &str, bytes: usize| fs::write(day.join(name), vec![0; bytes]).unwrap();
    let whole = ["confirmed.jsonl", "confirmed.stored", "silent.jsonl", "silent.stored"];
    let held = [
        "unsent.jsonl",
        "unsent.wav",
        "sending.jsonl",
        "sending.stored",
        "sending.wav",
        "packed.jsonl",
        "packed.stored",
        "packed.flac",
        "orphan.wav",
    ];
    whole.into_iter().chain(held).for_each(|name| put(name, 1_000));
    put("silent.wav", 44);
    put("confirmed.part", 9);

    let removed = remove_expired(folder.path(), date(2026, 11, 24), 14, MayGo::OldAndConfirmed).unwrap();
    assert!(removed.failed.is_empty(), "{:?}", removed.failed);
    assert_eq!((removed.files, removed.unconfirmed), (6, 4));
    let mut left: Vec<_> =
        fs::read_dir(&day).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    let mut wanted = held.map(str::to_owned).to_vec();
    wanted.sort();
    assert_eq!(left, wanted);

    // A station that has no floor any more goes by age alone.
    assert_eq!(remove_expired(folder.path(), date(2026, 11, 24), 14, MayGo::Old).unwrap().files, 9);
    assert!(!day.exists());
}

#[test]
fn a_station_that_runs_for_weeks_removes_what_is_due_each_day() {
    let folder = tempfile::tempdir().unwrap();
    let day = |name: &str| folder.path().join(name);
    for name in ["2026-11-10", "2026-11-11", "2026-11-12"] {
        fs::create_dir(day(name)).unwrap();
        fs::write(day(name).join("a.jsonl"), "x").unwrap();
    }
    fs::write(day("2026-11-10").join("a.stored"), "").unwrap();
    fs::write(day("2026-11-12").join("a.stored"), "").unwrap();
    let mut retention = RecordRetention::new(folder.path().to_owned(), 14, MayGo::OldAndConfirmed);
    assert_eq!(retention.on(date(2026, 11, 25)), Some(0));
    assert_eq!((day("2026-11-10").exists(), day("2026-11-11").exists()), (false, true));
    assert_eq!(retention.on(date(2026, 11, 25)), None, "once a day");
    assert_eq!(retention.on(date(2026, 11, 26)), Some(1), "one that the floor has not confirmed");
    assert_eq!(retention.on(date(2026, 11, 27)), Some(1));
    assert_eq!((day("2026-11-11").exists(), day("2026-11-12").exists()), (true, false));
    let mut for_ever = RecordRetention::new(folder.path().to_owned(), 0, MayGo::Old);
    assert_eq!(for_ever.on(date(2036, 1, 1)), Some(0));
    assert!(day("2026-11-11").exists());
}

const CHILD_FOLDER: &str = "CALLCUE_TEST_RECORD_FOLDER";

/// Not a test of its own: the process that [`a_kill_costs_less_than_a_second`] starts and kills.
#[test]
fn child_that_records_until_killed() {
    let Some(folder) = std::env::var_os(CHILD_FOLDER) else {
        return;
    };
    let paths = RecordPaths::new(Path::new(&folder), date(2026, 11, 24), "killed").unwrap();
    let mut record = CallRecord::create(paths).unwrap();
    let mut out = std::io::stdout();
    // Ends by itself after ten minutes of audio, should nobody kill it.
    for n in 0..60_000 {
        for channel in Channel::BOTH {
            record
                .audio(channel, CallTime::from_samples(n * BLOCK), &block(channel, n * BLOCK, BLOCK))
                .unwrap();
        }
        record.event(&silence(n + 1)).unwrap();
        writeln!(out, "recorded {}", n + 1).unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn a_kill_costs_less_than_a_second() {
    let mut worst_ms = 0;
    for kill_after_blocks in [1, 20, 30, 333, 1_234] {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "record::child_that_records_until_killed", "--nocapture", "--test-threads=1"])
            .env(CHILD_FOLDER, folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut told = 0;
        let mut next = || -> Option<u64> {
            // The test harness talks on the same line before the first block.
            said.by_ref().map_while(Result::ok).find_map(|line| line.rsplit_once("recorded ")?.1.parse().ok())
        };
        while told < kill_after_blocks {
            told = next().expect("the child records");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // It went on while we read.
        while let Some(later) = next() {
            told = later;
        }
        let paths = RecordPaths::new(folder.path(), date(2026, 11, 24), "killed").unwrap();
        let [agent, customer] = read_wav(&fs::read(&paths.audio).unwrap());
        assert_eq!(agent, block(Channel::Agent, 0, agent.len() as u64));
        assert_eq!(customer, block(Channel::Customer, 0, customer.len() as u64));
        match CallFile::open(&paths.audio, OpenOptions::default()) {
            Ok(second_reader) => {
                let frames = second_reader.info().frames.unwrap();
                let warnings = second_reader.warnings();
                if agent.is_empty() {
                    // Killed between the first sound and the header that counts it: it is read all the same.
                    assert_eq!(warnings, [FileWarning::NoLength { frames }]);
                } else {
                    assert_eq!((frames, warnings), (agent.len() as u64, Vec::new()));
                }
            }
            // Killed before the first flush.
            Err(error) => assert!(agent.is_empty(), "{error}"),
        }
        let missing_ms = (told * BLOCK).saturating_sub(agent.len() as u64) / 16;
        assert!(missing_ms < 1_000, "{missing_ms} ms of {} ms missing", told * 10);
        worst_ms = worst_ms.max(missing_ms);
        let contents = read_journal(&paths.journal).unwrap();
        assert!(contents.events.len() as u64 >= told, "{} of {told} events", contents.events.len());
        assert!(!contents.is_complete());
    }
    println!("after a kill at most {worst_ms} ms are missing");
}
