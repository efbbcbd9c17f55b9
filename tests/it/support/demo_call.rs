//! The sample call's sound with other words in it: where speech is, a recogniser is told what to hear.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use callcue::call::{CallTime, Channel, Span};
use callcue::capture::file::{CallFile, FileBlock, OpenOptions};
use callcue::transcribe::{Inline, Scripted, ScriptedLine, TextCleaner};

/// Stretches of speech of the sample call, `config/demo/call.jsonl`, ms.
pub(crate) const CUSTOMER: [(u64, u64); 6] = [
    (10_940, 13_110),
    (17_640, 19_720),
    (24_010, 25_945),
    (31_450, 33_385),
    (39_680, 40_530),
    (43_930, 44_700),
];
pub(crate) const AGENT: [(u64, u64); 3] = [(600, 3_710), (7_910, 10_240), (41_030, 43_330)];

pub(crate) fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo/call.flac")
}

/// A line that is heard in a stretch.
pub(crate) fn line(channel: Channel, (from_ms, to_ms): (u64, u64), text: &str) -> ScriptedLine {
    let span = Span { from: CallTime::from_millis(from_ms), to: CallTime::from_millis(to_ms) };
    ScriptedLine { channel, span, text: text.to_owned() }
}

pub(crate) fn runner(lines: Vec<ScriptedLine>) -> Inline {
    Inline::new(Box::new(Scripted::new(lines)), Arc::new(TextCleaner::new()))
}

/// Both sides, block by block.
pub(crate) fn blocks() -> impl Iterator<Item = FileBlock> {
    let mut file = CallFile::open(&path(), OpenOptions::default()).unwrap();
    std::iter::from_fn(move || file.next_block().unwrap())
}

/// All files below a folder, with what is in them.
pub(crate) fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            found.push((path, bytes));
        }
    }
    found
}

/// Files in which a text stands, as UTF-8.
pub(crate) fn files_with(folder: &Path, text: &str) -> Vec<PathBuf> {
    let has = |bytes: &[u8]| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    files(folder).into_iter().filter(|(_, bytes)| has(bytes)).map(|(path, _)| path).collect()
}
