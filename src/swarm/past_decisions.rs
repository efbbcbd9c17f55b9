use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;

use super::past::{PAST_DAYS, PastPlan, agent_number, team_of};
use crate::call::EventKind;
use crate::review::{Answer, Ruling, Verdict};
use crate::score::{Assessment, EntryOrder};
use crate::store::review::{Said, Who};
use crate::store::{AppealStore, Arrival, ReviewStore, ScoreStore, StoreError};
use crate::trial::Random;

const DAY_MS: i64 = 86_400_000;
/// Flagged calls older than this have been reviewed, but for some.
const REVIEWED_AFTER_MS: i64 = 10 * DAY_MS;
const REVIEWERS: [&str; 3] = ["review-1", "review-2", "review-3"];
const LEAD: &str = "lead-1";

/// What people have decided about a [`Past`](super::Past): verdicts, answers, appeals, points entered by hand. By the store's own rules, so
/// that all of it could have happened.
pub struct PastDecisions {
    plan: PastPlan,
    standard: Arc<Assessment>,
    random: Random,
}

impl PastDecisions {
    /// Decisions under that standard.
    pub fn new(plan: PastPlan, standard: Arc<Assessment>) -> Self {
        Self { plan, standard, random: Random::new(plan.seed ^ 0xdec1) }
    }

    /// Decides on what is flagged in calls that are stored: three in five of the old ones are finished, one in ten is opened.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn decide<S: ReviewStore + AppealStore>(
        &mut self,
        store: &S,
        batch: &[Arrival],
    ) -> Result<(), StoreError> {
        for arrival in batch {
            let is_flag =
                |event: &&crate::wire::StampedEvent| matches!(event.event.kind, EventKind::Flag { .. });
            let flags: Vec<i64> =
                arrival.events.iter().filter(is_flag).map(|event| event.seq.cast_signed()).collect();
            let is_old = arrival.received_ms + REVIEWED_AFTER_MS < self.plan.until_ms;
            if flags.is_empty() || !is_old {
                continue;
            }
            match self.random.below(10) {
                0..6 => self.finish(store, arrival, &flags)?,
                6 => {
                    let who = *self.random.one_of(&REVIEWERS);
                    let by = Who { who, now_ms: arrival.received_ms + DAY_MS };
                    store.lock(&arrival.call, by)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn finish<S: ReviewStore + AppealStore>(
        &mut self,
        store: &S,
        arrival: &Arrival,
        flags: &[i64],
    ) -> Result<(), StoreError> {
        let first = *self.random.one_of(&REVIEWERS);
        let call = &arrival.call;
        let now_ms = arrival.received_ms + DAY_MS;
        let by = Who { who: first, now_ms };
        store.lock(call, by)?;
        let mut confirmed = Vec::new();
        for &flag in flags {
            let verdict = match self.random.below(10) {
                0..7 => Verdict::Confirmed,
                7 | 8 => Verdict::Dismissed,
                _ => Verdict::Unsure,
            };
            let complaint = verdict == Verdict::Confirmed && self.random.below(20) == 0;
            store.decide(call, flag, by, Said { verdict, complaint, note: "" }, &self.standard)?;
            if verdict == Verdict::Confirmed {
                confirmed.push(flag);
            }
        }
        store.finish(call, by, now_ms + 7 * DAY_MS)?;
        for flag in confirmed {
            self.answer(store, arrival, flag, first)?;
        }
        Ok(())
    }

    /// One in three is accepted, one in twelve appealed; most appeals are decided.
    fn answer<S: ReviewStore + AppealStore>(
        &mut self,
        store: &S,
        arrival: &Arrival,
        flag: i64,
        first: &str,
    ) -> Result<(), StoreError> {
        let agent = &*arrival.header.agent;
        let now_ms = arrival.received_ms + 2 * DAY_MS;
        let by = Who { who: agent, now_ms };
        match self.random.below(12) {
            0..4 => store.answer(&arrival.call, flag, by, agent, Answer::Accepted, "").map(drop),
            4 => {
                store.answer(&arrival.call, flag, by, agent, Answer::Appealed, "当时线路不好, 请再听一遍")?;
                if self.random.below(5) == 0 {
                    return Ok(());
                }
                let second = REVIEWERS.into_iter().find(|name| *name != first).unwrap_or(LEAD);
                let by = Who { who: second, now_ms: now_ms + DAY_MS };
                let ruling = if self.random.below(5) < 2 { Ruling::Overturned } else { Ruling::Upheld };
                store.lock(&arrival.call, by)?;
                store.settle(&arrival.call, flag, by, ruling, "已重听")?;
                store.unlock(&arrival.call, by)
            }
            _ => Ok(()),
        }
    }

    /// Points that leads entered, month by month: special services, and what no call can show.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn enter_points<S: ScoreStore>(&mut self, store: &S) -> Result<(), StoreError> {
        let until = jiff::Timestamp::from_millisecond(self.plan.until_ms).unwrap_or_default();
        let until: Date = until.to_zoned_datetime(jiff::tz::offset(8).to_time_zone()).date();
        for place in 0..self.plan.agents {
            for back in 0..PAST_DAYS / 30 {
                let Ok(on) = until.checked_sub((back * 30 + 1).days()) else { continue };
                let kinds: [(&str, i32, &str, usize); 4] = [
                    ("A3", 5, "特约服务一笔", 3),
                    ("A14", -1, "工位没有打扫", 6),
                    ("A1", -2, "没有按时汇报", 9),
                    ("A8", -2, "钥匙没有登记", 12),
                ];
                for (item, points, note, one_in) in kinds {
                    if self.random.below(one_in) > 0 {
                        continue;
                    }
                    let order = EntryOrder {
                        agent: agent_number(place),
                        team: team_of(&self.plan, place).to_owned(),
                        date: on.to_string(),
                        item: item.to_owned(),
                        points,
                        note: note.to_owned(),
                    };
                    store.put_entry(&order, LEAD, self.plan.until_ms - back * 30 * DAY_MS)?;
                }
            }
        }
        Ok(())
    }
}
