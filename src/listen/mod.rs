//! One call from its audio: ear, text and rules together, sans-IO.
//!
//! ```text
//!  blocks of both channels ─► Segmenter ─► edges ──────────────► CallMonitor ─► events
//!             │                              │                        ▲
//!             └──► TextStream (one a side) ◄─┘                        │ words
//!                        │ jobs                                       │
//!                        └────► JobRunner (pool, or inline) ──────────┘
//! ```
//!
//! The detector knows of an edge only some 100 ms after it, so everything runs on the time up to which both channels
//! are [settled](crate::segment::Segmenter::settled). What else happens (hold, a declared situation, the end) waits
//! until the ear has settled as far, and so meets speech in the order in which things really happened.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::call::{CallTime, Channel, EndedBy, Event, PerChannel};
use crate::monitor::{CallMonitor, Input};
use crate::score::Assessment;
use crate::script::Script;
use crate::segment::{FRAME_SAMPLES, Heard, Segmenter, SpeechDetector};
use crate::transcribe::{Done, Job, JobRunner, TextStream, TextUpdate};

/// Running text waits to be shown in a queue of this length; when it is full the oldest goes, the newest wins anyway.
const PARTIALS_MAX: usize = 32;

/// What a side is doing, for meters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Doing {
    /// Speaking, as far as the ear has settled.
    pub speaking: bool,
}

/// One call, from its audio to its events.
pub struct CallListener<D> {
    segmenter: Segmenter<D>,
    next_heard: Option<Heard>,
    streams: PerChannel<TextStream>,
    utterances: PerChannel<u32>,
    doing: PerChannel<Doing>,
    /// Things that are not heard, in order of time.
    controls: VecDeque<(CallTime, Input)>,
    monitor: CallMonitor,
    /// End of the audio so far, of the side that is ahead.
    now: CallTime,
    ended: bool,
    partials: VecDeque<TextUpdate>,
}

impl<D: SpeechDetector> CallListener<D> {
    /// A listener for a call that is being answered: `started` is its [`Input::CallStarted`].
    pub fn new(
        script: Arc<Script>,
        assessment: Arc<Assessment>,
        detector: impl FnMut(Channel) -> D,
        partial_interval_ms: u32,
        started: Input,
    ) -> Self {
        let mut monitor = CallMonitor::new(script, assessment);
        monitor.handle(CallTime::START, started);
        Self {
            segmenter: Segmenter::new(detector),
            next_heard: None,
            streams: PerChannel::from_fn(|channel| TextStream::new(channel, partial_interval_ms)),
            utterances: PerChannel::default(),
            doing: PerChannel::default(),
            controls: VecDeque::new(),
            monitor,
            now: CallTime::START,
            ended: false,
            partials: VecDeque::new(),
        }
    }

    /// Audio of one side, 16 kHz, from `at` on; blocks of a side abut unless it was lost in between.
    pub fn audio(&mut self, channel: Channel, at: CallTime, samples: &[i16]) {
        let mut at = at;
        // By frames, so that what is noticed when does not hang on the size of blocks.
        for frame in samples.chunks(FRAME_SAMPLES) {
            self.streams[channel].push(at, frame);
            self.segmenter.push(channel, at, frame);
            at = at.plus_samples(frame.len() as u64);
            self.now = self.now.max(at);
            self.settle();
        }
    }

    /// Audio of `channel` is missing from `at` on: no wait runs until it is [back](Self::back).
    pub fn lost(&mut self, channel: Channel, at: CallTime) {
        self.segmenter.lost(channel, at);
        self.now = self.now.max(at);
        self.control_at(at, Input::AudioLost { channel });
    }

    /// Audio of `channel` goes on at `at`.
    pub fn back(&mut self, channel: Channel, at: CallTime) {
        self.segmenter.back(channel, at);
        self.now = self.now.max(at);
        self.control_at(at, Input::AudioBack { channel });
    }

    /// Something that is not heard happens now: hold, mute, transfer, a declared situation, feedback.
    pub fn control(&mut self, input: Input) {
        self.control_at(self.now, input);
    }

    /// The call is over now. Text that is still awaited comes in by [`work`](Self::work).
    pub fn end(&mut self, by: EndedBy) {
        if self.ended {
            return;
        }
        let at = self.now;
        self.ended = true;
        self.segmenter.end(at);
        self.controls.push_back((at, Input::CallEnded { by }));
        self.settle();
        for channel in Channel::BOTH {
            self.streams[channel].finish(at);
        }
    }

    /// Hands new jobs to `runner` and takes finished ones back.
    pub fn work(&mut self, runner: &mut dyn JobRunner) {
        for channel in Channel::BOTH {
            while let Some(job) = self.streams[channel].poll_job(self.now) {
                self.submit(job, runner);
            }
        }
        while let Some(done) = runner.take_done() {
            self.done(&done);
        }
    }

    /// Gives up on text that has not come: the call is judged with what there is.
    pub fn give_up_text(&mut self) {
        self.monitor.give_up_text();
    }

    /// The next event, until there is none.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.monitor.poll_event()
    }

    /// The next piece of running text, until there is none.
    pub fn poll_partial(&mut self) -> Option<TextUpdate> {
        self.partials.pop_front()
    }

    /// True once the summary is out, or waits to be polled.
    pub const fn is_over(&self) -> bool {
        self.monitor.is_over()
    }

    /// End of the audio so far.
    pub const fn now(&self) -> CallTime {
        self.now
    }

    /// What `channel` is doing.
    pub fn doing(&self, channel: Channel) -> Doing {
        self.doing[channel]
    }

    /// Since when both sides have been quiet.
    pub fn quiet_since(&self) -> Option<CallTime> {
        self.monitor.quiet_since()
    }

    fn control_at(&mut self, at: CallTime, input: Input) {
        if !self.ended {
            self.controls.push_back((at, input));
            self.settle();
        }
    }

    /// Tells the engine everything that is known in order of time.
    fn settle(&mut self) {
        loop {
            if self.next_heard.is_none() {
                self.next_heard = self.segmenter.poll();
            }
            let settled = self.settled();
            let control = self.controls.front().map(|(at, input)| (*at, input));
            match (self.next_heard, control) {
                (Some(heard), control)
                    if control.is_none_or(|(at, input)| comes_before(heard, at, input)) =>
                {
                    self.next_heard = None;
                    self.heard(heard);
                }
                (_, Some((at, _))) if at <= settled => {
                    if let Some((at, input)) = self.controls.pop_front() {
                        self.monitor.handle(at, input);
                    }
                }
                _ => {
                    self.monitor.advance(settled);
                    return;
                }
            }
        }
    }

    fn settled(&self) -> CallTime {
        if self.ended { self.now } else { self.segmenter.settled() }
    }

    fn heard(&mut self, heard: Heard) {
        match heard {
            Heard::SpeechStarted { channel, at } => {
                self.doing[channel].speaking = true;
                self.streams[channel].speech_started(self.utterances[channel], at);
                self.utterances[channel] += 1;
                self.monitor.handle(at, Input::SpeechStarted { channel });
            }
            Heard::SpeechEnded { channel, at, level_dbfs } => {
                self.doing[channel].speaking = false;
                self.streams[channel].speech_ended(at, self.now);
                let level_dbfs = Some(level_dbfs);
                self.monitor.handle(at, Input::SpeechEnded { channel, level_dbfs, language: None });
            }
            Heard::NoiseFloor { channel, at, level_dbfs } => {
                self.monitor.handle(at, Input::NoiseFloor { channel, level_dbfs });
            }
        }
    }

    fn submit(&mut self, job: Job, runner: &mut dyn JobRunner) {
        if let Err(refused) = runner.submit(job) {
            self.done(&refused);
        }
    }

    fn done(&mut self, done: &Done) {
        let Some(update) = self.streams[done.id.channel].done(done.id, done.text()) else { return };
        let input = Input::Text {
            channel: update.channel,
            utterance: update.utterance,
            committed: update.committed.clone(),
            r#final: update.r#final,
            to: update.to,
        };
        self.monitor.handle(self.settled().min(self.now), input);
        if !update.r#final {
            if self.partials.len() == PARTIALS_MAX {
                self.partials.pop_front();
            }
            self.partials.push_back(update);
        }
    }
}

/// Whether `heard` happened before `input` at `at`. At the same moment it did, but for speech that goes on after a gap: it
/// starts where the audio is back, not while it is missing.
fn comes_before(heard: Heard, at: CallTime, input: &Input) -> bool {
    let about_audio = matches!(input, Input::AudioLost { .. } | Input::AudioBack { .. });
    if about_audio && matches!(heard, Heard::SpeechStarted { .. }) {
        heard.at() < at
    } else {
        heard.at() <= at
    }
}
