use std::io::ErrorKind;
use std::time::Duration;

use callcue::floor::Timeouts;
use callcue::store::Role;
use callcue::wire::{FLOOR_PROTOCOL, FromFloor, FromLead, ToFloor, UPLINK_PROTOCOL};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::support::floor::{Disk, TestFloor, brisk, events, hello};
use crate::support::station::read_to_end;

#[tokio::test]
async fn a_socket_without_the_right_papers_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = format!("Bearer {}", floor.enrol("desk-01", "1001", "一组"));
    let lead = floor.log_in("chen", Role::Lead, &["一组"]);
    let agent = floor.log_in("1001", Role::Agent, &[]);
    let teamless = floor.log_in("wu", Role::Lead, &[]);
    let (origin, evil) = (floor.origin(), "http://evil.example");
    let uplink = ("Sec-WebSocket-Protocol", UPLINK_PROTOCOL);
    let page = ("Sec-WebSocket-Protocol", FLOOR_PROTOCOL);
    type Headers<'a> = Vec<(&'a str, &'a str)>;
    let cases: Vec<(&str, &str, Headers<'_>, u16)> = vec![
        ("no token", "/station/ws", vec![uplink], 401),
        ("wrong token", "/station/ws", vec![uplink, ("Authorization", "Bearer 0123456789abcdef")], 401),
        ("a cookie for a token", "/station/ws", vec![uplink, ("Cookie", &lead)], 401),
        ("another protocol", "/station/ws", vec![("Authorization", &token)], 400),
        (
            "a station in a foreign page",
            "/station/ws",
            vec![uplink, ("Authorization", &token), ("Origin", evil)],
            403,
        ),
        ("no session", "/floor/ws", vec![page, ("Origin", &origin)], 401),
        (
            "a token for a session",
            "/floor/ws",
            vec![page, ("Origin", &origin), ("Authorization", &token)],
            401,
        ),
        ("an agent", "/floor/ws", vec![page, ("Origin", &origin), ("Cookie", &agent)], 403),
        ("a lead of no team", "/floor/ws", vec![page, ("Origin", &origin), ("Cookie", &teamless)], 403),
        ("no origin", "/floor/ws", vec![page, ("Cookie", &lead)], 403),
        ("another site", "/floor/ws", vec![page, ("Origin", evil), ("Cookie", &lead)], 403),
        ("a sandboxed page", "/floor/ws", vec![page, ("Origin", "null"), ("Cookie", &lead)], 403),
        (
            "a rebound name",
            "/floor/ws",
            vec![page, ("Origin", evil), ("Host", "evil.example"), ("Cookie", &lead)],
            403,
        ),
        ("the wrong protocol", "/floor/ws", vec![uplink, ("Origin", &origin), ("Cookie", &lead)], 400),
    ];
    for (what, path, headers, status) in cases {
        assert_eq!(floor.dial(path, &headers).await.err(), Some(status), "{what}");
    }
    assert_eq!((floor.counts.stations.get(), floor.counts.leads.get()), (0, 0));
    floor.assert_alive("bad papers").await;
    floor.stop().await;
}

#[tokio::test]
async fn nonsense_of_a_station_is_refused_and_too_much_of_it_ends_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = floor.enrol("desk-01", "1001", "一组");
    let mut station = floor.station(&token).await;
    let mut mixed = events("a", 1, 2);
    mixed[1].call = "b".into();
    let mut gap = events("a", 1, 2);
    gap[1].seq = 7;
    let mut zero = events("a", 1, 1);
    zero[0].seq = 0;
    let mut huge = events("a", 1, 1);
    huge[0].seq = u64::MAX;
    let bad = |events| serde_json::to_string(&ToFloor::Events { events }).unwrap();
    let mut frames = vec![
        "{".to_owned(),
        "[]".to_owned(),
        r#"{"type":"shell","command":"ls"}"#.to_owned(),
        bad(vec![]),
        bad(mixed),
        bad(gap),
        bad(zero),
        bad(huge),
        bad(events("a", 1, 513)),
        serde_json::to_string(&ToFloor::Closed { call: "/etc/passwd".into(), last_seq: 1 }).unwrap(),
    ];
    for call in ["", "..", "../../x", "a/b", "a\\b", ".hidden", "a b", "字", "a\u{0}", &"a".repeat(65)] {
        frames.push(bad(events(call, 1, 1)));
        frames.push(format!(
            r#"{{"type":"offer","calls":[{{"call":{},"last_seq":1}}]}}"#,
            serde_json::json!(call)
        ));
    }
    for frame in &frames {
        station.send(Message::text(frame.clone())).await;
        let told = loop {
            match station.hear().await {
                FromFloor::Listen { .. } | FromFloor::Watch { .. } => {}
                told => break told,
            }
        };
        assert!(matches!(told, FromFloor::Refused { .. }), "{frame}: {told:?}");
    }
    station.store(&events("a", 1, 2)).await;
    for _ in frames.len()..40 {
        station.send(Message::binary(vec![0; 9])).await;
    }
    assert_eq!(station.closed().await.unwrap().code, CloseCode::Policy);
    let mut station = floor.station(&token).await;
    station.store(&events("a", 3, 1)).await;
    floor.assert_alive("nonsense").await;
    floor.stop().await;
}

#[tokio::test]
async fn frames_too_large_end_the_line_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = floor.enrol("desk-01", "1001", "一组");
    let cookie = floor.log_in("chen", Role::Lead, &["一组"]);
    let mut station = floor.station(&token).await;
    station.send(Message::text("a".repeat(256 * 1024 + 1))).await;
    station.closed().await;
    let mut lead = floor.lead(&cookie).await;
    lead.socket.send(Message::text("a".repeat(16 * 1024 + 1))).await;
    lead.socket.closed().await;
    let mut lead = floor.lead(&cookie).await;
    lead.socket.send(Message::binary(vec![1, 2, 3])).await;
    assert_eq!(lead.socket.closed().await.unwrap().code, CloseCode::Unsupported);
    let mut lead = floor.lead(&cookie).await;
    for frame in [
        "",
        "{",
        r#"{"type":"open"}"#,
        r#"{"type":"open","call":"a","x":1}"#,
        r#"{"type":"acknowledge","alert":-1}"#,
    ] {
        lead.socket.send(Message::text(frame)).await;
        assert!(lead.refusal().await.starts_with("not a request of a page"), "{frame}");
    }
    floor.station(&token).await.store(&events("a", 1, 1)).await;
    floor.assert_alive("frames too large").await;
    floor.stop().await;
}

#[tokio::test]
async fn a_station_must_say_hello_first() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let bearer = format!("Bearer {}", floor.enrol("desk-01", "1001", "一组"));
    let headers = [("Authorization", bearer.as_str()), ("Sec-WebSocket-Protocol", UPLINK_PROTOCOL)];
    for first in [ToFloor::Ringing { on: true }, ToFloor::Events { events: events("a", 1, 1) }] {
        let mut socket = floor.dial("/station/ws", &headers).await.unwrap();
        socket.say(&first).await;
        assert_eq!(socket.closed().await.unwrap().code, CloseCode::Policy);
    }
    let mut socket = floor.dial("/station/ws", &headers).await.unwrap();
    socket.say(&hello()).await;
    assert!(matches!(socket.hear().await, FromFloor::Welcome { .. }));
    floor.stop().await;
}

#[tokio::test]
async fn a_call_of_another_station_cannot_be_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let (own, other) = (floor.enrol("desk-01", "1001", "一组"), floor.enrol("desk-02", "1002", "一组"));
    floor.station(&own).await.store(&events("a", 1, 2)).await;
    let mut thief = floor.station(&other).await;
    let refused = async |thief: &mut crate::support::floor::Socket| loop {
        match thief.hear().await {
            FromFloor::Refused { en, .. } => return en,
            FromFloor::Listen { .. } | FromFloor::Watch { .. } => {}
            told => panic!("{told:?}"),
        }
    };
    thief.say(&ToFloor::Events { events: events("a", 3, 1) }).await;
    assert!(refused(&mut thief).await.contains("another station"));
    thief.send(Message::text(r#"{"type":"offer","calls":[{"call":"a","last_seq":9}]}"#)).await;
    assert!(refused(&mut thief).await.contains("another station"));
    thief.say(&ToFloor::Closed { call: "a".into(), last_seq: 2 }).await;
    assert!(refused(&mut thief).await.contains("another station"));
    thief.store(&events("b", 1, 1)).await;
    floor.station(&own).await.store(&events("a", 3, 1)).await;
    floor.stop().await;
}

#[tokio::test]
async fn another_teams_call_cannot_be_opened() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let token = floor.enrol("desk-01", "1001", "一组");
    floor.station(&token).await.store(&events("a", 1, 2)).await;
    let mut lead = floor.lead(&floor.log_in("ma", Role::Lead, &["二组"])).await;
    let mut refusals = Vec::new();
    for call in ["a", "no-such-call", "../../etc/passwd", "' OR 1=1 --", ""] {
        lead.ask(&FromLead::Open { call: call.into() }).await;
        refusals.push(lead.refusal().await);
    }
    refusals.dedup();
    assert_eq!(refusals, ["there is no such call for you"], "whether there is one is not told");
    floor.stop().await;
}

#[tokio::test]
async fn path_tricks_lead_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    let admin = floor.log_in("admin", Role::Administrator, &[]);
    let bearer = format!("Bearer {}", floor.enrol("desk-01", "1001", "一组"));
    for call in ["..%2f..%2f..%2fetc%2fpasswd", "%2e%2e", "a%00", "..%5c..%5cx", "%2fetc%2fpasswd"] {
        for rest in ["", "/events", "/recording"] {
            let path = format!("/api/calls/{call}{rest}");
            let reply = floor.request("GET", &path, &[("Cookie", &admin)], b"").await;
            assert!(matches!(reply.status, 403 | 404), "{path}: {}", reply.status);
        }
        let path = format!("/station/recordings/{call}?offset=0&total=3&sha256={}", "0".repeat(64));
        let reply = floor.request("PUT", &path, &[("Authorization", &bearer)], b"abc").await;
        assert_eq!(reply.status, 400, "{path}");
    }
    for path in [
        "/../Cargo.toml",
        "/%2e%2e/package.json",
        "/assets/../../package.json",
        "/floor.sqlite3",
        "//etc/passwd",
    ] {
        assert_eq!(floor.request("GET", path, &[], b"").await.status, 404, "{path}");
    }
    let much = vec![b'a'; (1 << 20) + 1];
    let path = format!("/station/recordings/a?offset=0&total={}&sha256={}", much.len(), "0".repeat(64));
    assert_eq!(floor.request("PUT", &path, &[("Authorization", &bearer)], &much).await.status, 413);
    for query in ["offset=0", "offset=-1&total=3&sha256=0", "offset=0&total=2&sha256=zz", ""] {
        let path = format!("/station/recordings/a?{query}");
        assert_eq!(
            floor.request("PUT", &path, &[("Authorization", &bearer)], b"abc").await.status,
            400,
            "{query}"
        );
    }
    floor.assert_alive("path tricks").await;
    floor.stop().await;
}

/// Connections that say half of what they should, or nothing.
const HALF_OPEN: usize = 2_500;
/// How long the floor bears with them: many times what opening them takes.
const PATIENCE: Duration = Duration::from_secs(6);

/// Both ends of each connection are files of this process.
fn allow_many_files() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let wanted = 2 * HALF_OPEN as u64 + 2_000;
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        assert!(
            maximum.is_none_or(|maximum| maximum >= wanted),
            "{wanted} open files are needed and {maximum:?} allowed: `ulimit -Hn {wanted}`"
        );
        if current.is_some_and(|current| current < wanted) {
            setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum }).unwrap();
        }
    }
}

#[tokio::test]
async fn half_open_connections_by_the_thousand_hold_up_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let timeouts = Timeouts { request: PATIENCE, ..brisk() };
    let floor = TestFloor::start_with(Disk::open(folder.path()), timeouts).await;
    let token = floor.enrol("desk-01", "1001", "一组");
    allow_many_files();
    let mut half_open = Vec::new();
    for number in 0..HALF_OPEN {
        let mut stream = TcpStream::connect(floor.address).await.unwrap();
        let head: &[u8] = match number % 3 {
            0 => b"",
            1 => b"GET /healthz HTTP/1.1\r\nHost: ",
            _ => b"GET /station/ws HTTP/1.1\r\nUpgrade: websocket\r\n",
        };
        stream.write_all(head).await.unwrap();
        half_open.push(stream);
    }
    floor.station(&token).await.store(&events("a", 1, 3)).await;
    floor.assert_alive("half-open connections").await;
    // The floor has answered before it gave any of them up: the first is still as it was.
    let first = half_open[0].try_read(&mut [0]);
    assert!(first.is_err_and(|why| why.kind() == ErrorKind::WouldBlock), "the floor answered late");
    // Returns because the floor gives them up.
    for mut stream in half_open {
        read_to_end(&mut stream).await;
    }
    floor.assert_alive("half-open connections").await;
    floor.stop().await;
}
