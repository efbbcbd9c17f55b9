//! How connections come in, at the station and on the floor alike.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// How long the server rests when the system has no file descriptor left for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// How connections are taken in.
#[derive(Clone)]
pub(crate) struct Door {
    /// Connections at a time that are not sockets yet; more wait to be accepted.
    pub(crate) places: usize,
    /// For the head of a request on an open connection, and for a TLS handshake.
    pub(crate) patience: Duration,
    /// Present: all is spoken inside TLS.
    pub(crate) tls: Option<TlsAcceptor>,
}

/// Who is at the other end of a connection; with every request, as an extension.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Takes connections in for ever.
pub(crate) async fn accept(
    listener: &TcpListener,
    router: Router,
    door: Door,
    stopping: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(door.places));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, peer)) => {
                let connection = admit(stream, Peer(peer), router.clone(), door.clone(), stopping.clone());
                tokio::spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
            Err(why) => {
                tracing::warn!(%why, "cannot take a connection");
                let _ = timeout(ACCEPT_PAUSE, std::future::pending::<()>()).await;
            }
        }
    }
}

/// Waits until the server stops.
pub(crate) async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // An error is a server that is gone, which comes to the same.
    let _ = stopping.wait_for(|stop| *stop).await;
}

async fn admit(stream: TcpStream, peer: Peer, router: Router, door: Door, stopping: watch::Receiver<bool>) {
    // A cue is a small frame that must not wait for the next one.
    if let Err(why) = stream.set_nodelay(true) {
        tracing::debug!(%why, "small frames may be late");
    }
    let Some(tls) = door.tls else {
        return Box::pin(attend(stream, peer, router, door.patience, stopping)).await;
    };
    match timeout(door.patience, tls.accept(stream)).await {
        Ok(Ok(stream)) => Box::pin(attend(stream, peer, router, door.patience, stopping)).await,
        Ok(Err(why)) => tracing::debug!(%why, peer = %peer.0, "no TLS"),
        Err(_late) => tracing::debug!(peer = %peer.0, "TLS did not begin in time"),
    }
}

/// Answers the requests of one connection, until it is over or has become a socket.
async fn attend<Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: Stream,
    peer: Peer,
    router: Router,
    patience: Duration,
    mut stopping: watch::Receiver<bool>,
) {
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(peer);
        router.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopped(&mut stopping) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(why) = ended {
        tracing::debug!(%why, "connection ended");
    }
}
