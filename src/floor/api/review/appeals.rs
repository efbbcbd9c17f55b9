use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};

use super::scope::{month, text};
use crate::access::{Act, Scope, scope};
use crate::floor::api::calls::find;
use crate::floor::house::House;
use crate::floor::people::Body;
use crate::floor::visitor::{Visitor, not_yours};
use crate::http::Fault;
use crate::review::{Answer, Ruling};
use crate::score::Appeal;
use crate::store::review::{OwnCall, Who};

/// `?month=2026-11`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    month: String,
}

#[derive(Debug, Serialize)]
pub(super) struct MyCalls {
    rows: Vec<OwnCall>,
}

/// `GET /api/review/mine`: the agent's finished calls.
pub(super) async fn mine(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Json<MyCalls>, Fault> {
    let Scope::Agent(agent) = scope(visitor.user(), Act::Appeal) else { return Err(not_yours()) };
    let (agent, now_ms) = (agent.to_owned(), house.clock.wall_ms());
    let (from_ms, to_ms) = month(&*house.clock, &asked.month)?;
    let list = move |house: &House| {
        Ok(Json(MyCalls { rows: house.store.own_calls(&agent, from_ms, to_ms, now_ms)? }))
    };
    house.blocking(list).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerOrder {
    answer: Answer,
    #[serde(default)]
    reason: String,
}

/// `POST /api/review/calls/{call}/flags/{flag}/answer`: the agent's, once.
pub(super) async fn answer(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path((call, flag)): Path<(String, i64)>,
    Body(AnswerOrder { answer, reason }): Body<AnswerOrder>,
) -> Result<Json<Appeal>, Fault> {
    let row = find(&house, &visitor, Act::Appeal, call).await?;
    let reason = text(&reason)?;
    // An administrator may do everything, and is nobody's agent: the rules refuse that.
    let agent = visitor.user().agent.clone().unwrap_or_default();
    let (who, now_ms, call) = (visitor.user().name.clone(), house.clock.wall_ms(), row.call.clone());
    let keep = move |house: &House| {
        let by = Who { who: &who, now_ms };
        Ok(house.store.answer(&row.call, flag, by, &agent, answer, &reason)?)
    };
    let kept = house.blocking(keep).await?;
    visitor.note(&house, "answered", &call, &format!("flag {flag}: {answer:?}"));
    Ok(Json(kept))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AppealOrder {
    decision: Ruling,
    #[serde(default)]
    note: String,
}

/// `POST /api/review/calls/{call}/flags/{flag}/appeal`: by a second reviewer. Final.
pub(super) async fn settle(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path((call, flag)): Path<(String, i64)>,
    Body(AppealOrder { decision, note }): Body<AppealOrder>,
) -> Result<Json<Appeal>, Fault> {
    let row = find(&house, &visitor, Act::Judge, call).await?;
    let note = text(&note)?;
    let (who, now_ms, call) = (visitor.user().name.clone(), house.clock.wall_ms(), row.call.clone());
    let settle = move |house: &House| {
        Ok(house.store.settle(&row.call, flag, Who { who: &who, now_ms }, decision, &note)?)
    };
    let settled = house.blocking(settle).await?;
    visitor.note(&house, "appeal_decided", &call, &format!("flag {flag}: {decision:?}"));
    Ok(Json(settled))
}
