//! From frames to edges: where speech starts and ends on each channel, and when both have been quiet for 3 s.
//!
//! ```text
//! samples ─ SpeechDetector ─ odds per 10 ms ─ Segmenter ─ speech edges, noise floor ─ SilenceClock ─ windows
//! ```
//!
//! [`SpeechDetector`] is the place where an ear is plugged in; the ears themselves are in [`vad`](crate::vad).

mod detector;
mod edges;
mod pauses;
mod segmenter;
mod silence;

pub use detector::{FRAME_SAMPLES, SpeechDetector};
pub use segmenter::{Heard, Segmenter};
pub use silence::{SHORT_GAP_MS, SILENCE_WINDOW_MS, SilenceClock, SilenceWindow};
