use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::hex;

/// Seconds by which clocks of both sides may differ, and a request may be under way.
const TOLERANCE_S: i64 = 300;

/// The header `callcue-signature` of a body that is sent at `sent_s`, seconds since 1970.
///
/// ```
/// use callcue::webhook::{is_signed, signature};
///
/// let header = signature(b"secret of at least 32 characters", 1_764_156_000, b"{}");
/// assert!(header.starts_with("t=1764156000,v1="));
/// assert!(is_signed(b"secret of at least 32 characters", &header, b"{}", 1_764_156_010));
/// assert!(!is_signed(b"secret of at least 32 characters", &header, b"{ }", 1_764_156_010));
/// ```
pub fn signature(secret: &[u8], sent_s: i64, body: &[u8]) -> String {
    format!("t={sent_s},v1={}", hex::digits(&code(secret, sent_s, body).finalize().into_bytes()))
}

/// Whether a header signs this body, and was made within five minutes of `now_s`. Takes as long for a wrong signature as for a right one.
pub fn is_signed(secret: &[u8], header: &str, body: &[u8], now_s: i64) -> bool {
    let part =
        |name: &str| header.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
    let (Some(sent), Some(offered)) = (part("t"), part("v1").and_then(unhex)) else { return false };
    let Ok(sent_s) = sent.parse::<i64>() else { return false };
    sent_s.abs_diff(now_s) <= TOLERANCE_S.unsigned_abs()
        && code(secret, sent_s, body).verify_slice(&offered).is_ok()
}

fn code(secret: &[u8], sent_s: i64, body: &[u8]) -> Hmac<Sha256> {
    let mut code = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    code.update(format!("{sent_s}.").as_bytes());
    code.update(body);
    code
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(2) || !digits.is_ascii() {
        return None;
    }
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect()
}
