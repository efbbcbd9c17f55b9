//! Silence windows as an ear hears them, held against the truth of a [`SilenceSet`].

use callcue::call::{CallTime, Channel, PerChannel, SAMPLES_PER_MS};
use callcue::segment::{Heard, Segmenter, SilenceClock, SpeechDetector};

use super::silence_set::SilenceSet;

/// A window further than this from a due one is another window.
const SAME_WINDOW_MS: f64 = 400.0;

/// How well the windows of a call were found.
#[derive(Clone, Debug, Default)]
pub(crate) struct SilenceScore {
    /// Windows that the truth asks for.
    pub(crate) due: usize,
    /// When those were due that nobody raised.
    pub(crate) missed: Vec<CallTime>,
    /// When windows were raised that nobody asked for.
    pub(crate) raised_falsely: Vec<CallTime>,
    /// Raised minus due, in ms, of all that were found, smallest first.
    pub(crate) errors_ms: Vec<f64>,
}

impl SilenceScore {
    /// Holds the moments at which windows were `raised` against `set`.
    pub(crate) fn of(set: &SilenceSet, mut raised: Vec<CallTime>) -> Self {
        let mut score = Self::default();
        for (_, due) in set.windows_due() {
            score.due += 1;
            let error_ms =
                |at: CallTime| (at.as_samples() as f64 - due.as_samples() as f64) / SAMPLES_PER_MS as f64;
            let nearest = (0..raised.len())
                .min_by(|&a, &b| error_ms(raised[a]).abs().total_cmp(&error_ms(raised[b]).abs()));
            match nearest.filter(|&nearest| error_ms(raised[nearest]).abs() < SAME_WINDOW_MS) {
                Some(nearest) => score.errors_ms.push(error_ms(raised.remove(nearest))),
                None => score.missed.push(due),
            }
        }
        score.raised_falsely = raised;
        score.errors_ms.sort_by(f64::total_cmp);
        score
    }

    /// Largest error, early or late.
    pub(crate) fn worst_ms(&self) -> f64 {
        self.errors_ms.iter().map(|error| error.abs()).fold(0.0, f64::max)
    }

    /// Median of the errors, early ones counted as late ones.
    pub(crate) fn median_ms(&self) -> f64 {
        let mut sizes: Vec<f64> = self.errors_ms.iter().map(|error| error.abs()).collect();
        sizes.sort_by(f64::total_cmp);
        sizes.get(sizes.len() / 2).copied().unwrap_or(0.0)
    }
}

/// When windows are raised in a call that is heard by `detector` through the segmenter.
pub(crate) fn windows_heard<D: SpeechDetector>(
    tracks: &PerChannel<Vec<i16>>,
    detector: impl FnMut(Channel) -> D,
) -> Vec<CallTime> {
    const BLOCK: usize = 320;
    let mut segmenter = Segmenter::new(detector);
    let length = tracks[Channel::Agent].len();
    for from in (0..length).step_by(BLOCK) {
        for channel in Channel::BOTH {
            let block = &tracks[channel][from..length.min(from + BLOCK)];
            segmenter.push(channel, CallTime::from_samples(from as u64), block);
        }
    }
    segmenter.end(CallTime::from_samples(length as u64));
    let mut clock = SilenceClock::new();
    let mut raised = Vec::new();
    while let Some(heard) = segmenter.poll() {
        raised.extend(clock.advance(heard.at()).map(|window| window.at));
        match heard {
            Heard::SpeechStarted { channel, at } => clock.speech_started(channel, at),
            Heard::SpeechEnded { channel, at, .. } => clock.speech_ended(channel, at),
            Heard::NoiseFloor { .. } => {}
        }
    }
    let end = CallTime::from_samples(length as u64);
    raised.extend(clock.advance_through(end).map(|window| window.at));
    raised
}
