use crate::call::{CallTime, Channel, PerChannel};

/// Length of the silence window that the script speaks of, and the step between its repeats.
pub const SILENCE_WINDOW_MS: u64 = 3_000;

/// Both sides have been quiet for a multiple of [`SILENCE_WINDOW_MS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SilenceWindow {
    /// Where the quiet began: the end of the last speech, or the answer if nobody has spoken.
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
/// Audio that is missing is not silence: no window falls due while a channel is
/// [lost](Self::audio_lost), and the count starts anew when the last missing channel is back.
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
    raised: u64,
}

impl Default for SilenceClock {
    fn default() -> Self {
        Self::new()
    }
}

impl SilenceClock {
    /// A clock that starts at the answer, with both channels present and quiet.
    pub fn new() -> Self {
        Self { sides: PerChannel::default(), quiet_since: Some(CallTime::START), raised: 0 }
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
        let all_quiet = self.sides.iter().all(|(_, side)| *side == Side::Quiet);
        self.quiet_since = all_quiet.then_some(at);
        self.raised = 0;
    }
}
