use serde::{Deserialize, Serialize};

/// The words on which a [flag](super::EventKind::Flag) rests, and how well they were heard, so that a person can see the reason.
///
/// All fields are left out of a flag that rests on no words: a wait, a level, a call hung up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Hearing {
    /// How well they were heard, 0 to 1, in hundredths; 1 is word for word. Of [`Basis::NearMiss`]: how far they are from
    /// what was to be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sure: Option<f32>,
    /// What words these are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// The phrase of the script beside what was heard, syllable by syllable.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aligned: Vec<AlignedWord>,
    /// Unsure: a person has to look, and the flag proposes 0 points.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub review: bool,
}

/// What the words of a [`Hearing`] have to do with the breach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// They are the breach: forbidden words, or words that came too early.
    Words,
    /// They made the rule apply; what was due did not come.
    Situation,
    /// They are almost what was due: perhaps the agent said it and the recogniser got it wrong.
    NearMiss,
}

/// A syllable of the phrase beside the character that was heard for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlignedWord {
    /// As the phrase has it; none for what was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phrase: Option<char>,
    /// As it was heard; none for what is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<char>,
    /// How they agree.
    pub how: Agreement,
}

/// How a syllable of a phrase agrees with what was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// The same sound, whatever the character and the tone.
    Same,
    /// A near sound, such as 是 for 四.
    Near,
    /// Another sound.
    Wrong,
    /// Not said.
    Missing,
    /// Not said, and need not be.
    LeftOut,
    /// Said beside the phrase.
    Added,
    /// Said twice.
    Again,
    /// 嗯, 那个 and the like.
    Filler,
}
