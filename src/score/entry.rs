//! What leads may enter by hand, and what may become of it. Times are ms since 1970.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::mark::{Answer, Appeal, Mark, MarkSource, Ruling};
use super::{Assessment, Item};

/// Characters of a note or a reason.
const NOTE_MAX: usize = 500;

/// Points that a lead wants to enter.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryOrder {
    /// The agent's number.
    pub agent: String,
    /// The agent's team.
    pub team: String,
    /// Local date, `2026-11-26`.
    pub date: String,
    /// Item of the assessment standard.
    pub item: String,
    /// Negative is a deduction.
    pub points: i32,
    /// Why.
    pub note: String,
}

/// Points that were entered by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub entry: i64,
    /// What was ordered.
    pub order: EntryOrder,
    /// Log-in name of who entered it.
    pub entered_by: String,
    /// When.
    pub entered_ms: i64,
    /// Who took it back, or overturned it; empty: it counts.
    pub withdrawn_by: String,
    /// When; none: it counts.
    pub withdrawn_ms: Option<i64>,
    /// What the agent answered.
    pub appeal: Option<Appeal>,
}

/// What cannot be done, in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{en}")]
pub struct Objection {
    /// For the person who asked.
    pub zh: String,
    /// For programs and logs.
    pub en: String,
}

impl Objection {
    fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }
}

/// Somebody who wants to change an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decider<'a> {
    /// Log-in name.
    pub name: &'a str,
    /// The agent's number, of an agent.
    pub agent: Option<&'a str>,
}

impl Assessment {
    /// Whether that may be entered: an item of the standard, points that it provides for, a day that is not to come, a note.
    ///
    /// # Errors
    /// [`Objection`], with what would be right.
    pub fn check_entry(&self, order: &EntryOrder, today: Date) -> Result<(), Objection> {
        let Some(item) = self.items.iter().find(|item| *item.id.get_ref() == order.item) else {
            let zh = format!("考核标准里没有 {:?} 这一条", order.item);
            return Err(Objection::new(zh, "the assessment standard has no such item"));
        };
        let allowed = item.points();
        if !allowed.contains(&order.points) {
            let words: Vec<String> = allowed.iter().map(|points| format!("{points:+}")).collect();
            let (id, words) = (item.id.get_ref(), words.join(", "));
            let zh = format!("{id} 一次只能记 {words} 分");
            return Err(Objection::new(zh, format!("item {id} provides for {words} points")));
        }
        match order.date.parse::<Date>() {
            Err(_) => {
                let en = "a date such as 2026-11-26 is wanted";
                return Err(Objection::new("日期格式应为 2026-11-26", en));
            }
            Ok(date) if date > today => {
                return Err(Objection::new("日期还没有到", "that day is to come"));
            }
            Ok(_) => {}
        }
        check_words(&order.note, "请写明原因", "a note is wanted")
    }
}

impl Item {
    /// What one entry under it may come to.
    pub fn points(&self) -> Vec<i32> {
        let deductions = [Some(self.deduct), self.deduct_complaint].into_iter().flatten();
        let mut points: Vec<i32> = deductions.map(|points| -i32::from(points)).collect();
        points.extend(self.bonus.map(i32::from));
        points.retain(|points| *points != 0);
        points
    }
}

impl Entry {
    /// Whether a lead may take it back.
    ///
    /// # Errors
    /// [`Objection`]: it does not count any more.
    pub fn check_withdrawal(&self) -> Result<(), Objection> {
        if self.withdrawn_ms.is_some() {
            return Err(Objection::new("这一笔已经不计分了", "it does not count any more"));
        }
        Ok(())
    }

    /// Whether the agent may answer now: once, while there is time, and an appeal with a reason.
    ///
    /// # Errors
    /// [`Objection`].
    pub fn check_answer(
        &self,
        answer: Answer,
        reason: &str,
        now_ms: i64,
        time_ms: i64,
    ) -> Result<(), Objection> {
        self.check_withdrawal()?;
        if self.appeal.is_some() {
            return Err(Objection::new("已经答复过了", "it is answered already"));
        }
        if now_ms > self.entered_ms.saturating_add(time_ms) {
            return Err(Objection::new("申诉期已过", "the time for an answer is over"));
        }
        match answer {
            Answer::Appealed => check_words(reason, "申诉要写明理由", "an appeal wants a reason"),
            Answer::Accepted if reason.chars().count() > NOTE_MAX => Err(too_long()),
            Answer::Accepted => Ok(()),
        }
    }

    /// Whether that person may decide on the appeal: once, and neither who entered it nor the agent.
    ///
    /// # Errors
    /// [`Objection`].
    pub fn check_decision(&self, decider: Decider<'_>, note: &str) -> Result<(), Objection> {
        let appeal = self.appeal.as_ref().filter(|appeal| appeal.answer == Answer::Appealed);
        let Some(appeal) = appeal else {
            return Err(Objection::new("没有申诉", "there is no appeal"));
        };
        if appeal.decision.is_some() {
            return Err(Objection::new("申诉已经裁定", "the appeal is decided already"));
        }
        let is_agent = decider.agent == Some(&self.order.agent) || decider.name == appeal.answered_by;
        if decider.name == self.entered_by || is_agent {
            let zh = "申诉要由另一个人裁定";
            return Err(Objection::new(zh, "an appeal is decided by somebody else"));
        }
        if note.chars().count() > NOTE_MAX {
            return Err(too_long());
        }
        Ok(())
    }

    /// The entry as a mark; none if its date is none.
    pub fn mark(&self) -> Option<Mark> {
        let overturned =
            self.appeal.as_ref().is_some_and(|appeal| appeal.decision == Some(Ruling::Overturned));
        Some(Mark {
            on: self.order.date.parse().ok()?,
            item: self.order.item.clone(),
            points: self.order.points,
            source: MarkSource::Entry { entry: self.entry },
            note: self.order.note.clone(),
            who: self.entered_by.clone(),
            appeal: self.appeal.clone(),
            withdrawn: self.withdrawn_ms.is_some() && !overturned,
        })
    }
}

fn check_words(words: &str, zh: &str, en: &str) -> Result<(), Objection> {
    match words.chars().count() {
        _ if words.trim().is_empty() => Err(Objection::new(zh, en)),
        length if length > NOTE_MAX => Err(too_long()),
        _ => Ok(()),
    }
}

fn too_long() -> Objection {
    Objection::new(format!("最多写 {NOTE_MAX} 个字"), format!("at most {NOTE_MAX} characters are taken"))
}
