use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::call::{Channel, SAMPLE_RATE_HZ, SAMPLES_PER_MS};

/// A moment on the time line that both channels share.
///
/// | | |
/// |---|---|
/// | unit | samples at 16 kHz |
/// | zero | capture started |
/// | clock | the monotonic clock of the machine; every device's own clock is mapped onto it |
///
/// Not a [`CallTime`](crate::call::CallTime): the app subtracts the moment of answering.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineTime(u64);

impl LineTime {
    /// The moment capture started.
    pub const START: Self = Self(0);

    /// The moment of sample number `samples` since capture started.
    pub const fn from_samples(samples: u64) -> Self {
        Self(samples)
    }

    /// The sample that is sounding when `elapsed` has passed since capture started.
    pub const fn from_elapsed(elapsed: Duration) -> Self {
        let samples = elapsed.as_nanos() * SAMPLE_RATE_HZ as u128 / 1_000_000_000;
        Self(samples as u64)
    }

    /// Samples since capture started.
    pub const fn as_samples(self) -> u64 {
        self.0
    }

    /// Whole milliseconds since capture started, rounded down.
    pub const fn as_millis(self) -> u64 {
        self.0 / SAMPLES_PER_MS
    }

    /// This moment, `samples` later.
    pub const fn plus_samples(self, samples: u64) -> Self {
        Self(self.0.saturating_add(samples))
    }

    /// Samples from `earlier` to here; 0 if `earlier` is later.
    pub const fn samples_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// What capture has to say. Per channel in order of `at`; the channels are not in step with each other.
#[derive(Clone, Debug, PartialEq)]
pub enum CaptureEvent {
    /// Sound, 16 kHz mono. A block abuts the one before it unless a [`Lost`](Self::Lost) and a
    /// [`Back`](Self::Back) lie between.
    Audio {
        /// Whose.
        channel: Channel,
        /// Of the first sample.
        at: LineTime,
        /// Never empty; about 10 ms.
        samples: Vec<i16>,
    },
    /// No sound of this channel from here on. It is not silence: nobody knows what was said.
    Lost {
        /// Whose.
        channel: Channel,
        /// End of the last block.
        at: LineTime,
        /// Why.
        reason: LossReason,
    },
    /// Sound again; the next [`Audio`](Self::Audio) starts here.
    Back {
        /// Whose.
        channel: Channel,
        /// Start of the next block.
        at: LineTime,
    },
    /// Both channels carry one and the same sound, or no longer do.
    SameSource {
        /// True: they do.
        on: bool,
    },
    /// Device blocks that were thrown away since the last such event, because a queue was full.
    Overruns {
        /// Whose.
        channel: Channel,
        /// How many.
        blocks: u64,
    },
}

/// Why a channel has no sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossReason {
    /// The configured device is not there.
    NotFound,
    /// The device was there and went away, or was replaced by another of the same name.
    Removed,
    /// The device is there and delivers nothing.
    Stalled,
    /// The device is there and cannot be opened, or broke off with an error; the log says which.
    Failed,
    /// The device skipped some sound and went on.
    Hole,
    /// The reader of the events was too slow.
    Overrun,
}

impl fmt::Display for LossReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "the device is not there",
            Self::Removed => "the device was taken away",
            Self::Stalled => "the device delivers nothing",
            Self::Failed => "the device cannot be opened or broke off",
            Self::Hole => "the device skipped some sound",
            Self::Overrun => "the computer was too slow",
        })
    }
}
