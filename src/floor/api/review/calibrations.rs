use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};

use super::people::judges;
use super::scope::{invalid, text};
use crate::access::{Act, On};
use crate::floor::api::calls::find;
use crate::floor::house::House;
use crate::floor::people::Body;
use crate::floor::visitor::{Visitor, not_yours};
use crate::http::Fault;
use crate::review::{self, JudgedFlag, RuleAgreement, Verdict};
use crate::store::review::{CalibrationDraft, CalibrationRow, JudgeRow, Who};

/// Longest name, in characters.
const NAME_MAX: usize = 64;
/// People who judge one call.
const JUDGES_MAX: usize = 20;

#[derive(Debug, Serialize)]
pub(super) struct Calibration {
    calibration: i64,
    name: String,
    call: String,
    made_by: String,
    made_ms: i64,
    closed_ms: Option<i64>,
    judges: Vec<JudgeRow>,
    mine: Vec<Mine>,
    agreement: Option<Agreement>,
}

#[derive(Debug, Serialize)]
struct Mine {
    flag: i64,
    verdict: Verdict,
}

#[derive(Debug, Serialize)]
struct Agreement {
    verdicts: Vec<Judged>,
    pairs: Vec<Pair>,
    by_rule: Vec<RuleAgreement>,
}

#[derive(Debug, Serialize)]
struct Judged {
    flag: i64,
    rule: String,
    by: Vec<By>,
}

#[derive(Debug, Serialize)]
struct By {
    user: String,
    verdict: Option<Verdict>,
}

#[derive(Debug, Serialize)]
struct Pair {
    one: String,
    other: String,
    flags: u32,
    kappa: Option<f64>,
}

impl Calibration {
    /// As `who` may see it: what others said only once it is closed.
    fn of(row: CalibrationRow, who: &str) -> Self {
        let agreement = row.closed_ms.map(|_| Agreement::of(&row));
        let place = row.judges.iter().position(|judge| judge.user == who);
        let own = |flag: &crate::store::review::JudgedRow| {
            Some(Mine { flag: flag.flag, verdict: (*flag.verdicts.get(place?)?)? })
        };
        let mine = row.flags.iter().filter_map(own).collect();
        let CalibrationRow { calibration, name, call, made_by, made_ms, closed_ms, judges, .. } = row;
        Self { calibration, name, call, made_by, made_ms, closed_ms, judges, mine, agreement }
    }
}

impl Agreement {
    fn of(row: &CalibrationRow) -> Self {
        let flags: Vec<JudgedFlag> = row
            .flags
            .iter()
            .map(|flag| JudgedFlag { rule: flag.rule.clone(), verdicts: flag.verdicts.clone() })
            .collect();
        let found = review::agreement(row.judges.len(), &flags);
        let name = |place: usize| row.judges.get(place).map(|judge| judge.user.clone()).unwrap_or_default();
        let verdicts = row.flags.iter().map(|flag| {
            let said = row.judges.iter().zip(&flag.verdicts);
            let by =
                said.map(|(judge, verdict)| By { user: judge.user.clone(), verdict: *verdict }).collect();
            Judged { flag: flag.flag, rule: flag.rule.clone(), by }
        });
        let pairs = found.pairs.into_iter().map(|(one, other, flags, kappa)| {
            let (one, other) = (name(one), name(other));
            Pair { one, other, flags, kappa }
        });
        Self { verdicts: verdicts.collect(), pairs: pairs.collect(), by_rule: found.by_rule }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CalibrationOrder {
    name: String,
    call: String,
    judges: Vec<String>,
}

/// `POST /api/review/calibrations`.
pub(super) async fn make(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Body(CalibrationOrder { name, call, judges: wanted }): Body<CalibrationOrder>,
) -> Result<Json<Calibration>, Fault> {
    let row = find(&house, &visitor, Act::Judge, call).await?;
    let name = text(&name)?;
    let wanted: BTreeSet<String> = wanted.into_iter().collect();
    if name.is_empty() || name.chars().count() > NAME_MAX || !(2..=JUDGES_MAX).contains(&wanted.len()) {
        let en = "a name of 1 to 64 characters and 2 to 20 judges are wanted";
        return Err(invalid("名称须为 1 至 64 个字符，评判人须为 2 至 20 人", en));
    }
    let (who, now_ms, call) = (visitor.user().name.clone(), house.clock.wall_ms(), row.call.clone());
    let make = move |house: &House| {
        let team = [row.header.team];
        for judge in &wanted {
            if !house.store.user(judge)?.is_some_and(|user| judges(&user, Some(&team))) {
                let en = format!("{judge} cannot judge calls of that team; choose somebody else");
                return Err(invalid(format!("{judge} 不能复核这个班组的通话"), en));
            }
        }
        let draft = CalibrationDraft { name, call: row.call, judges: wanted.into_iter().collect() };
        let number = house.store.make_calibration(&draft, Who { who: &who, now_ms })?;
        Ok(Calibration::of(house.store.calibration(number)?, &who))
    };
    let made = house.blocking(make).await?;
    visitor.note(&house, "calibration_made", &call, &format!("calibration {}", made.calibration));
    Ok(Json(made))
}

/// `GET /api/review/calibrations`: those of whoever asks.
pub(super) async fn list(
    State(house): State<Arc<House>>,
    visitor: Visitor,
) -> Result<Json<Vec<Calibration>>, Fault> {
    visitor.check(&house, Act::Judge, On::Whole, "calibrations")?;
    let list = move |house: &House| {
        let who = &visitor.user().name;
        let rows = house.store.calibrations(who)?;
        Ok(Json(rows.into_iter().map(|row| Calibration::of(row, who)).collect()))
    };
    house.blocking(list).await
}

/// `GET /api/review/calibrations/{calibration}`.
pub(super) async fn one(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(number): Path<i64>,
) -> Result<Json<Calibration>, Fault> {
    own(&house, visitor, number, |_, _| Ok(())).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CalibrationVerdict {
    flag: i64,
    verdict: Verdict,
}

/// `POST /api/review/calibrations/{calibration}/verdicts`.
pub(super) async fn judge(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(number): Path<i64>,
    Body(CalibrationVerdict { flag, verdict }): Body<CalibrationVerdict>,
) -> Result<Json<Calibration>, Fault> {
    own(&house, visitor, number, move |house, by| Ok(house.store.judge(number, by, flag, verdict)?)).await
}

/// `POST /api/review/calibrations/{calibration}/done`: ends the own judging.
pub(super) async fn done(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(number): Path<i64>,
) -> Result<Json<Calibration>, Fault> {
    own(&house, visitor, number, move |house, by| Ok(house.store.done_judging(number, by)?)).await
}

/// `POST /api/review/calibrations/{calibration}/close`: by who made it.
pub(super) async fn close(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(number): Path<i64>,
) -> Result<Json<Calibration>, Fault> {
    let close = move |house: &House, by: Who<'_>| {
        if house.store.calibration(number)?.made_by != by.who {
            return Err(not_yours());
        }
        Ok(house.store.close_calibration(number, by)?)
    };
    own(&house, visitor, number, close).await
}

/// Does something with a calibration that the visitor made or judges in, and gives it as it is then.
async fn own(
    house: &Arc<House>,
    visitor: Visitor,
    number: i64,
    act: impl FnOnce(&House, Who<'_>) -> Result<(), Fault> + Send + 'static,
) -> Result<Json<Calibration>, Fault> {
    visitor.check(house, Act::Judge, On::Whole, "calibrations")?;
    let now_ms = house.clock.wall_ms();
    let act = move |house: &House| {
        let who = &visitor.user().name;
        let row = house.store.calibration(number)?;
        if row.made_by != *who && !row.judges.iter().any(|judge| judge.user == *who) {
            return Err(visitor.refuse(house, &format!("calibration {number}"), "another's"));
        }
        act(house, Who { who, now_ms })?;
        Ok(Json(Calibration::of(house.store.calibration(number)?, who)))
    };
    house.blocking(act).await
}
