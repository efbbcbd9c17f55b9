use std::fmt;

use sha2::{Digest, Sha256};

use crate::hex;

/// Characters of a one-time password: 32 of them, none that is read as another (no 0, 1, l, o).
const LEGIBLE: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A secret that was just made: a cookie, a station's token, a one-time password.
///
/// Its `Debug` form hides it, and it has no `Display`: whoever shows it must say [`reveal`](Secret::reveal).
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// The operating system has no random numbers to give; there is nothing to mend but the system.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no random numbers: {0}")]
pub struct NoRandomness(#[from] getrandom::Error);

impl Secret {
    /// 256 random bits as 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn random() -> Result<Self, NoRandomness> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(hex::digits(&bytes)))
    }

    /// A password to be typed once: 80 random bits, four groups of four such as `k7mq-…`.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn one_time_password() -> Result<Self, NoRandomness> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        let mut text = String::with_capacity(19);
        for (place, byte) in bytes.iter().enumerate() {
            if place > 0 && place % 4 == 0 {
                text.push('-');
            }
            // 256 is a multiple of 32: every character is as likely as any other
            text.push(char::from(LEGIBLE[usize::from(byte % 32)]));
        }
        Ok(Self(text))
    }

    /// One that is known from elsewhere.
    pub(super) const fn known(text: String) -> Self {
        Self(text)
    }

    /// The secret itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether this is what was offered, in a time that does not tell how much of it is right.
    pub fn matches(&self, offered: &str) -> bool {
        self.sha256() == sha256_hex(offered.as_bytes())
    }

    /// What is kept of it: see [`sha256_hex`].
    pub fn sha256(&self) -> String {
        sha256_hex(self.0.as_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// SHA-256 as 64 lower-case hexadecimal digits. Enough to keep a random secret by, not a password.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::digits(&Sha256::digest(bytes))
}
