use std::fmt;

/// Samples a second of all audio inside callcue, after `capture` or a file reader made it so.
pub const SAMPLE_RATE_HZ: u32 = 16_000;

/// Samples a millisecond: [`SAMPLE_RATE_HZ`] / 1000.
pub const SAMPLES_PER_MS: u64 = 16;

/// A moment of the call, in audio time since the call was answered.
///
/// | | |
/// |---|---|
/// | unit | samples at 16 kHz inside, whole milliseconds outside |
/// | zero | the call was answered |
/// | clock | the machine's monotonic one; `capture` maps each device's own onto it |
///
/// Audio time is not the clock on the wall: a stalled device stops the audio, not the clock.
///
/// ```
/// use callcue::call::CallTime;
///
/// let answered = CallTime::START;
/// let later = answered.plus_millis(3_000);
/// assert_eq!(later.millis_since(answered), 3_000);
/// assert_eq!(later, CallTime::from_samples(48_000));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallTime(u64);

impl CallTime {
    /// The moment of answering.
    pub const START: Self = Self(0);
    /// Later than any moment of any call.
    pub const NEVER: Self = Self(u64::MAX);

    /// The moment `millis` ms after the answer; saturates at the far end of time.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(SAMPLES_PER_MS))
    }

    /// The moment of sample number `samples` at 16 kHz.
    pub const fn from_samples(samples: u64) -> Self {
        Self(samples)
    }

    /// Whole milliseconds since the answer, rounded down.
    pub const fn as_millis(self) -> u64 {
        self.0 / SAMPLES_PER_MS
    }

    /// Samples at 16 kHz since the answer.
    pub const fn as_samples(self) -> u64 {
        self.0
    }

    /// This moment, `millis` ms later.
    pub const fn plus_millis(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis.saturating_mul(SAMPLES_PER_MS)))
    }

    /// This moment, `samples` later.
    pub const fn plus_samples(self, samples: u64) -> Self {
        Self(self.0.saturating_add(samples))
    }

    /// This moment, `millis` ms earlier, never before the answer.
    pub const fn minus_millis(self, millis: u64) -> Self {
        Self(self.0.saturating_sub(millis.saturating_mul(SAMPLES_PER_MS)))
    }

    /// Whole milliseconds from `earlier` to here; 0 if `earlier` is later.
    pub const fn millis_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0) / SAMPLES_PER_MS
    }

    /// Samples from `earlier` to here; 0 if `earlier` is later.
    pub const fn samples_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for CallTime {
    /// Minutes, seconds and milliseconds: `1:02.345`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.as_millis();
        write!(f, "{}:{:02}.{:03}", millis / 60_000, millis / 1_000 % 60, millis % 1_000)
    }
}

/// A stretch of the call: from `from`, up to and not including `to`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// First moment of the stretch.
    pub from: CallTime,
    /// First moment after it; never before `from`.
    pub to: CallTime,
}

impl Span {
    /// Length in whole milliseconds.
    pub const fn millis(self) -> u64 {
        self.to.millis_since(self.from)
    }
}
