use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::scope::{invalid, teams};
use crate::access::{Act, On};
use crate::floor::house::House;
use crate::floor::people::Body;
use crate::floor::visitor::Visitor;
use crate::http::Fault;
use crate::store::review::{QueuePage, QueuePlace, QueueQuery, QueueView, SavedFilter};

const LIMIT: u32 = 50;
const LIMIT_MAX: u32 = 200;
/// Longest name of a saved filter, in characters.
const NAME_MAX: usize = 64;
/// Filters that one person may save.
const FILTERS_MAX: usize = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Sureness {
    Sure,
    Unsure,
}

/// `?view=open&rule=…&points_min=…&sure=unsure&sampled=true&agent=…&team=…&from_ms=…&to_ms=…&after=…&limit=…`; a saved filter is the same.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    view: QueueView,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    points_min: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sure: Option<Sureness>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sampled: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    team: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
}

impl Asked {
    /// The same for the store, narrowed to what the visitor may judge.
    fn narrowed(self, house: &House, visitor: &Visitor) -> Result<QueueQuery, Fault> {
        let after = self.after.map(|after| after.parse::<QueuePlace>()).transpose();
        Ok(QueueQuery {
            view: self.view,
            who: visitor.user().name.clone(),
            teams: teams(visitor, Act::Judge, self.team)?,
            rule: self.rule,
            points_min: self.points_min.filter(|points| *points > 0),
            is_sure: self.sure.map(|sure| sure == Sureness::Sure),
            is_sampled: self.sampled,
            agent: self.agent,
            from_ms: self.from_ms,
            to_ms: self.to_ms,
            after: after.map_err(|why| invalid("翻页位置不对", why.to_string()))?,
            limit: self.limit.unwrap_or(LIMIT).clamp(1, LIMIT_MAX),
            now_ms: house.clock.wall_ms(),
        })
    }
}

/// `GET /api/review/queue`.
pub(super) async fn page(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Json<QueuePage>, Fault> {
    visitor.check(&house, Act::Judge, On::Whole, "queue")?;
    let query = asked.narrowed(&house, &visitor)?;
    house.blocking(move |house| Ok(Json(house.store.queue(&query)?))).await
}

/// `GET /api/review/filters`.
pub(super) async fn filters(
    State(house): State<Arc<House>>,
    visitor: Visitor,
) -> Result<Json<Vec<SavedFilter>>, Fault> {
    visitor.check(&house, Act::Judge, On::Whole, "filters")?;
    house.blocking(move |house| Ok(Json(house.store.filters(&visitor.user().name)?))).await
}

/// `PUT /api/review/filters/{name}`: answers what is kept.
pub(super) async fn put_filter(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(name): Path<String>,
    Body(asked): Body<Asked>,
) -> Result<Json<SavedFilter>, Fault> {
    visitor.check(&house, Act::Judge, On::Whole, "filters")?;
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
        return Err(invalid("名称须为 1 至 64 个字符", "the name of a filter is 1 to 64 characters"));
    }
    let filter = serde_json::to_value(asked).map_err(|why| invalid("查询条件不对", why.to_string()))?;
    let put = move |house: &House| {
        let who = &visitor.user().name;
        let filters = house.store.filters(who)?;
        if filters.len() >= FILTERS_MAX && !filters.iter().any(|filter| filter.name == name) {
            return Err(invalid("最多保存 50 个筛选条件", "at most 50 filters are kept; delete one"));
        }
        let filter = SavedFilter { name, filter };
        house.store.put_filter(who, &filter)?;
        Ok(Json(filter))
    };
    house.blocking(put).await
}

/// `DELETE /api/review/filters/{name}`.
pub(super) async fn remove_filter(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Result<Json<Value>, Fault> {
    visitor.check(&house, Act::Judge, On::Whole, "filters")?;
    let remove = move |house: &House| {
        house.store.remove_filter(&visitor.user().name, &name)?;
        Ok(Json(json!({})))
    };
    house.blocking(remove).await
}
