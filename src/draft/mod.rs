//! A company's own standard in plain Chinese text, read into a first script file and a first assessment file.
//!
//! Standards are written for people: numbered sections, situations, quoted words, 不可以说, 扣2分. [`Draft::read`] cuts the
//! document at its numbers, tells rules (words to say or not to say) from items of the assessment (points), and writes both
//! as files that [`Script::parse`](crate::script::Script::parse) and [`Assessment::parse`](crate::score::Assessment::parse)
//! accept. Nothing is invented: what the document does not say stands in the files as a comment, and what a person has to
//! look at is a [`Gap`]. Each entry carries the line from which it came.
//!
//! How it is read, in this order: `document` (clean lines), `marker` and `outline` (numbers, what stands below which),
//! `table` (rows), `points` (扣, 加), `quotes` and `speech` (whose words, required or forbidden), `wording` (slots, brackets),
//! `entries` (rules and items), `write` (the two files). `words` is the vocabulary by which all of this is told.

mod document;
mod entries;
mod gap;
mod item;
mod marker;
mod number;
mod outline;
mod points;
mod quotes;
mod rule;
mod speech;
mod table;
mod typo;
mod wording;
mod words;
mod write;

pub use gap::{Gap, GapKind};

/// Larger documents are refused: a standard of a thousand pages is smaller.
pub const DOCUMENT_BYTES_MAX: usize = 2 * 1024 * 1024;

/// A first script and assessment, with all that a person has to look at.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The first line of the document that is no number's.
    pub title: String,
    /// What the document calls its rules, 《…》 before the first of them; else its title.
    pub script_name: String,
    /// The company, if the greeting names it.
    pub company: Option<String>,
    /// Points at the start of each month, if the document says so.
    pub start: Option<i32>,
    /// Headings under which rules stand.
    pub sections: usize,
    /// Rules, in the order of the document.
    pub rules: Vec<RuleDraft>,
    /// Items of the assessment, in the order of the document.
    pub items: Vec<ItemDraft>,
    /// What to look at, in the order of lines.
    pub gaps: Vec<Gap>,
    /// First and last lines of what is in no entry.
    pub left_out: Vec<(usize, usize)>,
    /// Lines of the document.
    pub lines: usize,
}

/// Words, and the line from which they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftWords {
    /// As the script file has them.
    pub text: String,
    /// Line of the document, from 1.
    pub line: usize,
}

/// Words to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftStep {
    /// The words.
    pub words: DraftWords,
    /// What may be said instead, in the notation of phrases.
    pub or: Vec<String>,
    /// How long to wait after it, ms; 0: not at all.
    pub wait_ms: u64,
    /// Words in brackets, which are in no phrase.
    pub brackets: Vec<String>,
}

/// One rule of the draft.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleDraft {
    /// `section.item`, unique.
    pub id: String,
    /// Its number as the document has it.
    pub source: String,
    /// The heading under which it stands, empty if there is none.
    pub section: String,
    /// First line.
    pub line: usize,
    /// Last line.
    pub last_line: usize,
    /// The situation in a few words.
    pub title: String,
    /// The situation in the words of the document, empty if there is none.
    pub situation: String,
    /// The assessment item that stands beside it.
    pub item: Option<String>,
    /// Words of the caller by which the situation is known.
    pub caller: Vec<DraftWords>,
    /// Words to say.
    pub say: Vec<DraftStep>,
    /// Words not to say.
    pub never: Vec<DraftWords>,
    /// What is forbidden in general terms.
    pub conduct: Vec<DraftWords>,
    /// What else it says, such as what to do next.
    pub remarks: Vec<DraftWords>,
    /// It is the greeting.
    pub opening: bool,
}

/// One item of the assessment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemDraft {
    /// `A` and its number, unique.
    pub id: String,
    /// Its number as the document has it.
    pub source: String,
    /// First line.
    pub line: usize,
    /// Last line.
    pub last_line: usize,
    /// What it asks, in short.
    pub text: String,
    /// What it asks, in full.
    pub full_text: String,
    /// Points that one breach costs, if the document says so.
    pub deduct: Option<u16>,
    /// Points that it costs where it led to a complaint.
    pub deduct_complaint: Option<u16>,
    /// Points that one success brings.
    pub bonus: Option<u16>,
    /// The word by which it may show in calls.
    pub shows_by: Option<&'static str>,
}

/// A document that is too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("文件有 {bytes} 字节, 最多 {DOCUMENT_BYTES_MAX} 字节; 请只留下服务标准的部分")]
pub struct TooLarge {
    /// Its size.
    pub bytes: usize,
}

impl Draft {
    /// Reads a document.
    ///
    /// # Errors
    /// [`TooLarge`]; leave in the file only what belongs to the standard.
    pub fn read(text: &str) -> Result<Self, TooLarge> {
        if text.len() > DOCUMENT_BYTES_MAX {
            return Err(TooLarge { bytes: text.len() });
        }
        Ok(entries::read(text))
    }

    /// The script file, for a document of this name.
    pub fn script_toml(&self, document: &str) -> String {
        write::script(self, document)
    }

    /// The assessment file, for a document of this name.
    pub fn assessment_toml(&self, document: &str) -> String {
        write::assessment(self, document)
    }
}
