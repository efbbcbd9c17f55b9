//! What each ear costs for 10 ms of one channel.
#![allow(missing_docs, reason = "a bench is run, not linked to")]

use callcue::segment::{FRAME_SAMPLES, SpeechDetector};
use callcue::vad::{EarshotDetector, TwoEars, WebrtcDetector, WebrtcMode};
use divan::Bencher;
use divan::counter::ItemsCount;

/// Frames in one turn of a bench: 1 s.
const FRAMES: usize = 100;

fn main() {
    divan::main();
}

/// One second that keeps every part busy: a tone that comes and goes over hiss.
fn second() -> Vec<[i16; FRAME_SAMPLES]> {
    let mut state = 1_u32;
    let mut sample = |n: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let hiss = (state >> 24) as f32 - 128.0;
        let swell = (n as f32 / 1_600.0).sin().max(0.0);
        (hiss + 6_000.0 * swell * (n as f32 * 0.09).sin()) as i16
    };
    (0..FRAMES).map(|frame| std::array::from_fn(|n| sample(frame * FRAME_SAMPLES + n))).collect()
}

fn listen<D: SpeechDetector>(bencher: Bencher, mut detector: D) {
    let second = second();
    bencher
        .counter(ItemsCount::new(FRAMES))
        .bench_local(|| second.iter().map(|frame| detector.hear(frame)).sum::<f32>());
}

#[divan::bench]
fn webrtc_alone(bencher: Bencher) {
    listen(bencher, WebrtcDetector::new(WebrtcMode::VeryAggressive));
}

#[divan::bench]
fn earshot_alone(bencher: Bencher) {
    listen(bencher, EarshotDetector::new());
}

#[divan::bench]
fn two_ears(bencher: Bencher) {
    listen(bencher, TwoEars::new());
}
