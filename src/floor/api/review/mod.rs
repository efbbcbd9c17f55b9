//! The review room over HTTP: the queue, one call, appeals, calibration, what the rules learn. `web/src/review/wire.ts` is the same in the page's
//! words.
//!
//! 1. Every read of what was said, and every decision, is a line of the audit trail.
//! 2. What changes something comes from the floor's own page, as with [`people`](crate::floor::people).
//! 3. Rights are of the call's team; an agent sees the own calls once they are finished.

mod appeals;
mod calibrations;
mod decisions;
mod one_call;
mod people;
mod quality;
mod queue;
mod sample;
mod scope;
mod search;

use std::sync::Arc;

use axum::routing::{get, post, put};
use axum::{Router, middleware};

use crate::floor::house::House;
use crate::floor::people::from_own_page;

pub(super) fn routes() -> Router<Arc<House>> {
    Router::new()
        .route("/api/review/queue", get(queue::page))
        .route("/api/review/filters", get(queue::filters))
        .route("/api/review/filters/{name}", put(queue::put_filter).delete(queue::remove_filter))
        .route("/api/review/sample", post(sample::sample))
        .route("/api/review/search", get(search::search))
        .route("/api/review/people", get(people::people))
        .route("/api/review/calls/{call}", get(one_call::read))
        .route("/api/review/calls/{call}/history", get(one_call::history))
        .route("/api/review/calls/{call}/lock", post(one_call::lock).delete(one_call::unlock))
        .route("/api/review/calls/{call}/flags", post(decisions::add_flag))
        .route("/api/review/calls/{call}/flags/{flag}/verdict", post(decisions::decide))
        .route("/api/review/calls/{call}/flags/{flag}/answer", post(appeals::answer))
        .route("/api/review/calls/{call}/flags/{flag}/appeal", post(appeals::settle))
        .route("/api/review/calls/{call}/comments", post(decisions::comment))
        .route("/api/review/calls/{call}/assign", post(people::assign))
        .route("/api/review/calls/{call}/finish", post(decisions::finish))
        .route("/api/review/calls/{call}/reopen", post(decisions::reopen))
        .route("/api/review/mine", get(appeals::mine))
        .route("/api/review/calibrations", get(calibrations::list).post(calibrations::make))
        .route("/api/review/calibrations/{calibration}", get(calibrations::one))
        .route("/api/review/calibrations/{calibration}/verdicts", post(calibrations::judge))
        .route("/api/review/calibrations/{calibration}/done", post(calibrations::done))
        .route("/api/review/calibrations/{calibration}/close", post(calibrations::close))
        .route("/api/review/precision", get(quality::precision))
        .route("/api/review/examples", get(quality::examples))
        .route_layer(middleware::from_fn(from_own_page))
}
