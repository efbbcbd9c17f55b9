//! One call from its audio: sound, gaps and what else happens, put into one order.

use std::sync::Arc;

use callcue::call::{CallTime, Channel, EndedBy, EventKind};
use callcue::listen::CallListener;
use callcue::monitor::Input;
use callcue::vad::ScriptedDetector;

use crate::support::engine::{ASSESSMENT, SCRIPT};

const LOUD: [i16; 160] = [3_000; 160];

fn listener() -> CallListener<ScriptedDetector> {
    let started = Input::CallStarted { agent: "1024".into(), ring_ms: None, customer: None };
    CallListener::new(Arc::clone(&SCRIPT), Arc::clone(&ASSESSMENT), |_| ScriptedDetector, 1_000, started)
}

/// Gives `listener` as many frames of `channel` as lie between both moments; returns where they end.
fn frames(
    listener: &mut CallListener<ScriptedDetector>,
    channel: Channel,
    (from_ms, to_ms): (u64, u64),
    offset: u64,
    frame: &[i16; 160],
) -> CallTime {
    let mut at = CallTime::from_millis(from_ms).plus_samples(offset);
    for _ in 0..(to_ms - from_ms) / 10 {
        listener.audio(channel, at, frame);
        at = at.plus_samples(160);
    }
    at
}

/// `(since_ms, length_ms)` of the silence windows so far.
fn silences(listener: &mut CallListener<ScriptedDetector>) -> Vec<(u64, u64)> {
    std::iter::from_fn(|| listener.poll_event())
        .filter_map(|event| match event.kind {
            EventKind::Silence { since_ms, length_ms } => Some((since_ms, length_ms)),
            _ => None,
        })
        .collect()
}

#[test]
fn speech_that_goes_on_after_a_gap_is_heard_however_late_the_other_side_is() {
    // The gap ends within a frame of the other side, as gaps do; and may be no longer than the time it took to tell.
    for gap_samples in [0, 35, 500] {
        let mut listener = listener();
        frames(&mut listener, Channel::Agent, (0, 500), 0, &[0; 160]);
        let lost = frames(&mut listener, Channel::Agent, (500, 2_000), 0, &LOUD);
        listener.lost(Channel::Agent, lost);
        listener.back(Channel::Agent, lost.plus_samples(gap_samples));
        frames(&mut listener, Channel::Agent, (2_000, 5_500), gap_samples, &LOUD);
        frames(&mut listener, Channel::Agent, (5_500, 9_000), gap_samples, &[0; 160]);
        frames(&mut listener, Channel::Customer, (0, 9_000), 0, &[0; 160]);
        let since_ms = CallTime::from_millis(5_500).plus_samples(gap_samples).as_millis();
        assert_eq!(silences(&mut listener), [(since_ms, 3_000)], "gap of {gap_samples} samples");
        listener.end(EndedBy::Unknown);
    }
}
