use std::sync::Arc;

use super::unheard;
use crate::call::{CallTime, Channel, Event, EventKind, PerChannel, Span};
use crate::monitor::{CallMonitor, Input};
use crate::score::Assessment;
use crate::script::Script;

/// Order of what has the same moment: a side falls silent, its words are known, something is done, a side begins to speak.
const ENDED: u8 = 0;
const WORDS: u8 = 1;
const DONE: u8 = 2;
const BEGAN: u8 = 3;
const OVER: u8 = 4;

/// One stretch of speech, with words or without.
#[derive(Clone, Debug, Default)]
pub(super) struct Stretch {
    pub(super) span: Span,
    pub(super) text: String,
    pub(super) level_dbfs: Option<f32>,
    pub(super) language: Option<String>,
}

/// What the engine was told in a call whose events are `events`, as far as they say it; in order of time.
///
/// Empty when the call has no `call_started`: then it cannot be judged.
pub fn inputs(events: &[Event]) -> Vec<(CallTime, Input)> {
    let mut placed: Vec<(CallTime, u8, Input)> = Vec::new();
    let mut speech = PerChannel::<Vec<Stretch>>::default();
    for event in events {
        let at = CallTime::from_millis(event.at_ms);
        match &event.kind {
            EventKind::Transcript { channel, from_ms, to_ms, text, r#final: true, level_dbfs, language } => {
                let span = Span { from: CallTime::from_millis(*from_ms), to: CallTime::from_millis(*to_ms) };
                let (text, language) = (text.clone(), language.clone());
                speech[*channel].push(Stretch { span, text, level_dbfs: *level_dbfs, language });
            }
            kind => placed.extend(done(kind).map(|(rank, input)| (at, rank, input))),
        }
    }
    if !placed.iter().any(|(_, _, input)| matches!(input, Input::CallStarted { .. })) {
        return Vec::new();
    }
    unheard::put_in(&mut speech, events);
    for channel in Channel::BOTH {
        place_speech(channel, std::mem::take(&mut speech[channel]), &mut placed);
    }
    // Stable: what has moment and kind in common stays as it was told.
    placed.sort_by_key(|(at, rank, _)| (*at, *rank));
    placed.into_iter().map(|(at, _, input)| (at, input)).collect()
}

/// The input that an event was told for, if it was told for one; cues and flags are the engine's own.
fn done(kind: &EventKind) -> Option<(u8, Input)> {
    let input = match kind {
        EventKind::CallStarted { agent, ring_ms, customer } => {
            Input::CallStarted { agent: agent.clone(), ring_ms: *ring_ms, customer: customer.clone() }
        }
        EventKind::Situation { rule } => Input::Situation { rule: rule.clone() },
        EventKind::HoldStarted => Input::HoldStarted,
        EventKind::HoldEnded => Input::HoldEnded,
        EventKind::MuteStarted => Input::MuteStarted,
        EventKind::MuteEnded => Input::MuteEnded,
        EventKind::RecordingPaused => Input::RecordingPaused,
        EventKind::RecordingResumed => Input::RecordingResumed,
        EventKind::Transfer => Input::Transfer,
        EventKind::AudioLost { channel } => Input::AudioLost { channel: *channel },
        EventKind::AudioBack { channel } => Input::AudioBack { channel: *channel },
        EventKind::CallEnded { by } => return Some((OVER, Input::CallEnded { by: *by })),
        _ => return None,
    };
    Some((DONE, input))
}

/// Places one side's speech. Stretches of a side never overlap in the engine; if kept ones do, the later one is cut.
fn place_speech(channel: Channel, mut speech: Vec<Stretch>, placed: &mut Vec<(CallTime, u8, Input)>) {
    speech.sort_by_key(|stretch| (stretch.span.from, stretch.span.to));
    let mut free_from = CallTime::START;
    let mut utterance = 0;
    for Stretch { span, text, level_dbfs, language } in speech {
        let from = span.from.max(free_from);
        if span.to <= from {
            continue;
        }
        free_from = span.to;
        placed.push((from, BEGAN, Input::SpeechStarted { channel }));
        placed.push((span.to, ENDED, Input::SpeechEnded { channel, level_dbfs, language }));
        let words = Input::Text { channel, utterance, committed: text, r#final: true, to: span.to };
        placed.push((span.to, WORDS, words));
        utterance += 1;
    }
}

/// Judges a call made of `inputs`: all its events. A call without an end is judged up to `newest_ms` and is left open.
pub fn judge(
    inputs: Vec<(CallTime, Input)>,
    newest_ms: u64,
    script: &Arc<Script>,
    assessment: &Arc<Assessment>,
) -> Vec<Event> {
    let mut monitor = CallMonitor::new(Arc::clone(script), Arc::clone(assessment));
    for (at, input) in inputs {
        monitor.handle(at, input);
    }
    if !monitor.is_over() {
        monitor.advance(CallTime::from_millis(newest_ms.saturating_add(1)));
        monitor.give_up_text();
    }
    std::iter::from_fn(|| monitor.poll_event()).collect()
}
