//! The rules of the review room: what may be decided about a call, by whom and when, and what a decision costs.
//!
//! ```text
//! unseen ──lock──► opened ──verdict on every flag, finish──► finished ──answer──► accepted: final
//!                    ▲                                          │   └──────────► appealed ──second reviewer──► upheld or overturned: final
//!                    └──────────── reopen, while nobody has answered
//! ```
//!
//! 1. Whoever changes a call holds its lock, and the lock is over by itself ([`Lock`]).
//! 2. A verdict alone puts points on a score card ([`points_of`]); what the machine proposes puts none there.
//! 3. The agent answers once, within a given time, and somebody else than the first reviewer decides on an appeal, once.
//!
//! Beside these: which unflagged calls are looked at ([`draw`]), how far reviewers agree ([`cohen_kappa`], [`fleiss_kappa`]), and how often a
//! rule was right ([`wilson`]).

mod agreement;
mod decide;
mod examples;
mod precision;
mod refusal;
mod sample;
mod verdict;

pub use agreement::{Agreement, JudgedFlag, RuleAgreement, agreement, cohen_kappa, fleiss_kappa};
pub use decide::{
    Charge, Contested, Lock, Standing, may_answer, may_change, may_decide, may_finish, may_reopen, may_settle,
};
pub use examples::{Example, toml_of};
pub use precision::{Hits, wilson};
pub use refusal::Refusal;
pub use sample::{Candidate, DrawBy, Drawn, draw, risk_weight, stated};
pub use verdict::{ReviewState, SURE, Sampled, Verdict, points_of};

pub use crate::score::{Answer, Ruling};
