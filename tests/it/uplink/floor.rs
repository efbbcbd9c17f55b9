use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path as UrlPath, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use callcue::uplink::{FloorAccess, Uplink, UplinkPlan, Waits};
use callcue::wire::{FromFloor, LiveAudio, Moment, StationHello, ToFloor, UPLINK_PROTOCOL, UploadState};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, watch};
use tokio::time::timeout;

use super::twin::{ModelFloor, event, hello};

/// What never comes is a failure, not a hang.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);
pub(super) const TOKEN: &str = "0123456789abcdef";

/// Waits of a station that has no time to lose.
pub(super) const QUICK: Waits = Waits {
    min: Duration::from_millis(1),
    spread_first: Duration::from_millis(1),
    spread_max: Duration::from_millis(5),
    denied: Duration::from_millis(5),
    recording: Duration::from_millis(5),
};

/// A floor as tests see and change it.
#[derive(Clone, Debug, Default)]
pub(super) struct Scene {
    pub(super) floor: ModelFloor,
    pub(super) hellos: Vec<StationHello>,
    /// All but events, offers and ends.
    pub(super) other: Vec<ToFloor>,
    pub(super) audio: Vec<LiveAudio>,
    pub(super) recordings: BTreeMap<String, Upload>,
    pub(super) denies: bool,
    pub(super) disk_is_full: bool,
    /// Messages after which the next connections are cut, the rest of what came being lost.
    pub(super) cuts: VecDeque<usize>,
    /// Answers to uploads that find the hash wrong.
    pub(super) wrong_hashes: u32,
    /// Bytes that are kept of the next parts, before the floor fails.
    pub(super) torn_parts: VecDeque<usize>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Upload {
    pub(super) bytes: Vec<u8>,
    pub(super) complete: bool,
    pub(super) parts: u32,
}

#[derive(Clone)]
pub(super) struct TestFloor {
    pub(super) address: SocketAddr,
    scene: watch::Sender<Scene>,
    say: broadcast::Sender<FromFloor>,
}

impl TestFloor {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let floor = Self { address, scene: watch::Sender::default(), say: broadcast::channel(64).0 };
        let router = Router::new()
            .route("/station/ws", get(open))
            .route("/station/recordings/{call}", get(state).put(add))
            .layer(axum::extract::DefaultBodyLimit::max(4 << 20))
            .with_state(floor.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        floor
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Scene)) {
        self.scene.send_modify(change);
    }

    pub(super) fn scene(&self) -> Scene {
        self.scene.borrow().clone()
    }

    /// Waits until it is so.
    pub(super) async fn until(&self, what: &str, is_so: impl FnMut(&Scene) -> bool) {
        let mut scene = self.scene.subscribe();
        let come = timeout(PATIENCE, scene.wait_for(is_so)).await.map(|found| found.map(drop));
        assert!(come.is_ok(), "never: {what}: {:?}", self.scene.borrow());
    }

    /// Says something to every station that is connected.
    pub(super) fn say(&self, message: FromFloor) {
        self.say.send(message).unwrap();
    }

    /// Calls on its disk as `(call, events, closed)`, each event checked.
    pub(super) fn calls(&self) -> Vec<(String, u64, bool)> {
        let calls = |(call, kept): (&String, &super::twin::Kept)| {
            assert!(
                kept.events.iter().map(|event| event.seq).eq(1..=kept.seq()),
                "{call}: {:?}",
                kept.events
            );
            (call.clone(), kept.seq(), kept.closed)
        };
        self.scene.borrow().floor.disk.iter().map(calls).collect()
    }

    fn denies(&self, headers: &HeaderMap) -> bool {
        let bearer = headers.get("authorization").map(|value| value.to_str().unwrap());
        self.scene.borrow().denies || bearer != Some(&format!("Bearer {TOKEN}"))
    }

    async fn serve(self, mut socket: WebSocket) {
        let mut spoken = self.say.subscribe();
        let mut cut = None;
        self.change(|scene| cut = scene.cuts.pop_front());
        let mut read = 0;
        loop {
            let answers = tokio::select! {
                message = socket.recv() => {
                    let Some(Ok(message)) = message else { return };
                    read += 1;
                    if cut.is_some_and(|cut| read > cut) {
                        self.change(|scene| scene.floor.crash());
                        return;
                    }
                    self.hear(message)
                }
                said = spoken.recv() => vec![said.unwrap()],
            };
            for answer in answers {
                let text = serde_json::to_string(&answer).unwrap();
                if socket.send(Message::Text(text.into())).await.is_err() {
                    return;
                }
            }
        }
    }

    fn hear(&self, message: Message) -> Vec<FromFloor> {
        let mut answers = Vec::new();
        self.scene.send_modify(|scene| match message {
            Message::Text(text) => {
                let message: ToFloor = serde_json::from_str(&text).unwrap();
                match &message {
                    ToFloor::Hello(hello) => scene.hellos.push(hello.clone()),
                    ToFloor::Offer { .. } | ToFloor::Events { .. } | ToFloor::Closed { .. } => {}
                    _ => scene.other.push(message.clone()),
                }
                let is_told = matches!(message, ToFloor::Events { .. } | ToFloor::Closed { .. });
                answers = scene.floor.receive(message);
                if is_told {
                    answers.extend(scene.floor.commit());
                }
            }
            Message::Binary(bytes) => scene.audio.push(LiveAudio::from_bytes(&bytes).unwrap()),
            _ => {}
        });
        answers
    }
}

async fn open(State(floor): State<TestFloor>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    if floor.denies(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    upgrade.protocols([UPLINK_PROTOCOL]).on_upgrade(move |socket| floor.serve(socket))
}

async fn state(
    State(floor): State<TestFloor>,
    headers: HeaderMap,
    UrlPath(call): UrlPath<String>,
) -> Response {
    if floor.denies(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if !floor.scene.borrow().floor.disk.contains_key(&call) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let upload = floor.scene.borrow().recordings.get(&call).cloned().unwrap_or_default();
    Json(UploadState { bytes: upload.bytes.len() as u64, complete: upload.complete }).into_response()
}

#[derive(Deserialize)]
struct Part {
    offset: usize,
    total: usize,
    sha256: String,
}

async fn add(
    State(floor): State<TestFloor>,
    UrlPath(call): UrlPath<String>,
    Query(part): Query<Part>,
    bytes: Bytes,
) -> Response {
    let mut answer = StatusCode::INSUFFICIENT_STORAGE.into_response();
    floor.scene.send_modify(|scene| {
        if scene.disk_is_full {
            return;
        }
        let upload = scene.recordings.entry(call).or_default();
        upload.parts += 1;
        if part.offset == upload.bytes.len() {
            if let Some(kept) = scene.torn_parts.pop_front() {
                upload.bytes.extend(&bytes[..kept.min(bytes.len())]);
                answer = StatusCode::INTERNAL_SERVER_ERROR.into_response();
                return;
            }
            upload.bytes.extend(&bytes);
        }
        if upload.bytes.len() == part.total {
            let hash: String =
                Sha256::digest(&upload.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            upload.complete = hash == part.sha256 && scene.wrong_hashes == 0;
            if !upload.complete {
                scene.wrong_hashes = scene.wrong_hashes.saturating_sub(1);
                upload.bytes.clear();
            }
        }
        let state = UploadState { bytes: upload.bytes.len() as u64, complete: upload.complete };
        answer = Json(state).into_response();
    });
    answer
}

/// Carries connections to the floor; the next ones break after so many bytes of the station.
pub(super) async fn start_proxy(floor: SocketAddr, budgets: Vec<usize>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut budgets = budgets.into_iter();
        while let Ok((station, _)) = listener.accept().await {
            let budget = budgets.next().unwrap_or(usize::MAX);
            tokio::spawn(carry(station, floor, budget));
        }
    });
    address
}

async fn carry(mut station: TcpStream, floor: SocketAddr, mut budget: usize) {
    let mut floor = TcpStream::connect(floor).await.unwrap();
    let (mut up, mut down) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    while budget > 0 {
        let carried = tokio::select! {
            read = station.read(&mut up) => match read {
                Ok(count @ 1..) => {
                    let count = count.min(budget);
                    budget -= count;
                    floor.write_all(&up[..count]).await
                }
                _ => return,
            },
            read = floor.read(&mut down) => match read {
                Ok(count @ 1..) => station.write_all(&down[..count]).await,
                _ => return,
            },
        };
        if carried.is_err() {
            return;
        }
    }
}

/// A station's folder, its uplink, and what its screen was told.
pub(super) struct Station {
    pub(super) folder: tempfile::TempDir,
    pub(super) uplink: Option<Uplink>,
    pub(super) moments: watch::Sender<Vec<Moment>>,
}

impl Station {
    pub(super) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), uplink: None, moments: watch::Sender::default() }
    }

    pub(super) fn start(&mut self, access: FloorAccess) {
        let moments = self.moments.clone();
        let plan = UplinkPlan {
            access,
            hello: hello(),
            calls: self.folder.path().to_owned(),
            waits: QUICK,
            seed: 7,
            tell: Arc::new(move |moment| moments.send_modify(|moments| moments.push(moment))),
            wall_now: || "2026-11-24T09:30:00.000+08:00".to_owned(),
        };
        self.uplink = Some(Uplink::start(plan).unwrap());
    }

    pub(super) fn start_at(&mut self, floor: SocketAddr) {
        self.start(access(&format!("ws://{floor}"), None).unwrap());
    }

    /// As a kill would: nothing more is sent. Its threads are ended, but for what they do nothing else.
    pub(super) fn stop(&mut self) {
        if let Some(uplink) = self.uplink.take() {
            uplink.stop();
        }
    }

    pub(super) fn day(&self) -> PathBuf {
        let day = self.folder.path().join("2026-11-24");
        std::fs::create_dir_all(&day).unwrap();
        day
    }

    pub(super) fn file(&self, call: &str, kind: &str) -> PathBuf {
        self.day().join(format!("{call}.{kind}"))
    }

    /// Adds events to the journal of a call, as the record does.
    pub(super) fn journal(&self, call: &str, seqs: std::ops::RangeInclusive<u64>) {
        use std::io::Write;
        let mut file =
            std::fs::OpenOptions::new().create(true).append(true).open(self.file(call, "jsonl")).unwrap();
        for seq in seqs {
            writeln!(file, "{}", serde_json::to_string(&event(call, seq)).unwrap()).unwrap();
        }
    }

    /// Adds events to a journal and tells the uplink.
    pub(super) fn say(&self, call: &str, seqs: std::ops::RangeInclusive<u64>, is_over: bool) {
        let last = *seqs.end();
        self.journal(call, seqs);
        let handle = self.uplink.as_ref().unwrap().handle();
        handle.journaled(call, &self.file(call, "jsonl"), last, is_over);
    }

    pub(super) async fn until_told(&self, what: &str, is_so: impl Fn(&Moment) -> bool) {
        let mut moments = self.moments.subscribe();
        let told = timeout(PATIENCE, moments.wait_for(|moments| moments.iter().any(&is_so)));
        let told = told.await.map(|found| found.map(drop));
        assert!(told.is_ok(), "never told: {what}: {:?}", self.moments.borrow());
    }

    /// Waits until a file is gone; the uplink tells the screen when it is.
    pub(super) async fn until_gone(&self, path: &Path) {
        let gone = async {
            while path.exists() {
                tokio::task::yield_now().await;
            }
        };
        assert!(timeout(PATIENCE, gone).await.is_ok(), "still there: {}", path.display());
    }
}

pub(super) fn access(url: &str, ca_file: Option<&Path>) -> Result<FloorAccess, String> {
    access_with(url, TOKEN, ca_file)
}

pub(super) fn access_with(url: &str, token: &str, ca_file: Option<&Path>) -> Result<FloorAccess, String> {
    let ca_file = ca_file.map(|path| format!("ca_file = {path:?}")).unwrap_or_default();
    let settings = toml::from_str(&format!("url = {url:?}\ntoken = {token:?}\n{ca_file}"));
    FloorAccess::open(&settings.map_err(|error| error.to_string())?).map_err(|error| error.to_string())
}

pub(super) fn is_linked(moment: &Moment) -> bool {
    matches!(moment, Moment::Floor { link: callcue::wire::FloorLink::Linked, .. })
}

pub(super) fn notice_of(moment: &Moment) -> Option<(&str, &str)> {
    match moment {
        Moment::Notice { key, en, .. } => Some((key, en)),
        _ => None,
    }
}
