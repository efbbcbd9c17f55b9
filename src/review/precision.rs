/// Two-sided 95 % of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// What people said of a rule's hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// Right.
    pub confirmed: u32,
    /// Wrong.
    pub dismissed: u32,
}

impl Hits {
    /// Share of right ones among those decided, 0 to 1, with [Wilson's interval](wilson); none without any.
    pub fn precision(self) -> Option<(f64, f64, f64)> {
        let decided = self.confirmed.saturating_add(self.dismissed);
        let (low, high) = wilson(self.confirmed, decided)?;
        Some((f64::from(self.confirmed) / f64::from(decided), low, high))
    }
}

/// Wilson's score interval, 95 %, of a share: `hits` of `all`. None where `all` is 0.
///
/// It holds for few hits, and for none, where the usual ± does not. E. B. Wilson, "Probable inference, the law of succession, and statistical
/// inference", JASA 22 (1927), 209-212; without correction for continuity.
pub fn wilson(hits: u32, all: u32) -> Option<(f64, f64)> {
    if all == 0 {
        return None;
    }
    let (n, share) = (f64::from(all), f64::from(hits.min(all)) / f64::from(all));
    let middle = share + Z * Z / (2.0 * n);
    let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    let low = if hits == 0 { 0.0 } else { ((middle - half) / scale).max(0.0) };
    let high = if hits >= all { 1.0 } else { ((middle + half) / scale).min(1.0) };
    Some((low, high))
}
