use std::sync::Arc;
use std::time::Duration;

use super::tape::{Tape, What};
use crate::call::{Channel, PerChannel};
use crate::trial::Random;
use crate::wire::{Moment, StampedEvent};

/// Longest pause between two calls of a station, ms; the shortest is none.
const PAUSE_MAX_MS: u64 = 1_000;
/// Longest time that a telephone rings here, ms: agents of a busy room are quick.
const RING_MAX_MS: u64 = 1_000;

/// How fast calls are played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// So many times as fast as people speak.
    Speed(f64),
    /// Each call so fast that it has this many events a second.
    Rate(f64),
}

impl Pace {
    /// Ms of the clock for one ms of the call.
    fn stretch(self, tape: &Tape) -> f64 {
        match self {
            Self::Speed(speed) => 1.0 / speed,
            Self::Rate(rate) => tape.events() as f64 * 1_000.0 / rate / tape.length_ms().max(1) as f64,
        }
    }
}

/// What all stations of a swarm have in common.
#[derive(Clone, Debug)]
pub struct Repertoire {
    /// The calls that are played; not empty.
    pub tapes: Vec<Tape>,
    /// How fast.
    pub pace: Pace,
    /// The same seed plays the same calls in the same order.
    pub seed: u64,
    /// A few letters and digits that are different for each run, so that ids of calls never meet.
    pub run: String,
}

/// A call that is or was played: enough to say each of its events again.
#[derive(Clone, Debug)]
pub(super) struct Take {
    pub(super) call: String,
    pub(super) agent: String,
    tape: usize,
    stretch: f64,
    /// Wall clock of the answer, ms since 1970.
    answered_ms: i64,
}

impl Take {
    /// Event number `seq`; none behind the last.
    pub(super) fn event(&self, seq: u64, repertoire: &Repertoire) -> Option<StampedEvent> {
        let (due_ms, event) = repertoire.tapes.get(self.tape)?.event(seq, &self.agent)?;
        let wall_ms = self.answered_ms + (due_ms as f64 * self.stretch) as i64;
        // As a station writes it: three digits, so that text sorts as time does.
        let wall = jiff::Timestamp::from_millisecond(wall_ms).unwrap_or_default();
        let wall = wall.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
        Some(StampedEvent { call: self.call.clone(), seq, wall, event })
    }
}

/// Which station a simulated call belongs to, and how many events it had before it: both are written into its id, so that
/// whoever watches can place an event without being told more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CallName {
    /// Place of the station in the swarm, from 0.
    pub(super) station: usize,
    /// Events of that station in calls before this one.
    pub(super) before: u64,
}

impl CallName {
    /// `20261126-225600-7f3a-12-345`: ids sort by time of the answer.
    fn write(self, answered_ms: i64, run: &str) -> String {
        let answered = jiff::Timestamp::from_millisecond(answered_ms).unwrap_or_default();
        let moment = answered.strftime("%Y%m%d-%H%M%S");
        format!("{moment}-{run}-{}-{}", self.station, self.before)
    }

    /// Reads it back; none for an id of anybody else.
    pub(super) fn read(call: &str) -> Option<Self> {
        let mut parts = call.rsplit('-');
        let before = parts.next()?.parse().ok()?;
        let station = parts.next()?.parse().ok()?;
        Some(Self { station, before })
    }
}

/// What happens at a station.
#[derive(Debug)]
pub(super) enum Played {
    /// The telephone rings, or has stopped.
    Ringing(bool),
    /// A call begins; its first event follows.
    Answered(Take),
    /// The next event of the running call.
    Event(StampedEvent),
    /// Somebody begins or stops speaking.
    Moment(Moment),
    /// The running call has had its last event.
    Over,
}

/// The agent and the telephone of a simulated station: one call after the other, each thing at its time. Sans-IO.
#[derive(Debug)]
pub(super) struct Player {
    repertoire: Arc<Repertoire>,
    station: usize,
    agent: String,
    random: Random,
    phase: Phase,
    /// Events of all calls that are over.
    before: u64,
}

#[derive(Debug)]
enum Phase {
    /// No call; the telephone rings at this moment.
    Free {
        until: Duration,
    },
    /// It is answered at this moment.
    Ringing {
        until: Duration,
        tape: usize,
    },
    Talking {
        take: Take,
        answered: Duration,
        step: usize,
        seq: u64,
    },
    Stopped,
}

impl Player {
    /// Begins its first call at `first_call`.
    pub(super) fn new(
        repertoire: Arc<Repertoire>,
        station: usize,
        agent: String,
        first_call: Duration,
    ) -> Self {
        let random = Random::new(repertoire.seed ^ (station as u64).wrapping_mul(0xD6E8_FEB8_6659_FD93));
        Self { repertoire, station, agent, random, phase: Phase::Free { until: first_call }, before: 0 }
    }

    /// When the next thing happens; none once it has stopped.
    pub(super) fn due_at(&self) -> Option<Duration> {
        match &self.phase {
            Phase::Free { until } | Phase::Ringing { until, .. } => Some(*until),
            Phase::Talking { take, answered, step, .. } => {
                let steps = self.repertoire.tapes[take.tape].steps();
                let due_ms = steps.get(*step).map_or(0, |step| step.due_ms);
                Some(*answered + Duration::from_secs_f64(due_ms as f64 * take.stretch / 1_000.0))
            }
            Phase::Stopped => None,
        }
    }

    /// The next thing that has happened by `now`; `wall_ms` is the clock on the wall.
    pub(super) fn next(&mut self, now: Duration, wall_ms: i64) -> Option<Played> {
        if self.due_at()? > now {
            return None;
        }
        match std::mem::replace(&mut self.phase, Phase::Stopped) {
            Phase::Free { .. } => {
                let tape = self.random.below(self.repertoire.tapes.len());
                let ring_ms = self.repertoire.tapes[tape].ring_ms().min(RING_MAX_MS);
                self.phase = Phase::Ringing { until: now + Duration::from_millis(ring_ms), tape };
                Some(Played::Ringing(true))
            }
            Phase::Ringing { tape, .. } => Some(self.answer(tape, now, wall_ms)),
            Phase::Talking { take, answered, step, seq } => self.step(take, answered, step, seq, now),
            Phase::Stopped => None,
        }
    }

    /// No more happens; the running call, if any, ends in the middle.
    pub(super) fn stop(&mut self) {
        self.phase = Phase::Stopped;
    }

    fn answer(&mut self, tape: usize, now: Duration, wall_ms: i64) -> Played {
        let name = CallName { station: self.station, before: self.before };
        let take = Take {
            call: name.write(wall_ms, &self.repertoire.run),
            agent: self.agent.clone(),
            tape,
            stretch: self.repertoire.pace.stretch(&self.repertoire.tapes[tape]),
            answered_ms: wall_ms,
        };
        self.phase = Phase::Talking { take: take.clone(), answered: now, step: 0, seq: 0 };
        Played::Answered(take)
    }

    fn step(
        &mut self,
        take: Take,
        answered: Duration,
        step: usize,
        seq: u64,
        now: Duration,
    ) -> Option<Played> {
        let Some(played) = self.repertoire.tapes[take.tape].steps().get(step) else {
            self.before += seq;
            let pause_ms = self.random.below(PAUSE_MAX_MS as usize) as u64;
            self.phase = Phase::Free { until: now + Duration::from_millis(pause_ms) };
            return Some(Played::Over);
        };
        let (seq, played) = match &played.what {
            What::Event(_) => (seq + 1, take.event(seq + 1, &self.repertoire).map(Played::Event)),
            What::Speaking(speaking) => (seq, Some(Played::Moment(levels(played.due_ms, speaking)))),
        };
        self.phase = Phase::Talking { take, answered, step: step + 1, seq };
        played
    }
}

/// Meters of somebody who speaks at an ordinary level, or of nobody.
fn levels(at_ms: u64, speaking: &PerChannel<bool>) -> Moment {
    let level_dbfs = |channel| if speaking[channel] { -22.0 } else { -60.0 };
    let is_quiet = !speaking[Channel::Agent] && !speaking[Channel::Customer];
    Moment::Levels {
        at_ms,
        agent_dbfs: level_dbfs(Channel::Agent),
        customer_dbfs: level_dbfs(Channel::Customer),
        agent_speaking: speaking[Channel::Agent],
        customer_speaking: speaking[Channel::Customer],
        quiet_since_ms: is_quiet.then_some(at_ms),
    }
}
