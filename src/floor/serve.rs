use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Weak};

use axum::extract::{DefaultBodyLimit, State};
use axum::http::Uri;
use axum::response::{Redirect, Response};
use axum::routing::{get, put};
use axum::{Json, Router, middleware};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::hall::Hall;
use super::house::{FloorParts, House, Timeouts};
use super::imports::Imports;
use super::masks::Masks;
use super::messages::{Job, ToHall};
use super::rebuild::rebuild;
use super::retention::keep_house;
use super::writer::Writer;
use super::{api, gate, lead_socket, metrics, people, recordings, script_page, station_socket};
use crate::http::{Door, Fault, ReadFiles, accept, not_found, page_file, stopped};
use crate::store::StoreError;
use crate::wire::UPLOAD_PART_MAX;

/// Largest body of a request that is no recording.
const BODY_MAX: usize = 64 * 1024;
/// Connections at a time that are not sockets yet, half-open ones among them; more wait to be accepted.
const CONNECTIONS_MAX: usize = 4_096;
/// Arrivals and alerts that wait for the writer. While it is full no more is read from stations' sockets.
const JOBS: usize = 1_024;
/// What waits for the hall. While it is full, moments are dropped, and whoever has more to say waits.
const INBOX: usize = 4_096;

/// The floor cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum FloorError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system gives no address or no thread.
    #[error("the system does not let the floor begin: {0}")]
    System(#[from] io::Error),
}

/// Serves stations and leads until `shutdown`; then says goodbye to them, writes what has come, and returns.
///
/// A fault of one connection ends that connection. Run it inside a multi-threaded tokio runtime.
///
/// # Errors
/// [`FloorError`], before anything is served.
pub async fn serve(
    listener: TcpListener,
    mut parts: FloorParts,
    shutdown: impl Future<Output = ()>,
) -> Result<(), FloorError> {
    let address = listener.local_addr()?;
    let (store, clock, thresholds) = (Arc::clone(&parts.store), Arc::clone(&parts.clock), parts.thresholds);
    let board = tokio::task::spawn_blocking(move || rebuild(&*store, &*clock, thresholds));
    let board = board.await.map_err(io::Error::other)??;
    let (stop, stopping) = watch::channel(false);
    let (jobs, to_write) = mpsc::channel(JOBS);
    let (hall, inbox) = mpsc::channel(INBOX);
    let writer = Writer {
        store: Arc::clone(&parts.store),
        jobs: to_write,
        hall: hall.clone(),
        counts: Arc::clone(&parts.counts),
        clock: Arc::clone(&parts.clock),
        retry: parts.timeouts.retry,
        masks: Masks::new(parts.keeping.masks),
    };
    let writer = writer.start(Handle::current())?;
    let owner = Hall::new(board, Arc::clone(&parts.clock), Arc::clone(&parts.counts), jobs.clone());
    tokio::spawn(owner.run(inbox, parts.timeouts.publish));
    let hosts = hosts(&parts, address);
    let importer = parts.keeping.importer.take();
    let (imports, import_thread) =
        importer.map(|importer| Imports::start(importer, &parts.store)).transpose()?.unzip();
    let import_stop = imports.as_ref().map(Imports::stop);
    let house = House::new(&mut parts, hosts, hall.clone(), jobs.clone(), stopping.clone(), imports);
    let house = Arc::new(house);
    let router = router(Arc::clone(&house), parts.files.clone());
    tokio::spawn(keep_house(Arc::downgrade(&house)));
    tokio::spawn(follow_enrolment(Arc::downgrade(&house), parts.timeouts));
    drop(house);
    let door = Door { places: CONNECTIONS_MAX, patience: parts.timeouts.request, tls: parts.tls.take() };
    let accept = accept(&listener, router, door, stopping);
    tokio::select! {
        () = accept => {}
        () = shutdown => {}
    }
    drop(listener);
    stop.send_replace(true);
    if let Some(imports) = import_stop {
        imports.stop();
    }
    // Each connection and each socket holds a receiver for as long as it lives.
    if timeout(parts.timeouts.stop, stop.closed()).await.is_err() {
        tracing::warn!("stations or pages did not leave in time; cut off");
    }
    close(&hall, &jobs).await;
    if let Some(thread) = import_thread {
        // It lays its work down within a block of sound, and goes on with the file the next time.
        let _ = tokio::task::spawn_blocking(move || thread.join()).await;
    }
    let joined = tokio::task::spawn_blocking(move || writer.join()).await;
    if !matches!(joined, Ok(Ok(()))) {
        tracing::error!("the writer stopped by a defect; please report it");
    }
    Ok(())
}

/// Whatever the hall has still to keep is written, then all that came before.
async fn close(hall: &mpsc::Sender<ToHall>, jobs: &mpsc::Sender<Job>) {
    let (done, is_done) = oneshot::channel();
    if hall.send(ToHall::Stop { done }).await.is_ok() {
        let _ = is_done.await;
    }
    let _ = jobs.send(Job::Stop).await;
}

/// On a loopback address a name that was rebound to it is refused; elsewhere names are as the company has them.
fn hosts(parts: &FloorParts, address: SocketAddr) -> Vec<String> {
    if parts.hosts.is_empty() && address.ip().is_loopback() {
        return vec![address.to_string(), format!("localhost:{}", address.port())];
    }
    parts.hosts.clone()
}

/// Stations that are enrolled, changed or revoked meanwhile, by this process or another, come onto the board and off it.
async fn follow_enrolment(house: Weak<House>, timeouts: Timeouts) {
    let mut tick = interval(timeouts.stations);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The floor that has stopped is gone with its last connection.
    while let Some(floor) = house.upgrade() {
        let mut stopping = floor.stopping.clone();
        tokio::select! {
            _ = tick.tick() => {}
            () = floor.enrolment.notified() => {}
            () = stopped(&mut stopping) => return,
        }
        match floor.blocking(|floor| Ok(floor.store.stations()?)).await {
            Ok(rows) => {
                if floor.hall.send(ToHall::Enrolled(rows)).await.is_err() {
                    return;
                }
            }
            Err(_told_in_the_log) => tracing::warn!("enrolled stations cannot be read"),
        }
    }
}

fn router(house: Arc<House>, files: ReadFiles) -> Router {
    let any_length = DefaultBodyLimit::disable();
    let upload = get(recordings::state).put(recordings::add).layer(DefaultBodyLimit::max(UPLOAD_PART_MAX));
    Router::new()
        .route("/station/ws", get(station_socket::open))
        .route("/floor/ws", get(lead_socket::open))
        .merge(api::routes())
        .merge(people::routes())
        .route("/metrics", get(metrics::metrics))
        .route("/", get(async || Redirect::to("/floor")))
        .route("/floor", get(async || page_file("floor.html")))
        .route("/review", get(async || page_file("review.html")))
        .route("/healthz", get(health))
        .fallback(get(page).fallback(not_found))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .route("/station/recordings/{call}", upload)
        .merge(script_page::routes(&house, files))
        .route("/api/imports/{import}/files/{name}", put(api::import_file).layer(any_length))
        .layer(middleware::from_fn_with_state(house.clone(), gate::admit))
        .with_state(house)
}

/// Whether the floor lives, and whether it can store what comes.
async fn health(State(house): State<Arc<House>>) -> Json<serde_json::Value> {
    let status = if house.counts.store_down.get() == 0 { "ok" } else { "store_down" };
    Json(json!({"status": status, "version": env!("CARGO_PKG_VERSION")}))
}

/// Files of the floor's page. The agent's page is the station's.
async fn page(uri: Uri) -> Result<Response, Fault> {
    match uri.path().trim_start_matches('/') {
        "index.html" => Err(Fault::not_found()),
        path => Ok(page_file(path)),
    }
}
