use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;

use super::house::House;
use super::people::forwarded;
use crate::http::{Fault, Peer, only, protect};
use crate::store::AuditEntry;

/// Pages are this floor's own, and so is all that they load and talk to. Sound that a page plays live is made in the page.
const CONTENT_POLICY: &str = "default-src 'self'; connect-src 'self'; media-src 'self' blob:; worker-src 'self' blob:; \
     object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Characters of a path in the audit trail.
const PATH_NOTED: usize = 200;

/// Lets a request in only if it is meant for this floor and comes from its own page, or from no page at all; puts the headers of
/// safety on every answer.
pub(super) async fn admit(State(house): State<Arc<House>>, mut request: Request, next: Next) -> Response {
    let noted = Noted::default();
    request.extensions_mut().insert(noted.clone());
    let about = About::of(&house, &request);
    let is_upload = request.method() == Method::PUT && request.uri().path().starts_with("/api/imports/");
    let patience = if is_upload { house.timeouts.upload } else { house.timeouts.request };
    let answered = match check_sender(&house, request.headers()) {
        Ok(()) => timeout(patience, next.run(request)).await,
        Err(fault) => Ok(fault.into_response()),
    };
    let mut response = answered.unwrap_or_else(|_late| Fault::too_slow().into_response());
    if response.status().is_client_error() {
        house.counts.refused.add(1);
        tracing::debug!(status = response.status().as_u16(), "request refused");
        about.note_refusal(&house, &response, &noted);
        response = in_both_languages(response);
    }
    protect(response.headers_mut(), &HeaderValue::from_static(CONTENT_POLICY));
    response
}

/// Whether somebody who knows who asks has noted the refusal in the audit trail.
#[derive(Clone, Debug, Default)]
pub(super) struct Noted(Arc<AtomicBool>);

impl Noted {
    pub(super) fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What the audit trail says of a request that is refused. Without its query and headers: they may hold secrets.
struct About {
    from: String,
    what: String,
}

impl About {
    fn of(house: &House, request: &Request) -> Self {
        let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
        let from = peer.map(|peer| forwarded(peer, request.headers(), &house.people.trusted_proxies));
        let path: String = request.uri().path().chars().take(PATH_NOTED).collect();
        let from = from.map(|address| address.to_string()).unwrap_or_default();
        Self { from, what: format!("{} {path}", request.method()) }
    }

    /// Whoever has no session, a wrong token or a foreign page: these can come by the thousand, and the trail takes some of them only.
    fn note_refusal(self, house: &House, response: &Response, noted: &Noted) {
        let is_refusal = matches!(response.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        // A page asks who it is before anybody has logged in; what becomes of passwords is noted where they are looked at.
        let is_told = ["GET /api/me", "POST /api/login", "POST /api/password"].contains(&self.what.as_str());
        if !is_refusal || is_told || noted.0.load(Ordering::Relaxed) {
            return;
        }
        house.audit.note_stranger(AuditEntry {
            wall_ms: house.clock.wall_ms(),
            who: "-".to_owned(),
            from: self.from,
            act: "refused".to_owned(),
            object: self.what,
            detail: response.status().as_str().to_owned(),
        });
    }
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
