use std::net::{Ipv4Addr, SocketAddr};

use serde::de::{Deserialize, Deserializer};

use super::value::{BadValue, text};

/// Where the floor listens. Any address can be written; whether it may be had without TLS is decided with the other settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FloorAddress(SocketAddr);

impl FloorAddress {
    /// Address and port; port 0 takes any that is free.
    pub const fn socket(self) -> SocketAddr {
        self.0
    }
}

impl Default for FloorAddress {
    /// 127.0.0.1:7900: nobody from outside, until somebody has thought of TLS.
    fn default() -> Self {
        Self(SocketAddr::from((Ipv4Addr::LOCALHOST, 7_900)))
    }
}

impl TryFrom<&str> for FloorAddress {
    type Error = BadValue;

    fn try_from(text: &str) -> Result<Self, BadValue> {
        text.parse().map(Self).map_err(|_| {
            BadValue(format!(
                "{text:?} is no address with a port; write it like \"127.0.0.1:7900\" or \"0.0.0.0:443\""
            ))
        })
    }
}

/// Address of a service that secrets may be sent to: `https://…`, or `http://` on this machine. No user, no password, no fragment in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceUrl(String);

impl ServiceUrl {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Scheme, host and port as a browser writes an `Origin`.
    pub fn origin(&self) -> &str {
        let authority = self.0.find("://").map_or(0, |at| at + 3);
        let end = self.0[authority..].find(['/', '?']).map_or(self.0.len(), |at| authority + at);
        &self.0[..end]
    }

    /// Host and port as a browser writes `Host`.
    pub fn host(&self) -> &str {
        self.origin().split_once("://").map_or("", |(_, host)| host)
    }

    /// Whether what is sent there is encrypted.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl TryFrom<&str> for ServiceUrl {
    type Error = BadValue;

    fn try_from(text: &str) -> Result<Self, BadValue> {
        let wrong = || {
            BadValue(format!(
                "{text:?} is no address of a service; write \"https://host/path\", or \"http://127.0.0.1:port/path\" on this machine"
            ))
        };
        let (scheme, rest) = text.split_once("://").ok_or_else(wrong)?;
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}#@".contains(&byte));
        let is_lower = scheme == scheme.to_lowercase() && authority == authority.to_lowercase();
        if authority.is_empty() || !is_plain || !is_lower {
            return Err(wrong());
        }
        match scheme {
            "https" => Ok(Self(text.to_owned())),
            "http" if is_loopback(authority) => Ok(Self(text.to_owned())),
            "http" => Err(BadValue(format!(
                "{text:?} sends secrets and names in the open; use https://, or an address of this machine"
            ))),
            _ => Err(wrong()),
        }
    }
}

fn is_loopback(authority: &str) -> bool {
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

impl<'de> Deserialize<'de> for FloorAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "an address in quotes, such as \"127.0.0.1:7900\"")
    }
}

impl<'de> Deserialize<'de> for ServiceUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "an address in quotes, such as \"https://floor.example.com\"")
    }
}
