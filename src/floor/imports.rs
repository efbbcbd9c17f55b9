//! Old recordings that are brought in: their files come by HTTP, one import at a time is worked on behind everything else.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use crate::store::{FileState, Store};

/// Imports that wait for their turn; more are found in the store when the floor starts the next time, or when one before them is done.
const WAITING_MAX: usize = 16;
/// Imports that are looked at when the floor starts.
const LOOKED_AT: u32 = 1_000;

/// Brings the recordings of an import in. The floor knows nothing of speech models; whoever puts it together does.
pub trait Importer: Send + Sync {
    /// Works on the files of `import` that wait, until none does or it is told to stop. Blocks, for as long as hearing them takes.
    /// What becomes of each file is in the store.
    fn run(&self, import: u64, progress: &ImportProgress);

    /// Where uploaded files of an import lie.
    fn folder(&self, import: u64) -> PathBuf;
}

/// How the work on an import goes. Counters, because one thread writes and others look.
#[derive(Debug, Default)]
pub struct ImportProgress {
    import: AtomicU64,
    audio_done_ms: AtomicU64,
    worked_ms: AtomicU64,
    worked_bytes: AtomicU64,
    stop: AtomicBool,
}

impl ImportProgress {
    /// Work on an import begins.
    pub fn begin(&self, import: u64) {
        for figure in [&self.audio_done_ms, &self.worked_ms, &self.worked_bytes] {
            figure.store(0, Ordering::Relaxed);
        }
        self.import.store(import, Ordering::Relaxed);
    }

    /// So much of the file that is being worked on is done.
    pub fn audio(&self, done_ms: u64) {
        self.audio_done_ms.store(done_ms, Ordering::Relaxed);
    }

    /// A file of so many bytes has taken so long.
    pub fn file_done(&self, bytes: u64, took_ms: u64) {
        self.audio_done_ms.store(0, Ordering::Relaxed);
        self.worked_ms.fetch_add(took_ms, Ordering::Relaxed);
        self.worked_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Whether the work is to be laid down.
    pub fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Lays the work down.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Audio done of the file that is being worked on, if it is one of `import`.
    pub fn audio_done_ms(&self, import: u64) -> u64 {
        if self.import.load(Ordering::Relaxed) == import {
            self.audio_done_ms.load(Ordering::Relaxed)
        } else {
            0
        }
    }

    /// Seconds that `bytes` of waiting files of `import` will take, going by those that are done; none: not known.
    pub fn left_s(&self, import: u64, bytes: u64) -> Option<u64> {
        let [of, ms, done] =
            [&self.import, &self.worked_ms, &self.worked_bytes].map(|figure| figure.load(Ordering::Relaxed));
        let left_ms =
            (of == import && done > 0).then(|| u128::from(ms) * u128::from(bytes) / u128::from(done))?;
        u64::try_from(left_ms.div_ceil(1_000)).ok()
    }
}

/// The thread that imports, and how it is reached.
pub(super) struct Imports {
    orders: SyncSender<u64>,
    pub(super) importer: Arc<dyn Importer>,
    pub(super) progress: Arc<ImportProgress>,
}

impl Imports {
    /// Starts the thread; it goes on with what an earlier run left. [`ImportStop`] ends it.
    pub(super) fn start(
        importer: Arc<dyn Importer>,
        store: &Arc<dyn Store>,
    ) -> io::Result<(Self, JoinHandle<()>)> {
        let (orders, ordered) = sync_channel(WAITING_MAX);
        let progress = Arc::new(ImportProgress::default());
        let worker = Worker {
            importer: Arc::clone(&importer),
            store: Arc::clone(store),
            progress: Arc::clone(&progress),
            ordered,
        };
        let thread = thread::Builder::new().name("import".to_owned()).spawn(move || worker.run())?;
        Ok((Self { orders, importer, progress }, thread))
    }

    /// What ends the thread.
    pub(super) fn stop(&self) -> ImportStop {
        ImportStop { orders: self.orders.clone(), progress: Arc::clone(&self.progress) }
    }

    /// Works on an import when those before it are done. With too many waiting it is found once one of them is done.
    pub(super) fn order(&self, import: u64) {
        let _ = self.orders.try_send(import);
    }
}

/// Ends the thread that imports, whoever still holds the rest.
pub(super) struct ImportStop {
    orders: SyncSender<u64>,
    progress: Arc<ImportProgress>,
}

impl ImportStop {
    /// The file that is being worked on is laid down within a block of sound.
    pub(super) fn stop(self) {
        self.progress.stop();
        // Wakes it; with a full queue it is awake.
        let _ = self.orders.try_send(0);
    }
}

struct Worker {
    importer: Arc<dyn Importer>,
    store: Arc<dyn Store>,
    progress: Arc<ImportProgress>,
    ordered: Receiver<u64>,
}

impl Worker {
    fn run(self) {
        self.catch_up();
        while let Ok(import) = self.ordered.recv() {
            if self.progress.is_stopping() {
                return;
            }
            self.work_on(import);
            self.catch_up();
        }
    }

    /// Works on all that was started and is not done, oldest first.
    fn catch_up(&self) {
        let Ok(mut imports) = self
            .store
            .imports(LOOKED_AT)
            .inspect_err(|error| tracing::error!(%error, "imports cannot be looked up"))
        else {
            return;
        };
        imports.reverse();
        for import in imports.into_iter().filter(|import| import.started_ms.is_some()) {
            self.work_on(import.import);
        }
    }

    fn work_on(&self, import: u64) {
        let waits = self
            .store
            .import_files(import)
            .is_ok_and(|files| files.iter().any(|file| file.state == FileState::Waiting));
        if waits && !self.progress.is_stopping() {
            self.progress.begin(import);
            self.importer.run(import, &self.progress);
            self.progress.begin(0);
        }
    }
}
