use std::collections::BTreeMap;

use axum::extract::ws::Utf8Bytes;
use serde::Serialize;

use super::slots::{Slot, Slots};
use super::story::Story;
use crate::call::EventKind;
use crate::wire::{Hello, Moment, StampedEvent};

/// Everything told so far that still matters, and how far each page has read it.
///
/// Sans-IO: frames go in by [`event`](Hub::event) and [`moment`](Hub::moment), and come out by
/// [`next_frame`](Hub::next_frame), per page in the order in which they went in. Each is encoded once, whatever the
/// number of pages.
///
/// ```
/// use callcue::deliver::{Hub, Limits};
/// use callcue::wire::{Hello, Moment};
///
/// let hello = Hello {
///     version: "0.1.0".into(),
///     agent: "1024".into(),
///     script: "demo".into(),
///     model: None,
///     call: None,
///     situations: vec![],
///     demo: true,
/// };
/// let mut hub = Hub::new(hello, Limits::default());
/// let page = hub.join()?;
/// hub.moment(&Moment::Lag { text_ms: 900 });
/// hub.moment(&Moment::Lag { text_ms: 0 });
/// assert!(hub.next_frame(page).unwrap().contains("hello"));
/// assert_eq!(hub.next_frame(page).unwrap().as_str(), r#"{"type":"lag","text_ms":0}"#);
/// assert!(hub.next_frame(page).is_none());
/// # Ok::<(), callcue::deliver::NoSeat>(())
/// ```
#[derive(Debug)]
pub struct Hub {
    hello: Hello,
    limits: Limits,
    story: Story,
    slots: Slots,
    /// Number of things told: the place of the last one.
    told: u64,
    /// Up to here something lasting is no longer kept: a page that had not read so far starts again.
    gone: u64,
    pages: BTreeMap<PageId, Page>,
    next_page: u64,
    counts: Counts,
}

/// How much a [`Hub`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Pages at a time: an agent's screen, its small panel, and a few that were forgotten.
    pub pages_max: usize,
    /// Lines, silences and waits kept, the newest; the screen shows 300 lines.
    pub fleeting_max: usize,
    /// All other events kept. A call of an hour has fewer than 2 000; past the limit the oldest go, and are counted.
    pub lasting_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { pages_max: 16, fleeting_max: 1_000, lasting_max: 20_000 }
    }
}

/// A page that a [`Hub`] serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageId(u64);

/// Every seat is taken: close a page first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pages_max} pages are open already; close one")]
pub struct NoSeat {
    /// [`Limits::pages_max`].
    pub pages_max: usize,
}

/// What a [`Hub`] did since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Pages open now.
    pub pages: usize,
    /// Events kept for newcomers now.
    pub events_kept: usize,
    /// Moments that a newer one replaced before every page had them.
    pub moments_replaced: u64,
    /// Pages that had to start again because their place was gone.
    pub resyncs: u64,
    /// Times that [`Limits::lasting_max`] made the hub forget an event of a call.
    pub events_lost: u64,
}

#[derive(Debug, Default)]
struct Page {
    /// Place of what it got last.
    read: u64,
    /// Whether it got the `hello` that is due.
    greeted: bool,
    /// What was gone when it was greeted, and thus no loss to it.
    gone: u64,
    /// A refusal that it has not got yet; the newest wins.
    refused: Option<Utf8Bytes>,
}

impl Hub {
    /// A hub between calls; `hello.call` is kept up to date from the events.
    pub fn new(hello: Hello, limits: Limits) -> Self {
        Self {
            hello,
            limits,
            story: Story::default(),
            slots: Slots::default(),
            told: 0,
            gone: 0,
            pages: BTreeMap::new(),
            next_page: 0,
            counts: Counts::default(),
        }
    }

    /// Tells an event of the call; the first of a call ends what is kept of the one before.
    pub fn event(&mut self, event: &StampedEvent) {
        self.event_frame(event, encode(event));
    }

    /// Tells a moment. A [`Moment::Hello`] makes every page start again (its `call` is not looked at); a
    /// [`Moment::Refused`] goes to the pages that are open and is kept for none.
    pub fn moment(&mut self, moment: &Moment) {
        self.moment_frame(moment, encode(moment));
    }

    /// As [`event`](Hub::event), with the frame at hand.
    pub(super) fn event_frame(&mut self, event: &StampedEvent, frame: Utf8Bytes) {
        match event.event.kind {
            EventKind::CallStarted { .. } => {
                self.hello.call = Some(event.call.clone());
                self.gone = self.gone.max(self.story.last());
                self.story = Story::default();
            }
            EventKind::CallEnded { .. } => self.hello.call = None,
            _ => {}
        }
        self.slots.overtaken_by(&event.event.kind);
        self.told += 1;
        self.story.push(self.told, &event.event.kind, frame);
        self.story.thin_fleeting(self.limits.fleeting_max);
        if let Some(gone) = self.story.thin_lasting(self.limits.lasting_max) {
            self.gone = gone;
            self.counts.events_lost += 1;
        }
    }

    /// As [`moment`](Hub::moment), with the frame at hand.
    pub(super) fn moment_frame(&mut self, moment: &Moment, frame: Utf8Bytes) {
        let slot = match moment {
            Moment::Hello(hello) => {
                self.hello = Hello { call: self.hello.call.take(), ..hello.clone() };
                self.pages.values_mut().for_each(|page| page.greeted = false);
                return;
            }
            Moment::Refused { .. } => {
                self.pages.values_mut().for_each(|page| page.refused = Some(frame.clone()));
                return;
            }
            Moment::Levels { .. } => Slot::Levels,
            Moment::Partial { channel, from_ms, .. } => Slot::Partial(*channel, *from_ms),
            Moment::Lag { .. } => Slot::Lag,
            Moment::Notice { key, .. } => Slot::Notice(key.clone()),
            Moment::Floor { .. } => Slot::Floor,
            Moment::Listening { .. } => Slot::Listening,
            Moment::Note { id, .. } => Slot::Note(id.clone()),
        };
        self.told += 1;
        self.counts.moments_replaced += u64::from(self.slots.put(self.told, slot, frame));
    }

    /// Seats a page. It gets `hello`, then all that is kept, then what comes.
    ///
    /// # Errors
    /// [`NoSeat`] while [`Limits::pages_max`] pages are open.
    pub fn join(&mut self) -> Result<PageId, NoSeat> {
        let pages_max = self.limits.pages_max;
        if self.pages.len() >= pages_max {
            return Err(NoSeat { pages_max });
        }
        self.next_page += 1;
        let page = PageId(self.next_page);
        self.pages.insert(page, Page::default());
        Ok(page)
    }

    /// Gives a page's seat back.
    pub fn leave(&mut self, page: PageId) {
        self.pages.remove(&page);
    }

    /// What a page should get next; none if it has all, or is not seated.
    pub fn next_frame(&mut self, page: PageId) -> Option<Utf8Bytes> {
        let page = self.pages.get_mut(&page)?;
        if page.greeted && page.read < self.gone && page.gone < self.gone {
            page.greeted = false;
            self.counts.resyncs += 1;
        }
        if !page.greeted {
            (page.greeted, page.read, page.gone) = (true, 0, self.gone);
            return Some(encode(&Moment::Hello(self.hello.clone())));
        }
        if let Some(refused) = page.refused.take() {
            return Some(refused);
        }
        let unread = [self.story.after(page.read), self.slots.after(page.read)];
        let (place, frame) = unread.into_iter().flatten().min_by_key(|(place, _)| *place)?;
        page.read = place;
        Some(frame.clone())
    }

    /// Tells one page that the station does not do what it asked, in Chinese and in English.
    pub fn refuse(&mut self, page: PageId, zh: &str, en: &str) {
        if let Some(page) = self.pages.get_mut(&page) {
            page.refused = Some(encode(&Moment::Refused { zh: zh.to_owned(), en: en.to_owned() }));
        }
    }

    /// What it did so far.
    pub fn counts(&self) -> Counts {
        Counts { pages: self.pages.len(), events_kept: self.story.len(), ..self.counts }
    }
}

/// A message as the text of one frame.
pub(super) fn encode(message: &impl Serialize) -> Utf8Bytes {
    // Wire types have string keys and derived writers only, which cannot fail.
    serde_json::to_string(message).expect("a wire type writes as JSON").into()
}
