use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::access::{Act, On};
use crate::floor::house::House;
use crate::floor::visitor::Visitor;
use crate::http::Fault;
use crate::score::Assessment;
use crate::script::Rule;

/// What a rule's number means, in the company's own words.
#[derive(Debug, Serialize)]
pub(super) struct RuleCard {
    rule: String,
    title: String,
    /// Item of the assessment standard.
    item: String,
    /// What the item asks, in short; empty where the standard has no such item.
    item_text: String,
    /// What must be said, step by step.
    say: Vec<String>,
    never: Vec<String>,
    /// Place in the company's own document; may be empty.
    source: String,
}

impl RuleCard {
    fn of(rule: &Rule, assessment: &Assessment) -> Self {
        let item = assessment.items.iter().find(|item| *item.id.get_ref() == rule.item);
        Self {
            rule: rule.id.get_ref().clone(),
            title: rule.title.clone(),
            item: rule.item.clone(),
            item_text: item.map(|item| item.text.clone()).unwrap_or_default(),
            say: rule.say.iter().map(|step| step.text.get_ref().clone()).collect(),
            never: rule.never.iter().map(|forbidden| forbidden.text.get_ref().clone()).collect(),
            source: rule.source.clone(),
        }
    }
}

/// `GET /api/rules`: the rules of the floor's script as it stands, in its order. Stations may have another one.
pub(super) async fn list(
    State(house): State<Arc<House>>,
    visitor: Visitor,
) -> Result<Json<Vec<RuleCard>>, Fault> {
    visitor.check(&house, Act::ReadScript, On::Whole, "rules")?;
    let assessment = house.assessment();
    let card = |rule| RuleCard::of(rule, &assessment);
    Ok(Json(house.script().rules.iter().map(card).collect()))
}
