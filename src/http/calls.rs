use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::fault::Fault;
use super::serve::{NotDone, Station};
use super::{CallState, Command};
use crate::call::{Customer, EndedBy};

/// Call controls for softphones. Each answers with the [`CallState`] that results; 409 says why it makes no sense now.
pub(super) fn routes() -> Router<Arc<Station>> {
    Router::new()
        .route("/call", get(async |State(station): State<Arc<Station>>| order(&station, Command::Look).await))
        .route("/call/ring", with_body::<Ring>())
        .route("/call/start", with_body::<Start>())
        .route("/call/end", with_body::<End>())
        .route("/call/situation", with_body::<Situation>())
        .route("/call/hold/start", plain(Command::HoldStart))
        .route("/call/hold/end", plain(Command::HoldEnd))
        .route("/call/mute/start", plain(Command::MuteStart))
        .route("/call/mute/end", plain(Command::MuteEnd))
        .route("/call/transfer", plain(Command::Transfer))
        .route("/call/recording/pause", plain(Command::RecordingPause))
        .route("/call/recording/resume", plain(Command::RecordingResume))
}

/// `POST /call/ring`: for the team lead's view, where there is a floor.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ring {
    on: bool,
}

/// `POST /call/start`; the body, or a part of it, may be missing.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Start {
    ring_ms: Option<u64>,
    customer: Option<Customer>,
}

/// `POST /call/end`; a softphone that does not know who hung up sends nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    #[serde(default = "nobody_knows")]
    by: EndedBy,
}

const fn nobody_knows() -> EndedBy {
    EndedBy::Unknown
}

/// `POST /call/situation`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Situation {
    rule: String,
}

impl From<Ring> for Command {
    fn from(Ring { on }: Ring) -> Self {
        Self::Ring { on }
    }
}

impl From<Start> for Command {
    fn from(Start { ring_ms, customer }: Start) -> Self {
        Self::Start { ring_ms, customer }
    }
}

impl From<End> for Command {
    fn from(End { by }: End) -> Self {
        Self::End { by }
    }
}

impl From<Situation> for Command {
    fn from(Situation { rule }: Situation) -> Self {
        Self::Declare { rule }
    }
}

fn with_body<Body: DeserializeOwned + Into<Command>>() -> MethodRouter<Arc<Station>> {
    post(async |State(station): State<Arc<Station>>, body: Bytes| {
        let body: Body = read(&body)?;
        order(&station, body.into()).await
    })
}

/// The body of these says nothing, so it is not read.
fn plain(command: Command) -> MethodRouter<Arc<Station>> {
    post(async move |State(station): State<Arc<Station>>| order(&station, command.clone()).await)
}

async fn order(station: &Station, command: Command) -> Result<Json<CallState>, Fault> {
    station.order(command).await.map(Json).map_err(|not_done| match not_done {
        NotDone::Refused(refusal) => Fault::conflict(refusal),
        NotDone::Unanswered(refusal) => Fault::busy(refusal),
    })
}

/// The body as JSON, whatever its declared type; none at all is the same as `{}`.
fn read<Body: DeserializeOwned>(body: &Bytes) -> Result<Body, Fault> {
    let body: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|why| {
        Fault::new(
            StatusCode::BAD_REQUEST,
            format!("请求内容不对：{why}"),
            format!("the body is not right: {why}"),
        )
    })
}
