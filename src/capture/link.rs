//! One device from search to sound, and back again after every trouble.
//!
//! ```text
//!           seen              Opened            sound
//! Seeking ───────▶ Opening ───────────▶ Running ─────▶ time line
//!    ▲                │ failed, hung,      │ removed, replaced, broke off,
//!    └────────────────┴── device gone ─────┴── stalled for 2 s
//! ```
//!
//! Leaving `Running` says `Lost` with its reason; the first sound afterwards says `Back`.

use std::collections::VecDeque;
use std::time::Duration;

use super::event::{CaptureEvent, LossReason};
use super::host::{AudioHost, DeviceKey, OpenStream};
use super::placer::{Block, Placer};
use super::settings::Source;

/// No block for this long: lost.
const STALL: Duration = Duration::from_millis(500);
/// No block for this long: the stream is dropped and opened anew.
const STALL_REOPEN: Duration = Duration::from_secs(2);
/// Opening takes up to 2 s on an idle PulseAudio sink; beyond this it hangs.
const OPEN_DEADLINE: Duration = Duration::from_secs(4);
/// A channel that has no sound this long after the start is told as lost.
const START_DEADLINE: Duration = Duration::from_millis(900);
/// A device that cannot be opened is tried again after this, …
const BACKOFF_MIN: Duration = Duration::from_millis(250);
/// … doubling up to this, so that sound is back within 2 s of the device.
const BACKOFF_MAX: Duration = Duration::from_secs(1);
/// A stream that still holds the device this long after it was told to close hangs; the device is tried anyway.
const CLOSE_DEADLINE: Duration = Duration::from_secs(1);
/// A watch that is silent for this long hangs; another is set up.
const WATCH_DEADLINE: Duration = Duration::from_secs(3);
/// Sound that waits this long for the device to be confirmed counts as lost for now.
const CONFIRM_DEADLINE: Duration = Duration::from_millis(900);
/// Blocks that may wait for the device to be confirmed: 4 s of 10 ms. The oldest go.
const HELD_BLOCKS_MAX: usize = 400;
/// An idle source is filled with silence after this.
const IDLE_AFTER: Duration = Duration::from_millis(100);

#[derive(Debug)]
enum Phase {
    Seeking,
    Opening { since: Duration, device: DeviceKey },
    Running(Box<Running>),
}

#[derive(Debug)]
struct Running {
    stream: OpenStream,
    heard_at: Duration,
    /// The device was still there at this moment.
    confirmed_at: Duration,
    /// Blocks that wait to be confirmed, with the moment they were read.
    held: VecDeque<(Duration, Block)>,
}

/// One source of the configuration.
#[derive(Debug)]
pub(super) struct Link {
    slot: usize,
    source: Source,
    phase: Phase,
    generation: u64,
    pinned: Option<String>,
    placer: Option<Placer>,
    backoff: Duration,
    retry_at: Duration,
    closing: Option<(u64, Duration)>,
    watched_at: Option<Duration>,
    /// Why there is no sound, for the message after [`START_DEADLINE`].
    trouble: LossReason,
}

impl Link {
    pub(super) fn new(slot: usize, source: Source) -> Self {
        Self {
            slot,
            source,
            phase: Phase::Seeking,
            generation: 0,
            pinned: None,
            placer: None,
            backoff: BACKOFF_MIN,
            retry_at: Duration::ZERO,
            closing: None,
            watched_at: None,
            trouble: LossReason::NotFound,
        }
    }

    pub(super) fn placer(&self) -> Option<&Placer> {
        self.placer.as_ref()
    }

    pub(super) fn feeds(&self, channel: crate::call::Channel) -> bool {
        self.source.role.channels().contains(&channel)
    }

    /// The watch has looked, beginning at `asked_at`.
    pub(super) fn seen(
        &mut self,
        now: Duration,
        asked_at: Duration,
        device: Option<DeviceKey>,
        host: &mut dyn AudioHost,
        out: &mut Vec<CaptureEvent>,
    ) {
        self.watched_at = Some(now);
        if let Some(device) = &device
            && self.pinned.as_ref() != Some(&device.id)
        {
            tracing::info!(source = self.source.role.name(), id = device.id, "device found");
            self.pinned = Some(device.id.clone());
        }
        match (&mut self.phase, device) {
            (Phase::Seeking, None) => self.trouble = self.absence(),
            (Phase::Seeking, Some(device)) => self.try_open(now, device, host),
            (Phase::Opening { device: opening, .. }, Some(device)) if *opening == device => {}
            (Phase::Running(running), Some(device)) if running.stream.device == device => {
                running.confirmed_at = running.confirmed_at.max(asked_at);
            }
            // Gone, or gone and come back. What was not confirmed may be another device's sound.
            (_, _) => {
                self.abandon(now, LossReason::Removed, host, out);
                self.retry_at = now;
            }
        }
    }

    fn absence(&self) -> LossReason {
        match self.pinned {
            None => LossReason::NotFound,
            Some(_) => LossReason::Removed,
        }
    }

    fn try_open(&mut self, now: Duration, device: DeviceKey, host: &mut dyn AudioHost) {
        if let Some((_, since)) = self.closing
            && now < since + CLOSE_DEADLINE
        {
            return;
        }
        if now < self.retry_at {
            return;
        }
        self.generation += 1;
        host.open(self.slot, self.generation, &self.source, &device);
        self.phase = Phase::Opening { since: now, device };
    }

    /// The stream of `generation` runs.
    pub(super) fn opened(
        &mut self,
        now: Duration,
        generation: u64,
        stream: OpenStream,
        host: &mut dyn AudioHost,
        out: &mut Vec<CaptureEvent>,
    ) {
        if generation != self.generation || !matches!(self.phase, Phase::Opening { .. }) {
            // Too late: it was given up, and told to close then.
            return;
        }
        let placer = match Placer::new(self.source.role.channels(), stream.format.rate_hz) {
            Ok(placer) => placer,
            Err(error) => return self.failed(now, generation, &error.to_string(), host, out),
        };
        tracing::info!(source = self.source.role.name(), id = stream.device.id, format = ?stream.format, "device runs");
        self.placer = Some(match self.placer.take() {
            Some(earlier) => placer.following(&earlier),
            None => placer,
        });
        self.backoff = BACKOFF_MIN;
        self.phase = Phase::Running(Box::new(Running {
            heard_at: now,
            confirmed_at: Duration::ZERO,
            held: VecDeque::new(),
            stream,
        }));
    }

    /// The stream of `generation` could not be opened or broke off.
    pub(super) fn failed(
        &mut self,
        now: Duration,
        generation: u64,
        message: &str,
        host: &mut dyn AudioHost,
        out: &mut Vec<CaptureEvent>,
    ) {
        if generation != self.generation || matches!(self.phase, Phase::Seeking) {
            return;
        }
        tracing::warn!(source = self.source.role.name(), message, "device failed");
        self.abandon(now, LossReason::Failed, host, out);
        self.retry_at = now + self.backoff;
        self.backoff = (self.backoff * 2).min(BACKOFF_MAX);
    }

    /// The stream of `generation` is gone.
    pub(super) fn closed(&mut self, generation: u64) {
        if self.closing.is_some_and(|(closing, _)| closing == generation) {
            self.closing = None;
        }
    }

    /// Drops the stream and what was not confirmed of it.
    fn abandon(
        &mut self,
        now: Duration,
        reason: LossReason,
        host: &mut dyn AudioHost,
        out: &mut Vec<CaptureEvent>,
    ) {
        host.close(self.slot, self.generation);
        self.closing = Some((self.generation, now));
        self.phase = Phase::Seeking;
        self.trouble = reason;
        self.lose(reason, out);
    }

    fn lose(&mut self, reason: LossReason, out: &mut Vec<CaptureEvent>) {
        if self.placer.is_none() {
            // Never heard: the rate does not matter, the time line starts at 0.
            self.placer = Placer::new(self.source.role.channels(), crate::call::SAMPLE_RATE_HZ).ok();
        }
        if let Some(placer) = &mut self.placer {
            placer.lose(reason, out);
        }
    }

    /// Time passes: reads blocks, gives out what is good, notices what hangs.
    pub(super) fn step(&mut self, now: Duration, host: &mut dyn AudioHost, out: &mut Vec<CaptureEvent>) {
        let watched_at = *self.watched_at.get_or_insert_with(|| {
            host.watch(self.slot, &self.source, None);
            now
        });
        if now >= watched_at + WATCH_DEADLINE {
            self.watched_at = Some(now);
            host.watch(self.slot, &self.source, self.pinned.as_deref());
        }
        match &self.phase {
            Phase::Running(_) => self.run(now, host, out),
            Phase::Opening { since, .. } if now >= *since + OPEN_DEADLINE => {
                self.failed(now, self.generation, "opening took too long", host, out);
            }
            Phase::Opening { since, .. } if now >= *since + START_DEADLINE => {
                self.lose(LossReason::Stalled, out);
            }
            Phase::Opening { .. } => {}
            Phase::Seeking if now >= START_DEADLINE => self.lose(self.trouble, out),
            Phase::Seeking => {}
        }
    }

    fn run(&mut self, now: Duration, host: &mut dyn AudioHost, out: &mut Vec<CaptureEvent>) {
        let (Phase::Running(running), Some(placer)) = (&mut self.phase, &mut self.placer) else {
            return;
        };
        let mut dropped = running.read(now, &self.source);
        dropped += running.stream.reader.take_overruns();
        if dropped > 0 {
            for &channel in self.source.role.channels() {
                let blocks = dropped;
                out.push(CaptureEvent::Overruns { channel, blocks });
            }
        }
        let idle_is_silence = running.stream.idle_is_silence;
        while let Some(block) = running.next_confirmed() {
            if idle_is_silence {
                placer.push_after_idle(block, out);
            } else {
                placer.push(block, out);
            }
        }
        let quiet = now.saturating_sub(running.heard_at);
        if idle_is_silence {
            if quiet >= IDLE_AFTER {
                placer.fill_idle(now, out);
            }
            return;
        }
        if quiet >= STALL_REOPEN {
            let generation = self.generation;
            self.failed(now, generation, "delivers nothing", host, out);
            self.trouble = LossReason::Stalled;
        } else if quiet >= STALL || running.waits(now) >= CONFIRM_DEADLINE {
            placer.lose(LossReason::Stalled, out);
        }
    }
}

impl Running {
    /// Reads all blocks that are there; returns how many had to go.
    fn read(&mut self, now: Duration, source: &Source) -> u64 {
        while let Some(raw) = self.stream.reader.pop() {
            self.heard_at = now;
            let sides = self.stream.format.split(source.role, &raw.bytes);
            let captured_at = shift(raw.captured_at, self.stream.clock_offset_ns);
            self.held.push_back((now, Block { captured_at, sides }));
        }
        let excess = self.held.len().saturating_sub(HELD_BLOCKS_MAX);
        self.held.drain(..excess);
        excess as u64
    }

    /// The oldest block that was read while the device was surely there.
    fn next_confirmed(&mut self) -> Option<Block> {
        let (read_at, _) = self.held.front()?;
        if self.stream.moves_silently && *read_at > self.confirmed_at {
            return None;
        }
        self.held.pop_front().map(|(_, block)| block)
    }

    /// How long the oldest block has been waiting.
    fn waits(&self, now: Duration) -> Duration {
        self.held.front().map_or(Duration::ZERO, |(read_at, _)| now.saturating_sub(*read_at))
    }
}

/// `at` moved by `offset_ns`, never before 0.
fn shift(at: Duration, offset_ns: i64) -> Duration {
    let by = Duration::from_nanos(offset_ns.unsigned_abs());
    if offset_ns < 0 { at.saturating_sub(by) } else { at.saturating_add(by) }
}
