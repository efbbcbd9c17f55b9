//! Drawing calls without replacement, each with a chance after its weight (A-ES of Efraimidis and Spirakis, "Weighted random sampling with
//! a reservoir", 2006): every call gets the key `-ln(u) / weight`, and the smallest keys are drawn. `u` comes of the seed and the call's
//! id alone, so neither the order of the calls nor other calls change it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How calls are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DrawBy {
    /// Each with the same chance.
    Random,
    /// By [`risk_weight`].
    Risk,
}

/// A call without flags that may be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Its id.
    pub call: String,
    /// Number of its agent.
    pub agent: String,
    /// Audio time.
    pub length_ms: u64,
    /// Share of it in which neither side spoke, 0 to 1.
    pub silence_share: f32,
    /// Mean level of the side that is heard worse, dBFS; none where nothing was measured.
    pub level_dbfs: Option<f32>,
    /// It was drawn before and counts for the quota.
    pub is_drawn: bool,
}

/// What was drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Ids of the calls that are new in the queue, by agent, then in the order in which they were drawn.
    pub calls: Vec<String>,
    /// Agents with fewer calls than the quota.
    pub short: Vec<String>,
}

/// Below this somebody is hard to hear.
const FAINT_DBFS: f32 = -38.0;
/// Each so long is one more of weight.
const LONG_MS: u64 = 180_000;

/// Chance of a call in a draw by risk, 1 to 8: 1, and 1 for every 3 min (3 at most), 1 for every 20 % of silence (2 at most), 2 where a side
/// is hard to hear.
pub fn risk_weight(candidate: &Candidate) -> u32 {
    let long = u32::try_from(candidate.length_ms / LONG_MS).unwrap_or(u32::MAX).min(3);
    let silent = [0.2, 0.4].iter().filter(|share| candidate.silence_share >= **share).count();
    let faint = if candidate.level_dbfs.is_some_and(|level| level < FAINT_DBFS) { 2 } else { 0 };
    1 + long + u32::try_from(silent).unwrap_or_default() + faint
}

/// How calls are drawn, in a Chinese sentence.
pub fn stated(by: DrawBy, per_agent: u32, seed: u64) -> String {
    let how = match by {
        DrawBy::Random => "每通电话机会相同",
        DrawBy::Risk => {
            "机会按权重：基数 1；通话每满 3 分钟加 1，最多加 3；静音占比每满 20% 加 1，最多加 2；任一方平均音量低于 -38 dBFS 加 2"
        }
    };
    format!(
        "从当月没有标记的通话中不放回抽取，每名坐席 {per_agent} 通（已抽过的计入），{how}；种子 {seed}，同一种子和同样的通话抽出同样的结果。"
    )
}

/// Draws calls so that every agent has `per_agent` drawn ones, or as many as there are; `agents` are those with any call, also such as have none
/// to be drawn. Those drawn before count. The same
/// seed and candidates give the same, and a larger quota gives the same calls and more.
pub fn draw(candidates: &[Candidate], agents: &[String], by: DrawBy, per_agent: u32, seed: u64) -> Drawn {
    let mut calls_of: BTreeMap<&str, Vec<&Candidate>> =
        agents.iter().map(|agent| (agent.as_str(), Vec::new())).collect();
    for candidate in candidates {
        calls_of.entry(&candidate.agent).or_default().push(candidate);
    }
    let quota = per_agent as usize;
    let mut drawn = Drawn::default();
    for (agent, calls) in calls_of {
        if calls.len() < quota {
            drawn.short.push(agent.to_owned());
        }
        let before = calls.iter().filter(|call| call.is_drawn).count();
        let mut keyed: Vec<_> = calls
            .into_iter()
            .filter(|call| !call.is_drawn)
            .map(|call| (key(call, by, seed), call.call.as_str()))
            .collect();
        keyed.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(other.1)));
        let wanted = keyed.into_iter().take(quota.saturating_sub(before));
        drawn.calls.extend(wanted.map(|(_, call)| call.to_owned()));
    }
    drawn
}

/// The smaller, the sooner it is drawn.
fn key(candidate: &Candidate, by: DrawBy, seed: u64) -> f64 {
    let weight = match by {
        DrawBy::Random => 1,
        DrawBy::Risk => risk_weight(candidate),
    };
    -unit(seed, &candidate.call).ln() / f64::from(weight)
}

/// A number of (0, 1) that seed and call decide: FNV-1a over the id, mixed by SplitMix64.
fn unit(seed: u64, call: &str) -> f64 {
    let folded = call.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mixed = mix(folded ^ mix(seed));
    #[expect(clippy::cast_precision_loss, reason = "53 bits")]
    let whole = (mixed >> 11) as f64;
    (whole + 0.5) / 9_007_199_254_740_992.0
}

fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
