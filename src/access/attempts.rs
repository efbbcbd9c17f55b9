use std::collections::BTreeMap;
use std::net::IpAddr;

use super::sha256_hex;

/// Names and addresses that are remembered, of each kind.
const REMEMBERED_MAX: usize = 4_096;
/// Failures are forgotten after so long without another.
const FORGOTTEN_AFTER_MS: u64 = 60 * 60 * 1_000;

/// A name may be mistyped so often before there is a wait, and waits no longer than this: a stranger who guesses must not lock its owner
/// out for long.
const NAME: Policy = Policy { free: 5, longest_wait_ms: 5 * 60 * 1_000 };
/// An address may be a whole room behind one proxy.
const ADDRESS: Policy = Policy { free: 30, longest_wait_ms: 15 * 60 * 1_000 };

/// How long before the next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// From now, ms.
    pub wait_ms: u64,
    /// Nobody was told of this wait yet: the one to write into the audit trail.
    pub first: bool,
}

/// Failed log-ins by name and by address, and the waits that follow from them: none at first, then a second, doubling.
///
/// Sans-IO. Times are of a clock that never goes back, ms. Memory is bounded: when full, whoever failed least is forgotten, so that a flood of
/// made-up names does not wash away the name that is being guessed.
#[derive(Debug, Default)]
pub struct Attempts {
    names: Tally,
    addresses: Tally,
}

impl Attempts {
    /// An attempt begins. It counts as failed until [`succeeded`](Self::succeeded), so that many at once are no way around.
    ///
    /// # Errors
    /// [`Wait`]: it must not be made now, and was not counted.
    pub fn begin(&mut self, name: &str, address: IpAddr, now_ms: u64) -> Result<(), Wait> {
        // A hash, so that a name of any length takes the same room.
        let name = sha256_hex(name.as_bytes());
        let address = network(address);
        let waits = [self.names.wait(&name, NAME, now_ms), self.addresses.wait(&address, ADDRESS, now_ms)];
        if let Some(wait) = waits.into_iter().flatten().max_by_key(|wait| wait.wait_ms) {
            return Err(wait);
        }
        self.names.count(name, now_ms);
        self.addresses.count(address, now_ms);
        Ok(())
    }

    /// It was the right password. The name is clean again; the address only gets this attempt back, since a guesser may have an account of
    /// his own.
    pub fn succeeded(&mut self, name: &str, address: IpAddr) {
        self.names.seen.remove(&sha256_hex(name.as_bytes()));
        if let Some(failures) = self.addresses.seen.get_mut(&network(address)) {
            failures.count = failures.count.saturating_sub(1);
        }
    }

    /// Names and addresses remembered.
    pub fn remembered(&self) -> (usize, usize) {
        (self.names.seen.len(), self.addresses.seen.len())
    }
}

#[derive(Clone, Copy)]
struct Policy {
    free: u32,
    longest_wait_ms: u64,
}

#[derive(Debug, Default)]
struct Tally {
    seen: BTreeMap<String, Failures>,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last_ms: u64,
    told: bool,
}

impl Tally {
    fn wait(&mut self, key: &str, policy: Policy, now_ms: u64) -> Option<Wait> {
        let failures = self.seen.get_mut(key)?;
        let since_ms = now_ms.saturating_sub(failures.last_ms);
        if since_ms >= FORGOTTEN_AFTER_MS {
            self.seen.remove(key);
            return None;
        }
        let over = failures.count.checked_sub(policy.free)?;
        let wait_ms = (1_000_u64 << over.min(20)).min(policy.longest_wait_ms);
        let left_ms = wait_ms.checked_sub(since_ms).filter(|left| *left > 0)?;
        let first = !std::mem::replace(&mut failures.told, true);
        Some(Wait { wait_ms: left_ms, first })
    }

    fn count(&mut self, key: String, now_ms: u64) {
        if !self.seen.contains_key(&key) && self.seen.len() >= REMEMBERED_MAX {
            self.forget_one(now_ms);
        }
        let failures = self.seen.entry(key).or_insert(Failures { count: 0, last_ms: 0, told: false });
        *failures = Failures { count: failures.count.saturating_add(1), last_ms: now_ms, told: false };
    }

    fn forget_one(&mut self, now_ms: u64) {
        self.seen.retain(|_, failures| now_ms.saturating_sub(failures.last_ms) < FORGOTTEN_AFTER_MS);
        if self.seen.len() < REMEMBERED_MAX {
            return;
        }
        let least = self.seen.iter().min_by_key(|(_, failures)| (failures.count, failures.last_ms));
        if let Some(key) = least.map(|(key, _)| key.clone()) {
            self.seen.remove(&key);
        }
    }
}

/// What counts as one sender: an IPv4 address, or an IPv6 network of 64 bits, which a single house has whole.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}
