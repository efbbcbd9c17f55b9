use std::fmt;
use std::ops::Range;

/// A mistake in a file that somebody wrote, where it is, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong and what would be right, one sentence.
    pub message: String,
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

impl fmt::Display for ScriptMistakes {
    /// One line a mistake: `file:line:column: what is wrong`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.mistakes.iter().enumerate() {
            let newline = if index == 0 { "" } else { "\n" };
            write!(f, "{newline}{}:{}:{}: {}", self.file, mistake.line, mistake.column, mistake.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for ScriptMistakes {}
