use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use jiff::civil::Date;
use serde::Deserialize;

use super::months::{Months, date_of, mark};
use crate::access::{Act, On};
use crate::floor::house::House;
use crate::floor::visitor::{Visitor, not_yours};
use crate::http::Fault;
use crate::score::{CardFacts, Earned, Entry, Mark, Member, MonthSum, ScoreCard, TeamScores};
use crate::store::{AgentRow, MonthFrame};

/// `?agent=1024&month=2026-11`; an agent need not say who.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct CardQuery {
    pub(super) agent: Option<String>,
    pub(super) team: Option<String>,
    pub(super) month: Option<String>,
}

/// `GET /api/scores/card`
pub(super) async fn card(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Query(query): Query<CardQuery>,
) -> Result<Json<ScoreCard>, Fault> {
    Ok(Json(card_for(&house, visitor, query).await?.0))
}

/// `GET /api/scores/team`
pub(super) async fn team(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Query(query): Query<CardQuery>,
) -> Result<Json<TeamScores>, Fault> {
    Ok(Json(team_for(&house, visitor, query).await?.0))
}

/// The card that a visitor asks for, and when it was made, as people read it.
pub(super) async fn card_for(
    house: &Arc<House>,
    visitor: Visitor,
    query: CardQuery,
) -> Result<(ScoreCard, String), Fault> {
    let Some(number) = query.agent.or_else(|| visitor.user().agent.clone()) else { return Err(not_yours()) };
    let months = Months::up_to(&*house.clock, query.month.as_deref())?;
    let make = move |house: &House| {
        let agents = agents(house, &months)?;
        let Some(agent) = agents.iter().find(|row| row.agent == number) else { return Err(not_yours()) };
        let on = On::Call { team: &agent.team, agent: &agent.agent };
        visitor.check(house, Act::SeeScores, on, &number)?;
        let card = make_card(house, agent, &agents, &months)?;
        visitor.note(house, "scores_read", &number, &card.month);
        Ok((card, months.made))
    };
    house.blocking(make).await
}

/// The team's month that a visitor asks for, and when it was made, as people read it.
pub(super) async fn team_for(
    house: &Arc<House>,
    visitor: Visitor,
    query: CardQuery,
) -> Result<(TeamScores, String), Fault> {
    let Some(team) = query.team.or_else(|| visitor.user().teams.first().cloned()) else {
        return Err(not_yours());
    };
    // Nobody's own: an agent sees no team.
    visitor.check(house, Act::SeeScores, On::Call { team: &team, agent: "" }, &team)?;
    let months = Months::up_to(&*house.clock, query.month.as_deref())?;
    let make = move |house: &House| {
        let scores = make_team(house, &team, &months)?;
        visitor.note(house, "scores_read", &team, &scores.month);
        Ok((scores, months.made))
    };
    house.blocking(make).await
}

/// Everybody, with the team that each was in at the end of the month.
pub(super) fn agents(house: &House, months: &Months) -> Result<Vec<AgentRow>, Fault> {
    let (_, frame) = months.last();
    Ok(house.store.agents(frame.to_ms, &frame.last)?)
}

fn make_card(
    house: &House,
    agent: &AgentRow,
    agents: &[AgentRow],
    months: &Months,
) -> Result<ScoreCard, Fault> {
    let (month, frame) = months.last();
    let own = std::slice::from_ref(&agent.agent);
    let mut sums = Vec::with_capacity(months.all.len());
    for (month, frame) in &months.all {
        let sum = house.store.month_sums(own, frame)?.remove(&agent.agent);
        sums.push((*month, sum.unwrap_or_default()));
    }
    let members = members(agents, &agent.team, frame);
    let of_team = house.store.month_sums(&numbers(&members), frame)?;
    let entries = house.store.entries(&agent.agent, &frame.last)?;
    let decided = house.store.decided_flags(&agent.agent, frame)?;
    let in_month = |mark: &Mark| mark.on.first_of_month() == *month;
    let mut marks: Vec<Mark> = decided.into_iter().filter_map(|flag| mark(&*house.clock, flag)).collect();
    marks.extend(entries.iter().filter_map(Entry::mark).filter(in_month));
    let review = house.store.review_figures(&agent.agent, frame)?;
    Ok(house.assessment().card(CardFacts {
        agent: agent.agent.clone(),
        agent_name: agent.agent_name.clone(),
        team: agent.team.clone(),
        month: *month,
        today: months.today,
        made_ms: months.now_ms,
        marks,
        months: sums,
        earned: earned(&entries),
        known_since: known_since(house, agent),
        team_sums: present(&members, &of_team).map(|(_, sum)| sum).collect(),
        reviewed: review.reviewed,
        undecided: review.undecided,
    }))
}

fn make_team(house: &House, team: &str, months: &Months) -> Result<TeamScores, Fault> {
    let agents = agents(house, months)?;
    let (month, frame) = months.last();
    let candidates = members(&agents, team, frame);
    let numbers = numbers(&candidates);
    let mut sums = Vec::with_capacity(months.all.len());
    for (month, frame) in &months.all {
        sums.push((*month, house.store.month_sums(&numbers, frame)?));
    }
    let open = house.store.open_appeals(&numbers, frame)?;
    let nobody = BTreeMap::new();
    let this = sums.last().map_or(&nobody, |(_, sums)| sums);
    let member = |(row, _): (&AgentRow, MonthSum)| Member {
        agent: row.agent.clone(),
        agent_name: row.agent_name.clone(),
        months: sums
            .iter()
            .map(|(month, sums)| (*month, sums.get(&row.agent).cloned().unwrap_or_default()))
            .collect(),
        open_appeals: open.get(&row.agent).copied().unwrap_or(0),
    };
    let members: Vec<Member> = present(&candidates, this).map(member).collect();
    Ok(house.assessment().team(team, *month, months.now_ms, &members))
}

/// Those of a team of whom anything is known by the end of the month.
fn members<'a>(agents: &'a [AgentRow], team: &str, frame: &MonthFrame) -> Vec<&'a AgentRow> {
    let is_known = |row: &AgentRow| {
        row.first_call_ms.is_some_and(|first_ms| first_ms < frame.to_ms)
            || row.first_entry.as_ref().is_some_and(|first| *first <= frame.last)
    };
    agents.iter().filter(|row| row.team == team && is_known(row)).collect()
}

fn numbers(members: &[&AgentRow]) -> Vec<String> {
    members.iter().map(|row| row.agent.clone()).collect()
}

/// Those who did anything in the month, or still have a desk; whoever left is not counted with a full score for ever.
fn present<'a>(
    members: &[&'a AgentRow],
    sums: &BTreeMap<String, MonthSum>,
) -> impl Iterator<Item = (&'a AgentRow, MonthSum)> {
    members.iter().filter_map(|row| match sums.get(&row.agent) {
        Some(sum) => Some((*row, sum.clone())),
        None => row.enrolled.then(|| (*row, MonthSum::default())),
    })
}

fn earned(entries: &[Entry]) -> Vec<Earned> {
    let marks = entries.iter().filter_map(Entry::mark);
    let successes = marks.filter(|mark| mark.counts() && mark.points > 0);
    successes.map(|mark| Earned { on: mark.on, item: mark.item }).collect()
}

fn known_since(house: &House, agent: &AgentRow) -> Option<Date> {
    let call = agent.first_call_ms.and_then(|first_ms| date_of(&*house.clock, first_ms));
    let entry = agent.first_entry.as_ref().and_then(|first| first.parse().ok());
    call.into_iter().chain(entry).min()
}
