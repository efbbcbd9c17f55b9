//! The ear on one seeded call in all conditions. `scripts/silence-table` measures more calls, and other ears beside it.

use callcue::call::{CallTime, Channel, PerChannel};
use callcue::segment::{Heard, Segmenter};
use callcue::vad::TwoEars;

use crate::support::noise::{self, Random};
use crate::support::silence_score::{SilenceScore, windows_heard};
use crate::support::silence_set::{Condition, DUE_GAPS, NEAR_MISSES, SilenceSet};

/// A call whose voices and sentences had no part in tuning the ear.
const SEED: u64 = 104;

#[test]
fn every_silence_is_found_and_none_invented_in_all_conditions() {
    let set = SilenceSet::make(SEED);
    assert_eq!(set.gaps.len(), DUE_GAPS + NEAR_MISSES);
    std::thread::scope(|scope| {
        for condition in Condition::ALL {
            let set = &set;
            scope.spawn(move || {
                let score = SilenceScore::of(set, windows_heard(&set.render(condition), |_| TwoEars::new()));
                let about = format!("seed {SEED}, {condition}: {score:?}");
                assert!(score.due >= DUE_GAPS, "{about}");
                assert!(score.missed.is_empty(), "missed; {about}");
                assert!(score.raised_falsely.is_empty(), "false; {about}");
                assert!(score.worst_ms() <= 60.0, "off by more than 60 ms; {about}");
                let is_quiet = matches!(condition, Condition::Clean | Condition::Pink(20));
                assert!(!is_quiet || score.median_ms() <= 30.0, "off by more than 30 ms; {about}");
            });
        }
    });
}

/// What the ear hears on the customer's side while the agent's is silent.
fn hear_customer(samples: Vec<i16>) -> Vec<Heard> {
    let mut segmenter = Segmenter::new(|_| TwoEars::new());
    let end = CallTime::from_samples(samples.len() as u64);
    let tracks = PerChannel::from_fn(|channel| match channel {
        Channel::Agent => vec![0; samples.len()],
        Channel::Customer => samples.clone(),
    });
    for channel in Channel::BOTH {
        segmenter.push(channel, CallTime::START, &tracks[channel]);
    }
    segmenter.end(end);
    let of_customer = |heard: &Heard| {
        matches!(
            heard,
            Heard::SpeechStarted { channel: Channel::Customer, .. }
                | Heard::SpeechEnded { channel: Channel::Customer, .. }
                | Heard::NoiseFloor { channel: Channel::Customer, .. }
        )
    };
    std::iter::from_fn(|| segmenter.poll()).filter(of_customer).collect()
}

fn starts(heard: &[Heard]) -> usize {
    heard.iter().filter(|heard| matches!(heard, Heard::SpeechStarted { .. })).count()
}

#[test]
fn noises_are_no_speech_and_have_a_floor() {
    let samples = 12 * 16_000;
    let rms = noise::amplitude(-30.0);
    let mut random = Random::new(7);
    let noises = [
        ("white", noise::white(&mut random, samples, rms)),
        ("pink", noise::pink(&mut random, samples, rms)),
        ("hum", noise::hum(samples, rms)),
    ];
    for (name, noise) in noises {
        let heard = hear_customer(noise::to_i16(&noise));
        assert_eq!(starts(&heard), 0, "{name} noise was taken for speech: {heard:?}");
        let floors: Vec<f32> = heard
            .iter()
            .filter_map(|heard| match heard {
                Heard::NoiseFloor { level_dbfs, .. } => Some(*level_dbfs),
                _ => None,
            })
            .collect();
        assert!(floors.len() >= 8, "about one a second, not {} of {name} noise", floors.len());
        assert!(floors.iter().all(|floor| (floor + 30.0).abs() < 1.0), "{name}: {floors:?}");
    }
}

#[test]
fn keys_alone_are_no_speech_even_before_anything_is_known_of_the_line() {
    for seed in 1..=4 {
        let keys = noise::key_clicks(&mut Random::new(seed), 20 * 16_000);
        let heard = hear_customer(noise::to_i16(&keys));
        assert_eq!(starts(&heard), 0, "seed {seed}: {heard:?}");
    }
}

#[test]
fn a_faint_voice_on_a_quiet_line_is_speech_of_its_own_level() {
    let speech = SilenceSet::make(5).speech_of(Channel::Customer, 4);
    for level_dbfs in [-40.0, -50.0] {
        let mut random = Random::new(3);
        let mut track = noise::pink(&mut random, speech.len() + 32_000, noise::amplitude(-75.0));
        let speech = noise::scaled_to(noise::amplitude(level_dbfs), speech.clone());
        for (sample, voice) in track[16_000..].iter_mut().zip(speech) {
            *sample += voice;
        }
        let heard = hear_customer(noise::to_i16(&track));
        assert!(starts(&heard) >= 1, "{level_dbfs} dBFS: {heard:?}");
        for heard in heard {
            if let Heard::SpeechEnded { level_dbfs: heard_dbfs, .. } = heard {
                assert!((heard_dbfs - level_dbfs).abs() < 5.0, "{level_dbfs} dBFS was heard as {heard_dbfs}");
            }
        }
    }
}
