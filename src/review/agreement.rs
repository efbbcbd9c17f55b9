//! How far judges agree beyond chance.
//!
//! Cohen's kappa of two judges: J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20 (1960),
//! 37-46. Fleiss' kappa of several: J. L. Fleiss, "Measuring nominal scale agreement among many raters", Psychological Bulletin 76 (1971),
//! 378-382.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Verdict;

/// Cohen's kappa of two judges who put the same things into categories, -1 to 1; none where there is nothing, or chance alone explains
/// everything (both always say the same one thing).
pub fn cohen_kappa<T: Ord>(pairs: &[(T, T)]) -> Option<f64> {
    let categories: BTreeSet<&T> = pairs.iter().flat_map(|(one, other)| [one, other]).collect();
    let share = |wanted: &dyn Fn(&(T, T)) -> bool| {
        ratio(pairs.iter().filter(|pair| wanted(pair)).count(), pairs.len())
    };
    let observed = share(&|(one, other)| one == other);
    let by_chance =
        categories.iter().map(|&is| share(&|(one, _)| one == is) * share(&|(_, other)| other == is)).sum();
    beyond_chance(observed, by_chance, pairs.is_empty())
}

/// Fleiss' kappa, -1 to 1. A row is a thing that was judged, a column a category, a number how many judges chose it; rows have the same sum, two
/// or more. None where there is nothing, the sums differ or are below two, or chance alone explains everything.
pub fn fleiss_kappa<const N: usize>(counts: &[[u32; N]]) -> Option<f64> {
    let judges = counts.first().map_or(0, sum);
    if judges < 2 || counts.iter().any(|row| sum(row) != judges) {
        return None;
    }
    let things = counts.len();
    let observed = counts.iter().map(row_agreement).sum::<f64>() / ratio(things, 1);
    let by_chance = (0..N)
        .map(|category| {
            let chosen: u32 = counts.iter().map(|row| row[category]).sum();
            (f64::from(chosen) / (ratio(things, 1) * f64::from(judges))).powi(2)
        })
        .sum();
    beyond_chance(observed, by_chance, false)
}

/// A flag that several judged; in order of the judges, none where one did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedFlag {
    /// Its rule.
    pub rule: String,
    /// One a judge.
    pub verdicts: Vec<Option<Verdict>>,
}

/// How far judges agree on the flags of one call.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// Of each two judges, by their places: flags that both judged, and Cohen's kappa.
    pub pairs: Vec<(usize, usize, u32, Option<f64>)>,
    /// Of all, under an empty rule, then by rule.
    pub by_rule: Vec<RuleAgreement>,
}

/// How far all judges agree on the flags of a rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleAgreement {
    /// The rule; empty: all.
    pub rule: String,
    /// Flags that every judge judged: the others do not count.
    pub flags: u32,
    /// Fleiss' kappa.
    pub kappa: Option<f64>,
    /// Share of these flags on which all said the same, 0 to 1; 0 without any.
    pub agreed_share: f64,
}

/// How far `judges` people agree.
pub fn agreement(judges: usize, flags: &[JudgedFlag]) -> Agreement {
    let mut pairs = Vec::new();
    for one in 0..judges {
        for other in one + 1..judges {
            let both: Vec<_> = flags
                .iter()
                .filter_map(|flag| Some(((*flag.verdicts.get(one)?)?, (*flag.verdicts.get(other)?)?)))
                .collect();
            pairs.push((one, other, u32::try_from(both.len()).unwrap_or(u32::MAX), cohen_kappa(&both)));
        }
    }
    let whole: Vec<(&str, [u32; 3])> = flags
        .iter()
        .filter(|flag| flag.verdicts.len() == judges && flag.verdicts.iter().all(Option::is_some))
        .map(|flag| (flag.rule.as_str(), counts_of(flag)))
        .collect();
    let mut rules: BTreeMap<&str, Vec<[u32; 3]>> = BTreeMap::new();
    rules.insert("", whole.iter().map(|(_, counts)| *counts).collect());
    for flag in flags {
        rules.entry(&flag.rule).or_default();
    }
    for (rule, counts) in whole {
        rules.entry(rule).or_default().push(counts);
    }
    Agreement { pairs, by_rule: rules.into_iter().map(|(rule, counts)| of_rule(rule, &counts)).collect() }
}

fn of_rule(rule: &str, counts: &[[u32; 3]]) -> RuleAgreement {
    let agreed = counts.iter().filter(|row| row.iter().filter(|chosen| **chosen > 0).count() == 1).count();
    RuleAgreement {
        rule: rule.to_owned(),
        flags: u32::try_from(counts.len()).unwrap_or(u32::MAX),
        kappa: fleiss_kappa(counts),
        agreed_share: if counts.is_empty() { 0.0 } else { ratio(agreed, counts.len()) },
    }
}

fn counts_of(flag: &JudgedFlag) -> [u32; 3] {
    Verdict::ALL.map(|verdict| {
        let said = flag.verdicts.iter().filter(|said| **said == Some(verdict)).count();
        u32::try_from(said).unwrap_or(u32::MAX)
    })
}

/// Share of the pairs of judges who agree on one thing.
fn row_agreement<const N: usize>(row: &[u32; N]) -> f64 {
    let judges = f64::from(sum(row));
    let squares: f64 = row.iter().map(|chosen| f64::from(*chosen).powi(2)).sum();
    (squares - judges) / (judges * (judges - 1.0))
}

fn beyond_chance(observed: f64, by_chance: f64, is_empty: bool) -> Option<f64> {
    let left = 1.0 - by_chance;
    (!is_empty && left > 1e-12).then(|| (observed - by_chance) / left)
}

fn sum<const N: usize>(row: &[u32; N]) -> u32 {
    row.iter().sum()
}

#[expect(clippy::cast_precision_loss, reason = "counts of flags and judges")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}
