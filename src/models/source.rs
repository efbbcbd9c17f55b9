use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body, http};

use super::FetchError;

/// Longest wait for a connection, an answer, or the next bytes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Addresses that lead on to the next; the publisher's has one or two.
const REDIRECTS_MAX: u32 = 8;

/// Where a model is fetched from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `https://…` or `http://…`.
    Web(String),
    /// A file of this machine.
    File(PathBuf),
}

/// The bytes of a source, from some place on.
pub(super) struct Opened {
    /// Where they begin: what was asked for, or 0 if the server cannot do that.
    pub(super) from: u64,
    /// Length of the whole, if it is told.
    pub(super) length: Option<u64>,
    pub(super) bytes: Box<dyn Read>,
}

impl Source {
    /// What `--from` says. An address that ends with `/` and a folder mean the file of that name in it.
    ///
    /// ```
    /// use callcue::models::Source;
    ///
    /// let mirror = Source::parse("https://mirror.example/models/", "ggml-tiny.bin")?;
    /// assert_eq!(mirror, Source::Web("https://mirror.example/models/ggml-tiny.bin".to_owned()));
    /// assert!(Source::parse("ftp://mirror.example/ggml-tiny.bin", "ggml-tiny.bin").is_err());
    /// # Ok::<(), callcue::models::FetchError>(())
    /// ```
    ///
    /// # Errors
    /// [`FetchError::Address`].
    pub fn parse(text: &str, file_name: &str) -> Result<Self, FetchError> {
        let is_web = ["https://", "http://"].iter().any(|scheme| text.starts_with(scheme));
        if is_web && text.ends_with('/') {
            Ok(Self::Web(format!("{text}{file_name}")))
        } else if is_web {
            Ok(Self::Web(text.to_owned()))
        } else if text.is_empty() || text.contains("://") {
            Err(FetchError::Address { address: text.to_owned() })
        } else if Path::new(text).is_dir() {
            Ok(Self::File(Path::new(text).join(file_name)))
        } else {
            Ok(Self::File(PathBuf::from(text)))
        }
    }

    /// For messages.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Web(address) => address.clone(),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// Opens it at `from` bytes, or, if that cannot be, at its start. `expected` is the length that is due.
    pub(super) fn open(&self, from: u64, expected: u64) -> Result<Opened, FetchError> {
        match self {
            Self::File(path) => {
                open_file(path, from).map_err(|source| FetchError::Unreadable { path: path.clone(), source })
            }
            Self::Web(address) => open_web(address, from, expected),
        }
    }
}

fn open_file(path: &Path, from: u64) -> io::Result<Opened> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(from))?;
    Ok(Opened { from, length: Some(length), bytes: Box::new(file) })
}

fn open_web(address: &str, from: u64, expected: u64) -> Result<Opened, FetchError> {
    let agent = agent(address);
    let mut request = agent.get(address);
    if from > 0 {
        request = request.header("range", format!("bytes={from}-"));
    }
    let response = request.call().map_err(|error| failure(address, error))?;
    let (length, from) = match response.status().as_u16() {
        200 => (response.body().content_length(), 0),
        206 => content_range(&response)
            .filter(|(start, _)| *start == from)
            .map(|(start, length)| (length, start))
            .ok_or_else(|| FetchError::Refused { address: address.to_owned(), status: 206 })?,
        // Nothing behind what is there already: the file is another one, and so is its length.
        416 => {
            return Err(FetchError::WrongLength {
                address: address.to_owned(),
                offered: format!("at most {from}"),
                expected,
            });
        }
        status => return Err(FetchError::Refused { address: address.to_owned(), status }),
    };
    Ok(Opened { from, length, bytes: Box::new(response.into_body().into_reader()) })
}

/// A client with limits. Proxies are the environment's, but this machine is reached without one.
fn agent(address: &str) -> Agent {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .user_agent(concat!("callcue/", env!("CARGO_PKG_VERSION")))
        .max_redirects(REDIRECTS_MAX)
        .http_status_as_error(false)
        .timeout_resolve(Some(PATIENCE))
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_per_read(Some(PATIENCE));
    let host = address.parse::<http::Uri>().ok().and_then(|uri| uri.host().map(str::to_owned));
    let is_here = host.is_some_and(|host| matches!(host.as_str(), "127.0.0.1" | "[::1]" | "localhost"));
    if is_here { config.proxy(None).build().new_agent() } else { config.build().new_agent() }
}

/// Start and length of the whole, from `bytes 100-199/200`; the length may be `*`.
fn content_range(response: &http::Response<Body>) -> Option<(u64, Option<u64>)> {
    let range = response.headers().get("content-range")?.to_str().ok()?.strip_prefix("bytes ")?;
    let (range, length) = range.split_once('/')?;
    let start = range.split_once('-')?.0.parse().ok()?;
    Some((start, if length == "*" { None } else { Some(length.parse().ok()?) }))
}

fn failure(address: &str, error: ureq::Error) -> FetchError {
    let address = address.to_owned();
    match error {
        ureq::Error::TooManyRedirects | ureq::Error::RedirectFailed => FetchError::Redirects { address },
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => FetchError::Address { address },
        ureq::Error::Tls(reason) => FetchError::Untrusted { address, reason: reason.to_owned() },
        ureq::Error::Rustls(reason) => FetchError::Untrusted { address, reason: reason.to_string() },
        // rustls tells what is wrong with a certificate while the socket is read
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
            FetchError::Untrusted { address, reason: error.to_string() }
        }
        error => FetchError::Unreachable { address, reason: error.to_string() },
    }
}
