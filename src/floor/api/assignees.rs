use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};

use crate::access::{Act, On, may};
use crate::floor::house::House;
use crate::floor::visitor::Visitor;
use crate::http::Fault;

/// `?team=一组`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfTeam {
    team: String,
}

/// Somebody whom an alert can be handed to.
#[derive(Debug, Serialize)]
pub(super) struct Assignee {
    /// Log-in name.
    name: String,
    full_name: String,
}

/// `GET /api/assignees`: who may see to alerts of a team, by name; the visitor among them.
pub(super) async fn list(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Query(OfTeam { team }): Query<OfTeam>,
) -> Result<Json<Vec<Assignee>>, Fault> {
    visitor.check(&house, Act::SettleAlert, On::Call { team: &team, agent: "" }, &format!("team:{team}"))?;
    let read = move |house: &House| {
        let mut users = house.store.users()?;
        users.retain(|user| may(user, Act::SettleAlert, On::Call { team: &team, agent: "" }));
        users.sort_by(|one, other| one.name.cmp(&other.name));
        let assignees = users.into_iter().map(|user| Assignee { name: user.name, full_name: user.full_name });
        Ok(Json(assignees.collect()))
    };
    house.blocking(read).await
}
