use std::pin::pin;
use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};

use super::counts::Present;
use super::frames::{End, encode, say_goodbye, send};
use super::house::House;
use super::masks::mask_moment;
use super::messages::{Job, Sender, ToHall, ToStation};
use crate::call::can_name_a_call;
use crate::http::{Fault, stopped};
use crate::store::{Arrival, CallHeader, StationRow, StoreFault};
use crate::wire::{
    CallOffer, FromFloor, LiveAudio, Moment, StampedEvent, StationHello, ToFloor, UNCONFIRMED_MAX,
    UPLINK_PROTOCOL,
};

/// Largest frame of a station, in bytes.
const FRAME_MAX: usize = 256 * 1024;
/// Kept for reading for as long as the socket lives; a larger frame grows it for a while.
const READ_BUFFER: usize = 4 * 1024;
/// Arrivals of a connection that are not dealt with yet; it is not read on while there are so many.
const UNDER_WAY_MAX: usize = 8;
/// Messages to a station that wait: answers to all that is under way, and what leads say.
const OUTBOX: usize = 64;
/// Calls in one offer.
const OFFER_MAX: usize = 1_024;
/// Largest number of an event that is believed.
const SEQ_MAX: u64 = 1 << 32;
/// Frames of nonsense after which a connection ends.
const REFUSED_MAX: u32 = 32;

/// `GET /station/ws`.
pub(super) async fn open(
    State(house): State<Arc<House>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Fault> {
    let row = admit(&house, &headers).await?;
    let speaks = |name: &&axum::http::HeaderValue| name.as_bytes().trim_ascii() == UPLINK_PROTOCOL.as_bytes();
    if !upgrade.requested_protocols().any(|name| speaks(&name)) {
        let en = format!("the station must speak {UPLINK_PROTOCOL}: bring both sides to the same version");
        return Err(Fault::new(StatusCode::BAD_REQUEST, "坐席端与服务器版本不符", en));
    }
    let upgrade = upgrade
        .protocols([UPLINK_PROTOCOL])
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(FRAME_MAX)
        .max_message_size(FRAME_MAX)
        .max_frame_size(FRAME_MAX);
    Ok(upgrade.on_upgrade(move |socket| Box::pin(attend(house, row, socket))))
}

/// The station that offers its token.
pub(super) async fn admit(house: &Arc<House>, headers: &HeaderMap) -> Result<StationRow, Fault> {
    let offered = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let offered = offered.and_then(|value| value.split_once(' '));
    let token = match offered {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim().to_owned(),
        _ => return Err(bad_token()),
    };
    house.blocking(move |house| house.accounts.station_of(&token)?.ok_or_else(bad_token)).await
}

fn bad_token() -> Fault {
    let zh = "坐席凭证不对或已收回：请管理员重新登记这台坐席";
    Fault::new(StatusCode::UNAUTHORIZED, zh, "wrong, missing or revoked token: enrol the station anew")
}

async fn attend(house: Arc<House>, row: StationRow, mut socket: WebSocket) {
    let _present = Present::at(&house.counts.stations);
    let mut stopping = house.stopping.clone();
    let end = {
        let mut serve = pin!(greet_and_serve(&house, &row, &mut socket));
        tokio::select! {
            end = serve.as_mut() => end,
            () = stopped(&mut stopping) => End::Close(close_code::AWAY, "the floor stops"),
        }
    };
    tracing::debug!(station = row.station, ?end, "a station's connection ends");
    if let End::Close(code, reason) = end {
        say_goodbye(&mut socket, code, reason).await;
    }
}

async fn greet_and_serve(house: &Arc<House>, row: &StationRow, socket: &mut WebSocket) -> End {
    let hello = match timeout(house.timeouts.request, socket.recv()).await {
        Ok(Some(Ok(Message::Text(text)))) => match serde_json::from_str(&text) {
            Ok(ToFloor::Hello(hello)) => hello,
            _ => return End::Close(close_code::POLICY, "a hello comes first"),
        },
        Ok(Some(Ok(_))) => return End::Close(close_code::POLICY, "a hello comes first"),
        _ => return End::Gone,
    };
    let (outbox, letters) = mpsc::channel(OUTBOX);
    let (end, ended) = oneshot::channel();
    let connection = house.next_number();
    let came = ToHall::StationCame { row: Box::new(row.clone()), connection, outbox: outbox.clone(), end };
    if house.hall.send(came).await.is_err() {
        return End::Gone;
    }
    let mut ping = interval(house.timeouts.ping);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ping.reset();
    let station = row.station;
    let mut line = StationLine {
        house,
        row,
        socket,
        hello,
        connection,
        outbox,
        letters,
        ended,
        ping,
        heard: true,
        under_way: 0,
        refused: 0,
        last_have: None,
    };
    let end = line.serve().await;
    let _ = house.hall.send(ToHall::StationLeft { station, connection }).await;
    end
}

/// One connection of a station.
struct StationLine<'h> {
    house: &'h Arc<House>,
    row: &'h StationRow,
    socket: &'h mut WebSocket,
    hello: StationHello,
    connection: u64,
    outbox: mpsc::Sender<ToStation>,
    letters: mpsc::Receiver<ToStation>,
    /// Ready when a newer connection has come, or the station's token was taken back.
    ended: oneshot::Receiver<()>,
    ping: Interval,
    /// Anything since the last ping.
    heard: bool,
    under_way: usize,
    refused: u32,
    /// The last gap that was told: what was under way behind it needs no answer each.
    last_have: Option<(String, u64)>,
}

impl StationLine<'_> {
    async fn serve(&mut self) -> End {
        let welcome = FromFloor::Welcome {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            station: self.row.enrolled.name.clone(),
            agent: self.row.enrolled.agent.clone(),
        };
        if let Err(end) = self.say(&welcome).await {
            return end;
        }
        loop {
            let step = tokio::select! {
                biased;
                _ = &mut self.ended => Err(End::Close(close_code::POLICY, "replaced by a newer connection, or no longer enrolled")),
                letter = self.letters.recv() => self.deliver(letter).await,
                _ = self.ping.tick() => self.send_ping().await,
                message = self.socket.recv(), if self.under_way < UNDER_WAY_MAX => self.hear(message).await,
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn deliver(&mut self, letter: Option<ToStation>) -> Result<(), End> {
        match letter {
            Some(ToStation::Say(told)) => self.say(&told).await,
            Some(ToStation::Answer(told)) => {
                self.under_way = self.under_way.saturating_sub(1);
                match told {
                    Some(FromFloor::Have { call, seq, .. })
                        if self.last_have.as_ref() == Some(&(call.clone(), seq)) =>
                    {
                        Ok(())
                    }
                    Some(told) => {
                        self.last_have = match &told {
                            FromFloor::Have { call, seq, .. } => Some((call.clone(), *seq)),
                            _ => None,
                        };
                        self.say(&told).await
                    }
                    None => Ok(()),
                }
            }
            // Never: the line holds a sender itself.
            None => Err(End::Gone),
        }
    }

    async fn hear(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        self.heard = true;
        match message {
            Some(Ok(Message::Text(text))) => match serde_json::from_str::<ToFloor>(&text) {
                Ok(message) => self.take(message).await,
                Err(why) => {
                    self.refuse("服务器不认识此消息", format!("not a message of a station: {why}")).await
                }
            },
            Some(Ok(Message::Binary(frame))) => {
                if LiveAudio::from_bytes(&frame).is_none() {
                    return self.refuse("声音数据不完整", "sound that is cut".to_owned()).await;
                }
                self.tell_or_drop(ToHall::Sound {
                    station: self.row.station,
                    connection: self.connection,
                    frame,
                });
                Ok(())
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Close(_))) | None => Err(End::Gone),
            Some(Err(why)) => {
                tracing::debug!(%why, station = self.row.station, "a station broke off");
                Err(End::Close(close_code::PROTOCOL, "not a frame of at most 256 KiB"))
            }
        }
    }

    async fn take(&mut self, message: ToFloor) -> Result<(), End> {
        let (station, connection) = (self.row.station, self.connection);
        match message {
            ToFloor::Hello(hello) => self.hello = hello,
            ToFloor::Offer { calls } => return self.offered(calls).await,
            ToFloor::Events { events } => return self.events(events).await,
            ToFloor::Closed { call, last_seq } => {
                if !can_name_a_call(&call) {
                    return self.refuse("通话编号不对", "not an id of a call".to_owned()).await;
                }
                return self.hand_in(call, Vec::new(), Some(last_seq)).await;
            }
            ToFloor::Moment { moment } if is_for_leads(&moment) => {
                let moment = if self.house.masks { mask_moment(moment) } else { Some(moment) };
                let Some(moment) = moment else { return Ok(()) };
                self.tell_or_drop(ToHall::Moment { station, connection, moment });
            }
            ToFloor::Moment { .. } => {}
            ToFloor::Ringing { on } => self.tell(ToHall::Ringing { station, connection, on }).await,
            ToFloor::NoteRead { id } => self.tell(ToHall::NoteRead { station, id }).await,
        }
        Ok(())
    }

    /// Each call is answered with what the floor has of it.
    async fn offered(&mut self, calls: Vec<CallOffer>) -> Result<(), End> {
        if calls.len() > OFFER_MAX || !calls.iter().all(|offer| can_name_a_call(&offer.call)) {
            let en = format!("an offer has at most {OFFER_MAX} calls, each with an id");
            return self.refuse("通话列表不对", en).await;
        }
        let station = self.row.station;
        let look_up = move |house: &House| {
            let standing = |offer: CallOffer| {
                let found = house.store.standing(station, &offer.call);
                (offer, found)
            };
            Ok(calls.into_iter().map(standing).collect::<Vec<_>>())
        };
        let Ok(found) = self.house.blocking(look_up).await else {
            return Err(End::Close(close_code::ERROR, "a defect of the floor"));
        };
        let mut known = Vec::new();
        for (offer, standing) in found {
            match standing {
                Ok(standing) => {
                    let have = FromFloor::Have {
                        call: offer.call.clone(),
                        seq: standing.seq,
                        closed: standing.closed,
                    };
                    self.say(&have).await?;
                    known.push((offer.call, offer.last_seq, standing.seq));
                }
                Err(error) if matches!(error.fault, StoreFault::Conflict(_)) => {
                    let en = format!("call {} belongs to another station", offer.call);
                    self.refuse("这通电话属于另一个坐席", en).await?;
                }
                Err(error) => {
                    tracing::error!(%error, "a call cannot be looked up");
                    return Err(End::Close(close_code::AGAIN, "the store does not answer"));
                }
            }
        }
        self.tell(ToHall::Offered { station, calls: known }).await;
        Ok(())
    }

    async fn events(&mut self, events: Vec<StampedEvent>) -> Result<(), End> {
        let whole = |call: &str, first: u64| {
            let fits =
                (1..=SEQ_MAX).contains(&first) && events.len() <= UNCONFIRMED_MAX && can_name_a_call(call);
            fits && events.iter().zip(first..).all(|(event, seq)| event.seq == seq && event.call == call)
        };
        match events.first().map(|first| (first.call.clone(), first.seq)) {
            Some((call, first)) if whole(&call, first) => self.hand_in(call, events, None).await,
            _ => {
                let en = "events of one call, numbered without gaps, are wanted".to_owned();
                self.refuse("事件编号不连续", en).await
            }
        }
    }

    /// To the writer. While its queue is full, this connection is not read on.
    async fn hand_in(
        &mut self,
        call: String,
        events: Vec<StampedEvent>,
        closes: Option<u64>,
    ) -> Result<(), End> {
        let header = CallHeader {
            station: self.row.station,
            agent: self.row.enrolled.agent.clone(),
            team: self.row.enrolled.team.clone(),
            script: self.hello.script.clone(),
            script_sha256: self.hello.script_sha256.clone(),
            model: self.hello.model.clone().unwrap_or_default(),
            engine: self.hello.version.clone(),
        };
        let clock = &self.house.clock;
        let (received_ms, came_ms) = (clock.wall_ms(), clock.steady_ms());
        let arrival = Box::new(Arrival { call, header, events, closes, received_ms, is_live: true });
        let job = Job::Arrival(arrival, Sender { answer: self.outbox.clone(), came_ms });
        let sent = match self.house.jobs.try_send(job) {
            Err(mpsc::error::TrySendError::Full(job)) => {
                self.house.counts.writer_waits.add(1);
                self.house.jobs.send(job).await.is_ok()
            }
            sent => sent.is_ok(),
        };
        self.under_way += 1;
        if sent { Ok(()) } else { Err(End::Close(close_code::AWAY, "the floor stops")) }
    }

    async fn refuse(&mut self, zh: &str, en: String) -> Result<(), End> {
        self.house.counts.refused.add(1);
        tracing::warn!(station = self.row.station, why = en, "a station's message is refused");
        self.refused += 1;
        if self.refused > REFUSED_MAX {
            return Err(End::Close(close_code::POLICY, "too much that is no message"));
        }
        self.say(&FromFloor::Refused { zh: zh.to_owned(), en }).await
    }

    async fn tell(&mut self, told: ToHall) {
        // The hall is gone only when the floor stops.
        let _ = self.house.hall.send(told).await;
    }

    fn tell_or_drop(&self, told: ToHall) {
        if self.house.hall.try_send(told).is_err() {
            self.house.counts.moments_dropped.add(1);
        }
    }

    async fn send_ping(&mut self) -> Result<(), End> {
        // A line that is not read on for the writer's sake is not silent by itself.
        if !std::mem::take(&mut self.heard) && self.under_way < UNDER_WAY_MAX {
            tracing::debug!(station = self.row.station, "a station is silent");
            return Err(End::Gone);
        }
        send(self.socket, self.house.timeouts.frame, Message::Ping(Default::default())).await
    }

    async fn say(&mut self, told: &FromFloor) -> Result<(), End> {
        send(self.socket, self.house.timeouts.frame, Message::Text(encode(told))).await
    }
}

/// The others are between a station and its own page.
const fn is_for_leads(moment: &Moment) -> bool {
    matches!(
        moment,
        Moment::Levels { .. } | Moment::Partial { .. } | Moment::Lag { .. } | Moment::Notice { .. }
    )
}
