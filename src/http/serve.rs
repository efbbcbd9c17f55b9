use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::http::HeaderValue;
use axum::routing::get;
use axum::{Json, Router, middleware};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::door::{Door, accept};
use super::{
    CallState, Command, Order, ReadFiles, Refusal, Token, calls, gate, pages, script_routes, socket,
};
use crate::deliver::Delivery;

/// Largest request body and largest frame of a page, in bytes.
pub(super) const MESSAGE_MAX: usize = 64 * 1024;

/// Connections at a time that are not sockets yet; more wait to be accepted.
const CONNECTIONS_MAX: usize = 64;

/// What the server needs of the station.
#[derive(Clone)]
pub struct StationParts {
    /// Where pages get their frames.
    pub delivery: Delivery,
    /// Where commands go. When it is full, whoever asks is told that the station is busy; nothing waits.
    pub commands: mpsc::Sender<Order>,
    /// The secret that pages and softphones must have.
    pub token: Token,
    /// How long the server waits.
    pub timeouts: Timeouts,
    /// The script and the standard that the page of the script's owner tries.
    pub files: ReadFiles,
}

/// How long the server waits for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For the head of a request on an open connection, and for the rest of it.
    pub request: Duration,
    /// For the engine's answer to a command.
    pub answer: Duration,
    /// Between pings to a page. One that was silent from a ping to the next is closed.
    pub ping: Duration,
    /// For a page to take one frame.
    pub frame: Duration,
    /// For everybody to leave when the server stops.
    pub stop: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(10),
            answer: Duration::from_secs(5),
            ping: Duration::from_secs(15),
            frame: Duration::from_secs(10),
            stop: Duration::from_secs(3),
        }
    }
}

/// The address cannot be had.
#[derive(Debug, thiserror::Error)]
#[error(
    "{address} cannot be had: {source}; stop what uses it (another callcue?), or set another `listen` under [station]"
)]
pub struct BindError {
    /// Which.
    pub address: SocketAddr,
    /// Why.
    pub source: io::Error,
}

/// The server cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Others could reach the call.
    #[error("{0} can be reached from other machines: a station listens on 127.0.0.1 or [::1] only")]
    NotLoopback(SocketAddr),
    /// The listener has no address.
    #[error("the listening socket has no address: {0}")]
    NoAddress(#[source] io::Error),
}

/// A listener; port 0 takes a free one. [`serve`] refuses an address that is not of the loopback.
///
/// # Errors
/// [`BindError`] says what to do about the address.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, BindError> {
    TcpListener::bind(address).await.map_err(|source| BindError { address, source })
}

/// Serves pages and softphones until `shutdown`, then says goodbye to them and returns.
///
/// A fault of one connection ends that connection. Run it inside a tokio runtime; it starts a task a connection.
///
/// # Errors
/// [`ServeError`], before anything is served.
pub async fn serve(
    listener: TcpListener,
    parts: StationParts,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let address = listener.local_addr().map_err(ServeError::NoAddress)?;
    if !address.ip().is_loopback() {
        return Err(ServeError::NotLoopback(address));
    }
    let (stop, stopping) = watch::channel(false);
    let timeouts = parts.timeouts;
    let files = Arc::clone(&parts.files);
    let router = router(Arc::new(Station::new(parts, address, stopping.clone())), files);
    let door = Door { places: CONNECTIONS_MAX, patience: timeouts.request, tls: None };
    let accept = accept(&listener, router, door, stopping);
    tokio::select! {
        () = accept => {}
        () = shutdown => {}
    }
    drop(listener);
    stop.send_replace(true);
    // Each connection and each socket holds a receiver for as long as it lives.
    if timeout(timeouts.stop, stop.closed()).await.is_err() {
        tracing::warn!("pages or softphones did not leave in time; cut off");
    }
    Ok(())
}

/// What every handler sees.
pub(super) struct Station {
    pub(super) delivery: Delivery,
    pub(super) token: Token,
    pub(super) timeouts: Timeouts,
    /// Becomes true when the server stops.
    pub(super) stopping: watch::Receiver<bool>,
    pub(super) content_policy: HeaderValue,
    commands: mpsc::Sender<Order>,
    /// `Host`s that mean this station.
    hosts: Vec<String>,
}

/// Why there is no new [`CallState`].
#[derive(Debug)]
pub(super) enum NotDone {
    /// The engine does not want to.
    Refused(Refusal),
    /// The engine does not answer, or has more orders than it can take.
    Unanswered(Refusal),
}

impl Station {
    fn new(parts: StationParts, address: SocketAddr, stopping: watch::Receiver<bool>) -> Self {
        let hosts = vec![address.to_string(), format!("localhost:{}", address.port())];
        // Some browsers do not count ws:// of the same host as 'self'.
        let sockets: Vec<_> = hosts.iter().map(|host| format!("ws://{host}")).collect();
        let content_policy = format!(
            "default-src 'self'; connect-src 'self' {}; object-src 'none'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'",
            sockets.join(" ")
        );
        Self {
            delivery: parts.delivery,
            token: parts.token,
            timeouts: parts.timeouts,
            stopping,
            content_policy: content_policy.parse().expect("an address is plain ASCII"),
            commands: parts.commands,
            hosts,
        }
    }

    pub(super) fn is_own_host(&self, host: &str) -> bool {
        self.hosts.iter().any(|own| own == host)
    }

    pub(super) fn is_own_origin(&self, origin: &str) -> bool {
        origin.strip_prefix("http://").is_some_and(|host| self.is_own_host(host))
    }

    /// Hands a command to the engine and waits for its answer.
    pub(super) async fn order(&self, command: Command) -> Result<CallState, NotDone> {
        let (order, answered) = Order::new(command);
        let busy =
            || NotDone::Unanswered(Refusal::new("站点忙，请再试一次", "the station is busy, try again"));
        self.commands.try_send(order).map_err(|_full| busy())?;
        match timeout(self.timeouts.answer, answered).await {
            Ok(Ok(answer)) => answer.map_err(NotDone::Refused),
            Ok(Err(_dropped)) => {
                Err(NotDone::Unanswered(Refusal::new("站点正在停止", "the station is stopping")))
            }
            Err(_late) => Err(busy()),
        }
    }
}

fn router(station: Arc<Station>, files: ReadFiles) -> Router {
    Router::new()
        .merge(calls::routes().layer(DefaultBodyLimit::max(MESSAGE_MAX)))
        .merge(script_routes(files))
        .route_layer(middleware::from_fn_with_state(station.clone(), gate::require_token))
        .route("/ws", get(socket::open))
        .route("/healthz", get(health))
        .fallback(get(pages::page).fallback(gate::not_found))
        .layer(middleware::from_fn_with_state(station.clone(), gate::admit))
        .with_state(station)
}

async fn health() -> Json<serde_json::Value> {
    Json(json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}))
}
