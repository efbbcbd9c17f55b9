//! Calls as a floor's store keeps them, made from a seed: judged by the engine, given as arrivals.
//!
//! Used by tests and, by its path, by `benches/backtest.rs`.

use std::fmt::Write;
use std::sync::Arc;

use callcue::call::Event;
use callcue::monitor::{CallMonitor, Timeline};
use callcue::score::Assessment;
use callcue::script::Script;
use callcue::store::{Arrival, CallHeader};
use callcue::wire::StampedEvent;

/// When the first call is answered, ms since 1970.
pub(crate) const FIRST_MS: i64 = 1_793_000_000_000;
/// From one answer to the next.
pub(crate) const APART_MS: i64 = 60_000;

const AGENT: [&str; 10] = [
    "好的,王先生,请问您的单号是多少",
    "您的快递昨天晚上已经到了北京的中转站,预计明天上午送到",
    "请您稍等片刻,我马上为您查询",
    "嗯好的,这边已经帮您登记了,请问您的联系方式是多少",
    "让您久等了,我查到您的包裹还在路上",
    "喂,大点声",
    "非常抱歉给您带来不便,我们会尽快为您处理",
    "请问还有什么可以帮助您",
    "您说的是昨天下午寄出的那一件,对吗",
    "好的,我帮您催一下派送员",
];
const CUSTOMER: [&str; 9] = [
    "单号是一二三四五六七八九",
    "那什么时候能送到我家里呢",
    "好的谢谢你帮我看一下",
    "我姓王,我想查一个快递",
    "怎么这么慢,都三天了还没有到",
    "听不清你说话",
    "我要投诉你们",
    "嗯",
    "那我再等一天吧,如果还没有到的话我就要退款了",
];

/// Numbers that are the same in every run (SplitMix64).
#[derive(Debug)]
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, count: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % count
    }

    fn one_of(&mut self, all: &[&'static str]) -> &'static str {
        all[self.below(all.len() as u64) as usize]
    }
}

/// A timeline of `length_ms`: greeting, the sides in turn with pauses of 0.2 to 4 s, closing; a hold now and then.
pub(crate) fn timeline(numbers: &mut Numbers, length_ms: u64) -> String {
    let mut text =
        String::from("{\"at_ms\":0,\"type\":\"call_started\",\"agent\":\"1024\",\"ring_ms\":3000}\n");
    let mut at_ms = 600;
    let mut say = |at_ms: u64, channel: &str, words: &str, numbers: &mut Numbers| {
        let end_ms = at_ms + 300 + words.chars().count() as u64 * (160 + numbers.below(80));
        let level_dbfs = -22.0 - numbers.below(80) as f32 / 10.0;
        writeln!(
            text,
            r#"{{"at_ms":{at_ms},"type":"speech","channel":"{channel}","end_ms":{end_ms},"text":"{words}","level_dbfs":{level_dbfs}}}"#
        )
        .expect("a string takes everything");
        end_ms
    };
    if numbers.below(8) > 0 {
        at_ms = say(at_ms, "agent", "您好,中铁物流集团1024号为您服务,请问有什么可以帮您", numbers) + 500;
    }
    while at_ms + 12_000 < length_ms {
        at_ms = say(at_ms, "customer", numbers.one_of(&CUSTOMER), numbers) + 200 + numbers.below(1_500);
        let words = numbers.one_of(&AGENT);
        at_ms = say(at_ms, "agent", words, numbers) + 300 + numbers.below(1_500);
        if numbers.below(12) == 0 {
            at_ms += numbers.below(4_000);
        }
    }
    if numbers.below(6) > 0 {
        at_ms = say(at_ms, "agent", "感谢您的来电,再见", numbers) + 400;
    }
    let by = numbers.one_of(&["agent", "customer", "customer"]);
    writeln!(text, r#"{{"at_ms":{},"type":"call_ended","by":"{by}"}}"#, at_ms.max(length_ms))
        .expect("a string takes everything");
    text
}

/// What the engine makes of a timeline.
#[allow(dead_code, reason = "the bench of the back-test uses it")]
pub(crate) fn judged(timeline: &str, script: &Arc<Script>, assessment: &Arc<Assessment>) -> Vec<Event> {
    let timeline = Timeline::parse(timeline.as_bytes(), script).expect("well-formed");
    let mut monitor = CallMonitor::new(Arc::clone(script), Arc::clone(assessment));
    timeline.play(&mut monitor);
    std::iter::from_fn(|| monitor.poll_event()).collect()
}

/// Call number `number`, answered [`APART_MS`] after the one before it.
pub(crate) fn arrival(number: u64, events: Vec<Event>) -> Arrival {
    let call = format!("20261126-{number:08}");
    let started_ms = FIRST_MS + number as i64 * APART_MS;
    let header = CallHeader {
        station: 1,
        agent: "1024".to_owned(),
        team: "一组".to_owned(),
        script: "bundled".to_owned(),
        script_sha256: "ab".repeat(32),
        model: "base".to_owned(),
        engine: "0.1.0".to_owned(),
    };
    let stamp = |(index, event): (usize, Event)| {
        let wall = jiff::Timestamp::from_millisecond(started_ms + event.at_ms as i64).expect("in our time");
        let wall = wall.display_with_offset(jiff::tz::offset(8)).to_string();
        StampedEvent { call: call.clone(), seq: index as u64 + 1, wall, event }
    };
    let events = events.into_iter().enumerate().map(stamp).collect();
    Arrival { call: call.clone(), header, events, closes: None, received_ms: started_ms, is_live: true }
}
