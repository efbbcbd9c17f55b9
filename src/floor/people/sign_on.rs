use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::log_in::{From, cookie_header};
use crate::access::{AccessError, IdentityProvider, LoggedIn, Now, Pending};
use crate::floor::house::House;
use crate::floor::visitor::cookie;
use crate::http::Fault;

/// Log-ins that are under way at the provider. When there are more, the oldest is forgotten and must begin again.
const PENDING_MAX: usize = 256;
/// Longest time at the provider.
const PENDING_MS: u64 = 10 * 60 * 1_000;
/// Cookie that ties a log-in under way to its browser. The session's own is `SameSite=Strict` and would not come back from another site.
const PENDING_COOKIE: &str = "callcue_sign_on";

/// Log-ins that are under way at the identity provider.
#[derive(Debug, Default)]
pub(crate) struct SignOns {
    /// By state. A lock because requests run on several threads; held for a look into the map.
    pending: Mutex<BTreeMap<String, (u64, Pending)>>,
}

impl SignOns {
    fn keep(&self, pending: Pending, now: Now) {
        let mut kept = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (since_ms, _)| now.steady_ms.saturating_sub(*since_ms) < PENDING_MS);
        if kept.len() >= PENDING_MAX {
            let oldest =
                kept.iter().min_by_key(|(_, (since_ms, _))| *since_ms).map(|(state, _)| state.clone());
            oldest.and_then(|state| kept.remove(&state));
        }
        kept.insert(pending.state.sha256(), (now.steady_ms, pending));
    }

    /// Each can be taken once.
    fn take(&self, state: &str, now: Now) -> Option<Pending> {
        let key = crate::access::sha256_hex(state.as_bytes());
        let (since_ms, pending) = self.pending.lock().unwrap_or_else(PoisonError::into_inner).remove(&key)?;
        (now.steady_ms.saturating_sub(since_ms) < PENDING_MS).then_some(pending)
    }
}

/// `GET /api/login`: which ways to log in there are.
pub(super) async fn ways(State(house): State<Arc<House>>) -> Json<Value> {
    let oidc = house.people.identity.as_ref().map(|provider| json!({"label": provider.label()}));
    Json(json!({"password": true, "oidc": oidc}))
}

/// `GET /api/oidc/start`: sends the browser to the provider.
pub(super) async fn start(State(house): State<Arc<House>>) -> Result<Response, Fault> {
    let provider = provider(&house)?;
    let (url, pending) = house
        .blocking(move |_| {
            provider.begin().map_err(|error| {
                tracing::error!(%error, "a log-in by the identity provider cannot begin");
                Fault::new(
                    StatusCode::BAD_GATEWAY,
                    "企业账号服务暂时不可用，请用密码登录",
                    "the identity provider is not available",
                )
            })
        })
        .await?;
    let place = pending_cookie(pending.state.reveal(), 600, house.people.secure_cookies);
    house.sign_ons.keep(pending, house.clock.now());
    let place_of = HeaderValue::from_str(&url).map_err(|_| {
        Fault::new(
            StatusCode::BAD_GATEWAY,
            "企业账号服务地址不对",
            "the identity provider's address is not right",
        )
    })?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, place_of), (header::SET_COOKIE, place)]).into_response())
}

/// What the provider sends back by the browser.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Back {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

/// `GET /api/oidc/callback`: whoever is known gets a session, and everybody the page, which says how it went.
pub(super) async fn callback(
    State(house): State<Arc<House>>,
    From(from): From,
    headers: HeaderMap,
    Query(Back { code, state, error }): Query<Back>,
) -> Result<Response, Fault> {
    let provider = provider(&house)?;
    let now = house.clock.now();
    let state = state.filter(|state| cookie(&headers, PENDING_COOKIE) == Some(state.as_str()));
    // Another browser's state, or one that was used: somebody else's log-in must not become this browser's session.
    let Some(pending) = state.and_then(|state| house.sign_ons.take(&state, now)) else {
        return Ok(back(&house, None, "expired"));
    };
    let Some(code) = code.filter(|_| error.is_none()) else { return Ok(back(&house, None, "refused")) };
    let signed_on = house
        .blocking(move |house| {
            Ok(match provider.finish(&pending, &code) {
                Ok(identity) => house.accounts.sign_on(&identity, from, now).map_err(|error| match error {
                    AccessError::Wrong => "not_linked",
                    other => {
                        tracing::error!(error = %other, "a log-in by the identity provider failed");
                        "unavailable"
                    }
                }),
                Err(error) => {
                    tracing::error!(%error, "a log-in by the identity provider failed");
                    Err("unavailable")
                }
            })
        })
        .await?;
    Ok(match signed_on {
        Ok(logged_in) => back(&house, Some(logged_in), ""),
        Err(why) => {
            house.counts.log_ins_refused.add(1);
            back(&house, None, why)
        }
    })
}

fn provider(house: &House) -> Result<Arc<dyn IdentityProvider>, Fault> {
    house.people.identity.clone().ok_or_else(Fault::not_found)
}

/// To the floor's page; `why` is one of `expired`, `refused`, `not_linked`, `unavailable`, or empty.
fn back(house: &House, logged_in: Option<LoggedIn>, why: &str) -> Response {
    let secure = house.people.secure_cookies;
    let place = if why.is_empty() { "/floor".to_owned() } else { format!("/floor#sign-on={why}") };
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response();
    let cookies = response.headers_mut();
    cookies.append(header::SET_COOKIE, pending_cookie("", 0, secure));
    if let Some(LoggedIn { cookie, .. }) = logged_in {
        cookies.append(header::SET_COOKIE, cookie_header(cookie.reveal(), None, secure));
    }
    response
}

/// `SameSite=Lax`: it comes along when the provider sends the browser back.
fn pending_cookie(state: &str, max_age_s: u32, secure: bool) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!(
        "{PENDING_COOKIE}={state}; HttpOnly; SameSite=Lax; Path=/api/oidc; Max-Age={max_age_s}{secure}"
    );
    text.parse().expect("hexadecimal digits fit into a header")
}
