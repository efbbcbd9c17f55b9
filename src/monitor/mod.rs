//! One call, sans-IO: inputs and audio time in, events and one next deadline out.
//!
//! ```text
//! Input ──► CallMonitor::handle ──► silence clock ──► inbox, in order of audio time ──► rules ──► poll_event
//!                                        │                 │ waits at the first utterance
//!                                        ▼                 ▼ whose words are not known yet
//!                                  silence events     nothing overtakes it
//! ```
//!
//! Two things happen at two paces. *Silence* is timed at once; it needs no words. *Rules* see the call strictly in
//! order of audio time, so they stop at speech whose words are still being recognised and go on when the words come:
//! the same call gives the same events however late its text is. Words that are committed while somebody still speaks
//! take a short cut to the forbidden phrases.

mod inbox;
mod input;
mod metrics;
mod timeline;

pub use input::Input;
pub use timeline::{BadTimeline, Timeline};

use std::collections::VecDeque;
use std::sync::Arc;

use crate::call::{CallTime, Channel, Event, EventKind, PerChannel};
use crate::rules::{Act, Judge, Utterance};
use crate::score::Assessment;
use crate::script::Script;
use crate::segment::SilenceClock;
use inbox::{Inbox, Note, NoteKind};
use metrics::Meter;

/// Rules wait for words at most so long in audio time; then the utterance counts as one without words.
pub const TEXT_WAIT_MAX_MS: u64 = 20_000;

/// The engine of one call. Live calls, replays, tests and back-tests all go through it.
///
/// ```
/// use std::sync::Arc;
/// use callcue::call::{CallTime, EndedBy, EventKind};
/// use callcue::monitor::{CallMonitor, Input};
/// use callcue::{score, script};
///
/// let script = Arc::new(script::Script::parse(script::BUNDLED_NAME, script::BUNDLED)?);
/// let assessment = Arc::new(score::Assessment::parse(score::BUNDLED_NAME, score::BUNDLED)?);
/// let mut monitor = CallMonitor::new(script, assessment);
/// monitor.handle(CallTime::START, Input::CallStarted { agent: "1024".into(), ring_ms: None, customer: None });
/// monitor.advance(CallTime::from_millis(3_001));
/// let silence = std::iter::from_fn(|| monitor.poll_event()).find(|event| matches!(event.kind, EventKind::Silence { .. }));
/// assert_eq!(silence.unwrap().at_ms, 3_000);
/// # Ok::<(), callcue::script::ScriptMistakes>(())
/// ```
#[derive(Debug)]
pub struct CallMonitor {
    script: Arc<Script>,
    assessment: Arc<Assessment>,
    now: CallTime,
    silence: SilenceClock,
    inbox: Inbox,
    /// Present from `CallStarted` on.
    judge: Option<Judge>,
    meter: Meter,
    speaking: PerChannel<Option<CallTime>>,
    lost_since: PerChannel<Option<CallTime>>,
    events: VecDeque<Event>,
    over: bool,
}

impl CallMonitor {
    /// A monitor that waits for [`Input::CallStarted`].
    pub fn new(script: Arc<Script>, assessment: Arc<Assessment>) -> Self {
        Self {
            script,
            assessment,
            now: CallTime::START,
            silence: SilenceClock::new(),
            inbox: Inbox::default(),
            judge: None,
            meter: Meter::default(),
            speaking: PerChannel::default(),
            lost_since: PerChannel::default(),
            events: VecDeque::new(),
            over: false,
        }
    }

    /// Takes note of something that happened at `at`.
    ///
    /// `at` must not lie before what [`advance`](Self::advance) was told; if it does, it is taken as that moment.
    /// For `Text`, `at` is when it came; it may tell of any earlier speech.
    /// Inputs before `CallStarted` and after `CallEnded` (but for late text) are ignored.
    pub fn handle(&mut self, at: CallTime, input: Input) {
        let at = at.max(self.now);
        let starts = matches!(input, Input::CallStarted { .. });
        if starts != self.judge.is_none() {
            return;
        }
        if let Input::Text { channel, utterance, committed, r#final, to } = input {
            self.now = at;
            self.text(channel, utterance, committed, r#final, to);
            return;
        }
        if self.inbox.is_closed() {
            return;
        }
        self.now = at;
        self.raise_silence(at, matches!(input, Input::CallEnded { .. }));
        self.take(at, input);
        self.drain();
    }

    /// Tells that every input before `to` has been handed in: what is due before `to` falls due.
    pub fn advance(&mut self, to: CallTime) {
        if self.judge.is_none() || self.inbox.is_closed() {
            return;
        }
        self.now = self.now.max(to);
        self.raise_silence(self.now, false);
        self.inbox.give_up_before(self.now.minus_millis(TEXT_WAIT_MAX_MS));
        self.drain();
    }

    /// The earliest moment at which something falls due. [`advance`](Self::advance) acts on it when told any later time.
    pub fn next_deadline(&self) -> Option<CallTime> {
        if self.inbox.is_closed() {
            return None;
        }
        let rules = self.judge.as_ref().filter(|_| self.inbox.is_empty()).and_then(Judge::next_deadline);
        let silence = self.judge.as_ref().and_then(|_| self.silence.next_deadline());
        let text = self.inbox.waiting_since().map(|since| since.plus_millis(TEXT_WAIT_MAX_MS));
        [rules, silence, text].into_iter().flatten().min()
    }

    /// The next event, until there is none.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// True once the call has ended and its summary is out, or waits to be polled.
    pub const fn is_over(&self) -> bool {
        self.over
    }

    /// The call has ended and no more text will come: judges with what there is.
    pub fn give_up_text(&mut self) {
        self.inbox.give_up_before(CallTime::NEVER);
        self.drain();
    }

    /// Since when both channels have been quiet; none while somebody speaks or audio is missing.
    pub fn quiet_since(&self) -> Option<CallTime> {
        self.silence.quiet_since()
    }

    fn raise_silence(&mut self, to: CallTime, through: bool) {
        let mut due = Vec::new();
        if through {
            due.extend(self.silence.advance_through(to));
        } else {
            due.extend(self.silence.advance(to));
        }
        for window in due {
            let (since_ms, length_ms) = (window.since.as_millis(), window.length_ms);
            self.tell(window.at, EventKind::Silence { since_ms, length_ms });
            self.meter.silence(length_ms);
            self.inbox.push(window.at, NoteKind::Quiet { since: window.since, length_ms });
        }
    }

    fn take(&mut self, at: CallTime, input: Input) {
        match input {
            Input::CallStarted { agent, ring_ms, customer } => {
                let judge = Judge::new(&self.script, &self.assessment, &agent, customer.as_ref());
                self.judge = Some(judge);
                self.tell(at, EventKind::CallStarted { agent, ring_ms, customer });
                self.inbox.push(at, NoteKind::Answered { ring_ms });
            }
            Input::SpeechStarted { channel } => self.speech_started(at, channel),
            Input::SpeechEnded { channel, level_dbfs, language } => {
                self.speech_ended(at, channel, level_dbfs, language);
            }
            Input::NoiseFloor { channel: Channel::Customer, level_dbfs } => {
                self.inbox.push(at, NoteKind::Noise { level_dbfs });
            }
            Input::NoiseFloor { .. } | Input::Text { .. } => {}
            Input::Situation { rule } => {
                self.tell(at, EventKind::Situation { rule: rule.clone() });
                self.inbox.push(at, NoteKind::Declared { rule });
            }
            Input::HoldStarted => self.acted(at, EventKind::HoldStarted, Act::HoldStarted),
            Input::HoldEnded => self.acted(at, EventKind::HoldEnded, Act::HoldEnded),
            Input::MuteStarted => self.acted(at, EventKind::MuteStarted, Act::MuteStarted),
            Input::MuteEnded => self.acted(at, EventKind::MuteEnded, Act::MuteEnded),
            Input::Transfer => self.acted(at, EventKind::Transfer, Act::Transferred),
            Input::AudioLost { channel } => self.audio_lost(at, channel),
            Input::AudioBack { channel } => self.audio_back(at, channel),
            Input::RecordingPaused => self.tell(at, EventKind::RecordingPaused),
            Input::RecordingResumed => self.tell(at, EventKind::RecordingResumed),
            Input::CueFeedback { id, wrong } => self.tell(at, EventKind::CueFeedback { id, wrong }),
            Input::CallEnded { by } => {
                for channel in Channel::BOTH {
                    self.speech_ended(at, channel, None, None);
                }
                self.inbox.close(at, by);
            }
        }
    }

    fn acted(&mut self, at: CallTime, event: EventKind, act: Act) {
        self.tell(at, event);
        self.inbox.push(at, NoteKind::Acted(act));
    }

    fn speech_started(&mut self, at: CallTime, channel: Channel) {
        if self.speaking[channel].is_some() || self.lost_since[channel].is_some() {
            return;
        }
        self.speaking[channel] = Some(at);
        self.silence.speech_started(channel, at);
        self.inbox.push(at, NoteKind::SpeechStarted { channel });
    }

    fn speech_ended(
        &mut self,
        at: CallTime,
        channel: Channel,
        level_dbfs: Option<f32>,
        language: Option<String>,
    ) {
        let Some(from) = self.speaking[channel].take() else { return };
        self.silence.speech_ended(channel, at);
        self.inbox.speech_ended(channel, from, at, level_dbfs, language);
    }

    fn audio_lost(&mut self, at: CallTime, channel: Channel) {
        if self.lost_since[channel].is_some() {
            return;
        }
        self.speech_ended(at, channel, None, None);
        self.lost_since[channel] = Some(at);
        self.silence.audio_lost(channel, at);
        self.tell(at, EventKind::AudioLost { channel });
        self.inbox.push(at, NoteKind::Missing);
    }

    /// While audio of either side is missing no wait runs; the gap of the side that was lost first counts.
    fn audio_back(&mut self, at: CallTime, channel: Channel) {
        let Some(since) = self.lost_since[channel].take() else { return };
        self.silence.audio_back(channel, at);
        self.tell(at, EventKind::AudioBack { channel });
        let gap_ms = match self.lost_since[channel.other()] {
            Some(other) => other.millis_since(since),
            None => at.millis_since(since),
        };
        if let Some(other) = &mut self.lost_since[channel.other()] {
            *other = since.max(*other);
        }
        let all_back = self.lost_since[channel.other()].is_none();
        self.inbox.push(at, NoteKind::Gap { gap_ms, all_back });
    }

    fn text(&mut self, channel: Channel, utterance: u32, text: String, is_final: bool, to: CallTime) {
        if is_final {
            self.inbox.text(channel, utterance, text);
            self.drain();
        } else if channel == Channel::Agent
            && utterance == self.inbox.next_utterance(channel)
            && let Some(from) = self.speaking[channel]
            && let Some(judge) = &mut self.judge
        {
            judge.partly_spoken(self.now, &text, from, to);
            self.collect();
        }
    }

    /// Hands the rules everything up to the first utterance without words, and the time, if nothing waits.
    fn drain(&mut self) {
        while let Some(note) = self.inbox.pop() {
            self.judge(note);
            self.collect();
        }
        if self.inbox.is_empty() && !self.over {
            if let Some(judge) = &mut self.judge {
                judge.advance(self.now, false);
            }
            self.collect();
        }
    }

    fn judge(&mut self, note: Note) {
        let at = note.at;
        let Some(judge) = &mut self.judge else { return };
        match note.kind {
            NoteKind::Say(kind) => judge.say(at, kind),
            NoteKind::Answered { ring_ms } => judge.answered(at, ring_ms),
            NoteKind::SpeechStarted { channel } => judge.speech_started(at, channel),
            NoteKind::Spoken(utterance) => self.spoken(&utterance),
            NoteKind::Quiet { since, length_ms } => judge.quiet(at, since, length_ms),
            NoteKind::Noise { level_dbfs } => judge.noise(at, level_dbfs),
            NoteKind::Declared { rule } => judge.declared(at, &rule),
            NoteKind::Acted(act) => judge.acted(at, act),
            NoteKind::Missing => judge.stop_clock(at),
            NoteKind::Gap { gap_ms, all_back } => judge.hold_back(at, gap_ms, all_back),
            NoteKind::Ended { by } => {
                let tally = judge.ended(at, by);
                let metrics = self.meter.finish(at, tally.restatings);
                let (due, met, flags, items) = (tally.due, tally.met, tally.flags, tally.items);
                judge.say(at, EventKind::Summary { due, met, flags, metrics, items });
                self.over = true;
            }
        }
    }

    fn spoken(&mut self, utterance: &Utterance) {
        let Some(judge) = &mut self.judge else { return };
        self.meter.spoken(utterance);
        judge.spoken(utterance);
    }

    /// Says `kind` in its place among what the rules say; at once if they wait for words.
    fn tell(&mut self, at: CallTime, kind: EventKind) {
        if self.inbox.is_waiting() {
            self.events.push_back(Event { at_ms: at.as_millis(), kind });
        } else {
            self.inbox.push(at, NoteKind::Say(kind));
        }
    }

    fn collect(&mut self) {
        if let Some(judge) = &mut self.judge {
            self.events.extend(std::iter::from_fn(|| judge.next_event()));
        }
    }
}
