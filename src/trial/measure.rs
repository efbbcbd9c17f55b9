use std::collections::BTreeMap;

use serde::Serialize;

use super::garble::Garbler;
use super::lines::{LineMaker, Purpose, targets};
use super::random::Random;
use crate::call::Span;
use crate::phrase::{Hit, Phrase, Said};
use crate::script::Script;

/// Shares of wrong syllables at which phrases are measured.
pub const ERROR_RATES: [f64; 4] = [0.0, 0.05, 0.10, 0.20];

/// Each line is garbled so many times at each rate.
const DRAWS: u64 = 4;

/// How well the phrases of a script are heard in lines that a recogniser got partly wrong.
///
/// The lines are made from the script itself: for every list of phrases (a step of `say`, a `never`, a `when`), at least 24 that say it
/// and 24 that do not. What says it: the file's `heard_in`, the sentence itself and every variant, alone and inside ordinary
/// talk. What does not: `not_heard_in`, look-alikes (`unless`), phrases that lack a part or half, phrases with a
/// negation put in or taken out, sentences of other rules, ordinary talk of both sides. A line's truth is that of the
/// line before errors. The procedure of the errors is that of `Garbler`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Measure {
    /// Same seed and script, same lines.
    pub seed: u64,
    /// Different lines before errors.
    pub lines: usize,
    /// One row an error rate and purpose.
    pub rows: Vec<Row>,
    /// One row an error rate, rule and purpose, the worst first.
    pub rules: Vec<Row>,
}

/// What came out at one error rate.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Row {
    /// Share of wrong syllables, 0 to 1.
    pub error_rate: f64,
    /// What for; none: all of them together.
    pub purpose: Option<Purpose>,
    /// One rule only; none: all of them.
    pub rule: Option<String>,
    /// The counts.
    #[serde(flatten)]
    pub tally: Tally,
    /// See [`Tally::recall`].
    pub recall: f64,
    /// See [`Tally::precision`].
    pub precision: f64,
}

/// Lines by what they say and what was heard.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Tally {
    /// Said and heard.
    pub heard: u32,
    /// Said and not heard.
    pub missed: u32,
    /// Not said, and heard.
    pub false_heard: u32,
    /// Not said and not heard.
    pub quiet: u32,
    /// Of `heard`, those marked unsure.
    pub heard_unsure: u32,
    /// Of `false_heard`, those marked unsure.
    pub false_unsure: u32,
    /// Some lines that came out wrong.
    pub examples: Vec<String>,
}

impl Tally {
    /// Most examples kept.
    const EXAMPLES_MAX: usize = 5;

    /// Share of what was said that was heard; 1 if nothing was.
    pub fn recall(&self) -> f64 {
        share(self.heard, self.heard + self.missed)
    }

    /// Share of what was heard that was said; 1 if nothing was. Unsure hits count in full.
    pub fn precision(&self) -> f64 {
        share(self.heard, self.heard + self.false_heard)
    }

    /// The same of the hits that are not unsure: those that may cost points.
    pub fn precision_sure(&self) -> f64 {
        let heard = self.heard - self.heard_unsure;
        share(heard, heard + self.false_heard - self.false_unsure)
    }

    fn count(&mut self, line: &str, said: bool, hit: Option<Hit>) {
        let unsure = u32::from(hit.is_some_and(|hit| hit.is_unsure()));
        match (said, hit.is_some()) {
            (true, true) => (self.heard, self.heard_unsure) = (self.heard + 1, self.heard_unsure + unsure),
            (true, false) => self.missed += 1,
            (false, true) => {
                (self.false_heard, self.false_unsure) = (self.false_heard + 1, self.false_unsure + unsure);
            }
            (false, false) => self.quiet += 1,
        }
        if said != hit.is_some() && self.examples.len() < Self::EXAMPLES_MAX {
            self.examples.push(format!("{} {line}", if said { "漏听" } else { "误听" }));
        }
    }

    fn add(&mut self, other: &Self) {
        self.heard += other.heard;
        self.missed += other.missed;
        self.false_heard += other.false_heard;
        self.quiet += other.quiet;
        self.heard_unsure += other.heard_unsure;
        self.false_unsure += other.false_unsure;
    }
}

fn share(part: u32, all: u32) -> f64 {
    if all == 0 { 1.0 } else { f64::from(part) / f64::from(all) }
}

/// Measures how well the phrases of `script` are heard.
pub fn measure(script: &Script, seed: u64) -> Measure {
    let slots = super::slots(script);
    let targets = targets(script);
    let maker = LineMaker::new(&targets, &slots);
    let garbler = Garbler::new();
    let mut measure = Measure { seed, ..Measure::default() };
    let mut tallies: BTreeMap<(usize, &str, Purpose), Tally> = BTreeMap::new();
    for (index, target) in targets.iter().enumerate() {
        let phrases = target.phrases(&slots);
        // Of its own, so that a new rule changes nothing for the others.
        let mut random = Random::new(seed ^ name_hash(target.rule) ^ (index as u64) << 32);
        let lines = maker.lines(index, &mut random);
        measure.lines += lines.len();
        for line in &lines {
            for (step, rate) in ERROR_RATES.into_iter().enumerate() {
                let tally = tallies.entry((step, target.rule, target.purpose)).or_default();
                for _ in 0..DRAWS {
                    let garbled = garbler.garble(&line.text, rate, &mut random);
                    tally.count(&garbled, line.said, best(&phrases, &garbled));
                }
            }
        }
    }
    measure.sum_up(&tallies);
    measure
}

fn best(phrases: &[Phrase], line: &str) -> Option<Hit> {
    let said = Said::of(line, Span::default());
    phrases.iter().filter_map(|phrase| phrase.find(&said, 0)).min_by_key(|hit| hit.cost)
}

impl Measure {
    fn sum_up(&mut self, tallies: &BTreeMap<(usize, &str, Purpose), Tally>) {
        for (step, error_rate) in ERROR_RATES.into_iter().enumerate() {
            for purpose in Purpose::ALL.into_iter().map(Some).chain([None]) {
                let mut sum = Tally::default();
                tallies
                    .iter()
                    .filter(|((at, _, of), _)| *at == step && purpose.is_none_or(|one| one == *of))
                    .for_each(|(_, tally)| sum.add(tally));
                self.rows.push(Row::new(error_rate, purpose, None, sum));
            }
        }
        self.rules = tallies
            .iter()
            .map(|((step, rule, purpose), tally)| {
                Row::new(ERROR_RATES[*step], Some(*purpose), Some((*rule).to_owned()), tally.clone())
            })
            .collect();
        self.rules.sort_by(|one, other| {
            let worst = |row: &Row| row.recall.min(row.precision);
            worst(one).total_cmp(&worst(other))
        });
    }
}

impl Row {
    fn new(error_rate: f64, purpose: Option<Purpose>, rule: Option<String>, tally: Tally) -> Self {
        Self { error_rate, purpose, rule, recall: tally.recall(), precision: tally.precision(), tally }
    }
}

/// FNV-1a.
fn name_hash(name: &str) -> u64 {
    name.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
