use serde::{Deserialize, Serialize};

use super::{Channel, Hearing};

/// Something that the engine has to say about a call, at a moment of it.
///
/// The JSON form (`{"type":"silence","at_ms":6100,…}`) is a fixed interface: other programs read it.
/// Fields and kinds may be added; none may change its meaning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When it became so, in whole ms of audio time since the answer.
    pub at_ms: u64,
    /// What it is.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What an [`Event`] says. Levels are dBFS, times ms of audio time, points integers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventKind {
    /// The call was answered.
    CallStarted {
        /// The agent's number as the company writes it.
        agent: String,
        /// How long it rang, if the telephony knows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ring_ms: Option<u64>,
        /// What the company's data knows of the caller.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        customer: Option<Customer>,
    },
    /// Both channels have been quiet for a multiple of 3 s.
    Silence {
        /// End of the last speech (0 before the first).
        since_ms: u64,
        /// Length up to now: 3000, 6000, …
        length_ms: u64,
    },
    /// What was said on one channel.
    Transcript {
        /// Who said it.
        channel: Channel,
        /// Start of the speech.
        from_ms: u64,
        /// End of the speech, or of what is transcribed of it so far.
        to_ms: u64,
        /// The words.
        text: String,
        /// False while the speaker goes on and the words may still grow.
        r#final: bool,
        /// Mean level of the speech.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        level_dbfs: Option<f32>,
        /// Recognised language, BCP 47.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
    },
    /// The agent should do this now.
    Cue {
        /// `rule#n`, unique in the call.
        id: String,
        /// The rule that asks for it.
        rule: String,
        /// Which step of the rule, from 1.
        step: u32,
        /// Words to say, slots filled; empty where the step is an act.
        say: Vec<String>,
        /// Words to avoid.
        avoid: Vec<String>,
        /// When it goes away by itself; absent: when it is done or no longer fits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until_ms: Option<u64>,
        /// The situation in a few words, for the heading.
        title: String,
        /// An act instead of words, such as `可以挂机`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        act: Option<String>,
        /// Words of the steps after this one.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        upcoming: Vec<String>,
        /// Larger is more urgent; of two cues the screen shows the more urgent, then the newer one.
        priority: u8,
    },
    /// A cue is over.
    CueDone {
        /// Which.
        id: String,
        /// How it ended.
        outcome: CueOutcome,
    },
    /// A wait that a step asks for has begun: a ring on the screen.
    WaitStarted {
        /// The rule that waits.
        rule: String,
        /// The step that was just said.
        step: u32,
        /// Start of the wait: end of the step's words.
        from_ms: u64,
        /// When the next step is due.
        until_ms: u64,
    },
    /// That wait is over or no longer matters.
    WaitEnded {
        /// The rule that waited.
        rule: String,
        /// The step it followed.
        step: u32,
    },
    /// A list of things to learn from the caller (rule 1.4).
    Checklist {
        /// The rule it belongs to.
        rule: String,
        /// The things, in order.
        items: Vec<ChecklistItem>,
    },
    /// A breach.
    Flag {
        /// The rule broken.
        rule: String,
        /// In which way.
        kind: FlagKind,
        /// Whose words, acts or level it is about.
        channel: Channel,
        /// Start of the evidence.
        from_ms: u64,
        /// End of the evidence.
        to_ms: u64,
        /// What was said there; may be empty.
        text: String,
        /// The phrase of the script that it is about; empty where none is.
        phrase: String,
        /// Item of the assessment standard that the rule falls under.
        item: String,
        /// Points proposed: negative, for a person to confirm; 0 where the words are [unsure](Hearing::review).
        points: i32,
        /// The sentence to say instead of forbidden words, slots filled.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instead: Option<String>,
        /// The words that it rests on, and how well they were heard.
        #[serde(flatten)]
        heard: Hearing,
    },
    /// Somebody else should look at once.
    Alert {
        /// Why.
        rule: String,
        /// Who: `lead`.
        to: String,
        /// In a sentence.
        text: String,
    },
    /// A rule was declared by the agent or the telephony.
    Situation {
        /// Which.
        rule: String,
    },
    /// The customer was put on hold.
    HoldStarted,
    /// The customer is back.
    HoldEnded,
    /// The agent's microphone was muted.
    MuteStarted,
    /// It is open again.
    MuteEnded,
    /// The call goes to a colleague.
    Transfer,
    /// From here on nothing is recorded and no words are kept; rules go on.
    RecordingPaused,
    /// Recording goes on.
    RecordingResumed,
    /// Audio of a channel is missing: nothing is timed until it is back.
    AudioLost {
        /// Which side.
        channel: Channel,
    },
    /// Audio of that channel is back.
    AudioBack {
        /// Which side.
        channel: Channel,
    },
    /// The agent judged a cue: `dismissed` or `wrong`.
    CueFeedback {
        /// Which cue.
        id: String,
        /// True: it should not have come; false: only put away.
        wrong: bool,
    },
    /// The call is over.
    CallEnded {
        /// Who hung up.
        by: EndedBy,
    },
    /// The call in figures; always the last event.
    Summary {
        /// Times a rule asked for words.
        due: u32,
        /// Of these, times they were heard.
        met: u32,
        /// Breaches.
        flags: u32,
        /// Behaviour in figures.
        metrics: Metrics,
        /// Points proposed, by item of the assessment standard.
        items: Vec<ProposedPoints>,
    },
}

/// What the company's data knows of a caller. Every field may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Family name, one or two characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surname: Option<String>,
    /// 先生 or 女士.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whether the company has the caller's details already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<bool>,
}

/// How a cue ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CueOutcome {
    /// The words were said, the act done.
    Met,
    /// Its time passed without.
    Missed,
    /// What asked for it is no longer so.
    Cancelled,
}

/// In which way a rule was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagKind {
    /// Words of the "不可以说" kind were said.
    Forbidden,
    /// Required words did not come in their window.
    Missing,
    /// A wait was cut short or ran too long.
    Timing,
    /// The agent ended the call where the rule forbids it.
    Hangup,
    /// Measured behaviour.
    Conduct,
}

/// Who ended a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// The agent.
    Agent,
    /// The customer.
    Customer,
    /// Nobody knows; never counted against the agent.
    Unknown,
}

/// One line of a checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecklistItem {
    /// What to learn, as the agent reads it.
    pub label: String,
    /// Whether it is known by now.
    pub done: bool,
}

/// Points proposed under one item of the assessment standard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedPoints {
    /// `A1` to `A18`.
    pub item: String,
    /// Sum of the proposals; negative is a deduction.
    pub points: i32,
}

/// Behaviour over a whole call, from the same events that the rules see.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Agent's share of all speech, 0 to 1.
    pub agent_talk_share: f32,
    /// Customer's share of all speech, 0 to 1.
    pub customer_talk_share: f32,
    /// Share of the call in which neither spoke, 0 to 1.
    pub silence_share: f32,
    /// Longest turn of the agent, ms of speech.
    pub longest_monologue_ms: u64,
    /// Times the agent started while the customer spoke and went on for 1 s or more.
    pub interruptions: u32,
    /// Mean time from the end of a customer turn to the agent's next word, ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_delay_ms: Option<u64>,
    /// Characters a second of the agent's speech.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_chars_per_s: Option<f32>,
    /// Mean level of the agent's speech.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_level_dbfs: Option<f32>,
    /// Mean level of the customer's speech.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_level_dbfs: Option<f32>,
    /// Silence windows of 3 s and more.
    pub silence_windows: u32,
    /// Times the agent said again what the customer had told.
    #[serde(default)]
    pub restatings: u32,
}
