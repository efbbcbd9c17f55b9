//! Who goes first when the machine is too slow. Recognisers wait at gates, so that nothing here depends on time.

use std::sync::Arc;
use std::time::Duration;

use callcue::call::{CallTime, Channel, Span};
use callcue::transcribe::{
    Ask, Done, FINAL_JOBS_MAX, Gate, Job, JobError, JobId, JobKind, JobRunner, Pool, RecognizeError,
    Recognizer, Scripted, TextCleaner,
};

/// How long a test waits for something that must happen; only a failing one waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// The recognisers invent their worker's name and wait at their gates.
fn gated_pool(workers: usize) -> (Pool, Vec<Gate>) {
    let (recognizers, gates): (Vec<_>, Vec<_>) =
        (0..workers).map(|_| Scripted::default().inventing("好").gated()).unzip();
    (
        start(
            recognizers.into_iter().map(|recognizer| Box::new(recognizer) as Box<dyn Recognizer>).collect(),
        ),
        gates,
    )
}

fn start(recognizers: Vec<Box<dyn Recognizer>>) -> Pool {
    Pool::start(recognizers, Arc::new(TextCleaner::new())).unwrap()
}

fn job(channel: Channel, number: u64, kind: JobKind, to_ms: u64) -> Job {
    Job {
        id: JobId { channel, number },
        kind,
        span: Span { from: CallTime::START, to: CallTime::from_millis(to_ms) },
        samples: vec![1; 160],
    }
}

fn next(pool: &Pool) -> Done {
    pool.wait_done(PATIENCE).expect("a job is done")
}

fn is_dropped(done: &Done) -> bool {
    done.outcome == Err(JobError::Dropped)
}

#[test]
fn final_jobs_displace_partial_ones() {
    let (mut pool, gates) = gated_pool(1);
    pool.submit(job(Channel::Agent, 0, JobKind::Partial, 1_000)).unwrap();
    gates[0].wait_for_arrival();
    // The only worker is busy: a partial job waits, until a final one comes.
    pool.submit(job(Channel::Customer, 0, JobKind::Partial, 1_000)).unwrap();
    pool.submit(job(Channel::Agent, 1, JobKind::Final, 2_000)).unwrap();
    let displaced = pool.take_done().expect("at once");
    assert!(is_dropped(&displaced) && displaced.id.channel == Channel::Customer);
    let refused = pool.submit(job(Channel::Customer, 1, JobKind::Partial, 2_000)).unwrap_err();
    assert!(is_dropped(&refused));
    gates[0].let_one_through();
    gates[0].let_one_through();
    let order = [next(&pool), next(&pool)];
    assert_eq!(order.each_ref().map(|done| done.id.number), [0, 1]);
    assert!(order.iter().all(|done| done.text() == Some("好")));
    assert_eq!(pool.counters().partials_dropped, 2);
}

#[test]
fn one_worker_is_always_free_of_partial_jobs() {
    let (mut pool, gates) = gated_pool(2);
    pool.submit(job(Channel::Agent, 0, JobKind::Partial, 1_000)).unwrap();
    pool.submit(job(Channel::Customer, 0, JobKind::Partial, 1_000)).unwrap();
    pool.submit(job(Channel::Agent, 1, JobKind::Final, 2_000)).unwrap();
    // Both workers come to their gates: one with the final job, one with a partial job.
    for gate in &gates {
        gate.wait_for_arrival();
    }
    assert_eq!(pool.lag_ms(CallTime::from_millis(2_700)), 700);
    drop(gates);
    let mut finished: Vec<Done> = (0..3).map(|_| next(&pool)).collect();
    finished.sort_by_key(|done| done.id);
    assert_eq!(finished[1].text(), Some("好"), "the final one");
    assert_eq!(pool.lag_ms(CallTime::from_millis(9_000)), 0);
}

#[test]
fn lag_is_the_age_of_the_oldest_final_job() {
    let (mut pool, gates) = gated_pool(1);
    assert_eq!(pool.lag_ms(CallTime::from_millis(5_000)), 0);
    for (number, to_ms) in [(0, 1_000), (1, 3_000)] {
        pool.submit(job(Channel::Agent, number, JobKind::Final, to_ms)).unwrap();
    }
    gates[0].wait_for_arrival();
    assert_eq!(pool.lag_ms(CallTime::from_millis(5_000)), 4_000);
    gates[0].let_one_through();
    next(&pool);
    assert_eq!(pool.lag_ms(CallTime::from_millis(5_000)), 2_000);
    drop(gates);
    next(&pool);
    assert_eq!(pool.lag_ms(CallTime::from_millis(5_000)), 0);
}

#[test]
fn too_many_final_jobs_are_refused_not_kept() {
    let (mut pool, gates) = gated_pool(1);
    pool.submit(job(Channel::Agent, 0, JobKind::Final, 1_000)).unwrap();
    gates[0].wait_for_arrival();
    let waiting = FINAL_JOBS_MAX as u64;
    for number in 1..=waiting {
        pool.submit(job(Channel::Agent, number, JobKind::Final, 1_000)).unwrap();
    }
    let refused = pool.submit(job(Channel::Agent, waiting + 1, JobKind::Final, 1_000)).unwrap_err();
    assert_eq!(refused.outcome, Err(JobError::Overloaded(FINAL_JOBS_MAX)));
    assert_eq!(pool.counters().finals_refused, 1);
    drop(gates);
    for number in 0..=waiting {
        assert_eq!(next(&pool).id.number, number, "in order");
    }
}

struct Panics;

impl Recognizer for Panics {
    fn recognize(&mut self, samples: &[f32], _ask: &Ask) -> Result<String, RecognizeError> {
        assert!(samples.len() != 160, "made to panic");
        Ok("好".to_owned())
    }
}

#[test]
fn a_panic_costs_the_job_and_not_the_worker() {
    let mut pool = start(vec![Box::new(Panics)]);
    pool.submit(job(Channel::Agent, 0, JobKind::Final, 1_000)).unwrap();
    assert_eq!(next(&pool).outcome, Err(JobError::Panicked));
    pool.submit(Job { samples: vec![1; 320], ..job(Channel::Agent, 1, JobKind::Final, 1_000) }).unwrap();
    assert_eq!(next(&pool).text(), Some("好"));
    assert_eq!(pool.counters().failed, 1);
}

#[test]
fn failures_come_back_and_no_audio_is_no_text() {
    let failure = RecognizeError::Engine("made to fail".to_owned());
    let mut pool = start(vec![Box::new(Scripted::default().failing(failure.clone()))]);
    pool.submit(job(Channel::Agent, 0, JobKind::Final, 1_000)).unwrap();
    assert_eq!(next(&pool).outcome, Err(JobError::Failed(failure)));
    pool.submit(Job { samples: Vec::new(), ..job(Channel::Agent, 1, JobKind::Final, 1_000) }).unwrap();
    assert_eq!(next(&pool).text(), Some(""));
}
