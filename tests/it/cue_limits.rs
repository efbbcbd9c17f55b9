//! How often cues come: cool-down, at most so many in a call, at most so many in a minute. What is judged does not change.

use std::fmt::Write as _;
use std::sync::Arc;

use callcue::call::EventKind;
use callcue::monitor::{CallMonitor, Timeline};
use callcue::script::Script;

use crate::support::engine::ASSESSMENT;

/// Moments of cues, and number of flags, when a customer says thanks at each of `at_s` and is never answered.
fn cues(limits: &str, at_s: &[u64]) -> (Vec<u64>, usize) {
    let script = format!(
        "format = 1\nname = \"n\"\ncompany = \"c\"\n[[rule]]\nid = \"5.7\"\ntitle = \"t\"\nitem = \"A4\"\n\
         check.answer = {{}}\ncues = {{ {limits} }}\nwhen = [{{ customer_says = [\"谢谢\"] }}]\nsay = [{{ text = \"请不必客气\" }}]\n"
    );
    let script = Arc::new(Script::parse("test", &script).unwrap_or_else(|why| panic!("{why}")));
    let mut call = String::from("{\"at_ms\":0,\"type\":\"call_started\",\"agent\":\"1\"}\n");
    for at in at_s {
        let at = at * 1_000;
        let speech = |channel: &str, from: u64, text: &str| {
            format!(
                "{{\"at_ms\":{from},\"type\":\"speech\",\"channel\":\"{channel}\",\"end_ms\":{},\"text\":\"{text}\"}}\n",
                from + 500
            )
        };
        write!(call, "{}{}", speech("customer", at - 500, "谢谢"), speech("agent", at + 1_000, "嗯"))
            .unwrap();
    }
    let timeline = Timeline::parse(call.as_bytes(), &script).unwrap_or_else(|why| panic!("{why}\n{call}"));
    let mut monitor = CallMonitor::new(script, Arc::clone(&ASSESSMENT));
    timeline.play(&mut monitor);
    let (mut cues_s, mut flags) = (Vec::new(), 0);
    while let Some(event) = monitor.poll_event() {
        match event.kind {
            EventKind::Cue { .. } => cues_s.push(event.at_ms / 1_000),
            EventKind::Flag { .. } => flags += 1,
            _ => {}
        }
    }
    (cues_s, flags)
}

#[test]
fn cues_come_as_often_as_their_rule_allows() {
    let thanks = [10, 20, 30, 50, 75, 100];
    for (limits, expected) in [
        ("", &thanks[..]),
        ("cool_down_ms = 20000", &[10, 30, 50, 75, 100]),
        ("cool_down_ms = 20001", &[10, 50, 75, 100]),
        ("per_call = 2", &[10, 20]),
        ("per_minute = 2", &[10, 20, 75, 100]),
        ("cool_down_ms = 15000, per_minute = 2, per_call = 3", &[10, 30, 75]),
    ] {
        let (cues_s, flags) = cues(limits, &thanks);
        assert_eq!(cues_s, expected, "{limits}");
        // The last turn of the agent is still open when the call ends by nobody knows whom.
        assert_eq!(flags, thanks.len(), "{limits}: what is judged does not depend on it");
    }
}
