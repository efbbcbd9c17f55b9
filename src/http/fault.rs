use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Refusal;

/// A request that is not done, as its sender gets it: `{"error":"…","zh":"…"}` with a status.
#[derive(Debug)]
pub(crate) struct Fault {
    status: StatusCode,
    zh: String,
    en: String,
}

impl Fault {
    pub(crate) fn new(status: StatusCode, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { status, zh: zh.into(), en: en.into() }
    }

    pub(crate) const fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn bad_token() -> Self {
        let zh = "凭证不对：请用 callcue run 给出的完整地址，软电话请读 station.json";
        let en = "wrong or missing token: open the full address that callcue run gives; softphones read station.json";
        Self::new(StatusCode::UNAUTHORIZED, zh, en)
    }

    pub(crate) fn foreign(header: &str) -> Self {
        let zh = format!("{header} 不是本站点");
        let en = format!("{header} is not the station's own: use the address that callcue run gives");
        Self::new(StatusCode::FORBIDDEN, zh, en)
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "没有这个地址", "there is nothing at this address")
    }

    pub(crate) fn too_slow() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "请求没有按时发完", "the request did not come in time")
    }

    /// The request makes no sense as things are.
    pub(crate) fn conflict(Refusal { zh, en }: Refusal) -> Self {
        Self::new(StatusCode::CONFLICT, zh, en)
    }

    /// The engine does not answer in time, or takes no more.
    pub(crate) fn busy(Refusal { zh, en }: Refusal) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, zh, en)
    }
}

impl From<Refusal> for Fault {
    /// The request makes no sense as things are.
    fn from(refusal: Refusal) -> Self {
        Self::conflict(refusal)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        (self.status, Json(json!({"error": self.en, "zh": self.zh}))).into_response()
    }
}
