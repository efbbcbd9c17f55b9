use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tower_http::services::ServeFile;

use super::calls::find;
use crate::access::Act;
use crate::call::Channel;
use crate::floor::house::House;
use crate::floor::peaks;
use crate::floor::visitor::Visitor;
use crate::http::Fault;
use crate::record::PEAKS_A_SECOND;
use crate::store::{RecordingRow, RecordingState};

/// Bytes in an answer while the recording is still coming; a player asks for more.
const ANSWER_MAX: u64 = 1 << 20;

/// `GET /api/calls/{call}/recording`: FLAC, the agent left, with byte ranges. Each request is a line of the audit trail.
///
/// While it is still coming, of what is there: a range that ends there answers 206 with the whole length, one that begins behind it 416.
pub(super) async fn recording(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(call): Path<String>,
    request: Request,
) -> Result<Response, Fault> {
    let row = find(&house, &visitor, Act::HearRecording, call).await?;
    let recording = row.recording.ok_or_else(not_there)?;
    let range =
        request.headers().get(header::RANGE).and_then(|range| range.to_str().ok()).unwrap_or_default();
    visitor.note(&house, "recording_read", &row.call, range);
    let mut response = match recording.state {
        RecordingState::Whole => {
            // The path is the store's own; nothing of the request is in it.
            let served = ServeFile::new(&recording.path).try_call(request).await;
            served.map_err(|why| unreadable(&recording, &why))?.map(Body::new)
        }
        RecordingState::Coming => {
            let range = range.to_owned();
            house.blocking(move |_| coming(&recording, &range)).await?
        }
    };
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("audio/flac"));
    Ok(response)
}

/// `GET /api/calls/{call}/peaks`: the shape of what is there of the recording.
pub(super) async fn shape(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(call): Path<String>,
) -> Result<Json<Value>, Fault> {
    let row = find(&house, &visitor, Act::HearRecording, call).await?;
    let peaks = peaks::peaks(&house, row.recording.ok_or_else(not_there)?).await?;
    Ok(Json(json!({
        "per_s": PEAKS_A_SECOND,
        "length_ms": peaks.length_ms,
        "agent": peaks.sides[Channel::Agent],
        "customer": peaks.sides[Channel::Customer],
    })))
}

/// Part of a recording that is on its way.
fn coming(recording: &RecordingRow, range: &str) -> Result<Response, Fault> {
    let opened = File::open(recording.there()).and_then(|file| Ok((file.metadata()?.len(), file)));
    let (there, mut file) = opened.map_err(|why| match why.kind() {
        // It has become whole since its row was read.
        io::ErrorKind::NotFound => {
            Fault::new(StatusCode::SERVICE_UNAVAILABLE, "请重试", "it has just changed; ask again")
        }
        _ => unreadable(recording, &why),
    })?;
    let Some((first, last)) = wanted(range, there) else {
        let mut fault = Fault::new(
            StatusCode::RANGE_NOT_SATISFIABLE,
            "这一段录音还没有传到服务器",
            "that part of the recording is not there yet",
        )
        .into_response();
        if let Ok(value) = HeaderValue::from_str(&format!("bytes */{}", recording.total_bytes)) {
            fault.headers_mut().insert(header::CONTENT_RANGE, value);
        }
        return Ok(fault);
    };
    let last = last.min(first + ANSWER_MAX - 1);
    let mut bytes = Vec::new();
    let read =
        file.seek(SeekFrom::Start(first)).and_then(|_| file.take(last - first + 1).read_to_end(&mut bytes));
    read.map_err(|why| unreadable(recording, &why))?;
    let about =
        format!("bytes {first}-{}/{}", first + (bytes.len() as u64).saturating_sub(1), recording.total_bytes);
    let headers = [(header::CONTENT_RANGE, about), (header::ACCEPT_RANGES, "bytes".to_owned())];
    Ok((StatusCode::PARTIAL_CONTENT, headers, bytes).into_response())
}

/// First and last byte of `bytes=a-b`, `bytes=a-` or `bytes=-n` in a file of `length`; anything else is all of it. None: nothing of it
/// is there.
fn wanted(range: &str, length: u64) -> Option<(u64, u64)> {
    let last = length.checked_sub(1)?;
    let asked = range.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-'));
    let (first, last) =
        match asked.map(|(first, last)| (first.parse::<u64>(), last.parse::<u64>(), first.is_empty())) {
            Some((Ok(first), Ok(to), _)) if first <= to => (first, to.min(last)),
            Some((Ok(first), Err(_), _)) => (first, last),
            Some((Err(_), Ok(count), true)) => (length.saturating_sub(count), last),
            _ => (0, last),
        };
    (first <= last).then_some((first, last))
}

fn not_there() -> Fault {
    Fault::new(StatusCode::NOT_FOUND, "录音还没有传到服务器", "the recording is not there yet")
}

fn unreadable(recording: &RecordingRow, why: &io::Error) -> Fault {
    tracing::error!(%why, recording = %recording.path.display(), "a recording cannot be read");
    Fault::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "录音无法读取",
        "the recording cannot be read; see the floor's log",
    )
}
