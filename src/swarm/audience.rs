use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use futures_util::StreamExt;
use tokio::sync::watch;
use tokio::time::sleep_until;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use super::clock::Clock;
use super::endpoint::{Caller, Endpoint};
use super::follower::{Follower, Frame};
use super::sends::Sends;
use crate::wire::FLOOR_PROTOCOL;

/// Bytes of a lead's read buffer: a frame about 500 tiles is tens of kilobytes long.
const BUFFER_BYTES: usize = 64 << 10;
/// From the end of one connection to the next attempt.
const PAUSE: Duration = Duration::from_millis(500);
/// Frames that are kept read: leads are at most so far apart, or read for themselves.
const FRAMES_KEPT: usize = 32;
/// A floor that restarts answers again within this time.
const LOG_IN_MAX: Duration = Duration::from_secs(20);

/// A user who looks at the floor.
#[derive(Clone)]
pub struct Login {
    /// Log-in name.
    pub name: String,
    /// Password.
    pub password: String,
}

/// What all leads of a swarm have in common.
pub(super) struct Watch {
    pub(super) endpoint: Endpoint,
    pub(super) clock: Clock,
    pub(super) sends: Arc<Sends>,
    /// Newest last. The floor writes a frame once for all leads; read once here, fifty of them cost little more than one.
    read: RefCell<VecDeque<(Utf8Bytes, Rc<Frame>)>>,
}

impl Watch {
    pub(super) fn new(endpoint: Endpoint, clock: Clock, sends: Arc<Sends>) -> Self {
        Self { endpoint, clock, sends, read: RefCell::default() }
    }

    fn read(&self, text: Utf8Bytes) -> Result<Rc<Frame>, serde_json::Error> {
        let mut read = self.read.borrow_mut();
        if let Some((_, frame)) = read.iter().rev().find(|(known, _)| *known == text) {
            return Ok(Rc::clone(frame));
        }
        let frame = Rc::new(Frame::parse(&text)?);
        if read.len() == FRAMES_KEPT {
            read.pop_front();
        }
        read.push_back((text, Rc::clone(&frame)));
        Ok(frame)
    }
}

/// Logs in, and gives the cookie of the session. A floor that does not answer is asked again.
pub(super) async fn log_in(endpoint: &Endpoint, login: &Login, clock: Clock) -> anyhow::Result<String> {
    let Login { name, password } = login;
    let body = serde_json::json!({ "name": name, "password": password }).to_string();
    let until = clock.now() + LOG_IN_MAX;
    let answer = loop {
        match endpoint.post("/api/login", &body).await {
            Ok(answer) => break answer,
            Err(error) if clock.now() >= until => return Err(error),
            Err(_) => sleep_until(clock.at(clock.now() + PAUSE)).await,
        }
    };
    if answer.status / 100 != 2 || answer.cookies.is_empty() {
        bail!("the floor does not let {name} in ({}): {}", answer.status, answer.body);
    }
    Ok(answer.cookies.join("; "))
}

/// One lead looks at the floor until `leave`; a connection that breaks is made again.
pub(super) async fn look(
    watch: Rc<Watch>,
    cookie: String,
    mut leave: watch::Receiver<bool>,
) -> anyhow::Result<Follower> {
    let mut follower = Follower::default();
    loop {
        tokio::select! {
            _ = leave.wait_for(|leave| *leave) => return Ok(follower),
            looked = look_once(&watch, &cookie, &mut follower) => looked?,
        }
        let again = watch.clock.at(watch.clock.now() + PAUSE);
        tokio::select! {
            _ = leave.wait_for(|leave| *leave) => return Ok(follower),
            () = sleep_until(again) => {}
        }
    }
}

/// Follows one connection to its end. Only what cannot be understood is an error.
async fn look_once(watch: &Watch, cookie: &str, follower: &mut Follower) -> anyhow::Result<()> {
    let caller = Caller::Lead(cookie);
    let Ok(mut socket) = watch.endpoint.socket("/floor/ws", FLOOR_PROTOCOL, caller, BUFFER_BYTES).await
    else {
        return Ok(());
    };
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        let now_us = watch.clock.now().as_micros() as u64;
        let frame = watch.read(text).context("a frame of /floor/ws")?;
        follower.see(&frame, now_us, &watch.sends);
    }
    Ok(())
}

/// A lead whose page is frozen: it connects and never reads.
pub(super) async fn freeze(watch: Rc<Watch>, cookie: String, mut leave: watch::Receiver<bool>) {
    let caller = Caller::Frozen(&cookie);
    let socket = watch.endpoint.socket("/floor/ws", FLOOR_PROTOCOL, caller, BUFFER_BYTES).await;
    // A channel whose sender is gone means the same.
    let _ = leave.wait_for(|leave| *leave).await;
    drop(socket);
}
