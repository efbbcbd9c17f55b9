use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::cards::{CallCard, FlagCard};
use crate::access::{Act, On, Scope, scope};
use crate::floor::house::House;
use crate::floor::visitor::{Visitor, not_yours};
use crate::http::Fault;
use crate::store::{CallQuery, CallRow};

/// Calls in an answer, and flags.
const LIMIT_MAX: u32 = 500;
const LIMIT: u32 = 50;
/// Events in an answer.
const EVENTS_MAX: u32 = 2_000;

/// `?team=…&agent=…&rule=…&flagged=true&from_ms=…&to_ms=…&before_ms=…&before_call=…&limit=…`
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct CallsQuery {
    team: Option<String>,
    agent: Option<String>,
    rule: Option<String>,
    flagged: bool,
    from_ms: Option<i64>,
    to_ms: Option<i64>,
    before_ms: Option<i64>,
    before_call: Option<String>,
    limit: Option<u32>,
}

impl CallsQuery {
    /// The same for the store, narrowed to what the visitor may see.
    fn narrowed(self, visitor: &Visitor, act: Act) -> Result<CallQuery, Fault> {
        let (teams, own) = match scope(visitor.user(), act) {
            Scope::Nothing => return Err(not_yours()),
            Scope::Agent(number) => (self.team.map(|team| vec![team]), Some(number.to_owned())),
            Scope::Teams(own) => match self.team {
                Some(team) if own.contains(&team) => (Some(vec![team]), None),
                Some(_) => return Err(not_yours()),
                None => (Some(own.to_vec()), None),
            },
            Scope::Everything => (self.team.map(|team| vec![team]), None),
        };
        if own.as_ref().is_some_and(|own| self.agent.as_ref().is_some_and(|agent| agent != own)) {
            return Err(not_yours());
        }
        Ok(CallQuery {
            teams,
            agent: own.or(self.agent),
            rule: self.rule,
            flagged: self.flagged,
            from_ms: self.from_ms,
            to_ms: self.to_ms,
            before: self.before_ms.zip(self.before_call),
            limit: self.limit.unwrap_or(LIMIT).clamp(1, LIMIT_MAX),
        })
    }
}

/// `GET /api/calls`: newest first.
pub(super) async fn list(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Query(query): Query<CallsQuery>,
) -> Result<Json<Vec<CallCard>>, Fault> {
    let query = query.narrowed(&visitor, Act::SeeCall)?;
    let rows = house.blocking(move |house| Ok(house.store.calls(&query)?)).await?;
    Ok(Json(rows.into_iter().map(CallCard::from).collect()))
}

/// `GET /api/flags`: of the newest call first.
pub(super) async fn flags(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Query(query): Query<CallsQuery>,
) -> Result<Json<Vec<FlagCard>>, Fault> {
    // A flag holds what was said.
    let query = query.narrowed(&visitor, Act::ReadTranscript)?;
    let rows = house.blocking(move |house| Ok(house.store.flags(&query)?)).await?;
    visitor.note(&house, "flags_read", "-", &format!("{} flags", rows.len()));
    Ok(Json(rows.into_iter().map(FlagCard::from).collect()))
}

/// `GET /api/calls/{call}`.
pub(super) async fn one(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(call): Path<String>,
) -> Result<Json<CallCard>, Fault> {
    find(&house, &visitor, Act::SeeCall, call).await.map(|row| Json(row.into()))
}

/// `?after=…&limit=…`
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct EventsQuery {
    after: u64,
    limit: Option<u32>,
}

/// `GET /api/calls/{call}/events`: in order, with whether there are more.
pub(super) async fn events(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(call): Path<String>,
    Query(EventsQuery { after, limit }): Query<EventsQuery>,
) -> Result<Json<Value>, Fault> {
    let row = find(&house, &visitor, Act::ReadTranscript, call).await?;
    visitor.note(&house, "transcript_read", &row.call, &format!("after {after}"));
    let limit = limit.unwrap_or(EVENTS_MAX).clamp(1, EVENTS_MAX);
    let last_seq = row.last_seq;
    let events = house.blocking(move |house| Ok(house.store.events(&row.call, after, limit)?)).await?;
    let more = events.last().is_some_and(|last| last.seq < last_seq);
    Ok(Json(json!({"events": events, "more": more})))
}

/// A call that the visitor may do that with. One that is not there is told as one that is not the visitor's.
pub(in crate::floor) async fn find(
    house: &Arc<House>,
    visitor: &Visitor,
    act: Act,
    call: String,
) -> Result<CallRow, Fault> {
    let wanted = call.clone();
    let found = house.blocking(move |house| Ok(house.store.call(&wanted)?)).await;
    let row =
        found.map_err(|fault| if fault.status() == StatusCode::NOT_FOUND { not_yours() } else { fault })?;
    let on = On::Call { team: &row.header.team, agent: &row.header.agent };
    visitor.check(house, act, on, &call)?;
    Ok(row)
}
