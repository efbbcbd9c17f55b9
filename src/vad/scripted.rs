use crate::segment::{FRAME_SAMPLES, SpeechDetector};

/// An ear for tests: every frame louder than a level is speech.
///
/// ```
/// use callcue::segment::SpeechDetector;
/// use callcue::vad::ScriptedDetector;
///
/// let mut detector = ScriptedDetector::default();
/// assert!(detector.hear(&[0; 160]) < 0.0);
/// assert!(detector.hear(&[1_000; 160]) > 0.0);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ScriptedDetector;

impl SpeechDetector for ScriptedDetector {
    fn hear(&mut self, frame: &[i16; FRAME_SAMPLES]) -> f32 {
        let loud = frame.iter().any(|sample| sample.unsigned_abs() > 100);
        if loud { 3.0 } else { -3.0 }
    }

    fn lag_frames(&self) -> usize {
        0
    }

    fn reset(&mut self) {}
}
