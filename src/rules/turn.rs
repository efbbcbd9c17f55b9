use crate::call::{CallTime, Channel, PerChannel, Span};
use crate::phrase::Said;

/// One stretch of speech of one side, with its words.
#[derive(Clone, Debug, PartialEq)]
pub struct Utterance {
    /// Who spoke.
    pub channel: Channel,
    /// From the rise of the sound to its fall.
    pub span: Span,
    /// The words; empty if there were none.
    pub text: String,
    /// Mean level of the speech.
    pub level_dbfs: Option<f32>,
    /// Recognised language, BCP 47.
    pub language: Option<String>,
}

/// Consecutive speech of one side with no speech of the other between.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Who has it.
    pub channel: Channel,
    /// Which turn of this side, from 0.
    pub number: u32,
    /// Start of its first, end of its last speech so far.
    pub span: Span,
    /// All its words so far.
    pub said: Said,
    /// Sound of [`Turn::said`] with which the latest utterance begins.
    pub latest: usize,
    /// Sum of sound power × ms, and of these ms, for [`Turn::level_dbfs`].
    power: f64,
    power_ms: u64,
}

/// What makes a sentence a question.
const ASKING: [&str; 22] = [
    "?",
    "\u{ff1f}",
    "吗",
    "嗎",
    "呢",
    "什么",
    "什麼",
    "怎么",
    "怎麼",
    "怎样",
    "哪",
    "谁",
    "几",
    "多少",
    "请问",
    "是否",
    "能否",
    "可否",
    "好不好",
    "是不是",
    "有没有",
    "贵姓",
];

impl Turn {
    /// True if it asks something.
    pub(super) fn asks(&self) -> bool {
        ASKING.iter().any(|word| self.said.text().contains(word))
    }

    fn begin(channel: Channel, number: u32, at: CallTime) -> Self {
        let span = Span { from: at, to: at };
        Self { channel, number, span, said: Said::default(), latest: 0, power: 0.0, power_ms: 0 }
    }

    fn add(&mut self, utterance: &Utterance) {
        self.latest = self.said.len();
        self.said.push(&utterance.text, utterance.span);
        self.span.to = self.span.to.max(utterance.span.to);
        if let Some(level) = utterance.level_dbfs {
            let ms = utterance.span.millis().max(1);
            self.power += 10f64.powf(f64::from(level) / 10.0) * ms as f64;
            self.power_ms += ms;
        }
    }

    /// Mean level of the turn, if any of its utterances had one.
    pub fn level_dbfs(&self) -> Option<f32> {
        (self.power_ms > 0).then(|| (10.0 * (self.power / self.power_ms as f64).log10()) as f32)
    }
}

/// Whose turn it is, from starts and ends of speech.
///
/// A new turn of one side begins with speech that follows speech of the other. A turn is closed when the other side
/// speaks and this one does not.
#[derive(Clone, Debug)]
pub(super) struct Turns {
    open: PerChannel<Option<Turn>>,
    speaking_since: PerChannel<Option<CallTime>>,
    count: PerChannel<u32>,
    level_dbfs: PerChannel<Option<f32>>,
}

impl Turns {
    pub(super) fn new() -> Self {
        Self {
            open: PerChannel::from_fn(|_| None),
            speaking_since: PerChannel::default(),
            count: PerChannel::default(),
            level_dbfs: PerChannel::default(),
        }
    }

    /// Returns the other side's turn if it is closed by this.
    pub(super) fn speech_started(&mut self, channel: Channel, at: CallTime) -> Option<Turn> {
        self.speaking_since[channel] = Some(at);
        let closed = if self.is_speaking(channel.other()) { None } else { self.close(channel.other()) };
        if self.open[channel].is_none() {
            self.open[channel] = Some(Turn::begin(channel, self.count[channel], at));
            self.count[channel] += 1;
        }
        closed
    }

    /// Adds the words of speech that is over.
    pub(super) fn spoken(&mut self, utterance: &Utterance) {
        self.speaking_since[utterance.channel] = None;
        if let Some(turn) = &mut self.open[utterance.channel] {
            turn.add(utterance);
        }
    }

    /// To be asked after [`spoken`](Self::spoken): the turn, if the other side already goes on speaking.
    pub(super) fn overtaken(&mut self, channel: Channel) -> Option<Turn> {
        if self.is_speaking(channel.other()) { self.close(channel) } else { None }
    }

    pub(super) fn close(&mut self, channel: Channel) -> Option<Turn> {
        let turn = self.open[channel].take()?;
        self.level_dbfs[channel] = turn.level_dbfs().or(self.level_dbfs[channel]);
        Some(turn)
    }

    /// Turns of this side so far, the open one too.
    pub(super) fn count(&self, channel: Channel) -> u32 {
        self.count[channel]
    }

    pub(super) fn is_speaking(&self, channel: Channel) -> bool {
        self.speaking_since[channel].is_some()
    }

    /// The turn that this side has now, or had last if the other has not spoken since.
    pub(super) fn open(&self, channel: Channel) -> Option<&Turn> {
        self.open[channel].as_ref()
    }

    /// Level of the latest turn of this side that had one.
    pub(super) fn level_dbfs(&self, channel: Channel) -> Option<f32> {
        self.open(channel).and_then(Turn::level_dbfs).or(self.level_dbfs[channel])
    }
}
