use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;

use super::fault::Fault;
use super::serve::Station;

/// Lets a request in only if it is meant for this station and comes from its own page, or from no page at all; puts the
/// headers of safety on every answer.
pub(super) async fn admit(State(station): State<Arc<Station>>, request: Request, next: Next) -> Response {
    let answered = match check_sender(&station, request.headers()) {
        Ok(()) => timeout(station.timeouts.request, next.run(request)).await,
        Err(fault) => Ok(fault.into_response()),
    };
    let mut response = answered.unwrap_or_else(|_late| Fault::too_slow().into_response());
    if response.status().is_client_error() {
        // Without what was sent: a token that is wrong here may be right elsewhere.
        tracing::debug!(status = response.status().as_u16(), "request refused");
    }
    protect(response.headers_mut(), &station.content_policy);
    response
}

/// Lets a request in only with the station's token as bearer.
pub(super) async fn require_token(
    State(station): State<Arc<Station>>,
    request: Request,
    next: Next,
) -> Response {
    let offered = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let offered = offered.and_then(|value| value.split_once(' '));
    match offered {
        Some((scheme, token))
            if scheme.eq_ignore_ascii_case("bearer") && station.token.matches(token.trim()) =>
        {
            next.run(request).await
        }
        _ => {
            let mut refused = Fault::bad_token().into_response();
            refused.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            refused
        }
    }
}

/// Answers what no route takes.
pub(crate) async fn not_found(method: Method) -> Fault {
    if matches!(method, Method::GET | Method::HEAD) {
        return Fault::not_found();
    }
    Fault::new(StatusCode::METHOD_NOT_ALLOWED, "此地址不接受该方法", "this address does not take that method")
}

fn check_sender(station: &Station, headers: &HeaderMap) -> Result<(), Fault> {
    let host = only(headers, header::HOST);
    if !host.is_some_and(|host| station.is_own_host(host)) {
        return Err(Fault::foreign("Host"));
    }
    let foreign = headers.contains_key(header::ORIGIN)
        && !only(headers, header::ORIGIN).is_some_and(|origin| station.is_own_origin(origin));
    if foreign { Err(Fault::foreign("Origin")) } else { Ok(()) }
}

/// A header that must stand there once.
pub(crate) fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok();
    if values.next().is_some() { None } else { value }
}

/// Puts the headers of safety on an answer.
pub(crate) fn protect(headers: &mut HeaderMap, content_policy: &HeaderValue) {
    headers.insert(header::CONTENT_SECURITY_POLICY, content_policy.clone());
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}
