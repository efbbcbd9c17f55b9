use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use crate::access::{Act, On, may};
use crate::floor::api::calls::find;
use crate::floor::house::House;
use crate::floor::visitor::Visitor;
use crate::http::Fault;
use crate::review::{Refusal, ReviewState};
use crate::store::review::{DecisionRow, LockRow, ReviewedCall, Who};

/// `GET /api/review/calls/{call}`: for reviewers; for the agent, and others who may read the call, once it is finished.
pub(super) async fn read(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(call): Path<String>,
) -> Result<Json<ReviewedCall>, Fault> {
    let (mut reviewed, is_blind) = readable(&house, &visitor, call).await?;
    if is_blind {
        blind(&mut reviewed);
    }
    visitor.note(&house, "review_read", &reviewed.call, if is_blind { "blind" } else { "" });
    Ok(Json(reviewed))
}

/// `GET /api/review/calls/{call}/history`: for whom the call is.
pub(super) async fn history(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(call): Path<String>,
) -> Result<Json<Vec<DecisionRow>>, Fault> {
    let (reviewed, is_blind) = readable(&house, &visitor, call).await?;
    if is_blind {
        return Err(Refusal::Blind.into());
    }
    visitor.note(&house, "history_read", &reviewed.call, "");
    house.blocking(move |house| Ok(Json(house.store.history(&reviewed.call)?))).await
}

/// A call that the visitor may see, and whether what others decided must be hidden.
async fn readable(
    house: &Arc<House>,
    visitor: &Visitor,
    call: String,
) -> Result<(ReviewedCall, bool), Fault> {
    let row = find(house, visitor, Act::ReadTranscript, call).await?;
    let (who, now_ms) = (visitor.user().name.clone(), house.clock.wall_ms());
    let read = move |house: &House| {
        let is_blind = house.store.judges_blind(&row.call, &who)?;
        Ok((house.store.review(&row.call, now_ms)?, is_blind))
    };
    let (reviewed, is_blind) = house.blocking(read).await?;
    let judges = may(visitor.user(), Act::Judge, On::Call { team: &reviewed.team, agent: &reviewed.agent });
    if !judges && reviewed.state != ReviewState::Finished {
        return Err(visitor.refuse(house, &reviewed.call, "its review is not finished"));
    }
    Ok((reviewed, is_blind))
}

/// Takes out what others decided and said.
fn blind(reviewed: &mut ReviewedCall) {
    reviewed.comments.clear();
    for flag in &mut reviewed.flags {
        (flag.verdict, flag.first_verdict, flag.appeal) = (None, None, None);
    }
}

/// `POST /api/review/calls/{call}/lock`.
pub(super) async fn lock(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(call): Path<String>,
) -> Result<Json<LockRow>, Fault> {
    let row = find(&house, &visitor, Act::Judge, call).await?;
    let now_ms = house.clock.wall_ms();
    let who = visitor.user().name.clone();
    let lock = move |house: &House| Ok(Json(house.store.lock(&row.call, Who { who: &who, now_ms })?));
    house.blocking(lock).await
}

/// `DELETE /api/review/calls/{call}/lock`.
pub(super) async fn unlock(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(call): Path<String>,
) -> Result<Json<Value>, Fault> {
    let row = find(&house, &visitor, Act::Judge, call).await?;
    let now_ms = house.clock.wall_ms();
    let unlock = move |house: &House| {
        house.store.unlock(&row.call, Who { who: &visitor.user().name, now_ms })?;
        Ok(Json(json!({})))
    };
    house.blocking(unlock).await
}
