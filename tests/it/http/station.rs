use std::fs;
use std::sync::Arc;

use callcue::http::{ServeError, StationFile, Timeouts, Token, bind, serve};
use callcue::workbench::Files;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::support::station::{LOOPBACK, TestStation};

#[tokio::test]
async fn every_answer_carries_the_headers_of_safety() {
    let station = TestStation::start().await;
    let address = station.address;
    for (path, host, status, cache) in [
        ("/", &*address.to_string(), 200, None),
        ("/healthz", &address.to_string(), 200, Some("no-store")),
        ("/nothing", &address.to_string(), 404, Some("no-store")),
        ("/call", &address.to_string(), 401, Some("no-store")),
        ("/", "evil.example", 403, Some("no-store")),
    ] {
        let reply = station.request("GET", path, &[("Host", host)], "").await;
        assert_eq!(reply.status, status, "{path}");
        let policy = format!("default-src 'self'; connect-src 'self' ws://{address} ");
        for header in [
            format!("content-security-policy: {policy}"),
            "frame-ancestors 'none'".into(),
            "x-content-type-options: nosniff".into(),
            "referrer-policy: no-referrer".into(),
            "cross-origin-resource-policy: same-origin".into(),
            cache.map_or_else(|| "cache-control: no-".into(), |cache| format!("cache-control: {cache}")),
        ] {
            assert!(reply.head.contains(&header), "{path} lacks {header}: {}", reply.head);
        }
        assert!(!reply.head.contains(station.token.reveal()) && !reply.body.contains(station.token.reveal()));
    }
    station.stop().await;
}

#[tokio::test]
async fn the_page_is_there_or_says_how_to_build_it() {
    let station = TestStation::start().await;
    let page = station.request("GET", "/", &[], "").await;
    assert_eq!(page.status, 200);
    assert!(page.head.contains("content-type: text/html; charset=utf-8"), "{}", page.head);
    assert!(page.body.starts_with("<!doctype html>"), "{}", page.body);
    let health: Value =
        serde_json::from_str(&station.request("GET", "/healthz", &[], "").await.body).unwrap();
    assert_eq!(health, json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}));
    station.stop().await;
}

#[tokio::test]
async fn a_station_that_stops_says_goodbye() {
    let station = TestStation::start().await;
    let mut page = station.page().await;
    assert_eq!(page.next().await["type"], "hello");
    let (goodbye, ()) = tokio::join!(page.closed(), station.stop());
    assert_eq!(goodbye.unwrap().code, CloseCode::Away);
}

#[tokio::test]
async fn only_the_loopback_is_served() {
    let station = TestStation::start().await;
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let parts = callcue::http::StationParts {
        delivery: station.delivery.clone(),
        commands: mpsc::channel(1).0,
        token: Token::random().unwrap(),
        timeouts: Timeouts::default(),
        files: Arc::new(|| Ok(Files::default())),
    };
    let refused = serve(listener, parts, std::future::pending()).await.unwrap_err();
    assert!(matches!(refused, ServeError::NotLoopback(at) if at == address), "{refused}");
    station.stop().await;
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let taken = bind(LOOPBACK).await.unwrap();
    let address = taken.local_addr().unwrap();
    let refused = bind(address).await.unwrap_err().to_string();
    assert!(
        refused.contains(&address.to_string()) && refused.contains("`listen` under [station]"),
        "{refused}"
    );
}

#[test]
fn a_token_is_new_each_time_and_does_not_show_itself() {
    let (one, other) = (Token::random().unwrap(), Token::random().unwrap());
    assert_ne!(one.reveal(), other.reveal());
    assert_eq!(one.reveal().len(), 32);
    assert!(one.reveal().bytes().all(|digit| digit.is_ascii_hexdigit()));
    assert_eq!(format!("{one:?}"), "Token(…)");
    let url = one.page_url("127.0.0.1:7227".parse().unwrap());
    assert_eq!(url, format!("http://127.0.0.1:7227/#token={}", one.reveal()));
}

#[test]
fn softphones_find_the_station_in_a_file_of_the_agents_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("station.json");
    fs::write(&path, "of a station that was killed").unwrap();
    fs::write(folder.path().join("station.json.unfinished"), "").unwrap();
    let token = Token::random().unwrap();
    let file = StationFile::write(&path, "127.0.0.1:7227".parse().unwrap(), &token).unwrap();
    let content: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(content, json!({"url": "http://127.0.0.1:7227", "token": token.reveal()}));
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions()) & 0o777,
        0o600
    );
    drop(file);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing/station.json");
    let token = Token::random().unwrap();
    let fault = StationFile::write(&path, "127.0.0.1:7227".parse().unwrap(), &token).unwrap_err().to_string();
    assert!(fault.contains("missing/station.json") && !fault.contains(token.reveal()), "{fault}");
}
