//! Recordings of calls whose words are masked: what is masked there is silenced here, before a recording goes anywhere.

use std::io;
use std::path::Path;

use crate::call::{CallTime, Channel, Span};
use crate::privacy::silenced;
use crate::record::{UnmaskedMark, read_journal, silence};

/// Silences what the journal beside `wav` has masked, and takes the recording's mark away.
///
/// Where the journal does not come to its end, the sound behind its last event may hold anything: its words are not known. It is silenced,
/// too.
///
/// # Errors
/// The system's, or a journal that cannot be read; the mark stays then.
pub(super) fn silence_record(wav: &Path) -> io::Result<()> {
    let mark = UnmaskedMark::of(wav);
    if wav.exists() {
        let journal = read_journal(&wav.with_extension("jsonl")).map_err(io::Error::other)?;
        let mut spans = silenced(journal.events.iter().map(|stamped| &stamped.event));
        if !journal.is_complete() {
            let known_ms = journal.events.iter().map(|stamped| stamped.event.at_ms).max().unwrap_or(0);
            let rest = Span { from: CallTime::from_millis(known_ms), to: CallTime::NEVER };
            spans.extend(Channel::BOTH.map(|channel| (channel, rest)));
        }
        silence(wav, &spans)?;
    }
    mark.remove()
}

/// Silences, in the recordings below `calls`, what their journals have masked, where an earlier run left it undone: a crash or a full disk. What cannot be done is told; such a recording is not sent.
pub fn silence_left(calls: &Path) {
    let left = match UnmaskedMark::find(calls) {
        Ok(left) => left,
        Err(error) => {
            tracing::error!(%error, "recordings that are not silenced yet cannot be looked for");
            return;
        }
    };
    for wav in left {
        if let Err(error) = silence_record(&wav) {
            tracing::error!(%error, recording = %wav.display(), "personal numbers in a recording cannot be silenced; it is kept here");
        }
    }
}
