use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

use super::access::FloorAccess;
use super::backoff::{Backoff, Waits};
use super::files::{FileJournals, find_calls};
use super::handle::{Shared, UplinkHandle};
use super::link::{LinkTask, Screen};
use super::outbox::Outbox;
use super::recordings::Sender;
use crate::wire::{Moment, StationHello};

/// What an uplink is made of.
pub struct UplinkPlan {
    /// The floor.
    pub access: FloorAccess,
    /// Who this station is.
    pub hello: StationHello,
    /// Folder of the records; its journals are read, its recordings sent.
    pub calls: PathBuf,
    /// How long it waits before it tries again.
    pub waits: Waits,
    /// Different at each station.
    pub seed: u64,
    /// Told what the agent's screen should show; from two threads.
    pub tell: Arc<dyn Fn(Moment) + Send + Sync>,
    /// The clock on the wall, RFC 3339.
    pub wall_now: fn() -> String,
}

/// The running uplink of a station: one thread for the link, one for recordings.
pub struct Uplink {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl Uplink {
    /// Starts both threads. Call it before the first call of this run: every journal that lies there is one of an earlier run.
    ///
    /// # Errors
    /// The system's: the folder of calls cannot be listed, or no thread can be started.
    pub fn start(plan: UplinkPlan) -> io::Result<Self> {
        let earlier = find_calls(&plan.calls)?;
        let shared = Arc::new(Shared::new());
        let tell = || {
            let tell = Arc::clone(&plan.tell);
            Box::new(move |moment| tell(moment)) as Box<dyn FnMut(Moment) + Send>
        };
        let sender = Sender {
            access: plan.access.clone(),
            shared: Arc::clone(&shared),
            tell: tell(),
            wait: plan.waits.recording,
        };
        let backoff = Backoff::new(plan.seed, plan.waits);
        let link_shared = Arc::clone(&shared);
        let link_tell = tell();
        let link = start("uplink", move |runtime| {
            // Within the runtime, whose clock it is.
            runtime.block_on(async {
                let task = LinkTask {
                    access: plan.access,
                    shared: link_shared,
                    outbox: Outbox::with_backoff(plan.hello, backoff, Duration::ZERO),
                    journals: FileJournals::default(),
                    tell: link_tell,
                    wall_now: plan.wall_now,
                    started: Instant::now(),
                    screen: Screen::default(),
                };
                task.run(earlier).await;
            });
        })?;
        let recordings = start("recordings", move |runtime| runtime.block_on(sender.run()))?;
        Ok(Self { shared, threads: vec![link, recordings] })
    }

    /// The station's end.
    pub fn handle(&self) -> UplinkHandle {
        UplinkHandle::new(Arc::clone(&self.shared))
    }

    /// Sends the rest of the events if the floor takes them within 3 s, and ends both threads.
    pub fn stop(self) {
        self.shared.stop.send_replace(true);
        for thread in self.threads {
            // A panic has been told by itself.
            let _ = thread.join();
        }
    }
}

fn start(name: &str, run: impl FnOnce(Runtime) + Send + 'static) -> io::Result<JoinHandle<()>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name(name.to_owned()).spawn(move || run(runtime))
}
