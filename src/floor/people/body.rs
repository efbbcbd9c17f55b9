use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

use crate::http::Fault;

/// The body of a request as JSON; a mistake in it is told without what was sent, which may be a password.
pub(in crate::floor) struct Body<T>(pub(in crate::floor) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejected| {
            Fault::new(
                rejected.status(),
                "请求内容过大或没有传完",
                "the body is too large, or did not come whole",
            )
        })?;
        serde_json::from_slice(&bytes).map(Self).map_err(|why| {
            let (line, column) = (why.line(), why.column());
            let kind = match why.classify() {
                serde_json::error::Category::Data => "a field is missing, unknown or of a wrong kind",
                _ => "it is no JSON",
            };
            Fault::new(
                StatusCode::BAD_REQUEST,
                format!("请求内容不对（第 {line} 行第 {column} 列）"),
                format!("the body is not right: {kind} (line {line} column {column})"),
            )
        })
    }
}
