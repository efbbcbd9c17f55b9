//! A changed script, tried on calls that are kept: which flags it would raise more, which no longer.
//!
//! ```text
//! events of a kept call ──► inputs ──► CallMonitor, new script ──► flags ──┐
//!           └───────────────────────────────── flags as kept ──────────────┴─► Difference
//! ```
//!
//! A kept call becomes [inputs] again and goes through [`CallMonitor`](crate::monitor::CallMonitor), as it did when it was
//! live. What is compared with are the flags that were raised then, so a call that an older engine judged shows what
//! the engine changed, too. Two flags are the same when rule and kind agree and their evidence overlaps.
//!
//! # What comes back
//!
//! Speech with its words, level and language; the answer; hold, mute, transfer, declared rules, missing audio, the end.
//! Silence is timed anew.
//!
//! # What does not come back
//!
//! - **Noise.** Events do not tell the noise floor of the customer's pauses. A rule with a `noise_above_dbfs` trigger is tried
//!   on the rest of its triggers only; flags of it that do not come again are [untried](Difference::untried), not lost.
//! - **Words while somebody speaks.** Kept words are final. A forbidden phrase is flagged at the end of its utterance, not at the moment
//!   when its words were committed, and its evidence is placed a little differently in the utterance; the flag is the same
//!   one if it lies in the same utterance.
//! - **Speech without words.** It leaves no event. Where the kept silence windows show that somebody spoke unheard, a stretch of
//!   speech without words is put in their place, on the side that had spoken last; its true side and length are not known.
//! - **Parts of a millisecond.** Events carry whole ms. Two things less than 1 ms apart can change places.
//! - **A call that was cut off** has no end. It is tried up to its newest event, and nothing is judged that only an end brings.

mod compare;
mod inputs;
mod tally;
mod unheard;

pub use compare::{Difference, FoundFlag, found_flags, rejudge};
pub use inputs::{inputs, judge};
pub use tally::{BacktestTally, RuleTally};
