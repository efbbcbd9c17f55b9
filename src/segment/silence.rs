use crate::call::{CallTime, Channel, PerChannel, SAMPLES_PER_MS};

/// Length of the silence window that the script speaks of, and the step between its repeats.
pub const SILENCE_WINDOW_MS: u64 = 3_000;

/// Missing audio up to this length hides no word: in quiet, the count goes on after it. Devices skip 20 to 100 ms now and
/// then, and a count that began anew each time would let a real silence pass.
pub const SHORT_GAP_MS: u64 = 200;

/// Both sides have been quiet for a multiple of [`SILENCE_WINDOW_MS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SilenceWindow {
    /// Where the quiet began: the end of the last speech, or the answer if nobody has spoken. Later by the short gaps
    /// in the audio since, if there were any: they are no quiet that was heard.
    pub since: CallTime,
    /// How long it has been quiet by now: 3000, 6000, …
    pub length_ms: u64,
    /// The moment that makes it so long: `since` + `length_ms`.
    pub at: CallTime,
}

/// What one channel does, as far as silence is concerned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Side {
    #[default]
    Quiet,
    Speaking,
    Missing,
}

/// Times the quiet that both channels share, and says when it is 3, 6, 9, … seconds long.
///
/// Inputs come in order of their time. Before an input at `at`, take everything out of
/// [`advance`](Self::advance)`(at)`: that is what makes speech which starts at exactly 3.000 s prevent the
/// window, and what keeps a window that fell due earlier.
///
/// Audio that is missing is not silence: no window falls due while a channel is [lost](Self::audio_lost). When the
/// last missing channel is back, the count goes on if the gap was [short](SHORT_GAP_MS) and in quiet, less the gap; else
/// somebody may have spoken unheard, and it starts anew.
///
/// ```
/// use callcue::call::{CallTime, Channel};
/// use callcue::segment::SilenceClock;
///
/// let mut clock = SilenceClock::new();
/// clock.speech_started(Channel::Agent, CallTime::from_millis(400));
/// clock.speech_ended(Channel::Agent, CallTime::from_millis(3_100));
/// assert_eq!(clock.next_deadline(), Some(CallTime::from_millis(6_100)));
///
/// assert_eq!(clock.advance(CallTime::from_millis(6_100)).count(), 0, "speech at 6.100 would prevent it");
/// let window = clock.advance(CallTime::from_millis(6_101)).next().expect("nobody spoke");
/// assert_eq!((window.since.as_millis(), window.length_ms), (3_100, 3_000));
/// ```
#[derive(Clone, Debug)]
pub struct SilenceClock {
    sides: PerChannel<Side>,
    quiet_since: Option<CallTime>,
    /// Windows raised in this quiet.
    raised: u64,
    interrupted: Option<Interrupted>,
}

/// A quiet in which audio is missing.
#[derive(Clone, Copy, Debug)]
struct Interrupted {
    quiet_since: CallTime,
    /// Start of the gap.
    at: CallTime,
}

impl Default for SilenceClock {
    fn default() -> Self {
        Self::new()
    }
}

impl SilenceClock {
    /// A clock that starts at the answer, with both channels present and quiet.
    pub fn new() -> Self {
        Self {
            sides: PerChannel::default(),
            quiet_since: Some(CallTime::START),
            raised: 0,
            interrupted: None,
        }
    }

    /// Somebody begins to speak: the quiet is over.
    pub fn speech_started(&mut self, channel: Channel, at: CallTime) {
        self.turn(channel, Side::Speaking, at);
    }

    /// Somebody stops speaking at `at`, hangover taken off. Nothing changes if `channel` was not speaking.
    pub fn speech_ended(&mut self, channel: Channel, at: CallTime) {
        if self.sides[channel] == Side::Speaking {
            self.turn(channel, Side::Quiet, at);
        }
    }

    /// No audio of `channel` from `at` on, whatever it was doing.
    pub fn audio_lost(&mut self, channel: Channel, at: CallTime) {
        self.turn(channel, Side::Missing, at);
    }

    /// Audio of `channel` is here again, and quiet. Nothing changes if it was not missing.
    pub fn audio_back(&mut self, channel: Channel, at: CallTime) {
        if self.sides[channel] == Side::Missing {
            self.turn(channel, Side::Quiet, at);
        }
    }

    /// Takes out the windows that are due strictly before `to`, in order.
    ///
    /// What the caller leaves in the iterator stays due.
    pub fn advance(&mut self, to: CallTime) -> impl Iterator<Item = SilenceWindow> {
        std::iter::from_fn(move || self.raise(|deadline| deadline < to))
    }

    /// As [`advance`](Self::advance), with the window due exactly at `to`: for the end of a call, when no speech
    /// can come any more.
    pub fn advance_through(&mut self, to: CallTime) -> impl Iterator<Item = SilenceWindow> {
        std::iter::from_fn(move || self.raise(|deadline| deadline <= to))
    }

    /// When the next window falls due if nobody speaks before; `None` while somebody speaks or audio is missing.
    pub fn next_deadline(&self) -> Option<CallTime> {
        let length_ms = SILENCE_WINDOW_MS * (self.raised + 1);
        Some(self.quiet_since?.plus_millis(length_ms))
    }

    /// Since when both channels have been quiet; `None` while somebody speaks or audio is missing.
    pub fn quiet_since(&self) -> Option<CallTime> {
        self.quiet_since
    }

    fn raise(&mut self, is_due: impl Fn(CallTime) -> bool) -> Option<SilenceWindow> {
        let since = self.quiet_since?;
        let at = self.next_deadline().filter(|&deadline| is_due(deadline))?;
        self.raised += 1;
        Some(SilenceWindow { since, length_ms: SILENCE_WINDOW_MS * self.raised, at })
    }

    fn turn(&mut self, channel: Channel, side: Side, at: CallTime) {
        let before = std::mem::replace(&mut self.sides[channel], side);
        if before == side {
            return;
        }
        match side {
            Side::Missing => {
                let quiet_since = self.quiet_since.take();
                self.interrupted =
                    self.interrupted.or(quiet_since.map(|quiet_since| Interrupted { quiet_since, at }));
            }
            Side::Speaking => {
                self.quiet_since = None;
                self.interrupted = None;
            }
            Side::Quiet if self.sides.iter().all(|(_, side)| *side == Side::Quiet) => self.fall_quiet(at),
            Side::Quiet => {}
        }
    }

    /// From `at` on both sides are quiet, and heard.
    fn fall_quiet(&mut self, at: CallTime) {
        let resumed = self.interrupted.take().and_then(|interrupted| {
            let gap = at.samples_since(interrupted.at);
            (gap <= SHORT_GAP_MS * SAMPLES_PER_MS).then(|| interrupted.quiet_since.plus_samples(gap))
        });
        if resumed.is_none() {
            self.raised = 0;
        }
        self.quiet_since = Some(resumed.unwrap_or(at));
    }
}
