//! Where sound lands: drift, jitter, holes, rates.

use super::*;

/// xorshift; the same numbers each run.
fn noise(n: u64, seed: u64) -> f64 {
    let mut x = (n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ seed;
    x ^= x >> 33;
    x = x.wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    x ^= x >> 33;
    (x >> 11) as f64 / (1u64 << 53) as f64 * 2.0 - 1.0
}

/// ±5 ms on each stamp, every 500th block 120 ms late with stamps to match, as seen on a loaded machine.
fn jitter_a(n: u64) -> (f64, f64) {
    let late = if n % 500 == 499 { 120.0 } else { 0.0 };
    (5.0 * noise(n, 11) + late, late)
}

fn jitter_b(n: u64) -> (f64, f64) {
    let late = if n % 700 == 450 { 200.0 } else { 0.0 };
    (5.0 * noise(n, 29) - late / 3.0, late)
}

/// Error of the nth timestamp and lateness of the nth block, ms.
type Jitter = fn(u64) -> (f64, f64);

fn worst_ms(clicks: &[f64]) -> f64 {
    let off = clicks.iter().map(|at| (at - at.round()).abs() * 1e3);
    off.fold(0.0, f64::max)
}

#[test]
fn drift_of_200_ppm_leaves_the_channels_within_20_ms() {
    for (agent_ppm, customer_ppm) in [(200.0, -200.0), (-200.0, 200.0), (0.0, 200.0), (-200.0, 0.0)] {
        let mut agent = FakeDevice::new("mic", clicks);
        agent.fast_ppm = agent_ppm;
        agent.jitter = jitter_a;
        let mut customer = FakeDevice::new("spk", clicks);
        customer.fast_ppm = customer_ppm;
        customer.jitter = jitter_b;
        (agent.rate_hz, customer.rate_hz) = (16_000, 44_100);
        let mut bench = Bench::two(agent, customer);
        bench.run_until(125_000);
        let found = [bench.clicks(Agent), bench.clicks(Customer)];
        let apart = found[0].iter().zip(&found[1]).map(|(a, b)| (a - b).abs() * 1e3);
        let apart_ms = apart.fold(0.0, f64::max);
        let drift = [Agent, Customer].map(|c| -bench.engine.drift_ppm(c).unwrap());
        println!(
            "injected {agent_ppm:+} and {customer_ppm:+} ppm: measured {:+.1} and {:+.1}, placed within {:.2} and {:.2} ms, apart at most {apart_ms:.2} ms",
            drift[0],
            drift[1],
            worst_ms(&found[0]),
            worst_ms(&found[1])
        );
        assert_eq!((found[0].len(), found[1].len()), (124, 124));
        assert!(apart_ms < 20.0, "{apart_ms} ms");
        assert!((drift[0] - agent_ppm).abs() < 20.0 && (drift[1] - customer_ppm).abs() < 20.0);
        assert!(bench.losses(Agent).is_empty() && bench.losses(Customer).is_empty());
    }
}

#[test]
fn a_hole_is_told_and_moves_nothing_behind_it() {
    for hole_ms in [60, 300, 450] {
        let mut agent = FakeDevice::new("mic", clicks);
        agent.hole_ms = Some((5_400, 5_400 + hole_ms));
        agent.jitter = |n| (5.0 * noise(n, 3), 0.0);
        let mut bench = Bench::two(agent, FakeDevice::new("spk", clicks));
        bench.run_until(30_000);
        assert_eq!(bench.losses(Agent), [LossReason::Hole]);
        assert!(bench.losses(Customer).is_empty());
        let clicks = bench.clicks(Agent);
        assert_eq!(clicks.len(), 29);
        assert!(worst_ms(&clicks) < 12.0, "{hole_ms} ms: {}", worst_ms(&clicks));
        let missing = bench.samples(Agent).iter().skip(16_000).filter(|s| s.is_none()).count();
        let missing_ms = missing as f64 / 16.0;
        println!(
            "hole of {hole_ms} ms: told as {missing_ms:.1} ms, clicks within {:.1} ms",
            worst_ms(&clicks)
        );
        assert!((missing_ms - hole_ms as f64).abs() < 12.0, "{missing_ms} for {hole_ms}");
    }
}

#[test]
fn late_callbacks_are_no_holes() {
    let late: [(&str, Jitter); 4] = [
        ("340 ms late, stamped when they come", |n| if n == 800 { (340.0, 340.0) } else { (0.0, 0.0) }),
        ("burst with one stamp, as ALSA's pulse plugin gives it", |n| match n {
            800..834 => (340.0 - 10.0 * (n - 800) as f64, 340.0 - 10.0 * (n - 800) as f64),
            _ => (0.0, 0.0),
        }),
        ("burst stamped early, as PulseAudio gives it", |n| match n {
            800..810 => (-10.0 * (n - 800) as f64, 100.0 - 10.0 * (n - 800) as f64),
            _ => (0.0, 0.0),
        }),
        ("late, but stamped right", |n| if n == 800 { (0.0, 340.0) } else { (0.0, 0.0) }),
    ];
    for (name, jitter) in late {
        let mut agent = FakeDevice::new("mic", clicks);
        agent.jitter = jitter;
        let mut bench = Bench::two(agent, FakeDevice::new("spk", clicks));
        bench.run_until(20_000);
        assert!(bench.breaks(Agent).is_empty(), "{name}: {:?}", bench.breaks(Agent));
        assert!(worst_ms(&bench.clicks(Agent)) < 2.0, "{name}");
    }
}

#[test]
fn every_rate_comes_out_at_16_khz_in_place_and_at_level() {
    for rate_hz in [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000] {
        let mut agent = FakeDevice::new("mic", customer_tone);
        agent.rate_hz = rate_hz;
        let mut customer = FakeDevice::new("spk", clicks);
        customer.rate_hz = rate_hz;
        let mut bench = Bench::two(agent, customer);
        bench.run_until(4_000);
        let heard: Vec<i16> = bench.samples(Agent).into_iter().flatten().collect();
        let level = strength(&heard[8_000..40_000], 300.0);
        let clicks = bench.clicks(Customer);
        println!("{rate_hz} Hz: level {level:.5} of 0.3, clicks within {:.3} ms", worst_ms(&clicks));
        assert!((level - 0.3).abs() < 0.001, "{rate_hz} Hz: {level}");
        assert!(clicks.len() == 3 && worst_ms(&clicks) < 0.2, "{rate_hz} Hz: {clicks:?}");
    }
}

#[test]
fn aliases_stay_out() {
    let mut agent = FakeDevice::new("mic", |t| tone(t, 11_000.0));
    agent.rate_hz = 48_000;
    let mut bench = Bench::two(agent, FakeDevice::new("spk", customer_tone));
    bench.run_until(3_000);
    let heard: Vec<i16> = bench.samples(Agent).into_iter().flatten().collect();
    let alias = strength(&heard[8_000..40_000], 5_000.0);
    assert!(alias < 0.3 * 1e-4, "{alias}");
}

#[test]
fn two_channels_of_one_device_stay_together() {
    let settings = "both = { device = \"id:card\", channels = { agent = 1, customer = 0 } }";
    let mut card = FakeDevice::new("card", customer_tone);
    card.sounds.push(agent_tone);
    card.fast_ppm = 150.0;
    let mut bench = Bench::new(settings, vec![card]);
    bench.run_until(5_000);
    for (channel, own_hz, other_hz) in [(Agent, 1_000.0, 300.0), (Customer, 300.0, 1_000.0)] {
        let heard: Vec<i16> = bench.samples(channel).into_iter().flatten().collect();
        assert!((strength(&heard[8_000..12_000], own_hz) - 0.3).abs() < 0.01);
        assert!(strength(&heard[8_000..12_000], other_hz) < 0.001);
    }
    assert_eq!(bench.samples(Agent).len(), bench.samples(Customer).len());
}

#[test]
fn a_loopback_that_is_idle_is_silent_and_not_lost() {
    // Sound from 3 s to 5 s; before and after, the device delivers nothing at all.
    let mut customer =
        FakeDevice::new("spk", |t| if (3.0..5.0).contains(&t) { customer_tone(t) + 1e-6 } else { 0.0 });
    customer.idle_is_silence = true;
    let mut bench = Bench::two(FakeDevice::new("mic", agent_tone), customer);
    bench.run_until(8_000);
    assert!(bench.breaks(Customer).is_empty());
    let line = bench.samples(Customer);
    assert!(line.len() > 7_500 * 16, "filled by the clock up to {}", line.len());
    let loud = |s: &Option<i16>| s.unwrap_or(0).unsigned_abs() > 1_000;
    let first_ms = line.iter().position(loud).unwrap() as f64 / 16.0;
    let last_ms = line.iter().rposition(loud).unwrap() as f64 / 16.0;
    assert!((first_ms - 3_000.0).abs() < 15.0 && (last_ms - 5_000.0).abs() < 15.0, "{first_ms} {last_ms}");
}
