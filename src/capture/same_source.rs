//! Notices that both channels carry one and the same sound.
//!
//! PulseAudio moves a recording from a sink that vanished to the default source, the microphone, and tells nobody:
//! the customer's channel then carries the agent. A wrongly chosen device does the same from the start.

use crate::call::{Channel, PerChannel};

use super::event::{CaptureEvent, LineTime};

/// 16 kHz is thinned to 2 kHz: pitch and first formant are enough to tell voices apart.
const THIN: usize = 8;
/// Sound compared at once: 500 ms.
const WINDOW: usize = 1_000;
/// Step between comparisons: 250 ms.
const HOP: usize = 500;
/// The same sound on both channels lies at most this far apart: 50 ms.
const LAG_MAX: usize = 100;
/// Shift between two comparisons of the same sound: 5 ms.
const LAG_JITTER: usize = 10;
/// Normalised cross-correlation of the same source is near 1, of two voices below 0.4.
const CORRELATION_ON: f32 = 0.6;
/// Back below this it is no longer the same source.
const CORRELATION_OFF: f32 = 0.4;
/// More than a second of it, in a row.
const WINDOWS_ON: u32 = 4;
const WINDOWS_OFF: u32 = 4;
/// A headset leaks the customer into the microphone, far quieter. The same source is equally loud: within 6 dB.
const LEVEL_RATIO_MAX: f32 = 2.0;
/// Quieter than −60 dBFS is not compared.
const RMS_MIN: f32 = 32.8;

/// Compares the channels as they come.
#[derive(Debug, Default)]
pub struct SameSourceAlarm {
    sides: PerChannel<Thinned>,
    last_lag: Option<usize>,
    alike: u32,
    unlike: u32,
    on: bool,
}

/// One channel at 2 kHz; `from` counts thinned samples on the time line.
#[derive(Clone, Debug, Default)]
struct Thinned {
    from: u64,
    samples: Vec<f32>,
    sum: f32,
    summed: usize,
}

impl Thinned {
    fn clear(&mut self) {
        self.samples.clear();
        self.sum = 0.0;
        self.summed = 0;
    }

    fn end(&self) -> u64 {
        self.from + self.samples.len() as u64
    }

    fn add(&mut self, at: LineTime, samples: &[i16]) {
        if self.samples.is_empty() && self.summed == 0 {
            self.from = at.as_samples() / THIN as u64;
        }
        for &sample in samples {
            self.sum += f32::from(sample);
            self.summed += 1;
            if self.summed == THIN {
                self.samples.push(self.sum / THIN as f32);
                self.sum = 0.0;
                self.summed = 0;
            }
        }
        // One side is alone: nothing to compare with.
        let too_long = self.samples.len().saturating_sub(20 * WINDOW);
        self.drop_front(too_long);
    }

    fn drop_front(&mut self, count: usize) {
        self.samples.drain(..count);
        self.from += count as u64;
    }
}

impl SameSourceAlarm {
    /// An alarm that is off.
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks at what capture gave out, and says when the alarm goes on or off.
    pub fn watch(&mut self, event: &CaptureEvent) -> Option<CaptureEvent> {
        match event {
            CaptureEvent::Audio { channel, at, samples } => {
                self.sides[*channel].add(*at, samples);
                self.compare()
            }
            CaptureEvent::Lost { channel, .. } => {
                self.sides[*channel].clear();
                self.alike = 0;
                self.set(false)
            }
            _ => None,
        }
    }

    fn set(&mut self, on: bool) -> Option<CaptureEvent> {
        self.unlike = 0;
        (std::mem::replace(&mut self.on, on) != on).then_some(CaptureEvent::SameSource { on })
    }

    fn compare(&mut self) -> Option<CaptureEvent> {
        let mut turned = None;
        while self.align() {
            let agent = &self.sides[Channel::Agent].samples[..WINDOW + 2 * LAG_MAX];
            let customer = &self.sides[Channel::Customer].samples[LAG_MAX..LAG_MAX + WINDOW];
            let best = best_match(customer, agent);
            turned = self.judge(best).or(turned);
            for channel in Channel::BOTH {
                self.sides[channel].drop_front(HOP);
            }
        }
        turned
    }

    /// Brings both sides to the same start; true if there is a window to compare.
    fn align(&mut self) -> bool {
        let from = Channel::BOTH.map(|channel| self.sides[channel].from);
        let start = from[0].max(from[1]);
        for channel in Channel::BOTH {
            let side = &mut self.sides[channel];
            if side.end() <= start {
                return false;
            }
            side.drop_front((start - side.from) as usize);
        }
        Channel::BOTH.into_iter().all(|channel| self.sides[channel].samples.len() >= WINDOW + 2 * LAG_MAX)
    }

    fn judge(&mut self, best: Option<Match>) -> Option<CaptureEvent> {
        // Quiet on a side: neither for nor against.
        let best = best?;
        let steady = self.last_lag.is_some_and(|last| last.abs_diff(best.lag) <= LAG_JITTER);
        self.last_lag = Some(best.lag);
        let as_loud = (LEVEL_RATIO_MAX.recip()..=LEVEL_RATIO_MAX).contains(&best.level_ratio);
        if best.correlation > CORRELATION_ON && as_loud {
            self.unlike = 0;
            self.alike = if steady { self.alike + 1 } else { 1 };
            if self.alike >= WINDOWS_ON {
                return self.set(true);
            }
        } else {
            self.alike = 0;
            if best.correlation < CORRELATION_OFF || !as_loud {
                self.unlike += 1;
                if self.unlike >= WINDOWS_OFF {
                    return self.set(false);
                }
            }
        }
        None
    }
}

struct Match {
    correlation: f32,
    level_ratio: f32,
    lag: usize,
}

/// Where in `longer` `window` fits best; `None` if either is quiet.
fn best_match(window: &[f32], longer: &[f32]) -> Option<Match> {
    let energy = |samples: &[f32]| samples.iter().map(|s| s * s).sum::<f32>();
    let quiet = RMS_MIN * RMS_MIN * window.len() as f32;
    let own = energy(window);
    if own < quiet || energy(&longer[LAG_MAX..LAG_MAX + window.len()]) < quiet {
        return None;
    }
    // The energy of each place from that of the one before it; f64, so that the sum does not wear out.
    let mut theirs = f64::from(energy(&longer[..window.len()]));
    let mut best: Option<Match> = None;
    for (lag, other) in longer.windows(window.len()).enumerate() {
        let dot: f32 = window.iter().zip(other).map(|(a, b)| a * b).sum();
        let power = theirs.max(1.0) as f32;
        let correlation = dot / (own * power).sqrt();
        if best.as_ref().is_none_or(|best| correlation > best.correlation) {
            best = Some(Match { correlation, level_ratio: (power / own).sqrt(), lag });
        }
        let entering = longer.get(lag + window.len()).copied().unwrap_or_default();
        theirs += f64::from(entering).powi(2) - f64::from(other[0]).powi(2);
    }
    best
}
