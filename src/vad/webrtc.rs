#![allow(unsafe_code, reason = "one `Send`, justified where it stands")]

use webrtc_vad::{SampleRate, Vad, VadMode};

use crate::segment::{FRAME_SAMPLES, SpeechDetector};

/// How readily the WebRTC detector takes a frame for speech.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebrtcMode {
    /// Misses least, hears most noise as speech (0).
    Quality,
    /// 1.
    LowBitrate,
    /// 2.
    Aggressive,
    /// Misses most, hears least noise as speech (3).
    VeryAggressive,
}

/// The voice activity detector of the WebRTC project: a Gaussian mixture over six bands, about 1 µs a frame.
///
/// Alone it hears speech everywhere at 5 dB signal-to-noise ratio, and beside a keyboard; here it is the cheap
/// first ear of [`TwoEars`](super::TwoEars) and the yardstick that is measured beside it.
pub struct WebrtcDetector {
    vad: Vad,
    mode: WebrtcMode,
}

// SAFETY: `Vad` is not `Send` only because it holds a raw pointer. It owns what that points to alone (made by
// `fvad_new`, freed on drop), libfvad keeps no state outside it, neither global nor of a thread, and no method that
// takes `&self` exists. So it may be moved to another thread; it is not shared (`Sync`).
unsafe impl Send for WebrtcDetector {}

impl WebrtcDetector {
    /// A detector for frames of 10 ms at 16 kHz.
    pub fn new(mode: WebrtcMode) -> Self {
        Self { vad: fresh(mode), mode }
    }

    /// Its verdict on the next 10 ms.
    pub fn is_voice(&mut self, frame: &[i16; FRAME_SAMPLES]) -> bool {
        // Only a frame of another length would be refused.
        self.vad.is_voice_segment(frame).unwrap_or(false)
    }
}

impl SpeechDetector for WebrtcDetector {
    fn hear(&mut self, frame: &[i16; FRAME_SAMPLES]) -> f32 {
        if self.is_voice(frame) { 3.0 } else { -3.0 }
    }

    fn lag_frames(&self) -> usize {
        0
    }

    fn reset(&mut self) {
        self.vad = fresh(self.mode);
    }
}

fn fresh(mode: WebrtcMode) -> Vad {
    let mode = match mode {
        WebrtcMode::Quality => VadMode::Quality,
        WebrtcMode::LowBitrate => VadMode::LowBitrate,
        WebrtcMode::Aggressive => VadMode::Aggressive,
        WebrtcMode::VeryAggressive => VadMode::VeryAggressive,
    };
    Vad::new_with_rate_and_mode(SampleRate::Rate16kHz, mode)
}
