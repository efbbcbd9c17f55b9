//! Old recordings brought in: what names and tables say, good files and bad ones, work that was cut off.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use callcue::app::{RecordingImporter, ScriptFiles, StandardPaths};
use callcue::call::{Channel, EventKind};
use callcue::capture::file::{CallFile, OpenOptions};
use callcue::floor::{ImportProgress, Importer, Keeping};
use callcue::import::{BadPattern, BadTable, FactTable, ImportOrder, NamePattern, NotKnown};
use callcue::store::sqlite::SqliteStore;
use callcue::store::{CallQuery, CallRow, FileState, ImportDraft, ImportFile, RecordingState, Role, Store};
use callcue::transcribe::JobRunner;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::support::demo_call::{AGENT, CUSTOMER, blocks, files_with, line, runner};
use crate::support::floor::{Disk, TestFloor, brisk};

#[test]
fn names_say_what_their_pattern_says() {
    let read = |pattern: &str, name: &str| NamePattern::parse(pattern).unwrap().read(name);
    let facts = read("{date}_{time}_{agent}", "2026-11-26_14-03-05_1024").unwrap();
    assert_eq!(
        (facts.date.as_str(), facts.time.as_str(), facts.agent.as_str()),
        ("2026-11-26", "14:03:05", "1024")
    );
    let facts = read("{*}-{agent}-{date} {time}.{*}", "").is_none();
    assert!(facts);
    let facts = read("{team}({agent})_{date}_{*}", "一组(0088)_20260101_a_b_c").unwrap();
    assert_eq!(
        (facts.team.as_str(), facts.agent.as_str(), facts.date.as_str()),
        ("一组", "0088", "2026-01-01")
    );
    // 2026-02-30 is no day, 25:00 no time, and a name must be used up.
    assert!(read("{date}_{agent}", "20260230_1").is_none());
    assert!(read("{time}_{agent}", "2500_1").is_none());
    assert!(read("{agent}", "1024 and more").is_none());
    assert_eq!(read("{date}", "20240229").unwrap().date, "2024-02-29");
    for (pattern, bad) in [
        ("{date", BadPattern::Brace("{date".into())),
        ("date}", BadPattern::Brace("}".into())),
        ("{day}", BadPattern::Unknown("day".into())),
        ("{date}_{date}", BadPattern::Twice("date")),
        ("{date}{time}", BadPattern::Adjacent("time".into())),
    ] {
        assert_eq!(NamePattern::parse(pattern), Err(bad.clone()));
        assert!(!bad.zh().is_empty() && !bad.to_string().is_empty());
    }
    // Many ways to cut a name end in time.
    assert!(read("{*}a{team}a{surname}a{title}a{*}z", &"a".repeat(200)).is_none());
}

#[test]
fn tables_win_over_names_and_names_over_defaults() {
    let csv = "\u{feff}file,日期,time,agent,title,note\r\n\"a, b.wav\",2026/11/26,0930,1001,女士,x\r\n\r\nc,,,\"10\"\"02\",,\n";
    assert_eq!(
        FactTable::parse(csv),
        Err(BadTable::Value { line: 4, kind: "agent", zh: "坐席", text: "10\"02".into() })
    );
    let table = FactTable::parse(&csv.replace("\"10\"\"02\"", "1002")).unwrap();
    assert_eq!(table.of("x/a, b.wav").unwrap().time, "09:30:00");
    assert_eq!(table.of("c.mp3").unwrap().agent, "1002");
    assert_eq!(FactTable::parse("name,agent\na,1"), Err(BadTable::NoFile));
    assert_eq!(FactTable::parse("file\n\"a"), Err(BadTable::Quote));
    assert_eq!(FactTable::parse(""), Ok(FactTable::default()));

    let mut order = ImportOrder {
        name_pattern: "{date}_{agent}".into(),
        csv: "file,agent\n20260102_7.wav,9".into(),
        team: "一组".into(),
        agent: "1".into(),
        ..ImportOrder::default()
    };
    let plan = order.plan().unwrap();
    let facts = plan.facts("deep/20260102_7.wav").unwrap();
    assert_eq!((facts.agent.as_str(), facts.date.as_str(), facts.team.as_str()), ("9", "2026-01-02", "一组"));
    assert_eq!(plan.facts("20260102_8.wav").unwrap().agent, "8");
    assert_eq!(plan.facts("other.wav"), Err(NotKnown::Name));
    (order.name_pattern, order.agent) = (String::new(), String::new());
    assert_eq!(order.plan().unwrap().facts("other.wav"), Err(NotKnown::Agent));
    order.agent = "a b".into();
    assert!(order.plan().unwrap_err().zh().contains("坐席"));
}

#[test]
fn mp3_and_ogg_are_read_as_other_recordings_are() {
    for (name, container) in [("call.mp3", "MP3"), ("call.ogg", "Ogg")] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/import").join(name);
        let mut file = CallFile::open(&path, OpenOptions::default()).unwrap();
        assert_eq!((file.info().container, file.info().rate_hz), (container, 16_000));
        let (mut samples, mut loud) = (0, [(0_u64, 0_u64); 2]);
        while let Some(block) = file.next_block().unwrap() {
            for channel in Channel::BOTH {
                for (place, sample) in block.samples[channel].iter().enumerate() {
                    let is_late = samples + place >= 27 * 1_600;
                    let power = u64::from(sample.unsigned_abs());
                    let side = &mut loud[channel.index()];
                    if is_late { side.1 += power } else { side.0 += power }
                }
            }
            samples += block.samples[Channel::Agent].len();
        }
        assert!((82_000..86_000).contains(&samples), "{name}: {samples}");
        let [(agent, _), (customer, customer_late)] = loud;
        let is_right = agent > 20 * customer && customer_late > 20 * customer;
        assert!(is_right, "{name}: left is the agent, and speaks first: {loud:?}");
        // A head and nothing else is no call.
        let bytes = std::fs::read(&path).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let broken = folder.path().join(name);
        std::fs::write(&broken, &bytes[..60]).unwrap();
        assert!(read_all(&broken).is_err(), "{name}: a head and nothing else");
    }
}

fn read_all(path: &Path) -> Result<(), callcue::capture::file::FileError> {
    let mut file = CallFile::open(path, OpenOptions::default())?;
    while file.next_block()?.is_some() {}
    Ok(())
}

/// The first seconds of the sample call as a WAV.
fn wav(path: &Path, channels: u16, from_s: usize, seconds: usize) {
    let spec = hound::WavSpec {
        channels,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for block in blocks().skip(from_s * 10).take(seconds * 10) {
        for place in 0..block.samples[Channel::Agent].len() {
            for channel in Channel::BOTH.into_iter().take(channels.into()) {
                writer.write_sample(block.samples[channel][place]).unwrap();
            }
        }
    }
    writer.finalize().unwrap();
}

fn importer(store: Arc<dyn Store>, data: &Path, masks: bool) -> RecordingImporter {
    let make = || {
        let lines = vec![
            line(Channel::Agent, AGENT[0], "您好,中铁物流集团1024号为您服务。"),
            line(Channel::Customer, CUSTOMER[0], "我的电话是13800138000"),
        ];
        Ok(Box::new(runner(lines)) as Box<dyn JobRunner + Send>)
    };
    let scripts = ScriptFiles::open(StandardPaths::default()).unwrap();
    let (_, standard) = watch::channel(scripts.standing().clone());
    RecordingImporter::new(store, data, standard, "scripted".into(), masks, Box::new(make))
}

/// An import of a folder, as the command makes it.
fn order(store: &dyn Store, folder: &Path, pattern: &str) -> u64 {
    let order = ImportOrder {
        name_pattern: pattern.into(),
        team: "一组".into(),
        folder: folder.to_str().unwrap().into(),
        ..ImportOrder::default()
    };
    let plan = serde_json::to_string(&order).unwrap();
    let import = store.new_import(&ImportDraft { plan, ..ImportDraft::default() }).unwrap();
    let mut names: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    for path in names {
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        let bytes = path.metadata().unwrap().len();
        store.put_import_file(import, &ImportFile { file, bytes, ..ImportFile::default() }).unwrap();
    }
    store.start_import(import, 0).unwrap();
    import
}

fn calls(store: &dyn Store) -> Vec<CallRow> {
    store.calls(&CallQuery { limit: 100, ..CallQuery::default() }).unwrap()
}

#[test]
fn good_files_are_calls_and_each_bad_one_has_its_reason() {
    let place = tempfile::tempdir().unwrap();
    let (data, folder) = (place.path().join("data"), place.path().join("old"));
    std::fs::create_dir(&folder).unwrap();
    wav(&folder.join("20250102_0930_1001.wav"), 2, 0, 14);
    std::fs::copy(folder.join("20250102_0930_1001.wav"), folder.join("20250103_0930_1001.wav")).unwrap();
    wav(&folder.join("20250104_0930_1002.wav"), 1, 0, 2);
    std::fs::write(folder.join("20250105_0930_1002.wav"), b"").unwrap();
    let demo = std::fs::read(crate::support::demo_call::path()).unwrap();
    std::fs::write(folder.join("20250106_0930_1002.flac"), &demo[..demo.len() / 3]).unwrap();
    std::fs::write(folder.join("20250107_0930_1002.wav"), "不是录音").unwrap();
    wav(&folder.join("holiday.wav"), 2, 14, 2);
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/import");
    std::fs::copy(samples.join("call.mp3"), folder.join("20250108_0930_1003.mp3")).unwrap();
    std::fs::copy(samples.join("call.ogg"), folder.join("20250109_0930_1003.ogg")).unwrap();

    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&data).unwrap());
    let import = order(&*store, &folder, "{date}_{time}_{agent}");
    let progress = ImportProgress::default();
    progress.begin(import);
    importer(Arc::clone(&store), &data, true).run(import, &progress);
    let files = store.import_files(import).unwrap();
    let told: Vec<(&str, FileState, &str)> =
        files.iter().map(|file| (file.file.as_str(), file.state, file.reason.as_str())).collect();
    let first = files[0].call.clone();
    let double = format!("与“20250102_0930_1001.wav”内容相同，已导入为通话 {first}");
    assert_eq!(
        told,
        [
            ("20250102_0930_1001.wav", FileState::Done, ""),
            ("20250103_0930_1001.wav", FileState::Refused, double.as_str()),
            (
                "20250104_0930_1002.wav",
                FileState::Refused,
                "只有一个声道；需要双声道录音，左为坐席、右为客户"
            ),
            ("20250105_0930_1002.wav", FileState::Refused, "文件是空的"),
            ("20250106_0930_1002.flac", FileState::Refused, "录音不完整，文件被截断"),
            ("20250107_0930_1002.wav", FileState::Refused, "不是 WAV、FLAC、MP3 或 OGG 录音（text）"),
            ("20250108_0930_1003.mp3", FileState::Done, ""),
            ("20250109_0930_1003.ogg", FileState::Done, ""),
            ("holiday.wav", FileState::Refused, "文件名不符合格式 {date}_{time}_{agent}，表格里也没有"),
        ]
    );
    assert_eq!(progress.left_s(import, 0), Some(0));
    let rows = calls(&*store);
    assert_eq!(
        rows.iter().map(|row| row.header.agent.as_str()).collect::<Vec<_>>(),
        ["1003", "1003", "1001"]
    );
    let row = store.call(&first).unwrap();
    assert_eq!(
        (row.header.station, row.header.team.as_str(), row.header.model.as_str()),
        (0, "一组", "scripted")
    );
    let recording = row.recording.unwrap();
    assert_eq!(recording.state, RecordingState::Whole);
    let events = store.events(&first, 0, 1_000).unwrap();
    assert!(events[0].wall.starts_with("2025-01-02T09:30:00.000"), "{}", events[0].wall);
    assert!(matches!(events.last().unwrap().event.kind, EventKind::Summary { .. }));
    assert_eq!(store.verify().unwrap(), [""; 0]);

    // Masked, and silent there.
    assert_eq!(files_with(&data, "13800138000"), [""; 0].map(PathBuf::from));
    let mut flac = CallFile::open(&recording.path, OpenOptions::default()).unwrap();
    let mut customer = Vec::new();
    while let Some(block) = flac.next_block().unwrap() {
        customer.extend(block.samples[Channel::Customer].clone());
    }
    assert_eq!(customer.len(), 14 * 16_000);
    assert!(customer[12_000 * 16..13_100 * 16].iter().all(|sample| *sample == 0));
    assert!(customer[10_950 * 16..11_300 * 16].iter().any(|sample| *sample > 1_000));
    assert!(std::fs::read_dir(data.join("imports")).unwrap().next().is_none(), "nothing is left on the way");
}

#[test]
fn work_that_was_cut_off_goes_on_where_it_was() {
    let place = tempfile::tempdir().unwrap();
    let (data, folder) = (place.path().join("data"), place.path().join("old"));
    std::fs::create_dir(&folder).unwrap();
    for (name, from_s) in [("a_1001.wav", 0), ("b_1001.wav", 5), ("c_1001.wav", 9)] {
        wav(&folder.join(name), 2, from_s, 4);
    }
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&data).unwrap());
    let import = order(&*store, &folder, "{*}_{agent}");
    let stopped = ImportProgress::default();
    stopped.stop();
    let importer = importer(Arc::clone(&store), &data, false);
    importer.run(import, &stopped);
    assert_eq!(calls(&*store).len(), 0, "told to stop before it began");

    // A crash after the first: its call is there, and the file does not know it.
    importer.run(import, &ImportProgress::default());
    let files = store.import_files(import).unwrap();
    let torn = ImportFile {
        state: FileState::Waiting,
        sha256: String::new(),
        call: String::new(),
        ..files[1].clone()
    };
    store.put_import_file(import, &torn).unwrap();
    std::fs::remove_file(folder.join("a_1001.wav")).unwrap();
    importer.run(import, &ImportProgress::default());
    assert_eq!(
        store.import_files(import).unwrap(),
        files,
        "the same call again, and what was done stays done"
    );
    assert_eq!(calls(&*store).len(), 3);
    assert_eq!(store.verify().unwrap(), [""; 0]);
}

#[tokio::test]
async fn recordings_are_uploaded_and_worked_on_behind() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let disk = Disk::open(&data);
    let store: Arc<dyn Store> = disk.clone();
    let keeping = Keeping { importer: Some(Arc::new(importer(store, &data, false))), ..Keeping::default() };
    let floor = TestFloor::start_keeping(disk.clone(), brisk(), keeping).await;
    let admin = floor.log_in("admin", Role::Administrator, &[]);
    let lead = floor.log_in("chen", Role::Lead, &["一组"]);
    let origin = floor.origin();
    let ask = async |cookie: &str, method: &str, path: &str, body: &[u8]| {
        let kind = if method == "PUT" { "application/octet-stream" } else { "application/json" };
        let mut headers = vec![("Cookie", cookie), ("Origin", origin.as_str())];
        if !body.is_empty() {
            headers.push(("Content-Type", kind));
        }
        let reply = floor.request(method, path, &headers, body).await;
        (reply.status, serde_json::from_str::<Value>(&reply.body).unwrap_or_default())
    };
    let plan = |pattern: &str| {
        json!({"name": "旧录音", "name_pattern": pattern, "csv": "", "team": "一组", "agent": "", "swap_channels": false}).to_string()
    };
    assert_eq!(ask(&lead, "POST", "/api/imports", plan("{agent}").as_bytes()).await.0, 403);
    let (status, fault) = ask(&admin, "POST", "/api/imports", plan("{day}").as_bytes()).await;
    assert_eq!(status, 422);
    assert!(fault["zh"].as_str().unwrap().contains("{day}"), "{fault}");
    let (status, made) = ask(&admin, "POST", "/api/imports", plan("{agent}").as_bytes()).await;
    assert_eq!((status, made["state"].as_str(), made["files"].as_u64()), (200, Some("waiting"), Some(0)));
    let import = made["import"].as_u64().unwrap();

    let file = place.path().join("f.wav");
    wav(&file, 2, 0, 4);
    let good = std::fs::read(&file).unwrap();
    wav(&file, 1, 0, 1);
    let mono = std::fs::read(&file).unwrap();
    let put = async |name: &str, body: &[u8]| {
        ask(&admin, "PUT", &format!("/api/imports/{import}/files/{name}"), body).await.0
    };
    assert_eq!(put("1001.wav", &good).await, 204);
    assert_eq!(put("%E5%8D%95.wav", &mono).await, 204);
    for name in ["..%2Fx.wav", ".hidden", "a%5Cb.wav", "x.part"] {
        assert_eq!(put(name, b"x").await, 400, "{name}");
    }
    assert_eq!(ask(&lead, "PUT", &format!("/api/imports/{import}/files/a.wav"), b"x").await.0, 403);
    assert_eq!(ask(&admin, "PUT", "/api/imports/99/files/a.wav", b"x").await.0, 404);
    assert_eq!(ask(&admin, "GET", "/api/imports", b"").await.1[0]["files"], 2);
    assert_eq!(ask(&admin, "POST", &format!("/api/imports/{import}/start"), b"").await.0, 200);
    assert_eq!(put("1002.wav", b"x").await, 409, "it has begun");
    let done = loop {
        let (_, now) = ask(&admin, "GET", &format!("/api/imports/{import}"), b"").await;
        if now["state"] == "done" {
            break now;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((done["done"].as_u64(), done["refused"].as_u64()), (Some(1), Some(1)));
    assert_eq!(done["audio_done_ms"], 4_000);
    assert_eq!(done["problems"][0]["file"], "单.wav");
    let row = &calls(&*disk)[0];
    assert_eq!(row.header.agent, "1001");
    assert_eq!(floor.get(&format!("/api/calls/{}", row.call), &lead).await.0, 200, "a call like any");
    let peaks = floor.get(&format!("/api/calls/{}/peaks", row.call), &lead).await.1;
    assert_eq!(peaks["length_ms"], 4_000);
    floor.stop().await;
    assert!(!data.join("imports").join(import.to_string()).exists(), "uploaded files are gone");
}
