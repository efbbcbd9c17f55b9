use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;

use super::house::House;
use crate::http::{Fault, only, protect};

/// Pages are this floor's own, and so is all that they load and talk to. Sound that a page plays live is made in the page.
const CONTENT_POLICY: &str = "default-src 'self'; connect-src 'self'; media-src 'self' blob:; worker-src 'self' blob:; \
     object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Lets a request in only if it is meant for this floor and comes from its own page, or from no page at all; puts the headers of
/// safety on every answer.
pub(super) async fn admit(State(house): State<Arc<House>>, request: Request, next: Next) -> Response {
    let answered = match check_sender(&house, request.headers()) {
        Ok(()) => timeout(house.timeouts.request, next.run(request)).await,
        Err(fault) => Ok(fault.into_response()),
    };
    let mut response = answered.unwrap_or_else(|_late| Fault::too_slow().into_response());
    if response.status().is_client_error() {
        house.counts.refused.add(1);
        tracing::debug!(status = response.status().as_u16(), "request refused");
        response = in_both_languages(response);
    }
    protect(response.headers_mut(), &HeaderValue::from_static(CONTENT_POLICY));
    response
}

/// What the framework refuses by itself, it refuses in plain English text.
fn in_both_languages(response: Response) -> Response {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    if !content_type.is_some_and(|name| name.as_bytes().starts_with(b"text/plain")) {
        return response;
    }
    let why = response.status().canonical_reason().unwrap_or("not as it must be");
    Fault::new(response.status(), "请求不对", format!("the request is not taken: {why}")).into_response()
}

fn check_sender(house: &House, headers: &HeaderMap) -> Result<(), Fault> {
    let host = only(headers, header::HOST).ok_or_else(|| Fault::foreign("Host"))?;
    if !house.hosts.is_empty() && !house.hosts.iter().any(|own| own == host) {
        return Err(Fault::foreign("Host"));
    }
    if headers.contains_key(header::ORIGIN) && !comes_from(headers, host) {
        return Err(Fault::foreign("Origin"));
    }
    Ok(())
}

/// Whether the one `Origin` is a page of that host. Behind a proxy that speaks TLS the scheme is another than here.
fn comes_from(headers: &HeaderMap, host: &str) -> bool {
    let origin = only(headers, header::ORIGIN).and_then(|origin| origin.split_once("://"));
    origin.is_some_and(|(scheme, from)| matches!(scheme, "http" | "https") && from == host)
}
