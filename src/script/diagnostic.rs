use std::fmt;
use std::ops::Range;

use serde::Serialize;

/// In which language somebody is told of a mistake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Where nothing says otherwise.
    #[default]
    English,
    /// Simplified.
    Chinese,
}

/// A mistake in a file that somebody wrote, where it is, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong and what would be right, one sentence.
    pub message: String,
    /// The same in Chinese; empty where there is only the English one.
    pub zh: String,
}

impl Diagnostic {
    /// A mistake at byte `span` of `text`.
    pub fn at(text: &str, span: Option<Range<usize>>, message: impl Into<String>) -> Self {
        let mut byte = span.map_or(0, |span| span.start).min(text.len());
        while !text.is_char_boundary(byte) {
            byte -= 1;
        }
        let before = &text[..byte];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: text[line_start..byte].chars().count() + 1,
            message: message.into(),
            zh: String::new(),
        }
    }

    /// The same mistake, told in Chinese as well.
    pub fn in_chinese(self, zh: impl Into<String>) -> Self {
        Self { zh: zh.into(), ..self }
    }

    /// The message in `language`, in English where there is no other.
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::Chinese if !self.zh.is_empty() => &self.zh,
            _ => &self.message,
        }
    }
}

/// All mistakes found in one script file, in the order of their lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptMistakes {
    /// The file, as it was named.
    pub file: String,
    /// At least one.
    pub mistakes: Vec<Diagnostic>,
}

impl ScriptMistakes {
    /// One line a mistake: `file:line:column: what is wrong`.
    pub fn lines(&self, language: Language) -> Vec<String> {
        let line = |mistake: &Diagnostic| {
            format!("{}:{}:{}: {}", self.file, mistake.line, mistake.column, mistake.text(language))
        };
        self.mistakes.iter().map(line).collect()
    }
}

impl fmt::Display for ScriptMistakes {
    /// [`lines`](Self::lines) in English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines(Language::English).join("\n"))
    }
}

impl std::error::Error for ScriptMistakes {}
