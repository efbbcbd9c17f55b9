//! What pages and other programs ask over HTTP. Answers are JSON; what is not done is `{"error":"…","zh":"…"}` with a status.

mod assignees;
mod backtests;
mod calls;
mod cards;
mod days;
mod hearing;
mod imports;
mod privacy;
mod review;
mod rules;
mod scores;

use std::sync::Arc;

use axum::routing::{get, post};
use axum::{Router, middleware};

pub(super) use imports::import_file;

use super::house::House;
use super::people::require_own_page;

/// Calls, flags, recordings, days, alerts, rules, the review room, score cards, back-tests.
pub(super) fn routes() -> Router<Arc<House>> {
    Router::new()
        .route("/api/calls", get(calls::list))
        .route("/api/calls/{call}", get(calls::one))
        .route("/api/calls/{call}/events", get(calls::events))
        .route("/api/calls/{call}/recording", get(hearing::recording))
        .route("/api/calls/{call}/peaks", get(hearing::shape))
        .route("/api/flags", get(calls::flags))
        .route("/api/day", get(days::day))
        .route("/api/alerts", get(days::alerts))
        .route("/api/assignees", get(assignees::list))
        .route("/api/rules", get(rules::list))
        .merge(scores::routes())
        .merge(backtests::routes())
        .merge(review::routes())
        .merge(intake())
}

/// Old recordings, and a person's data.
fn intake() -> Router<Arc<House>> {
    Router::new()
        .route("/api/imports", get(imports::list).post(imports::order))
        .route("/api/imports/{import}", get(imports::one))
        .route("/api/imports/{import}/start", post(imports::start))
        .route("/api/privacy/person", get(privacy::person))
        .route("/api/privacy/person/export", get(privacy::export))
        .route("/api/privacy/erase", post(privacy::erase))
        .route_layer(middleware::from_fn(require_own_page))
}
