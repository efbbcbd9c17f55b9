//! Puts the blocks of one device onto the time line, by their capture timestamps.
//!
//! # How
//! A *segment* is a stretch of sound without a hole. Its start is found once, from the median timestamp of its first
//! 150 ms; from there on samples are laid one after the other, and timestamps only steer:
//!
//! - Small steady errors are drift. [`DriftMeter`] measures it, the resampler takes it out, and what error is left
//!   is pulled in over 30 s, far too slowly to be heard.
//! - A timestamp more than 20 ms off is held back, with all after it, until the case is clear. Timestamps that come
//!   back to where they belong were jitter (a late callback, a burst). Timestamps that stay off by the same amount for
//!   100 ms are a hole: the segment ends, the next begins later. Counting samples would have moved everything that
//!   follows; 300 ms of slip in four minutes were seen that way on a loaded machine.

use std::collections::VecDeque;
use std::time::Duration;

use crate::call::{Channel, SAMPLE_RATE_HZ};

use super::asrc::AdjustableResampler;
use super::drift::{DriftMeter, median};
use super::event::{CaptureEvent, LineTime, LossReason};

/// Sound that decides where a segment starts.
const ANCHOR_MS: f64 = 150.0;
/// A timestamp this far off is not jitter of a healthy stream (10 ms with 10 ms blocks).
const SUSPECT_MS: f64 = 20.0;
/// Sound that decides whether suspects are a hole.
const VERDICT_MS: f64 = 100.0;
/// Suspects that agree to this much are a step.
const AGREE_MS: f64 = 20.0;
/// No case stays open longer than this.
const HELD_MS_MAX: f64 = 1_000.0;
/// Time in which an error of placement is pulled in.
const PULL_SECONDS: f64 = 30.0;
/// Fastest pull; half a millisecond a second is not heard.
const PULL_PPM_MAX: f64 = 500.0;
/// Smaller errors are left alone: timestamps are no better, and pulling bends the sound.
const PULL_FROM_SECONDS: f64 = 0.003;
/// How often the ratio is set.
const STEER_SECONDS: f64 = 1.0;
/// Errors that it is set by: the last 5 s of 10 ms blocks.
const ERRORS_MAX: usize = 500;
/// An idle source is filled up to this long ago, so that a block that does come still fits behind.
const IDLE_FILL_BEHIND: Duration = Duration::from_millis(150);

const SAMPLES_PER_MS: f64 = SAMPLE_RATE_HZ as f64 / 1_000.0;

/// A block of a device, split into sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// When its first frame met the converter, since capture started. Wrong by some milliseconds, at times by many.
    pub captured_at: Duration,
    /// One a channel that the device feeds, equally long, ±1, at the device's rate.
    pub sides: Vec<Vec<f32>>,
}

impl Block {
    fn frames(&self) -> usize {
        self.sides.first().map_or(0, Vec::len)
    }

    fn position(&self) -> f64 {
        self.captured_at.as_secs_f64() * f64::from(SAMPLE_RATE_HZ)
    }
}

#[derive(Debug)]
enum State {
    /// Nothing comes.
    Idle,
    /// First blocks of a segment, until its start is known.
    Anchoring(Vec<Block>),
    /// Sample 0 of the segment lies at `start`.
    Running { start: u64, suspects: Vec<Block> },
}

/// The time line of one device.
#[derive(Debug)]
pub struct Placer {
    channels: &'static [Channel],
    rate_hz: u32,
    resampler: AdjustableResampler,
    drift: DriftMeter,
    state: State,
    /// First sample of the time line that is not given out yet.
    next_at: u64,
    /// A loss was told, its end was not.
    lost: bool,
    /// Frames of this device since its first, holes included.
    device_frames: f64,
    /// The last errors of placement, s.
    errors: VecDeque<f64>,
    steered_s: f64,
    /// Last median error of placement, ms.
    error_ms: f64,
}

impl Placer {
    /// For a device at `rate_hz` that feeds `channels`.
    ///
    /// # Errors
    /// When the rate is 0.
    pub fn new(
        channels: &'static [Channel],
        rate_hz: u32,
    ) -> Result<Self, rubato::ResamplerConstructionError> {
        Ok(Self {
            channels,
            rate_hz,
            resampler: AdjustableResampler::new(rate_hz, channels.len())?,
            drift: DriftMeter::new(),
            state: State::Idle,
            next_at: 0,
            lost: false,
            device_frames: 0.0,
            errors: VecDeque::new(),
            steered_s: 0.0,
            error_ms: 0.0,
        })
    }

    /// Goes on after `earlier`, the placer of the same channels from before the device was opened anew.
    #[must_use]
    pub fn following(mut self, earlier: &Self) -> Self {
        self.next_at = earlier.next_at;
        self.lost = earlier.lost;
        self
    }

    /// Parts in a million by which the device's clock is slow; `None` before 30 s of sound.
    pub fn drift_ppm(&self) -> Option<f64> {
        self.drift.drift_ppm()
    }

    /// Median distance between timestamps and placement over the last 5 s, ms.
    pub fn error_ms(&self) -> f64 {
        self.error_ms
    }

    /// End of what was given out.
    pub fn next_at(&self) -> LineTime {
        LineTime::from_samples(self.next_at)
    }

    /// Takes the next block of the device and gives out what has a place.
    pub fn push(&mut self, block: Block, out: &mut Vec<CaptureEvent>) {
        if block.frames() == 0 {
            return;
        }
        match &mut self.state {
            State::Idle => self.state = State::Anchoring(vec![block]),
            State::Anchoring(blocks) => blocks.push(block),
            State::Running { .. } => return self.follow(block, out),
        }
        if let State::Anchoring(blocks) = &self.state
            && self.millis(blocks) >= ANCHOR_MS
        {
            self.anchor(out);
        }
    }

    /// The device gives nothing any more: gives out what is left, and says so.
    pub fn lose(&mut self, reason: LossReason, out: &mut Vec<CaptureEvent>) {
        self.finish(out);
        if !std::mem::replace(&mut self.lost, true) {
            for &channel in self.channels {
                let at = self.next_at();
                out.push(CaptureEvent::Lost { channel, at, reason });
            }
        }
    }

    /// For sources that deliver nothing while nothing sounds: fills with silence up to 150 ms before `now`.
    pub fn fill_idle(&mut self, now: Duration, out: &mut Vec<CaptureEvent>) {
        self.finish(out);
        let until = LineTime::from_elapsed(now.saturating_sub(IDLE_FILL_BEHIND));
        self.fill_silence(until.as_samples(), out);
    }

    fn fill_silence(&mut self, until: u64, out: &mut Vec<CaptureEvent>) {
        let missing = until.saturating_sub(self.next_at) as usize;
        if missing > 0 {
            self.announce_back(out);
            self.emit(vec![vec![0; missing]; self.channels.len()], out);
        }
    }

    /// For sources that deliver nothing while nothing sounds: the next block follows on silence, without a loss.
    pub fn push_after_idle(&mut self, block: Block, out: &mut Vec<CaptureEvent>) {
        if !matches!(self.state, State::Running { .. }) {
            let at = block.position().max(0.0).round() as u64;
            self.fill_silence(at, out);
            self.state = State::Anchoring(vec![block]);
            self.anchor(out);
        } else {
            self.follow(block, out);
        }
    }

    fn millis(&self, blocks: &[Block]) -> f64 {
        let frames: usize = blocks.iter().map(Block::frames).sum();
        frames as f64 * 1_000.0 / f64::from(self.rate_hz)
    }

    /// Starts a segment where the blocks' timestamps agree best.
    fn anchor(&mut self, out: &mut Vec<CaptureEvent>) {
        let State::Anchoring(blocks) = std::mem::replace(&mut self.state, State::Idle) else {
            return;
        };
        let mut frames = 0;
        let mut starts: Vec<f64> = blocks
            .iter()
            .map(|block| {
                let start = block.position() - frames as f64 * self.resampler.ratio();
                frames += block.frames();
                start
            })
            .collect();
        let start = median(&mut starts).max(0.0);
        self.start_segment(start, blocks, out);
    }

    /// Starts a segment at `start`. What would lie before the end of the last one is cut off.
    fn start_segment(&mut self, start: f64, mut blocks: Vec<Block>, out: &mut Vec<CaptureEvent>) {
        let overlap = (self.next_at as f64 - start).max(0.0);
        drop_frames(&mut blocks, (overlap / self.resampler.ratio()).ceil() as usize);
        let start = (start.round() as u64).max(self.next_at);
        self.next_at = start;
        self.announce_back(out);
        self.drift.cut();
        self.errors.clear();
        self.state = State::Running { start, suspects: Vec::new() };
        for block in blocks {
            self.lay(&block, out);
        }
    }

    fn announce_back(&mut self, out: &mut Vec<CaptureEvent>) {
        if std::mem::take(&mut self.lost) {
            for &channel in self.channels {
                let at = self.next_at();
                out.push(CaptureEvent::Back { channel, at });
            }
        }
    }

    /// A block within a segment.
    fn follow(&mut self, block: Block, out: &mut Vec<CaptureEvent>) {
        let next_index = self.resampler.next_index();
        let ratio = self.resampler.ratio();
        let State::Running { start, suspects } = &mut self.state else {
            return;
        };
        let expected = *start as f64 + next_index;
        let held: usize = suspects.iter().map(Block::frames).sum();
        let error_ms = (block.position() - expected - held as f64 * ratio) / SAMPLES_PER_MS;
        if error_ms.abs() > SUSPECT_MS {
            suspects.push(block);
            self.judge(expected, out);
            return;
        }
        let suspects = std::mem::take(suspects);
        for block in suspects.iter().chain([&block]) {
            self.lay(block, out);
        }
    }

    /// Decides whether the suspects are a step of the device against the time line.
    fn judge(&mut self, expected: f64, out: &mut Vec<CaptureEvent>) {
        let ratio = self.resampler.ratio();
        let State::Running { suspects, .. } = &mut self.state else {
            return;
        };
        let per_ms = f64::from(self.rate_hz) / 1_000.0;
        let total: usize = suspects.iter().map(Block::frames).sum();
        let mut before = total;
        let mut errors_ms = Vec::new();
        for block in suspects.iter().rev() {
            before -= block.frames();
            let place = expected + before as f64 * ratio;
            errors_ms.push((block.position() - place) / SAMPLES_PER_MS);
            if (total - before) as f64 >= VERDICT_MS * per_ms {
                break;
            }
        }
        let spread_ms = errors_ms.iter().copied().fold(f64::MIN, f64::max)
            - errors_ms.iter().copied().fold(f64::MAX, f64::min);
        let enough = total as f64 >= VERDICT_MS * per_ms;
        let overdue = total as f64 >= HELD_MS_MAX * per_ms;
        if !(enough && spread_ms <= AGREE_MS || overdue) {
            return;
        }
        let step = median(&mut errors_ms) * SAMPLES_PER_MS;
        let suspects = std::mem::take(suspects);
        tracing::debug!(step_ms = step / SAMPLES_PER_MS, "device stepped against the time line");
        if step > 0.0 {
            self.lose(LossReason::Hole, out);
            self.device_frames += step / ratio;
        }
        self.finish(out);
        self.start_segment(expected + step, suspects, out);
    }

    /// Puts a block behind the last one.
    fn lay(&mut self, block: &Block, out: &mut Vec<CaptureEvent>) {
        let State::Running { start, .. } = self.state else {
            return;
        };
        let device_s = self.device_frames / f64::from(self.rate_hz);
        let place = start as f64 + self.resampler.next_index();
        if self.errors.len() == ERRORS_MAX {
            self.errors.pop_front();
        }
        self.errors.push_back((block.position() - place) / f64::from(SAMPLE_RATE_HZ));
        self.drift.add(device_s, block.captured_at.as_secs_f64());
        self.device_frames += block.frames() as f64;
        if device_s - self.steered_s >= STEER_SECONDS {
            self.steered_s = device_s;
            self.steer();
        }
        let mut samples = vec![Vec::new(); self.channels.len()];
        self.resampler.push(&block.sides, &mut samples);
        self.emit(samples, out);
    }

    /// Sets the ratio from the drift and the error that is left.
    fn steer(&mut self) {
        let error_s = median(&mut Vec::from_iter(self.errors.iter().copied()));
        self.error_ms = error_s * 1_000.0;
        let beyond_s = error_s - error_s.clamp(-PULL_FROM_SECONDS, PULL_FROM_SECONDS);
        let pull_ppm = (beyond_s / PULL_SECONDS * 1e6).clamp(-PULL_PPM_MAX, PULL_PPM_MAX);
        let ppm = self.drift.drift_ppm().unwrap_or_default() + pull_ppm;
        self.resampler.stretch(ppm);
    }

    /// Ends the segment: all that is held has its place now.
    fn finish(&mut self, out: &mut Vec<CaptureEvent>) {
        if matches!(self.state, State::Anchoring(_)) {
            self.anchor(out);
        }
        if let State::Running { suspects, .. } = &mut self.state {
            for block in std::mem::take(suspects) {
                self.lay(&block, out);
            }
            let mut samples = vec![Vec::new(); self.channels.len()];
            self.resampler.flush(&mut samples);
            self.emit(samples, out);
        }
        self.state = State::Idle;
    }

    fn emit(&mut self, sides: Vec<Vec<i16>>, out: &mut Vec<CaptureEvent>) {
        let at = self.next_at();
        let length = sides.first().map_or(0, Vec::len) as u64;
        if length == 0 {
            return;
        }
        for (&channel, samples) in self.channels.iter().zip(sides) {
            out.push(CaptureEvent::Audio { channel, at, samples });
        }
        self.next_at += length;
    }
}

/// Takes `frames` off the front.
fn drop_frames(blocks: &mut Vec<Block>, mut frames: usize) {
    blocks.retain_mut(|block| {
        let here = frames.min(block.frames());
        frames -= here;
        for side in &mut block.sides {
            side.drain(..here);
        }
        block.frames() > 0
    });
}
