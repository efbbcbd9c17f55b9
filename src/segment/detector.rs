/// Samples in the frames that a [`SpeechDetector`] is given: 10 ms.
pub const FRAME_SAMPLES: usize = 160;

/// An ear on one channel: for each frame, in order, how likely it is speech.
///
/// The same frames must always give the same answers, and [`hear`](Self::hear) must not allocate.
pub trait SpeechDetector: Send {
    /// Takes the next 10 ms, 16 kHz; returns the natural logarithm of the odds (speech to not) of the frame
    /// [`lag_frames`](Self::lag_frames) before it. Beyond ±3 it makes no difference.
    fn hear(&mut self, frame: &[i16; FRAME_SAMPLES]) -> f32;

    /// Frames that this ear must hear after a frame to judge it; always the same.
    fn lag_frames(&self) -> usize;

    /// Forgets everything: what comes next does not follow on what came before.
    fn reset(&mut self);
}
