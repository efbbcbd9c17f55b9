//! Recordings on their way up: one at a time, oldest first, at low priority, while the link stands.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::timeout;

use super::access::FloorAccess;
use super::compress::{CompressError, compress};
use super::files::CallFiles;
use super::handle::{Shared, stopped};
use super::link::Tell;
use super::notices;
use super::upload::{UploadError, upload};

/// How much later than a part of the station that an agent waits for.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

pub(super) struct Sender {
    pub(super) access: FloorAccess,
    pub(super) shared: Arc<Shared>,
    pub(super) tell: Tell,
    /// After a fault.
    pub(super) wait: Duration,
}

/// Why a recording is still here.
enum Held {
    /// Tried again later.
    Later,
    /// Tried again at the next start.
    Aside,
}

impl Sender {
    pub(super) async fn run(mut self) {
        lower_priority();
        let mut is_told = false;
        while !self.shared.is_stopping() {
            let waiting = self.shared.next_recording();
            let Some(files) = waiting.filter(|_| self.shared.is_linked.load(Ordering::Relaxed)) else {
                self.rest(Duration::MAX).await;
                continue;
            };
            match self.send(&files).await {
                Ok(()) => {
                    self.shared.remove_recording(&files);
                    if std::mem::take(&mut is_told) {
                        (self.tell)(notices::recordings_fine());
                    }
                }
                Err(Held::Later) => {
                    is_told = true;
                    self.rest(self.wait).await;
                }
                Err(Held::Aside) => {
                    is_told = true;
                    self.shared.remove_recording(&files);
                }
            }
        }
    }

    async fn rest(&self, at_most: Duration) {
        let mut stop = self.shared.stop.subscribe();
        tokio::select! {
            () = stopped(&mut stop) => {}
            // A deadline of a test's own choosing, or none.
            _ = timeout(at_most, std::future::pending::<()>()) => {}
            () = self.shared.recording_news.notified(), if at_most == Duration::MAX => {}
        }
    }

    async fn send(&mut self, files: &CallFiles) -> Result<(), Held> {
        let call = files.call();
        let shared = Arc::clone(&self.shared);
        let goes_on = move || !shared.is_stopping();
        if files.is_unmasked() {
            tracing::error!(call, "a recording that is not silenced yet is not sent");
            (self.tell)(notices::recording_put_aside(&call));
            return Err(Held::Aside);
        }
        if !files.flac().exists() {
            match compress(&files.wav(), &files.part(), &files.flac(), &goes_on) {
                Ok(true) => {}
                Ok(false) => {
                    tracing::info!(call, "an empty recording is not sent");
                    return Err(Held::Aside);
                }
                Err(error) => return Err(self.compress_failed(&call, &error)),
            }
        }
        if let Err(error) = upload(&self.access, &call, &files.flac(), &goes_on).await {
            return Err(self.upload_failed(&call, &error));
        }
        if let Err(error) = files.remove_recording() {
            // The floor has it; retention takes what stays.
            tracing::warn!(call, %error, "a recording that was sent stays here");
        }
        Ok(())
    }

    fn compress_failed(&mut self, call: &str, error: &CompressError) -> Held {
        match error {
            CompressError::Stopped => Held::Later,
            CompressError::Io(error) if is_full(error) => {
                tracing::warn!(call, %error, "a recording cannot be prepared for sending");
                (self.tell)(notices::station_disk_full());
                Held::Later
            }
            error => {
                tracing::error!(call, %error, "a recording is not sent");
                (self.tell)(notices::recording_put_aside(call));
                Held::Aside
            }
        }
    }

    fn upload_failed(&mut self, call: &str, error: &UploadError) -> Held {
        tracing::warn!(call, %error, "a recording is not sent");
        match error {
            // The link itself tells of it.
            UploadError::Line(_) => Held::Later,
            UploadError::FloorFull => {
                (self.tell)(notices::floor_disk_full());
                Held::Later
            }
            UploadError::Rejected(_) | UploadError::Unreadable(_) => {
                (self.tell)(notices::recording_put_aside(call));
                Held::Aside
            }
        }
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// Of this thread alone, which only Linux can.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICENESS) {
        tracing::debug!(%error, "recordings are prepared at the usual priority");
    }
}
