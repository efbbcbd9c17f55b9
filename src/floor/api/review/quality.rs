use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};

use crate::access::{Act, On};
use crate::call::{Channel, FlagKind};
use crate::floor::house::House;
use crate::floor::visitor::Visitor;
use crate::http::Fault;
use crate::privacy::{masked, personal_numbers};
use crate::review::{Example, Verdict, toml_of};
use crate::store::review::{PhrasePrecision, RulePrecision};

/// Examples in an answer.
const EXAMPLES_MAX: u32 = 100;

/// `?from_ms=…&to_ms=…`
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct When {
    from_ms: Option<i64>,
    to_ms: Option<i64>,
}

#[derive(Debug, Serialize)]
pub(super) struct Precision {
    rules: Vec<RulePrecision>,
    phrases: Vec<PhrasePrecision>,
}

/// `GET /api/review/precision`: how often each rule was right.
pub(super) async fn precision(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Query(When { from_ms, to_ms }): Query<When>,
) -> Result<Json<Precision>, Fault> {
    visitor.check(&house, Act::SeeQuality, On::Whole, "precision")?;
    let (from_ms, to_ms) = (from_ms.unwrap_or(i64::MIN), to_ms.unwrap_or(i64::MAX));
    let count = move |house: &House| {
        let (rules, phrases) = house.store.precision(from_ms, to_ms)?;
        Ok(Json(Precision { rules, phrases }))
    };
    house.blocking(count).await
}

/// `?rule=…&verdict=dismissed`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    rule: String,
    verdict: Verdict,
}

#[derive(Debug, Serialize)]
pub(super) struct Examples {
    rule: String,
    toml: String,
    lines: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    text: String,
    phrase: String,
    call: String,
    flag: i64,
}

/// `GET /api/review/examples`: what was said where a rule hit, for the script's owner; numbers of persons masked.
pub(super) async fn examples(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Query(Which { rule, verdict }): Query<Which>,
) -> Result<Json<Examples>, Fault> {
    visitor.check(&house, Act::SeeQuality, On::Whole, "examples")?;
    visitor.note(&house, "examples_read", &rule, &format!("{verdict:?}"));
    let read = move |house: &House| {
        let mut lines = Vec::new();
        let mut examples = Vec::new();
        for row in house.store.examples(&rule, verdict, EXAMPLES_MAX)? {
            let text = masked(&row.text, &personal_numbers(&row.text));
            let (channel, kind) = (channel_word(row.channel), kind_word(row.kind));
            examples.push(Example { text: text.clone(), channel: channel.to_owned(), kind: kind.to_owned() });
            lines.push(Line { text, phrase: row.phrase, call: row.call, flag: row.flag });
        }
        Ok(Json(Examples { toml: toml_of(verdict, &examples), rule, lines }))
    };
    house.blocking(read).await
}

const fn channel_word(channel: Channel) -> &'static str {
    match channel {
        Channel::Agent => "agent",
        Channel::Customer => "customer",
    }
}

const fn kind_word(kind: FlagKind) -> &'static str {
    match kind {
        FlagKind::Forbidden => "forbidden",
        FlagKind::Missing => "missing",
        FlagKind::Timing => "timing",
        FlagKind::Hangup => "hangup",
        FlagKind::Conduct => "conduct",
    }
}
