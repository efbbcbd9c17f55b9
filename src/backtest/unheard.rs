//! Speech that left no event because it had no words: the kept silence windows say where it must have been.

use super::inputs::Stretch;
use crate::call::{CallTime, Channel, Event, EventKind, PerChannel, Span};
use crate::segment::SILENCE_WINDOW_MS;

/// Length of a stretch put in, if there is room.
const STRETCH_MS: u64 = 200;

/// Puts stretches without words where the windows in `events` and the speech known so far contradict each other.
pub(super) fn put_in(speech: &mut PerChannel<Vec<Stretch>>, events: &[Event]) {
    let Some(newest_ms) = events.iter().map(|event| event.at_ms).max() else { return };
    let windows = windows(events);
    let mut found = Vec::new();
    for quiet in quiet_stretches(speech, newest_ms) {
        if !audio_is_missing(quiet, events) {
            unheard_in(quiet, &windows, &mut |from_ms, to_ms| found.push((quiet.side, from_ms, to_ms)));
        }
    }
    for (side, from_ms, to_ms) in found {
        let span = Span { from: CallTime::from_millis(from_ms), to: CallTime::from_millis(to_ms) };
        speech[side].push(Stretch { span, ..Stretch::default() });
    }
}

/// Nobody is known to have spoken in `from_ms..to_ms`; `side` had spoken last.
#[derive(Clone, Copy)]
struct Quiet {
    from_ms: u64,
    to_ms: u64,
    side: Channel,
}

/// Start and length of each kept window, in order.
fn windows(events: &[Event]) -> Vec<(u64, u64)> {
    let mut windows: Vec<(u64, u64)> = events
        .iter()
        .filter_map(|event| match event.kind {
            EventKind::Silence { since_ms, length_ms } => Some((since_ms, length_ms)),
            _ => None,
        })
        .collect();
    windows.sort_unstable();
    windows
}

fn quiet_stretches(speech: &PerChannel<Vec<Stretch>>, newest_ms: u64) -> Vec<Quiet> {
    let mut spans: Vec<(u64, u64, Channel)> = speech
        .iter()
        .flat_map(|(side, stretches)| {
            stretches.iter().map(move |one| (one.span.from.as_millis(), one.span.to.as_millis(), side))
        })
        .collect();
    spans.sort_unstable();
    let (mut from_ms, mut side) = (0, Channel::Agent);
    let mut stretches = Vec::new();
    for (begins_ms, ends_ms, whose) in spans {
        if begins_ms > from_ms {
            stretches.push(Quiet { from_ms, to_ms: begins_ms, side });
        }
        if ends_ms >= from_ms {
            (from_ms, side) = (ends_ms, whose);
        }
    }
    if newest_ms > from_ms {
        stretches.push(Quiet { from_ms, to_ms: newest_ms, side });
    }
    stretches
}

/// Windows are counted anew around missing audio, so nothing follows from them.
fn audio_is_missing(quiet: Quiet, events: &[Event]) -> bool {
    events.iter().any(|event| {
        matches!(event.kind, EventKind::AudioLost { .. } | EventKind::AudioBack { .. })
            && (quiet.from_ms..=quiet.to_ms).contains(&event.at_ms)
    })
}

/// Tells each place in `quiet` where somebody must have spoken. `count_ms` runs along the windows that should have been raised.
fn unheard_in(quiet: Quiet, windows: &[(u64, u64)], tell: &mut impl FnMut(u64, u64)) {
    // Where the quiet began that is counted now, and the last window of it that was kept.
    let (mut since_ms, mut counted_ms) = (quiet.from_ms, 0);
    let within = |since: &u64| (quiet.from_ms..quiet.to_ms).contains(since);
    for (since, length_ms) in windows.iter().filter(|(since, _)| within(since)) {
        if since.abs_diff(since_ms) > 1 {
            // Before the next window was due, and at the latest so that it ends where this quiet begins.
            let due_ms = since_ms + counted_ms + SILENCE_WINDOW_MS;
            let begins_ms = due_ms.min(since.saturating_sub(STRETCH_MS)).max(since_ms + counted_ms);
            if begins_ms < *since {
                tell(begins_ms, *since);
            }
            since_ms = *since;
        }
        counted_ms = *length_ms;
    }
    let due_ms = since_ms + counted_ms + SILENCE_WINDOW_MS;
    if due_ms < quiet.to_ms {
        // It was never raised: somebody began to speak by then, and stopped too late for another one.
        let ends_ms = (due_ms + STRETCH_MS).max(quiet.to_ms.saturating_sub(SILENCE_WINDOW_MS));
        tell(due_ms, ends_ms.min(quiet.to_ms - 1));
    }
}
