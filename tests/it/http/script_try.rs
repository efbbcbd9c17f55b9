//! The questions of the page on which a script's owner tries it.

use std::fs;
use std::path::{Path, PathBuf};

use callcue::workbench::{Files, TryRequest};
use serde_json::{Value, json};

use crate::support::station::TestStation;

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/script_try").join(name)
}

fn request() -> Value {
    serde_json::from_str(&fs::read_to_string(golden("request.json")).unwrap()).unwrap()
}

/// The tests of the page read the same two files. `UPDATE_EXPECT=1` writes the answer anew.
#[test]
fn a_conversation_is_answered_as_the_golden_answer_has_it() {
    let asked: TryRequest = serde_json::from_value(request()).unwrap();
    let answer = serde_json::to_value(asked.run(&Files::default())).unwrap();
    let path = golden("answer.json");
    // As text: reading a number and writing it again may change its last digit.
    let text = serde_json::to_string_pretty(&answer).unwrap() + "\n";
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "{} is out of date; run this test with UPDATE_EXPECT=1", path.display());
    let flags: Vec<&Value> =
        answer["happenings"].as_array().unwrap().iter().filter(|one| one["type"] == "flag").collect();
    assert_eq!(flags.len(), 2, "{flags:?}");
    assert!(flags.iter().all(|flag| flag["why"].is_string() && flag["aligned"].is_array()), "{flags:?}");
}

#[tokio::test]
async fn the_page_tries_the_stations_script_and_one_of_its_own() {
    let station = TestStation::start().await;
    let dialogue = "客服: 您好,什么事情\n挂机 客户\n胡说\n";
    let (status, answer) =
        station.softphone("POST", "/script/try", &json!({ "dialogue": dialogue }).to_string()).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["script"], "中铁物流集团客服人员服务规范用语");
    assert!(
        answer["happenings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["rule"] == "1.1" && one["type"] == "flag")
    );
    assert_eq!(answer["mistakes"][0]["line"], 3);

    let own = json!({ "dialogue": dialogue, "script": { "name": "我的.toml", "text": "format = 1\ncolour = 2\n" } });
    let (status, answer) = station.softphone("POST", "/script/try", &own.to_string()).await;
    assert_eq!((status, &answer["file"]), (200, &json!("我的.toml")));
    assert!(
        answer["script_mistakes"][0]["zh"].as_str().unwrap().contains("没有「colour」这一项"),
        "{answer}"
    );
    assert_eq!(answer["happenings"], json!([]));

    let (status, answer) = station.softphone("POST", "/script/explain", r#"{"rule":"2.2"}"#).await;
    assert_eq!(status, 200);
    assert!(answer["card"].as_str().unwrap().contains("要说的话"), "{answer}");
    station.stop().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let station = TestStation::start().await;
    for (path, body, expected) in [
        ("/script/try", "{".to_owned(), 400),
        ("/script/try", r#"{"dialogue":"","extra":1}"#.to_owned(), 400),
        ("/script/try", r#"{"dialogue":7}"#.to_owned(), 400),
        ("/script/try", json!({ "dialogue": "好".repeat(30_000) }).to_string(), 413),
        ("/script/explain", r#"{"rule":"9.9"}"#.to_owned(), 404),
    ] {
        let (status, answer) = station.softphone("POST", path, &body).await;
        assert_eq!(status, expected, "{path} {answer}");
        assert!(answer["zh"].is_string() && answer["error"].is_string(), "{answer}");
    }
    let reply = station.request("POST", "/script/try", &[], r#"{"dialogue":""}"#).await;
    assert_eq!(reply.status, 401, "without the token");
    station.stop().await;
}
