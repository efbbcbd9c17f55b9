use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::scope::{invalid, month};
use crate::access::{Act, On};
use crate::floor::house::House;
use crate::floor::people::Body;
use crate::floor::visitor::Visitor;
use crate::http::Fault;
use crate::review::{DrawBy, draw, stated};

/// Calls of one agent in a month.
const QUOTA_MAX: u32 = 100;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SampleOrder {
    team: String,
    month: String,
    per_agent: u32,
    by: DrawBy,
    seed: u64,
}

#[derive(Debug, Serialize)]
pub(super) struct SampleDrawn {
    drawn: u32,
    short: Vec<String>,
    stated: String,
}

/// `POST /api/review/sample`: draws unflagged calls of a team's month for the queue.
pub(super) async fn sample(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Body(order): Body<SampleOrder>,
) -> Result<Json<SampleDrawn>, Fault> {
    let SampleOrder { team, month: wanted, per_agent, by, seed } = order;
    visitor.check(&house, Act::Judge, On::Call { team: &team, agent: "" }, "sample")?;
    if !(1..=QUOTA_MAX).contains(&per_agent) {
        return Err(invalid("每人抽取 1 至 100 通", "1 to 100 calls of an agent can be drawn"));
    }
    let (from_ms, to_ms) = month(&*house.clock, &wanted)?;
    let object = format!("{team} {wanted}");
    let sample = move |house: &House| {
        let candidates = house.store.candidates(&team, from_ms, to_ms)?;
        let agents = house.store.agents_of(&team, from_ms, to_ms)?;
        let drawn = draw(&candidates, &agents, by, per_agent, seed);
        let count = house.store.put_drawn(&drawn.calls, by.into())?;
        Ok(SampleDrawn { drawn: count, short: drawn.short, stated: stated(by, per_agent, seed) })
    };
    let drawn = house.blocking(sample).await?;
    visitor.note(&house, "sampled", &object, &format!("{} calls; {}", drawn.drawn, drawn.stated));
    Ok(Json(drawn))
}
