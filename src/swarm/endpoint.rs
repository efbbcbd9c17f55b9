use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::ConfigVerifierExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::header::{AUTHORIZATION, COOKIE, ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue, Uri};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

/// Longest answer to a request that is read.
const ANSWER_BYTES_MAX: u64 = 64 << 10;

/// What the system may keep for somebody who does not read. It takes twice as much, and no less than a few kilobytes.
const FROZEN_RECEIVE_BYTES: u32 = 2 << 10;

/// A connection, plain or encrypted.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send {}
impl<T: AsyncRead + AsyncWrite + Send> Wire for T {}

pub(super) type Socket = WebSocketStream<Pin<Box<dyn Wire>>>;

/// Where a floor is, and how it is reached.
#[derive(Clone)]
pub struct Endpoint {
    host: String,
    port: u16,
    tls: Option<TlsConnector>,
}

/// Who asks for a socket.
#[derive(Clone, Copy, Debug)]
pub(super) enum Caller<'c> {
    /// A station, with its token.
    Station(&'c str),
    /// A lead, with the cookie of a session.
    Lead(&'c str),
    /// The same of one who will never read: the system takes as little as it can on his behalf.
    Frozen(&'c str),
}

/// What a request was answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// `name=value` of the cookies that it sets.
    pub(super) cookies: Vec<String>,
    /// As it came.
    pub(super) body: String,
}

impl Endpoint {
    /// The floor at `url`, such as `http://127.0.0.1:7300` or `https://floor.example`. A certificate is checked against
    /// the machine's own authorities, or against those in the PEM file `authorities` alone.
    ///
    /// # Errors
    /// What is wrong with the address or the file.
    pub fn new(url: &str, authorities: Option<&Path>) -> anyhow::Result<Self> {
        let uri: Uri = url.parse().with_context(|| format!("{url} is no address of a floor"))?;
        let is_secure = match uri.scheme_str() {
            Some("http" | "ws") => false,
            Some("https" | "wss") => true,
            _ => bail!("{url} is no address of a floor; begin it with http:// or https://"),
        };
        let host = uri.host().ok_or_else(|| anyhow!("{url} names no host"))?.to_owned();
        let port = uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
        let tls = is_secure.then(|| tls(authorities)).transpose()?;
        Ok(Self { host, port, tls })
    }

    /// `http://host:port`, as a browser names it.
    fn origin(&self) -> String {
        format!("{}://{}:{}", if self.tls.is_some() { "https" } else { "http" }, self.host, self.port)
    }

    /// Opens a socket at `path`.
    pub(super) async fn socket(
        &self,
        path: &str,
        protocol: &'static str,
        caller: Caller<'_>,
        buffer_bytes: usize,
    ) -> anyhow::Result<Socket> {
        let scheme = if self.tls.is_some() { "wss" } else { "ws" };
        let url = format!("{scheme}://{}:{}{path}", self.host, self.port);
        let mut request = url.into_client_request()?;
        let mut set = |name: HeaderName, value: String| -> anyhow::Result<()> {
            request.headers_mut().insert(name, HeaderValue::try_from(value)?);
            Ok(())
        };
        set(SEC_WEBSOCKET_PROTOCOL, protocol.to_owned())?;
        match caller {
            Caller::Station(token) => set(AUTHORIZATION, format!("Bearer {token}"))?,
            Caller::Lead(cookie) | Caller::Frozen(cookie) => {
                set(COOKIE, cookie.to_owned())?;
                set(ORIGIN, self.origin())?;
            }
        }
        let limits = WebSocketConfig::default().read_buffer_size(buffer_bytes).write_buffer_size(0);
        let receive_bytes = matches!(caller, Caller::Frozen(_)).then_some(FROZEN_RECEIVE_BYTES);
        let wire = self.connect(receive_bytes).await?;
        let (socket, _) = tokio_tungstenite::client_async_with_config(request, wire, Some(limits)).await?;
        Ok(socket)
    }

    /// Posts JSON over a connection of its own, as this floor's page does.
    pub(super) async fn post(&self, path: &str, json: &str) -> anyhow::Result<Answer> {
        let (host, port, origin, length) = (&self.host, self.port, self.origin(), json.len());
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: {origin}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{json}"
        );
        let mut wire = self.connect(None).await?;
        wire.write_all(request.as_bytes()).await?;
        let mut bytes = Vec::new();
        // Who closes without a TLS goodbye has said all the same what was asked.
        let read = wire.take(ANSWER_BYTES_MAX).read_to_end(&mut bytes).await;
        Answer::read(&bytes).ok_or_else(|| anyhow!("POST {path}: no HTTP answer came ({read:?})"))
    }

    async fn connect(&self, receive_bytes: Option<u32>) -> anyhow::Result<Pin<Box<dyn Wire>>> {
        let place = (self.host.as_str(), self.port);
        let stream = match receive_bytes {
            None => TcpStream::connect(place).await?,
            Some(bytes) => {
                let address = lookup_host(place)
                    .await?
                    .next()
                    .ok_or_else(|| anyhow!("{} has no address", self.host))?;
                let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
                socket.set_recv_buffer_size(bytes)?;
                socket.connect(address).await?
            }
        };
        stream.set_nodelay(true)?;
        let Some(tls) = &self.tls else { return Ok(Box::pin(stream)) };
        let name = ServerName::try_from(self.host.clone())?;
        Ok(Box::pin(tls.connect(name, stream).await?))
    }
}

impl Answer {
    fn read(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let cookies = lines
            .filter_map(|line| line.split_once(": "))
            .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
            .filter_map(|(_, value)| value.split(';').next().map(str::to_owned))
            .collect();
        Some(Self { status, cookies, body: body.to_owned() })
    }
}

fn tls(authorities: Option<&Path>) -> anyhow::Result<TlsConnector> {
    // The process may have chosen one already; both are ring.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = match authorities {
        None => ClientConfig::with_platform_verifier()?,
        Some(path) => {
            let mut roots = RootCertStore::empty();
            let certificates = CertificateDer::pem_file_iter(path)
                .with_context(|| format!("{}: cannot be read as PEM", path.display()))?;
            for certificate in certificates {
                roots.add(certificate?).with_context(|| format!("{}: no certificate", path.display()))?;
            }
            ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()
        }
    };
    Ok(TlsConnector::from(Arc::new(config)))
}
