use crate::call::{Channel, Span};

/// What a recogniser is told beside the samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Whose speech it is.
    pub channel: Channel,
    /// Where in the call the samples lie.
    pub span: Span,
}

/// Turns speech into raw text. One instance a worker thread, so that none needs a lock.
///
/// | | |
/// |---|---|
/// | samples | 16 kHz, mono, full scale ±1.0 |
/// | length | up to 30 s; longer is refused |
/// | result | as the model writes it: see [`TextCleaner`](super::TextCleaner) for what is done to it |
///
/// The same samples give the same text, whatever was recognised before.
pub trait Recognizer: Send {
    /// The words in `samples`, empty if there are none.
    ///
    /// # Errors
    /// [`RecognizeError`]; the instance stays usable, the same samples will fail again.
    fn recognize(&mut self, samples: &[f32], ask: &Ask) -> Result<String, RecognizeError>;
}

/// Why there is no text for some samples.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecognizeError {
    /// More than the model's window.
    #[error("{length_ms} ms of audio at once; the model hears at most {max_ms} ms: cut it at a pause")]
    TooLong {
        /// Length of what was given.
        length_ms: u64,
        /// Length of the model's window.
        max_ms: u64,
    },
    /// The engine gave up.
    #[error("whisper.cpp failed: {0}; `callcue model verify` tells whether the model file is sound")]
    Engine(String),
}
