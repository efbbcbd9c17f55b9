//! Seeded noise: pink, white, hum, and the clicks of a keyboard. Sample values are f32, full scale 1.0.

/// SplitMix64: small, seeded, the same on every machine.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in `from..to`.
    pub(crate) fn within(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in `0..count`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    fn sample(&mut self) -> f32 {
        self.within(-1.0, 1.0) as f32
    }
}

/// Uniform white noise scaled to an RMS of `rms`.
pub(crate) fn white(random: &mut Random, samples: usize, rms: f32) -> Vec<f32> {
    scaled_to(rms, (0..samples).map(|_| random.sample()).collect())
}

/// Pink noise (−3 dB an octave, by Paul Kellet's filter) scaled to an RMS of `rms`.
pub(crate) fn pink(random: &mut Random, samples: usize, rms: f32) -> Vec<f32> {
    const POLES: [(f32, f32); 6] = [
        (0.99886, 0.055_517_9),
        (0.99332, 0.075_075_9),
        (0.96900, 0.153_852),
        (0.86650, 0.310_485_6),
        (0.55000, 0.532_952_2),
        (-0.7616, -0.016_898),
    ];
    let mut state = [0.0_f32; POLES.len()];
    let mut delayed = 0.0;
    let noise = (0..samples)
        .map(|_| {
            let white = random.sample();
            for (state, (pole, gain)) in state.iter_mut().zip(POLES) {
                *state = pole * *state + gain * white;
            }
            let pink = state.iter().sum::<f32>() + delayed + white * 0.5362;
            delayed = white * 0.115_926;
            pink
        })
        .collect();
    scaled_to(rms, noise)
}

/// Mains hum: 50 Hz and its odd harmonics up to 950 Hz, scaled to an RMS of `rms`.
pub(crate) fn hum(samples: usize, rms: f32) -> Vec<f32> {
    let hum = (0..samples)
        .map(|n| {
            let seconds = n as f32 / 16_000.0;
            (1..20)
                .step_by(2)
                .map(|k| (std::f32::consts::TAU * 50.0 * k as f32 * seconds).sin() / k as f32)
                .sum()
        })
        .collect();
    scaled_to(rms, hum)
}

/// A sung "a": the harmonics of `pitch_hz` under three formants, scaled to an RMS of `rms`, faded over 20 ms at both ends.
pub(crate) fn vowel(pitch_hz: f32, samples: usize, rms: f32) -> Vec<f32> {
    const FORMANTS_HZ: [(f32, f32); 3] = [(800.0, 1.0), (1_250.0, 0.5), (2_600.0, 0.2)];
    let weight = |hz: f32| -> f32 {
        let nearness = |&(formant_hz, gain): &(f32, f32)| gain / (1.0 + ((hz - formant_hz) / 90.0).powi(2));
        FORMANTS_HZ.iter().map(nearness).sum()
    };
    let harmonics: Vec<(f32, f32)> = (1..=(4_000.0 / pitch_hz) as usize)
        .map(|k| (k as f32 * pitch_hz, weight(k as f32 * pitch_hz)))
        .collect();
    let vowel = (0..samples)
        .map(|n| {
            let fade = (n.min(samples - n) as f32 / 320.0).min(1.0);
            let seconds = n as f32 / 16_000.0;
            let voice = |&(hz, gain): &(f32, f32)| gain * (std::f32::consts::TAU * hz * seconds).sin();
            fade * harmonics.iter().map(voice).sum::<f32>()
        })
        .collect();
    scaled_to(rms, vowel)
}

/// Keys being typed in fits of 1 to 4 s: 3 to 8 keys a second, each a press and a weaker release, peaks −32 to −14 dBFS.
pub(crate) fn key_clicks(random: &mut Random, samples: usize) -> Vec<f32> {
    let mut out = vec![0.0; samples];
    let mut at_s = random.within(0.2, 1.5);
    let length_s = samples as f64 / 16_000.0;
    while at_s < length_s {
        let fit_ends_s = at_s + random.within(1.0, 4.0);
        while at_s < fit_ends_s {
            let peak = 10_f64.powf(random.within(-32.0, -14.0) / 20.0) as f32;
            let held_s = random.within(0.05, 0.12);
            click(random, &mut out, at_s, peak);
            click(random, &mut out, at_s + held_s, peak * 0.4);
            at_s += 1.0 / random.within(3.0, 8.0);
        }
        at_s += random.within(1.0, 4.0);
    }
    out
}

/// One blow on plastic: a burst of noise that dies within about 20 ms, and the short thump of the desk below it.
fn click(random: &mut Random, out: &mut [f32], at_s: f64, peak: f32) {
    let start = (at_s * 16_000.0) as usize;
    let decay = random.within(30.0, 90.0) as f32;
    let thump_hz = random.within(120.0, 300.0) as f32;
    let mut before = 0.0;
    for (n, sample) in out.iter_mut().skip(start).take(640).enumerate() {
        let white = random.sample();
        let bright = 0.7 * (white - before);
        before = white;
        let n = n as f32;
        let thump = (std::f32::consts::TAU * thump_hz * n / 16_000.0).sin() * (-n / 100.0).exp();
        *sample += peak * (bright * (-n / decay).exp() + 0.3 * thump);
    }
}

/// Root of the mean square; 0 for no samples.
pub(crate) fn rms(samples: &[f32]) -> f32 {
    let sum: f64 = samples.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
    (sum / samples.len().max(1) as f64).sqrt() as f32
}

/// `dbfs` as an RMS, full scale 1.0.
pub(crate) fn amplitude(dbfs: f32) -> f32 {
    10_f32.powf(dbfs / 20.0)
}

/// As 16-bit samples, clipped.
pub(crate) fn to_i16(samples: &[f32]) -> Vec<i16> {
    samples.iter().map(|&x| (x * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16).collect()
}

/// `samples`, louder or quieter by a factor, so that their RMS is `wanted`.
pub(crate) fn scaled_to(wanted: f32, mut samples: Vec<f32>) -> Vec<f32> {
    let factor = wanted / rms(&samples).max(f32::MIN_POSITIVE);
    for sample in &mut samples {
        *sample *= factor;
    }
    samples
}
