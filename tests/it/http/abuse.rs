use std::time::Duration;

use callcue::http::Timeouts;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::support::station::{Headers, TestStation};

#[tokio::test]
async fn a_socket_without_the_right_papers_is_refused() {
    let station = TestStation::start().await;
    let (origin, protocols, token) = (station.origin(), station.protocols(), station.token.reveal());
    let port = station.address.port();
    let good = [("Origin", origin.as_str()), ("Sec-WebSocket-Protocol", protocols.as_str())];
    let with_origin = |origin: &str| vec![("Origin".to_owned(), origin.to_owned()), owned(good[1])];
    let offering =
        |offered: &str| vec![owned(good[0]), ("Sec-WebSocket-Protocol".to_owned(), offered.to_owned())];
    let with_host = |host: &str| vec![owned(good[0]), owned(good[1]), ("Host".to_owned(), host.to_owned())];
    let cases = [
        ("no subprotocol", vec![owned(good[0])], 401),
        ("no token", offering("callcue.v1"), 401),
        ("empty token", offering("callcue.v1, callcue.token."), 401),
        ("wrong token", offering("callcue.v1, callcue.token.0123456789abcdef0123456789abcdef"), 401),
        ("token cut short", offering(&format!("callcue.v1, callcue.token.{}", &token[1..])), 401),
        ("token and more", offering(&format!("callcue.v1, callcue.token.{token}0")), 401),
        ("token in capitals of no use", offering(&format!("callcue.v1, CALLCUE.TOKEN.{token}")), 401),
        ("no protocol", offering(&format!("callcue.token.{token}")), 400),
        ("another protocol", offering(&format!("callcue.v2, callcue.token.{token}")), 400),
        ("no origin", vec![owned(good[1])], 403),
        ("another site", with_origin("http://evil.example"), 403),
        ("a sandboxed page", with_origin("null"), 403),
        ("another port", with_origin(&format!("http://127.0.0.1:{}", port ^ 1)), 403),
        ("another scheme", with_origin(&format!("https://127.0.0.1:{port}")), 403),
        ("a longer name", with_origin(&format!("http://127.0.0.1:{port}.evil.example")), 403),
        ("a rebound name", with_host(&format!("evil.example:{port}")), 403),
        ("a name without port", with_host("127.0.0.1"), 403),
    ];
    for (what, headers, status) in cases {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(station.dial(&headers).await.err(), Some(status), "{what}");
    }
    assert_eq!(station.delivery.counts().pages, 0);
    station.assert_alive("bad papers").await;
    let localhost = format!("http://localhost:{port}");
    let host = format!("localhost:{port}");
    assert!(
        station.dial(&[("Origin", &localhost), ("Host", &host), good[1]]).await.is_ok(),
        "localhost is home too"
    );
    station.stop().await;
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[tokio::test]
async fn a_frame_that_is_no_command_is_refused_and_the_page_stays() {
    let station = TestStation::start().await;
    let mut page = station.page().await;
    assert_eq!(page.next().await["type"], "hello");
    for bad in
        ["", "{", "null", "[]", r#"{"type":"shell"}"#, r#"{"type":"call","act":"start","x":1}"#, "\u{0}"]
    {
        page.send(Message::text(bad)).await;
        let refused = page.next().await;
        assert_eq!(refused["type"], "refused", "{bad}");
        assert!(
            refused["en"].as_str().unwrap().starts_with("not a command of this station"),
            "{bad}: {refused}"
        );
    }
    page.say(json!({"type": "call", "act": "start"})).await;
    assert_eq!(page.types(1).await, ["call_started"]);
    station.stop().await;
}

#[tokio::test]
async fn a_binary_frame_ends_the_page() {
    let station = TestStation::start().await;
    let mut page = station.page().await;
    page.send(Message::binary(vec![0; 10])).await;
    assert_eq!(page.closed().await.unwrap().code, CloseCode::Unsupported);
    station.until_pages(0).await;
    station.assert_alive("a binary frame").await;
    station.stop().await;
}

#[tokio::test]
async fn a_frame_over_64_kib_ends_the_page() {
    let station = TestStation::start().await;
    let mut page = station.page().await;
    page.send(Message::text("a".repeat(64 * 1024))).await;
    assert_eq!(page.types(2).await, ["hello", "refused"], "64 KiB are read, and are no command");
    page.send(Message::text("a".repeat(64 * 1024 + 1))).await;
    page.closed().await;
    station.until_pages(0).await;
    station.assert_alive("a frame too large").await;
    station.stop().await;
}

#[tokio::test]
async fn a_request_of_a_stranger_is_refused() {
    let station = TestStation::start().await;
    let bearer = format!("Bearer {}", station.token.reveal());
    let basic = format!("Basic {}", station.token.reveal());
    let own_host = station.address.to_string();
    let cases: [(&str, Headers, u16); 10] = [
        ("no token", &[], 401),
        ("wrong token", &[("Authorization", "Bearer 0123456789abcdef0123456789abcdef")], 401),
        ("empty token", &[("Authorization", "Bearer ")], 401),
        ("another scheme", &[("Authorization", &basic)], 401),
        ("token as cookie", &[("Cookie", &bearer)], 401),
        ("another site", &[("Authorization", &bearer), ("Origin", "http://evil.example")], 403),
        ("a sandboxed page", &[("Authorization", &bearer), ("Origin", "null")], 403),
        ("a rebound name", &[("Authorization", &bearer), ("Host", "evil.example")], 403),
        ("an empty name", &[("Authorization", &bearer), ("Host", "")], 403),
        ("two names", &[("Authorization", &bearer), ("Host", &own_host), ("Host", "evil.example")], 403),
    ];
    for (what, headers, status) in cases {
        for (method, path) in [("POST", "/call/start"), ("GET", "/call")] {
            let reply = station.request(method, path, headers, "").await;
            assert_eq!(reply.status, status, "{what}: {method} {path}");
            assert!(!reply.head.contains("access-control"), "{what}: {}", reply.head);
        }
    }
    assert_eq!(station.softphone("GET", "/call", "").await.1.get("call"), None, "no call was started");
    let preflight = [("Origin", "http://evil.example"), ("Access-Control-Request-Method", "POST")];
    assert_eq!(station.request("OPTIONS", "/call/start", &preflight, "").await.status, 403);
    let own = [("Authorization", bearer.as_str()), ("Origin", &station.origin())];
    assert_eq!(station.request("POST", "/call/start", &own, "").await.status, 200);
    station.stop().await;
}

#[tokio::test]
async fn paths_lead_nowhere_but_into_the_page() {
    let station = TestStation::start().await;
    for path in [
        "/../Cargo.toml",
        "/../../../../../../etc/passwd",
        "/assets/../../package.json",
        "/%2e%2e/package.json",
        "/..%2fpackage.json",
        "/%2e%2e%2fpackage.json",
        "/..\\package.json",
        "//etc/passwd",
        "/etc/passwd",
        "/./index.html",
        "/.gitignore",
        "/assets",
        "/assets/",
        "/index.html/",
        "/%00",
        "/nothing.js",
    ] {
        let reply = station.request("GET", path, &[], "").await;
        assert_eq!(reply.status, 404, "{path}");
        assert!(reply.body.contains("nothing at this address"), "{path}: {}", reply.body);
    }
    for (method, path) in [("POST", "/"), ("DELETE", "/index.html"), ("PUT", "/nothing"), ("POST", "/ws")] {
        assert_eq!(station.request(method, path, &[], "").await.status, 405, "{method} {path}");
    }
    station.assert_alive("path tricks").await;
    station.stop().await;
}

#[tokio::test]
async fn too_much_and_too_slow_is_refused() {
    let timeouts = Timeouts { request: Duration::from_millis(100), ..Timeouts::default() };
    let station = TestStation::start_with(timeouts).await;
    let bearer = format!("Bearer {}", station.token.reveal());
    let much = station
        .request("POST", "/call/start", &[("Authorization", &bearer)], &" ".repeat(64 * 1024 + 1))
        .await;
    assert_eq!(much.status, 413);
    let late = format!(
        "POST /call/start HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: {bearer}\r\nContent-Length: 5\r\n\r\n",
        station.address
    );
    assert!(station.raw(late.as_bytes()).await.starts_with("HTTP/1.1 408"));
    // Returns because the server closes.
    let unfinished = station.raw(b"GET / HTTP/1.1\r\nHost: ").await;
    assert!(!unfinished.contains("200 OK"), "{unfinished}");
    for garbage in [&b"\x16\x03\x01\x02\x00"[..], b"GET / HTTP/9\r\n\r\n", b"\r\n\r\n\r\n", &[0xff; 5_000]] {
        assert!(!station.raw(garbage).await.contains("200 OK"));
    }
    station.assert_alive("garbage").await;
    station.stop().await;
}
