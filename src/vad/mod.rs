//! Ears: what tells speech from everything else on one channel, frame by frame.
//!
//! Each is a [`SpeechDetector`](crate::segment::SpeechDetector), to be plugged into a
//! [`Segmenter`](crate::segment::Segmenter). The product listens with [`TwoEars`]; the single ears that it is made
//! of stand beside it, to be measured alone. All are deterministic; the scripted one is for tests.

mod bands;
mod earshot;
mod floor;
mod scripted;
mod two_ears;
mod webrtc;

pub use earshot::EarshotDetector;
pub use scripted::ScriptedDetector;
pub use two_ears::TwoEars;
pub use webrtc::{WebrtcDetector, WebrtcMode};
