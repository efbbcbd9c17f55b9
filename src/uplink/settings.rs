use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// Longest token that is taken, in characters; the floor's own have 64.
const TOKEN_MAX: usize = 256;

/// The `[floor]` part of the configuration: where this station reports to.
///
/// ```
/// use callcue::uplink::FloorSettings;
///
/// let settings: FloorSettings = toml::from_str(r#"
///     url = "wss://floor.example:7979"
///     token_file = "floor.token"
/// "#).unwrap();
/// assert_eq!(settings.url.to_string(), "wss://floor.example:7979");
/// assert!(toml::from_str::<FloorSettings>(r#"url = "wss://floor.example""#).is_err(), "no token");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub struct FloorSettings {
    /// Address of the floor, `wss://HOST[:PORT]`; `ws://` on this machine only.
    pub url: FloorUrl,
    /// The token that the floor gave this station, or where it lies.
    pub token: TokenSource,
    /// A PEM file with certificates of authorities that are trusted beside the system's. Default: none.
    pub ca_file: Option<PathBuf>,
}

/// Where a station's token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenSource {
    /// In the configuration itself.
    Given(StationToken),
    /// In a file of its own, whose text it is.
    File(PathBuf),
}

/// As it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    url: FloorUrl,
    token: Option<StationToken>,
    token_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
}

impl TryFrom<Written> for FloorSettings {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let token = match (written.token, written.token_file) {
            (Some(token), None) => TokenSource::Given(token),
            (None, Some(file)) => TokenSource::File(file),
            (None, None) => {
                return Err(
                    "the floor wants a token: add token_file = \"…\", with what `callcue floor enrol` printed",
                );
            }
            (Some(_), Some(_)) => return Err("both token and token_file are set: take one of them away"),
        };
        Ok(Self { url: written.url, token, ca_file: written.ca_file })
    }
}

/// Address of a floor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FloorUrl {
    is_tls: bool,
    /// Without the brackets of an IPv6 address.
    host: String,
    port: u16,
}

impl FloorUrl {
    /// Whether the connection is encrypted.
    pub const fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// Name or address, without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// `HOST:PORT`, as the `Host` header wants it.
    pub fn authority(&self) -> String {
        let Self { host, port, .. } = self;
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }

    fn is_this_machine(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl fmt::Display for FloorUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_tls { "wss" } else { "ws" };
        write!(f, "{scheme}://{}", self.authority())
    }
}

impl TryFrom<&str> for FloorUrl {
    type Error = String;

    fn try_from(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("{text:?} is no address of a floor; write it like \"wss://floor.example:7979\"");
        let (is_tls, rest) = match text.split_once("://").ok_or_else(wrong)? {
            ("wss", rest) => (true, rest),
            ("ws", rest) => (false, rest),
            _ => return Err(wrong()),
        };
        let place = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match place.strip_prefix('[') {
            Some(v6) => v6.split_once(']').ok_or_else(wrong)?,
            None => place.find(':').map_or((place, ""), |colon| place.split_at(colon)),
        };
        let port = match port.strip_prefix(':') {
            Some(port) => port.parse().ok().filter(|port| *port > 0).ok_or_else(wrong)?,
            None if port.is_empty() => {
                if is_tls {
                    443
                } else {
                    80
                }
            }
            None => return Err(wrong()),
        };
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':');
        if host.is_empty() || !host.bytes().all(fits) {
            return Err(wrong());
        }
        let url = Self { is_tls, host: host.to_owned(), port };
        if !is_tls && !url.is_this_machine() {
            return Err(format!(
                "{text:?} would send calls and the token in the clear; use wss://, ws:// is for this machine only"
            ));
        }
        Ok(url)
    }
}

impl<'de> Deserialize<'de> for FloorUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(String::deserialize(deserializer)?.as_str()).map_err(D::Error::custom)
    }
}

/// The token by which the floor knows this station. Its `Debug` form hides it, and it has no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct StationToken(String);

impl StationToken {
    /// The secret itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for StationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StationToken(…)")
    }
}

impl TryFrom<&str> for StationToken {
    type Error = &'static str;

    /// Says nothing of what was written: it may be half of a secret.
    fn try_from(text: &str) -> Result<Self, Self::Error> {
        if text.is_empty() || text.len() > TOKEN_MAX || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(
                "this is no token; copy what `callcue floor enrol` printed, letters and digits on one line",
            );
        }
        Ok(Self(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for StationToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not as a string at once: the error for another type would show what it is.
        let value = toml::Value::deserialize(deserializer)?;
        Self::try_from(value.as_str().unwrap_or_default()).map_err(D::Error::custom)
    }
}
