use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::{Notify, Semaphore, mpsc, watch};
use tokio_rustls::TlsAcceptor;

use super::backtests::{BacktestRunner, Backtests};
use super::clock::FloorClock;
use super::counts::Counts;
use super::imports::{Importer, Imports};
use super::messages::{Job, ToHall};
use super::people::{LogIns, PeopleParts, SignOns};
use crate::access::{AccessError, Accounts, AuditTrail};
use crate::board::Thresholds;
use crate::http::{Fault, ReadFiles};
use crate::privacy::RetentionPlan;
use crate::review::Refusal;
use crate::score::{Assessment, Standard};
use crate::script::Script;
use crate::store::{Store, StoreError, StoreFault};

/// Recordings that are received at a time; each holds a part of up to 1 MiB.
const UPLOADS_MAX: usize = 8;

/// What the floor is made of.
pub struct FloorParts {
    /// What is kept.
    pub store: Arc<dyn Store>,
    /// Who may come in.
    pub accounts: Arc<Accounts>,
    /// Where the lines of the audit trail go.
    pub audit: AuditTrail,
    /// The time.
    pub clock: Arc<dyn FloorClock>,
    /// When the floor raises alerts of its own.
    pub thresholds: Thresholds,
    /// How long the server waits.
    pub timeouts: Timeouts,
    /// `Host`s by which the floor is reached, such as `floor.example.com:8443`. Empty: on a loopback address that address
    /// and `localhost`, else any.
    pub hosts: Vec<String>,
    /// Present: TLS.
    pub tls: Option<TlsAcceptor>,
    /// Where the floor counts.
    pub counts: Arc<Counts>,
    /// How people and machines come in.
    pub people: PeopleParts,
    /// What is kept, how, and how long.
    pub keeping: Keeping,
    /// What the numbers of rules mean and what a breach costs; what is sent there holds from then on.
    pub standard: watch::Receiver<Standard>,
    /// Both as they stand on disk, mistakes and all, for the page of the script's owner.
    pub files: ReadFiles,
    /// Who tries changed scripts on kept calls.
    pub backtests: Arc<dyn BacktestRunner>,
    /// Days in which an agent may answer to what was decided.
    pub appeal_days: u32,
}

/// What the floor keeps of calls, and what it does not.
#[derive(Default)]
pub struct Keeping {
    /// Personal numbers are masked before anything is stored.
    pub masks: bool,
    /// When calls go.
    pub retention: RetentionPlan,
    /// Brings old recordings in; none: they cannot be.
    pub importer: Option<Arc<dyn Importer>>,
}

/// How long the server waits for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For the head of a request on an open connection, and for the rest of it.
    pub request: Duration,
    /// For a recording to come that somebody uploads.
    pub upload: Duration,
    /// Between pings. A socket that was silent from a ping to the next is closed, and a page's session is looked up at each.
    pub ping: Duration,
    /// For a socket to take one frame.
    pub frame: Duration,
    /// Between what is told to leads.
    pub publish: Duration,
    /// Between attempts to write to a store that takes nothing.
    pub retry: Duration,
    /// Between looks at which stations are enrolled.
    pub stations: Duration,
    /// Between looks at the clock for whether an hour has passed since calls were last held against their time.
    pub look: Duration,
    /// For everybody to leave when the server stops.
    pub stop: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(10),
            upload: Duration::from_secs(1_800),
            ping: Duration::from_secs(15),
            frame: Duration::from_secs(20),
            publish: Duration::from_millis(100),
            retry: Duration::from_secs(2),
            stations: Duration::from_secs(10),
            look: Duration::from_secs(60),
            stop: Duration::from_secs(5),
        }
    }
}

/// What every handler sees.
pub(crate) struct House {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) audit: AuditTrail,
    pub(crate) clock: Arc<dyn FloorClock>,
    pub(crate) timeouts: Timeouts,
    pub(crate) counts: Arc<Counts>,
    pub(crate) people: PeopleParts,
    standard: watch::Receiver<Standard>,
    /// Changed scripts, tried on kept calls.
    pub(super) backtests: Backtests,
    /// Days in which an agent may answer to what was decided.
    pub(crate) appeal_days: u32,
    /// Log-ins that may be dealt with at a time.
    pub(super) log_ins: LogIns,
    pub(super) sign_ons: SignOns,
    /// `Host`s that mean this floor; empty: any.
    pub(super) hosts: Vec<String>,
    pub(super) hall: mpsc::Sender<ToHall>,
    pub(super) jobs: mpsc::Sender<Job>,
    /// Becomes true when the server stops.
    pub(super) stopping: watch::Receiver<bool>,
    pub(super) uploads: Semaphore,
    /// One place: peaks are made one recording at a time.
    pub(super) peaks: Arc<Semaphore>,
    /// One place: a person's data is given out to one at a time.
    pub(super) exports: Arc<Semaphore>,
    /// Personal numbers are masked in what stations send.
    pub(super) masks: bool,
    /// When calls go.
    pub(super) retention: RetentionPlan,
    /// Who brings old recordings in.
    pub(super) imports: Option<Imports>,
    /// Rung when stations have been enrolled or revoked.
    pub(super) enrolment: Notify,
    numbers: AtomicU64,
}

impl House {
    pub(super) fn new(
        parts: &mut FloorParts,
        hosts: Vec<String>,
        hall: mpsc::Sender<ToHall>,
        jobs: mpsc::Sender<Job>,
        stopping: watch::Receiver<bool>,
        imports: Option<Imports>,
    ) -> Self {
        Self {
            store: Arc::clone(&parts.store),
            accounts: Arc::clone(&parts.accounts),
            audit: parts.audit.clone(),
            clock: Arc::clone(&parts.clock),
            timeouts: parts.timeouts,
            counts: Arc::clone(&parts.counts),
            people: std::mem::take(&mut parts.people),
            standard: parts.standard.clone(),
            backtests: Backtests::new(Arc::clone(&parts.backtests)),
            appeal_days: parts.appeal_days,
            log_ins: LogIns::default(),
            sign_ons: SignOns::default(),
            hosts,
            hall,
            jobs,
            stopping,
            uploads: Semaphore::new(UPLOADS_MAX),
            peaks: Arc::new(Semaphore::new(1)),
            exports: Arc::new(Semaphore::new(1)),
            masks: parts.keeping.masks,
            retention: parts.keeping.retention,
            imports,
            enrolment: Notify::new(),
            numbers: AtomicU64::new(0),
        }
    }

    /// A number that no connection had before.
    pub(super) fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// What the numbers of rules mean, by now.
    pub(crate) fn script(&self) -> Arc<Script> {
        Arc::clone(&self.standard.borrow().script)
    }

    /// What a breach costs, by now.
    pub(crate) fn assessment(&self) -> Arc<Assessment> {
        Arc::clone(&self.standard.borrow().assessment)
    }

    /// Stations were enrolled or revoked: the board looks at once instead of within some seconds.
    pub(crate) fn stations_changed(&self) {
        self.enrolment.notify_one();
    }

    /// Does something that waits for the disk, on a thread that may.
    pub(crate) async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let house = Arc::clone(self);
        match tokio::task::spawn_blocking(move || work(&house)).await {
            Ok(done) => done,
            Err(why) => {
                tracing::error!(%why, "a request failed by a defect");
                Err(Fault::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "服务器内部错误",
                    "a defect of the floor; please report it",
                ))
            }
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match &error.fault {
            StoreFault::Missing(what) => {
                Self::new(StatusCode::NOT_FOUND, format!("没有 {what}"), format!("there is no {what}"))
            }
            StoreFault::Conflict(why) => Self::new(
                StatusCode::CONFLICT,
                "与已有数据冲突",
                format!("this contradicts what is kept: {why}"),
            ),
            StoreFault::Refused(refusal) => refusal.clone().into(),
            StoreFault::DiskFull => {
                tracing::error!(%error, "the store has no room");
                Self::new(
                    StatusCode::INSUFFICIENT_STORAGE,
                    "服务器磁盘已满",
                    "the floor's disk is full; make room",
                )
            }
            StoreFault::TooNew { .. } | StoreFault::Broken(_) => {
                tracing::error!(%error, "the store failed");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "数据暂时无法读写",
                    "the store failed; see the floor's log",
                )
            }
        }
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal {
            Refusal::NotOwn | Refusal::SameReviewer | Refusal::NoJudge => StatusCode::FORBIDDEN,
            Refusal::NoReason => StatusCode::UNPROCESSABLE_ENTITY,
            Refusal::Locked(_)
            | Refusal::NotLocked
            | Refusal::Finished
            | Refusal::NotFinished
            | Refusal::Undecided(_)
            | Refusal::Running
            | Refusal::Answered
            | Refusal::NothingToAnswer
            | Refusal::TooLate
            | Refusal::NoAppeal
            | Refusal::Settled
            | Refusal::JudgingOver
            | Refusal::Unjudged(_)
            | Refusal::Blind => StatusCode::CONFLICT,
        };
        Self::new(status, refusal.zh(), refusal.to_string())
    }
}

impl From<AccessError> for Fault {
    fn from(error: AccessError) -> Self {
        let zh = error.zh();
        let status = match error {
            AccessError::Wrong => StatusCode::UNAUTHORIZED,
            AccessError::Wait { .. } => StatusCode::TOO_MANY_REQUESTS,
            AccessError::Weak(_) | AccessError::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            AccessError::Missing(_) => StatusCode::NOT_FOUND,
            AccessError::Taken(_) => StatusCode::CONFLICT,
            AccessError::Store(error) => return error.into(),
            AccessError::NoRandomness(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, zh, error.to_string())
    }
}
