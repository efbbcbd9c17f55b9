//! Bytes as hexadecimal digits: how hashes and secrets are written down everywhere.

use std::fmt::Write;

/// Two lower-case digits a byte.
///
/// ```
/// assert_eq!(callcue::hex::digits(&[0, 0xab]), "00ab");
/// ```
pub fn digits(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut digits, byte| {
        // A String takes whatever is written to it.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}
