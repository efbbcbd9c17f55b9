//! The assessment standard: what a breach proposes to cost, and what has been decided as a score card.
//!
//! Points are proposals with a reason. Nothing is deducted without a person: a card counts [marks](Mark), which are decisions, and shows
//! what the standard itself asks for as a line that does not count.

mod card;
mod entry;
mod mark;
mod month;
mod standard;

pub use card::{
    CardFacts, Counted, Fault, ItemSum, Member, MemberScore, MonthMean, MonthSum, MonthTotal, ScoreCard,
    ScoreLine, TREND_MONTHS, TeamScores, month_name,
};
pub use entry::{Decider, Entry, EntryOrder, Objection};
pub use mark::{Answer, Appeal, Mark, MarkSource, Ruling};
pub use month::{Earned, Finding, Found, Proposal};
pub use standard::Standard;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_spanned::Spanned;

use crate::call::ProposedPoints;
use crate::script::{Diagnostic, ScriptMistakes, one_line, schema_of, syntax_in_chinese};

/// The assessment standard that comes with callcue.
pub const BUNDLED: &str = include_str!("../../config/assessment/property-service.toml");
/// Name under which mistakes in [`BUNDLED`] are reported.
pub const BUNDLED_NAME: &str = "config/assessment/property-service.toml";

/// An assessment standard, checked.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assessment {
    /// Version of the file format; this program reads 1.
    #[schemars(with = "u32")]
    pub format: Spanned<u32>,
    /// What the company calls it.
    pub name: String,
    /// Points at the start of each month.
    pub start: i32,
    /// The items.
    #[serde(rename = "item")]
    pub items: Vec<Item>,
}

/// One item of the standard. Points are positive here, whatever is done with them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// `A1` to `A18`.
    #[schemars(with = "String")]
    pub id: Spanned<String>,
    /// What it asks, in short.
    pub text: String,
    /// Points that one breach costs.
    pub deduct: u16,
    /// Points that it costs where it led to a complaint.
    pub deduct_complaint: Option<u16>,
    /// Points that one success brings.
    pub bonus: Option<u16>,
    /// A success is expected at least once in so many whole months; else `deduct` is due.
    pub earn_every_months: Option<u8>,
    /// Whether breaches can be seen in calls; else a team lead enters them.
    #[serde(default)]
    pub from_calls: bool,
}

impl Assessment {
    /// Reads an assessment file named `file`.
    ///
    /// # Errors
    /// [`ScriptMistakes`], located; mend the file.
    pub fn parse(file: &str, text: &str) -> Result<Self, ScriptMistakes> {
        let refuse = |mistake| ScriptMistakes { file: file.to_owned(), mistakes: vec![mistake] };
        let standard: Self = toml::from_str(text).map_err(|error| {
            let message = one_line(error.message());
            let zh = syntax_in_chinese(&message);
            refuse(Diagnostic::at(text, error.span(), message).in_chinese(zh))
        })?;
        if *standard.format.get_ref() != 1 {
            let message = "this program reads format = 1";
            let mistake = Diagnostic::at(text, Some(standard.format.span()), message);
            return Err(refuse(mistake.in_chinese("这个程序只认识 format = 1")));
        }
        let mut seen = BTreeSet::new();
        for item in &standard.items {
            let id = item.id.get_ref();
            if !seen.insert(id) {
                let message = format!("there are two items {id}; remove one of them");
                let mistake = Diagnostic::at(text, Some(item.id.span()), message);
                return Err(refuse(mistake.in_chinese(format!("有两条都叫 {id}; 去掉一条"))));
            }
        }
        Ok(standard)
    }

    /// The JSON Schema of assessment files.
    pub fn schema() -> String {
        schema_of::<Self>()
    }

    /// Proposal for one breach of a rule that falls under `item`: 0 for an item that does not exist.
    pub fn points_of_breach(&self, item: &str) -> i32 {
        self.items.iter().find(|one| one.id.get_ref() == item).map_or(0, |one| -i32::from(one.deduct))
    }
}

/// Points proposed in one call, by item.
#[derive(Clone, Debug, Default)]
pub struct CallScore {
    by_item: BTreeMap<String, i32>,
}

impl CallScore {
    /// Adds a proposal.
    pub fn add(&mut self, item: &str, points: i32) {
        *self.by_item.entry(item.to_owned()).or_default() += points;
    }

    /// The sums, in order of the items' names.
    pub fn proposals(&self) -> Vec<ProposedPoints> {
        self.by_item
            .iter()
            .map(|(item, points)| ProposedPoints { item: item.clone(), points: *points })
            .collect()
    }
}
