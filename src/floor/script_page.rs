//! The page of the script's owner, served by the floor: a conversation is typed and held against the script that the floor's
//! configuration names, as it stands on disk. Nothing of it is kept.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;

use super::house::House;
use super::people::require_own_page;
use super::visitor::Visitor;
use crate::access::{Act, On};
use crate::http::{Fault, ReadFiles, script_routes};

/// For whoever may change the script, from this floor's own page.
pub(super) fn routes(house: &Arc<House>, files: ReadFiles) -> Router<Arc<House>> {
    script_routes(files)
        .route_layer(from_fn_with_state(Arc::clone(house), admit))
        .route_layer(from_fn(require_own_page))
}

async fn admit(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    request: Request,
    next: Next,
) -> Result<Response, Fault> {
    visitor.check(&house, Act::ChangeScript, On::Whole, "script")?;
    Ok(next.run(request).await)
}
