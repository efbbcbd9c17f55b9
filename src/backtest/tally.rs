use std::collections::BTreeMap;

use serde::Serialize;

use super::Difference;

/// What a script changes over many calls, in figures. Of bounded size: it grows with rules, not with calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BacktestTally {
    /// Calls judged.
    pub calls: u64,
    /// Flags that were not raised then.
    pub gained: u64,
    /// Flags that are not raised now.
    pub lost: u64,
    /// Flags that cannot be tried, see [`Difference::untried`].
    pub untried: u64,
    /// Flags raised both times.
    pub unchanged: u64,
    /// The same by rule.
    pub by_rule: BTreeMap<String, RuleTally>,
}

/// Flags of one rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RuleTally {
    /// Not raised then.
    pub gained: u64,
    /// Not raised now.
    pub lost: u64,
    /// Not to be tried.
    pub untried: u64,
    /// Raised both times.
    pub unchanged: u64,
}

impl BacktestTally {
    /// Counts one more call.
    pub fn add(&mut self, difference: &Difference) {
        let Difference { gained, lost, untried, unchanged } = difference;
        self.calls += 1;
        self.gained += gained.len() as u64;
        self.lost += lost.len() as u64;
        self.untried += untried.len() as u64;
        self.unchanged += unchanged.len() as u64;
        for flag in gained {
            self.of(&flag.rule).gained += 1;
        }
        for flag in lost {
            self.of(&flag.rule).lost += 1;
        }
        for flag in untried {
            self.of(&flag.rule).untried += 1;
        }
        for flag in unchanged {
            self.of(&flag.rule).unchanged += 1;
        }
    }

    fn of(&mut self, rule: &str) -> &mut RuleTally {
        self.by_rule.entry(rule.to_owned()).or_default()
    }
}
