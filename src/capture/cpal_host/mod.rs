//! The real sound system, through `cpal`.
//!
//! Every call into it that was seen to block has a thread of its own, named after what it does:
//!
//! - one *watch* a source looks for its device, again and again;
//! - one *stream* thread an opening builds the stream, plays it, waits for the word to close, drops it. `play()` hangs when
//!   the device vanishes under it, dropping waits for data on a stalled one.
//!
//! A thread that hangs is left behind; its answer, should it ever come, carries an old generation.

mod finder;
mod list;
#[cfg(target_os = "linux")]
mod pulse;
mod stream;

use std::collections::BTreeMap;
use std::io;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Instant;

use cpal::HostId;

use super::host::{Answer, AudioHost, DeviceKey};
use super::settings::Source;
use finder::DeviceFinder;
pub use list::{DeviceInfo, DeviceKind, Listing, list_devices};

/// Answers that may wait for the engine's next step.
const ANSWERS: usize = 64;
/// More threads than this, left hanging in the sound system, and nothing is opened any more.
const THREADS_MAX: usize = 24;

/// The devices of one sound system.
#[derive(Debug)]
pub struct CpalHost {
    host: HostId,
    started: Instant,
    answers_in: SyncSender<Answer>,
    answers: Receiver<Answer>,
    /// Dropping the sender ends the thread.
    watches: BTreeMap<usize, SyncSender<()>>,
    streams: BTreeMap<(usize, u64), SyncSender<()>>,
    /// Cloned into every thread: counts those that live.
    alive: Arc<()>,
}

/// The sound system called `name`, or the one that the machine prefers.
///
/// # Errors
/// When there is none of that name; the message lists those that there are.
pub(super) fn host_id(name: Option<&str>) -> io::Result<HostId> {
    let Some(name) = name else {
        return Ok(cpal::default_host().id());
    };
    HostId::from_str(name).map_err(|_| {
        let known: Vec<String> = cpal::available_hosts().iter().map(ToString::to_string).collect();
        io::Error::new(
            io::ErrorKind::NotFound,
            format!(
                "“{name}” is no sound system of this machine; set capture.host to one of: {}",
                known.join(", ")
            ),
        )
    })
}

impl CpalHost {
    /// The sound system called `host`, or the one that the machine prefers. Times are counted from `started`.
    ///
    /// # Errors
    /// When there is no sound system of that name.
    pub fn new(host: Option<&str>, started: Instant) -> io::Result<Self> {
        let (answers_in, answers) = sync_channel(ANSWERS);
        Ok(Self {
            host: host_id(host)?,
            started,
            answers_in,
            answers,
            watches: BTreeMap::new(),
            streams: BTreeMap::new(),
            alive: Arc::new(()),
        })
    }

    fn spawn(&self, name: String, run: impl FnOnce() + Send + 'static) -> Result<(), String> {
        if Arc::strong_count(&self.alive) > THREADS_MAX {
            return Err(format!("{THREADS_MAX} threads hang in the sound system; restart it, then callcue"));
        }
        let alive = Arc::clone(&self.alive);
        let run = move || {
            run();
            drop(alive);
        };
        let spawned = thread::Builder::new().name(name).spawn(run);
        spawned.map(drop).map_err(|error| error.to_string())
    }
}

impl AudioHost for CpalHost {
    fn watch(&mut self, slot: usize, source: &Source, pinned: Option<&str>) {
        let (stop, stopped) = sync_channel(0);
        let (answers, host, started) = (self.answers_in.clone(), self.host, self.started);
        let source = source.clone();
        let mut pinned = pinned.map(str::to_owned);
        let name = format!("watch-{}", source.role.name());
        let watch = move || {
            let mut finder = DeviceFinder::new(host);
            loop {
                let asked_at = started.elapsed();
                let device = finder.find(&source, pinned.as_deref());
                if let Some(device) = &device {
                    pinned = Some(device.id.clone());
                }
                // No room: the engine is late, and a later look is worth more.
                let _ = answers.try_send(Answer::Seen { slot, asked_at, device });
                if stopped.recv_timeout(finder.period()) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        };
        match self.spawn(name, watch) {
            Ok(()) => drop(self.watches.insert(slot, stop)),
            Err(error) => tracing::error!(error, "no watch on the device"),
        }
    }

    fn open(&mut self, slot: usize, generation: u64, source: &Source, device: &DeviceKey) {
        let (stop, stopped) = sync_channel(0);
        let (answers, host, started) = (self.answers_in.clone(), self.host, self.started);
        let (source, device) = (source.clone(), device.clone());
        let name = format!("stream-{}-{generation}", source.role.name());
        let run = move || {
            let broke = answers.clone();
            let on_error = move |message: String| {
                let _ = broke.try_send(Answer::Failed { slot, generation, message });
            };
            let sent = match stream::open(host, &source, &device, started, on_error) {
                Ok((running, stream)) => {
                    let sent = answers.send(Answer::Opened { slot, generation, stream });
                    // Nobody sends: it ends when the other end is dropped.
                    let _ = stopped.recv();
                    drop(running);
                    sent
                }
                Err(message) => answers.send(Answer::Failed { slot, generation, message }),
            };
            if sent.is_ok() {
                let _ = answers.send(Answer::Closed { slot, generation });
            }
        };
        match self.spawn(name, run) {
            Ok(()) => drop(self.streams.insert((slot, generation), stop)),
            Err(message) => {
                let _ = self.answers_in.try_send(Answer::Failed { slot, generation, message });
            }
        }
    }

    fn close(&mut self, slot: usize, generation: u64) {
        self.streams.remove(&(slot, generation));
    }

    fn answer(&mut self) -> Option<Answer> {
        self.answers.try_recv().ok()
    }
}
