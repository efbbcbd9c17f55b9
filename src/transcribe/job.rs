use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Ask, Cleaned, RecognizeError, Recognizer, TextCleaner};
use crate::call::{CallTime, Channel, Span};

/// Names a [`Job`]; unique in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId {
    /// Whose speech.
    pub channel: Channel,
    /// Number on that channel, from 0.
    pub number: u64,
}

/// How much a job matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// A look at a running utterance: the first to be dropped.
    Partial,
    /// The last word on a stretch of speech: never dropped but at the pool's limit.
    Final,
}

/// A stretch of speech to transcribe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its name.
    pub id: JobId,
    /// How much it matters.
    pub kind: JobKind,
    /// Where the samples lie, pre-roll and post-roll with them.
    pub span: Span,
    /// 16 kHz, mono. May be fewer than `span` holds where audio is missing.
    pub samples: Vec<i16>,
}

/// What became of a [`Job`]: each gets exactly one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Which.
    pub id: JobId,
    /// Its text, or why there is none.
    pub outcome: Result<Cleaned, JobError>,
}

impl Done {
    /// The text, if there is one: what [`TextStream::done`](super::TextStream::done) wants to know.
    pub fn text(&self) -> Option<&str> {
        self.outcome.as_ref().ok().map(|cleaned| cleaned.text.as_str())
    }
}

/// Why a job has no text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// The machine is too slow; something more urgent went first.
    #[error("dropped: the machine is too slow for running text")]
    Dropped,
    /// More final jobs wait than the pool may hold.
    #[error(
        "refused: {0} utterances wait for text already; take a smaller model or fewer programs beside callcue"
    )]
    Overloaded(usize),
    /// The recogniser failed.
    #[error(transparent)]
    Failed(#[from] RecognizeError),
    /// The recogniser panicked: a defect; the worker lives on.
    #[error("the recogniser panicked; please report it")]
    Panicked,
}

/// Works jobs off. [`Pool`](super::Pool) and [`Inline`](super::Inline) are the two.
pub trait JobRunner {
    /// Takes a job on. Never blocks.
    ///
    /// # Errors
    /// The job's [`Done`], if there is no room for it: give it to the stream like any other.
    fn submit(&mut self, job: Job) -> Result<(), Done>;

    /// The next finished job, if there is one. Never blocks.
    fn take_done(&mut self) -> Option<Done>;

    /// How far text is behind speech: age of the oldest final job that is not finished, in ms of audio time; 0 if none.
    fn lag_ms(&self, now: CallTime) -> u64;
}

/// Recognises and cleans; a panic of the recogniser ends here.
pub(super) fn run_job(recognizer: &mut dyn Recognizer, cleaner: &TextCleaner, job: &Job) -> Done {
    let ask = Ask { channel: job.id.channel, span: job.span };
    let samples: Vec<f32> = job.samples.iter().map(|&sample| f32::from(sample) / 32_768.0).collect();
    let outcome = if samples.is_empty() {
        Ok(Cleaned::default())
    } else {
        match catch_unwind(AssertUnwindSafe(|| recognizer.recognize(&samples, &ask))) {
            Ok(recognized) => recognized.map(|raw| cleaner.clean(&raw)).map_err(JobError::from),
            Err(_) => Err(JobError::Panicked),
        }
    };
    Done { id: job.id, outcome }
}
