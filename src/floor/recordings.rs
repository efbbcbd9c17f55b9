//! Recordings on their way up: `GET` and `PUT /station/recordings/{call}`.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::house::House;
use super::peaks;
use super::station_socket::admit;
use crate::call::can_name_a_call;
use crate::http::Fault;
use crate::wire::UploadState;

/// Largest recording: ten hours of both sides, uncompressed.
const TOTAL_MAX: u64 = 10 * 3_600 * 64_000;

/// Where a part belongs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    offset: u64,
    total: u64,
    sha256: String,
}

/// How far the upload is.
pub(super) async fn state(
    State(house): State<Arc<House>>,
    headers: HeaderMap,
    Path(call): Path<String>,
) -> Result<Json<UploadState>, Fault> {
    let station = admit(&house, &headers).await?.station;
    let look_up = move |house: &House| {
        check_owner(house, station, &call)?;
        Ok(Json(house.store.upload(&call)?))
    };
    house.blocking(look_up).await
}

/// Takes a part.
pub(super) async fn add(
    State(house): State<Arc<House>>,
    headers: HeaderMap,
    Path(call): Path<String>,
    Query(Part { offset, total, sha256 }): Query<Part>,
    part: Bytes,
) -> Result<Json<UploadState>, Fault> {
    let station = admit(&house, &headers).await?.station;
    let is_hash = sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
    let fits = offset.checked_add(part.len() as u64).is_some_and(|end| end <= total);
    if !is_hash || !fits || total > TOTAL_MAX {
        let en = "offset, total and sha256 (64 hexadecimal digits) must fit the part and a recording of at most ten hours";
        return Err(Fault::new(StatusCode::BAD_REQUEST, "录音分段参数不对", en));
    }
    let Ok(_place) = house.uploads.acquire().await else { return Err(Fault::too_slow()) };
    let added = call.clone();
    let add = move |house: &House| {
        check_owner(house, station, &call)?;
        let sha256 = sha256.to_ascii_lowercase();
        Ok(house.store.add_recording_part(&call, offset, total, &sha256, &part)?)
    };
    let state = house.blocking(add).await?;
    if state.complete {
        peaks::prepare(&house, added);
    }
    Ok(Json(state))
}

/// A recording belongs to a call of that very station.
fn check_owner(house: &House, station: u32, call: &str) -> Result<(), Fault> {
    if !can_name_a_call(call) {
        return Err(Fault::new(StatusCode::BAD_REQUEST, "通话编号不对", "not an id of a call"));
    }
    let standing = house.store.standing(station, call)?;
    if standing.seq == 0 {
        return Err(Fault::new(
            StatusCode::NOT_FOUND,
            "没有这通电话",
            "there is no such call; send its events first",
        ));
    }
    Ok(())
}
