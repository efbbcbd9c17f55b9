use std::io::{self, Read};

use sha2::{Digest, Sha256};

use crate::hex;

/// SHA-256 of all that `bytes` still gives, as 64 lower-case hexadecimal digits.
///
/// ```
/// let empty = callcue::models::sha256_of(std::io::empty())?;
/// assert_eq!(empty, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// The reader's.
pub fn sha256_of(mut bytes: impl Read) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match bytes.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => hasher.update(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(hex::digits(&hasher.finalize()))
}
