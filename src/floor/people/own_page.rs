use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::{Fault, only};

/// Lets a request that changes something through only from the floor's own page. The gate has compared the `Origin` with the `Host`.
pub(in crate::floor) async fn require(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    match check(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(fault) => fault.into_response(),
    }
}

fn check(headers: &HeaderMap) -> Result<(), Fault> {
    if only(headers, header::ORIGIN).is_none() {
        return Err(Fault::new(
            StatusCode::FORBIDDEN,
            "缺少 Origin，只接受本服务器页面的操作",
            "no Origin: changes are taken from this floor's own pages; other programs must send its address as Origin",
        ));
    }
    let has_body = only(headers, header::CONTENT_LENGTH).is_some_and(|length| length != "0")
        || headers.contains_key(header::TRANSFER_ENCODING);
    let kind = only(headers, header::CONTENT_TYPE).and_then(|kind| kind.split(';').next()).map(str::trim);
    if (has_body || kind.is_some()) && !kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"))
    {
        return Err(Fault::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "请求内容须为 application/json",
            "the body must be application/json",
        ));
    }
    Ok(())
}
