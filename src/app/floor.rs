use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::watch;

use super::clock::SystemClock;
use super::floor_backtests::FloorBacktests;
use super::floor_demo::DemoRoom;
use super::floor_hooks::{WebhookPlan, start_hooks};
use super::import::{MakeRunner, RecordingImporter};
use super::model::load_model;
use super::script_files::{Look, ScriptFiles, StandardPaths};
use super::station::told_to_stop;
use crate::access::{
    Accounts, CertificateFiles, Now, PasswordCost, PasswordHashes, SessionLimits, audit_queue,
};
use crate::board::Thresholds;
use crate::floor::{Counts, FloorClock, FloorParts, Importer, Keeping, PeopleParts, Timeouts, serve};
use crate::http::bind;
use crate::privacy::RetentionPlan;
use crate::score::Standard;
use crate::store::Store;
use crate::store::sqlite::SqliteStore;
use crate::transcribe::{BUNDLED_MODEL_NAME, Inline, JobRunner, TextCleaner, TranscribeSettings};
use crate::webhook::Hook;

/// Threads that wait for the disk on behalf of pages and stations.
const BLOCKING_THREADS: usize = 16;
/// Between two looks at the files that may be changed meanwhile.
const FILES_LOOK: Duration = Duration::from_secs(2);

/// Told once everything stands; may fill the room.
pub type Ready = Box<dyn FnOnce(&OpenFloor) -> anyhow::Result<Option<DemoRoom>> + Send>;

/// What a floor is made of.
pub struct FloorPlan {
    /// Folder for calls, recordings and people.
    pub folder: PathBuf,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// `Host`s by which it is reached; see [`FloorParts::hosts`].
    pub hosts: Vec<String>,
    /// TLS of its own.
    pub tls: Option<(tokio_rustls::TlsAcceptor, CertificateFiles)>,
    /// When the floor raises alerts of its own.
    pub thresholds: Thresholds,
    /// How long sessions last.
    pub sessions: SessionLimits,
    /// Other systems that are told of events and alerts.
    pub webhooks: Vec<WebhookPlan>,
    /// How people and machines come in.
    pub people: PeopleParts,
    /// The files of the script and of the assessment standard that the floor knows.
    pub standard: StandardPaths,
    /// Calls that a back-test judges at the same time, one thread each.
    pub backtest_threads: NonZeroUsize,
    /// Days in which an agent may answer to what a reviewer decided.
    pub appeal_days: u32,
    /// Personal numbers are masked before anything is stored.
    pub masks: bool,
    /// When calls go.
    pub retention: RetentionPlan,
    /// File of the speech model that hears old recordings; none: the bundled one.
    pub import_model: Option<PathBuf>,
    /// Told once everything stands and the address is taken. What it gives back is kept until the floor stops.
    pub ready: Ready,
}

/// A floor that takes connections.
pub struct OpenFloor {
    /// Its address.
    pub address: SocketAddr,
    /// Whether it speaks TLS itself.
    pub is_secure: bool,
    /// Users, sessions, stations.
    pub accounts: Arc<Accounts>,
    /// What is kept.
    pub store: Arc<dyn Store>,
    /// One-time password of the first administrator, `admin`, if there was no user yet. To be shown on the console, nowhere else.
    pub first_password: Option<String>,
    /// The time.
    pub now: Now,
}

/// Runs a floor until it is told to stop (Ctrl-C, or a terminate signal).
///
/// # Errors
/// Whatever keeps it from starting, each error with its mend: a port in use, a folder that cannot be written, data of a newer
/// callcue, mistakes in the script.
pub fn run_floor(plan: FloorPlan) -> anyhow::Result<()> {
    allow_many_sockets();
    let scripts = ScriptFiles::open(plan.standard)?;
    let files = Arc::new(scripts.reader());
    let (standing, standard) = watch::channel(scripts.standing().clone());
    let (tls, certificate) = plan.tls.unzip();
    thread::Builder::new()
        .name("files".to_owned())
        .spawn(move || keep_up(scripts, &standing, certificate))?;
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&plan.folder)?);
    let (audit, audit_writer) = audit_queue();
    let audit_store = Arc::clone(&store);
    let audit_thread = thread::Builder::new()
        .name("audit".to_owned())
        .spawn(move || audit_writer.run(|entries| audit_store.audit(entries)))?;
    let hashes = PasswordHashes::new(PasswordCost::default())?;
    let accounts = Arc::new(Accounts::new(Arc::clone(&store), audit.clone(), hashes, plan.sessions));
    let clock = Arc::new(SystemClock::start());
    let hooks = start_hooks(plan.webhooks, &store, *clock)?;
    let hook_counts = hooks.iter().map(Hook::counts).collect();
    let first_password = accounts.first_administrator(clock.now())?.map(|secret| secret.reveal().to_owned());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(BLOCKING_THREADS)
        .enable_all()
        .build()?;
    let importer = importer(&store, &plan.folder, standard.clone(), plan.import_model, plan.masks);
    runtime.block_on(async {
        let listener = bind(plan.listen).await?;
        let is_secure = tls.is_some();
        let open = OpenFloor {
            address: listener.local_addr()?,
            is_secure,
            accounts: Arc::clone(&accounts),
            store: Arc::clone(&store),
            first_password,
            now: clock.now(),
        };
        let ready = plan.ready;
        let room = tokio::task::spawn_blocking(move || ready(&open)).await??;
        let parts = FloorParts {
            store: Arc::clone(&store),
            accounts,
            audit,
            clock,
            thresholds: plan.thresholds,
            timeouts: Timeouts::default(),
            hosts: plan.hosts,
            tls,
            counts: Arc::new(Counts::default()),
            people: PeopleParts { hooks: hook_counts, ..plan.people },
            standard: standard.clone(),
            files,
            backtests: Arc::new(FloorBacktests {
                store: Arc::clone(&store),
                standard,
                threads: plan.backtest_threads,
            }),
            appeal_days: plan.appeal_days,
            keeping: Keeping { masks: plan.masks, retention: plan.retention, importer: Some(importer) },
        };
        serve(listener, parts, told_to_stop()).await?;
        drop(room);
        anyhow::Ok(())
    })?;
    drop(hooks);
    // All who hand in lines are gone with the runtime.
    drop(runtime);
    audit_thread
        .join()
        .map_err(|_| anyhow::anyhow!("the audit trail stopped by a defect; please report it"))?;
    Ok(())
}

/// Hands on what the files of the script, of the assessment standard and of the certificate say, as they are changed; ends with those who want to
/// know.
fn keep_up(
    mut scripts: ScriptFiles,
    standing: &watch::Sender<Standard>,
    mut certificate: Option<CertificateFiles>,
) {
    let mut told = None;
    let mut told_of_certificate = None;
    while !standing.is_closed() {
        thread::park_timeout(FILES_LOOK);
        match certificate.as_mut().map(CertificateFiles::look) {
            None | Some(Ok(false)) => {}
            Some(Ok(true)) => {
                tracing::info!("the certificate was renewed; who connects from now on is shown the new one");
                told_of_certificate = None;
            }
            Some(Err(why)) => {
                let why = Some(why.to_string());
                if told_of_certificate != why {
                    tracing::error!(
                        why,
                        "the certificate was changed and cannot be used; the one that was taken last stays"
                    );
                }
                told_of_certificate = why;
            }
        }
        match scripts.look() {
            Look::Same => {}
            Look::Taken => {
                tracing::info!(
                    sha256 = scripts.standing().script_sha256,
                    "the script was changed and is taken"
                );
                standing.send_replace(scripts.standing().clone());
                told = None;
            }
            Look::Refused(refused) => {
                if told.as_ref() != Some(&refused) {
                    tracing::error!(
                        why = refused.en,
                        "the script was changed and is wrong; what was taken last stays"
                    );
                }
                told = Some(refused);
            }
        }
    }
}

/// Brings recordings into the store by the speech model at `model`, or the one that comes with callcue. It is loaded when it is needed, and
/// works on one thread.
pub fn importer(
    store: &Arc<dyn Store>,
    folder: &Path,
    standard: watch::Receiver<Standard>,
    model: Option<PathBuf>,
    masks: bool,
) -> Arc<dyn Importer> {
    let name = model.as_ref().and_then(|path| path.file_stem());
    let name = name.map_or(BUNDLED_MODEL_NAME.to_owned(), |name| name.to_string_lossy().into_owned());
    let runner: MakeRunner = Box::new(move || {
        let loaded = load_model(&TranscribeSettings::default(), model.as_deref(), None)?;
        let runner = Inline::new(Box::new(loaded.recognizer()?), Arc::new(TextCleaner::new()));
        Ok(Box::new(runner) as Box<dyn JobRunner + Send>)
    });
    Arc::new(RecordingImporter::new(Arc::clone(store), folder, standard, name, masks, runner))
}

/// A socket is a file to the system, which allows 1 024 of them by default: fewer than a large floor has stations.
fn allow_many_sockets() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        if current != maximum
            && let Err(why) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })
        {
            tracing::warn!(%why, ?current, "the floor may not take more than so many connections");
        }
    }
}
