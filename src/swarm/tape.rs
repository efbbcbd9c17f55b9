use std::sync::Arc;

use crate::call::{CallTime, Channel, Event, EventKind, PerChannel};
use crate::monitor::{BadTimeline, CallMonitor, Input, Timeline};
use crate::score::Assessment;
use crate::script::Script;

/// Shortest example of the bundled script that is played: a shorter one is no whole call.
const EXAMPLE_MIN_MS: u64 = 20_000;

/// A whole call with all its events, worked out once by the real engine and played as often as wanted.
///
/// A station on tape costs what sending costs, so that thousands of them fit beside the floor that they load.
#[derive(Clone, Debug)]
pub struct Tape {
    agent: String,
    ring_ms: u64,
    steps: Vec<Step>,
    /// Places of the events among the steps.
    events: Vec<usize>,
}

/// Something that happens in a call.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// When the engine said so, ms since the answer; never less than that of the step before.
    pub(super) due_ms: u64,
    pub(super) what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    /// The engine has something to say.
    Event(Box<Event>),
    /// Somebody begins or stops speaking.
    Speaking(PerChannel<bool>),
}

impl Tape {
    /// Plays `timeline` through the engine, each thing falling due in its time as in a live call.
    pub fn record(timeline: &Timeline, script: &Arc<Script>, assessment: &Arc<Assessment>) -> Self {
        let mut monitor = CallMonitor::new(Arc::clone(script), Arc::clone(assessment));
        let mut tape = Self { agent: String::new(), ring_ms: 0, steps: Vec::new(), events: Vec::new() };
        let mut speaking = PerChannel::default();
        for (at, input) in timeline.inputs() {
            while let Some(due) = monitor.next_deadline().filter(|due| due < at) {
                monitor.advance(due.plus_samples(1));
                tape.take(due, &mut monitor);
            }
            if let Input::CallStarted { agent, ring_ms, .. } = input {
                tape.agent.clone_from(agent);
                tape.ring_ms = ring_ms.unwrap_or(0);
            }
            tape.note_speech(*at, input, &mut speaking);
            monitor.handle(*at, input.clone());
            tape.take(*at, &mut monitor);
        }
        tape
    }

    /// The sample call of the demo, and every example of the bundled script that is long enough to be a call.
    ///
    /// # Errors
    /// [`BadTimeline`]: the program was built with files that its own tests refuse.
    pub fn bundled(
        sample: &[u8],
        script: &Arc<Script>,
        assessment: &Arc<Assessment>,
    ) -> Result<Vec<Self>, BadTimeline> {
        let examples = script.rules.iter().flat_map(|rule| &rule.cases);
        let texts = examples.map(|case| case.timeline.get_ref().as_bytes());
        let mut tapes = Vec::new();
        for text in std::iter::once(sample).chain(texts) {
            let timeline = Timeline::parse(text, script)?;
            if timeline.inputs().last().is_some_and(|(at, _)| at.as_millis() >= EXAMPLE_MIN_MS) {
                tapes.push(Self::record(&timeline, script, assessment));
            }
        }
        Ok(tapes)
    }

    /// How long the telephone rings, ms.
    pub const fn ring_ms(&self) -> u64 {
        self.ring_ms
    }

    /// From the answer to the last event, ms.
    pub fn length_ms(&self) -> u64 {
        self.steps.last().map_or(0, |step| step.due_ms)
    }

    /// How many events it has.
    pub const fn events(&self) -> u64 {
        self.events.len() as u64
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Event number `seq` (from 1) as a call of `agent` has it, and when it is due, ms since the answer.
    ///
    /// The number of the tape's own agent becomes that of the other wherever it is said.
    pub(super) fn event(&self, seq: u64, agent: &str) -> Option<(u64, Event)> {
        let place = *self.events.get(usize::try_from(seq.checked_sub(1)?).ok()?)?;
        let Step { due_ms, what: What::Event(event) } = &self.steps[place] else { return None };
        let mut event = Event::clone(event);
        match &mut event.kind {
            EventKind::CallStarted { agent: own, .. } => agent.clone_into(own),
            EventKind::Transcript { text, .. } if text.contains(&self.agent) => {
                *text = text.replace(&self.agent, agent);
            }
            EventKind::Cue { say, .. } => {
                for text in say.iter_mut().filter(|text| text.contains(&self.agent)) {
                    *text = text.replace(&self.agent, agent);
                }
            }
            _ => {}
        }
        Some((*due_ms, event))
    }

    fn take(&mut self, at: CallTime, monitor: &mut CallMonitor) {
        while let Some(event) = monitor.poll_event() {
            self.events.push(self.steps.len());
            self.steps.push(Step { due_ms: at.as_millis(), what: What::Event(Box::new(event)) });
        }
    }

    fn note_speech(&mut self, at: CallTime, input: &Input, speaking: &mut PerChannel<bool>) {
        let (channel, on): (Channel, bool) = match input {
            Input::SpeechStarted { channel } => (*channel, true),
            Input::SpeechEnded { channel, .. } => (*channel, false),
            _ => return,
        };
        speaking[channel] = on;
        self.steps.push(Step { due_ms: at.as_millis(), what: What::Speaking(*speaking) });
    }
}
