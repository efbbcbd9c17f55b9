//! What the whole silence path costs: both ears, segmenter, silence clock; items are 10 ms of one channel.
#![allow(missing_docs, reason = "a bench is run, not linked to")]

use callcue::call::{CallTime, Channel};
use callcue::segment::{FRAME_SAMPLES, Heard, Segmenter, SilenceClock};
use callcue::vad::TwoEars;
use divan::Bencher;
use divan::counter::ItemsCount;

/// Frames of each channel in one turn of the bench: 1 s.
const FRAMES: usize = 100;

fn main() {
    divan::main();
}

/// One second of a tone that comes and goes over hiss.
fn second() -> Vec<i16> {
    let mut state = 1_u32;
    (0..FRAMES * FRAME_SAMPLES)
        .map(|n| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let hiss = (state >> 24) as f32 - 128.0;
            let swell = (n as f32 / 1_600.0).sin().max(0.0);
            (hiss + 6_000.0 * swell * (n as f32 * 0.09).sin()) as i16
        })
        .collect()
}

#[divan::bench]
fn silence_path(bencher: Bencher) {
    let second = second();
    let mut segmenter = Segmenter::new(|_| TwoEars::new());
    let mut clock = SilenceClock::new();
    let mut now = CallTime::START;
    bencher.counter(ItemsCount::new(2 * FRAMES)).bench_local(|| {
        let mut windows = 0;
        for block in second.chunks(2 * FRAME_SAMPLES) {
            for channel in Channel::BOTH {
                segmenter.push(channel, now, block);
            }
            now = now.plus_samples(block.len() as u64);
            while let Some(heard) = segmenter.poll() {
                windows += clock.advance(heard.at()).count();
                match heard {
                    Heard::SpeechStarted { channel, at } => clock.speech_started(channel, at),
                    Heard::SpeechEnded { channel, at, .. } => clock.speech_ended(channel, at),
                    Heard::NoiseFloor { .. } => {}
                }
            }
        }
        windows
    });
}
