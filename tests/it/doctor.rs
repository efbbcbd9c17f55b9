//! What is said about a machine, given its facts.

use std::cell::Cell;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use callcue::cli::doctor::{
    Browser, CpuFeature, FREE_BYTES_MIN, FREE_BYTES_WARN, Finding, Folder, LocalMachine, Machine, Report,
    Verdict, examine, run,
};
use callcue::config::{ConfigError, ConfigFile, Environment, Flags, Settings, resolve};

/// A healthy machine, ill where a test says so.
struct Fake {
    config: &'static str,
    missing: Vec<CpuFeature>,
    free_bytes: Option<u64>,
    folder_error: Cell<Option<io::Error>>,
    listen_error: Cell<Option<io::Error>>,
    sound: Finding,
    floor: Finding,
    browser: Option<Browser>,
}

fn healthy() -> Fake {
    Fake {
        config: "agent = '1024'\ndata = '/data'",
        missing: vec![],
        free_bytes: Some(50_000_000_000),
        folder_error: Cell::new(None),
        listen_error: Cell::new(None),
        sound: Finding::ok("PulseAudio, headset"),
        floor: Finding::ok("wss://floor.example takes this station's token"),
        browser: Some(Browser { path: "/usr/bin/chromium".into(), has_panel: true }),
    }
}

impl Machine for Fake {
    fn missing_cpu_features(&self) -> Vec<CpuFeature> {
        self.missing.clone()
    }

    fn settings(&self) -> Result<Settings, ConfigError> {
        let file = ConfigFile { path: Path::new("/etc/callcue.toml"), bytes: self.config.as_bytes() };
        resolve(&Flags::default(), &Environment::default(), Some(file))
    }

    fn try_folder(&self, _: &Path) -> io::Result<Folder> {
        self.folder_error.take().map_or(Ok(Folder { free_bytes: self.free_bytes }), Err)
    }

    fn try_listen(&self, _: SocketAddr) -> io::Result<()> {
        self.listen_error.take().map_or(Ok(()), Err)
    }

    fn sound(&self, _: &Settings) -> Finding {
        self.sound.clone()
    }

    fn model(&self, _: &Settings) -> Finding {
        Finding::ok("the bundled one")
    }

    fn script(&self, _: &Settings) -> Finding {
        Finding::ok("37 rules")
    }

    fn floor(&self, _: &Settings) -> Finding {
        self.floor.clone()
    }

    fn browser(&self) -> Option<Browser> {
        self.browser.clone()
    }
}

/// The only check that is not well.
fn only_trouble(report: &Report) -> (&'static str, Verdict, String) {
    let trouble: Vec<_> = report.checks.iter().filter(|check| check.finding.verdict != Verdict::Ok).collect();
    let [check] = trouble[..] else { panic!("{report}") };
    let mend = check.finding.mend.clone().expect("trouble comes with its mend");
    (check.name, check.finding.verdict, format!("{} -> {mend}", check.finding.found))
}

#[test]
fn a_healthy_machine_is_usable() {
    let report = examine(&healthy());
    assert!(report.usable, "{report}");
    let names: Vec<_> = report.checks.iter().map(|check| check.name).collect();
    assert_eq!(
        names,
        ["processor", "configuration", "data folder", "port", "sound", "model", "script", "browser"]
    );
    assert!(
        report
            .checks
            .iter()
            .all(|check| check.finding.verdict == Verdict::Ok && check.finding.mend.is_none())
    );
}

type Case = (fn(&mut Fake), &'static str, Verdict, &'static str);

const TROUBLES: [Case; 10] = [
    (
        |fake| fake.missing = vec![CpuFeature("AVX2"), CpuFeature("FMA")],
        "processor",
        Verdict::Fail,
        "lacks AVX2, FMA -> use",
    ),
    (
        |fake| fake.config = "data = '/data'",
        "configuration",
        Verdict::Warn,
        "valid, but names no agent -> set",
    ),
    (
        |fake| fake.free_bytes = Some(FREE_BYTES_WARN - 1),
        "data folder",
        Verdict::Warn,
        "/data, writable, 2.0 GB free -> free",
    ),
    (
        |fake| fake.free_bytes = Some(FREE_BYTES_MIN - 1),
        "data folder",
        Verdict::Fail,
        "/data, writable, 0.1 GB free -> free",
    ),
    (
        |fake| fake.folder_error = Cell::new(Some(io::ErrorKind::PermissionDenied.into())),
        "data folder",
        Verdict::Fail,
        "/data cannot be written (permission denied) -> let",
    ),
    (
        |fake| fake.listen_error = Cell::new(Some(io::ErrorKind::AddrInUse.into())),
        "port",
        Verdict::Fail,
        "127.0.0.1:7878 is taken, by another program or by a callcue that runs already -> end",
    ),
    (
        |fake| fake.listen_error = Cell::new(Some(io::ErrorKind::PermissionDenied.into())),
        "port",
        Verdict::Fail,
        "127.0.0.1:7878 cannot be listened on (permission denied) -> set",
    ),
    (
        |fake| fake.sound = Finding::fail("no sound server", "start it"),
        "sound",
        Verdict::Fail,
        "no sound server -> start it",
    ),
    (|fake| fake.browser = None, "browser", Verdict::Warn, "none found -> install"),
    (
        |fake| fake.browser = Some(Browser { path: "/usr/bin/firefox".into(), has_panel: false }),
        "browser",
        Verdict::Warn,
        "/usr/bin/firefox shows the screen, but",
    ),
];

#[test]
fn every_trouble_is_named_with_its_mend() {
    for (make_ill, name, verdict, expected) in TROUBLES {
        let mut machine = healthy();
        make_ill(&mut machine);
        let report = examine(&machine);
        let (found_name, found_verdict, text) = only_trouble(&report);
        assert_eq!((found_name, found_verdict), (name, verdict), "{text}");
        assert!(text.starts_with(expected), "{text}");
        assert_eq!(report.usable, verdict != Verdict::Fail);
    }
}

#[test]
fn a_broken_configuration_is_located_and_the_rest_waits() {
    let report = examine(&Fake { config: "agnet = 1", ..healthy() });
    assert!(!report.usable);
    let found = |name| &report.checks.iter().find(|check| check.name == name).unwrap().finding;
    assert!(found("configuration").found.starts_with("/etc/callcue.toml:1:1: unknown field `agnet`"));
    assert_eq!(found("port").found, "not checked");
    assert_eq!(found("browser").verdict, Verdict::Ok);
}

#[test]
fn a_record_folder_elsewhere_is_checked_too() {
    let config = "agent = '1'\ndata = '/data'\nrecord.folder = '/mnt/calls'";
    let report = examine(&Fake { config, ..healthy() });
    let check = report.checks.iter().find(|check| check.name == "record folder").unwrap();
    assert_eq!(check.finding.found, "/mnt/calls, writable, 50.0 GB free");
}

#[test]
fn text_and_json_say_the_same() {
    let print = |machine: &Fake, json| {
        let mut out = Vec::new();
        let code = run(machine, json, &mut out).unwrap();
        (code, String::from_utf8(out).unwrap())
    };
    let (code, text) = print(&healthy(), false);
    assert_eq!(code, 0);
    assert!(text.starts_with("ok    processor      has all"), "{text}");
    assert!(text.ends_with("callcue can run here: 0 to mend, 0 to look at\n"), "{text}");
    let ill = || Fake { sound: Finding::fail("no sound server", "start it"), browser: None, ..healthy() };
    let (code, text) = print(&ill(), false);
    assert_eq!(code, 1);
    assert!(
        text.contains("FAIL  sound          no sound server\n                     -> start it\n"),
        "{text}"
    );
    assert!(text.ends_with("callcue cannot run here: 1 to mend, 1 to look at\n"), "{text}");
    let (code, json) = print(&ill(), true);
    assert_eq!(code, 1);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["usable"], false);
    let sound = serde_json::json!({"name": "sound", "verdict": "fail", "found": "no sound server", "mend": "start it"});
    assert!(json["checks"].as_array().unwrap().contains(&sound), "{json}");
}

#[test]
fn the_local_machine_answers() {
    let folder = tempfile::tempdir().unwrap();
    let fine = || -> callcue::cli::doctor::Probe { Box::new(|_| Finding::ok("fine")) };
    let programs = folder.path().join("bin");
    std::fs::create_dir(&programs).unwrap();
    std::fs::write(programs.join("firefox"), "").unwrap();
    let machine = LocalMachine {
        flags: Flags { data: Some(folder.path().join("new/data")), ..Flags::default() },
        environment: Environment::default(),
        search_path: programs.clone().into(),
        sound: fine(),
        model: fine(),
        script: fine(),
        floor: fine(),
    };
    let data = machine.settings().unwrap().data;
    let found = machine.try_folder(&data).unwrap();
    assert!(cfg!(not(unix)) || found.free_bytes.is_some_and(|free| free > 0));
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 0, "the doctor leaves nothing behind");
    if cfg!(target_os = "linux") {
        assert_eq!(machine.browser(), Some(Browser { path: programs.join("firefox"), has_panel: false }));
    }
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    assert_eq!(machine.try_listen(address).unwrap_err().kind(), io::ErrorKind::AddrInUse);
    assert!(machine.try_listen("127.0.0.1:0".parse().unwrap()).is_ok());
    assert!(machine.try_folder(&programs.join("firefox")).is_err(), "a file is no folder");
}

#[test]
fn the_floor_is_asked_only_where_there_is_one_and_never_keeps_calls_from_running() {
    let mut machine = healthy();
    machine.floor = Finding::warn("wss://floor.example cannot be reached", "is it running?");
    assert!(examine(&machine).checks.iter().all(|check| check.name != "floor"));
    machine.config =
        "agent = '1024'\ndata = '/data'\nfloor = { url = 'wss://floor.example', token = 'secret7' }";
    let report = examine(&machine);
    assert!(report.usable);
    assert_eq!(only_trouble(&report).0, "floor");
    assert!(!format!("{:?}", machine.settings().unwrap()).contains("secret7"));
}
