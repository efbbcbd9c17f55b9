//! Hearing a phrase: is this what was said, up to what a recogniser gets wrong?
//!
//! Text and phrases are turned into pinyin syllables without tone. A character with several readings is the set of
//! them. Two syllables are one if their sets share a reading, or share one after near sounds are folded
//! (zh/z ch/c sh/s n/l ang/an eng/en ing/in). A phrase is looked for anywhere in the text by the cheapest alignment
//! (semi-global edit distance: Sellers, "The theory and computation of evolutionary distances", 1980), in which
//! fillers cost nothing.
//!
//! Phrases are written in a small notation, see [`Phrase`].

mod align;
mod explain;
mod notation;
mod said;
mod syllable;

pub use explain::Alignment;
pub use notation::{BadPhrase, Phrase, Slots, Strictness};
pub use said::{Hit, Said, count_characters};
pub(crate) use syllable::{is_one_syllable, syllables};
