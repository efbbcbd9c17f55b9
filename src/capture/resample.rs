//! Any rate in, 16 kHz mono out, with every output sample at its true moment.
//!
//! | | |
//! |---|---|
//! | in | `f32` (full scale ±1.0) or `i16`, one channel, [`RATE_MIN_HZ`] to [`RATE_MAX_HZ`] |
//! | out | `i16`, 16 kHz, rounded to nearest, clipped at full scale |
//! | time | output sample `n` is the input at `n / 16000` s: the filter's delay is taken out |
//! | length | `round(input frames × 16000 / rate)` once [`finish`](Resampler::finish) has run |
//! | blocks | the output does not depend on how the input was cut into blocks |
//! | latency | [`latency_ms`](Resampler::latency_ms): 24 ms at 8, 48 and 96 kHz, 30 at 44.1, 120 at 11.025 |
//! | memory | one filter block a channel; `push` allocates only when `out` has to grow |
//!
//! 16 kHz input is passed through: `i16` bit for bit, `f32` rounded.
//!
//! The filter is rubato's FFT resampler with a Blackman-Harris window over 16 ms, which keeps what a person can
//! say (flat to 7 kHz) and lets nothing above 9 kHz fold back into 16 bits; `tests/it/resample.rs` holds it to both.
//! The ratio is fixed: drift between two clocks is mapped onto the time line by its own stage, not here.

use audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler as _, WindowFunction};

use crate::call::SAMPLE_RATE_HZ;

/// Lowest input rate. Below it there is no speech left to hear.
pub const RATE_MIN_HZ: u32 = 4_000;

/// Highest input rate, that of the fastest converters sold.
pub const RATE_MAX_HZ: u32 = 384_000;

/// Length of the filter. Longer is steeper and later: 16 ms gives a transition of 0.5 kHz.
const FILTER_MS: u32 = 16;

/// A rate that cannot be resampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sample rate of {rate_hz} Hz; it must be {RATE_MIN_HZ} to {RATE_MAX_HZ} Hz")]
pub struct RateError {
    /// The rate asked for.
    pub rate_hz: u32,
}

/// One channel on its way to 16 kHz.
///
/// ```
/// use callcue::capture::resample::Resampler;
///
/// let mut resampler = Resampler::new(48_000)?;
/// let mut out = Vec::new();
/// for block in vec![0.25_f32; 48_000].chunks(480) {
///     resampler.push_f32(block, &mut out);
/// }
/// resampler.finish(&mut out);
/// assert_eq!(out.len(), 16_000);
/// assert!((out[8_000] - 8_192).abs() <= 1);
/// # Ok::<(), callcue::capture::resample::RateError>(())
/// ```
#[derive(Debug)]
pub struct Resampler {
    rate_hz: u32,
    /// Absent when the input is at 16 kHz already.
    filter: Option<Filter>,
}

impl Resampler {
    /// A resampler from `rate_hz` to 16 kHz.
    ///
    /// # Errors
    /// [`RateError`] when the rate lies outside [`RATE_MIN_HZ`] to [`RATE_MAX_HZ`]; take another device or convert the file.
    pub fn new(rate_hz: u32) -> Result<Self, RateError> {
        if !(RATE_MIN_HZ..=RATE_MAX_HZ).contains(&rate_hz) {
            return Err(RateError { rate_hz });
        }
        let filter = if rate_hz == SAMPLE_RATE_HZ { None } else { Some(Filter::new(rate_hz)?) };
        Ok(Self { rate_hz, filter })
    }

    /// The input's rate.
    pub const fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// Longest time that a sample stays inside before it comes out, rounded up to whole ms.
    pub fn latency_ms(&self) -> u32 {
        self.filter.as_ref().map_or(0, |filter| {
            let frames = filter.block_in() + filter.block_in() / 2;
            u32::try_from((frames * 1_000).div_ceil(self.rate_hz as usize)).unwrap_or(u32::MAX)
        })
    }

    /// Takes input with full scale ±1.0; appends to `out` what is ready. A NaN counts as 0.
    pub fn push_f32(&mut self, input: &[f32], out: &mut Vec<i16>) {
        match &mut self.filter {
            None => out.extend(input.iter().map(|&sample| to_i16(sample))),
            Some(filter) => filter.push(input.iter().copied(), out),
        }
    }

    /// Takes 16-bit input; appends to `out` what is ready.
    pub fn push_i16(&mut self, input: &[i16], out: &mut Vec<i16>) {
        match &mut self.filter {
            None => out.extend_from_slice(input),
            Some(filter) => filter.push(input.iter().map(|&sample| from_i16(sample)), out),
        }
    }

    /// The input is over: appends the rest to `out` and is ready for a new stream from time 0.
    pub fn finish(&mut self, out: &mut Vec<i16>) {
        if let Some(filter) = &mut self.filter {
            filter.finish(self.rate_hz, out);
        }
    }
}

/// Louder than any converter or mixer overshoots: 24 dB above full scale.
const OVERSHOOT_MAX: f32 = 16.0;

/// rubato's block-wise filter with its delay cut off, fed in any portions.
struct Filter {
    fft: Fft<f32>,
    /// Input that does not fill a block yet.
    pending: Vec<f32>,
    block_out: Vec<f32>,
    /// Frames taken since the start of the stream.
    frames_in: u64,
    /// Frames given since the start of the stream, without the delay.
    frames_out: u64,
    /// Frames of the delay that are still to be dropped.
    delay_left: usize,
}

impl Filter {
    fn new(rate_hz: u32) -> Result<Self, RateError> {
        // rubato rounds a block up to whole periods of the ratio. Asking for the window in frames of twice that period
        // keeps both block sizes even, so that half a block, the delay, is a whole number of frames on both sides.
        let period_in = (rate_hz / gcd(rate_hz, SAMPLE_RATE_HZ)) as usize;
        let wanted_in = (rate_hz * FILTER_MS / 1_000) as usize;
        let block_in = wanted_in.next_multiple_of(2 * period_in);
        let fft = Fft::new_custom(
            rate_hz as usize,
            SAMPLE_RATE_HZ as usize,
            block_in,
            1,
            1,
            WindowFunction::BlackmanHarris,
            FixedSync::Both,
        )
        .map_err(|_| RateError { rate_hz })?;
        Ok(Self {
            pending: Vec::with_capacity(fft.fft_size_in()),
            block_out: vec![0.0; fft.fft_size_out()],
            frames_in: 0,
            frames_out: 0,
            delay_left: fft.output_delay(),
            fft,
        })
    }

    fn block_in(&self) -> usize {
        self.fft.fft_size_in()
    }

    fn push(&mut self, input: impl Iterator<Item = f32>, out: &mut Vec<i16>) {
        for sample in input {
            self.frames_in += 1;
            // One NaN or infinity in the transform would silence the whole block, and so would a number whose sums
            // overflow. Beyond full scale all is clipped in the end.
            self.pending.push(if sample.is_finite() {
                sample.clamp(-OVERSHOOT_MAX, OVERSHOOT_MAX)
            } else {
                0.0
            });
            if self.pending.len() == self.block_in() {
                self.run_block(u64::MAX, out);
            }
        }
    }

    fn finish(&mut self, rate_hz: u32, out: &mut Vec<i16>) {
        let rate_hz = u128::from(rate_hz);
        let scaled = u128::from(self.frames_in) * u128::from(SAMPLE_RATE_HZ);
        let due = u64::try_from((scaled + rate_hz / 2) / rate_hz).unwrap_or(u64::MAX);
        while self.frames_out < due {
            self.pending.resize(self.block_in(), 0.0);
            self.run_block(due, out);
        }
        self.pending.clear();
        self.fft.reset();
        self.delay_left = self.fft.output_delay();
        self.frames_in = 0;
        self.frames_out = 0;
    }

    /// Filters the full `pending` block and gives its samples, up to `limit` of the stream.
    fn run_block(&mut self, limit: u64, out: &mut Vec<i16>) {
        let (frames_in, frames_out) = (self.pending.len(), self.block_out.len());
        let ran = InterleavedSlice::new(&self.pending, 1, frames_in)
            .ok()
            .zip(InterleavedSlice::new_mut(&mut self.block_out, 1, frames_out).ok())
            .and_then(|(input, mut output)| self.fft.process_into_buffer(&input, &mut output, None).ok());
        debug_assert!(ran.is_some(), "both blocks have the filter's own sizes");
        self.pending.clear();
        let dropped = self.delay_left.min(frames_out);
        self.delay_left -= dropped;
        let left = usize::try_from(limit - self.frames_out).unwrap_or(usize::MAX);
        let given = &self.block_out[dropped..];
        let given = &given[..given.len().min(left)];
        out.extend(given.iter().map(|&sample| to_i16(sample)));
        self.frames_out += given.len() as u64;
    }
}

impl std::fmt::Debug for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Filter")
            .field("block_in", &self.block_in())
            .field("frames_in", &self.frames_in)
            .field("frames_out", &self.frames_out)
            .finish_non_exhaustive()
    }
}

/// Full scale ±1.0 to 16 bits: to nearest, clipped. A NaN becomes 0 and ±∞ full scale, as `as` defines it.
fn to_i16(sample: f32) -> i16 {
    (sample * 32_768.0).round() as i16
}

/// Exact: 16 bits fit the 24 of an `f32`.
fn from_i16(sample: i16) -> f32 {
    f32::from(sample) / 32_768.0
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}
