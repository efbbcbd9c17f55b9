//! The connection itself: carries what the [`Outbox`] decides.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::access::FloorAccess;
use super::files::{CallFiles, FileJournals};
use super::handle::{Shared, stopped};
use super::line::{Line, LineError, open_socket};
use super::notices;
use super::outbox::{Broken, Outbox, Pulse, Told};
use crate::wire::{FloorLink, FromFloor, LiveAudio, Moment};

/// For the floor to take what is sent to it.
const SEND: Duration = Duration::from_secs(20);
/// For the rest of the events when the station stops.
const STOP: Duration = Duration::from_secs(3);
/// Between two messages to the screen that differ in numbers only.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// Fewer events than this are on their way, not behind.
const BEHIND_MIN: u64 = 20;

/// Tells the agent's screen.
pub(super) type Tell = Box<dyn FnMut(Moment) + Send>;

type Sink = SplitSink<WebSocketStream<Line>, Message>;
type Stream = SplitStream<WebSocketStream<Line>>;

pub(super) struct LinkTask {
    pub(super) access: FloorAccess,
    pub(super) shared: Arc<Shared>,
    pub(super) outbox: Outbox,
    pub(super) journals: FileJournals,
    pub(super) tell: Tell,
    pub(super) wall_now: fn() -> String,
    /// The moment that times are counted from.
    pub(super) started: Instant,
    pub(super) screen: Screen,
}

/// What the screen was told.
#[derive(Debug, Default)]
pub(super) struct Screen {
    told: Option<Moment>,
    told_at: Option<Instant>,
    /// A connection stood since the start.
    was_linked: bool,
    away_since: Option<String>,
    is_denied: bool,
    has_notice: bool,
}

/// Why a connection ends.
enum End {
    Broken(String),
    Denied(String),
    Stopped,
}

impl LinkTask {
    /// Takes in the journals of earlier calls, then keeps the link until it is told to stop.
    pub(super) async fn run(mut self, earlier: Vec<CallFiles>) {
        self.take_earlier(earlier);
        let mut stop = self.shared.stop.subscribe();
        while !self.shared.is_stopping() {
            self.take_inbox();
            self.handle_told();
            self.tell_link();
            let Some(at) = self.outbox.attempt_at() else { return };
            tokio::select! {
                () = stopped(&mut stop) => return,
                () = self.shared.news.notified() => continue,
                () = sleep_until(self.started + at) => {}
            }
            let opened = tokio::select! {
                () = stopped(&mut stop) => return,
                opened = open_socket(&self.access) => opened,
            };
            match opened {
                Ok(socket) => {
                    self.outbox.connected(self.now());
                    self.serve_socket(socket).await;
                }
                Err(error) => self.attempt_failed(&error),
            }
        }
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    fn take_earlier(&mut self, earlier: Vec<CallFiles>) {
        for files in earlier {
            if files.is_stored() {
                if files.has_recording() {
                    self.shared.add_recording(files);
                }
                continue;
            }
            match files.recover() {
                Ok(last_seq) => {
                    self.journals.add(&files.call(), &files.journal);
                    self.outbox.closed(&files.call(), last_seq);
                }
                Err(error) => tracing::error!("a call is not sent to the floor: {error}"),
            }
        }
    }

    fn take_inbox(&mut self) -> Vec<LiveAudio> {
        let inbox = self.shared.take_inbox();
        for (call, news) in inbox.journals {
            self.journals.add(&call, &news.path);
            if news.is_over {
                self.outbox.closed(&call, news.last_seq);
            } else {
                self.outbox.grew(&call, news.last_seq);
            }
        }
        inbox.moments.into_values().for_each(|moment| self.outbox.moment(moment));
        if let Some(on) = inbox.ringing {
            self.outbox.ringing(on);
        }
        inbox.read_notes.into_iter().for_each(|id| self.outbox.note_read(id));
        if let Some((script, script_sha256)) = inbox.script {
            self.outbox.set_script(script, script_sha256);
        }
        inbox.audio.into()
    }

    fn attempt_failed(&mut self, error: &LineError) {
        let why = if error.needs_mending() { Broken::Denied } else { Broken::Network };
        tracing::warn!(floor = %self.access.url, "the floor {error}");
        self.outbox.broken(self.now(), why);
        self.screen.is_denied = why == Broken::Denied;
        if let Some(notice) = notices::link_fault(error) {
            self.screen.has_notice = true;
            (self.tell)(notice);
        }
    }

    async fn serve_socket(&mut self, socket: WebSocketStream<Line>) {
        let (mut sink, mut stream) = socket.split();
        let end = self.serve(&mut sink, &mut stream).await;
        if self.outbox.is_welcomed() {
            self.screen.away_since = Some((self.wall_now)());
        }
        let why = match end {
            End::Stopped => {
                let _ = timeout(STOP, sink.send(Message::Close(None))).await;
                Broken::Network
            }
            End::Broken(why) => {
                tracing::warn!(floor = %self.access.url, why, "the link to the floor is broken");
                Broken::Network
            }
            End::Denied(why) => {
                tracing::warn!(floor = %self.access.url, why, "the floor ends the link");
                self.screen.is_denied = true;
                Broken::Denied
            }
        };
        self.outbox.broken(self.now(), why);
        self.shared.is_linked.store(false, Ordering::Relaxed);
        self.handle_told();
    }

    async fn serve(&mut self, sink: &mut Sink, stream: &mut Stream) -> End {
        let mut stop = self.shared.stop.subscribe();
        let mut stop_at = None;
        loop {
            let audio = self.take_inbox();
            if let Err(end) = self.send_due(sink, audio).await {
                return end;
            }
            self.handle_told();
            self.tell_link();
            if self.shared.is_stopping() {
                let until = *stop_at.get_or_insert_with(|| Instant::now() + STOP);
                let rest = self.outbox.is_welcomed() && self.outbox.backlog().calls > 0;
                if !rest || Instant::now() >= until {
                    return End::Stopped;
                }
            }
            let until = match self.outbox.pulse(self.now()) {
                Pulse::Dead => return End::Broken("no sign of life".to_owned()),
                Pulse::Ping => {
                    if let Err(end) = send(sink, Message::Ping(Default::default())).await {
                        return end;
                    }
                    continue;
                }
                Pulse::Fine { until } => self.started + until,
            };
            let until = until.min(stop_at.unwrap_or(until)).min(self.tell_at().unwrap_or(until));
            let heard = tokio::select! {
                message = stream.next() => self.hear(message),
                () = self.shared.news.notified() => Ok(()),
                () = sleep_until(until) => Ok(()),
                () = stopped(&mut stop), if stop_at.is_none() => Ok(()),
            };
            if let Err(end) = heard {
                return end;
            }
        }
    }

    async fn send_due(&mut self, sink: &mut Sink, audio: Vec<LiveAudio>) -> Result<(), End> {
        while let Some(message) = self.outbox.next_message(&mut self.journals) {
            // Wire types have string keys and derived writers only, which cannot fail.
            let text = serde_json::to_string(&message).expect("a wire type writes as JSON");
            feed(sink, Message::text(text)).await?;
        }
        if self.outbox.is_listened() {
            for block in audio {
                feed(sink, Message::binary(block.to_bytes())).await?;
            }
        }
        let flushed = timeout(SEND, sink.flush()).await;
        flushed.map_err(|_| too_slow())?.map_err(|error| End::Broken(error.to_string()))
    }

    fn hear(&mut self, message: Option<Result<Message, Error>>) -> Result<(), End> {
        let now = self.now();
        match message {
            Some(Ok(Message::Text(text))) => match serde_json::from_str::<FromFloor>(&text) {
                Ok(said) => {
                    if matches!(said, FromFloor::Stored { .. }) {
                        self.link_is_fine();
                    }
                    self.outbox.receive(now, said);
                }
                Err(error) => {
                    self.outbox.heard(now);
                    tracing::warn!(%error, "the floor says something that this version does not know");
                }
            },
            Some(Ok(Message::Close(frame))) => {
                let reason = frame.as_ref().map_or("goodbye", |frame| frame.reason.as_str()).to_owned();
                let is_denied = frame.is_some_and(|frame| frame.code == CloseCode::Policy);
                return Err(if is_denied { End::Denied(reason) } else { End::Broken(reason) });
            }
            Some(Ok(_)) => self.outbox.heard(now),
            Some(Err(error)) => return Err(End::Broken(error.to_string())),
            None => return Err(End::Broken("it ended".to_owned())),
        }
        Ok(())
    }

    fn handle_told(&mut self) {
        while let Some(told) = self.outbox.poll_told() {
            match told {
                Told::Welcome { version, station, agent } => {
                    tracing::info!(floor = %self.access.url, version, station, agent, "linked to the floor");
                    self.screen.is_denied = false;
                    self.screen.was_linked = true;
                    self.link_is_fine();
                    self.shared.is_linked.store(true, Ordering::Relaxed);
                    self.shared.recording_news.notify_one();
                }
                Told::Confirmed { call } => self.confirmed(&call),
                Told::Note { id, from, text } => (self.tell)(Moment::Note { id, from, text }),
                Told::Listen { by } => {
                    self.shared.is_listened.store(!by.is_empty(), Ordering::Relaxed);
                    (self.tell)(Moment::Listening { by });
                }
                Told::Refused { zh, en } => {
                    tracing::warn!("the floor does not take something: {en}");
                    self.screen.has_notice = true;
                    (self.tell)(notices::link_refused(&zh, &en));
                }
                Told::Unreadable { call, error } => {
                    tracing::error!(call, %error, "a call is not sent to the floor");
                }
            }
        }
    }

    /// The floor has all events of a call: the marker says so to the next start, and its recording may go.
    fn confirmed(&mut self, call: &str) {
        let Some(files) = self.journals.remove(call) else { return };
        if let Err(error) = files.mark_stored() {
            tracing::warn!(call, %error, "the call is offered to the floor again at the next start");
        }
        if files.has_recording() {
            self.shared.add_recording(files);
        }
    }

    fn link_is_fine(&mut self) {
        if std::mem::take(&mut self.screen.has_notice) {
            (self.tell)(notices::link_fine());
        }
    }

    /// Tells the screen how the link is, if that is news.
    fn tell_link(&mut self) {
        let link = match (self.outbox.is_welcomed(), self.screen.is_denied) {
            (true, _) => FloorLink::Linked,
            (false, true) => FloorLink::Denied,
            (false, false) => FloorLink::Away,
        };
        let behind = self.outbox.backlog().events;
        let behind_events = if behind < BEHIND_MIN { 0 } else { behind };
        let away_since =
            self.screen.away_since.clone().filter(|_| link != FloorLink::Linked && self.screen.was_linked);
        let recordings = self.shared.recordings_waiting();
        let moment = Moment::Floor { link, behind_events, recordings, away_since };
        let is_same_link =
            matches!(&self.screen.told, Some(Moment::Floor { link: told, .. }) if *told == link);
        let is_early = self.screen.told_at.is_some_and(|at| at.elapsed() < TELL_EVERY);
        if self.screen.told.as_ref() == Some(&moment) || (is_same_link && is_early) {
            return;
        }
        self.screen.told = Some(moment.clone());
        self.screen.told_at = Some(Instant::now());
        (self.tell)(moment);
    }

    /// When numbers that were held back are told.
    fn tell_at(&self) -> Option<Instant> {
        self.screen.told_at.map(|at| at + TELL_EVERY).filter(|at| *at > Instant::now())
    }
}

async fn feed(sink: &mut Sink, message: Message) -> Result<(), End> {
    let fed = timeout(SEND, sink.feed(message)).await;
    fed.map_err(|_| too_slow())?.map_err(|error| End::Broken(error.to_string()))
}

async fn send(sink: &mut Sink, message: Message) -> Result<(), End> {
    let sent = timeout(SEND, sink.send(message)).await;
    sent.map_err(|_| too_slow())?.map_err(|error| End::Broken(error.to_string()))
}

fn too_slow() -> End {
    End::Broken("it takes nothing".to_owned())
}
