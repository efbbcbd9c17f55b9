//! One source on both channels.

use super::*;

/// Syllables of a voice with this pitch, noisy, with pauses: crude, but with a voice's spectrum and rhythm.
fn voice(seconds: f64, pitch_hz: f64, phase: f64) -> f32 {
    let syllable = (seconds * 4.0 + phase).sin().max(0.0);
    let glide = pitch_hz * (1.0 + 0.1 * (seconds * 1.7 + phase).sin());
    let voiced: f64 =
        (1..12).map(|k| (std::f64::consts::TAU * glide * f64::from(k) * seconds).sin() / f64::from(k)).sum();
    (0.1 * syllable * voiced) as f32
}

fn agent(seconds: f64) -> f32 {
    voice(seconds, 210.0, 0.0)
}

fn customer(seconds: f64) -> f32 {
    voice(seconds, 118.0, 2.0)
}

fn turns(bench: &Bench) -> Vec<(u64, bool)> {
    let turn = |(told, event): &(u64, CaptureEvent)| match event {
        CaptureEvent::SameSource { on } => Some((*told, *on)),
        _ => None,
    };
    bench.told.iter().filter_map(turn).collect()
}

fn alarms(on_agent: fn(f64) -> f32, on_customer: fn(f64) -> f32, seconds: u64) -> Vec<(u64, bool)> {
    let mut agent = FakeDevice::new("mic", on_agent);
    agent.jitter = |n| ((n % 7) as f64 - 3.0, 0.0);
    let mut bench = Bench::two(agent, FakeDevice::new("spk", on_customer));
    bench.run_until(seconds * 1_000);
    turns(&bench)
}

#[test]
fn goes_on_when_both_carry_the_agent_and_off_again() {
    let swapped = |t| {
        if (8.0..16.0).contains(&t) { agent(t) } else { customer(t) }
    };
    let turns = alarms(agent, swapped, 30);
    assert_eq!(turns.len(), 2, "{turns:?}");
    assert!(turns[0].1 && (9_000..=11_500).contains(&turns[0].0), "{turns:?}");
    assert!(!turns[1].1 && (17_000..=20_000).contains(&turns[1].0), "{turns:?}");
}

#[test]
fn goes_on_when_the_two_recordings_lie_30_ms_apart() {
    let turns = alarms(agent, |t| agent(t - 0.03), 10);
    assert!(turns.first().is_some_and(|(_, on)| *on), "{turns:?}");
}

#[test]
fn stays_off_in_a_normal_call() {
    assert_eq!(alarms(agent, customer, 60), []);
}

#[test]
fn stays_off_on_silence() {
    assert_eq!(alarms(|_| 0.0, |_| 0.0, 10), []);
    // Noise of the converters, at −80 dBFS and the same on both.
    let hiss = |t: f64| 1e-4 * (t * 12_345.678).sin() as f32;
    assert_eq!(alarms(hiss, hiss, 10), []);
}

#[test]
fn stays_off_when_the_headset_leaks_into_the_microphone() {
    let leak = |t| 0.1 * customer(t - 0.004);
    assert_eq!(alarms(leak, customer, 20), []);
}
