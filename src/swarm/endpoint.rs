use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::ConfigVerifierExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::header::{AUTHORIZATION, COOKIE, ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue, Uri};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

/// Longest answer to a request that is read.
const ANSWER_BYTES_MAX: u64 = 16 << 20;

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
}

/// What a request was answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// `name=value` of the cookies that it sets.
    pub(super) cookies: Vec<String>,
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
            Caller::Lead(cookie) => {
                set(COOKIE, cookie.to_owned())?;
                set(ORIGIN, self.origin())?;
            }
        }
        let limits = WebSocketConfig::default().read_buffer_size(buffer_bytes).write_buffer_size(0);
        let wire = self.connect().await?;
        let (socket, _) = tokio_tungstenite::client_async_with_config(request, wire, Some(limits)).await?;
        Ok(socket)
    }

    /// One request over a connection of its own.
    pub(super) async fn request(
        &self,
        method: &str,
        path: &str,
        cookie: Option<&str>,
        json: Option<&str>,
    ) -> anyhow::Result<Answer> {
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}:{}\r\nOrigin: {}\r\nConnection: close\r\nAccept: application/json\r\n",
            self.host,
            self.port,
            self.origin()
        );
        if let Some(cookie) = cookie {
            head += &format!("Cookie: {cookie}\r\n");
        }
        if let Some(json) = json {
            head += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", json.len());
        }
        let mut wire = self.connect().await?;
        wire.write_all(format!("{head}\r\n{}", json.unwrap_or_default()).as_bytes()).await?;
        let mut bytes = Vec::new();
        wire.take(ANSWER_BYTES_MAX).read_to_end(&mut bytes).await?;
        Answer::read(&bytes).ok_or_else(|| anyhow!("{method} {path}: no HTTP answer came"))
    }

    async fn connect(&self) -> anyhow::Result<Pin<Box<dyn Wire>>> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
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
        let headers: Vec<(String, &str)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value))
            .collect();
        let cookies = headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
            .filter_map(|(_, value)| value.split(';').next().map(str::to_owned))
            .collect();
        let is_chunked = headers
            .iter()
            .any(|(name, value)| name == "transfer-encoding" && value.eq_ignore_ascii_case("chunked"));
        let body = if is_chunked { joined_chunks(body)? } else { body.to_owned() };
        Some(Self { status, cookies, body })
    }
}

/// The body of a chunked answer, whose chunks end between characters or not.
fn joined_chunks(mut body: &str) -> Option<String> {
    let mut joined = String::new();
    loop {
        let (length, rest) = body.split_once("\r\n")?;
        let length = usize::from_str_radix(length.split(';').next()?.trim(), 16).ok()?;
        if length == 0 {
            return Some(joined);
        }
        joined += rest.get(..length)?;
        body = rest.get(length..)?.strip_prefix("\r\n")?;
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
