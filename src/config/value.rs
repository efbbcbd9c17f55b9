//! Values that are right once they exist. Their checks run while the file is read, so that a mistake gets its place.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use tracing_subscriber::EnvFilter;

/// Longest agent number, in characters.
const AGENT_NUMBER_MAX: usize = 16;

/// A value that cannot be used: what it is and what would do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadValue(pub(super) String);

/// The agent's number as the company writes it, leading zeros included: 1 to 16 letters and digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentNumber(String);

impl AgentNumber {
    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for AgentNumber {
    type Error = BadValue;

    fn try_from(text: &str) -> Result<Self, BadValue> {
        if text.is_empty()
            || text.len() > AGENT_NUMBER_MAX
            || !text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            return Err(BadValue(format!("{text:?} is no agent number; write 1 to 16 letters and digits")));
        }
        Ok(Self(text.to_owned()))
    }
}

/// Where the station listens: an address of this machine that no other machine can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenAddress(SocketAddr);

impl ListenAddress {
    /// Address and port; port 0 takes any that is free.
    pub const fn socket(self) -> SocketAddr {
        self.0
    }
}

impl Default for ListenAddress {
    /// 127.0.0.1:7878, an address that bookmarks and softphones can rely on.
    fn default() -> Self {
        Self(SocketAddr::from((Ipv4Addr::LOCALHOST, 7_878)))
    }
}

impl TryFrom<&str> for ListenAddress {
    type Error = BadValue;

    fn try_from(text: &str) -> Result<Self, BadValue> {
        let address: SocketAddr = text.parse().map_err(|_| {
            BadValue(format!(
                "{text:?} is no address with a port; write it like \"127.0.0.1:7878\" or \"[::1]:7878\""
            ))
        })?;
        if !address.ip().is_loopback() {
            let what = format!(
                "{text:?} can be reached from other machines, which must not read calls; use 127.0.0.1 or [::1]"
            );
            return Err(BadValue(what));
        }
        Ok(Self(address))
    }
}

/// What is logged: directives of `tracing-subscriber`, such as `info` or `callcue::capture=debug,warn`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    /// The directives.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for LogFilter {
    /// `info`: what an administrator asks about, and no words of any call.
    fn default() -> Self {
        Self("info".to_owned())
    }
}

impl TryFrom<&str> for LogFilter {
    type Error = BadValue;

    fn try_from(text: &str) -> Result<Self, BadValue> {
        EnvFilter::try_new(text).map_err(|error| {
            BadValue(format!(
                "{text:?} is no log filter ({error}); write for example \"info\" or \"callcue=debug\""
            ))
        })?;
        Ok(Self(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for AgentNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "an agent number in quotes, such as \"1024\"")
    }
}

impl<'de> Deserialize<'de> for ListenAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "an address in quotes, such as \"127.0.0.1:7878\"")
    }
}

impl<'de> Deserialize<'de> for LogFilter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "a log filter in quotes, such as \"info\"")
    }
}

/// Reads a string and checks it; `expected` is told when there is no string at all.
pub(super) fn text<'de, D, T>(deserializer: D, expected: &'static str) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: for<'a> TryFrom<&'a str, Error = BadValue>,
{
    struct Text<T>(&'static str, std::marker::PhantomData<T>);

    impl<T: for<'a> TryFrom<&'a str, Error = BadValue>> Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            T::try_from(text).map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Text(expected, std::marker::PhantomData))
}

/// Reads a whole number from `MIN` to `MAX`, for `#[serde(deserialize_with)]`.
pub(super) fn within<'de, D, const MIN: u32, const MAX: u32>(deserializer: D) -> Result<u32, D::Error>
where
    D: Deserializer<'de>,
{
    let value = i64::deserialize(deserializer)?;
    u32::try_from(value).ok().filter(|value| (MIN..=MAX).contains(value)).ok_or_else(|| {
        let range = format!("a whole number from {MIN} to {MAX}");
        D::Error::invalid_value(Unexpected::Signed(value), &range.as_str())
    })
}
