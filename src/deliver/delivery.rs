use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::ws::Utf8Bytes;
use tokio::sync::watch;

use super::hub::{Counts, Hub, Limits, NoSeat, PageId, encode};
use crate::wire::{Hello, Moment, StampedEvent};

/// The [`Hub`] shared by the threads that tell and the pages that listen. Clones are the same hub.
///
/// A lock, where the rest of the crate sends messages, because a queue before the hub would need a policy of its own
/// for when it is full, and the engine must not wait. It is the only lock here; it is held for a few look-ups, never
/// across an `await`, and frames are encoded before it is taken.
#[derive(Clone, Debug)]
pub struct Delivery {
    hub: Arc<Mutex<Hub>>,
    /// Wakes pages; how often is of no matter, they ask the hub what there is.
    news: watch::Sender<()>,
}

/// A page's seat, given back when dropped.
#[derive(Debug)]
pub struct Seat {
    delivery: Delivery,
    page: PageId,
    news: watch::Receiver<()>,
}

impl Delivery {
    /// A hub between calls.
    pub fn new(hello: Hello, limits: Limits) -> Self {
        Self { hub: Arc::new(Mutex::new(Hub::new(hello, limits))), news: watch::Sender::new(()) }
    }

    /// Tells every page an event of the call. Never waits for a page.
    pub fn event(&self, event: &StampedEvent) {
        let frame = encode(event);
        self.hub().event_frame(event, frame);
        self.news.send_replace(());
    }

    /// Tells every page a moment. Never waits for a page.
    pub fn moment(&self, moment: &Moment) {
        let frame = encode(moment);
        self.hub().moment_frame(moment, frame);
        self.news.send_replace(());
    }

    /// A seat for a page.
    ///
    /// # Errors
    /// [`NoSeat`] while all are taken.
    pub fn join(&self) -> Result<Seat, NoSeat> {
        let page = self.hub().join()?;
        Ok(Seat { delivery: self.clone(), page, news: self.news.subscribe() })
    }

    /// What the hub did so far.
    pub fn counts(&self) -> Counts {
        self.hub().counts()
    }

    fn hub(&self) -> MutexGuard<'_, Hub> {
        // The hub's methods leave it whole at every step that could panic.
        self.hub.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// The next frame for this page, as soon as there is one. Nothing is lost if the future is dropped while it waits.
    pub async fn next_frame(&mut self) -> Utf8Bytes {
        loop {
            self.news.borrow_and_update();
            let frame = self.delivery.hub().next_frame(self.page);
            if let Some(frame) = frame {
                return frame;
            }
            // Never an error: the seat holds a sender itself.
            let _ = self.news.changed().await;
        }
    }

    /// The next frame for this page, if there is one now.
    pub fn ready_frame(&mut self) -> Option<Utf8Bytes> {
        self.delivery.hub().next_frame(self.page)
    }

    /// Tells this page, and no other, that the station does not do what it asked.
    pub fn refuse(&mut self, zh: &str, en: &str) {
        self.delivery.hub().refuse(self.page, zh, en);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.delivery.hub().leave(self.page);
    }
}
