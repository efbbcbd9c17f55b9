//! `callcue model` as a program.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::web_server::{WebServer, answer, fixed};
use crate::transcribe::ggml::{Says, model, write_model};

/// A home of its own.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    fn config(&self) -> PathBuf {
        self.path("config/callcue/callcue.toml")
    }

    fn model(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_callcue"))
            .arg("model")
            .args(arguments)
            .env_clear()
            .env("HOME", self.0.path())
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("XDG_DATA_HOME", self.path("share"))
            .output()
            .unwrap()
    }

    /// What it prints, if it does what it should.
    fn done(&self, arguments: &[&str]) -> String {
        let ran = self.model(arguments);
        assert_eq!(ran.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap()
    }

    /// The one line that says why not.
    fn refused(&self, arguments: &[&str]) -> String {
        let ran = self.model(arguments);
        let said = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(2), "{arguments:?}: {said}");
        said.lines().last().unwrap_or_default().to_owned()
    }

    /// Puts a file where a published model would be.
    fn install(&self, file_name: &str, bytes: &[u8]) -> PathBuf {
        let folder = self.path("share/callcue/models");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(file_name), bytes).unwrap();
        folder.join(file_name)
    }
}

fn row<'a>(list: &'a Value, name: &str) -> &'a Value {
    list["models"].as_array().unwrap().iter().find(|row| row["name"] == name).unwrap()
}

fn list(home: &Home) -> Value {
    serde_json::from_str(&home.done(&["list", "--json"])).unwrap()
}

#[test]
fn the_list_shows_what_is_here() {
    let home = Home::new();
    let before = list(&home);
    assert_eq!(before["models"].as_array().unwrap().len(), 16, "15 published and the bundled one");
    assert_eq!(row(&before, "callcue-zh-demo")["in_use"], true);
    assert_eq!(row(&before, "small-q8_0")["installed"], false);
    assert_eq!(row(&before, "small-q8_0")["bytes"], 264_464_607);
    assert!(row(&before, "small-q8_0")["memory_mb"].as_u64().unwrap() > 264);
    let table = home.done(&["list"]);
    let tiny = table.lines().find(|line| line.starts_with("tiny-q5_1 ")).unwrap();
    assert!(tiny.contains("33 MB") && tiny.contains("  -  "), "{tiny}");

    // Something of that name and another length is no installed model.
    home.install("ggml-tiny-q5_1.bin", b"short");
    assert_eq!(row(&list(&home), "tiny-q5_1")["installed"], false);
}

const CONFIG: &str = "# ours\nagent = \"1024\"   # the agent\n\n[transcribe]\n# which model\nprompt = true\n\n[log]\nfilter = \"warn\"\n";

#[test]
fn use_writes_the_model_and_leaves_the_rest() {
    let home = Home::new();
    let path = write_model(home.0.path(), &Says::Once("好"));
    let named = path.to_str().unwrap();
    // no file yet
    let said = home.done(&["use", named]);
    assert!(said.contains("callcue.toml") && said.contains("parrot.bin"), "{said}");
    let real = path.canonicalize().unwrap();
    let written = fs::read_to_string(home.config()).unwrap();
    assert_eq!(written, format!("[transcribe]\nmodel = \"{}\"\n", real.display()));

    fs::write(home.config(), CONFIG).unwrap();
    home.done(&["use", named]);
    let written = fs::read_to_string(home.config()).unwrap();
    let line = format!("model = \"{}\"\n", real.display());
    assert_eq!(written, CONFIG.replace("prompt = true\n", &format!("prompt = true\n{line}")));

    // another one in its place, with the comment behind it
    let commented = CONFIG.replace("prompt = true", "model = \"old.bin\" # since May\nprompt = true");
    fs::write(home.config(), commented.clone()).unwrap();
    home.done(&["use", named]);
    let written = fs::read_to_string(home.config()).unwrap();
    assert_eq!(written, commented.replace("\"old.bin\"", &format!("\"{}\"", real.display())));

    assert_eq!(row(&list(&home), "callcue-zh-demo")["in_use"], false);
    fs::write(home.config(), CONFIG.replace("prompt", &format!("{line}prompt"))).unwrap();
    home.done(&["use", "bundled"]);
    assert_eq!(fs::read_to_string(home.config()).unwrap(), CONFIG);
    assert_eq!(row(&list(&home), "callcue-zh-demo")["in_use"], true);
    for (written, left) in [
        ("[transcribe]\n# the last\nmodel = \"a.bin\" # here\n", "[transcribe]\n# the last\n"),
        ("transcribe.model = \"a.bin\"\n", ""),
        ("transcribe = { model = \"a.bin\" }", "transcribe = {}\n"),
    ] {
        fs::write(home.config(), written).unwrap();
        home.done(&["use", "bundled"]);
        assert_eq!(fs::read_to_string(home.config()).unwrap(), left);
    }
}

/// The station reads the same file, so what was written must be what it takes.
#[test]
fn what_use_wrote_is_what_the_doctor_loads() {
    let home = Home::new();
    let path = write_model(home.0.path(), &Says::Once("好"));
    home.done(&["use", path.to_str().unwrap()]);
    fs::remove_file(&path).unwrap();
    let doctor = Command::new(env!("CARGO_BIN_EXE_callcue"))
        .arg("doctor")
        .env_clear()
        .env("HOME", home.0.path())
        .env("XDG_CONFIG_HOME", home.path("config"))
        .env("XDG_DATA_HOME", home.path("share"))
        .output()
        .unwrap();
    let said = String::from_utf8(doctor.stdout).unwrap();
    assert!(said.contains("parrot.bin: no such speech model"), "{said}");
}

#[test]
fn use_refuses_what_cannot_be_used() {
    let home = Home::new();
    assert!(home.refused(&["use", "small"]).contains("not installed; run `callcue model get small`"));
    assert!(home.refused(&["use", "absent.bin"]).contains("neither a published model nor a file"));
    let path = home.path("page.bin");
    fs::write(&path, "<html>").unwrap();
    assert!(home.refused(&["use", path.to_str().unwrap()]).contains("not a speech model"));
    assert!(!home.config().exists());
    let given = home.path("given.toml");
    let named = write_model(home.0.path(), &Says::Once("好"));
    let asked = ["use", named.to_str().unwrap(), "--config", given.to_str().unwrap()];
    assert!(home.refused(&asked).contains("given.toml"), "a file that was named must be there");
    fs::write(&given, "transcribe = 3").unwrap();
    assert!(home.refused(&asked).contains("given.toml:1:"));
    fs::write(&given, "").unwrap();
    home.done(&asked);
    assert!(fs::read_to_string(&given).unwrap().contains("parrot.bin") && !home.config().exists());
}

#[test]
fn verify_tells_sound_from_damaged() {
    let home = Home::new();
    assert!(home.done(&["verify"]).contains("no models in"));
    assert!(home.done(&["verify", "bundled"]).contains("part of the program"));
    assert!(home.refused(&["verify", "tiny"]).contains("callcue model get tiny"));
    let (bytes, _) = model(&Says::Once("好"));
    home.install("our-own.bin", &bytes);
    assert!(home.done(&["verify"]).contains("our-own.bin: width 32, 1 and 1 layers"));

    // A model that works, in the place of another one.
    home.install("ggml-tiny.bin", &bytes);
    home.install("ggml-base.bin", &bytes[..bytes.len() / 2]);
    let ran = home.model(&["verify"]);
    let said = String::from_utf8(ran.stdout).unwrap();
    assert_eq!(ran.status.code(), Some(1), "{said}");
    let line = |name: &str| said.lines().find(|line| line.contains(name)).unwrap().to_owned();
    assert!(line("our-own.bin").starts_with("ok "), "{said}");
    let tiny = line("ggml-tiny.bin");
    assert!(tiny.starts_with("FAILED") && tiny.contains("77691713 are due"), "{tiny}");
    assert!(tiny.contains("callcue model get tiny"), "{tiny}");
    assert!(line("ggml-base.bin").contains("cut short"), "{said}");
    // A file elsewhere is held against what its name says it is.
    let elsewhere = home.path("ggml-small.bin");
    fs::write(&elsewhere, &bytes).unwrap();
    let ran = home.model(&["verify", elsewhere.to_str().unwrap()]);
    assert!(String::from_utf8(ran.stdout).unwrap().contains("487601967 are due"));
}

#[test]
fn get_says_why_it_got_nothing() {
    let home = Home::new();
    assert!(home.refused(&["get", "tiny.en"]).contains("no such model; `callcue model list`"));
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let said = home.refused(&["get", "tiny", "--from", &format!("http://{closed}/")]);
    assert!(said.contains("/ggml-tiny.bin: cannot be reached") && said.contains("--from FILE"), "{said}");
    let server = WebServer::start(vec![fixed(answer(200, "content-length: 6\r\n", b"<html>"))]);
    let said = home.refused(&["get", "tiny", "--from", &server.url("/x.bin")]);
    assert!(said.contains("offers 6 bytes where 77691713 are due"), "{said}");
    let said = home.refused(&["get", "tiny", "--from", Path::new("absent.bin").to_str().unwrap()]);
    assert!(said.contains("absent.bin: cannot be read"), "{said}");
}

#[test]
fn bench_measures_and_the_list_shows_it() {
    let home = Home::new();
    let path = write_model(home.0.path(), &Says::Once("您好请问"));
    let named = path.to_str().unwrap();
    let bench = home.done(&["bench", "--model", named, "--rounds", "1", "--threads", "1", "--json"]);
    let bench: Value = serde_json::from_str(&bench).unwrap();
    let measured = &bench["models"][0];
    assert_eq!((measured["name"].as_str(), bench["choice"].as_str()), (Some(named), None));
    assert!(measured["verdict"].is_string());
    let passes = measured["passes"].as_array().unwrap();
    let lengths: Vec<_> = passes.iter().map(|pass| pass["length_ms"].as_u64().unwrap()).collect();
    assert_eq!(lengths, [1_000, 3_000, 5_000, 10_000]);
    for pass in passes {
        assert_eq!(pass["threads"], 1);
        assert!(pass["encode_ms"].as_f64().unwrap() > 0.0 && pass["tokens"].as_u64().unwrap() >= 4, "{pass}");
    }

    // Kept beside the models, under the name of the model that lies there.
    let kept = home.path("share/callcue/models/speed.json");
    let text = fs::read_to_string(&kept).unwrap();
    fs::write(&kept, text.replace(named, "tiny")).unwrap();
    assert!(row(&list(&home), "tiny")["final_ms"].as_f64().unwrap() > 0.0);
    assert_eq!(row(&list(&home), "base")["final_ms"], Value::Null);
    let table = home.done(&["bench", "--model", named, "--rounds", "1", "--threads", "1"]);
    assert!(
        table.contains("threads") && table.contains("Two channels that speak at the same time"),
        "{table}"
    );
    assert!(home.refused(&["bench", "--model", "small"]).contains("callcue model get small"));
}
