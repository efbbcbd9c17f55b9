use serde::{Deserialize, Serialize};

use super::DrawBy;
use crate::score::Assessment;

/// What a reviewer says of a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It was a breach.
    Confirmed,
    /// It was none.
    Dismissed,
    /// It cannot be told; it costs nothing.
    Unsure,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Confirmed, Self::Dismissed, Self::Unsure];
}

/// How far the review of a call is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewState {
    /// Nobody has opened it.
    #[default]
    Unseen,
    /// A reviewer has.
    Opened,
    /// A reviewer has decided on all of it, and the agent sees it.
    Finished,
}

/// Why a call without flags is in the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampled {
    /// It was not drawn.
    #[default]
    #[serde(rename = "")]
    No,
    /// Drawn, each call with the same chance.
    Random,
    /// Drawn, risky calls with a larger chance.
    Risk,
}

impl From<DrawBy> for Sampled {
    fn from(by: DrawBy) -> Self {
        match by {
            DrawBy::Random => Self::Random,
            DrawBy::Risk => Self::Risk,
        }
    }
}

/// Points that a verdict puts on the score card, 0 or negative: those of the item, whatever the machine proposed. A flag of unsure
/// words proposes none; a person who confirms it has heard them. Where a complaint followed, the item's higher points, if it has any.
/// 0 for an item that the standard does not have.
pub fn points_of(standard: &Assessment, item: &str, verdict: Verdict, complaint: bool) -> i32 {
    if verdict != Verdict::Confirmed {
        return 0;
    }
    let item = standard.items.iter().find(|one| one.id.get_ref() == item);
    item.map_or(0, |item| -i32::from(item.deduct_complaint.filter(|_| complaint).unwrap_or(item.deduct)))
}

/// Hundredths of sureness below which a person has to look, because the words were not heard well: those of a flag that the rules call unsure.
pub const SURE: u8 = 88;
