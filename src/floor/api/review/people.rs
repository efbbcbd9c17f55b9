use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};

use super::scope::invalid;
use crate::access::{Act, On, Reach, Scope, reach, scope};
use crate::floor::api::calls::find;
use crate::floor::house::House;
use crate::floor::people::Body;
use crate::floor::visitor::Visitor;
use crate::http::Fault;
use crate::store::UserRow;
use crate::store::review::{ReviewedCall, Who};

#[derive(Debug, Serialize)]
pub(super) struct Person {
    name: String,
    full_name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AssignOrder {
    to: String,
}

/// Whether somebody can be asked to judge calls of one of these teams; none: of any. Who has yet to change a first password can.
pub(super) fn judges(user: &UserRow, teams: Option<&[String]>) -> bool {
    !user.disabled
        && match reach(user.role, Act::Judge) {
            Reach::Nothing | Reach::Own => false,
            Reach::All => true,
            Reach::Teams => teams.is_none_or(|teams| user.teams.iter().any(|team| teams.contains(team))),
        }
}

/// `GET /api/review/people`: who can be given calls that the visitor sees.
pub(super) async fn people(
    State(house): State<Arc<House>>,
    visitor: Visitor,
) -> Result<Json<Vec<Person>>, Fault> {
    visitor.check(&house, Act::Judge, On::Whole, "people")?;
    let list = move |house: &House| {
        let teams = match scope(visitor.user(), Act::Judge) {
            Scope::Teams(teams) => Some(teams),
            _ => None,
        };
        let users = house.store.users()?.into_iter().filter(|user| judges(user, teams));
        Ok(Json(users.map(|UserRow { name, full_name, .. }| Person { name, full_name }).collect()))
    };
    house.blocking(list).await
}

/// `POST /api/review/calls/{call}/assign`.
pub(super) async fn assign(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(call): Path<String>,
    Body(AssignOrder { to }): Body<AssignOrder>,
) -> Result<Json<ReviewedCall>, Fault> {
    let row = find(&house, &visitor, Act::Judge, call).await?;
    let (who, now_ms) = (visitor.user().name.clone(), house.clock.wall_ms());
    let (call, wanted) = (row.call.clone(), to.clone());
    let assign = move |house: &House| {
        let team = [row.header.team];
        if !to.is_empty() && !house.store.user(&to)?.is_some_and(|user| judges(&user, Some(&team))) {
            let en = format!("{to} cannot judge calls of that team; choose somebody else");
            return Err(invalid("此人不能复核这个班组的通话", en));
        }
        Ok(house.store.assign(&row.call, Who { who: &who, now_ms }, &to)?)
    };
    let reviewed = house.blocking(assign).await?;
    visitor.note(&house, "call_assigned", &call, &wanted);
    Ok(Json(reviewed))
}
