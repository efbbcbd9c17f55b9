use schemars::JsonSchema;
use serde::Deserialize;
use serde_spanned::Spanned;

/// A service script, checked.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Version of the file format; this program reads 1.
    #[schemars(with = "u32")]
    pub format: Spanned<u32>,
    /// What the company calls it.
    pub name: String,
    /// The company as agents say it: `{company}`.
    pub company: String,
    /// A wait counts as kept if it was shorter by no more than this. Default 300 ms.
    #[serde(default = "Script::default_tolerance_ms")]
    pub tolerance_ms: u64,
    /// What agents say before they answer: neither an answer nor an explanation, as little as the script's own sentences.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub not_answers: Vec<Spanned<String>>,
    /// Words of which any one may be said where the script has another: `[["抱歉", "对不起"]]`. They count in what must be said.
    #[serde(default)]
    #[schemars(with = "Vec<Vec<String>>")]
    pub alike: Vec<Vec<Spanned<String>>>,
    /// The rules, in the order in which they are judged.
    #[serde(rename = "rule", default)]
    pub rules: Vec<Rule>,
}

impl Script {
    const fn default_tolerance_ms() -> u64 {
        300
    }

    /// The company and the sentences of the script, slots left out: what a recogniser may expect to hear.
    pub fn vocabulary(&self) -> String {
        let sentences = self.rules.iter().flat_map(|rule| &rule.say).map(|step| step.text.get_ref().as_str());
        let plain = sentences.filter(|text| !text.contains('{'));
        std::iter::once(self.company.as_str()).chain(plain).collect::<Vec<_>>().join(" ")
    }

    /// The rule with this id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id.get_ref() == id)
    }
}

/// One rule of the script.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// `section.item`, unique in the file.
    #[schemars(with = "String")]
    pub id: Spanned<String>,
    /// The situation in a few words, as agents read it.
    pub title: String,
    /// Place in the company's own document.
    #[serde(default)]
    pub source: String,
    /// Item of the assessment standard under which a breach falls.
    pub item: String,
    /// More urgent cues have larger numbers. Default 50.
    #[serde(default = "Rule::default_priority")]
    pub priority: u8,
    /// Whether the rule is of use only when somebody declares it, so that it leads the agent's list.
    #[serde(default)]
    pub declared_only: bool,
    /// How the situation is detected; it can always be declared.
    #[serde(default)]
    pub when: Vec<Trigger>,
    /// What must be said, step by step.
    #[serde(default)]
    pub say: Vec<Required>,
    /// What must never be said.
    #[serde(default)]
    pub never: Vec<Forbidden>,
    /// What is done about it; absent: only `never` is watched.
    pub check: Option<Shape>,
    /// How often its cues may come; what is judged does not depend on it.
    #[serde(default)]
    pub cues: CueLimits,
    /// Short calls with the flags that they must raise: the file's own tests.
    #[serde(default, rename = "case")]
    pub cases: Vec<Case>,
}

/// How often the cues of one rule may come. A cue that may not come is left out, not put off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CueLimits {
    /// Not again for so long after the last one, ms. Default 0.
    #[serde(default)]
    pub cool_down_ms: u64,
    /// At most so many in a call. Default: any number.
    pub per_call: Option<u32>,
    /// At most so many in any 60 s. Default: any number.
    pub per_minute: Option<u32>,
}

impl Rule {
    const fn default_priority() -> u8 {
        50
    }
}

/// A step: words to say.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Required {
    /// As the agent reads it; slots as in [`Slots`](crate::phrase::Slots).
    #[schemars(with = "String")]
    pub text: Spanned<String>,
    /// Variants that count as heard; without any, every clause of `text` must be heard; in the notation of [`Phrase`](crate::phrase::Phrase).
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub heard: Vec<Spanned<String>>,
    /// The same with words of [`Script::alike`] in the place of each other; made when the file is read.
    #[serde(skip)]
    pub alike: Vec<String>,
    /// Look-alikes: where one of these is heard, the phrase is not.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub unless: Vec<Spanned<String>>,
    /// Lines in which it must be heard: the file's own tests.
    #[serde(default)]
    pub heard_in: Vec<String>,
    /// Lines in which it must not be heard.
    #[serde(default)]
    pub not_heard_in: Vec<String>,
    /// How long to wait after it, ms.
    #[serde(default)]
    pub wait_ms: u64,
    /// Whether going on before the wait is over is a breach. Default: yes.
    #[serde(default = "yes")]
    pub wait_counts: bool,
    /// Told to the team lead when the step falls due.
    pub alert: Option<String>,
}

/// Words that must not be said.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Forbidden {
    /// As the company's document has it.
    #[schemars(with = "String")]
    pub text: Spanned<String>,
    /// Variants that count as heard beside `text` itself, in the notation of [`Phrase`](crate::phrase::Phrase).
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub heard: Vec<Spanned<String>>,
    /// Look-alikes: where one of these is heard, the phrase is not.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub unless: Vec<Spanned<String>>,
    /// The sentence to say instead; slots as in [`Required::text`]. Default: the first step of the rule.
    #[schemars(with = "Option<String>")]
    pub instead: Option<Spanned<String>>,
    /// Lines in which it must be heard: the file's own tests.
    #[serde(default)]
    pub heard_in: Vec<String>,
    /// Lines in which it must not be heard.
    #[serde(default)]
    pub not_heard_in: Vec<String>,
}

const fn yes() -> bool {
    true
}

/// What tells that a rule applies. All that is given must hold.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// The customer says one of these.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub customer_says: Vec<Spanned<String>>,
    /// The agent says one of these, outside of the script's own sentences.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub agent_says: Vec<Spanned<String>>,
    /// Look-alikes of them that mean something else.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub unless: Vec<Spanned<String>>,
    /// Lines that must be such a situation: the file's own tests.
    #[serde(default)]
    pub heard_in: Vec<String>,
    /// Lines that must be none.
    #[serde(default)]
    pub not_heard_in: Vec<String>,
    /// Which step it asks for, from 1. Default 1.
    pub step: Option<u32>,
    /// It rang longer than this before the answer, ms.
    pub ring_above_ms: Option<u64>,
    /// A turn of the customer is louder than this, dBFS: shouting.
    pub level_above_dbfs: Option<f32>,
    /// Only in the customer's first turn.
    #[serde(default)]
    pub first_turn: bool,
    /// Customer's turns are quieter than this, dBFS …
    pub level_below_dbfs: Option<f32>,
    /// … for as many turns in a row. Default 2.
    pub turns: Option<u32>,
    /// Only the first time in a call (for levels).
    #[serde(default)]
    pub once: bool,
    /// Only after this rule has applied before in the call.
    #[schemars(with = "Option<String>")]
    pub after_rule: Option<Spanned<String>>,
    /// The customer's pauses are louder than this, dBFS.
    pub noise_above_dbfs: Option<f32>,
    /// The customer's recognised language is none of these, BCP 47.
    #[serde(default)]
    pub language_not: Vec<String>,
    /// Nobody has spoken for this long since the closing words.
    pub quiet_after_closing_ms: Option<u64>,
}

/// What a rule does: one of few shapes, each a file in [`rules`](crate::rules).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Shape {
    /// The words belong into the agent's first turn.
    Opening {
        /// By when at the latest, from the answer.
        within_ms: u64,
    },
    /// The words belong into the agent's next turn.
    Answer {
        /// When missing words are a breach. Default: always.
        #[serde(default)]
        flag: FlagWhen,
        /// The turn must be louder than the one before by so many dB.
        louder_db: Option<f32>,
        /// Ending the call at once, without the words, is a breach of its own.
        #[serde(default)]
        hangup: bool,
        /// Gives way where the same turn of the customer asks for the words of another such rule.
        #[serde(default)]
        yields: bool,
    },
    /// The caller is addressed by name.
    Name {
        /// In one of so many agent turns, or in the closing words.
        turns: u32,
    },
    /// Things are asked before the first answer is given.
    AskFirst {
        /// An agent turn that asks nothing is an answer from so many characters on.
        answer_chars: usize,
        /// What to learn, as the agent reads it.
        checklist: Vec<String>,
    },
    /// Words, wait, words, wait, hang up.
    Steps(Waits),
    /// The agent stays in Mandarin.
    Mandarin {},
    /// After an explanation the agent asks whether all is clear.
    Confirm {
        /// An agent turn is an explanation from so many characters on.
        explained_chars: usize,
    },
    /// The call is closed as it should be. First step: anything else? Second step: goodbye.
    Closing {},
    /// What the customer has told at length is said again before it is answered.
    Restate {
        /// The customer's turns are long from so many ms on …
        statement_ms: u64,
        /// … or so many characters, all together.
        statement_chars: usize,
        /// An agent turn that asks nothing is an answer from so many characters on.
        answer_chars: usize,
    },
    /// The customer is asked to write long information down. First step: the request; more are shown afterwards.
    Dictate {
        /// An agent turn with digits, an address or steps is long from so many characters on.
        long_chars: usize,
        /// Such a turn is too fast above so many characters a second.
        chars_per_s_max: f32,
    },
    /// The customer waits. First step: the request; last step: thanks or apology; between them: words meanwhile.
    Wait(Waiting),
    /// The call goes to a colleague. First step: the reason; last step: to the colleague.
    Transfer {
        /// The colleague is told before the transfer or so long after it, ms.
        colleague_within_ms: u64,
    },
}

/// How [`Shape::Wait`] goes on.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiting {
    /// What the agent does meanwhile.
    pub on: WaitOn,
    /// Quiet for so long: the words meanwhile are shown. Default: never.
    pub remind_ms: Option<u64>,
    /// Quiet for so long is a breach. Default: never.
    pub quiet_max_ms: Option<u64>,
    /// A wait of so long asks for thanks or apology. Default: any.
    #[serde(default)]
    pub thanks_from_ms: u64,
}

/// During what the customer of [`Shape::Wait`] waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WaitOn {
    /// On hold, or with the line open after being asked to wait.
    Hold,
    /// The agent's microphone is muted.
    Mute,
}

/// When missing words of [`Shape::Answer`] are a breach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FlagWhen {
    /// However the situation was found.
    #[default]
    Always,
    /// Only if somebody declared it: what measured it may be wrong.
    Declared,
    /// The words are only shown.
    Never,
}

/// How [`Shape::Steps`] goes on.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waits {
    /// Applies from the answer on, until the customer has said something.
    #[serde(default)]
    pub from_answer: bool,
    /// Words of the customer end it.
    #[serde(default)]
    pub customer_ends_it: bool,
    /// The next step is due when the situation is found again, not when a wait is over.
    #[serde(default)]
    pub next_on_situation: bool,
    /// Hanging up during the last wait counts as hanging up without the steps, not as a short wait.
    #[serde(default)]
    pub early_end_is_hangup: bool,
    /// Other rules do not apply while this one does.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub replaces: Vec<Spanned<String>>,
    /// The agent's level must not rise by more than so many dB.
    pub level_rise_max_db: Option<f32>,
    /// What to do when the customer goes on talking after the last step.
    pub goes_on: Option<GoesOn>,
}

/// The way out of [`Shape::Steps`] with a customer who goes on talking.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GoesOn {
    /// The last step is said so many more times …
    pub repeats: u32,
    /// … then these words, then the agent may hang up.
    #[schemars(with = "String")]
    pub then: Spanned<String>,
}

/// A short call with the flags that it must raise, for `callcue script test`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it shows.
    #[schemars(with = "String")]
    pub name: Spanned<String>,
    /// The call, in the timeline format, one JSON object a line.
    #[schemars(with = "String")]
    pub timeline: Spanned<String>,
    /// All flags of this rule, as `kind` in order of time; empty: none.
    #[serde(default)]
    pub flags: Vec<String>,
    /// Whether the other rules must be kept as well: a call as it should be.
    #[serde(default)]
    pub clean: bool,
    /// Times at which this rule shows a cue, ms; absent: any.
    pub cues_ms: Option<Vec<u64>>,
    /// How often this rule alerts the team lead; absent: any number.
    pub alerts: Option<u32>,
}
