use std::collections::BTreeSet;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use super::NoRandomness;

/// Fewest characters of a password.
const LENGTH_MIN: usize = 12;
/// Most bytes that are looked at: nobody shall keep the floor busy with a password of a megabyte.
const BYTES_MAX: usize = 512;
/// Fewest different characters.
const DIFFERENT_MIN: usize = 5;

/// The rules for passwords, as they are told to whoever must think of one.
pub const PASSWORD_RULES: &str = "密码至少 12 个字符，至少含 5 种不同字符；不能包含登录名，不能是常见密码或连续的字母、数字。建议用几个词连成一句。";

/// Parts that half of all guessed passwords are made of; a password that is hardly more than one of them is refused.
const COMMON: &[&str] = &[
    "password",
    "passw0rd",
    "qwertyuiop",
    "1q2w3e4r5t",
    "1qaz2wsx",
    "letmein",
    "welcome",
    "administrator",
    "admin",
    "woaini",
    "iloveyou",
    "callcue",
    "zhongtie",
    "5201314",
    "1314520",
    "a123456",
    "abc123",
    "mima",
    "qweasdzxc",
    "asdfghjkl",
];

/// Why a new password is not taken; the text is for whoever chose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Too short.
    #[error("密码太短：至少 12 个字符")]
    Short,
    /// Too long to be looked at.
    #[error("密码太长：最多 512 字节")]
    Long,
    /// It holds the log-in name.
    #[error("密码不能包含登录名")]
    HoldsName,
    /// It is one of those that are tried first.
    #[error("密码太常见：不能只是常见密码、重复或连续的字母、数字")]
    Common,
    /// It is the one that must be changed.
    #[error("新密码不能与旧密码相同")]
    Unchanged,
}

/// Holds a new password against the rules. Length counts most, as NIST SP 800-63B asks; no rule wants certain kinds of characters.
///
/// # Errors
/// [`WeakPassword`], to be shown to the user.
pub fn check_new_password(name: &str, password: &str) -> Result<(), WeakPassword> {
    if password.len() > BYTES_MAX {
        return Err(WeakPassword::Long);
    }
    if password.chars().count() < LENGTH_MIN {
        return Err(WeakPassword::Short);
    }
    let lower = password.to_lowercase();
    if !name.is_empty() && lower.contains(&name.to_lowercase()) {
        return Err(WeakPassword::HoldsName);
    }
    let different: BTreeSet<char> = lower.chars().collect();
    if different.len() < DIFFERENT_MIN || rest_without_the_obvious(&lower) < LENGTH_MIN / 2 {
        return Err(WeakPassword::Common);
    }
    Ok(())
}

/// Characters left when common parts and runs such as `123456` or `cba` are taken out.
fn rest_without_the_obvious(lower: &str) -> usize {
    let rest = COMMON.iter().fold(lower.to_owned(), |rest, common| rest.replace(common, ""));
    let codes: Vec<i64> = rest.chars().map(|c| i64::from(u32::from(c))).collect();
    let is_run = |place: usize| {
        place >= 2 && {
            let (first, second) = (codes[place - 1] - codes[place - 2], codes[place] - codes[place - 1]);
            first == second && first.abs() <= 1
        }
    };
    (0..codes.len()).filter(|place| !is_run(*place)).count()
}

/// What a hash costs whoever makes it, and whoever guesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory, KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for PasswordCost {
    /// 19 MiB and two passes on one lane: the least that OWASP's *Password Storage Cheat Sheet* asks of Argon2id.
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2 }
    }
}

/// Makes and checks hashes of passwords: Argon2id. Each takes tens of milliseconds and [`PasswordCost::memory_kib`]: call it from a thread that
/// may block, few at a time.
pub struct PasswordHashes {
    argon2: Argon2<'static>,
    /// What a name that does not exist is checked against, so that it takes as long as any other.
    nobody: String,
}

impl PasswordHashes {
    /// Hashes of this cost.
    ///
    /// # Errors
    /// [`NoRandomness`].
    ///
    /// # Panics
    /// If the cost is out of Argon2's range (memory below 8 KiB, no pass).
    pub fn new(cost: PasswordCost) -> Result<Self, NoRandomness> {
        let params =
            Params::new(cost.memory_kib, cost.passes, 1, None).expect("a cost within Argon2's range");
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon2, "nobody has this password")?;
        Ok(Self { argon2, nobody })
    }

    /// A hash with a salt of its own, as a PHC string.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn hash(&self, password: &str) -> Result<String, NoRandomness> {
        hash(&self.argon2, password)
    }

    /// Whether this is the password. `kept` none or empty: nobody's; that takes as long and is never right.
    pub fn is_right(&self, password: &str, kept: Option<&str>) -> bool {
        let password = if password.len() > BYTES_MAX { "" } else { password };
        let kept = kept.filter(|kept| !kept.is_empty());
        let matches = self.argon2.verify_password(password.as_bytes(), kept.unwrap_or(&self.nobody)).is_ok();
        matches && kept.is_some() && !password.is_empty()
    }
}

impl std::fmt::Debug for PasswordHashes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PasswordHashes").finish_non_exhaustive()
    }
}

fn hash(argon2: &Argon2<'static>, password: &str) -> Result<String, NoRandomness> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt)?;
    let hash = argon2.hash_password_with_salt(password.as_bytes(), &salt);
    Ok(hash.expect("a salt of 16 bytes and a password below 4 GiB are taken").to_string())
}
