use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::counts::Present;
use super::frames::{End, encode, say_goodbye, send};
use super::house::House;
use super::messages::{Done, ForLead, Request, ToHall};
use super::visitor::Visitor;
use crate::access::{Act, On, may};
use crate::board::Audience;
use crate::http::{Fault, Refusal, stopped};
use crate::store::{CallRow, StoreFault};
use crate::wire::{FLOOR_PROTOCOL, FromLead, StampedEvent, ToLead};

/// Largest frame of a page, in bytes.
const FRAME_MAX: usize = 16 * 1024;
/// Kept for reading for as long as the socket lives.
const READ_BUFFER: usize = 4 * 1024;
/// Frames beside the floor itself that wait for a page: events of the open call that do not fit in are read from the store.
const OUTBOX: usize = 256;
/// Events of a call that are read from the store at a time.
const PAGE: u32 = 500;

/// `GET /floor/ws`.
pub(super) async fn open(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Fault> {
    // A foreign one is refused at the gate. None at all is no browser's page.
    if !headers.contains_key(header::ORIGIN) {
        return Err(Fault::foreign("Origin"));
    }
    let audience = visitor.audience(Act::WatchFloor)?;
    let speaks = |name: &axum::http::HeaderValue| name.as_bytes().trim_ascii() == FLOOR_PROTOCOL.as_bytes();
    if !upgrade.requested_protocols().any(speaks) {
        let en = format!("the page must speak {FLOOR_PROTOCOL}: reload it");
        return Err(Fault::new(StatusCode::BAD_REQUEST, "页面版本不符，请刷新", en));
    }
    let upgrade = upgrade
        .protocols([FLOOR_PROTOCOL])
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_message_size(FRAME_MAX)
        .max_frame_size(FRAME_MAX);
    Ok(upgrade.on_upgrade(move |socket| Box::pin(attend(house, visitor, audience, socket))))
}

async fn attend(house: Arc<House>, visitor: Visitor, audience: Audience, mut socket: WebSocket) {
    let _present = Present::at(&house.counts.leads);
    let mut stopping = house.stopping.clone();
    let lead = house.next_number();
    let (outbox, letters) = mpsc::channel(OUTBOX);
    let user = Arc::new(visitor.user().clone());
    let is_behind = Arc::new(AtomicBool::new(false));
    let came = ToHall::LeadCame {
        lead,
        user,
        audience: audience.clone(),
        outbox,
        is_behind: Arc::clone(&is_behind),
    };
    if house.hall.send(came).await.is_err() {
        return;
    }
    let mut ping = interval(house.timeouts.ping);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ping.reset();
    let mut page = LeadPage {
        house: &house,
        visitor,
        audience,
        lead,
        socket: &mut socket,
        letters,
        is_behind,
        ping,
        heard: true,
        open: None,
        ears: None,
    };
    let end = {
        let mut serve = pin!(page.serve());
        tokio::select! {
            end = serve.as_mut() => end,
            () = stopped(&mut stopping) => End::Close(close_code::AWAY, "the floor stops"),
        }
    };
    page.listen_no_more();
    let _ = house.hall.send(ToHall::LeadLeft { lead }).await;
    if let End::Close(code, reason) = end {
        say_goodbye(&mut socket, code, reason).await;
    }
}

/// One page of a lead.
struct LeadPage<'h> {
    house: &'h Arc<House>,
    visitor: Visitor,
    audience: Audience,
    lead: u64,
    socket: &'h mut WebSocket,
    letters: mpsc::Receiver<ForLead>,
    /// Events of the open call did not fit in behind the last letter.
    is_behind: Arc<AtomicBool>,
    ping: Interval,
    /// Anything since the last ping.
    heard: bool,
    open: Option<OpenCall>,
    ears: Option<Ears>,
}

/// The call that the page has open, and how far it has been told.
struct OpenCall {
    call: String,
    next_seq: u64,
}

/// The station that the page listens to.
struct Ears {
    station: u32,
    call: String,
    agent: String,
    since_ms: i64,
    sound: broadcast::Receiver<Bytes>,
}

impl LeadPage<'_> {
    async fn serve(&mut self) -> End {
        let mut frames = match self.whole_floor().await {
            Ok(frames) => frames,
            Err(end) => return end,
        };
        loop {
            let step = tokio::select! {
                frame = frames.recv() => match frame {
                    Ok(frame) => self.send(Message::Text(frame)).await,
                    Err(broadcast::error::RecvError::Lagged(_)) => {
                        self.house.counts.resyncs.add(1);
                        self.whole_floor().await.map(|anew| frames = anew)
                    }
                    Err(broadcast::error::RecvError::Closed) => Err(End::Close(close_code::AWAY, "the floor stops")),
                },
                letter = self.letters.recv() => self.read(letter).await,
                sound = hear_sound(&mut self.ears) => match sound {
                    Some(sound) => self.send(Message::Binary(sound)).await,
                    // The call is over.
                    None => {
                        self.listen_no_more();
                        Ok(())
                    }
                },
                message = self.socket.recv() => self.hear(message).await,
                _ = self.ping.tick() => self.look_after().await,
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn whole_floor(&mut self) -> Result<broadcast::Receiver<Utf8Bytes>, End> {
        let (answer, answered) = oneshot::channel();
        let look = ToHall::Look { audience: self.audience.clone(), answer };
        self.house.hall.send(look).await.map_err(|_stopped| End::Gone)?;
        let (frame, frames) = answered.await.map_err(|_stopped| End::Gone)?;
        self.send(Message::Text(frame)).await?;
        Ok(frames)
    }

    async fn read(&mut self, letter: Option<ForLead>) -> Result<(), End> {
        self.deliver(letter).await?;
        if self.letters.is_empty() && self.is_behind.swap(false, Ordering::Acquire) {
            self.catch_up().await?;
        }
        Ok(())
    }

    async fn deliver(&mut self, letter: Option<ForLead>) -> Result<(), End> {
        match letter {
            Some(ForLead::Frame(frame)) => self.send(Message::Text(frame)).await,
            Some(ForLead::Event { seq, call, frame }) => {
                let Some(open) = self.open.as_ref().filter(|open| *open.call == *call) else { return Ok(()) };
                if seq > open.next_seq {
                    self.catch_up().await?;
                }
                let Some(open) = self.open.as_mut().filter(|open| seq >= open.next_seq) else {
                    return Ok(());
                };
                open.next_seq = seq + 1;
                self.send(Message::Text(frame)).await
            }
            None => Err(End::Gone),
        }
    }

    async fn hear(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        self.heard = true;
        match message {
            Some(Ok(Message::Text(text))) => match serde_json::from_str::<FromLead>(&text) {
                Ok(request) => self.ask(request).await,
                Err(why) => {
                    let en = format!("not a request of a page: {why}");
                    self.refuse(Refusal::new("服务器不认识此指令，请刷新页面", en)).await
                }
            },
            Some(Ok(Message::Binary(_))) => Err(End::Close(close_code::UNSUPPORTED, "text frames only")),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Close(_))) | None => Err(End::Gone),
            Some(Err(why)) => {
                tracing::debug!(%why, "a lead's page broke off");
                Err(End::Close(close_code::PROTOCOL, "not a frame of at most 16 KiB"))
            }
        }
    }

    async fn ask(&mut self, request: FromLead) -> Result<(), End> {
        let done = match request {
            FromLead::Open { call } => return self.open_call(call).await,
            FromLead::Close => {
                self.open = None;
                return self.tell(ToHall::Close { lead: self.lead }).await;
            }
            FromLead::Note { station, text } => {
                let noted = self.request(Request::Note { station, text }).await?;
                noted.map(|done| self.noted(station, done))
            }
            FromLead::Listen { station, on: true } => {
                self.stop_listening().await?;
                let listening = self.request(Request::Listen { station }).await?;
                listening.map(|done| self.listening(station, done))
            }
            FromLead::Listen { on: false, .. } => return self.stop_listening().await,
            FromLead::Acknowledge { alert } => {
                let done = self.request(Request::Acknowledge { alert }).await?;
                done.map(|done| self.settled(alert, "alert_acknowledged", "", &done))
            }
            FromLead::Assign { alert, to } => {
                let name = to.clone();
                match self.house.blocking(move |house| Ok(house.store.user(&name)?)).await {
                    Ok(Some(row)) => {
                        let done = self.request(Request::Assign { alert, to: Box::new(row) }).await?;
                        done.map(|done| self.settled(alert, "alert_assigned", &to, &done))
                    }
                    _ => Err(Refusal::new("没有这个用户", "there is no such user")),
                }
            }
        };
        match done {
            Ok(Some(frame)) => self.send(Message::Text(frame)).await,
            Ok(None) => Ok(()),
            Err(refusal) => self.refuse(refusal).await,
        }
    }

    async fn request(&mut self, request: Request) -> Result<Result<Done, Refusal>, End> {
        let (answer, answered) = oneshot::channel();
        self.tell(ToHall::Request { lead: self.lead, request, answer }).await?;
        answered.await.map_err(|_stopped| End::Gone)
    }

    fn noted(&self, station: u32, done: Done) -> Option<Utf8Bytes> {
        let Done::Noted { frame, agent } = done else { return None };
        self.visitor.note(self.house, "note_sent", &format!("station:{station}"), &agent);
        Some(frame)
    }

    fn listening(&mut self, station: u32, done: Done) -> Option<Utf8Bytes> {
        let Done::Listening { sound, call, agent } = done else { return None };
        self.visitor.note(self.house, "listen_start", &call, &format!("agent {agent}"));
        self.ears = Some(Ears { station, call, agent, since_ms: self.house.clock.steady_ms(), sound });
        None
    }

    fn settled(&self, alert: u64, act: &str, to: &str, done: &Done) -> Option<Utf8Bytes> {
        if let Done::Settled(card) = done {
            self.visitor.note(self.house, act, &card.call, format!("alert {alert} {to}").trim_end());
        }
        None
    }

    async fn stop_listening(&mut self) -> Result<(), End> {
        let Some(station) = self.listen_no_more() else { return Ok(()) };
        self.request(Request::ListenNoMore { station }).await.map(|_| ())
    }

    /// Writes down for how long it was.
    fn listen_no_more(&mut self) -> Option<u32> {
        let Ears { station, call, agent, since_ms, .. } = self.ears.take()?;
        let length_s = (self.house.clock.steady_ms() - since_ms) / 1_000;
        self.visitor.note(self.house, "listen_end", &call, &format!("agent {agent}, {length_s} s"));
        Some(station)
    }

    /// All events so far, then what comes. What comes meanwhile waits in the queue, or is read from the store behind it.
    async fn open_call(&mut self, call: String) -> Result<(), End> {
        self.open = None;
        let wanted = call.clone();
        let row = match self.house.blocking(move |house| find(house, &wanted)).await {
            Ok(Some(row)) => row,
            Ok(None) => return self.refuse(no_call()).await,
            Err(_told_in_the_log) => {
                let refusal =
                    Refusal::new("数据暂时无法读取，请稍后再试", "the store does not answer, try again");
                return self.refuse(refusal).await;
            }
        };
        let (team, agent) = (row.header.team.as_str(), row.header.agent.as_str());
        if !may(self.visitor.user(), Act::ReadTranscript, On::Call { team, agent }) {
            self.visitor.note(self.house, "refused", &call, "ReadTranscript");
            return self.refuse(no_call()).await;
        }
        self.visitor.note(self.house, "transcript_read", &call, "live");
        self.tell(ToHall::Open { lead: self.lead, station: row.header.station, call: call.clone() }).await?;
        self.open = Some(OpenCall { call, next_seq: 1 });
        self.catch_up().await
    }

    /// Sends what the store has of the open call and the page does not.
    async fn catch_up(&mut self) -> Result<(), End> {
        while let Some(OpenCall { call, next_seq }) = &self.open {
            let (call, after) = (call.clone(), next_seq - 1);
            let read = self.house.blocking(move |house| Ok(house.store.events(&call, after, PAGE)?)).await;
            let events: Vec<StampedEvent> = read.unwrap_or_default();
            let Some(last) = events.last().map(|event| event.seq) else { return Ok(()) };
            let whole_page = events.len() == PAGE as usize;
            for event in events {
                self.send(Message::Text(encode(&ToLead::CallEvent { event }))).await?;
            }
            if let Some(open) = &mut self.open {
                open.next_seq = last + 1;
            }
            if !whole_page {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn refuse(&mut self, Refusal { zh, en }: Refusal) -> Result<(), End> {
        self.house.counts.refused.add(1);
        self.send(Message::Text(encode(&ToLead::Refused { zh, en }))).await
    }

    /// At each ping: is the page there, is the session still good, does its user still have the same rights?
    async fn look_after(&mut self) -> Result<(), End> {
        if !std::mem::take(&mut self.heard) {
            return Err(End::Gone);
        }
        let hash = self.visitor.session.token_sha256.clone();
        let look_up = move |house: &House| Ok(house.accounts.session_by_hash(&hash, house.clock.now())?);
        match self.house.blocking(look_up).await {
            Ok(Some(session)) if session.user == self.visitor.session.user => {}
            Ok(_) => {
                return Err(End::Close(close_code::POLICY, "the session is over, or rights have changed"));
            }
            // A store that does not answer for a moment throws nobody out.
            Err(_told_in_the_log) => {}
        }
        self.send(Message::Ping(Default::default())).await
    }

    async fn tell(&mut self, told: ToHall) -> Result<(), End> {
        self.house.hall.send(told).await.map_err(|_stopped| End::Gone)
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        send(self.socket, self.house.timeouts.frame, message).await
    }
}

/// The next frame of sound, none once there will be no more; never, if nobody listens.
async fn hear_sound(ears: &mut Option<Ears>) -> Option<Bytes> {
    let Some(ears) = ears else { return std::future::pending().await };
    loop {
        match ears.sound.recv().await {
            Ok(frame) => return Some(frame),
            // The oldest were skipped.
            Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => return None,
        }
    }
}

fn find(house: &House, call: &str) -> Result<Option<CallRow>, Fault> {
    match house.store.call(call) {
        Ok(row) => Ok(Some(row)),
        Err(error) if matches!(error.fault, StoreFault::Missing(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Also for a call of another team.
fn no_call() -> Refusal {
    Refusal::new("没有这通电话，或无权查看", "there is no such call for you")
}
