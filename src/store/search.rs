use super::StoreError;
use crate::call::Channel;

/// Which words, said where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextQuery {
    /// What was said, one character or more; punctuation does not count. Several terms with blanks between must all be in one
    /// utterance. Latin letters find themselves, and what sounds like them when read as pinyin without tones: `tuikuan`.
    pub words: String,
    /// Chinese terms find what sounds like them, too: 退款 also 腿宽, as a recogniser may have it.
    pub by_sound: bool,
    /// Of these teams; none: all.
    pub teams: Option<Vec<String>>,
    /// Of this agent.
    pub agent: Option<String>,
    /// Calls answered at or after.
    pub from_ms: Option<i64>,
    /// Calls answered before.
    pub to_ms: Option<i64>,
    /// Older than this [`TextHit::key`] of a page before.
    pub before: Option<u64>,
    /// At most so many, the newest to have come first.
    pub limit: u32,
}

/// An utterance that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextHit {
    /// Its number in the store, rising as they come; for the next page.
    pub key: u64,
    /// Id of the call.
    pub call: String,
    /// Number of the event.
    pub seq: u64,
    /// Who said it.
    pub channel: Channel,
    /// Start of the speech.
    pub from_ms: u64,
    /// End of the speech.
    pub to_ms: u64,
    /// The words.
    pub text: String,
    /// The agent's number.
    pub agent: String,
    /// The team.
    pub team: String,
    /// When the call was answered.
    pub started_ms: i64,
}

/// What was said, found again.
pub trait SearchStore {
    /// Utterances that have the words; none for a query without a letter or character.
    ///
    /// # Errors
    /// [`StoreError`].
    fn search(&self, query: &TextQuery) -> Result<Vec<TextHit>, StoreError>;
}
