/// Longest id of a call, in characters.
const CALL_ID_MAX: usize = 64;

/// Whether an id may name a call. It names files, too: nothing in it leads out of a folder, or means something to a system.
///
/// ```
/// use callcue::call::can_name_a_call;
///
/// assert!(can_name_a_call("20261127-k3f9"));
/// assert!(!can_name_a_call("../k3f9") && !can_name_a_call(""));
/// ```
pub fn can_name_a_call(id: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !id.is_empty() && id.len() <= CALL_ID_MAX && id.bytes().all(fits)
}
