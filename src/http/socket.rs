use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};

use super::door::stopped;
use super::fault::Fault;
use super::serve::{MESSAGE_MAX, NotDone, Station};
use super::{CallState, Command, Refusal};
use crate::deliver::Seat;
use crate::wire::ToStation;

/// Name and version of what is spoken on the socket; the page offers it beside its token.
const PROTOCOL: &str = "callcue.v1";

/// Browsers let a page set no header of a socket but its subprotocols, so the token comes as one.
const TOKEN_PREFIX: &str = "callcue.token.";

/// How long a page may take to hear a goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// `GET /ws`.
pub(super) async fn open(
    State(station): State<Arc<Station>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Fault> {
    // A foreign one is refused at the gate. None at all is no browser's page.
    if !headers.contains_key(header::ORIGIN) {
        return Err(Fault::foreign("Origin"));
    }
    let offered = || upgrade.requested_protocols().filter_map(|value| value.to_str().ok()).map(str::trim);
    if !offered().filter_map(|name| name.strip_prefix(TOKEN_PREFIX)).any(|token| station.token.matches(token))
    {
        return Err(Fault::bad_token());
    }
    if !offered().any(|name| name == PROTOCOL) {
        let en = format!("the page must speak {PROTOCOL}: reload it");
        return Err(Fault::new(StatusCode::BAD_REQUEST, "页面版本不符，请刷新", en));
    }
    let seat = station.delivery.join().map_err(|full| {
        let zh = format!("已打开 {} 个页面，请先关闭一个", full.pages_max);
        Fault::new(StatusCode::SERVICE_UNAVAILABLE, zh, full.to_string())
    })?;
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(MESSAGE_MAX).max_frame_size(MESSAGE_MAX);
    Ok(upgrade.on_upgrade(move |socket| PageSocket::new(station, seat, socket).run()))
}

/// One page's socket.
struct PageSocket {
    station: Arc<Station>,
    seat: Seat,
    socket: WebSocket,
    ping: Interval,
    /// Anything since the last ping.
    heard: bool,
    /// The command that waits for its answer; until it has one, the next is not read.
    pending: Option<Pending>,
}

type Pending = Pin<Box<dyn Future<Output = Result<CallState, NotDone>> + Send>>;

/// Why a socket ends.
enum End {
    /// The page left, or cannot be reached.
    Gone,
    /// The station closes it, with a code and a reason.
    Close(u16, &'static str),
}

impl PageSocket {
    fn new(station: Arc<Station>, seat: Seat, socket: WebSocket) -> Self {
        let mut ping = interval(station.timeouts.ping);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ping.reset();
        Self { station, seat, socket, ping, heard: true, pending: None }
    }

    async fn run(mut self) {
        let mut stopping = self.station.stopping.clone();
        let end = tokio::select! {
            end = self.serve() => end,
            () = stopped(&mut stopping) => End::Close(close_code::AWAY, "the station stops"),
        };
        if let End::Close(code, reason) = end {
            if code == close_code::AWAY {
                // The end of the call may have been told in the same moment.
                let _ = timeout(GOODBYE, self.send_rest()).await;
            }
            let goodbye = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
            let _ = timeout(GOODBYE, self.close(goodbye)).await;
        }
    }

    /// Sends what is due and waits for nothing more.
    async fn send_rest(&mut self) {
        while let Some(frame) = self.seat.ready_frame() {
            if self.send(Message::Text(frame)).await.is_err() {
                return;
            }
        }
    }

    async fn serve(&mut self) -> End {
        loop {
            let step = tokio::select! {
                frame = self.seat.next_frame() => self.send(Message::Text(frame)).await,
                message = self.socket.recv(), if self.pending.is_none() => self.hear(message),
                answer = answer(&mut self.pending) => self.answered(answer),
                _ = self.ping.tick() => self.send_ping().await,
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    /// Takes in one message of the page.
    fn hear(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        self.heard = true;
        match message {
            Some(Ok(Message::Text(text))) => self.command(&text),
            Some(Ok(Message::Binary(_))) => {
                return Err(End::Close(close_code::UNSUPPORTED, "text frames only"));
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Close(_))) | None => return Err(End::Gone),
            Some(Err(why)) => {
                tracing::debug!(%why, "page broke off");
                return Err(End::Close(close_code::PROTOCOL, "not a frame of at most 64 KiB"));
            }
        }
        Ok(())
    }

    fn command(&mut self, text: &str) {
        match serde_json::from_str::<ToStation>(text) {
            Ok(message) => {
                let station = self.station.clone();
                self.pending = Some(Box::pin(async move { station.order(Command::from(message)).await }));
            }
            Err(why) => self
                .seat
                .refuse("站点不认识此指令，请刷新页面", &format!("not a command of this station: {why}")),
        }
    }

    /// The page learns of success by the events that follow, of failure here.
    fn answered(&mut self, answer: Result<CallState, NotDone>) -> Result<(), End> {
        self.pending = None;
        if let Err(NotDone::Refused(Refusal { zh, en }) | NotDone::Unanswered(Refusal { zh, en })) = answer {
            self.seat.refuse(&zh, &en);
        }
        Ok(())
    }

    async fn send_ping(&mut self) -> Result<(), End> {
        if !std::mem::take(&mut self.heard) {
            tracing::debug!("page is silent");
            return Err(End::Gone);
        }
        self.send(Message::Ping(Default::default())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        match timeout(self.station.timeouts.frame, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(End::Gone),
        }
    }

    /// Says goodbye, and reads on until the page says it too: bytes left unread would make the system take it back.
    async fn close(&mut self, goodbye: CloseFrame) {
        if self.socket.send(Message::Close(Some(goodbye))).await.is_ok() {
            while let Some(Ok(_)) = self.socket.recv().await {}
        }
    }
}

/// The answer that is waited for; never, if none is.
async fn answer(pending: &mut Option<Pending>) -> Result<CallState, NotDone> {
    match pending {
        Some(pending) => pending.await,
        None => std::future::pending().await,
    }
}
