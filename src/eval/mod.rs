//! How right is recognised text? Scoring only: no file, no model, no clock.
//!
//! | figure | of what | counted how |
//! |---|---|---|
//! | CER | characters said | insertions + deletions + substitutions over the reference's characters |
//! | SER | syllables | the same on pinyin without tone, as phrases of the script are heard |
//! | exact | files with speech | no character wrong |
//! | invented | files without speech | any text at all |
//! | RTF | all files | time of recognition over time of audio |
//! | latency | all files | one recognition of the whole file: mean, and the 95th percentile by nearest rank |
//!
//! Rates are of sums, not means of rates: a long sentence weighs more than a short one. What is invented on files
//! without speech is counted there and not in CER and SER, which would have no reference to be measured against.
//!
//! Before characters are compared, see [`Scorer`], punctuation, blanks and case go, and different ways to write one
//! sound become one: traditional and simplified characters, full-width letters, digits and Chinese numerals read digit
//! by digit. `10` and 十 stay different, which is harsh, and the same for every model.

mod edits;
mod manifest;
mod report;
mod score;

pub use edits::Edits;
pub use manifest::{Entry, ManifestError, ManifestProblem, NO_CONDITION, parse_manifest};
pub use report::{Figures, Report, Timing};
pub use score::{Score, Scorer};
