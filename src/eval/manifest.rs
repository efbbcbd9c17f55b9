use serde::Deserialize;

/// Condition of an entry that names none.
pub const NO_CONDITION: &str = "unspecified";

/// A file to be recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its line in the manifest, from 1.
    pub line: usize,
    /// Path of the audio, relative to the manifest's folder.
    pub audio: String,
    /// What is said in it; empty for no speech.
    pub text: String,
    /// How it was recorded, as a group of the report: `clean`, `telephone`.
    pub condition: String,
}

/// A manifest that cannot be used; shown after the manifest's path: `sets/test.jsonl:3: …`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}: {problem}")]
pub struct ManifestError {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: ManifestProblem,
}

/// What can be wrong with a manifest; each says its mend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestProblem {
    /// Other bytes than text.
    #[error("not UTF-8; save the manifest as UTF-8")]
    NotUtf8,
    /// Not JSON, or not an entry.
    #[error(r#"{0}; write a line like {{"audio":"a.wav","text":"您好","condition":"clean"}}"#)]
    NotAnEntry(String),
    /// The name of the audio has no character.
    #[error("`audio` is empty; name a .wav or .flac file, relative to the manifest")]
    NoAudio,
    /// Nothing but blank lines.
    #[error(
        r#"the manifest names no file; write one line a file, like {{"audio":"a.wav","text":"您好","condition":"clean"}}"#
    )]
    Empty,
}

/// Further fields (voice, seed) are the maker's own.
#[derive(Deserialize)]
struct Line {
    audio: String,
    text: String,
    condition: Option<String>,
}

/// Reads a manifest: JSON Lines, one [`Entry`] a line. Blank lines are skipped, fields of other names too.
///
/// # Errors
/// [`ManifestError`] for the first line that is wrong, and for a manifest without any entry.
pub fn parse_manifest(bytes: &[u8]) -> Result<Vec<Entry>, ManifestError> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let mut entries = Vec::new();
    for (line, content) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        if let Some(entry) = parse_line(line, content).map_err(|problem| ManifestError { line, problem })? {
            entries.push(entry);
        }
    }
    if entries.is_empty() {
        return Err(ManifestError { line: 1, problem: ManifestProblem::Empty });
    }
    Ok(entries)
}

fn parse_line(line: usize, content: &[u8]) -> Result<Option<Entry>, ManifestProblem> {
    let text = str::from_utf8(content).map_err(|_| ManifestProblem::NotUtf8)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let entry: Line =
        serde_json::from_str(text).map_err(|error| ManifestProblem::NotAnEntry(say_json_error(&error)))?;
    if entry.audio.is_empty() {
        return Err(ManifestProblem::NoAudio);
    }
    let condition =
        entry.condition.filter(|name| !name.is_empty()).unwrap_or_else(|| NO_CONDITION.to_owned());
    Ok(Some(Entry { line, audio: entry.audio, text: entry.text, condition }))
}

/// serde_json's message; its line is always 1 here, so only the column is kept.
fn say_json_error(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let what = message.split(" at line ").next().unwrap_or_default();
    format!("{what} (column {})", error.column())
}
