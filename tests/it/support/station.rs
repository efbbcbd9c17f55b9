//! A station on a free port, with a stand-in for the engine, and clients that behave well or badly.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use callcue::call::{Event, EventKind};
use callcue::deliver::{Delivery, Limits};
use callcue::http::{
    CallState, Command, Order, Refusal, ServeError, StationParts, Timeouts, Token, bind, serve,
};
use callcue::wire::{Hello, StampedEvent};
use callcue::workbench::Files;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{self, Message};

/// What never comes is a failure, not a hang.
const PATIENCE: Duration = Duration::from_secs(30);

/// A free port.
pub(crate) const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

pub(crate) struct TestStation {
    pub(crate) address: SocketAddr,
    pub(crate) token: Token,
    pub(crate) delivery: Delivery,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), ServeError>>,
}

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Lower-case head.
    pub(crate) head: String,
    pub(crate) body: String,
}

pub(crate) type Headers<'a> = &'a [(&'a str, &'a str)];

impl TestStation {
    pub(crate) async fn start() -> Self {
        Self::start_with(Timeouts::default()).await
    }

    pub(crate) async fn start_with(timeouts: Timeouts) -> Self {
        let (commands, orders) = mpsc::channel(8);
        let station = Self::start_without_engine(timeouts, commands).await;
        tokio::spawn(engine(orders, station.delivery.clone()));
        station
    }

    pub(crate) async fn start_without_engine(timeouts: Timeouts, commands: mpsc::Sender<Order>) -> Self {
        let delivery = Delivery::new(hello(), Limits::default());
        let token = Token::random().unwrap();
        let listener = bind(LOOPBACK).await.unwrap();
        let address = listener.local_addr().unwrap();
        let files = Arc::new(|| Ok(Files::default()));
        let parts =
            StationParts { delivery: delivery.clone(), commands, token: token.clone(), timeouts, files };
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(serve(listener, parts, async {
            let _ = stopped.await;
        }));
        Self { address, token, delivery, stop, served }
    }

    /// Stops it, and waits until everybody has left.
    pub(crate) async fn stop(self) {
        let Self { stop, served, .. } = self;
        stop.send(()).unwrap();
        timeout(PATIENCE, served).await.unwrap().unwrap().unwrap();
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Subprotocols that a page offers.
    pub(crate) fn protocols(&self) -> String {
        format!("callcue.v1, callcue.token.{}", self.token.reveal())
    }

    /// A page as it should be.
    pub(crate) async fn page(&self) -> Page {
        let (origin, protocols) = (self.origin(), self.protocols());
        self.dial(&[("Origin", &origin), ("Sec-WebSocket-Protocol", &protocols)]).await.unwrap()
    }

    /// A socket with these headers and no others that matter; an error has the status of the refusal.
    pub(crate) async fn dial(&self, headers: Headers<'_>) -> Result<Page, u16> {
        let mut request = format!("ws://{}/ws", self.address).into_client_request().unwrap();
        for (name, value) in headers {
            let name: tungstenite::http::HeaderName = name.parse().unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let stream = TcpStream::connect(self.address).await.unwrap();
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((socket, response)) => {
                assert_eq!(response.headers()["sec-websocket-protocol"], "callcue.v1");
                Ok(Page(socket))
            }
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(other) => panic!("{other}"),
        }
    }

    /// A page's socket, bare: nobody answers its pings or reads its frames.
    pub(crate) async fn dead_page(&self) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let request = format!(
            "GET /ws HTTP/1.1\r\nHost: {}\r\nOrigin: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Protocol: {}\r\n\r\n",
            self.address,
            self.origin(),
            self.protocols()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut status = [0; 12];
        stream.read_exact(&mut status).await.unwrap();
        assert_eq!(&status, b"HTTP/1.1 101");
        stream
    }

    /// A request of somebody who has the token.
    pub(crate) async fn softphone(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let bearer = format!("Bearer {}", self.token.reveal());
        let reply = self.request(method, path, &[("Authorization", &bearer)], body).await;
        (reply.status, serde_json::from_str(&reply.body).unwrap())
    }

    /// A request with these headers; `Host` is right unless it is among them.
    pub(crate) async fn request(&self, method: &str, path: &str, headers: Headers<'_>, body: &str) -> Reply {
        let mut text = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            text += &format!("Host: {}\r\n", self.address);
        }
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
        let answer = self.raw(text.as_bytes()).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head in {answer:?}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Reply { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    /// Sends bytes and takes whatever comes until the server closes.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        String::from_utf8_lossy(&read_to_end(&mut stream).await).into_owned()
    }

    /// The station does its work: it answers, and it takes a page.
    pub(crate) async fn assert_alive(&self, after: &str) {
        let health = self.request("GET", "/healthz", &[], "").await;
        assert_eq!(health.status, 200, "after {after}");
        let pages = self.delivery.counts().pages;
        let mut page = self.page().await;
        assert_eq!(page.next().await["type"], "hello", "after {after}");
        page.leave().await;
        self.until_pages(pages).await;
    }

    /// Waits until so many pages are open.
    pub(crate) async fn until_pages(&self, pages: usize) {
        let arrive = async {
            while self.delivery.counts().pages != pages {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, arrive).await.unwrap();
    }
}

/// What comes until the other side closes, or breaks off.
pub(crate) async fn read_to_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut all)).await.unwrap();
    all
}

/// A page's end of its socket.
pub(crate) struct Page(WebSocketStream<TcpStream>);

impl Page {
    /// The next message of the station.
    pub(crate) async fn next(&mut self) -> Value {
        match self.next_frame().await {
            Some(Ok(Message::Text(text))) => serde_json::from_str(&text).unwrap(),
            other => panic!("{other:?} instead of a message"),
        }
    }

    /// So many messages, as their types.
    pub(crate) async fn types(&mut self, count: usize) -> Vec<String> {
        let mut types = Vec::new();
        for _ in 0..count {
            types.push(self.next().await["type"].as_str().unwrap().to_owned());
        }
        types
    }

    pub(crate) async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    pub(crate) async fn send(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    /// How the station closes it; none if the line just breaks.
    pub(crate) async fn closed(&mut self) -> Option<CloseFrame> {
        loop {
            match self.next_frame().await {
                Some(Ok(Message::Close(goodbye))) => return goodbye,
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }

    pub(crate) async fn leave(mut self) {
        self.0.close(None).await.unwrap();
        while let Some(Ok(_)) = self.next_frame().await {}
    }

    async fn next_frame(&mut self) -> Option<Result<Message, tungstenite::Error>> {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("nothing comes") {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => return other,
            }
        }
    }
}

pub(crate) fn hello() -> Hello {
    Hello {
        version: "0.1.0".into(),
        agent: "1024".into(),
        script: "测试".into(),
        model: None,
        call: None,
        situations: vec![],
        demo: false,
    }
}

/// An event with its stamp; the number in the call is that of the millisecond.
pub(crate) fn stamped(call: &str, at_ms: u64, kind: EventKind) -> StampedEvent {
    let wall = "2026-11-24T10:00:00+08:00".to_owned();
    StampedEvent { call: call.to_owned(), seq: at_ms + 1, wall, event: Event { at_ms, kind } }
}

pub(crate) fn started() -> EventKind {
    EventKind::CallStarted { agent: "1024".into(), ring_ms: None, customer: None }
}

/// Carries orders out as the engine would, as far as a screen can tell; knows rule 2.4 only.
async fn engine(mut orders: mpsc::Receiver<Order>, delivery: Delivery) {
    let mut state = CallState::default();
    let (mut calls, mut at_ms) = (0, 0);
    while let Some(order) = orders.recv().await {
        let answer = state.check(&order.command).and_then(|()| match event_of(&order.command) {
            Some(EventKind::Situation { rule }) if rule != "2.4" => {
                Err(Refusal::new("没有此规则", "no such rule"))
            }
            Some(kind) => {
                if matches!(kind, EventKind::CallStarted { .. }) {
                    (calls, at_ms) = (calls + 1, 0);
                }
                let event = stamped(&format!("call-{calls}"), at_ms, kind);
                at_ms += 1;
                delivery.event(&event);
                state.fold(&event);
                state.carried_out(&order.command);
                Ok(state.clone())
            }
            None => Ok(state.clone()),
        });
        order.answer(answer);
    }
}

fn event_of(command: &Command) -> Option<EventKind> {
    Some(match command.clone() {
        Command::Look | Command::PlayAgain | Command::Ring { .. } | Command::NoteRead { .. } => return None,
        Command::Start { ring_ms, customer } => {
            EventKind::CallStarted { agent: "1024".into(), ring_ms, customer }
        }
        Command::End { by } => EventKind::CallEnded { by },
        Command::HoldStart => EventKind::HoldStarted,
        Command::HoldEnd => EventKind::HoldEnded,
        Command::MuteStart => EventKind::MuteStarted,
        Command::MuteEnd => EventKind::MuteEnded,
        Command::Transfer => EventKind::Transfer,
        Command::RecordingPause => EventKind::RecordingPaused,
        Command::RecordingResume => EventKind::RecordingResumed,
        Command::Declare { rule } => EventKind::Situation { rule },
        Command::Cue { id, wrong } => EventKind::CueFeedback { id, wrong },
    })
}

/// Commands as pages write them.
pub(crate) fn call_act(act: &str) -> Value {
    json!({"type": "call", "act": act})
}
