use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::mark::{Appeal, Mark, MarkSource};
use super::{Assessment, Earned};

/// Months of a trend, the card's own the last.
pub const TREND_MONTHS: usize = 6;
/// Faults that a card names.
const FAULTS_MAX: usize = 5;

/// Points of one kind that count in a month of an agent, how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The rule broken; empty for what was entered by hand.
    pub rule: String,
    /// Points of each; negative is a deduction.
    pub points: i32,
    /// How many.
    pub count: u32,
}

/// A month of an agent, summed up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MonthSum {
    /// Calls answered.
    pub calls: u32,
    /// What counts.
    pub counted: Vec<Counted>,
}

impl MonthSum {
    fn is_empty(&self) -> bool {
        self.calls == 0 && self.counted.is_empty()
    }

    fn points(&self, wanted: impl Fn(i32) -> bool) -> i32 {
        let counted = self.counted.iter().filter(|one| wanted(one.points));
        counted.map(|one| one.points.saturating_mul(i32::try_from(one.count).unwrap_or(i32::MAX))).sum()
    }

    fn total(&self, start: i32) -> i32 {
        start + self.points(|_| true)
    }
}

/// What a card is made of.
#[derive(Clone, Debug)]
pub struct CardFacts {
    /// The agent's number.
    pub agent: String,
    /// The agent's name; empty: not known.
    pub agent_name: String,
    /// The team in that month.
    pub team: String,
    /// First day of the month.
    pub month: Date,
    /// Today: a month that is not over earns no deduction for what was not done in it.
    pub today: Date,
    /// Now, ms since 1970.
    pub made_ms: i64,
    /// What was decided about days of the month, in any order.
    pub marks: Vec<Mark>,
    /// The months up to this one, oldest first, at most [`TREND_MONTHS`].
    pub months: Vec<(Date, MonthSum)>,
    /// Successes of all months up to this one.
    pub earned: Vec<Earned>,
    /// First day of which anything is known; none: nothing is.
    pub known_since: Option<Date>,
    /// This month of everybody in the team.
    pub team_sums: Vec<MonthSum>,
    /// Calls that a reviewer has finished.
    pub reviewed: u32,
    /// Flags that nobody has decided on.
    pub undecided: u32,
}

/// An agent's month, as the wire has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScoreCard {
    /// The agent's number.
    pub agent: String,
    /// The agent's name; empty: not known.
    pub agent_name: String,
    /// The team in that month.
    pub team: String,
    /// `2026-11`.
    pub month: String,
    /// When it was made, ms since 1970.
    pub made_ms: i64,
    /// Name of the assessment standard.
    pub standard: String,
    /// Points at the start.
    pub start: i32,
    /// Start and all lines that count.
    pub total: i32,
    /// In order of days.
    pub lines: Vec<ScoreLine>,
    /// Lines that count, by item in the standard's order.
    pub by_item: Vec<ItemSum>,
    /// Months up to this one, oldest first.
    pub trend: Vec<MonthTotal>,
    /// Mean of the team in this month, in hundredths; none without anybody.
    pub team_mean: Option<f64>,
    /// Most frequent first.
    pub faults: Vec<Fault>,
    /// Calls answered.
    pub calls: u32,
    /// Calls that a reviewer has finished.
    pub reviewed: u32,
    /// Flags that nobody has decided on.
    pub undecided: u32,
}

/// A line of a card; each opens its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScoreLine {
    /// Local date, `2026-11-26`.
    pub date: String,
    /// Item of the assessment standard.
    pub item: String,
    /// Negative is a deduction.
    pub points: i32,
    /// Why, in Chinese.
    pub reason: String,
    /// Id of the call with the evidence; empty: none.
    pub call: String,
    /// Number of the flag in its call.
    pub flag: Option<i64>,
    /// Number of the entry.
    pub entry: Option<i64>,
    /// Log-in name of who decided; empty: nobody has.
    pub who: String,
    /// What the agent answered.
    pub appeal: Option<Appeal>,
    /// Overturned or taken back: shown, and not counted.
    pub void: bool,
    /// By the standard itself: not counted until a lead enters it.
    pub proposed: bool,
}

/// What an item comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ItemSum {
    /// The item.
    pub item: String,
    /// What it asks, in short; empty for one that the standard no longer has.
    pub text: String,
    /// Lines.
    pub count: u32,
    /// Their sum.
    pub points: i32,
}

/// A month of a trend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MonthTotal {
    /// `2026-11`.
    pub month: String,
    /// None: no call and no entry.
    pub total: Option<i32>,
}

/// A rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The rule.
    pub rule: String,
    /// How often.
    pub count: u32,
}

impl Assessment {
    /// The card of an agent's month. Only what a person has decided counts; what the standard itself asks for is a line that says so.
    pub fn card(&self, facts: CardFacts) -> ScoreCard {
        let mut lines: Vec<ScoreLine> = facts.marks.iter().map(ScoreLine::of).collect();
        lines.extend(self.proposed(&facts));
        lines.sort_by(|one, other| order(one).cmp(&order(other)));
        let counting: Vec<&Mark> = facts.marks.iter().filter(|mark| mark.counts()).collect();
        let faults = counting.iter().filter_map(|mark| match &mark.source {
            MarkSource::Flag { rule, .. } => Some((rule.as_str(), 1)),
            MarkSource::Entry { .. } => None,
        });
        let trend = facts.months.iter().map(|(month, sum)| MonthTotal {
            month: month_name(*month),
            total: (!sum.is_empty()).then(|| sum.total(self.start)),
        });
        ScoreCard {
            month: month_name(facts.month),
            made_ms: facts.made_ms,
            standard: self.name.clone(),
            start: self.start,
            total: self.start + counting.iter().map(|mark| mark.points).sum::<i32>(),
            by_item: self.by_item(&counting),
            trend: trend.collect(),
            team_mean: mean(facts.team_sums.iter().map(|sum| sum.total(self.start))),
            faults: most_frequent(faults),
            calls: facts.months.last().map_or(0, |(_, sum)| sum.calls),
            reviewed: facts.reviewed,
            undecided: facts.undecided,
            agent: facts.agent,
            agent_name: facts.agent_name,
            team: facts.team,
            lines,
        }
    }

    /// What the standard asks for in a month that is over, unless a lead has entered it already.
    fn proposed(&self, facts: &CardFacts) -> Vec<ScoreLine> {
        let is_over = facts.month.last_of_month() < facts.today;
        let Some(since) = facts.known_since.filter(|_| is_over) else { return Vec::new() };
        let is_entered = |item: &str| {
            facts.marks.iter().any(|mark| mark.item == item && mark.points < 0 && !mark.withdrawn)
        };
        let due = self.unearned(&facts.earned, since, facts.month).into_iter();
        due.filter(|due| !is_entered(&due.item))
            .map(|due| ScoreLine {
                date: due.on.to_string(),
                item: due.item,
                points: due.points,
                reason: format!("{} (标准提出, 待班组长确认, 未计入)", due.reason),
                call: String::new(),
                flag: None,
                entry: None,
                who: String::new(),
                appeal: None,
                void: false,
                proposed: true,
            })
            .collect()
    }

    fn by_item(&self, counting: &[&Mark]) -> Vec<ItemSum> {
        let mut sums: BTreeMap<(usize, &str), (u32, i32)> = BTreeMap::new();
        for mark in counting {
            let place = self.items.iter().position(|item| *item.id.get_ref() == mark.item);
            let sum = sums.entry((place.unwrap_or(usize::MAX), &mark.item)).or_default();
            *sum = (sum.0 + 1, sum.1 + mark.points);
        }
        sums.into_iter()
            .map(|((place, item), (count, points))| ItemSum {
                item: item.to_owned(),
                text: self.items.get(place).map(|item| item.text.clone()).unwrap_or_default(),
                count,
                points,
            })
            .collect()
    }
}

/// Somebody of a team.
#[derive(Clone, Debug)]
pub struct Member {
    /// The agent's number.
    pub agent: String,
    /// The agent's name; empty: not known.
    pub agent_name: String,
    /// Months up to the one asked for, oldest first, for all members the same.
    pub months: Vec<(Date, MonthSum)>,
    /// Appeals of the month that nobody has decided.
    pub open_appeals: u32,
}

/// A month of a team, as the wire has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TeamScores {
    /// The team.
    pub team: String,
    /// `2026-11`.
    pub month: String,
    /// When it was made, ms since 1970.
    pub made_ms: i64,
    /// Mean of the agents, in hundredths; none without any.
    pub mean: Option<f64>,
    /// By number.
    pub agents: Vec<MemberScore>,
    /// Most frequent first.
    pub faults: Vec<Fault>,
    /// Months up to this one, oldest first.
    pub trend: Vec<MonthMean>,
}

/// An agent of a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MemberScore {
    /// The agent's number.
    pub agent: String,
    /// The agent's name; empty: not known.
    pub agent_name: String,
    /// As on the agent's own card.
    pub total: i32,
    /// Sum of the deductions, 0 or negative.
    pub deductions: i32,
    /// Sum of the bonuses.
    pub bonuses: i32,
    /// Appeals that nobody has decided.
    pub open_appeals: u32,
    /// Calls answered.
    pub calls: u32,
}

/// A month of a team's trend.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MonthMean {
    /// `2026-11`.
    pub month: String,
    /// In hundredths; none: no call and no entry of anybody.
    pub mean: Option<f64>,
}

impl Assessment {
    /// The month of a team. Every total is that of the agent's own card.
    pub fn team(&self, team: &str, month: Date, made_ms: i64, members: &[Member]) -> TeamScores {
        let this = |member: &Member| member.months.last().map(|(_, sum)| sum.clone()).unwrap_or_default();
        let sums: Vec<MonthSum> = members.iter().map(this).collect();
        let agents = members.iter().zip(&sums).map(|(member, sum)| MemberScore {
            agent: member.agent.clone(),
            agent_name: member.agent_name.clone(),
            total: sum.total(self.start),
            deductions: sum.points(|points| points < 0),
            bonuses: sum.points(|points| points > 0),
            open_appeals: member.open_appeals,
            calls: sum.calls,
        });
        let broken = sums.iter().flat_map(|sum| &sum.counted).filter(|counted| !counted.rule.is_empty());
        let months = members.first().map_or(0, |member| member.months.len());
        let trend = (0..months).map(|place| {
            let of_month = members.iter().filter_map(|member| member.months.get(place));
            let known = of_month.filter(|(_, sum)| !sum.is_empty()).map(|(_, sum)| sum.total(self.start));
            MonthMean { month: month_name(members[0].months[place].0), mean: mean(known) }
        });
        let mut agents: Vec<MemberScore> = agents.collect();
        agents.sort_by(|one, other| one.agent.cmp(&other.agent));
        TeamScores {
            team: team.to_owned(),
            month: month_name(month),
            made_ms,
            mean: mean(agents.iter().map(|agent| agent.total)),
            agents,
            faults: most_frequent(broken.map(|counted| (counted.rule.as_str(), counted.count))),
            trend: trend.collect(),
        }
    }
}

/// `2026-11`
pub fn month_name(month: Date) -> String {
    format!("{:04}-{:02}", month.year(), month.month())
}

impl ScoreLine {
    /// The line of a decision.
    pub fn of(mark: &Mark) -> Self {
        let (call, flag, entry) = match &mark.source {
            MarkSource::Flag { call, flag, .. } => (call.clone(), Some(*flag), None),
            MarkSource::Entry { entry } => (String::new(), None, Some(*entry)),
        };
        Self {
            date: mark.on.to_string(),
            item: mark.item.clone(),
            points: mark.points,
            reason: mark.reason(),
            call,
            flag,
            entry,
            who: mark.who.clone(),
            appeal: mark.appeal.clone(),
            void: !mark.counts(),
            proposed: false,
        }
    }
}

fn order(line: &ScoreLine) -> (&str, bool, &str, Option<i64>, Option<i64>) {
    (&line.date, line.proposed, &line.call, line.flag, line.entry)
}

fn most_frequent<'a>(broken: impl Iterator<Item = (&'a str, u32)>) -> Vec<Fault> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for (rule, count) in broken {
        *counts.entry(rule).or_default() += count;
    }
    let mut faults: Vec<Fault> =
        counts.into_iter().map(|(rule, count)| Fault { rule: rule.to_owned(), count }).collect();
    faults.sort_by_key(|fault| std::cmp::Reverse(fault.count));
    faults.truncate(FAULTS_MAX);
    faults
}

/// In hundredths, so that every writing of it says the same.
fn mean(totals: impl Iterator<Item = i32>) -> Option<f64> {
    let totals: Vec<f64> = totals.map(f64::from).collect();
    let count = totals.len() as f64;
    (!totals.is_empty()).then(|| (totals.iter().sum::<f64>() / count * 100.0).round() / 100.0)
}
