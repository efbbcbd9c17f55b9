use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;

use super::scope::{invalid, text};
use crate::access::Act;
use crate::call::{Channel, FlagKind};
use crate::floor::api::calls::find;
use crate::floor::house::House;
use crate::floor::people::Body;
use crate::floor::visitor::Visitor;
use crate::http::Fault;
use crate::review::Verdict;
use crate::store::review::{AddedFlag, CommentRow, ReviewFlag, ReviewedCall, Said, Who};

const DAY_MS: i64 = 86_400_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VerdictOrder {
    verdict: Verdict,
    #[serde(default)]
    note: String,
    #[serde(default)]
    complaint: bool,
}

/// `POST /api/review/calls/{call}/flags/{flag}/verdict`.
pub(super) async fn decide(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path((call, flag)): Path<(String, i64)>,
    Body(VerdictOrder { verdict, note, complaint }): Body<VerdictOrder>,
) -> Result<Json<ReviewFlag>, Fault> {
    let row = find(&house, &visitor, Act::Judge, call).await?;
    let note = text(&note)?;
    let (who, now_ms, call) = (visitor.user().name.clone(), house.clock.wall_ms(), row.call.clone());
    let decide = move |house: &House| {
        let said = Said { verdict, complaint, note: &note };
        Ok(house.store.decide(&row.call, flag, Who { who: &who, now_ms }, said, &house.assessment())?)
    };
    let decided = house.blocking(decide).await?;
    visitor.note(&house, "verdict", &call, &format!("flag {flag}: {verdict:?}"));
    Ok(Json(decided))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FlagOrder {
    rule: String,
    kind: FlagKind,
    channel: Channel,
    from_ms: u64,
    to_ms: u64,
    note: String,
}

/// `POST /api/review/calls/{call}/flags`: what the machine missed.
pub(super) async fn add_flag(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(call): Path<String>,
    Body(order): Body<FlagOrder>,
) -> Result<Json<ReviewFlag>, Fault> {
    let row = find(&house, &visitor, Act::Judge, call).await?;
    let FlagOrder { rule, kind, channel, from_ms, to_ms, note } = order;
    let script = house.script();
    let Some(known) = script.rule(&rule) else {
        let en = format!("the script has no rule {rule}; choose one of GET /api/rules");
        return Err(invalid("规范中没有这一条", en));
    };
    if from_ms >= to_ms || to_ms > row.length_ms {
        let en = format!("from_ms < to_ms, both within the call's {} ms, are wanted", row.length_ms);
        return Err(invalid("标记的时间段不在通话之内", en));
    }
    let flag =
        AddedFlag { rule, kind, channel, from_ms, to_ms, item: known.item.clone(), note: text(&note)? };
    let (who, now_ms, call) = (visitor.user().name.clone(), house.clock.wall_ms(), row.call.clone());
    let add = move |house: &House| {
        Ok(house.store.add_flag(&row.call, Who { who: &who, now_ms }, &flag, &house.assessment())?)
    };
    let added = house.blocking(add).await?;
    visitor.note(&house, "flag_added", &call, &format!("flag {}: {}", added.flag, added.rule));
    Ok(Json(added))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CommentOrder {
    at_ms: u64,
    text: String,
}

/// `POST /api/review/calls/{call}/comments`.
pub(super) async fn comment(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(call): Path<String>,
    Body(CommentOrder { at_ms, text: words }): Body<CommentOrder>,
) -> Result<Json<CommentRow>, Fault> {
    let row = find(&house, &visitor, Act::Judge, call).await?;
    let words = text(&words)?;
    if words.is_empty() {
        return Err(invalid("批注不能为空", "an empty comment says nothing; write something"));
    }
    let at_ms = at_ms.min(row.length_ms);
    let (who, now_ms, call) = (visitor.user().name.clone(), house.clock.wall_ms(), row.call.clone());
    let comment =
        move |house: &House| Ok(house.store.comment(&row.call, Who { who: &who, now_ms }, at_ms, &words)?);
    let comment = house.blocking(comment).await?;
    visitor.note(&house, "comment", &call, &format!("comment {}", comment.comment));
    Ok(Json(comment))
}

/// `POST /api/review/calls/{call}/finish`: the call goes to its agent.
pub(super) async fn finish(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(call): Path<String>,
) -> Result<Json<ReviewedCall>, Fault> {
    let row = find(&house, &visitor, Act::Judge, call).await?;
    let (who, now_ms) = (visitor.user().name.clone(), house.clock.wall_ms());
    let until_ms = now_ms.saturating_add(i64::from(house.appeal_days).saturating_mul(DAY_MS));
    let finish =
        move |house: &House| Ok(house.store.finish(&row.call, Who { who: &who, now_ms }, until_ms)?);
    let reviewed = house.blocking(finish).await?;
    visitor.note(&house, "review_finished", &reviewed.call, "");
    Ok(Json(reviewed))
}

/// `POST /api/review/calls/{call}/reopen`.
pub(super) async fn reopen(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(call): Path<String>,
) -> Result<Json<ReviewedCall>, Fault> {
    let row = find(&house, &visitor, Act::Judge, call).await?;
    let (who, now_ms) = (visitor.user().name.clone(), house.clock.wall_ms());
    let reopen = move |house: &House| Ok(house.store.reopen(&row.call, Who { who: &who, now_ms })?);
    let reviewed = house.blocking(reopen).await?;
    visitor.note(&house, "review_reopened", &reviewed.call, "");
    Ok(Json(reviewed))
}
