//! Score cards: a month of an agent or a team, its files, and points that leads enter.

mod cards;
mod entries;
mod files;
mod months;

use std::sync::Arc;

use axum::routing::{get, post};
use axum::{Router, middleware};

use crate::floor::house::House;
use crate::floor::people::require_own_page;

pub(super) fn routes() -> Router<Arc<House>> {
    Router::new()
        .route("/api/scores/card", get(cards::card))
        .route("/api/scores/team", get(cards::team))
        .route("/api/scores/{file}", get(files::file))
        .route("/api/scores/standard", get(entries::standard))
        .route("/api/scores/entries", post(entries::enter))
        .route("/api/scores/entries/{entry}/withdraw", post(entries::withdraw))
        .route("/api/scores/entries/{entry}/answer", post(entries::answer))
        .route("/api/scores/entries/{entry}/appeal", post(entries::decide))
        .route_layer(middleware::from_fn(require_own_page))
}
