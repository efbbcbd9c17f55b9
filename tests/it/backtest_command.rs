//! `callcue backtest` as a program.

use std::path::Path;
use std::process::{Command, Output};

use callcue::script;
use callcue::store::CallStore;
use callcue::store::sqlite::SqliteStore;
use serde_json::Value;

use crate::support::engine::play;
use crate::support::stored_calls::{Numbers, arrival, timeline};

/// A floor's folder with three calls of a minute, and a changed script beside it: 2.1 forbids what it did not.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&home.path().join("share/callcue/floor")).unwrap();
    let mut numbers = Numbers(3);
    let batch: Vec<_> = (0..3).map(|number| arrival(number, play(&timeline(&mut numbers, 60_000)))).collect();
    store.append(&batch).unwrap();
    let never = "\n[[rule]]\nid = \"9.9\"\ntitle = \"不说再见\"\nsource = \"试\"\nitem = \"A4\"\n\n[[rule.never]]\ntext = \"感谢您的来电\"\n";
    std::fs::write(home.path().join("new.toml"), format!("{}{never}", script::BUNDLED)).unwrap();
    home
}

fn backtest(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_callcue"))
        .arg("backtest")
        .args(arguments)
        .current_dir(home)
        .env_clear()
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_DATA_HOME", home.join("share"))
        .output()
        .unwrap()
}

#[test]
fn json_is_one_object_with_the_fixed_names_and_every_change() {
    let home = home();
    let output = backtest(home.path(), &["--script", "new.toml", "--json"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["calls"], 3);
    assert!(report["calls_per_minute"].as_f64().unwrap() > 0.0);
    let [gained, lost] = ["gained", "lost"].map(|name| report[name].as_u64().unwrap());
    assert!(gained > 0 && report["unchanged"].as_u64().unwrap() > 0, "{report}");
    assert_eq!(lost, 0, "{report}");
    assert_eq!(report["by_rule"]["9.9"]["gained"], gained);
    let changes = report["changes"].as_array().unwrap();
    assert_eq!(changes.len() as u64, gained);
    for change in changes {
        assert_eq!((&change["change"], &change["rule"]), (&Value::from("gained"), &Value::from("9.9")));
        assert!(change["call"].as_str().unwrap().starts_with("20261126-"), "{change}");
        assert!(change["at_ms"].is_u64() && change["text"].as_str().unwrap().contains("感谢"), "{change}");
    }
    assert!(errors.contains("3 / 3") && errors.contains("还需 0 秒"), "progress: {errors}");
}

#[test]
fn text_is_chinese_with_a_line_a_change_and_a_line_a_rule() {
    let home = home();
    let output = backtest(home.path(), &["--script", "new.toml", "--since", "2020-01-01"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("+ 新增  20261126-") && text.contains("9.9 不可以说「感谢您的来电」"), "{text}");
    assert!(text.contains("重判 3 通") && text.contains("消失 0 处"), "{text}");
    let none = backtest(home.path(), &["--script", "new.toml", "--since", "2199-01-01", "--json"]);
    let report: Value = serde_json::from_slice(&none.stdout).unwrap();
    assert_eq!((&report["calls"], &report["changes"]), (&Value::from(0), &Value::Array(Vec::new())));
}

#[test]
fn a_folder_without_calls_a_broken_script_and_a_wrong_date_are_told_and_nothing_is_made() {
    let home = home();
    std::fs::write(home.path().join("broken.toml"), "format = 1\nname = 3\n").unwrap();
    for (arguments, part) in [
        (&["--script", "new.toml", "--data", "nowhere"][..], "nowhere: no calls of a floor are kept here"),
        (&["--script", "broken.toml"], "broken.toml:2:"),
        (&["--script", "absent.toml"], "absent.toml"),
        (&["--script", "new.toml", "--since", "yesterday"], "--since"),
    ] {
        let output = backtest(home.path(), arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains(part), "{errors}");
    }
    assert!(!home.path().join("nowhere").exists());
}
