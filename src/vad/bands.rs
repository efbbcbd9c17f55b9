use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use crate::segment::FRAME_SAMPLES;

/// Number of bands.
pub(super) const BANDS: usize = 18;

/// Power in each band; a full-scale sine is about 0.5 in its own.
pub(super) type BandPowers = [f32; BANDS];

/// Samples in the analysis window: the new frame and the one before.
const WINDOW_SAMPLES: usize = 2 * FRAME_SAMPLES;

/// First bin of each band, and the bin after the last; a bin is 50 Hz wide. As wide as hearing has them:
/// 100 Hz each up to 600 Hz, then about a fifth of their frequency, up to 7.2 kHz.
const EDGES: [usize; BANDS + 1] = [2, 4, 6, 8, 10, 12, 15, 18, 22, 27, 33, 40, 48, 58, 70, 85, 104, 124, 144];

/// Short-time spectrum in [`BANDS`] bands, a new one each frame.
pub(super) struct BandAnalysis {
    fft: Arc<dyn RealToComplex<f32>>,
    window: [f32; WINDOW_SAMPLES],
    recent: [f32; WINDOW_SAMPLES],
    tapered: Vec<f32>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl BandAnalysis {
    pub(super) fn new() -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(WINDOW_SAMPLES);
        Self {
            window: std::array::from_fn(hann),
            recent: [0.0; WINDOW_SAMPLES],
            tapered: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            fft,
        }
    }

    /// Powers of the window that ends with `frame`.
    pub(super) fn powers(&mut self, frame: &[i16; FRAME_SAMPLES]) -> BandPowers {
        self.recent.copy_within(FRAME_SAMPLES.., 0);
        for (recent, &sample) in self.recent[FRAME_SAMPLES..].iter_mut().zip(frame) {
            *recent = f32::from(sample) / 32_768.0;
        }
        for ((tapered, recent), weight) in self.tapered.iter_mut().zip(&self.recent).zip(&self.window) {
            *tapered = recent * weight;
        }
        let transformed =
            self.fft.process_with_scratch(&mut self.tapered, &mut self.spectrum, &mut self.scratch);
        debug_assert!(transformed.is_ok(), "all three buffers were made by this FFT");
        std::array::from_fn(|band| {
            let bins = &self.spectrum[EDGES[band]..EDGES[band + 1]];
            bins.iter().map(Complex32::norm_sqr).sum::<f32>() * POWER_OF_BIN
        })
    }

    pub(super) fn reset(&mut self) {
        self.recent = [0.0; WINDOW_SAMPLES];
    }
}

/// Scales |bin|² of the windowed transform to a mean square: twice for the negative frequencies, over N² and the
/// mean square of the Hann window, 3/8.
const POWER_OF_BIN: f32 = 2.0 / (WINDOW_SAMPLES * WINDOW_SAMPLES) as f32 / 0.375;

fn hann(n: usize) -> f32 {
    0.5 - 0.5 * (std::f32::consts::TAU * (n as f32 + 0.5) / WINDOW_SAMPLES as f32).cos()
}
