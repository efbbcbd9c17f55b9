//! Capture on real devices: one thread that steps the engine, one bounded queue out of it.
#![expect(clippy::disallowed_methods, reason = "devices run by the clock; this is where it enters capture")]

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::cpal_host::CpalHost;
use super::engine::CaptureEngine;
use super::event::CaptureEvent;
use super::outlet::Outlet;
use super::settings::CaptureSettings;

/// Time between two looks into the rings.
const STEP: Duration = Duration::from_millis(10);
/// Events that may wait for the reader: about 10 s of both channels.
const QUEUE_EVENTS: usize = 2_048;

/// Runs until it is dropped.
#[derive(Debug)]
pub struct Capture {
    events: Receiver<CaptureEvent>,
    started: Instant,
    /// Its end is the sign to stop.
    _stop: SyncSender<()>,
}

impl Capture {
    /// Starts capturing what `settings` name. Missing devices are no error: they are told as lost and waited for.
    ///
    /// # Errors
    /// When `settings.host` is no sound system of this machine, or no thread can be started.
    pub fn start(settings: &CaptureSettings) -> io::Result<Self> {
        let started = Instant::now();
        let host = CpalHost::new(settings.host.as_deref(), started)?;
        let mut engine = CaptureEngine::new(settings, host);
        let (events_in, events) = sync_channel(QUEUE_EVENTS);
        let (stop, stopped) = sync_channel::<()>(0);
        thread::Builder::new().name("capture".to_owned()).spawn(move || {
            let mut outlet = Outlet::new();
            let mut happened = Vec::new();
            while stopped.recv_timeout(STEP) == Err(RecvTimeoutError::Timeout) {
                engine.step(started.elapsed(), &mut happened);
                for event in happened.drain(..) {
                    outlet.offer(event, |event| {
                        events_in.try_send(event).map_err(|refused| match refused {
                            TrySendError::Full(event) | TrySendError::Disconnected(event) => event,
                        })
                    });
                }
            }
        })?;
        Ok(Self { events, started, _stop: stop })
    }

    /// What happens, in order. Read it steadily: after about 10 s sound is dropped, and told as lost.
    pub fn events(&self) -> &Receiver<CaptureEvent> {
        &self.events
    }

    /// Zero of [`LineTime`](super::LineTime).
    pub fn started(&self) -> Instant {
        self.started
    }
}
