use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use futures_util::{SinkExt, StreamExt};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep_until, timeout};
use tokio_tungstenite::tungstenite::{self, Message};

use super::clock::Clock;
use super::endpoint::{Caller, Endpoint, Socket};
use super::sends::Sends;
use super::station::Station;
use crate::uplink::{Broken, Pulse};
use crate::wire::UPLINK_PROTOCOL;

/// Bytes of a station's read buffer: what the floor says is short.
const BUFFER_BYTES: usize = 4 << 10;
/// Longest time for a connection to be made, and for what is sent to be taken.
const PATIENCE: Duration = Duration::from_secs(10);
/// Nothing to do before this.
const IDLE: Duration = Duration::from_secs(3_600);

/// A simulated station and the token that the floor knows it by.
pub struct Seat {
    /// Who sits there.
    pub station: Station,
    /// As the floor gave it out.
    pub token: String,
}

/// What the stations are to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Take calls.
    Play,
    /// Take no more calls, and leave when the floor has confirmed everything.
    Settle,
    /// Leave.
    Leave,
}

/// Runs stations on this thread, all of them as tasks, until they are ordered to leave. Gives them back.
///
/// # Errors
/// The system's, when there is no room for the event loop.
pub fn run_stations(
    seats: Vec<Seat>,
    endpoint: Endpoint,
    clock: Clock,
    sends: Arc<Sends>,
    orders: watch::Receiver<Order>,
) -> anyhow::Result<Vec<Station>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let shared = Arc::new(Shared { endpoint, clock, sends });
    tokio::task::LocalSet::new().block_on(&runtime, async move {
        let mut tasks = JoinSet::new();
        for seat in seats {
            tasks.spawn_local(attend(seat, Arc::clone(&shared), orders.clone()));
        }
        let mut stations = Vec::with_capacity(tasks.len());
        while let Some(station) = tasks.join_next().await {
            stations.push(station.context("a simulated station has failed")?);
        }
        Ok(stations)
    })
}

struct Shared {
    endpoint: Endpoint,
    clock: Clock,
    sends: Arc<Sends>,
}

#[expect(clippy::large_enum_variant, reason = "one a station, which is almost always up")]
enum Link {
    Down,
    Connecting(Pin<Box<dyn Future<Output = Result<Socket, Broken>>>>),
    Up(Socket),
}

/// What ends a wait.
#[expect(clippy::large_enum_variant, reason = "lives for one turn of the loop")]
enum Woken {
    Connected(Result<Socket, Broken>),
    Frame(Option<Result<Message, tungstenite::Error>>),
    Order,
    Time,
}

/// One station from its first call until it is ordered to leave.
async fn attend(seat: Seat, shared: Arc<Shared>, mut orders: watch::Receiver<Order>) -> Station {
    let Seat { mut station, token } = seat;
    let token: Arc<str> = token.into();
    let mut link = Link::Down;
    loop {
        let now = shared.clock.now();
        // Nobody is left who could order anything.
        let order = if orders.has_changed().is_err() { Order::Leave } else { *orders.borrow_and_update() };
        if order == Order::Play {
            station.play(now, Clock::wall_ms(), &shared.sends);
        } else {
            station.stop(&shared.sends);
        }
        if let Link::Up(socket) = &mut link
            && let Err(why) = say(&mut station, socket, now).await
        {
            station.broken(shared.clock.now(), why);
            link = Link::Down;
        }
        if order == Order::Leave || (order == Order::Settle && station.is_settled()) {
            return station;
        }
        if matches!(link, Link::Down) && station.attempt_at().is_some_and(|at| at <= now) {
            link = Link::Connecting(Box::pin(connect(Arc::clone(&shared), Arc::clone(&token))));
        }
        let wake = wake_at(&station, &link).unwrap_or(now + IDLE);
        match wait(&mut link, wake, &shared, &mut orders).await {
            Woken::Connected(Ok(socket)) => {
                station.connected(shared.clock.now());
                link = Link::Up(socket);
            }
            Woken::Connected(Err(why)) => {
                station.broken(shared.clock.now(), why);
                link = Link::Down;
            }
            Woken::Frame(frame) => {
                if !hear(&mut station, frame, shared.clock.now()) {
                    station.broken(shared.clock.now(), Broken::Network);
                    link = Link::Down;
                }
            }
            Woken::Order | Woken::Time => {}
        }
    }
}

fn wake_at(station: &Station, link: &Link) -> Option<Duration> {
    let connection = match link {
        Link::Down => station.attempt_at(),
        Link::Connecting(_) => None,
        Link::Up(_) => Some(station.pulse_at()),
    };
    [station.play_at(), connection].into_iter().flatten().min()
}

async fn wait(
    link: &mut Link,
    wake: Duration,
    shared: &Shared,
    orders: &mut watch::Receiver<Order>,
) -> Woken {
    let time = sleep_until(shared.clock.at(wake));
    match link {
        Link::Down => tokio::select! {
            _ = orders.changed() => Woken::Order,
            () = time => Woken::Time,
        },
        Link::Connecting(connecting) => tokio::select! {
            connected = connecting => Woken::Connected(connected),
            _ = orders.changed() => Woken::Order,
            () = time => Woken::Time,
        },
        Link::Up(socket) => tokio::select! {
            frame = socket.next() => Woken::Frame(frame),
            _ = orders.changed() => Woken::Order,
            () = time => Woken::Time,
        },
    }
}

async fn connect(shared: Arc<Shared>, token: Arc<str>) -> Result<Socket, Broken> {
    let socket =
        shared.endpoint.socket("/station/ws", UPLINK_PROTOCOL, Caller::Station(&token), BUFFER_BYTES);
    match timeout(PATIENCE, socket).await {
        Ok(Ok(socket)) => Ok(socket),
        Ok(Err(error)) => match error.downcast_ref() {
            Some(tungstenite::Error::Http(answer)) if matches!(answer.status().as_u16(), 401 | 403) => {
                Err(Broken::Denied)
            }
            _ => Err(Broken::Network),
        },
        Err(_) => Err(Broken::Network),
    }
}

/// Sends all that is due.
async fn say(station: &mut Station, socket: &mut Socket, now: Duration) -> Result<(), Broken> {
    let send = async {
        while let Some(message) = station.next_message() {
            let text = serde_json::to_string(&message).map_err(|_| Broken::Network)?;
            socket.send(Message::text(text)).await.map_err(|_| Broken::Network)?;
        }
        match station.pulse(now) {
            Pulse::Fine { .. } => Ok(()),
            Pulse::Ping => socket.send(Message::Ping(Vec::new().into())).await.map_err(|_| Broken::Network),
            Pulse::Dead => Err(Broken::Network),
        }
    };
    timeout(PATIENCE, send).await.unwrap_or(Err(Broken::Network))
}

/// False when the connection is over.
fn hear(station: &mut Station, frame: Option<Result<Message, tungstenite::Error>>, now: Duration) -> bool {
    match frame {
        Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
            Ok(message) => {
                station.receive(now, message);
                true
            }
            Err(_) => false,
        },
        Some(Ok(Message::Close(_)) | Err(_)) | None => false,
        Some(Ok(_)) => {
            station.heard(now);
            true
        }
    }
}
