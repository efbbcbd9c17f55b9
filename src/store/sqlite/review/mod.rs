//! The review room's tables: `reviews` and `review_rules` are the queue and follow from everything else; `verdicts` are what counts now;
//! `decisions` say how it came to be.

mod appeals;
mod calibrations;
mod decisions;
mod flags;
mod kept;
mod one_call;
mod quality;
mod queue;
mod queue_rows;
mod sampling;
mod verify;

pub(super) use kept::flagged;
pub(super) use verify::check_reviews;

use super::{SqliteStore, query};
