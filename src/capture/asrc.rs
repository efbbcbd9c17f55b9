//! Asynchronous sample-rate conversion: from a device's rate to 16 kHz, at a ratio that follows its clock.

use audioadapter_buffers::direct::SequentialSliceOfVecs;
use rubato::{
    Adjustable, Async, FixedAsync, Resampler, ResamplerConstructionError, SincInterpolationParameters,
    SincInterpolationType, WindowFunction,
};

use crate::call::SAMPLE_RATE_HZ;

/// Blocks a second that go through the filter.
const CHUNKS_PER_SECOND: u32 = 100;
/// Filter length at 16 kHz and below; grows with the rate so that the transition band stays as narrow.
const SINC_LEN: usize = 128;
const SINC_LEN_MAX: usize = 1_024;
/// Linear interpolation between 256 filter phases stays below −100 dB for a 3:1 step.
const PHASES: usize = 256;
/// Room for the drift and the pull-in together.
const RATIO_RELATIVE_MAX: f64 = 1.005;

/// One or more channels of one device, converted together so that they cannot come apart.
///
/// The filter's delay is taken out: output sample `n` is the sound of input frame `n / ratio`.
pub struct AdjustableResampler {
    inner: Async<f32>,
    ratio: f64,
    chunk_frames: usize,
    waiting: Vec<Vec<f32>>,
    converted: Vec<Vec<f32>>,
    /// Output samples still to be thrown away because of the filter's delay.
    trim: usize,
    /// Output samples made from whole chunks, the thrown-away ones included.
    made: u64,
}

impl std::fmt::Debug for AdjustableResampler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AdjustableResampler").field("ratio", &self.ratio).finish_non_exhaustive()
    }
}

impl AdjustableResampler {
    /// For `channels` channels at `rate_hz`.
    ///
    /// # Errors
    /// When the rate is 0; nothing else can go wrong with these parameters.
    pub fn new(rate_hz: u32, channels: usize) -> Result<Self, ResamplerConstructionError> {
        let ratio = f64::from(SAMPLE_RATE_HZ) / f64::from(rate_hz);
        let chunk_frames = (rate_hz / CHUNKS_PER_SECOND).max(1) as usize;
        let sinc_len = (SINC_LEN as f64 / ratio.min(1.0)) as usize;
        let filter =
            SincInterpolationParameters::new(sinc_len.min(SINC_LEN_MAX), WindowFunction::BlackmanHarris2)
                .oversampling_factor(PHASES)
                .interpolation(SincInterpolationType::Linear);
        let inner =
            Async::new_sinc(ratio, RATIO_RELATIVE_MAX, &filter, chunk_frames, channels, FixedAsync::Input)?;
        Ok(Self {
            trim: inner.output_delay(),
            converted: vec![vec![0.0; inner.output_frames_max()]; channels],
            inner,
            ratio,
            chunk_frames,
            waiting: vec![Vec::new(); channels],
            made: 0,
        })
    }

    /// Output samples an input frame gives, before any correction.
    pub fn ratio(&self) -> f64 {
        self.ratio
    }

    /// Where the next input frame lands, in output samples from the first one.
    pub fn next_index(&self) -> f64 {
        self.made as f64 + self.waiting[0].len() as f64 * self.ratio
    }

    /// From here on, stretches by `ppm` parts in a million: positive makes more output.
    pub fn stretch(&mut self, ppm: f64) {
        let limit = RATIO_RELATIVE_MAX - 1.0;
        let relative = 1.0 + (ppm * 1e-6).clamp(-limit * 0.9, limit * 0.9);
        self.set_relative(relative);
    }

    /// Takes frames in, one slice a channel, and appends what comes out.
    pub fn push(&mut self, frames: &[Vec<f32>], out: &mut [Vec<i16>]) {
        for (waiting, frames) in self.waiting.iter_mut().zip(frames) {
            waiting.extend_from_slice(frames);
        }
        while self.waiting[0].len() >= self.chunk_frames {
            self.convert_chunk(out);
        }
    }

    /// Appends what is still inside the filter, and is then as new but for the ratio.
    pub fn flush(&mut self, out: &mut [Vec<i16>]) {
        let delay = self.inner.output_delay();
        let owed = (self.next_index().round() as usize + delay)
            .saturating_sub(self.trim)
            .saturating_sub(self.made as usize);
        for waiting in &mut self.waiting {
            let frames = waiting.len() + (delay as f64 / self.ratio) as usize;
            waiting.resize((frames / self.chunk_frames + 2) * self.chunk_frames, 0.0);
        }
        let mut tail = vec![Vec::new(); out.len()];
        while self.waiting[0].len() >= self.chunk_frames {
            self.convert_chunk(&mut tail);
        }
        for (out, tail) in out.iter_mut().zip(tail) {
            out.extend_from_slice(&tail[..owed.min(tail.len())]);
        }
        let ratio = self.inner.resample_ratio();
        self.inner.reset();
        self.set_relative(ratio / self.ratio);
        self.waiting.iter_mut().for_each(Vec::clear);
        self.trim = delay;
        self.made = 0;
    }

    fn set_relative(&mut self, relative: f64) {
        if let Err(error) = self.inner.set_resample_ratio_relative(relative, true) {
            tracing::error!(%error, relative, "resampler refused a ratio within its bounds");
        }
    }

    fn convert_chunk(&mut self, out: &mut [Vec<i16>]) {
        let channels = self.waiting.len();
        let made = {
            let input = SequentialSliceOfVecs::new(&self.waiting, channels, self.chunk_frames);
            let room = self.converted[0].len();
            let output = SequentialSliceOfVecs::new_mut(&mut self.converted, channels, room);
            match (input, output) {
                (Ok(input), Ok(mut output)) => self
                    .inner
                    .process_into_buffer(&input, &mut output, None)
                    .map(|(_, made)| made)
                    .unwrap_or_default(),
                _ => 0,
            }
        };
        self.made += made as u64;
        let skipped = self.trim.min(made);
        self.trim -= skipped;
        for ((waiting, converted), out) in self.waiting.iter_mut().zip(&self.converted).zip(out.iter_mut()) {
            waiting.drain(..self.chunk_frames);
            out.extend(converted[skipped..made].iter().map(|&value| to_i16(value)));
        }
    }
}

fn to_i16(value: f32) -> i16 {
    // The cast saturates: clipped peaks of the filter stay at full scale.
    (value * 32_768.0).round() as i16
}
