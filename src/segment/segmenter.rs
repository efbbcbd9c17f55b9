use std::collections::VecDeque;

use super::edges::{Edge, EdgeFinder};
use super::pauses::Pauses;
use super::{FRAME_SAMPLES, SHORT_GAP_MS, SpeechDetector};
use crate::call::{CallTime, Channel, PerChannel, SAMPLES_PER_MS};

/// Frames from one noise floor to the next: 1 s.
const NOISE_FLOOR_EVERY_FRAMES: u64 = 100;

/// What the [`Segmenter`] hears. Levels are dBFS (a full-scale sine is −3.01).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Heard {
    /// Speech begins.
    SpeechStarted {
        /// Whose.
        channel: Channel,
        /// Where its sound rose.
        at: CallTime,
    },
    /// Speech is over.
    SpeechEnded {
        /// Whose.
        channel: Channel,
        /// Where its sound fell.
        at: CallTime,
        /// RMS of its frames with sound in them.
        level_dbfs: f32,
    },
    /// What the pauses of a channel sound like; about once a second, if there were pauses.
    NoiseFloor {
        /// Which side.
        channel: Channel,
        /// When it was so; a measurement, so nothing hangs on the exact moment.
        at: CallTime,
        /// RMS of the pauses in the last 3 s.
        level_dbfs: f32,
    },
}

impl Heard {
    /// The moment it is about.
    pub fn at(&self) -> CallTime {
        match *self {
            Self::SpeechStarted { at, .. } | Self::SpeechEnded { at, .. } | Self::NoiseFloor { at, .. } => at,
        }
    }
}

/// Cuts both channels of one call into speech and pauses. No IO, no clock: audio in, edges out.
///
/// What comes out does not depend on the sizes of the blocks in which audio goes in, nor on how the channels'
/// blocks alternate, and is in order of time over both channels.
///
/// Edges are placed after the fact, where the sound really rose and fell. They come out
///
/// | edge | after |
/// |---|---|
/// | start of speech | 70 to 100 ms and the detector's lag |
/// | end of speech | 300 to 420 ms, any shorter pause being part of the utterance, and the detector's lag |
///
/// and not before the other channel is [settled](Self::settled) as far. Whoever transcribes needs the audio from
/// the start edge on, which by then lies up to 0.5 s back; a weak first consonant may lie up to 60 ms before
/// the edge.
pub struct Segmenter<D> {
    ears: PerChannel<Ear<D>>,
    ended: bool,
}

impl<D: SpeechDetector> Segmenter<D> {
    /// A segmenter at the start of a call, with a detector for each channel.
    pub fn new(mut detector: impl FnMut(Channel) -> D) -> Self {
        Self { ears: PerChannel::from_fn(|channel| Ear::new(detector(channel))), ended: false }
    }

    /// Takes the audio of `channel` from `at` on, 16 kHz, of any length.
    ///
    /// Blocks abut. Should one leave a gap, that is treated as audio [lost](Self::lost) and [back](Self::back);
    /// samples that came before already are skipped.
    pub fn push(&mut self, channel: Channel, at: CallTime, samples: &[i16]) {
        let ear = &mut self.ears[channel];
        let due = ear.time();
        if at > due {
            ear.stop(channel, due);
        }
        if ear.missing {
            ear.restart(at.max(due));
        }
        let known = due.samples_since(at).min(samples.len() as u64) as usize;
        ear.push(channel, &samples[known..]);
    }

    /// No audio of `channel` from `at` on: speech in progress ends.
    pub fn lost(&mut self, channel: Channel, at: CallTime) {
        self.ears[channel].stop(channel, at);
    }

    /// Audio of `channel` goes on at `at`, and is heard afresh; over a [short gap](SHORT_GAP_MS) the detector remembers
    /// what the line sounded like. What the other channel has [settled](Self::settled)
    /// in the meantime should not lie beyond `at`, or edges come out after later ones.
    pub fn back(&mut self, channel: Channel, at: CallTime) {
        self.ears[channel].restart(at);
    }

    /// The call ends at `at`: speech in progress ends, and everything comes out.
    pub fn end(&mut self, at: CallTime) {
        for channel in Channel::BOTH {
            self.lost(channel, at);
        }
        self.ended = true;
    }

    /// The next thing heard, in order of time, as far as both channels are [settled](Self::settled).
    pub fn poll(&mut self) -> Option<Heard> {
        let [agent, customer] = Channel::BOTH.map(|channel| self.ears[channel].heard.front().map(Heard::at));
        let (channel, at) = match (agent, customer) {
            (Some(agent), Some(customer)) if customer < agent => (Channel::Customer, customer),
            (Some(agent), _) => (Channel::Agent, agent),
            (None, Some(customer)) => (Channel::Customer, customer),
            (None, None) => return None,
        };
        let is_due = self.ended || at < self.settled();
        is_due.then(|| self.ears[channel].heard.pop_front())?
    }

    /// Every edge before this moment is out, or waits in [`poll`](Self::poll), on both channels.
    ///
    /// While a channel is quiet it follows the audio by at most 200 ms, if the detector's lag is no more than 100.
    /// While somebody speaks it stays at the last sound until that is known to be the end, or not, so up to 520 ms. A
    /// channel that is missing holds nothing up; with both missing time stands still.
    pub fn settled(&self) -> CallTime {
        let present = Channel::BOTH.map(|channel| &self.ears[channel]);
        let earliest = present.iter().filter(|ear| !ear.missing).map(|ear| ear.settled()).min();
        let latest = || present.iter().map(|ear| ear.settled()).max();
        earliest.or_else(latest).unwrap_or_default()
    }
}

/// One channel: frames, verdicts, edges.
struct Ear<D> {
    detector: D,
    edges: EdgeFinder,
    pauses: Pauses,
    /// Mean squares of the frames that the detector has not judged yet.
    levels: VecDeque<f64>,
    /// Where the frames are counted from: the answer, or the moment audio came back.
    origin: CallTime,
    frames: u64,
    frame: [i16; FRAME_SAMPLES],
    filled: usize,
    missing: bool,
    heard: VecDeque<Heard>,
}

impl<D: SpeechDetector> Ear<D> {
    fn new(detector: D) -> Self {
        Self {
            detector,
            edges: EdgeFinder::default(),
            pauses: Pauses::default(),
            levels: VecDeque::new(),
            origin: CallTime::START,
            frames: 0,
            frame: [0; FRAME_SAMPLES],
            filled: 0,
            missing: false,
            heard: VecDeque::new(),
        }
    }

    /// End of the audio so far.
    fn time(&self) -> CallTime {
        self.moment(self.frames).plus_samples(self.filled as u64)
    }

    fn moment(&self, frame: u64) -> CallTime {
        self.origin.plus_samples(frame * FRAME_SAMPLES as u64)
    }

    fn settled(&self) -> CallTime {
        self.moment(self.edges.settled())
    }

    fn push(&mut self, channel: Channel, mut samples: &[i16]) {
        while !samples.is_empty() {
            let count = samples.len().min(FRAME_SAMPLES - self.filled);
            let (now, later) = samples.split_at(count);
            self.frame[self.filled..self.filled + count].copy_from_slice(now);
            self.filled += count;
            samples = later;
            if self.filled == FRAME_SAMPLES {
                self.hear_frame(channel);
                self.filled = 0;
            }
        }
    }

    fn hear_frame(&mut self, channel: Channel) {
        let evidence = self.detector.hear(&self.frame);
        self.frames += 1;
        self.levels.push_back(mean_square(&self.frame));
        if self.levels.len() <= self.detector.lag_frames() {
            return;
        }
        let Some(mean_square) = self.levels.pop_front() else {
            return;
        };
        let edge = self.edges.hear(evidence, mean_square);
        self.report(channel, edge);
        let edges = &self.edges;
        self.pauses.hear(mean_square, |frame| edges.is_pause(frame));
        if self.frames.is_multiple_of(NOISE_FLOOR_EVERY_FRAMES)
            && let Some(mean_square) = self.pauses.mean_square()
        {
            self.heard.push_back(Heard::NoiseFloor {
                channel,
                at: self.settled(),
                level_dbfs: dbfs(mean_square),
            });
        }
    }

    fn report(&mut self, channel: Channel, edge: Option<Edge>) {
        let heard = match edge {
            None => return,
            Some(Edge::Rise { frame }) => Heard::SpeechStarted { channel, at: self.moment(frame) },
            Some(Edge::Fall { frame, mean_square }) => {
                Heard::SpeechEnded { channel, at: self.moment(frame), level_dbfs: dbfs(mean_square) }
            }
        };
        self.heard.push_back(heard);
    }

    /// No audio from `at` on.
    fn stop(&mut self, channel: Channel, at: CallTime) {
        let edge = std::mem::take(&mut self.edges).finish(self.frames + 1);
        self.report(channel, edge);
        if let Some(Heard::SpeechEnded { at: ended, .. }) = self.heard.back_mut() {
            *ended = at.min(*ended);
        }
        self.cut(at);
        self.missing = true;
    }

    /// Audio from `at` on, after a gap.
    fn restart(&mut self, at: CallTime) {
        if at.samples_since(self.time()) > SHORT_GAP_MS * SAMPLES_PER_MS {
            self.detector.reset();
        }
        self.cut(at);
        self.missing = false;
    }

    /// What comes from `at` on does not continue what came before.
    fn cut(&mut self, at: CallTime) {
        self.edges = EdgeFinder::default();
        self.pauses = Pauses::default();
        self.levels.clear();
        self.origin = at;
        self.frames = 0;
        self.filled = 0;
    }
}

fn mean_square(frame: &[i16; FRAME_SAMPLES]) -> f64 {
    let energy: i64 = frame.iter().map(|&x| i64::from(x) * i64::from(x)).sum();
    energy as f64 / (FRAME_SAMPLES as f64 * 32_768.0 * 32_768.0)
}

/// Level of a mean square; digital silence is −120 dBFS.
fn dbfs(mean_square: f64) -> f32 {
    (10.0 * mean_square.max(1e-12).log10()) as f32
}
