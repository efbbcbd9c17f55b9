use std::collections::VecDeque;
use std::sync::Arc;

use super::job::run_job;
use super::{Done, Job, JobRunner, Recognizer, TextCleaner};
use crate::call::CallTime;

/// Works each job off while it is submitted, on the caller's thread: for replays, which must give the same text each
/// time and may take their time.
///
/// Submit a job, take its [`Done`], then ask the stream for the next one: so no pass is ever skipped, and the jobs
/// depend on the audio alone.
pub struct Inline {
    recognizer: Box<dyn Recognizer>,
    cleaner: Arc<TextCleaner>,
    done: VecDeque<Done>,
}

impl Inline {
    /// Runs jobs on `recognizer`.
    pub fn new(recognizer: Box<dyn Recognizer>, cleaner: Arc<TextCleaner>) -> Self {
        Self { recognizer, cleaner, done: VecDeque::new() }
    }
}

impl JobRunner for Inline {
    fn submit(&mut self, job: Job) -> Result<(), Done> {
        self.done.push_back(run_job(self.recognizer.as_mut(), &self.cleaner, &job));
        Ok(())
    }

    fn take_done(&mut self) -> Option<Done> {
        self.done.pop_front()
    }

    fn lag_ms(&self, _now: CallTime) -> u64 {
        0
    }
}
