use std::fmt;
use std::net::SocketAddr;

/// The station's secret: 128 random bits, new at each start, as 32 hexadecimal digits.
///
/// Its `Debug` form hides it, and it has no `Display`: whoever writes it somewhere must say [`reveal`](Token::reveal).
#[derive(Clone)]
pub struct Token(String);

/// The operating system has no random numbers to give; there is nothing to mend but the system.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no random numbers, so the station can have no secret: {0}")]
pub struct NoRandomness(getrandom::Error);

impl Token {
    /// A new one.
    ///
    /// # Errors
    /// [`NoRandomness`] if the operating system has none.
    pub fn random() -> Result<Self, NoRandomness> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(NoRandomness)?;
        Ok(Self(format!("{:032x}", u128::from_be_bytes(bytes))))
    }

    /// The secret itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Address that opens the agent's page. Show it to the agent; do not log it.
    pub fn page_url(&self, address: SocketAddr) -> String {
        format!("http://{address}/#token={}", self.0)
    }

    /// Address of the page on which a script's owner tries it; as secret as [`page_url`](Self::page_url).
    pub fn script_page_url(&self, address: SocketAddr) -> String {
        format!("http://{address}/script.html#token={}", self.0)
    }

    /// Whether this is what was offered, in a time that does not tell how much of it is right.
    pub(super) fn matches(&self, offered: &str) -> bool {
        let (own, offered) = (self.0.as_bytes(), offered.as_bytes());
        let differing = own.iter().zip(offered).fold(0, |bits, (a, b)| std::hint::black_box(bits | (a ^ b)));
        own.len() == offered.len() && differing == 0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}
