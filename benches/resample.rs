//! One second of one channel to 16 kHz.
//!
//! The peer is bare decimation (every third sample, no filter): the cost of touching the samples, below which nothing
//! that filters can come.

use callcue::capture::resample::Resampler;
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

#[divan::bench(args = [8_000, 44_100, 48_000, 96_000, 192_000])]
fn resample_1_s(bencher: Bencher<'_, '_>, rate_hz: u32) {
    let input = noise(rate_hz);
    bencher
        .with_inputs(|| (Resampler::new(rate_hz).expect("a rate in range"), Vec::with_capacity(32_000)))
        .bench_values(|(mut resampler, mut out)| {
            for block in input.chunks(rate_hz as usize / 100) {
                resampler.push_f32(black_box(block), &mut out);
            }
            resampler.finish(&mut out);
            out
        });
}

#[divan::bench]
fn decimate_without_filter_48_000_1_s(bencher: Bencher<'_, '_>) {
    let input = noise(48_000);
    bencher.with_inputs(|| Vec::<i16>::with_capacity(32_000)).bench_values(|mut out| {
        for block in input.chunks(480) {
            out.extend(black_box(block).iter().step_by(3).map(|&sample| (sample * 32_768.0).round() as i16));
        }
        out
    });
}

/// White noise from a fixed linear congruential generator: nothing in it is easy to predict.
fn noise(length: u32) -> Vec<f32> {
    let mut state = 1_u32;
    (0..length)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 16_777_216.0 - 0.5
        })
        .collect()
}
