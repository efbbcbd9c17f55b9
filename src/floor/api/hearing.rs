use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tower_http::services::ServeFile;

use super::calls::find;
use crate::access::Act;
use crate::floor::house::House;
use crate::floor::visitor::Visitor;
use crate::http::Fault;
use crate::store::RecordingState;

/// `GET /api/calls/{call}/recording`: FLAC, the agent left, with byte ranges. Each request is a line of the audit trail.
pub(super) async fn recording(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(call): Path<String>,
    request: Request,
) -> Result<Response, Fault> {
    let row = find(&house, &visitor, Act::HearRecording, call).await?;
    let whole = row.recording.filter(|recording| recording.state == RecordingState::Whole);
    let Some(recording) = whole else {
        return Err(Fault::new(
            StatusCode::NOT_FOUND,
            "录音还没有传到服务器",
            "the recording is not there yet",
        ));
    };
    let range =
        request.headers().get(header::RANGE).and_then(|range| range.to_str().ok()).unwrap_or_default();
    visitor.note(&house, "recording_read", &row.call, range);
    // The path is the store's own; nothing of the request is in it.
    let served = ServeFile::new(&recording.path).try_call(request).await;
    let served = served.map_err(|why| {
        tracing::error!(%why, call = row.call, "a recording cannot be read");
        Fault::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "录音无法读取",
            "the recording cannot be read; see the floor's log",
        )
    })?;
    let mut response = served.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("audio/flac"));
    Ok(response)
}
