use crate::call::{CallTime, Channel, Customer, EndedBy};

/// What can happen in a call, as [`CallMonitor`](super) is told.
///
/// Inputs come in order of their time, but for [`Text`](Input::Text), which may come as late as it likes.
/// Utterances of a channel are numbered from 0 in the order in which they start.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The call was answered. First, and once.
    CallStarted {
        /// The agent's number.
        agent: String,
        /// How long it rang.
        ring_ms: Option<u64>,
        /// What is known of the caller.
        customer: Option<Customer>,
    },
    /// Speech begins.
    SpeechStarted {
        /// Whose.
        channel: Channel,
    },
    /// Speech is over; its text follows as [`Text`](Input::Text), empty if there were no words.
    SpeechEnded {
        /// Whose.
        channel: Channel,
        /// Mean level of it.
        level_dbfs: Option<f32>,
        /// Recognised language, BCP 47.
        language: Option<String>,
    },
    /// Words of one utterance.
    Text {
        /// Whose.
        channel: Channel,
        /// Number of the utterance on that channel, from 0.
        utterance: u32,
        /// Words from the start of the utterance that will not change any more.
        committed: String,
        /// True once, when the utterance is over and this is all of it.
        r#final: bool,
        /// End of the audio that these words cover.
        to: CallTime,
    },
    /// Noise floor of a channel's pauses, measured over the last 3 s.
    NoiseFloor {
        /// Which side.
        channel: Channel,
        /// RMS.
        level_dbfs: f32,
    },
    /// The agent, or the telephony, says that this rule applies.
    Situation {
        /// Id of the rule.
        rule: String,
    },
    /// The customer is put on hold.
    HoldStarted,
    /// The customer is back.
    HoldEnded,
    /// The agent's microphone is muted.
    MuteStarted,
    /// It is open again.
    MuteEnded,
    /// The call goes to a colleague.
    Transfer,
    /// From here on nothing is recorded; the rules do not care.
    RecordingPaused,
    /// Recording goes on.
    RecordingResumed,
    /// Audio of a channel is missing from here on.
    AudioLost {
        /// Which side.
        channel: Channel,
    },
    /// Audio of that channel is here again.
    AudioBack {
        /// Which side.
        channel: Channel,
    },
    /// The agent judged a cue.
    CueFeedback {
        /// Which.
        id: String,
        /// True: it should not have come.
        wrong: bool,
    },
    /// The call is over. Last.
    CallEnded {
        /// Who hung up.
        by: EndedBy,
    },
}
