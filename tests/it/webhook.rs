//! What other systems are told, against servers of the test: signatures, retries, limits.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use callcue::access::read_secret_file;
use callcue::call::{Channel, EndedBy, Event, EventKind, FlagKind};
use callcue::webhook::{
    Backoff, Delivery, Hook, HookWorker, Outbox, SendClock, Waiting, Whose, hook, is_signed, of_alert,
    of_event, signature,
};
use callcue::wire::{AlertCard, AlertKind, StampedEvent};
use serde_json::Value;

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
const NOW_S: i64 = 1_795_752_000;
/// What never comes is a failure, not a hang.
const PATIENCE: Duration = Duration::from_secs(30);

/// Soon again.
const BRISK: Backoff = Backoff {
    first: Duration::from_millis(1),
    longest: Duration::from_millis(4),
    refused_for: Duration::from_millis(3),
    kept_for: Duration::from_secs(60),
};

/// Stands still.
struct StoppedClock;

impl SendClock for StoppedClock {
    fn wall_ms(&self) -> i64 {
        NOW_S * 1_000
    }

    fn steady(&self) -> Duration {
        Duration::ZERO
    }
}

/// An outbox in memory that outlives its worker, as the floor's does.
#[derive(Clone, Default)]
struct Kept {
    waiting: Arc<Mutex<Vec<Waiting>>>,
    /// Attempts to settle that fail before one succeeds.
    broken: Arc<Mutex<u32>>,
}

impl Kept {
    fn of(deliveries: impl IntoIterator<Item = Delivery>) -> Self {
        let kept = Self::default();
        for (number, delivery) in (1..).zip(deliveries) {
            kept.waiting.lock().unwrap().push(Waiting { number, raised_ms: NOW_S * 1_000, delivery });
        }
        kept
    }

    fn left(&self) -> Vec<String> {
        self.waiting.lock().unwrap().iter().map(|waiting| waiting.delivery.id.clone()).collect()
    }
}

impl Outbox for Kept {
    fn oldest(&mut self) -> Result<(Vec<Waiting>, u64), String> {
        let waiting = self.waiting.lock().unwrap();
        Ok((waiting.iter().take(8).cloned().collect(), waiting.len() as u64))
    }

    fn settle(&mut self, numbers: &[u64]) -> Result<(), String> {
        let mut broken = self.broken.lock().unwrap();
        if *broken > 0 {
            *broken -= 1;
            return Err("the disk is full".to_owned());
        }
        self.waiting.lock().unwrap().retain(|waiting| !numbers.contains(&waiting.number));
        Ok(())
    }
}

/// What a receiver got.
#[derive(Debug)]
struct Got {
    head: String,
    body: Vec<u8>,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        let found = self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        });
        found.unwrap_or_else(|| panic!("no {name} in {}", self.head))
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A receiver that answers with these heads, one a request, and hands on what it got.
fn receiver(answers: Vec<&'static str>) -> (SocketAddr, Receiver<Got>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, got) = sync_channel(64);
    let serve = move || {
        for answer in answers {
            let (stream, _) = listener.accept().unwrap();
            sender.send(read_request(&stream)).unwrap();
            let text = format!("HTTP/1.1 {answer}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
            (&stream).write_all(text.as_bytes()).unwrap();
        }
    };
    thread::Builder::new().name("receiver".to_owned()).spawn(serve).unwrap();
    (address, got)
}

fn read_request(stream: &TcpStream) -> Got {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut head).unwrap() > 0, "cut off: {head}");
    }
    let length = head.lines().find_map(|line| {
        let (key, value) = line.split_once(": ")?;
        key.eq_ignore_ascii_case("content-length").then(|| value.parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    Got { head, body }
}

fn hook_to(address: &str, backoff: Backoff) -> (Hook, HookWorker) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, SECRET).unwrap();
    private(&path);
    hook(address, read_secret_file(&path, 32).unwrap(), backoff)
}

fn private(path: &std::path::Path) {
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    #[cfg(not(unix))]
    let _ = path;
}

fn run(worker: HookWorker, kept: &Kept) -> thread::JoinHandle<()> {
    let mut outbox = kept.clone();
    thread::Builder::new().spawn(move || worker.run(&StoppedClock, &mut outbox)).unwrap()
}

/// Waits until nothing is left.
fn until_empty(kept: &Kept) {
    for _ in 0..PATIENCE.as_millis() {
        if kept.left().is_empty() {
            return;
        }
        thread::park_timeout(Duration::from_millis(1));
    }
    panic!("{:?} are left", kept.left());
}

fn ids(told: &[Got]) -> Vec<&str> {
    told.iter().map(|got| got.header("callcue-delivery")).collect()
}

fn whose() -> Whose {
    Whose { station: 7, agent: "1024".into(), team: "一组".into() }
}

fn told_flag(seq: u64) -> Delivery {
    of_event(&whose(), &flag(seq)).unwrap()
}

fn stamped(seq: u64, kind: EventKind) -> StampedEvent {
    let event = Event { at_ms: seq * 1_000, kind };
    StampedEvent { call: "c1".into(), seq, wall: "2026-11-27T12:00:00+08:00".into(), event }
}

fn flag(seq: u64) -> StampedEvent {
    stamped(
        seq,
        EventKind::Flag {
            rule: "6.5".into(),
            kind: FlagKind::Forbidden,
            channel: Channel::Agent,
            from_ms: 100,
            to_ms: 900,
            text: "这句话谁也不该在别处读到".into(),
            phrase: "也不该".into(),
            item: "A1".into(),
            points: -10,
            instead: None,
            heard: callcue::call::Hearing::default(),
        },
    )
}

fn card(id: u64) -> AlertCard {
    AlertCard {
        id,
        station: 7,
        agent: "1024".into(),
        team: "一组".into(),
        call: "c1".into(),
        at_ms: 5_000,
        rule: "4.2".into(),
        kind: AlertKind::Rule,
        text: "客户要求找领导".into(),
        raised_ms: 1,
        assigned_to: String::new(),
        passed_on: 0,
        acknowledged_by: String::new(),
        settled: false,
    }
}

#[test]
fn flags_alerts_and_ended_calls_are_told_and_signed_and_hold_no_words() {
    let (address, got) = receiver(vec!["200 OK"; 4]);
    let (hook, worker) = hook_to(&format!("http://{address}/callcue?key=k"), BRISK);
    let counts = hook.counts();
    assert_eq!(of_event(&whose(), &stamped(4, EventKind::HoldStarted)), None);
    let kept = Kept::of([
        told_flag(3),
        of_alert(&card(9), 0),
        of_alert(&AlertCard { passed_on: 1, acknowledged_by: "chen".into(), ..card(9) }, 1),
        of_event(&whose(), &stamped(5, EventKind::CallEnded { by: EndedBy::Customer })).unwrap(),
    ]);
    let working = run(worker, &kept);
    let told: Vec<Got> = (0..4).map(|_| got.recv_timeout(PATIENCE).unwrap()).collect();
    until_empty(&kept);
    drop(hook);
    working.join().unwrap();
    assert_eq!((counts.delivered(), counts.failed(), counts.dropped(), counts.waiting()), (4, 0, 0, 0));
    assert_eq!(ids(&told), ["c1:3", "alert:9:0", "alert:9:1", "c1:5"]);
    for got in &told {
        assert!(got.head.starts_with("POST /callcue?key=k HTTP/1.1\r\n"), "{}", got.head);
        assert_eq!(got.header("content-type"), "application/json");
        assert!(is_signed(SECRET, got.header("callcue-signature"), &got.body, NOW_S + 10));
        assert!(!is_signed(b"another", got.header("callcue-signature"), &got.body, NOW_S));
        let body = got.json();
        assert_eq!(
            (&body["call"], &body["agent"], &body["team"], &body["station"]),
            (&"c1".into(), &"1024".into(), &"一组".into(), &7.into())
        );
        assert_eq!(body["id"], got.header("callcue-delivery"));
        assert_eq!(body["event"], got.header("callcue-event"));
        let text = String::from_utf8_lossy(&got.body);
        assert!(!text.contains("这句话") && !text.contains("也不该") && !text.contains("找领导"), "{text}");
    }
    assert_eq!(told[0].json()["points"], -10);
    assert_eq!(told[2].json()["passed_on"], 1);
    assert_eq!(told[3].json()["by"], "customer");
}

#[test]
fn a_hook_that_fails_gets_the_same_delivery_again_until_it_takes_it() {
    let (address, got) =
        receiver(vec!["500 -", "302 Found\r\nlocation: http://127.0.0.1:1/", "503 -", "204 -", "200 -"]);
    let (hook, worker) = hook_to(&format!("http://{address}/"), BRISK);
    let counts = hook.counts();
    let kept = Kept::of([told_flag(1), told_flag(2)]);
    let working = run(worker, &kept);
    let told: Vec<Got> = (0..5).map(|_| got.recv_timeout(PATIENCE).unwrap()).collect();
    until_empty(&kept);
    drop(hook);
    working.join().unwrap();
    assert_eq!(
        ids(&told),
        ["c1:1", "c1:1", "c1:1", "c1:1", "c1:2"],
        "in order, and no redirection is followed"
    );
    assert_eq!((counts.delivered(), counts.failed(), counts.dropped()), (2, 3, 0));
}

#[test]
fn what_waits_when_the_floor_stops_is_told_after_its_next_start() {
    let dead = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (hook, worker) = hook_to(&format!("http://{dead}/"), Backoff::default());
    let counts = hook.counts();
    let kept = Kept::of((1..=20).map(told_flag));
    let working = run(worker, &kept);
    for _ in 0..PATIENCE.as_millis() {
        if counts.failed() > 0 {
            break;
        }
        thread::park_timeout(Duration::from_millis(1));
    }
    // In the middle of a wait.
    drop(hook);
    working.join().unwrap();
    assert_eq!((counts.delivered(), counts.dropped(), counts.waiting(), kept.left().len()), (0, 0, 20, 20));

    let (address, got) = receiver(vec!["200 -"; 20]);
    let (hook, worker) = hook_to(&format!("http://{address}/"), Backoff::default());
    let working = run(worker, &kept);
    let told: Vec<Got> = (0..20).map(|_| got.recv_timeout(PATIENCE).unwrap()).collect();
    until_empty(&kept);
    drop(hook);
    working.join().unwrap();
    assert_eq!(ids(&told), (1..=20).map(|seq| format!("c1:{seq}")).collect::<Vec<_>>());
}

#[test]
fn a_delivery_that_is_refused_is_given_up_and_the_next_comes_through() {
    let (address, got) = receiver(vec!["400 -", "400 -", "429 -", "408 -", "429 -", "200 -"]);
    let backoff = Backoff { first: Duration::from_millis(2), ..BRISK };
    let (hook, worker) = hook_to(&format!("http://{address}/"), backoff);
    let counts = hook.counts();
    let kept = Kept::of([told_flag(1), told_flag(2)]);
    let working = run(worker, &kept);
    let told: Vec<Got> = (0..6).map(|_| got.recv_timeout(PATIENCE).unwrap()).collect();
    until_empty(&kept);
    drop(hook);
    working.join().unwrap();
    // The second wait, 4 ms, would be over the 3 ms; "too many" and "too slow" refuse nothing.
    assert_eq!(ids(&told), ["c1:1", "c1:1", "c1:2", "c1:2", "c1:2", "c1:2"]);
    assert_eq!((counts.delivered(), counts.failed(), counts.dropped()), (1, 5, 1));
}

#[test]
fn what_cannot_be_settled_is_told_again_and_what_is_too_old_is_not_told() {
    let (address, got) = receiver(vec!["200 -"; 3]);
    let (hook, worker) = hook_to(&format!("http://{address}/"), BRISK);
    let counts = hook.counts();
    let kept = Kept::of([told_flag(1), told_flag(2)]);
    kept.waiting.lock().unwrap()[0].raised_ms -= 60_001;
    *kept.broken.lock().unwrap() = 1;
    let working = run(worker, &kept);
    let told: Vec<Got> = (0..2).map(|_| got.recv_timeout(PATIENCE).unwrap()).collect();
    until_empty(&kept);
    drop(hook);
    working.join().unwrap();
    assert_eq!(ids(&told), ["c1:2", "c1:2"]);
    assert_eq!((counts.delivered(), counts.dropped()), (2, 2));
}

#[test]
fn waits_double_up_to_a_limit_and_end() {
    const HOUR: Duration = Duration::from_secs(3_600);
    let (backoff, zero) = (Backoff::default(), Duration::ZERO);
    let waits: Vec<u64> =
        (1..=11).map(|failures| backoff.wait(failures, true, zero, zero).unwrap().as_secs()).collect();
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    assert_eq!(backoff.wait(1_000, true, Duration::from_secs(3_301), zero), None, "refused for an hour");
    assert!(backoff.wait(u32::MAX, true, Duration::from_secs(3_300), zero).is_some());
    assert!(backoff.wait(1_000, false, HOUR * 71, HOUR * 71).is_some(), "away over a weekend");
    assert_eq!(backoff.wait(1_000, false, HOUR * 72, HOUR * 72), None);
}

#[test]
fn a_signature_holds_for_its_body_its_time_and_its_secret_only() {
    let header = signature(SECRET, NOW_S, b"{\"a\":1}");
    // By Python's hmac and hashlib.
    assert_eq!(header, "t=1795752000,v1=5f94bb1737a7098c35984d0efa08a407ae904bb4f207ab99a59584377400a48f");
    assert!(is_signed(SECRET, &header, b"{\"a\":1}", NOW_S));
    for (header, now_s) in [
        (header.clone(), NOW_S + 301),
        (header.clone(), NOW_S - 301),
        (header.replace("t=1", "t=2"), NOW_S),
        (header.replace("v1=", "v0="), NOW_S),
        (header[..header.len() - 2].to_owned(), NOW_S),
        (format!("{header}00"), NOW_S),
        (String::new(), NOW_S),
        ("t=,v1=".to_owned(), NOW_S),
        ("t=1795752000,v1=中文".to_owned(), NOW_S),
    ] {
        assert!(!is_signed(SECRET, &header, b"{\"a\":1}", now_s), "{header}");
    }
}

#[test]
fn a_secret_that_anybody_can_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let read = |text: &[u8]| {
        std::fs::write(&path, text).unwrap();
        private(&path);
        read_secret_file(&path, 32)
            .map(|secret| secret.reveal().to_owned())
            .map_err(|error| error.to_string())
    };
    assert_eq!(read(b"0123456789abcdef0123456789abcdef\n").unwrap(), "0123456789abcdef0123456789abcdef");
    for bad in [&b"short"[..], b"", b"\xff\xff", &[b'a'; 5_000], b"0123456789abcdef\n0123456789abcdef"] {
        let error = read(bad).unwrap_err();
        assert!(error.contains("openssl rand -hex 32") && !error.contains("0123"), "{error}");
    }
    #[cfg(unix)]
    {
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        assert!(read_secret_file(&path, 1).unwrap_err().to_string().contains("chmod 600"));
    }
    let missing = read_secret_file(&folder.path().join("nothing"), 1).unwrap_err().to_string();
    assert!(missing.contains("nothing: the secret cannot be read"), "{missing}");
}
