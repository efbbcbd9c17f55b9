use jiff::ToSpan;
use jiff::civil::Date;

use super::{Assessment, Item};

/// Something found about an agent that may change the score card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Day of the call.
    pub on: Date,
    /// Item of the assessment standard.
    pub item: String,
    /// What it is.
    pub what: Found,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A rule of the script was broken.
    Breach {
        /// The rule's id.
        rule: String,
        /// The customer complained about it.
        complaint: bool,
        /// Heard well enough to cost points; unsure ones wait for a person.
        sure: bool,
    },
    /// A special service was made for a customer.
    Service,
}

/// A success under an item that must be earned every so many months.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earned {
    /// Day of it.
    pub on: Date,
    /// Item of the assessment standard.
    pub item: String,
}

/// Points that a person may confirm or dismiss. Nothing is deducted without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Day of the call, or last day of the month for what was not done.
    pub on: Date,
    /// Item of the assessment standard.
    pub item: String,
    /// Negative is a deduction; 0 is a question.
    pub points: i32,
    /// Why, as agents and leads read it.
    pub reason: String,
}

impl Assessment {
    /// What the findings propose for the month of `month` (any day of it), in order of days.
    ///
    /// `findings` are those of one agent since `employed_since`, in any order; those of earlier months matter for items
    /// that must be earned every so many months. Findings under items that the standard does not have are left out.
    pub fn propose(&self, findings: &[Finding], employed_since: Date, month: Date) -> Vec<Proposal> {
        let (first, last) = (month.first_of_month(), month.last_of_month());
        let mut proposals: Vec<Proposal> = findings
            .iter()
            .filter(|finding| (first..=last).contains(&finding.on))
            .filter_map(|finding| Some(self.item(&finding.item)?.proposal(finding)))
            .collect();
        let earned: Vec<Earned> = findings
            .iter()
            .filter(|finding| finding.what == Found::Service)
            .map(|finding| Earned { on: finding.on, item: finding.item.clone() })
            .collect();
        proposals.extend(self.unearned(&earned, employed_since, month));
        proposals.sort_by(|a, b| (a.on, &a.item).cmp(&(b.on, &b.item)));
        proposals
    }

    /// What the month of `month` costs because an item was not earned in so many whole months.
    ///
    /// `earned` are the successes of one agent since `employed_since`, in any order.
    pub fn unearned(&self, earned: &[Earned], employed_since: Date, month: Date) -> Vec<Proposal> {
        let last = month.last_of_month();
        self.items.iter().filter_map(|item| item.not_earned(earned, employed_since, last)).collect()
    }

    fn item(&self, id: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.id.get_ref() == id)
    }
}

impl Item {
    fn proposal(&self, finding: &Finding) -> Proposal {
        let (points, reason) = match &finding.what {
            Found::Breach { rule, sure: false, .. } => (0, format!("规范 {rule}: 没有听准, 请人工复核")),
            Found::Breach { rule, complaint: true, .. } if self.deduct_complaint.is_some() => {
                let points = self.deduct_complaint.unwrap_or_default();
                (-i32::from(points), format!("违反规范 {rule}, 并引起投诉, 扣 {points} 分"))
            }
            Found::Breach { rule, .. } => {
                (-i32::from(self.deduct), format!("违反规范 {rule}, 扣 {} 分", self.deduct))
            }
            Found::Service => {
                let points = self.bonus.unwrap_or_default();
                (i32::from(points), format!("完成一笔特约服务, 加 {points} 分"))
            }
        };
        Proposal { on: finding.on, item: finding.item.clone(), points, reason }
    }

    /// The deduction of the month that ends on `last`, if it completes a run of months without a success.
    ///
    /// Whole months count, from the first one after `employed_since`; a success ends the run, and so does a deduction.
    fn not_earned(&self, earned: &[Earned], employed_since: Date, last: Date) -> Option<Proposal> {
        let months_max = self.earn_every_months?;
        let mut month = employed_since.first_of_month();
        if employed_since > month {
            month = month.checked_add(1.month()).ok()?;
        }
        let mut run = 0;
        while month <= last {
            let end = month.last_of_month();
            let earned =
                earned.iter().any(|one| one.item == *self.id.get_ref() && (month..=end).contains(&one.on));
            run = if earned || run == months_max { u8::from(!earned) } else { run + 1 };
            month = month.checked_add(1.month()).ok()?;
        }
        (run == months_max).then(|| Proposal {
            on: last,
            item: self.id.get_ref().clone(),
            points: -i32::from(self.deduct),
            reason: format!("连续 {months_max} 个月没有完成, 扣 {} 分", self.deduct),
        })
    }
}
