//! `callcue floor …` as a program: stations, users, and what is refused at the start.

use std::path::Path;
use std::process::{Command, Output};

use callcue::access::sha256_hex;
use callcue::store::sqlite::SqliteStore;
use callcue::store::{AuditQuery, PeopleStore, Role};

fn floor(home: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_callcue"))
        .arg("floor")
        .args(args)
        .env_clear()
        .env("HOME", home)
        .env("CALLCUE_FLOOR_DATA", home.join("data"))
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The 64 hexadecimal digits on a line of their own.
fn token(text: &str) -> &str {
    let is_token = |line: &&str| line.len() == 64 && line.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.lines().find(is_token).unwrap_or_else(|| panic!("no token in {text}"))
}

#[test]
fn a_station_is_enrolled_listed_and_revoked() {
    let home = tempfile::tempdir().unwrap();
    let enrol = ["enrol", "Desk-07", "--agent", "1024", "--team", "一组", "--agent-name", "王芳"];
    let text = said(&floor(home.path(), &enrol));
    let first = token(&text).to_owned();
    assert!(
        text.contains("url = \"ws://127.0.0.1:7900\"") && text.contains("token_file = \"floor.token\""),
        "{text}"
    );
    let store = SqliteStore::open(&home.path().join("data")).unwrap();
    let kept = store.stations().unwrap();
    assert_eq!(kept[0].enrolled.token_sha256, sha256_hex(first.as_bytes()), "the hash alone is kept");
    let second = said(&floor(home.path(), &enrol));
    assert_ne!(token(&second), first);
    let listed = said(&floor(home.path(), &["stations"]));
    assert_eq!(listed, "1\tdesk-07\t1024\t王芳\t一组\t有效\n");
    said(&floor(home.path(), &["revoke", "desk-07"]));
    assert!(store.stations().unwrap()[0].revoked_ms.is_some());
    assert!(refused(&floor(home.path(), &["revoke", "desk-08"])).contains("there is no station desk-08"));
    assert!(
        refused(&floor(home.path(), &["enrol", "../x", "--agent", "1", "--team", "A"]))
            .contains("a station's name is")
    );
    let trail = store.audit_trail(&AuditQuery { limit: 10, ..AuditQuery::default() }).unwrap();
    let acts: Vec<&str> = trail.iter().rev().map(|line| line.act.as_str()).collect();
    assert_eq!(acts, ["station_enrolled", "station_enrolled", "station_revoked"]);
    assert!(trail.iter().all(|line| line.who == "console"));
    assert!(!format!("{trail:?}").contains(&first));
}

#[test]
fn a_user_is_added_listed_reset_and_disabled() {
    let home = tempfile::tempdir().unwrap();
    let add =
        ["user", "add", "wang", "--role", "lead", "--team", "一组", "--team", "二组", "--full-name", "王芳"];
    let text = said(&floor(home.path(), &add));
    assert!(text.contains("一次性密码"), "{text}");
    assert!(refused(&floor(home.path(), &add)).contains("wang exists already"));
    assert!(
        refused(&floor(home.path(), &["user", "add", "x", "--role", "agent"]))
            .contains("an agent's number is")
    );
    let reset = said(&floor(home.path(), &["user", "reset-password", "wang"]));
    assert_ne!(text.rsplit('：').next(), reset.rsplit('：').next());
    assert_eq!(said(&floor(home.path(), &["user", "list"])), "wang\t王芳\t班组长\t一组,二组\t待改密码\n");
    said(&floor(home.path(), &["user", "disable", "wang"]));
    assert!(said(&floor(home.path(), &["user", "list"])).contains("已停用"));
    assert!(refused(&floor(home.path(), &["user", "disable", "li"])).contains("there is no user li"));
    let store = SqliteStore::open(&home.path().join("data")).unwrap();
    let wang = store.user("wang").unwrap().unwrap();
    assert_eq!((wang.role, wang.disabled, wang.must_change), (Role::Lead, true, true));
}

#[test]
fn a_floor_that_others_reach_without_tls_does_not_start() {
    let home = tempfile::tempdir().unwrap();
    let why = refused(&floor(home.path(), &["--listen", "0.0.0.0:0"]));
    assert!(
        why.contains("passwords would cross the network in the open") && why.contains("behind_proxy = true"),
        "{why}"
    );
    let config = home.path().join("floor.toml");
    let start = |text: &str| {
        std::fs::write(&config, text).unwrap();
        refused(&floor(home.path(), &["--config", config.to_str().unwrap(), "--listen", "127.0.0.1:0"]))
    };
    let tls = start("[tls]\ncert = 'nothing.crt'\nkey = 'nothing.key'");
    assert!(tls.contains("nothing.crt: no certificate can be read from it"), "{tls}");
    std::fs::write(home.path().join("open.secret"), "x".repeat(40)).unwrap();
    let hook = start("[[webhooks]]\nurl = 'https://a.example/'\nsecret_file = 'none.secret'");
    assert!(hook.contains("none.secret: the secret cannot be read"), "{hook}");
    #[cfg(unix)]
    {
        let open = start("[[webhooks]]\nurl = 'https://a.example/'\nsecret_file = 'open.secret'");
        assert!(
            open.contains("open.secret: every account of this machine can read the secret; chmod 600 it"),
            "{open}"
        );
    }
    assert!(!home.path().join("data").exists(), "nothing was made");
}
