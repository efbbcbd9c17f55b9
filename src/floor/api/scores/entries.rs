use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::cards::agents;
use super::months::Months;
use crate::access::{Act, On};
use crate::floor::house::House;
use crate::floor::people::Body;
use crate::floor::visitor::{Visitor, not_yours};
use crate::http::Fault;
use crate::score::{Answer, Appeal, Decider, Entry, EntryOrder, Objection, Ruling, ScoreLine};
use crate::store::StoreFault;

const DAY_MS: i64 = 86_400_000;

/// `GET /api/scores/standard`
#[derive(Debug, Serialize)]
pub(super) struct Standard {
    name: String,
    start: i32,
    items: Vec<StandardItem>,
}

/// An item, for choosing one.
#[derive(Debug, Serialize)]
struct StandardItem {
    item: String,
    text: String,
    deduct: u16,
    deduct_complaint: Option<u16>,
    bonus: Option<u16>,
    from_calls: bool,
}

/// `POST …/answer`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerOrder {
    answer: Answer,
    #[serde(default)]
    reason: String,
}

/// `POST …/appeal`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AppealOrder {
    decision: Ruling,
    #[serde(default)]
    note: String,
}

pub(super) async fn standard(
    State(house): State<Arc<House>>,
    visitor: Visitor,
) -> Result<Json<Standard>, Fault> {
    visitor.check(&house, Act::SeeScores, On::Whole, "standard")?;
    let standard = house.assessment();
    let items = standard.items.iter().map(|item| StandardItem {
        item: item.id.get_ref().clone(),
        text: item.text.clone(),
        deduct: item.deduct,
        deduct_complaint: item.deduct_complaint,
        bonus: item.bonus,
        from_calls: item.from_calls,
    });
    Ok(Json(Standard { name: standard.name.clone(), start: standard.start, items: items.collect() }))
}

/// Enters points: a lead, for somebody of an own team.
pub(super) async fn enter(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Body(order): Body<EntryOrder>,
) -> Result<Json<ScoreLine>, Fault> {
    let on = On::Call { team: &order.team, agent: &order.agent };
    visitor.check(&house, Act::EnterPoints, on, &order.agent)?;
    let enter = move |house: &House| {
        let months = Months::up_to(&*house.clock, None)?;
        check_member(house, &months, &order)?;
        house.assessment().check_entry(&order, months.today)?;
        let number = house.store.put_entry(&order, &visitor.user().name, months.now_ms)?;
        let EntryOrder { agent, item, points, date, .. } = &order;
        visitor.note(house, "points_entered", agent, &format!("entry {number}: {item} {points:+} on {date}"));
        line(house.store.entry(number)?)
    };
    house.blocking(enter).await
}

/// Points go to somebody who is there, in the team that the lead says.
fn check_member(house: &House, months: &Months, order: &EntryOrder) -> Result<(), Fault> {
    let agents = agents(house, months)?;
    if agents.iter().any(|row| row.agent == order.agent && row.team == order.team) {
        return Ok(());
    }
    let zh = format!("{} 没有工号 {}", order.team, order.agent);
    Err(Fault::new(StatusCode::UNPROCESSABLE_ENTITY, zh, "the team has no such agent"))
}

/// Takes points back: a lead of the team.
pub(super) async fn withdraw(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(number): Path<i64>,
) -> Result<Json<ScoreLine>, Fault> {
    let withdraw = move |house: &House| {
        let entry = find(house, &visitor, Act::EnterPoints, number)?;
        entry.check_withdrawal().map_err(as_conflict)?;
        house.store.withdraw_entry(number, &visitor.user().name, house.clock.wall_ms())?;
        visitor.note(house, "points_withdrawn", &entry.order.agent, &format!("entry {number}"));
        line(house.store.entry(number)?)
    };
    house.blocking(withdraw).await
}

/// The agent accepts points or appeals against them.
pub(super) async fn answer(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(number): Path<i64>,
    Body(AnswerOrder { answer, reason }): Body<AnswerOrder>,
) -> Result<Json<Appeal>, Fault> {
    let keep = move |house: &House| {
        let entry = find(house, &visitor, Act::Appeal, number)?;
        // Nobody else may, whatever else they may.
        if visitor.user().agent.as_deref() != Some(&*entry.order.agent) {
            return Err(not_yours());
        }
        let now_ms = house.clock.wall_ms();
        let time_ms = i64::from(house.appeal_days) * DAY_MS;
        entry.check_answer(answer, &reason, now_ms, time_ms).map_err(as_conflict)?;
        house.store.answer_entry(number, answer, &reason, &visitor.user().name, now_ms)?;
        visitor.note(house, "points_answered", &entry.order.agent, &format!("entry {number}: {answer:?}"));
        appeal(house, number)
    };
    house.blocking(keep).await
}

/// A second reviewer decides on an appeal; that is final.
pub(super) async fn decide(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(number): Path<i64>,
    Body(AppealOrder { decision, note }): Body<AppealOrder>,
) -> Result<Json<Appeal>, Fault> {
    let keep = move |house: &House| {
        let entry = find(house, &visitor, Act::Judge, number)?;
        let user = visitor.user();
        let decider = Decider { name: &user.name, agent: user.agent.as_deref() };
        entry.check_decision(decider, &note).map_err(as_conflict)?;
        house.store.decide_entry_appeal(number, decision, &note, &user.name, house.clock.wall_ms())?;
        visitor.note(house, "appeal_decided", &entry.order.agent, &format!("entry {number}: {decision:?}"));
        appeal(house, number)
    };
    house.blocking(keep).await
}

/// An entry that the visitor may do that with. One that is not there is told as one that is not the visitor's.
fn find(house: &House, visitor: &Visitor, act: Act, number: i64) -> Result<Entry, Fault> {
    let entry = house.store.entry(number).map_err(|error| match error.fault {
        StoreFault::Missing(_) => not_yours(),
        _ => error.into(),
    })?;
    let on = On::Call { team: &entry.order.team, agent: &entry.order.agent };
    visitor.check(house, act, on, &format!("entry {number}"))?;
    Ok(entry)
}

fn line(entry: Entry) -> Result<Json<ScoreLine>, Fault> {
    entry.mark().map(|mark| Json(ScoreLine::of(&mark))).ok_or_else(Fault::not_found)
}

fn appeal(house: &House, number: i64) -> Result<Json<Appeal>, Fault> {
    house.store.entry(number)?.appeal.map(Json).ok_or_else(Fault::not_found)
}

impl From<Objection> for Fault {
    fn from(Objection { zh, en }: Objection) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, zh, en)
    }
}

/// The request makes no sense as things are.
fn as_conflict(Objection { zh, en }: Objection) -> Fault {
    Fault::new(StatusCode::CONFLICT, zh, en)
}
