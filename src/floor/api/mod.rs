//! What pages and other programs ask over HTTP. Answers are JSON; what is not done is `{"error":"…","zh":"…"}` with a status.

mod calls;
mod cards;
mod days;
mod hearing;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use super::house::House;

/// Calls, flags, recordings, days, alerts.
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
}
