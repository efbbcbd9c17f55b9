//! A floor on a free port, with a store that can be full and a clock that a test sets; stations and leads that behave well
//! or badly.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use callcue::access::{Accounts, Now, PasswordCost, PasswordHashes, Secret, SessionLimits, audit_queue};
use callcue::app::{FloorBacktests, ScriptFiles, StandardPaths};
use callcue::board::{DayFrame, Thresholds, apply};
use callcue::call::{Event, EventKind};
use callcue::floor::{
    Counts, Figure, FloorClock, FloorError, FloorParts, Keeping, PeopleParts, Timeouts, serve,
};
use callcue::http::bind;
use callcue::review::{Answer, Candidate, Ruling, Sampled, Verdict};
use callcue::score::{Appeal, Assessment, Entry, EntryOrder, MonthSum, Standard};
use callcue::store::review::{
    AddedFlag, CalibrationDraft, CalibrationRow, CommentRow, DecisionRow, ExampleRow, LockRow, OwnCall,
    PhrasePrecision, QueuePage, QueueQuery, ReviewFlag, ReviewedCall, RulePrecision, Said, SavedFilter, Who,
};
use callcue::store::sqlite::SqliteStore;
use callcue::store::{
    AgentRow, AlertRecord, AlertStore, AppealStore, Appended, Arrival, AuditEntry, AuditQuery,
    CalibrationStore, CallQuery, CallRow, CallStore, DecidedFlag, DueQuery, Erased, FlagRow, HookRow,
    ImportDraft, ImportFile, ImportRow, ImportStore, MonthFrame, NewStation, NoticeRow, NoticeStore,
    PeopleStore, QualityStore, QueueStore, RetentionStore, ReviewFigures, ReviewStore, Role, ScoreStore,
    SearchStore, SessionRow, Standing, StationRow, Store, StoreError, StoreFault, TextHit, TextQuery,
    UserRow,
};
use callcue::wire::{
    CallOffer, Day, FLOOR_PROTOCOL, FromFloor, FromLead, StampedEvent, StationHello, Tile, ToFloor, ToLead,
    UPLINK_PROTOCOL, UploadState,
};
use futures_util::{SinkExt, StreamExt};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{self, Message};

use super::station::{Headers, LOOPBACK, Reply, read_to_end};

/// What never comes is a failure, not a hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// Friday noon in Beijing.
pub(crate) const NOON: i64 = 1_795_752_000_000;

pub(crate) struct TestFloor {
    pub(crate) address: SocketAddr,
    pub(crate) disk: Arc<Disk>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) counts: Arc<Counts>,
    pub(crate) accounts: Arc<Accounts>,
    /// What is sent there holds from then on.
    pub(crate) standing: watch::Sender<Standard>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), FloorError>>,
    audit: std::thread::JoinHandle<()>,
}

/// A clock that stands still until it is set.
pub(crate) struct TestClock {
    wall_ms: AtomicI64,
    steady_ms: AtomicI64,
}

impl TestClock {
    pub(crate) fn advance(&self, ms: i64) {
        self.wall_ms.fetch_add(ms, Ordering::SeqCst);
        self.steady_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// Somebody sets the clock on the wall.
    pub(crate) fn set_back(&self, ms: i64) {
        self.wall_ms.fetch_sub(ms, Ordering::SeqCst);
    }
}

impl FloorClock for TestClock {
    fn wall_ms(&self) -> i64 {
        self.wall_ms.load(Ordering::SeqCst)
    }

    fn steady_ms(&self) -> i64 {
        self.steady_ms.load(Ordering::SeqCst)
    }

    fn day(&self, wall_ms: i64) -> DayFrame {
        let moment = jiff::Timestamp::from_millisecond(wall_ms).unwrap();
        frame(moment.to_zoned_datetime(BEIJING.to_time_zone()).date())
    }

    fn day_of(&self, date: &str) -> Option<DayFrame> {
        date.parse().ok().map(frame)
    }
}

/// Beijing is eight hours ahead.
const BEIJING: jiff::tz::Offset = jiff::tz::Offset::constant(8);

fn frame(date: jiff::civil::Date) -> DayFrame {
    let midnight = date.to_zoned_datetime(BEIJING.to_time_zone()).unwrap();
    let from_ms = midnight.timestamp().as_millisecond();
    DayFrame { date: date.to_string(), from_ms, to_ms: from_ms + 86_400_000 }
}

/// The built-in store on a disk that can be full.
pub(crate) struct Disk {
    store: SqliteStore,
    full: AtomicBool,
    pub(crate) refused: AtomicU64,
}

impl Disk {
    pub(crate) fn open(folder: &Path) -> Arc<Self> {
        let store = SqliteStore::open(folder).unwrap();
        Arc::new(Self { store, full: AtomicBool::new(false), refused: AtomicU64::new(0) })
    }

    pub(crate) fn fill(&self, full: bool) {
        self.full.store(full, Ordering::SeqCst);
    }

    fn room(&self) -> Result<(), StoreError> {
        if !self.full.load(Ordering::SeqCst) {
            return Ok(());
        }
        self.refused.fetch_add(1, Ordering::SeqCst);
        Err(StoreError { what: "test".to_owned(), fault: StoreFault::DiskFull })
    }
}

macro_rules! hand_on {
    ($(fn $name:ident($($arg:ident: $of:ty),*) -> $out:ty;)*) => {
        $(fn $name(&self, $($arg: $of),*) -> Result<$out, StoreError> {
            self.store.$name($($arg),*)
        })*
    };
}

impl CallStore for Disk {
    fn append(&self, batch: &[Arrival]) -> Result<Vec<Appended>, StoreError> {
        self.room()?;
        self.store.append(batch)
    }

    fn add_recording_part(
        &self,
        call: &str,
        offset: u64,
        total_bytes: u64,
        sha256: &str,
        part: &[u8],
    ) -> Result<UploadState, StoreError> {
        self.room()?;
        self.store.add_recording_part(call, offset, total_bytes, sha256, part)
    }

    hand_on! {
        fn standing(station: u32, call: &str) -> Standing;
        fn running() -> Vec<CallRow>;
        fn calls(query: &CallQuery) -> Vec<CallRow>;
        fn call(call: &str) -> CallRow;
        fn events(call: &str, after: u64, limit: u32) -> Vec<StampedEvent>;
        fn flags(query: &CallQuery) -> Vec<FlagRow>;
        fn day(teams: Option<&[String]>, agent: Option<&str>, from_ms: i64, to_ms: i64) -> Day;
        fn upload(call: &str) -> UploadState;
    }
}

impl AlertStore for Disk {
    fn put_alerts(&self, alerts: &[AlertRecord]) -> Result<(), StoreError> {
        self.room()?;
        self.store.put_alerts(alerts)
    }

    hand_on! {
        fn open_alerts() -> Vec<AlertRecord>;
        fn last_alert() -> u64;
    }
}

impl PeopleStore for Disk {
    hand_on! {
        fn users() -> Vec<UserRow>;
        fn user(name: &str) -> Option<UserRow>;
        fn user_by_oidc(subject: &str) -> Option<UserRow>;
        fn put_user(user: &UserRow) -> ();
        fn teams() -> Vec<String>;
        fn put_session(session: &SessionRow) -> ();
        fn session(token_sha256: &str) -> Option<SessionRow>;
        fn end_session(token_sha256: &str) -> ();
        fn end_sessions(user: Option<&str>, now_ms: i64) -> ();
        fn enrol(station: &NewStation) -> u32;
        fn revoke(name: &str, now_ms: i64) -> ();
        fn station_by_token(token_sha256: &str) -> Option<StationRow>;
        fn stations() -> Vec<StationRow>;
        fn audit(entries: &[AuditEntry]) -> ();
        fn audit_trail(query: &AuditQuery) -> Vec<AuditEntry>;
    }
}

impl ScoreStore for Disk {
    hand_on! {
        fn agents(until_ms: i64, until: &str) -> Vec<AgentRow>;
        fn month_sums(agents: &[String], month: &MonthFrame) -> BTreeMap<String, MonthSum>;
        fn decided_flags(agent: &str, month: &MonthFrame) -> Vec<DecidedFlag>;
        fn review_figures(agent: &str, month: &MonthFrame) -> ReviewFigures;
        fn open_appeals(agents: &[String], month: &MonthFrame) -> BTreeMap<String, u32>;
        fn entries(agent: &str, until: &str) -> Vec<Entry>;
        fn entry(entry: i64) -> Entry;
        fn put_entry(order: &EntryOrder, by: &str, now_ms: i64) -> i64;
        fn withdraw_entry(entry: i64, by: &str, now_ms: i64) -> ();
        fn answer_entry(entry: i64, answer: Answer, reason: &str, by: &str, now_ms: i64) -> ();
        fn decide_entry_appeal(entry: i64, decision: Ruling, note: &str, by: &str, now_ms: i64) -> ();
    }
}

impl RetentionStore for Disk {
    hand_on! {
        fn due(query: &DueQuery) -> Vec<String>;
        fn erase(calls: &[String]) -> Erased;
        fn erase_recordings(calls: &[String]) -> u64;
        fn empty_log() -> bool;
        fn calls_of_customer(words: &str, limit: u32) -> Vec<String>;
    }
}

impl ImportStore for Disk {
    hand_on! {
        fn new_import(draft: &ImportDraft) -> u64;
        fn start_import(import: u64, started_ms: i64) -> ();
        fn imports(limit: u32) -> Vec<ImportRow>;
        fn import(import: u64) -> ImportRow;
        fn import_files(import: u64) -> Vec<ImportFile>;
        fn put_import_file(import: u64, file: &ImportFile) -> ();
        fn imported(sha256: &str) -> Option<(String, String)>;
    }
}

impl NoticeStore for Disk {
    hand_on! {
        fn keep_hooks(hooks: &[HookRow]) -> ();
        fn notices(hook: &str, limit: u32) -> Vec<NoticeRow>;
        fn notices_waiting(hook: &str) -> u64;
        fn settle_notices(numbers: &[u64]) -> ();
    }
}

impl SearchStore for Disk {
    hand_on! {
        fn search(query: &TextQuery) -> Vec<TextHit>;
    }
}

impl QueueStore for Disk {
    hand_on! {
        fn queue(query: &QueueQuery) -> QueuePage;
        fn filters(who: &str) -> Vec<SavedFilter>;
        fn put_filter(who: &str, filter: &SavedFilter) -> ();
        fn remove_filter(who: &str, name: &str) -> ();
        fn candidates(team: &str, from_ms: i64, to_ms: i64) -> Vec<Candidate>;
        fn agents_of(team: &str, from_ms: i64, to_ms: i64) -> Vec<String>;
        fn put_drawn(calls: &[String], sampled: Sampled) -> u32;
    }
}

impl ReviewStore for Disk {
    hand_on! {
        fn review(call: &str, now_ms: i64) -> ReviewedCall;
        fn history(call: &str) -> Vec<DecisionRow>;
        fn lock(call: &str, by: Who<'_>) -> LockRow;
        fn unlock(call: &str, by: Who<'_>) -> ();
        fn decide(call: &str, flag: i64, by: Who<'_>, said: Said<'_>, standard: &Assessment) -> ReviewFlag;
        fn add_flag(call: &str, by: Who<'_>, flag: &AddedFlag, standard: &Assessment) -> ReviewFlag;
        fn comment(call: &str, by: Who<'_>, at_ms: u64, text: &str) -> CommentRow;
        fn assign(call: &str, by: Who<'_>, to: &str) -> ReviewedCall;
        fn finish(call: &str, by: Who<'_>, appeal_until_ms: i64) -> ReviewedCall;
        fn reopen(call: &str, by: Who<'_>) -> ReviewedCall;
    }
}

impl AppealStore for Disk {
    hand_on! {
        fn own_calls(agent: &str, from_ms: i64, to_ms: i64, now_ms: i64) -> Vec<OwnCall>;
        fn answer(call: &str, flag: i64, by: Who<'_>, agent: &str, answer: Answer, reason: &str) -> Appeal;
        fn settle(call: &str, flag: i64, by: Who<'_>, ruling: Ruling, note: &str) -> Appeal;
    }
}

impl CalibrationStore for Disk {
    hand_on! {
        fn make_calibration(draft: &CalibrationDraft, by: Who<'_>) -> i64;
        fn calibrations(who: &str) -> Vec<CalibrationRow>;
        fn calibration(calibration: i64) -> CalibrationRow;
        fn judges_blind(call: &str, who: &str) -> bool;
        fn judge(calibration: i64, by: Who<'_>, flag: i64, verdict: Verdict) -> ();
        fn done_judging(calibration: i64, by: Who<'_>) -> ();
        fn close_calibration(calibration: i64, by: Who<'_>) -> ();
    }
}

impl QualityStore for Disk {
    hand_on! {
        fn precision(from_ms: i64, to_ms: i64) -> (Vec<RulePrecision>, Vec<PhrasePrecision>);
        fn examples(rule: &str, verdict: Verdict, limit: u32) -> Vec<ExampleRow>;
    }
}

impl Store for Disk {
    hand_on! {
        fn verify() -> Vec<String>;
        fn backup(folder: &Path) -> ();
    }
}

/// Waits are short, so that what a test waits for comes soon.
pub(crate) fn brisk() -> Timeouts {
    Timeouts {
        publish: Duration::from_millis(5),
        retry: Duration::from_millis(10),
        stations: Duration::from_millis(20),
        ..Timeouts::default()
    }
}

impl TestFloor {
    /// A floor that keeps its data in `folder`.
    pub(crate) async fn start(folder: &Path) -> Self {
        Self::start_with(Disk::open(folder), brisk()).await
    }

    pub(crate) async fn start_with(disk: Arc<Disk>, timeouts: Timeouts) -> Self {
        Self::start_with_people(disk, timeouts, PeopleParts::default()).await
    }

    pub(crate) async fn start_with_people(disk: Arc<Disk>, timeouts: Timeouts, people: PeopleParts) -> Self {
        Self::start_with_all(disk, timeouts, people, None).await
    }

    /// A floor that speaks TLS, as `localhost`; and the certificate to trust, PEM.
    pub(crate) async fn start_with_tls(folder: &Path) -> (Self, PathBuf) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (cert, key) = (folder.join("floor.crt"), folder.join("floor.key"));
        std::fs::write(&cert, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let people = PeopleParts { secure_cookies: true, ..PeopleParts::default() };
        let (tls, _) = callcue::access::tls_acceptor(&cert, &key).unwrap();
        let floor = Self::start_with_all(Disk::open(folder), brisk(), people, Some(tls)).await;
        (floor, cert)
    }

    async fn start_with_all(
        disk: Arc<Disk>,
        timeouts: Timeouts,
        people: PeopleParts,
        tls: Option<TlsAcceptor>,
    ) -> Self {
        Self::start_whole(disk, timeouts, people, tls, Keeping::default()).await
    }

    pub(crate) async fn start_keeping(disk: Arc<Disk>, timeouts: Timeouts, keeping: Keeping) -> Self {
        Self::start_whole(disk, timeouts, PeopleParts::default(), None, keeping).await
    }

    async fn start_whole(
        disk: Arc<Disk>,
        timeouts: Timeouts,
        people: PeopleParts,
        tls: Option<TlsAcceptor>,
        keeping: Keeping,
    ) -> Self {
        let store: Arc<dyn Store> = disk.clone();
        let (audit, writer) = audit_queue();
        let (audit_store, writer) = (disk.clone(), writer.retry_every(Duration::from_millis(10)));
        let audit_thread = std::thread::Builder::new()
            .spawn(move || writer.run(|entries| audit_store.audit(entries)))
            .unwrap();
        let hashes = PasswordHashes::new(PasswordCost { memory_kib: 8, passes: 1 }).unwrap();
        let accounts =
            Arc::new(Accounts::new(Arc::clone(&store), audit.clone(), hashes, SessionLimits::default()));
        let clock = Arc::new(TestClock { wall_ms: AtomicI64::new(NOON), steady_ms: AtomicI64::new(NOON) });
        let counts = Arc::new(Counts::default());
        let scripts = ScriptFiles::open(StandardPaths::default()).unwrap();
        let (standing, standard) = watch::channel(scripts.standing().clone());
        let parts = FloorParts {
            store,
            accounts: Arc::clone(&accounts),
            audit,
            clock: clock.clone(),
            thresholds: Thresholds::default(),
            timeouts,
            hosts: Vec::new(),
            tls,
            counts: Arc::clone(&counts),
            people,
            files: Arc::new(scripts.reader()),
            standard: standard.clone(),
            backtests: Arc::new(FloorBacktests { store: disk.clone(), standard, threads: NonZeroUsize::MIN }),
            appeal_days: 7,
            keeping,
        };
        let listener = bind(LOOPBACK).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(serve(listener, parts, async {
            let _ = stopped.await;
        }));
        Self { address, disk, clock, counts, accounts, standing, stop, served, audit: audit_thread }
    }

    /// Stops it, and waits until everybody has left and everything is written.
    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        timeout(PATIENCE, self.served).await.unwrap().unwrap().unwrap();
        drop(self.accounts);
        tokio::task::spawn_blocking(|| self.audit.join().unwrap()).await.unwrap();
    }

    pub(crate) fn now(&self) -> Now {
        self.clock.now()
    }

    /// Enrols a station, and gives its token.
    pub(crate) fn enrol(&self, name: &str, agent: &str, team: &str) -> String {
        let token = Secret::random().unwrap();
        let station = NewStation {
            name: name.into(),
            agent: agent.into(),
            agent_name: String::new(),
            team: team.into(),
            token_sha256: token.sha256(),
            enrolled_ms: NOON,
        };
        self.disk.enrol(&station).unwrap();
        token.reveal().to_owned()
    }

    /// Somebody else sits there now.
    pub(crate) fn rename(&self, name: &str, agent_name: &str) {
        let rows = self.disk.stations().unwrap();
        let row = rows.into_iter().find(|row| row.enrolled.name == name).unwrap();
        self.disk.enrol(&NewStation { agent_name: agent_name.into(), ..row.enrolled }).unwrap();
    }

    /// Makes a user and logs it in: the cookie.
    pub(crate) fn log_in(&self, name: &str, role: Role, teams: &[&str]) -> String {
        let user = UserRow {
            name: name.into(),
            full_name: String::new(),
            role,
            teams: teams.iter().map(|team| (*team).to_owned()).collect(),
            agent: (role == Role::Agent).then(|| name.to_owned()),
            password_hash: String::new(),
            must_change: false,
            oidc_subject: String::new(),
            disabled: false,
        };
        self.disk.put_user(&user).unwrap();
        let from = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let session = self.accounts.begin_session(user, from, "password", self.now()).unwrap();
        format!("callcue_session={}", session.cookie.reveal())
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A socket with these headers; an error has the status of the refusal.
    pub(crate) async fn dial(&self, path: &str, headers: Headers<'_>) -> Result<Socket, u16> {
        let mut request = format!("ws://{}{path}", self.address).into_client_request().unwrap();
        for (name, value) in headers {
            let name: tungstenite::http::HeaderName = name.parse().unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let stream = TcpStream::connect(self.address).await.unwrap();
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((socket, _)) => Ok(Socket { line: socket, aside: VecDeque::new() }),
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(other) => panic!("{other}"),
        }
    }

    /// A station that has said hello and was welcomed.
    pub(crate) async fn station(&self, token: &str) -> Socket {
        let bearer = format!("Bearer {token}");
        let headers = [("Authorization", bearer.as_str()), ("Sec-WebSocket-Protocol", UPLINK_PROTOCOL)];
        let mut socket = self.dial("/station/ws", &headers).await.unwrap();
        socket.say(&hello()).await;
        assert!(matches!(socket.hear().await, FromFloor::Welcome { .. }));
        socket
    }

    /// A lead's page, and the floor as it came first.
    pub(crate) async fn lead(&self, cookie: &str) -> LeadPage {
        let origin = self.origin();
        let headers = [("Cookie", cookie), ("Origin", &origin), ("Sec-WebSocket-Protocol", FLOOR_PROTOCOL)];
        let socket = self.dial("/floor/ws", &headers).await.unwrap();
        let mut page = LeadPage { socket, tiles: BTreeMap::new(), floors: 0 };
        page.next().await;
        assert_eq!(page.floors, 1);
        page
    }

    /// A request; `Host` is right unless it is among the headers.
    pub(crate) async fn request(&self, method: &str, path: &str, headers: Headers<'_>, body: &[u8]) -> Reply {
        let mut text = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            text += &format!("Host: {}\r\n", self.address);
        }
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += &format!("Content-Length: {}\r\n\r\n", body.len());
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(&[text.as_bytes(), body].concat()).await.unwrap();
        let answer = String::from_utf8_lossy(&read_to_end(&mut stream).await).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head in {answer:?}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Reply { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    pub(crate) async fn get(&self, path: &str, cookie: &str) -> (u16, serde_json::Value) {
        let reply = self.request("GET", path, &[("Cookie", cookie)], b"").await;
        (
            reply.status,
            serde_json::from_str(&reply.body).unwrap_or_else(|why| panic!("{path}: {why}: {}", reply.body)),
        )
    }

    /// The floor does its work.
    pub(crate) async fn assert_alive(&self, after: &str) {
        let reply = self.request("GET", "/healthz", &[], b"").await;
        assert_eq!(reply.status, 200, "after {after}");
    }

    /// Waits until a figure is so large.
    pub(crate) async fn until(&self, figure: impl Fn(&Counts) -> &Figure, least: u64) {
        let arrive = async {
            while figure(&self.counts).get() < least {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, arrive).await.unwrap();
    }
}

pub(crate) fn hello() -> ToFloor {
    ToFloor::Hello(StationHello {
        version: "0.1.0".into(),
        agent: "1001".into(),
        script: "测试".into(),
        script_sha256: "0".repeat(64),
        model: None,
    })
}

/// One end of a socket.
pub(crate) struct Socket {
    line: WebSocketStream<TcpStream>,
    /// What came while something else was waited for.
    aside: VecDeque<FromFloor>,
}

impl Socket {
    pub(crate) async fn say(&mut self, message: &ToFloor) {
        self.send(Message::text(serde_json::to_string(message).unwrap())).await;
    }

    pub(crate) async fn send(&mut self, message: Message) {
        self.line.send(message).await.unwrap();
    }

    /// The next message for a station.
    pub(crate) async fn hear(&mut self) -> FromFloor {
        match self.aside.pop_front() {
            Some(told) => told,
            None => self.hear_new().await,
        }
    }

    async fn hear_new(&mut self) -> FromFloor {
        match self.next_frame().await {
            Some(Ok(Message::Text(text))) => serde_json::from_str(&text).unwrap(),
            other => panic!("{other:?} instead of a message"),
        }
    }

    /// Sends events of a call, and waits until they are stored.
    pub(crate) async fn store(&mut self, events: &[StampedEvent]) {
        self.say(&ToFloor::Events { events: events.to_vec() }).await;
        let last = events.last().unwrap();
        loop {
            match self.hear_new().await {
                FromFloor::Stored { call, seq, .. } if call == last.call && seq >= last.seq => return,
                told @ (FromFloor::Watch { .. } | FromFloor::Listen { .. }) => self.aside.push_back(told),
                FromFloor::Stored { .. } => {}
                other => panic!("{other:?} instead of stored"),
            }
        }
    }

    /// Offers a call, and gives what the floor has of it.
    pub(crate) async fn offer(&mut self, call: &str, last_seq: u64) -> (u64, bool) {
        self.say(&ToFloor::Offer { calls: vec![CallOffer { call: call.into(), last_seq }] }).await;
        loop {
            match self.hear_new().await {
                FromFloor::Have { call: of, seq, closed } if of == call => return (seq, closed),
                told @ (FromFloor::Watch { .. } | FromFloor::Listen { .. }) => self.aside.push_back(told),
                FromFloor::Stored { .. } => {}
                other => panic!("{other:?} instead of have"),
            }
        }
    }

    /// How the floor closes it; none if the line just breaks.
    pub(crate) async fn closed(&mut self) -> Option<CloseFrame> {
        loop {
            match self.next_frame().await {
                Some(Ok(Message::Close(goodbye))) => return goodbye,
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }

    pub(crate) async fn next_frame(&mut self) -> Option<Result<Message, tungstenite::Error>> {
        loop {
            match timeout(PATIENCE, self.line.next()).await.expect("nothing comes") {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => return other,
            }
        }
    }
}

/// A lead's page that takes in what comes.
pub(crate) struct LeadPage {
    pub(crate) socket: Socket,
    pub(crate) tiles: BTreeMap<u32, Tile>,
    /// How often the whole floor came.
    pub(crate) floors: u32,
}

impl LeadPage {
    /// The next message, taken in.
    pub(crate) async fn next(&mut self) -> ToLead {
        let message: ToLead = match self.socket.next_frame().await {
            Some(Ok(Message::Text(text))) => serde_json::from_str(&text).unwrap(),
            other => panic!("{other:?} instead of a message"),
        };
        match &message {
            ToLead::Floor { tiles, .. } => {
                self.floors += 1;
                self.tiles = tiles.iter().map(|tile| (tile.station, tile.clone())).collect();
            }
            ToLead::Changes { tiles, gone, .. } => {
                for station in gone {
                    self.tiles.remove(station);
                }
                for change in tiles {
                    let new = || Tile { station: change.station, ..Tile::default() };
                    apply(self.tiles.entry(change.station).or_insert_with(new), change).unwrap();
                }
            }
            _ => {}
        }
        message
    }

    /// Reads on until the tiles are so.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&BTreeMap<u32, Tile>) -> bool) {
        while !wanted(&self.tiles) {
            self.next().await;
        }
    }

    /// The next message of that sort.
    pub(crate) async fn find<T>(&mut self, wanted: impl Fn(ToLead) -> Option<T>) -> T {
        loop {
            if let Some(found) = wanted(self.next().await) {
                return found;
            }
        }
    }

    pub(crate) async fn ask(&mut self, request: &FromLead) {
        self.socket.send(Message::text(serde_json::to_string(request).unwrap())).await;
    }

    /// The English words of the next refusal.
    pub(crate) async fn refusal(&mut self) -> String {
        self.find(|told| match told {
            ToLead::Refused { en, .. } => Some(en),
            _ => None,
        })
        .await
    }
}

/// So many events of a call, each of its own moment, from number `first` on; number 1 is its start.
pub(crate) fn events(call: &str, first: u64, count: u64) -> Vec<StampedEvent> {
    (first..first + count)
        .map(|seq| {
            let kind = if seq == 1 {
                EventKind::CallStarted { agent: "1001".into(), ring_ms: None, customer: None }
            } else {
                EventKind::Situation { rule: format!("2.{seq}") }
            };
            event(call, seq, kind)
        })
        .collect()
}

pub(crate) fn event(call: &str, seq: u64, kind: EventKind) -> StampedEvent {
    let wall = "2026-11-27T12:00:00+08:00".to_owned();
    StampedEvent { call: call.into(), seq, wall, event: Event { at_ms: seq * 10, kind } }
}
