//! What the resampler promises, measured with tones: moment, length, flatness, rejection.

use callcue::capture::resample::{RATE_MAX_HZ, RATE_MIN_HZ, RateError, Resampler};
use proptest::prelude::*;
use std::f64::consts::TAU;

const RATES_HZ: [u32; 10] = [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000];

fn resample(rate_hz: u32, input: &[f32]) -> Vec<i16> {
    let mut resampler = Resampler::new(rate_hz).unwrap();
    let mut out = Vec::new();
    resampler.push_f32(input, &mut out);
    resampler.finish(&mut out);
    out
}

fn tone(rate_hz: u32, tone_hz: f64, amplitude: f64, seconds: f64) -> Vec<f32> {
    (0..(f64::from(rate_hz) * seconds) as usize)
        .map(|n| (amplitude * (TAU * tone_hz * n as f64 / f64::from(rate_hz)).sin()) as f32)
        .collect()
}

/// Amplitude (full scale 1) and phase (radians, against a sine from time 0) of one tone, by correlation over the middle.
fn measure(samples: &[i16], tone_hz: f64) -> (f64, f64) {
    let edge = 3_200;
    let middle = edge..samples.len() - edge;
    let (mut re, mut im) = (0.0, 0.0);
    for n in middle.clone() {
        let (sin, cos) = (TAU * tone_hz * n as f64 / 16_000.0).sin_cos();
        let sample = f64::from(samples[n]) / 32_768.0;
        re += sample * sin;
        im += sample * cos;
    }
    let scale = 2.0 / middle.len() as f64;
    ((re * scale).hypot(im * scale), im.atan2(re))
}

fn rms_dbfs(samples: &[i16]) -> f64 {
    let sum: f64 = samples.iter().map(|&sample| (f64::from(sample) / 32_768.0).powi(2)).sum();
    10.0 * (sum / samples.len() as f64).max(1e-12).log10()
}

#[test]
fn is_flat_and_on_time_to_7_khz() {
    let mut worst_db: f64 = 0.0;
    let mut worst_us: f64 = 0.0;
    for rate_hz in RATES_HZ {
        for tone_hz in [100.0, 440.0, 1_000.0, 3_000.0, 3_400.0, 5_000.0, 6_000.0, 7_000.0] {
            // 8 and 11.025 kHz carry nothing above 3.5 and 5 kHz.
            if tone_hz > f64::from(rate_hz) * 0.4375 {
                continue;
            }
            let out = resample(rate_hz, &tone(rate_hz, tone_hz, 0.5, 1.0));
            let (amplitude, phase) = measure(&out, tone_hz);
            let gain_db = 20.0 * (amplitude / 0.5).log10();
            let late_us = phase / (TAU * tone_hz) * 1e6;
            assert!(gain_db.abs() < 0.05, "{rate_hz} Hz: {gain_db:.3} dB at {tone_hz} Hz");
            assert!(late_us.abs() < 1.0, "{rate_hz} Hz: {late_us:.2} µs off at {tone_hz} Hz");
            worst_db = worst_db.max(gain_db.abs());
            worst_us = worst_us.max(late_us.abs());
        }
    }
    println!("worst gain error {worst_db:.4} dB, worst time error {worst_us:.3} µs");
}

#[test]
fn lets_nothing_above_9_khz_fold_back() {
    let mut worst_dbfs: f64 = -120.0;
    for rate_hz in [32_000, 44_100, 48_000, 96_000, 192_000] {
        let mut tone_hz = 9_000.0;
        while tone_hz < f64::from(rate_hz) / 2.0 {
            let out = resample(rate_hz, &tone(rate_hz, tone_hz, 0.999, 0.5));
            // The edges hold the onset of the tone, which is a real broad-band sound.
            let level_dbfs = rms_dbfs(&out[3_200..out.len() - 3_200]);
            assert!(level_dbfs < -90.0, "{rate_hz} Hz: {tone_hz} Hz comes back at {level_dbfs:.1} dBFS");
            worst_dbfs = worst_dbfs.max(level_dbfs);
            tone_hz += 1_487.0;
        }
    }
    println!("worst alias {worst_dbfs:.1} dBFS");
}

#[test]
fn an_impulse_stays_where_it_was() {
    for rate_hz in RATES_HZ {
        let mut input = vec![0.0; rate_hz as usize];
        // 0.5 s is a whole sample at every rate here but 11 025 Hz, where it lies half a sample on.
        input[rate_hz as usize / 2] = 1.0;
        let out = resample(rate_hz, &input);
        let peak = (0..out.len()).max_by_key(|&n| out[n].unsigned_abs()).unwrap();
        assert!((7_999..=8_000).contains(&peak), "{rate_hz} Hz: peak at {peak}");
    }
}

#[test]
fn sixteen_khz_passes_bit_for_bit() {
    let input: Vec<i16> = (i16::MIN..=i16::MAX).collect();
    let mut resampler = Resampler::new(16_000).unwrap();
    let mut out = Vec::new();
    resampler.push_i16(&input, &mut out);
    resampler.finish(&mut out);
    assert_eq!(out, input);
    let as_f32: Vec<f32> = input.iter().map(|&sample| f32::from(sample) / 32_768.0).collect();
    assert_eq!(resample(16_000, &as_f32), input);
    assert_eq!(resampler.latency_ms(), 0);
}

#[test]
fn full_scale_clips_and_never_wraps() {
    let square: Vec<f32> = (0..48_000).map(|n| if n / 50 % 2 == 0 { 4.0 } else { -4.0 }).collect();
    let out = resample(48_000, &square);
    assert_eq!((out.iter().min(), out.iter().max()), (Some(&i16::MIN), Some(&i16::MAX)));
    assert!(out[25..31].iter().all(|&sample| sample != 0), "no sign of a wrap in {:?}", &out[25..31]);
}

#[test]
fn a_nan_does_not_spread() {
    let mut input = tone(48_000, 440.0, 0.5, 1.0);
    let clean = resample(48_000, &input);
    input[24_000] = f32::NAN;
    input[24_001] = f32::INFINITY;
    let out = resample(48_000, &input);
    assert_eq!(out[..7_000], clean[..7_000]);
    assert_eq!(out[9_000..], clean[9_000..]);
}

#[test]
fn a_finished_resampler_starts_afresh() {
    let input = tone(44_100, 700.0, 0.3, 0.21);
    let mut resampler = Resampler::new(44_100).unwrap();
    let (mut first, mut second) = (Vec::new(), Vec::new());
    resampler.push_f32(&input, &mut first);
    resampler.finish(&mut first);
    resampler.push_f32(&input, &mut second);
    resampler.finish(&mut second);
    assert_eq!(first, second);
}

#[test]
fn latency_is_what_it_says() {
    for rate_hz in RATES_HZ {
        let mut resampler = Resampler::new(rate_hz).unwrap();
        let mut out = Vec::new();
        let mut worst_ms: f64 = 0.0;
        for n in 1..=rate_hz {
            resampler.push_f32(&[0.1], &mut out);
            worst_ms = worst_ms.max(f64::from(n) * 1e3 / f64::from(rate_hz) - out.len() as f64 / 16.0);
        }
        assert!(worst_ms <= f64::from(resampler.latency_ms()), "{rate_hz} Hz: {worst_ms} ms");
        println!("{rate_hz} Hz: {worst_ms:.1} ms");
    }
}

#[test]
fn rates_out_of_range_are_refused() {
    for rate_hz in [0, 1, RATE_MIN_HZ - 1, RATE_MAX_HZ + 1, u32::MAX] {
        assert_eq!(Resampler::new(rate_hz).unwrap_err(), RateError { rate_hz });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn length_is_exact_and_blocks_do_not_matter(
        rate_hz in prop_oneof![9 => proptest::sample::select(&RATES_HZ[..]), 1 => 4_000_u32..50_000],
        length in 0_usize..5_000,
        cuts in proptest::collection::vec(1_usize..2_000, 1..20),
    ) {
        let input: Vec<i16> = (0..length).map(|n| ((n * n * 7_919) % 40_009) as i16).collect();
        let mut whole = Vec::new();
        let mut resampler = Resampler::new(rate_hz).unwrap();
        resampler.push_i16(&input, &mut whole);
        resampler.finish(&mut whole);
        prop_assert_eq!(whole.len(), (length as f64 * 16_000.0 / f64::from(rate_hz)).round() as usize);
        let mut parts = Vec::new();
        let mut rest = &input[..];
        for cut in cuts.iter().cycle() {
            let (block, after) = rest.split_at(rest.len().min(*cut));
            resampler.push_i16(block, &mut parts);
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        resampler.finish(&mut parts);
        prop_assert_eq!(parts, whole);
    }
}

#[test]
fn numbers_beyond_all_sound_are_clipped() {
    let mut resampler = Resampler::new(48_000).unwrap();
    let mut out = Vec::new();
    let mut input = vec![0.1_f32; 48_000];
    for (place, wild) in
        [(100, f32::MAX), (200, f32::MIN), (300, f32::NAN), (400, f32::INFINITY), (500, 1e30)]
    {
        input[place] = wild;
    }
    resampler.push_f32(&input, &mut out);
    resampler.finish(&mut out);
    assert_eq!(out.len(), 16_000);
    assert!((out[8_000] - 3_277).abs() <= 2, "half a second later the sound is as it was: {}", out[8_000]);
}
