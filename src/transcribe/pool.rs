use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::job::run_job;
use super::{Done, Job, JobError, JobId, JobKind, JobRunner, Recognizer, TextCleaner};
use crate::call::CallTime;

/// Final jobs that may wait or lie finished at a time; the next is refused. 32 utterances are minutes of speech: a
/// machine that far behind will not catch up, and its memory is bounded so (28 s of samples are 0.9 MB).
pub const FINAL_JOBS_MAX: usize = 32;

/// Partial jobs that may wait: one a channel.
pub const PARTIAL_JOBS_MAX: usize = 2;

/// What the machine was too slow for, since the pool was started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolCounters {
    /// Partial passes dropped.
    pub partials_dropped: u64,
    /// Final passes refused.
    pub finals_refused: u64,
    /// Passes that failed.
    pub failed: u64,
}

/// Worker threads for live calls. Submitting and taking never wait for a recogniser.
///
/// - Final jobs go before partial ones, each kind in order.
/// - A partial job waits only as long as there is a worker for it or no final job beside it; else it is dropped.
/// - With two workers or more, one is always free of partial jobs, so that the end of an utterance does not wait for
///   somebody else's middle.
/// - A panic in a recogniser costs the job, not the worker.
pub struct Pool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    /// A lock and not a channel, because a job may be overtaken, displaced and counted while it waits. Held for a few
    /// queue operations, never while a recogniser runs.
    state: Mutex<State>,
    work: Condvar,
    finished: Condvar,
    cleaner: Arc<TextCleaner>,
}

#[derive(Default)]
struct State {
    workers: usize,
    finals: VecDeque<Job>,
    partials: VecDeque<Job>,
    running: Vec<Running>,
    done: VecDeque<Done>,
    closing: bool,
    counters: PoolCounters,
}

#[derive(Clone, Copy)]
struct Running {
    id: JobId,
    kind: JobKind,
    to: CallTime,
}

impl Pool {
    /// One worker thread for each recogniser.
    ///
    /// # Errors
    /// When the system gives no more threads.
    pub fn start(recognizers: Vec<Box<dyn Recognizer>>, cleaner: Arc<TextCleaner>) -> io::Result<Self> {
        let state = State { workers: recognizers.len(), ..State::default() };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            work: Condvar::new(),
            finished: Condvar::new(),
            cleaner,
        });
        let mut pool = Self { shared, threads: Vec::new() };
        for (number, recognizer) in recognizers.into_iter().enumerate() {
            let shared = Arc::clone(&pool.shared);
            let builder = std::thread::Builder::new().name(format!("transcribe-{number}"));
            pool.threads.push(builder.spawn(move || shared.work_until_closed(recognizer))?);
        }
        Ok(pool)
    }

    /// Waits for a finished job, at most `patience`: for the end of a call, when nothing else is to be done.
    pub fn wait_done(&self, patience: Duration) -> Option<Done> {
        let (mut state, _) = self
            .shared
            .finished
            .wait_timeout_while(self.shared.lock(), patience, |state| state.done.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        state.done.pop_front()
    }

    /// What the machine was too slow for.
    pub fn counters(&self) -> PoolCounters {
        self.shared.lock().counters
    }
}

impl JobRunner for Pool {
    fn submit(&mut self, job: Job) -> Result<(), Done> {
        let accepted = self.shared.lock().accept(job);
        self.shared.work.notify_all();
        accepted
    }

    fn take_done(&mut self) -> Option<Done> {
        self.shared.lock().done.pop_front()
    }

    fn lag_ms(&self, now: CallTime) -> u64 {
        let state = self.shared.lock();
        let waiting = state.finals.iter().map(|job| job.span.to);
        let running = state.running.iter().filter(|job| job.kind == JobKind::Final).map(|job| job.to);
        waiting.chain(running).min().map_or(0, |oldest| now.millis_since(oldest))
    }
}

impl Drop for Pool {
    /// Waits for the jobs that run; those that wait are lost.
    fn drop(&mut self) {
        self.shared.lock().closing = true;
        self.shared.work.notify_all();
        for thread in self.threads.drain(..) {
            // A worker catches panics of its recogniser; there is nobody to tell about another one.
            let _ = thread.join();
        }
    }
}

impl Shared {
    /// A panic under the lock leaves queues that are still in order, so a poisoned lock is taken as it is.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work_until_closed(&self, mut recognizer: Box<dyn Recognizer>) {
        while let Some(job) = self.next_job() {
            let done = run_job(recognizer.as_mut(), &self.cleaner, &job);
            self.lock().finish(done);
            self.finished.notify_all();
            // A partial job may have waited for this one to leave its place.
            self.work.notify_all();
        }
    }

    fn next_job(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if state.closing {
                return None;
            }
            if let Some(job) = state.take_next() {
                return Some(job);
            }
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl State {
    fn accept(&mut self, job: Job) -> Result<(), Done> {
        match job.kind {
            JobKind::Final => {
                if self.finals.len() + self.done.len() >= FINAL_JOBS_MAX {
                    self.counters.finals_refused += 1;
                    return Err(Done { id: job.id, outcome: Err(JobError::Overloaded(self.finals.len())) });
                }
                self.finals.push_back(job);
                while self.waiting() > self.free() {
                    let Some(displaced) = self.partials.pop_front() else {
                        break;
                    };
                    self.counters.partials_dropped += 1;
                    self.done.push_back(Done { id: displaced.id, outcome: Err(JobError::Dropped) });
                }
            }
            JobKind::Partial => {
                let room = self.partials.len() < PARTIAL_JOBS_MAX;
                if !room || (!self.finals.is_empty() && self.waiting() >= self.free()) {
                    self.counters.partials_dropped += 1;
                    return Err(Done { id: job.id, outcome: Err(JobError::Dropped) });
                }
                self.partials.push_back(job);
            }
        }
        Ok(())
    }

    fn take_next(&mut self) -> Option<Job> {
        let partials_running = self.running.iter().filter(|job| job.kind == JobKind::Partial).count();
        let partials_max = self.workers.saturating_sub(1).max(1);
        let job = self
            .finals
            .pop_front()
            .or_else(|| (partials_running < partials_max).then(|| self.partials.pop_front()).flatten())?;
        self.running.push(Running { id: job.id, kind: job.kind, to: job.span.to });
        Some(job)
    }

    fn finish(&mut self, done: Done) {
        self.running.retain(|job| job.id != done.id);
        self.counters.failed += u64::from(done.outcome.is_err());
        self.done.push_back(done);
    }

    fn waiting(&self) -> usize {
        self.finals.len() + self.partials.len()
    }

    fn free(&self) -> usize {
        self.workers.saturating_sub(self.running.len())
    }
}
