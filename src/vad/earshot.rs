use crate::segment::{FRAME_SAMPLES, SpeechDetector};

/// Samples in the frames of the `earshot` crate: 16 ms.
const EARSHOT_SAMPLES: usize = 256;

/// Log-odds before anything was heard: quiet.
const AT_FIRST: f32 = -2.0;

/// The small neural detector of the `earshot` crate, about 6 µs a frame.
///
/// It tells voices from noise and from keys where [`WebrtcDetector`](super::WebrtcDetector) cannot, but looks back
/// 50 to 100 ms, so that its answers follow the sound late.
pub struct EarshotDetector {
    detector: Box<earshot::Detector>,
    pending: [i16; EARSHOT_SAMPLES],
    filled: usize,
    log_odds: f32,
}

impl EarshotDetector {
    /// A detector that has heard nothing yet.
    pub fn new() -> Self {
        Self {
            detector: earshot::Detector::default_boxed(),
            pending: [0; EARSHOT_SAMPLES],
            filled: 0,
            log_odds: AT_FIRST,
        }
    }
}

impl Default for EarshotDetector {
    fn default() -> Self {
        Self::new()
    }
}

impl SpeechDetector for EarshotDetector {
    fn hear(&mut self, frame: &[i16; FRAME_SAMPLES]) -> f32 {
        let (now, later) = frame.split_at(FRAME_SAMPLES.min(EARSHOT_SAMPLES - self.filled));
        self.pending[self.filled..self.filled + now.len()].copy_from_slice(now);
        self.filled += now.len();
        if self.filled == EARSHOT_SAMPLES {
            let score = self.detector.predict_i16(&self.pending).clamp(0.01, 0.99);
            self.log_odds = (score / (1.0 - score)).ln();
            self.pending[..later.len()].copy_from_slice(later);
            self.filled = later.len();
        }
        self.log_odds
    }

    fn lag_frames(&self) -> usize {
        0
    }

    fn reset(&mut self) {
        self.detector.reset();
        self.filled = 0;
        self.log_odds = AT_FIRST;
    }
}
