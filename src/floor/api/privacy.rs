//! A person's data, for administrators: found, given out, removed. The audit trail says how many calls it was, and not whose.

use std::io::{self, Write};
use std::sync::Arc;

use axum::Json;
use axum::body::{Body as Sent, Bytes};
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::access::{Act, On};
use crate::floor::house::House;
use crate::floor::people::Body;
use crate::floor::person::{Person, export as write_archive};
use crate::floor::retention::settle;
use crate::floor::visitor::Visitor;
use crate::http::Fault;
use crate::store::CallRow;

/// Bytes of an archive in one piece, and pieces that wait for a slow reader.
const PIECE: usize = 64 * 1024;
const PIECES: usize = 4;

/// `?agent=…&words=…&calls=a,b`
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PersonAsked {
    agent: String,
    words: String,
    calls: String,
}

/// `POST /api/privacy/erase`
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PersonOrder {
    agent: Option<String>,
    words: Option<String>,
    calls: Option<Vec<String>>,
}

#[derive(Debug, Serialize)]
pub(super) struct PersonFound {
    calls: Vec<FoundCall>,
}

#[derive(Debug, Serialize)]
struct FoundCall {
    call: String,
    started_ms: i64,
    agent: String,
    team: String,
}

impl From<Vec<CallRow>> for PersonFound {
    fn from(rows: Vec<CallRow>) -> Self {
        let call = |row: CallRow| FoundCall {
            call: row.call,
            started_ms: row.started_ms,
            agent: row.header.agent,
            team: row.header.team,
        };
        Self { calls: rows.into_iter().map(call).collect() }
    }
}

impl From<PersonAsked> for Person {
    fn from(PersonAsked { agent, words, calls }: PersonAsked) -> Self {
        let calls = calls.split(',').filter(|call| !call.is_empty()).map(str::to_owned).collect();
        Self { agent, words, calls }
    }
}

impl From<PersonOrder> for Person {
    fn from(PersonOrder { agent, words, calls }: PersonOrder) -> Self {
        Self {
            agent: agent.unwrap_or_default(),
            words: words.unwrap_or_default(),
            calls: calls.unwrap_or_default(),
        }
    }
}

async fn find(house: &Arc<House>, visitor: &Visitor, person: Person) -> Result<Vec<CallRow>, Fault> {
    visitor.check(house, Act::ManagePrivacy, On::Whole, "privacy")?;
    if person.is_nobody() {
        return Err(Fault::new(
            StatusCode::BAD_REQUEST,
            "请给出坐席号、词语或通话编号",
            "name an agent, words, or calls",
        ));
    }
    house.blocking(move |house| Ok(person.find(&*house.store)?)).await
}

/// `GET /api/privacy/person`
pub(super) async fn person(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Query(asked): Query<PersonAsked>,
) -> Result<Json<PersonFound>, Fault> {
    let calls = find(&house, &visitor, asked.into()).await?;
    visitor.note(&house, "person_looked_up", "-", &format!("calls: {}", calls.len()));
    Ok(Json(calls.into()))
}

/// `GET /api/privacy/person/export`: a ZIP, made as it is read.
pub(super) async fn export(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Query(asked): Query<PersonAsked>,
) -> Result<Response, Fault> {
    let calls = find(&house, &visitor, asked.into()).await?;
    let Ok(turn) = Arc::clone(&house.exports).try_acquire_owned() else {
        return Err(Fault::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "另一个导出正在进行，请稍后再试",
            "another export is under way; try again later",
        ));
    };
    visitor.note(&house, "person_exported", "-", &format!("calls: {}", calls.len()));
    let (pieces, ready) = mpsc::channel(PIECES);
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let failed = pieces.clone();
        let writer = io::BufWriter::with_capacity(PIECE, PieceWriter(pieces));
        if let Err(error) = write_archive(&*house.store, &calls, writer) {
            tracing::error!(%error, "an export was cut off");
            // The reader must not take what came for all of it.
            let _ = failed.blocking_send(Err(io::Error::other("cut off")));
        }
    });
    let body = stream::unfold(ready, async |mut ready| Some((ready.recv().await?, ready)));
    let headers = [
        (header::CONTENT_TYPE, "application/zip"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"callcue-export.zip\""),
    ];
    Ok((headers, Sent::from_stream(body)).into_response())
}

/// `POST /api/privacy/erase`: answers what was erased.
pub(super) async fn erase(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Body(order): Body<PersonOrder>,
) -> Result<Json<PersonFound>, Fault> {
    let calls = find(&house, &visitor, order.into()).await?;
    let erase = move |house: &House| {
        let ids: Vec<String> = calls.iter().map(|row| row.call.clone()).collect();
        let erased = house.store.erase(&ids)?;
        settle(&*house.store)?;
        let detail = format!("calls: {}, recordings: {}", erased.calls, erased.recordings);
        visitor.note(house, "person_erased", "-", &detail);
        Ok(Json(calls.into()))
    };
    house.blocking(erase).await
}

/// Hands what is written on, piece by piece; a reader who is gone ends it.
struct PieceWriter(mpsc::Sender<io::Result<Bytes>>);

impl Write for PieceWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes)));
        sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
