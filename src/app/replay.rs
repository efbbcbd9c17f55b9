use std::sync::Arc;

use super::clock::Stopwatch;
use crate::call::{CallTime, Channel, Customer, EndedBy, Event};
use crate::capture::file::{CallFile, FileBlock, FileError};
use crate::listen::CallListener;
use crate::monitor::Input;
use crate::score::Assessment;
use crate::script::Script;
use crate::transcribe::{JobRunner, TextUpdate};
use crate::vad::TwoEars;

/// Takes what a replayed call gives, as it comes.
pub trait ReplaySink {
    /// The next event.
    fn event(&mut self, event: Event);
    /// Words of somebody who is still speaking.
    fn partial(&mut self, _update: TextUpdate) {}
}

impl<F: FnMut(Event)> ReplaySink for F {
    fn event(&mut self, event: Event) {
        self(event);
    }
}

/// How a recording is replayed.
#[derive(Clone, Debug)]
pub struct ReplayPlan {
    /// What must be said.
    pub script: Arc<Script>,
    /// What a breach costs.
    pub assessment: Arc<Assessment>,
    /// The agent's number, for the greeting.
    pub agent: String,
    /// Speech between two passes over a running utterance, ms.
    pub partial_interval_ms: u32,
    /// Paced by the clock.
    pub realtime: bool,
}

/// Runs the call in `file` through the engine: as fast as the machine allows, or by the clock.
///
/// With an inline `runner` the same file gives the same events, whatever the machine. Nobody knows who hung up in a
/// recording, so the call ends by `unknown`.
///
/// # Errors
/// [`FileError`], when the file turns out damaged on the way.
pub fn replay_audio(
    mut file: CallFile,
    plan: &ReplayPlan,
    runner: &mut dyn JobRunner,
    sink: &mut dyn ReplaySink,
) -> Result<CallFile, FileError> {
    let mut listener = listener(plan, None);
    let clock = Stopwatch::start();
    while let Some(block) = file.next_block()? {
        if plan.realtime {
            clock.wait_for(block.from);
        }
        hear_block(&mut listener, &block, runner, sink);
    }
    finish(&mut listener, runner, sink);
    Ok(file)
}

/// What was heard in a recording.
pub(super) struct Heard {
    /// In order, to the summary.
    pub(super) events: Vec<Event>,
    /// How long it is.
    pub(super) length: CallTime,
}

/// Runs the call in `file` through the engine as fast as the machine allows. `each` is told of every block before it is heard; when it
/// answers false nothing more is, and none is given back.
///
/// # Errors
/// [`FileError`], when the file turns out damaged on the way.
pub(super) fn hear(
    mut file: CallFile,
    plan: &ReplayPlan,
    customer: Option<Customer>,
    runner: &mut dyn JobRunner,
    each: &mut dyn FnMut(&FileBlock) -> bool,
) -> Result<Option<Heard>, FileError> {
    let mut events = Vec::new();
    let mut listener = listener(plan, customer);
    while let Some(block) = file.next_block()? {
        if !each(&block) {
            return Ok(None);
        }
        hear_block(&mut listener, &block, runner, &mut |event: Event| events.push(event));
    }
    finish(&mut listener, runner, &mut |event: Event| events.push(event));
    Ok(Some(Heard { events, length: listener.now() }))
}

fn listener(plan: &ReplayPlan, customer: Option<Customer>) -> CallListener<TwoEars> {
    let started = Input::CallStarted { agent: plan.agent.clone(), ring_ms: None, customer };
    CallListener::new(
        Arc::clone(&plan.script),
        Arc::clone(&plan.assessment),
        |_| TwoEars::new(),
        plan.partial_interval_ms,
        started,
    )
}

/// In frames, side by side, as live audio comes.
fn hear_block(
    listener: &mut CallListener<TwoEars>,
    block: &FileBlock,
    runner: &mut dyn JobRunner,
    sink: &mut dyn ReplaySink,
) {
    let frame = crate::segment::FRAME_SAMPLES;
    let length = block.samples[Channel::Agent].len();
    for first in (0..length).step_by(frame) {
        let end = (first + frame).min(length);
        let at = block.from.plus_samples(first as u64);
        for channel in Channel::BOTH {
            listener.audio(channel, at, &block.samples[channel][first..end]);
        }
        listener.work(runner);
        drain(listener, sink);
    }
}

fn finish(listener: &mut CallListener<TwoEars>, runner: &mut dyn JobRunner, sink: &mut dyn ReplaySink) {
    listener.end(EndedBy::Unknown);
    listener.work(runner);
    listener.give_up_text();
    drain(listener, sink);
}

fn drain(listener: &mut CallListener<TwoEars>, sink: &mut dyn ReplaySink) {
    while let Some(update) = listener.poll_partial() {
        sink.partial(update);
    }
    while let Some(event) = listener.poll_event() {
        sink.event(event);
    }
}
