use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::body::Body;
use crate::access::{Act, On, StationDraft};
use crate::floor::house::House;
use crate::floor::visitor::Visitor;
use crate::http::Fault;
use crate::store::StationRow;

/// A station as administrators get it: without its token's hash.
#[derive(Debug, Serialize)]
pub(super) struct StationCard {
    station: u32,
    name: String,
    agent: String,
    agent_name: String,
    team: String,
    enrolled_ms: i64,
    revoked_ms: Option<i64>,
}

impl StationCard {
    fn of(row: StationRow) -> Self {
        let StationRow { station, enrolled, revoked_ms } = row;
        Self {
            station,
            name: enrolled.name,
            agent: enrolled.agent,
            agent_name: enrolled.agent_name,
            team: enrolled.team,
            enrolled_ms: enrolled.enrolled_ms,
            revoked_ms,
        }
    }
}

/// `POST /api/stations`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Enrol {
    name: String,
    agent: String,
    #[serde(default)]
    agent_name: String,
    team: String,
}

pub(super) async fn list(
    State(house): State<Arc<House>>,
    visitor: Visitor,
) -> Result<Json<Vec<StationCard>>, Fault> {
    visitor.check(&house, Act::ManageStations, On::Whole, "stations")?;
    let rows = house.blocking(|house| Ok(house.accounts.stations()?)).await?;
    Ok(Json(rows.into_iter().map(StationCard::of).collect()))
}

/// Enrols a station, or gives one that is known a new token. The token is in this answer and nowhere else.
pub(super) async fn enrol(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Body(Enrol { name, agent, agent_name, team }): Body<Enrol>,
) -> Result<Json<Value>, Fault> {
    visitor.check(&house, Act::ManageStations, On::Whole, "stations")?;
    let draft = StationDraft { name, agent, agent_name, team };
    let enrol = move |house: &House| {
        let enrolled = house.accounts.enrol(&visitor.actor(), &draft, house.clock.now())?;
        Ok(Json(json!({"station": enrolled.station.station, "token": enrolled.token.reveal()})))
    };
    let enrolled = house.blocking(enrol).await?;
    house.stations_changed();
    Ok(enrolled)
}

pub(super) async fn revoke(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Result<StatusCode, Fault> {
    visitor.check(&house, Act::ManageStations, On::Whole, "stations")?;
    let revoke = move |house: &House| {
        house.accounts.revoke(&visitor.actor(), &name, house.clock.now())?;
        Ok(StatusCode::NO_CONTENT)
    };
    let revoked = house.blocking(revoke).await?;
    house.stations_changed();
    Ok(revoked)
}
