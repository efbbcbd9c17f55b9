use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::ConfigVerifierExt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::header::{AUTHORIZATION, COOKIE, ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue, Uri};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

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

    async fn connect(&self) -> anyhow::Result<Pin<Box<dyn Wire>>> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        stream.set_nodelay(true)?;
        let Some(tls) = &self.tls else { return Ok(Box::pin(stream)) };
        let name = ServerName::try_from(self.host.clone())?;
        Ok(Box::pin(tls.connect(name, stream).await?))
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
