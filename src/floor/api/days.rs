use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tokio::sync::oneshot;

use crate::access::{Act, Scope, scope};
use crate::floor::house::House;
use crate::floor::messages::ToHall;
use crate::floor::visitor::{Visitor, not_yours};
use crate::http::Fault;
use crate::wire::Day;

/// `?date=2026-11-26&agent=…&team=…`; today, and all that the visitor sees, unless said.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct DayQuery {
    date: Option<String>,
    agent: Option<String>,
    team: Option<String>,
}

/// `GET /api/day`: a day in figures.
pub(super) async fn day(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Query(DayQuery { date, agent, team }): Query<DayQuery>,
) -> Result<Json<Day>, Fault> {
    let (teams, agent) = match scope(visitor.user(), Act::SeeCall) {
        Scope::Nothing => return Err(not_yours()),
        Scope::Agent(own) if agent.as_deref().is_none_or(|agent| agent == own) => {
            (team.map(|team| vec![team]), Some(own.to_owned()))
        }
        Scope::Agent(_) => return Err(not_yours()),
        Scope::Teams(own) => match team {
            Some(team) if own.contains(&team) => (Some(vec![team]), agent),
            Some(_) => return Err(not_yours()),
            None => (Some(own.to_vec()), agent),
        },
        Scope::Everything => (team.map(|team| vec![team]), agent),
    };
    let frame = match date {
        None => house.clock.day(house.clock.wall_ms()),
        Some(date) => house.clock.day_of(&date).ok_or_else(|| {
            Fault::new(
                StatusCode::BAD_REQUEST,
                "日期格式应为 2026-11-26",
                "a date such as 2026-11-26 is wanted",
            )
        })?,
    };
    let read = move |house: &House| {
        let mut day = house.store.day(teams.as_deref(), agent.as_deref(), frame.from_ms, frame.to_ms)?;
        day.date = frame.date;
        Ok(Json(day))
    };
    house.blocking(read).await
}

/// `GET /api/alerts`: those that are open, oldest first.
pub(super) async fn alerts(State(house): State<Arc<House>>, visitor: Visitor) -> Result<Response, Fault> {
    let audience = visitor.audience(Act::WatchFloor)?;
    let (answer, answered) = oneshot::channel();
    let stops = || Fault::new(StatusCode::SERVICE_UNAVAILABLE, "服务器正在停止", "the floor stops");
    house.hall.send(ToHall::Alerts { audience, answer }).await.map_err(|_| stops())?;
    let cards = answered.await.map_err(|_| stops())?;
    Ok(([(header::CONTENT_TYPE, "application/json")], cards.as_str().to_owned()).into_response())
}
