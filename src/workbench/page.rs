use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::explain::card;
use super::rehearse::{Rehearsed, rehearse};
use crate::score::{self, Assessment};
use crate::script::{self, Diagnostic, Script, ScriptMistakes};

/// Longest conversation that the page may send, bytes.
pub const DIALOGUE_BYTES_MAX: usize = 64 * 1024;

/// The files that a page tries where it brings no script of its own.
#[derive(Clone, Debug)]
pub struct Files {
    /// The script.
    pub script: NamedText,
    /// The assessment standard.
    pub assessment: NamedText,
    /// The company as agents say it, instead of the script's own.
    pub company: Option<String>,
}

/// A file's text, and its name for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedText {
    /// Of the file.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// What the page wants to see run: `{"dialogue":"客服: …","script":{"name":"…","text":"…"}}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TryRequest {
    /// The conversation, line by line, as [`Rehearsal`](super::Rehearsal) reads it.
    pub dialogue: String,
    /// A script that somebody writes; absent: the one of [`Files`].
    #[serde(default)]
    pub script: Option<NamedText>,
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub struct TryAnswer {
    /// The script's file.
    pub file: String,
    /// What the company calls the script; empty where it has mistakes.
    pub script: String,
    /// What is wrong with the script; then nothing was run.
    pub script_mistakes: Vec<Diagnostic>,
    /// What came, and lines that were not understood.
    #[serde(flatten)]
    pub run: Rehearsed,
}

/// Which rule the page wants explained: `{"rule":"2.2"}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExplainRequest {
    /// Its id.
    pub rule: String,
    /// As in [`TryRequest`].
    #[serde(default)]
    pub script: Option<NamedText>,
}

impl Default for Files {
    /// Those that come with callcue.
    fn default() -> Self {
        let named = |name: &str, text: &str| NamedText { name: name.to_owned(), text: text.to_owned() };
        Self {
            script: named(script::BUNDLED_NAME, script::BUNDLED),
            assessment: named(score::BUNDLED_NAME, score::BUNDLED),
            company: None,
        }
    }
}

impl TryRequest {
    /// Runs the conversation.
    pub fn run(self, files: &Files) -> TryAnswer {
        let own = self.script.is_none();
        let source = self.script.as_ref().unwrap_or(&files.script);
        let file = source.name.clone();
        match files.parse(source, own) {
            Ok((script, assessment)) => TryAnswer {
                file,
                script: script.name.clone(),
                script_mistakes: Vec::new(),
                run: rehearse(&Arc::new(script), &Arc::new(assessment), &self.dialogue),
            },
            Err(ScriptMistakes { file, mistakes }) => TryAnswer {
                file,
                script: String::new(),
                script_mistakes: mistakes,
                run: Rehearsed::default(),
            },
        }
    }
}

impl ExplainRequest {
    /// The rule in plain Chinese; none where the script has no such rule, or cannot be read.
    pub fn run(&self, files: &Files) -> Option<String> {
        let source = self.script.as_ref().unwrap_or(&files.script);
        let (script, assessment) = files.parse(source, self.script.is_none()).ok()?;
        let rule = script.rule(&self.rule)?;
        Some(card(rule, &script, &assessment, &source.text))
    }
}

impl Files {
    /// `own`: it is the script of these files.
    fn parse(&self, source: &NamedText, own: bool) -> Result<(Script, Assessment), ScriptMistakes> {
        let mut script = Script::parse(&source.name, &source.text)?;
        if own && let Some(company) = &self.company {
            script.company.clone_from(company);
        }
        Ok((script, Assessment::parse(&self.assessment.name, &self.assessment.text)?))
    }
}
