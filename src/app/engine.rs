use std::thread::JoinHandle;
use std::time::Duration;

use super::call_files::{Record, Records, open_record};
use super::clock::{Stopwatch, call_id, wall_now};
use super::idle_ear::IdleEar;
use super::levels::Meters;
use super::live_sound::LiveSound;
use super::notices;
use super::script_files::{Look, ScriptFiles};
use crate::call::{CallTime, Channel, Customer, EndedBy, Event, PerChannel};
use crate::capture::{CaptureEvent, LineTime, LossReason};
use crate::config::AutoStartSettings;
use crate::http::{CallState, Command, Refusal};
use crate::listen::CallListener;
use crate::monitor::Input;
use crate::privacy::Masker;
use crate::score::Standard;
use crate::script::Script;
use crate::transcribe::{JobRunner, TextUpdate};
use crate::uplink::UplinkHandle;
use crate::vad::TwoEars;
use crate::wire::{Moment, StampedEvent};

/// How long an ended call waits for its last words before it is judged without them.
const LAST_WORDS_PATIENCE: Duration = Duration::from_secs(8);
/// Lag of the text from which on the agent is told, ms.
const LAG_NOTICE_MS: u64 = 3_000;

/// Where the engine shows what happens. The pages' hub is one, the console of the demo another.
pub trait Screen: Send {
    /// An event of the call.
    fn event(&mut self, event: &StampedEvent);
    /// Something of the moment.
    fn moment(&mut self, moment: Moment);
    /// From the next call on, calls are held against another script; `text_sha256` is of its file, hexadecimal.
    fn script(&mut self, script: &Script, text_sha256: &str);
}

/// What the engine works with, the same for every call.
pub struct EngineParts {
    /// What calls are held against.
    pub scripts: ScriptFiles,
    /// The agent's number.
    pub agent: String,
    /// Turns speech into text.
    pub runner: Box<dyn JobRunner + Send>,
    /// Speech between two passes over a running utterance, ms.
    pub partial_interval_ms: u32,
    /// What is kept of calls; none: nothing.
    pub records: Option<Records>,
    /// The floor that is told, if there is one.
    pub uplink: Option<UplinkHandle>,
    /// Personal numbers are masked in what is kept and sent on.
    pub masks: bool,
    /// Calls that start and end by themselves.
    pub auto_start: AutoStartSettings,
}

/// The one owner of the running call: audio and commands in, events out to the screen and the record.
///
/// Lives on its own thread and never blocks there: text is made elsewhere, the record is written elsewhere, and the
/// screen drops what it cannot take.
pub struct Engine<S> {
    parts: EngineParts,
    screen: S,
    call: Option<RunningCall>,
    meters: Meters,
    /// End of the audio of each side, on the time line of capture.
    line_end: PerChannel<LineTime>,
    lost: PerChannel<bool>,
    /// Listens for calls that start by themselves, while there is none.
    idle: Option<IdleEar>,
    lag_told_ms: u64,
    state: CallState,
    /// Finishes the record of the call before.
    writing: Option<JoinHandle<()>>,
}

struct RunningCall {
    id: String,
    seq: u64,
    listener: CallListener<TwoEars>,
    /// Moment of answering.
    answered: LineTime,
    record: Option<Record>,
    /// Runs once the call has ended and its last words are awaited.
    ending: Option<Stopwatch>,
    /// For those who listen in.
    live: LiveSound,
    /// Between what the agent sees and what is kept or sent on.
    masker: Masker<(u64, String)>,
    /// Nothing is recorded now.
    is_paused: bool,
}

impl<S: Screen> Engine<S> {
    /// An engine without a call.
    pub fn new(parts: EngineParts, screen: S) -> Self {
        let idle = parts.auto_start.enabled.then(IdleEar::new);
        Self {
            parts,
            screen,
            call: None,
            meters: Meters::default(),
            line_end: PerChannel::default(),
            lost: PerChannel::default(),
            idle,
            lag_told_ms: 0,
            state: CallState::default(),
            writing: None,
        }
    }

    /// True while a call runs, its last words included.
    pub const fn in_call(&self) -> bool {
        self.call.is_some()
    }

    /// Carries out what a page or a softphone wants; [`Command::PlayAgain`] is not the engine's.
    ///
    /// # Errors
    /// [`Refusal`] when it makes no sense now; nothing is changed then.
    pub fn command(&mut self, command: Command) -> Result<CallState, Refusal> {
        self.state.check(&command)?;
        self.state.carried_out(&command);
        match command {
            Command::Look | Command::PlayAgain => {}
            Command::Ring { on } => self.uplink(|uplink| uplink.ringing(on)),
            Command::NoteRead { id } => self.note_read(id),
            Command::Start { ring_ms, customer } => self.start(ring_ms, customer),
            Command::End { by } => self.end(by),
            Command::HoldStart => self.control(Input::HoldStarted),
            Command::HoldEnd => self.control(Input::HoldEnded),
            Command::MuteStart => self.control(Input::MuteStarted),
            Command::MuteEnd => self.control(Input::MuteEnded),
            Command::Transfer => self.control(Input::Transfer),
            Command::RecordingPause => self.pause_recording(true),
            Command::RecordingResume => self.pause_recording(false),
            Command::Declare { rule } => {
                if self.parts.scripts.standing().script.rule(&rule).is_none() {
                    return Err(Refusal::new("话术中没有这一条", "the script has no such rule"));
                }
                self.control(Input::Situation { rule });
            }
            Command::Cue { id, wrong } => self.control(Input::CueFeedback { id, wrong }),
        }
        Ok(self.state.clone())
    }

    /// The call is answered now. One that runs is left alone; one whose last words are awaited is judged without them.
    pub fn start(&mut self, ring_ms: Option<u64>, customer: Option<Customer>) {
        if self.running().is_some() {
            return;
        }
        self.give_up_last_words();
        self.look_at_script();
        let Standard { script, assessment, .. } = self.parts.scripts.standing().clone();
        let answered = self.line_end[Channel::Agent].max(self.line_end[Channel::Customer]);
        let agent = self.parts.agent.clone();
        let mut listener = CallListener::new(
            script,
            assessment,
            |_| TwoEars::new(),
            self.parts.partial_interval_ms,
            Input::CallStarted { agent, ring_ms, customer },
        );
        for channel in Channel::BOTH {
            if self.lost[channel] {
                listener.lost(channel, CallTime::START);
            }
        }
        let id = call_id();
        let record = self
            .parts
            .records
            .as_ref()
            .and_then(|records| open_record(records, &id, self.parts.uplink.clone(), &mut self.screen));
        let live = LiveSound::default();
        let masker = Masker::new(self.parts.masks);
        self.call = Some(RunningCall {
            id,
            seq: 0,
            listener,
            answered,
            record,
            ending: None,
            live,
            masker,
            is_paused: false,
        });
        self.uplink(|uplink| uplink.ringing(false));
        self.idle = None;
        self.tell();
    }

    /// Takes the script as it stands now: here and nowhere else, so that it never changes in the middle of a call.
    ///
    /// This reads two files on the engine's thread, some tens of kilobytes: audio waits in its rings meanwhile.
    fn look_at_script(&mut self) {
        match self.parts.scripts.look() {
            Look::Same => {}
            Look::Taken => {
                let sha256 = self.parts.scripts.standing().script_sha256.clone();
                self.screen.script(&self.parts.scripts.standing().script, &sha256);
                self.screen.moment(notices::script_refused(None));
            }
            Look::Refused(refused) => {
                tracing::warn!("the script stays as it was: {}", refused.en);
                self.screen.moment(notices::script_refused(Some(&refused)));
            }
        }
    }

    /// Ends the call, if one runs.
    pub fn end(&mut self, by: EndedBy) {
        if let Some(call) = self.running() {
            call.listener.end(by);
            call.ending = Some(Stopwatch::start());
            self.work();
        }
    }

    /// The program stops: a call that runs is ended, by whom is not known, and judged with the words there are.
    pub fn stop(&mut self) {
        self.end(EndedBy::Unknown);
        self.give_up_last_words();
        // A panic of the writer has been told by itself.
        let _ = self.writing.take().map(JoinHandle::join);
    }

    /// Something from capture.
    pub fn capture(&mut self, event: CaptureEvent) {
        match event {
            CaptureEvent::Audio { channel, at, samples } => self.audio(channel, at, samples),
            CaptureEvent::Lost { channel, at, reason } => {
                self.lost[channel] = true;
                // A skip is over in the same breath: the call notes it, an alarm would only flash.
                if reason != LossReason::Hole {
                    self.screen.moment(notices::audio_lost(channel, &reason.to_string()));
                }
                if let Some((call, at)) = self.running_at(at) {
                    call.listener.lost(channel, at);
                }
            }
            CaptureEvent::Back { channel, at } => {
                self.lost[channel] = false;
                self.screen.moment(notices::audio_back(channel));
                if let Some((call, at)) = self.running_at(at) {
                    call.listener.back(channel, at);
                }
            }
            CaptureEvent::SameSource { on } => self.screen.moment(notices::same_source(on)),
            CaptureEvent::Overruns { channel, blocks } => {
                self.screen.moment(notices::overrun(channel, blocks))
            }
        }
        self.work();
    }

    /// Lets jobs be worked off and what is due be told; to be called every few 10 ms even if nothing happens.
    pub fn work(&mut self) {
        if let Some(call) = &mut self.call {
            call.listener.work(self.parts.runner.as_mut());
        }
        self.tell_record_faults();
        self.tell();
        self.end_by_itself();
        let patience_over =
            |call: &RunningCall| call.ending.is_some_and(|since| since.elapsed() > LAST_WORDS_PATIENCE);
        if self.call.as_ref().is_some_and(patience_over) {
            self.give_up_last_words();
        }
    }

    fn audio(&mut self, channel: Channel, at: LineTime, samples: Vec<i16>) {
        self.line_end[channel] = at.plus_samples(samples.len() as u64);
        let call_ms = self.call.as_ref().map_or(0, |call| call.listener.now().as_millis());
        let doing = self.call.as_ref().map(|call| {
            (Channel::BOTH.map(|side| call.listener.doing(side).speaking), call.listener.quiet_since())
        });
        if let Some(levels) = self.meters.audio(channel, &samples, call_ms, doing) {
            self.screen.moment(levels);
            self.tell_lag();
        }
        if let Some(call) = self.call.as_mut().filter(|call| call.ending.is_none()) {
            let from = CallTime::from_samples(at.samples_since(call.answered));
            // Audio from before the answer is not of the call.
            let early = call.answered.samples_since(at).min(samples.len() as u64) as usize;
            let samples = &samples[early..];
            if !samples.is_empty() {
                call.listener.audio(channel, from, samples);
                call.live.push(self.parts.uplink.as_ref(), channel, from, samples);
                if let Some(record) = &mut call.record {
                    let kept = if call.is_paused { vec![0; samples.len()] } else { samples.to_vec() };
                    record.handle.audio(channel, from, kept);
                }
            }
        } else if let Some(idle) = &mut self.idle
            && idle.hears_a_call(channel, at, &samples, self.parts.auto_start.after_speech_ms)
        {
            self.start(None, None);
        }
    }

    /// The sound stops, or goes on, at once; the words by the time at which they were said.
    fn pause_recording(&mut self, pause: bool) {
        if let Some(call) = self.running() {
            call.is_paused = pause;
        }
        self.control(if pause { Input::RecordingPaused } else { Input::RecordingResumed });
    }

    /// The page is told at once, and the floor when it is there.
    fn note_read(&mut self, id: String) {
        self.uplink(|uplink| uplink.note_read(&id));
        self.screen.moment(Moment::Note { id, from: String::new(), text: String::new() });
    }

    fn uplink(&self, tell: impl FnOnce(&UplinkHandle)) {
        if let Some(uplink) = &self.parts.uplink {
            tell(uplink);
        }
    }

    fn tell_record_faults(&mut self) {
        let record = self.call.as_ref().and_then(|call| call.record.as_ref());
        while let Some(fault) = record.and_then(|record| record.faults.try_recv().ok()) {
            self.screen.moment(notices::record_failed(&fault));
        }
    }

    fn control(&mut self, input: Input) {
        if let Some(call) = self.running() {
            call.listener.control(input);
            self.tell();
        }
    }

    fn running(&mut self) -> Option<&mut RunningCall> {
        self.call.as_mut().filter(|call| call.ending.is_none())
    }

    fn running_at(&mut self, at: LineTime) -> Option<(&mut RunningCall, CallTime)> {
        let call = self.running()?;
        let at = CallTime::from_samples(at.samples_since(call.answered));
        Some((call, at))
    }

    /// Gives what the call has to say to the screen and the record; closes a call that is over.
    fn tell(&mut self) {
        let Some(call) = &mut self.call else { return };
        while let Some(update) = call.listener.poll_partial() {
            let TextUpdate { channel, from, committed, tentative, .. } = update;
            let from_ms = from.as_millis();
            if let Some(uplink) = self.parts.uplink.as_ref().filter(|_| !call.is_paused)
                && let Some((committed, tentative)) =
                    call.masker.running(channel, from_ms, &committed, &tentative)
            {
                uplink.moment(&Moment::Partial { channel, from_ms, committed, tentative });
            }
            self.screen.moment(Moment::Partial { channel, from_ms, committed, tentative });
        }
        while let Some(event) = call.listener.poll_event() {
            let stamped = call.stamp(event);
            self.state.fold(&stamped);
            self.screen.event(&stamped);
            call.masker.push((stamped.seq, stamped.wall), stamped.event);
        }
        call.keep();
        if call.listener.is_over() {
            let end = call.listener.now();
            if let Some(record) = call.record.take() {
                record.handle.finish(end);
                self.writing = Some(record.writer);
            }
            self.call = None;
            self.idle = self.parts.auto_start.enabled.then(IdleEar::new);
        }
    }

    fn give_up_last_words(&mut self) {
        if let Some(call) = &mut self.call {
            call.listener.give_up_text();
        }
        self.tell();
    }

    fn end_by_itself(&mut self) {
        if !self.parts.auto_start.enabled {
            return;
        }
        let quiet_max_ms = u64::from(self.parts.auto_start.end_after_quiet_s) * 1_000;
        let too_quiet = self.running().is_some_and(|call| {
            let now = call.listener.now();
            call.listener.quiet_since().is_some_and(|since| now.millis_since(since) >= quiet_max_ms)
        });
        if too_quiet {
            self.end(EndedBy::Unknown);
        }
    }

    fn tell_lag(&mut self) {
        let Some(call) = &self.call else { return };
        let lag_ms = self.parts.runner.lag_ms(call.listener.now());
        if lag_ms / 500 != self.lag_told_ms / 500 {
            self.screen.moment(Moment::Lag { text_ms: lag_ms });
            let behind = lag_ms >= LAG_NOTICE_MS;
            if behind != (self.lag_told_ms >= LAG_NOTICE_MS) {
                self.screen.moment(notices::text_lag(behind));
            }
            self.lag_told_ms = lag_ms;
        }
    }
}

impl RunningCall {
    fn stamp(&mut self, event: Event) -> StampedEvent {
        self.seq += 1;
        StampedEvent { call: self.id.clone(), seq: self.seq, wall: wall_now(), event }
    }

    /// Gives the record what may be kept by now; all of it when the call is over.
    fn keep(&mut self) {
        self.masker.advance(self.listener.now().as_millis());
        let mut ready: Vec<_> = std::iter::from_fn(|| self.masker.poll()).collect();
        if self.listener.is_over() {
            ready.extend(self.masker.flush());
        }
        let Some(record) = &mut self.record else { return };
        for ((seq, wall), event) in ready {
            record.handle.event(StampedEvent { call: self.id.clone(), seq, wall, event });
        }
    }
}
