use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::player::{Repertoire, Take};
use crate::record::{Journal, RecordFault, create_private_file, create_private_folder, read_journal};
use crate::uplink::{JournalUnreadable, Journals};
use crate::wire::StampedEvent;

/// The journals of one simulated station: what it has written down before it sent it.
///
/// An event of a call on tape is not stored but said again, so that an hour of 3,000 stations fits into memory. With a
/// folder each event is also appended to a file, as a real station does, and calls found there at the start count as its own.
pub struct StationJournals {
    repertoire: Arc<Repertoire>,
    calls: BTreeMap<String, Kept>,
    folder: Option<PathBuf>,
    /// The file of the running call.
    file: Option<(String, Journal<File>)>,
}

enum Kept {
    Played { take: Take, last_seq: u64 },
    Found(Vec<StampedEvent>),
}

impl Kept {
    const fn last_seq(&self) -> u64 {
        match self {
            Self::Played { last_seq, .. } => *last_seq,
            Self::Found(events) => events.len() as u64,
        }
    }
}

impl StationJournals {
    /// Journals in memory.
    pub const fn in_memory(repertoire: Arc<Repertoire>) -> Self {
        Self { repertoire, calls: BTreeMap::new(), folder: None, file: None }
    }

    /// Journals in `folder`, which is made if it is not there. A last line that a kill tore is left out, and so is what the
    /// file would get after it: that call is over.
    ///
    /// # Errors
    /// A folder that cannot be made or read, a file in it that is no journal.
    pub fn in_folder(repertoire: Arc<Repertoire>, folder: &Path) -> anyhow::Result<Self> {
        create_private_folder(folder)?;
        let mut journals =
            Self { repertoire, calls: BTreeMap::new(), folder: Some(folder.to_owned()), file: None };
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let events = read_journal(&path)?.events;
            if let Some(first) = events.first() {
                journals.calls.insert(first.call.clone(), Kept::Found(events));
            }
        }
        Ok(journals)
    }

    /// All calls and the number of the last event of each, oldest first.
    pub fn calls(&self) -> impl Iterator<Item = (&str, u64)> {
        self.calls.iter().map(|(call, kept)| (call.as_str(), kept.last_seq()))
    }

    /// Event number `seq` of a call; none where there is none.
    pub fn event(&self, call: &str, seq: u64) -> Option<StampedEvent> {
        match self.calls.get(call)? {
            Kept::Played { take, last_seq } if seq <= *last_seq => take.event(seq, &self.repertoire),
            Kept::Played { .. } => None,
            Kept::Found(events) => events.get(usize::try_from(seq.checked_sub(1)?).ok()?).cloned(),
        }
    }

    /// A call begins.
    pub(super) fn begin(&mut self, take: &Take) -> Result<(), RecordFault> {
        if let Some(folder) = &self.folder {
            let file = create_private_file(&folder.join(format!("{}.jsonl", take.call)))?;
            self.file = Some((take.call.clone(), Journal::new(file)));
        }
        self.calls.insert(take.call.clone(), Kept::Played { take: take.clone(), last_seq: 0 });
        Ok(())
    }

    /// Writes down an event of the running call. After an error nothing more of that call is kept.
    pub(super) fn keep(&mut self, event: &StampedEvent) -> Result<(), RecordFault> {
        if self.folder.is_some() {
            let file = self.file.as_mut().filter(|(call, _)| *call == event.call);
            let Some((_, journal)) = file else {
                return Err(io::Error::from(io::ErrorKind::StorageFull).into());
            };
            if let Err(fault) = journal.append(event) {
                self.file = None;
                return Err(fault);
            }
        }
        if let Some(Kept::Played { last_seq, .. }) = self.calls.get_mut(&event.call) {
            *last_seq = event.seq;
        }
        Ok(())
    }
}

impl Journals for StationJournals {
    fn read(&mut self, call: &str, after: u64, max: usize) -> Result<Vec<StampedEvent>, JournalUnreadable> {
        Ok((after + 1..).take(max).map_while(|seq| self.event(call, seq)).collect())
    }
}
