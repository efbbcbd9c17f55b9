//! What pages and other programs ask over HTTP. Answers are JSON; what is not done is `{"error":"…","zh":"…"}` with a status.

mod assignees;
mod backtests;
mod calls;
mod cards;
mod days;
mod hearing;
mod review;
mod rules;
mod scores;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use super::house::House;

/// Calls, flags, recordings, days, alerts, rules, the review room, score cards, back-tests.
pub(super) fn routes() -> Router<Arc<House>> {
    Router::new()
        .route("/api/calls", get(calls::list))
        .route("/api/calls/{call}", get(calls::one))
        .route("/api/calls/{call}/events", get(calls::events))
        .route("/api/calls/{call}/recording", get(hearing::recording))
        .route("/api/flags", get(calls::flags))
        .route("/api/day", get(days::day))
        .route("/api/alerts", get(days::alerts))
        .route("/api/assignees", get(assignees::list))
        .route("/api/rules", get(rules::list))
        .merge(scores::routes())
        .merge(backtests::routes())
        .merge(review::routes())
}
