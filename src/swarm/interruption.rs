use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Ctrl-C, or the signal by which a program is told to stop. It is waited for from the moment that this is made, so that what
/// was begun can be put away.
pub(super) struct Interruption {
    #[cfg(unix)]
    signals: [Signal; 2],
}

impl Interruption {
    /// Inside a runtime.
    pub(super) fn await_it() -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            signals: [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?],
        })
    }

    pub(super) async fn came(&mut self) {
        #[cfg(unix)]
        {
            let [interrupt, terminate] = &mut self.signals;
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }
}
