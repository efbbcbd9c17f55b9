use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use super::files::CallFiles;
use crate::wire::{LiveAudio, Moment};

/// Blocks of live sound that wait for the link, 2 s of it. When it is full the oldest goes: who listens in wants what is said
/// now.
const AUDIO_MAX: usize = 20;
/// Lines read that wait for the uplink's thread.
const READ_NOTES_MAX: usize = 64;

/// The station's end of the uplink: tells it what happens, and never waits. Clones are the same uplink.
///
/// What waits for the uplink's thread is the newest of each thing, so that it has no length that could grow: of a journal its last
/// number, of a moment the last. Live sound and lines read are few, and bounded. A lock holds it, for a look-up each time and
/// never across an `await`: a queue would have to drop what must not be lost, the end of a call.
#[derive(Clone, Debug)]
pub struct UplinkHandle {
    shared: Arc<Shared>,
}

/// What the station and the threads of the uplink have in common.
#[derive(Debug)]
pub(super) struct Shared {
    inbox: Mutex<Inbox>,
    /// Recordings to be sent, by their journals.
    recordings: Mutex<BTreeSet<CallFiles>>,
    /// Wakes the link.
    pub(super) news: Notify,
    /// Wakes who sends recordings.
    pub(super) recording_news: Notify,
    pub(super) is_listened: AtomicBool,
    /// Whether the floor has welcomed the station on a connection that stands.
    pub(super) is_linked: AtomicBool,
    pub(super) stop: watch::Sender<bool>,
}

/// What has happened since the link looked last.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    pub(super) journals: BTreeMap<String, JournalNews>,
    pub(super) moments: BTreeMap<String, Moment>,
    pub(super) ringing: Option<bool>,
    pub(super) read_notes: VecDeque<String>,
    pub(super) audio: VecDeque<LiveAudio>,
    pub(super) script: Option<(String, String)>,
}

#[derive(Debug)]
pub(super) struct JournalNews {
    pub(super) path: PathBuf,
    pub(super) last_seq: u64,
    pub(super) is_over: bool,
}

impl UplinkHandle {
    pub(super) const fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// The journal at `path` of `call` stands at event `last_seq`; `is_over`: nothing more will be written to it.
    pub fn journaled(&self, call: &str, path: &Path, last_seq: u64, is_over: bool) {
        let mut inbox = self.shared.inbox();
        let news = inbox.journals.entry(call.to_owned()).or_insert_with(|| JournalNews {
            path: path.to_owned(),
            last_seq: 0,
            is_over: false,
        });
        news.last_seq = news.last_seq.max(last_seq);
        news.is_over |= is_over;
        drop(inbox);
        self.shared.news.notify_one();
    }

    /// Something of the moment; the newest of each thing is kept.
    pub fn moment(&self, moment: &Moment) {
        let key = match moment {
            Moment::Levels { .. } => "levels".to_owned(),
            Moment::Partial { channel, .. } => format!("partial {channel:?}"),
            Moment::Lag { .. } => "lag".to_owned(),
            Moment::Notice { key, .. } => format!("notice {key}"),
            _ => return,
        };
        self.shared.inbox().moments.insert(key, moment.clone());
        self.shared.news.notify_one();
    }

    /// The telephone rings, or has stopped.
    pub fn ringing(&self, on: bool) {
        self.shared.inbox().ringing = Some(on);
        self.shared.news.notify_one();
    }

    /// The agent has read a lead's line.
    pub fn note_read(&self, id: &str) {
        let mut inbox = self.shared.inbox();
        if inbox.read_notes.len() == READ_NOTES_MAX {
            inbox.read_notes.pop_front();
        }
        inbox.read_notes.push_back(id.to_owned());
        drop(inbox);
        self.shared.news.notify_one();
    }

    /// Calls are held against another script from now on: its name, and the SHA-256 of its text.
    pub fn script(&self, name: &str, sha256: &str) {
        self.shared.inbox().script = Some((name.to_owned(), sha256.to_owned()));
        self.shared.news.notify_one();
    }

    /// Whether somebody listens in: without, [`audio`](Self::audio) is not wanted.
    pub fn wants_audio(&self) -> bool {
        self.shared.is_listened.load(Ordering::Relaxed)
    }

    /// Sound of the running call. When the link is slow, the oldest goes.
    pub fn audio(&self, audio: LiveAudio) {
        let mut inbox = self.shared.inbox();
        if inbox.audio.len() == AUDIO_MAX {
            inbox.audio.pop_front();
        }
        inbox.audio.push_back(audio);
        drop(inbox);
        self.shared.news.notify_one();
    }
}

impl Shared {
    pub(super) fn new() -> Self {
        Self {
            inbox: Mutex::default(),
            recordings: Mutex::default(),
            news: Notify::new(),
            recording_news: Notify::new(),
            is_listened: AtomicBool::new(false),
            is_linked: AtomicBool::new(false),
            stop: watch::Sender::new(false),
        }
    }

    /// All that has come; afterwards it is empty.
    pub(super) fn take_inbox(&self) -> Inbox {
        std::mem::take(&mut *self.inbox())
    }

    pub(super) fn add_recording(&self, files: CallFiles) {
        self.recordings().insert(files);
        self.recording_news.notify_one();
    }

    /// The oldest that waits.
    pub(super) fn next_recording(&self) -> Option<CallFiles> {
        self.recordings().first().cloned()
    }

    /// It is sent, or put aside.
    pub(super) fn remove_recording(&self, files: &CallFiles) {
        self.recordings().remove(files);
        self.news.notify_one();
    }

    pub(super) fn recordings_waiting(&self) -> u32 {
        u32::try_from(self.recordings().len()).unwrap_or(u32::MAX)
    }

    pub(super) fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    // Every change of both is one step, so what a panic left is whole.
    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn recordings(&self) -> MutexGuard<'_, BTreeSet<CallFiles>> {
        self.recordings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits until the uplink is told to stop.
pub(super) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error is an uplink that is gone, which comes to the same.
    let _ = stop.wait_for(|stop| *stop).await;
}
