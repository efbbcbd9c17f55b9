use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self};

use super::access::FloorAccess;
use crate::wire::UPLINK_PROTOCOL;

/// For each step of making a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// For the answer to a request, the sending of a part included.
const REQUEST: Duration = Duration::from_secs(60);
/// Largest message that the floor may send; its longest are lines of leads.
const MESSAGE_MAX: usize = 1 << 20;
/// Largest answer to a request.
const ANSWER_MAX: usize = 64 * 1024;

/// Bytes to and from the floor, encrypted or not.
pub(super) trait Bytes: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Bytes for T {}

pub(super) type Line = Box<dyn Bytes>;

/// Why the floor is not reached, or does not do what is asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum LineError {
    #[error("cannot be reached ({0})")]
    Unreachable(#[source] io::Error),
    #[error("gives no answer")]
    Silent,
    #[error("shows a certificate that is not trusted ({0})")]
    Untrusted(#[source] rustls::Error),
    #[error("refuses this station's token (status {0})")]
    Denied(StatusCode),
    #[error("is no floor of this version (status {0})")]
    NoFloor(StatusCode),
    #[error("breaks off ({0})")]
    Broken(String),
}

impl LineError {
    /// Whether somebody must mend something before it can be better.
    pub(super) const fn needs_mending(&self) -> bool {
        matches!(self, Self::Untrusted(_) | Self::Denied(_) | Self::NoFloor(_))
    }
}

/// A connection without a word on it.
pub(super) async fn open_line(access: &FloorAccess) -> Result<Line, LineError> {
    let place = (access.url.host(), access.url.port());
    let stream = within(CONNECT, TcpStream::connect(place)).await?.map_err(LineError::Unreachable)?;
    // A small frame must not wait for the next one.
    stream.set_nodelay(true).map_err(LineError::Unreachable)?;
    let Some(tls) = &access.tls else { return Ok(Box::new(stream)) };
    let name = ServerName::try_from(access.url.host().to_owned())
        .map_err(|error| LineError::Unreachable(io::Error::new(io::ErrorKind::InvalidInput, error)))?;
    let stream = within(CONNECT, TlsConnector::from(Arc::clone(tls)).connect(name, stream)).await?;
    Ok(Box::new(stream.map_err(tls_error)?))
}

fn tls_error(error: io::Error) -> LineError {
    let found = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match found {
        Some(fault @ rustls::Error::InvalidCertificate(_)) => LineError::Untrusted(fault.clone()),
        _ => LineError::Unreachable(error),
    }
}

/// A socket on which nothing has been said.
pub(super) async fn open_socket(access: &FloorAccess) -> Result<WebSocketStream<Line>, LineError> {
    let line = open_line(access).await?;
    let mut request = format!("{}/station/ws", access.url)
        .into_client_request()
        .map_err(|error| LineError::Broken(error.to_string()))?;
    let headers = request.headers_mut();
    headers.insert(header::AUTHORIZATION, bearer(access));
    headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(UPLINK_PROTOCOL));
    let config =
        WebSocketConfig::default().max_message_size(Some(MESSAGE_MAX)).max_frame_size(Some(MESSAGE_MAX));
    let opened = tokio_tungstenite::client_async_with_config(request, line, Some(config));
    match within(CONNECT, opened).await? {
        Ok((socket, _)) => Ok(socket),
        Err(tungstenite::Error::Http(response)) => Err(refusal(response.status())),
        Err(tungstenite::Error::Io(error)) => Err(LineError::Unreachable(error)),
        Err(tungstenite::Error::Protocol(error)) => {
            tracing::debug!(%error, "no floor there");
            Err(LineError::NoFloor(StatusCode::OK))
        }
        Err(error) => Err(LineError::Broken(error.to_string())),
    }
}

/// What a status says that is not the one hoped for. Those of a server that is down for a while heal by themselves.
fn refusal(status: StatusCode) -> LineError {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => LineError::Denied(status),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => LineError::Broken(status.to_string()),
        _ if status.is_server_error() => LineError::Broken(status.to_string()),
        _ => LineError::NoFloor(status),
    }
}

fn bearer(access: &FloorAccess) -> HeaderValue {
    let mut value =
        HeaderValue::try_from(format!("Bearer {}", access.token.reveal())).expect("a token is visible ASCII");
    value.set_sensitive(true);
    value
}

/// Requests to the floor, one after the other on one connection.
pub(super) struct Requests {
    access: FloorAccess,
    sender: http1::SendRequest<Body>,
}

/// An answer, its body read.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// The floor's clock, as it says.
    pub(super) date: Option<String>,
    pub(super) body: Vec<u8>,
}

impl Requests {
    pub(super) async fn open(access: &FloorAccess) -> Result<Self, LineError> {
        let line = TokioIo::new(open_line(access).await?);
        let (sender, connection) =
            http1::handshake(line).await.map_err(|error| LineError::Broken(error.to_string()))?;
        // Ends by itself when the sender is dropped.
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "requests to the floor");
            }
        });
        Ok(Self { access: access.clone(), sender })
    }

    /// Asks; a status other than success is an answer too, but for 401 and 403.
    pub(super) async fn ask(&mut self, method: &str, path: &str, body: Vec<u8>) -> Result<Answer, LineError> {
        let broken = |error: &dyn std::fmt::Display| LineError::Broken(error.to_string());
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.access.url.authority())
            .header(header::AUTHORIZATION, bearer(&self.access))
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .body(Body::from(body))
            .map_err(|error| broken(&error))?;
        let answered = async {
            let response: Response<Incoming> = self.sender.send_request(request).await?;
            Ok::<_, hyper::Error>(response)
        };
        let (head, body) = within(REQUEST, answered).await?.map_err(|error| broken(&error))?.into_parts();
        if matches!(head.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            return Err(LineError::Denied(head.status));
        }
        let read = axum::body::to_bytes(Body::new(body), ANSWER_MAX);
        let body = within(REQUEST, read).await?.map_err(|error| broken(&error))?;
        let date = head.headers.get(header::DATE).and_then(|date| date.to_str().ok()).map(str::to_owned);
        Ok(Answer { status: head.status, date, body: body.to_vec() })
    }
}

async fn within<T>(patience: Duration, act: impl Future<Output = T>) -> Result<T, LineError> {
    timeout(patience, act).await.map_err(|_| LineError::Silent)
}
