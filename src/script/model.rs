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
    /// Short calls with the flags that they must raise: the file's own tests.
    #[serde(default, rename = "case")]
    pub cases: Vec<Case>,
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
    /// Look-alikes of them that mean something else.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub unless: Vec<Spanned<String>>,
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
    /// Times at which this rule shows a cue, ms; absent: any.
    pub cues_ms: Option<Vec<u64>>,
}
