use std::sync::Arc;

use serde::Serialize;

use super::inputs::{inputs, judge};
use crate::call::{Channel, Event, EventKind, FlagKind};
use crate::score::Assessment;
use crate::script::Script;

/// A flag as the events of a call tell it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FoundFlag {
    /// When it was raised, ms of audio time.
    pub at_ms: u64,
    /// The rule broken.
    pub rule: String,
    /// In which way.
    pub kind: FlagKind,
    /// Whose words, acts or level it is about.
    pub channel: Channel,
    /// Start of the evidence, ms of audio time.
    pub from_ms: u64,
    /// End of the evidence, ms of audio time.
    pub to_ms: u64,
    /// What was said there; may be empty.
    pub text: String,
    /// The phrase of the script that it is about; empty where none is.
    pub phrase: String,
}

/// What a script makes of a kept call, beside what was made of it then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Flags that were not raised then.
    pub gained: Vec<FoundFlag>,
    /// Flags that were raised then and are not now.
    pub lost: Vec<FoundFlag>,
    /// Flags raised then that are not raised now, of a rule that hears noise, which events do not tell.
    pub untried: Vec<FoundFlag>,
    /// Flags raised both times, as they are now.
    pub unchanged: Vec<FoundFlag>,
}

/// Runs a kept call through the engine again and compares; `None` if it has no start, so that it cannot be judged.
pub fn rejudge(events: &[Event], script: &Arc<Script>, assessment: &Arc<Assessment>) -> Option<Difference> {
    let inputs = inputs(events);
    let newest_ms = events.iter().map(|event| event.at_ms).max().filter(|_| !inputs.is_empty())?;
    let now = found_flags(&judge(inputs, newest_ms, script, assessment));
    let mut difference = compare(found_flags(events), now, &lines(events));
    let hears_noise = |flag: &FoundFlag| {
        let rule = script.rule(&flag.rule);
        rule.is_some_and(|rule| rule.when.iter().any(|trigger| trigger.noise_above_dbfs.is_some()))
            && !is_declared(&flag.rule, events)
    };
    let lost = std::mem::take(&mut difference.lost);
    (difference.untried, difference.lost) = lost.into_iter().partition(hears_noise);
    Some(difference)
}

fn is_declared(id: &str, events: &[Event]) -> bool {
    events.iter().any(|event| matches!(&event.kind, EventKind::Situation { rule } if rule == id))
}

/// The flags among `events`, in their order.
pub fn found_flags(events: &[Event]) -> Vec<FoundFlag> {
    let flag = |event: &Event| match &event.kind {
        EventKind::Flag { rule, kind, channel, from_ms, to_ms, text, phrase, .. } => Some(FoundFlag {
            at_ms: event.at_ms,
            rule: rule.clone(),
            kind: *kind,
            channel: *channel,
            from_ms: *from_ms,
            to_ms: *to_ms,
            text: text.clone(),
            phrase: phrase.clone(),
        }),
        _ => None,
    };
    events.iter().filter_map(flag).collect()
}

/// An utterance: whose, from, to.
type Line = (Channel, u64, u64);

fn lines(events: &[Event]) -> Vec<Line> {
    events
        .iter()
        .filter_map(|event| match event.kind {
            EventKind::Transcript { channel, from_ms, to_ms, r#final: true, .. } => {
                Some((channel, from_ms, to_ms))
            }
            _ => None,
        })
        .collect()
}

/// Pairs flags one to one; those about the same phrase first, so that a rule's phrases are not mixed up.
fn compare(then: Vec<FoundFlag>, now: Vec<FoundFlag>, lines: &[Line]) -> Difference {
    let mut then: Vec<Option<FoundFlag>> = then.into_iter().map(Some).collect();
    let mut now: Vec<Option<FoundFlag>> = now.into_iter().map(Some).collect();
    let mut difference = Difference::default();
    for by_phrase in [true, false] {
        for place in &mut now {
            let Some(flag) = place.as_ref() else { continue };
            let same = |other: &Option<FoundFlag>| {
                other.as_ref().is_some_and(|other| {
                    is_same(flag, other, lines) && (!by_phrase || flag.phrase == other.phrase)
                })
            };
            if let Some(found) = then.iter().position(same) {
                then[found] = None;
                difference.unchanged.extend(place.take());
            }
        }
    }
    difference.gained = now.into_iter().flatten().collect();
    difference.lost = then.into_iter().flatten().collect();
    difference
}

fn is_same(one: &FoundFlag, other: &FoundFlag, lines: &[Line]) -> bool {
    let (first, second) = (evidence(one, lines), evidence(other, lines));
    one.rule == other.rule && one.kind == other.kind && first.0 <= second.1 && second.0 <= first.1
}

/// Where the evidence lies. Words have a place in their utterance that depends on how much of it was known, so forbidden ones
/// are as exact as the utterances they touch.
fn evidence(flag: &FoundFlag, lines: &[Line]) -> (u64, u64) {
    let own = (flag.from_ms, flag.to_ms);
    if flag.kind != FlagKind::Forbidden {
        return own;
    }
    lines
        .iter()
        .filter(|(channel, from, to)| *channel == flag.channel && *from <= own.1 && own.0 <= *to)
        .fold(own, |all, (_, from, to)| (all.0.min(*from), all.1.max(*to)))
}
