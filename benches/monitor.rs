//! The engine on whole calls: a timeline of one hour must take less than 100 ms on one core.

use std::fmt::Write;
use std::sync::Arc;

use callcue::monitor::{CallMonitor, Timeline};
use callcue::score::{self, Assessment};
use callcue::script::{self, Script};

fn main() {
    divan::main();
}

/// A call of `minutes`: the sides take turns, 4.5 s of agent, 3 s of customer, half a second between.
fn call(minutes: u64) -> String {
    const AGENT: [&str; 4] = [
        "好的,王先生,请问您的单号是多少",
        "您的快递昨天晚上已经到了北京的中转站,预计明天上午送到",
        "请您稍等片刻,我马上为您查询",
        "嗯好的,这边已经帮您登记了,请问您的联系方式是多少",
    ];
    const CUSTOMER: [&str; 3] =
        ["单号是一二三四五六七八九", "那什么时候能送到我家里呢", "好的谢谢你帮我看一下"];
    let mut text = String::from("{\"at_ms\":0,\"type\":\"call_started\",\"agent\":\"1024\"}\n");
    let mut at_ms = 0;
    for turn in 0.. {
        let (channel, say, length_ms) = if turn % 2 == 0 {
            ("agent", AGENT[turn / 2 % AGENT.len()], 4_500)
        } else {
            ("customer", CUSTOMER[turn / 2 % CUSTOMER.len()], 3_000)
        };
        let end_ms = at_ms + length_ms;
        if end_ms > minutes * 60_000 {
            break;
        }
        writeln!(
            text,
            r#"{{"at_ms":{at_ms},"type":"speech","channel":"{channel}","end_ms":{end_ms},"text":"{say}","level_dbfs":-22.0}}"#
        )
        .expect("a string takes everything");
        at_ms = end_ms + 500;
    }
    text
}

#[divan::bench(args = [4, 60])]
fn minutes_of_call(bencher: divan::Bencher, minutes: u64) {
    let script = Arc::new(Script::parse(script::BUNDLED_NAME, script::BUNDLED).expect("bundled"));
    let assessment = Arc::new(Assessment::parse(score::BUNDLED_NAME, score::BUNDLED).expect("bundled"));
    let timeline = Timeline::parse(call(minutes).as_bytes(), &script).expect("well-formed");
    bencher.bench(|| {
        let mut monitor = CallMonitor::new(Arc::clone(&script), Arc::clone(&assessment));
        timeline.play(&mut monitor);
        std::iter::from_fn(|| monitor.poll_event()).count()
    });
}
