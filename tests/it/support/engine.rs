//! The bundled script, and calls played through the engine in several ways.

use std::sync::{Arc, LazyLock};

use callcue::call::{CallTime, Event, EventKind};
use callcue::monitor::{CallMonitor, Input, Timeline};
use callcue::score::{self, Assessment};
use callcue::script::{self, Script};

pub(crate) static SCRIPT: LazyLock<Arc<Script>> =
    LazyLock::new(|| Arc::new(Script::parse(script::BUNDLED_NAME, script::BUNDLED).unwrap()));
pub(crate) static ASSESSMENT: LazyLock<Arc<Assessment>> =
    LazyLock::new(|| Arc::new(Assessment::parse(score::BUNDLED_NAME, score::BUNDLED).unwrap()));

pub(crate) fn monitor() -> CallMonitor {
    CallMonitor::new(Arc::clone(&SCRIPT), Arc::clone(&ASSESSMENT))
}

pub(crate) fn timeline(text: &str) -> Timeline {
    Timeline::parse(text.as_bytes(), &SCRIPT).unwrap_or_else(|bad| panic!("{bad}\n{text}"))
}

/// All events of a call, each input handed in at its time and nothing between.
pub(crate) fn play(text: &str) -> Vec<Event> {
    let mut monitor = monitor();
    timeline(text).play(&mut monitor);
    std::iter::from_fn(|| monitor.poll_event()).collect()
}

/// As [`play`], with the clock told every `tick_ms`, and all words `late_ms` after their speech.
pub(crate) fn play_in_steps(text: &str, tick_ms: u64, late_ms: u64) -> Vec<Event> {
    let mut monitor = monitor();
    let mut inputs: Vec<(CallTime, Input)> = timeline(text).inputs().cloned().collect();
    for (at, input) in &mut inputs {
        if matches!(input, Input::Text { .. }) {
            *at = at.plus_millis(late_ms);
        }
    }
    inputs.sort_by_key(|(at, _)| *at);
    let mut tick = CallTime::START;
    for (at, input) in inputs {
        while tick < at {
            monitor.advance(tick);
            tick = tick.plus_millis(tick_ms);
        }
        monitor.handle(at, input);
    }
    std::iter::from_fn(|| monitor.poll_event()).collect()
}

/// One line an event, for people: only what a rule or the clock said.
pub(crate) fn describe(events: &[Event]) -> Vec<String> {
    let name = |value: &dyn erased::Name| value.name();
    events
        .iter()
        .filter_map(|event| {
            let at = event.at_ms;
            Some(match &event.kind {
                EventKind::Silence { length_ms, .. } => format!("{at} silence {length_ms}"),
                EventKind::Cue { id, step, say, act, .. } => {
                    format!("{at} cue {id} step {step}: {}", act.as_ref().unwrap_or(&say.concat()))
                }
                EventKind::CueDone { id, outcome } => format!("{at} cue_done {id} {}", name(outcome)),
                EventKind::Flag { rule, kind, text, .. } => {
                    format!("{at} flag {rule} {} {text}", name(kind)).trim_end().to_owned()
                }
                EventKind::WaitStarted { rule, step, until_ms, .. } => {
                    format!("{at} wait {rule} after step {step} until {until_ms}")
                }
                EventKind::Checklist { items, .. } => {
                    let done: Vec<_> =
                        items.iter().filter(|item| item.done).map(|item| item.label.as_str()).collect();
                    format!("{at} checklist [{}]", done.join(" "))
                }
                EventKind::Summary { due, met, flags, .. } => {
                    format!("{at} summary due {due} met {met} flags {flags}")
                }
                _ => return None,
            })
        })
        .collect()
}

/// The snake-case names that the wire uses.
mod erased {
    pub(super) trait Name {
        fn name(&self) -> String;
    }
    impl<T: serde::Serialize> Name for T {
        fn name(&self) -> String {
            serde_json::to_value(self).unwrap().as_str().unwrap().to_owned()
        }
    }
}
