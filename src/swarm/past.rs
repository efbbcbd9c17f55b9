use std::sync::Arc;

use crate::call::{
    Agreement, AlignedWord, Basis, Channel, EndedBy, Event, EventKind, FlagKind, Hearing, Metrics,
    ProposedPoints,
};
use crate::script::{Rule, Script};
use crate::store::{Arrival, CallHeader, NewStation};
use crate::trial::Random;
use crate::wire::StampedEvent;

/// Days over which the calls are spread.
pub const PAST_DAYS: i64 = 180;
const DAY_MS: i64 = 86_400_000;
/// Events of a call: fewest, and how many more there may be. In the mean 20.
const EVENTS: (usize, usize) = (12, 17);
/// Of so many calls one has a flag, or two.
const FLAGGED: usize = 4;

const SURNAMES: &str =
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎";
const GIVEN: &str = "芳娜静敏丽强磊军洋勇艳杰涛明超霞平刚桂英华玉兰萍红梅建国志伟";
const TEAMS: [&str; 8] = ["一组", "二组", "三组", "四组", "五组", "六组", "七组", "八组"];
const WHAT: [&str; 12] =
    ["快递", "包裹", "电费单", "门禁卡", "停车位", "水管", "电梯", "物业费", "发票", "退款", "地址", "合同"];
const WHERE: [&str; 10] = [
    "北京中转站",
    "上海仓库",
    "三号楼",
    "东门",
    "地下车库",
    "财务部",
    "客服中心",
    "二单元",
    "天津分拨",
    "门卫室",
];
const AGENT: [&str; 10] = [
    "好的, 请您稍等片刻, 我马上为您查询{what}",
    "您的{what}昨天晚上已经到了{where}, 预计明天上午送到",
    "非常抱歉给您带来不便, {what}的事情我们会尽快处理",
    "我复述一下, 您是说{what}在{where}, 对吗",
    "请问您的联系方式是多少, 我登记一下",
    "让您久等了, 我查到{what}还在{where}",
    "请问还有什么可以帮助您",
    "关于{what}, 我帮您转交{where}的同事",
    "您先不要着急, 我跟{where}核实一下",
    "感谢您的来电, 再见",
];
const CUSTOMER: [&str; 10] = [
    "我的{what}三天了还没有消息",
    "你好, 我想问一下{what}",
    "{where}的{what}坏了, 什么时候有人来修",
    "我姓{name}, 上次也打过电话",
    "怎么这么慢, 我要投诉{where}",
    "那什么时候能送到{where}",
    "好的谢谢你帮我看一下{what}",
    "听不清你说话, 你再说一遍",
    "{what}如果还没有到的话我就要退款了",
    "你叫什么名字, 你们经理在不在{where}",
];

/// Months of a floor that never was: calls with what was said and what was flagged, the same for the same seed.
///
/// The words are put together, not recognised, and flags are drawn, not judged: it is as large and as mixed as a real floor's past,
/// to measure a store and its pages by, and says nothing of how well rules hear.
pub struct Past {
    plan: PastPlan,
    script: Arc<Script>,
    random: Random,
    next: u64,
}

/// How large a past is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastPlan {
    /// Calls.
    pub calls: u64,
    /// Agents, one a station.
    pub agents: usize,
    /// Teams, 1 to 8; agents are spread over them.
    pub teams: usize,
    /// The same seed makes the same past.
    pub seed: u64,
    /// The last call is answered before this moment, ms since 1970; the first [`PAST_DAYS`] earlier.
    pub until_ms: i64,
}

impl Past {
    /// A past under that script, whose rules its flags name.
    pub fn new(plan: PastPlan, script: Arc<Script>) -> Self {
        Self { plan, script, random: Random::new(plan.seed), next: 0 }
    }

    /// The stations, with tokens that nobody has.
    pub fn stations(plan: &PastPlan) -> Vec<NewStation> {
        let mut random = Random::new(plan.seed ^ 0x57a7);
        (0..plan.agents)
            .map(|place| NewStation {
                name: format!("desk-{:03}", place + 1),
                agent: agent_number(place),
                agent_name: name(&mut random),
                team: team_of(plan, place).to_owned(),
                token_sha256: format!("{:064x}", place + 1),
                enrolled_ms: plan.until_ms - PAST_DAYS * DAY_MS,
            })
            .collect()
    }

    fn call(&mut self) -> Arrival {
        let number = self.next;
        self.next += 1;
        let place = self.random.below(self.plan.agents.max(1));
        let started_ms = self.started_ms(number);
        let id = format!("past-{}-{number:08}", self.plan.seed);
        let script_sha256 = "0".repeat(64);
        let header = CallHeader {
            station: place as u32 + 1,
            agent: agent_number(place),
            team: team_of(&self.plan, place).to_owned(),
            script: self.script.name.clone(),
            script_sha256,
            model: "past".to_owned(),
            engine: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let events = self.events(&header.agent);
        let stamp = |(place, event): (usize, Event)| {
            let at_ms = i64::try_from(event.at_ms).unwrap_or(i64::MAX);
            StampedEvent { call: id.clone(), seq: place as u64 + 1, wall: wall(started_ms + at_ms), event }
        };
        let events: Vec<StampedEvent> = events.into_iter().enumerate().map(stamp).collect();
        let length_ms = events.last().map_or(0, |last| i64::try_from(last.event.at_ms).unwrap_or(0));
        Arrival {
            call: id,
            header,
            events,
            closes: None,
            received_ms: started_ms + length_ms,
            is_live: false,
        }
    }

    /// Rising, in the hours of work.
    fn started_ms(&mut self, number: u64) -> i64 {
        let calls = self.plan.calls.max(1);
        let span = u64::try_from(PAST_DAYS).unwrap_or(1);
        let day = number * span / calls;
        let of_day = (number * span % calls) as f64 / calls as f64;
        let first_ms = self.plan.until_ms - PAST_DAYS * DAY_MS;
        // Nine hours of the twenty-four, from eight in the morning in China.
        #[expect(clippy::cast_possible_truncation, reason = "below a day in ms")]
        let in_day = (of_day * 9.0 * 3_600_000.0) as i64;
        first_ms - (first_ms + 8 * 3_600_000).rem_euclid(DAY_MS)
            + i64::try_from(day).unwrap_or(0) * DAY_MS
            + 8 * 3_600_000
            + in_day
    }

    fn events(&mut self, agent: &str) -> Vec<Event> {
        let count = EVENTS.0 + self.random.below(EVENTS.1);
        let mut flags = match self.random.below(FLAGGED * 2) {
            0 => 2,
            1 => 1,
            _ => 0,
        };
        let mut events = Vec::with_capacity(count);
        let mut at_ms = 0;
        let mut put = |at_ms: u64, kind: EventKind| events.push(Event { at_ms, kind });
        put(0, EventKind::CallStarted { agent: agent.to_owned(), ring_ms: Some(3_000), customer: None });
        let mut items: Vec<ProposedPoints> = Vec::new();
        for place in 1..count - 2 {
            at_ms += 3_000 + self.random.below(15_000) as u64;
            let kind = match self.random.below(20) {
                _ if flags > 0 && place > 3 => {
                    flags -= 1;
                    self.flag(at_ms, &mut items)
                }
                0..4 => EventKind::Silence { since_ms: at_ms - 3_000, length_ms: 3_000 },
                _ => self.said(at_ms),
            };
            put(at_ms, kind);
        }
        let ends = [EndedBy::Customer, EndedBy::Customer, EndedBy::Agent, EndedBy::Unknown];
        at_ms += 1_000;
        put(at_ms, EventKind::CallEnded { by: *self.random.one_of(&ends) });
        let flagged = items.len() as u32;
        let due = 6 + self.random.below(6) as u32;
        let summary = EventKind::Summary {
            due,
            met: due.saturating_sub(flagged),
            flags: flagged,
            metrics: Metrics { silence_windows: 2, silence_share: 0.2, ..Metrics::default() },
            items,
        };
        put(at_ms, summary);
        events
    }

    fn said(&mut self, at_ms: u64) -> EventKind {
        let channel = if self.random.below(2) == 0 { Channel::Agent } else { Channel::Customer };
        let lines = match channel {
            Channel::Agent => &AGENT,
            Channel::Customer => &CUSTOMER,
        };
        let line = self.random.one_of(lines);
        let (what, place) = (*self.random.one_of(&WHAT), *self.random.one_of(&WHERE));
        let surname = char_of(SURNAMES, &mut self.random);
        let mut text = line.replace("{what}", what).replace("{where}", place);
        text = text.replace("{name}", &surname.to_string());
        if self.random.below(2_000) == 0 {
            text.push_str(", 罕见的话");
        }
        EventKind::Transcript {
            channel,
            from_ms: at_ms - 2_500,
            to_ms: at_ms,
            text,
            r#final: true,
            level_dbfs: Some(-24.0),
            language: None,
        }
    }

    fn flag(&mut self, at_ms: u64, items: &mut Vec<ProposedPoints>) -> EventKind {
        let script = Arc::clone(&self.script);
        let rule: &Rule = self.random.one_of(&script.rules);
        let phrase = rule.never.first().map(|never| never.text.get_ref().clone()).unwrap_or_default();
        let kind = if phrase.is_empty() { FlagKind::Missing } else { FlagKind::Forbidden };
        let unsure = self.random.below(5) == 0;
        let sure = if unsure { 0.75 } else { 0.9 + self.random.below(11) as f32 / 100.0 };
        let points = match (unsure, rule.item.as_str()) {
            (true, _) => 0,
            (false, "A10") => -5,
            (false, _) => -2,
        };
        items.push(ProposedPoints { item: rule.item.clone(), points });
        let aligned = phrase.chars().map(|char| AlignedWord {
            phrase: Some(char),
            said: Some(char),
            how: Agreement::Same,
        });
        EventKind::Flag {
            rule: rule.id.get_ref().clone(),
            kind,
            channel: Channel::Agent,
            from_ms: at_ms - 2_000,
            to_ms: at_ms,
            text: phrase.clone(),
            heard: Hearing {
                sure: Some(sure),
                basis: Some(Basis::Words),
                aligned: aligned.collect(),
                review: unsure,
            },
            phrase,
            item: rule.item.clone(),
            points,
            instead: None,
        }
    }
}

impl Iterator for Past {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        (self.next < self.plan.calls).then(|| self.call())
    }
}

pub(super) fn agent_number(place: usize) -> String {
    (1_001 + place).to_string()
}

pub(super) fn team_of(plan: &PastPlan, place: usize) -> &'static str {
    TEAMS[place % plan.teams.clamp(1, TEAMS.len())]
}

fn name(random: &mut Random) -> String {
    [char_of(SURNAMES, random), char_of(GIVEN, random)].iter().collect()
}

fn char_of(chars: &str, random: &mut Random) -> char {
    chars.chars().nth(random.below(chars.chars().count())).unwrap_or('王')
}

/// In China: it has no summer time.
fn wall(wall_ms: i64) -> String {
    let moment = jiff::Timestamp::from_millisecond(wall_ms).unwrap_or_default();
    moment.display_with_offset(jiff::tz::offset(8)).to_string()
}
