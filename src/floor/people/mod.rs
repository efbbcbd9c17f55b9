//! People over HTTP: log-in, users, stations, the audit trail.
//!
//! 1. Whatever changes something must come from the floor's own page: it has an `Origin`, which [`gate`](super::gate) has compared with the
//!    `Host`, and its body is `application/json`, which no page of another origin can send unasked. The cookie is `SameSite=Strict` on top.
//! 2. Passwords are hashed on threads that may block, a few at a time ([`LogIns`]); who finds too many waiting is told to come again.
//! 3. What a user must change first leaves three doors open: `/api/me`, `/api/password`, `/api/logout`.

mod audit;
mod body;
mod log_in;
mod log_ins;
mod own_page;
mod sender;
mod sign_on;
mod stations;
mod users;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::{delete, get, post, put};
use axum::{Router, middleware};

pub(super) use body::Body;
pub(super) use log_ins::LogIns;
pub(super) use own_page::require as require_own_page;
pub(super) use sender::forwarded;
pub(super) use sign_on::SignOns;

use super::house::House;
use crate::access::{Actor, IdentityProvider, Secret};
use crate::floor::visitor::Visitor;
use crate::webhook::HookCounts;

/// How people and machines come in, beside their passwords and tokens.
#[derive(Default)]
pub struct PeopleParts {
    /// Whether browsers speak TLS with the floor, or with a proxy in front: then cookies go no other way.
    pub secure_cookies: bool,
    /// Reverse proxies whose word on who asks is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Folder whose disk `/metrics` tells the room of.
    pub data: Option<PathBuf>,
    /// What reads `/metrics` from other machines; none: nothing does.
    pub metrics_token: Option<Secret>,
    /// What becomes of what webhooks are told, for `/metrics`.
    pub hooks: Vec<Arc<HookCounts>>,
    /// The company's own identity provider.
    pub identity: Option<Arc<dyn IdentityProvider>>,
}

pub(super) fn routes() -> Router<Arc<House>> {
    Router::new()
        .route("/api/login", get(sign_on::ways).post(log_in::log_in))
        .route("/api/oidc/start", get(sign_on::start))
        .route("/api/oidc/callback", get(sign_on::callback))
        .route("/api/logout", post(log_in::log_out))
        .route("/api/me", get(log_in::me))
        .route("/api/password", post(log_in::change_password))
        .route("/api/users", get(users::list))
        .route("/api/users/{name}", put(users::put))
        .route("/api/users/{name}/password", post(users::reset_password))
        .route("/api/users/{name}/subject", put(users::link_subject))
        .route("/api/teams", get(users::teams))
        .route("/api/stations", get(stations::list).post(stations::enrol))
        .route("/api/stations/{name}", delete(stations::revoke))
        .route("/api/audit", get(audit::read))
        .route("/api/openapi.json", get(openapi))
        .route_layer(middleware::from_fn(own_page::require))
}

/// The description of all this. A test holds it to the routes and to what they answer.
async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], include_str!("../../../config/openapi.json"))
}

impl Visitor {
    /// As the audit trail has it.
    fn actor(&self) -> Actor {
        Actor { who: self.user().name.clone(), from: self.from.to_string() }
    }
}
