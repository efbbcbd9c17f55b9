use std::collections::BTreeMap;

use super::Audience;
use crate::wire::{BrokenRule, Day};

/// Which day it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayFrame {
    /// Local date, `2026-11-26`.
    pub date: String,
    /// Its first moment, ms since 1970.
    pub from_ms: i64,
    /// The first moment of the next day, ms since 1970.
    pub to_ms: i64,
}

/// A team's day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Calls answered.
    pub calls: u32,
    /// Times a rule asked for words.
    pub due: u32,
    /// Of these, times they were heard.
    pub met: u32,
    /// Flags, by rule.
    pub broken: BTreeMap<String, u32>,
    /// Calls by hour of the day.
    pub calls_by_hour: [u32; 24],
    /// Flags by hour of the day.
    pub flags_by_hour: [u32; 24],
}

/// Rules in [`Day::broken`].
const BROKEN_MAX: usize = 5;
const HOUR_MS: i64 = 3_600_000;

impl DayFrame {
    pub(super) const fn contains(&self, wall_ms: i64) -> bool {
        self.from_ms <= wall_ms && wall_ms < self.to_ms
    }

    /// A day may have 25 hours; the last is counted with the one before.
    pub(super) fn hour(&self, wall_ms: i64) -> usize {
        usize::try_from((wall_ms - self.from_ms) / HOUR_MS).unwrap_or(0).min(23)
    }
}

impl Figures {
    /// What a station reports may be nonsense: figures stop at their end.
    fn add(&mut self, other: &Self) {
        let add = |sum: &mut u32, more: u32| *sum = sum.saturating_add(more);
        add(&mut self.calls, other.calls);
        add(&mut self.due, other.due);
        add(&mut self.met, other.met);
        for (rule, flags) in &other.broken {
            add(self.broken.entry(rule.clone()).or_default(), *flags);
        }
        self.calls_by_hour.iter_mut().zip(other.calls_by_hour).for_each(|(sum, more)| add(sum, more));
        self.flags_by_hour.iter_mut().zip(other.flags_by_hour).for_each(|(sum, more)| add(sum, more));
    }
}

/// The day of every team.
#[derive(Clone, Debug, Default)]
pub(super) struct DayBook {
    pub(super) frame: DayFrame,
    teams: BTreeMap<String, Figures>,
}

impl DayBook {
    pub(super) const fn new(frame: DayFrame, teams: BTreeMap<String, Figures>) -> Self {
        Self { frame, teams }
    }

    pub(super) fn of(&mut self, team: &str) -> &mut Figures {
        if !self.teams.contains_key(team) {
            self.teams.insert(team.to_owned(), Figures::default());
        }
        self.teams.get_mut(team).expect("it was put in above")
    }

    /// What an audience sees of it.
    pub(super) fn day(&self, audience: &Audience) -> Day {
        let mut all = Figures::default();
        self.teams.iter().filter(|(team, _)| audience.sees(team)).for_each(|(_, figures)| all.add(figures));
        let flags = all.broken.values().sum();
        let mut broken: Vec<_> =
            all.broken.into_iter().map(|(rule, flags)| BrokenRule { rule, flags }).collect();
        broken.sort_by(|a, b| b.flags.cmp(&a.flags).then_with(|| a.rule.cmp(&b.rule)));
        broken.truncate(BROKEN_MAX);
        Day {
            date: self.frame.date.clone(),
            calls: all.calls,
            due: all.due,
            met: all.met,
            flags,
            broken,
            calls_by_hour: all.calls_by_hour.to_vec(),
            flags_by_hour: all.flags_by_hour.to_vec(),
        }
    }
}
