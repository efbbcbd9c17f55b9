//! Two clocks that run apart, on a real sound system: ALSA devices that read FIFOs, fed too fast and too slowly.
//! `scripts/test-capture` makes them and sets `CALLCUE_TEST_FIFOS`; without it there is nothing to test on, and this passes.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "real devices run by the clock; the figures are what this is for"
)]

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Instant;

use callcue::capture::Capture;

use super::*;

/// As every device claims.
const RATE_HZ: f64 = 48_000.0;
/// Sound that is listened to.
const LENGTH: Duration = Duration::from_secs(125);
/// The goal.
const APART_MS_MAX: f64 = 20.0;

/// Each device's FIFO and by how many parts in a million it runs fast.
const DEVICES: [(Channel, &str, f64); 2] = [(Agent, "mic.fifo", 200.0), (Customer, "spk.fifo", -200.0)];

/// Both devices must be told their format: what reads a FIFO knows none.
const SETTINGS: &str = "host = \"alsa\"
    agent = { device = \"id:fifomic\", format = { rate_hz = 48000, channels = 1, sample = \"i16\" } }
    customer = { device = \"id:fifospk\", format = { rate_hz = 48000, channels = 1, sample = \"i16\" } }";

/// Feeds a device whose clock is `fast_ppm` fast, with a click at each second since `started`, until `over`.
fn feed(mut fifo: &File, fast_ppm: f64, started: Instant, over: &AtomicBool) {
    let rate_hz = RATE_HZ * (1.0 + fast_ppm * 1e-6);
    let mut frames = 0_u64;
    while !over.load(Ordering::Relaxed) {
        let due = Duration::from_secs_f64((frames + 480) as f64 / rate_hz);
        // A device delivers a block once it has been heard. Woken late, it delivers what is due at once.
        while let Some(ahead) = due.checked_sub(started.elapsed()) {
            std::thread::park_timeout(ahead);
        }
        let sample = |n: u64| (clicks(n as f64 / rate_hz) * 32_000.0) as i16;
        let block: Vec<u8> = (frames..frames + 480).flat_map(|n| sample(n).to_ne_bytes()).collect();
        fifo.write_all(&block).unwrap();
        frames += 480;
    }
}

#[test]
fn real_devices_that_drift_apart_stay_within_20_ms() {
    let Some(folder) = std::env::var_os("CALLCUE_TEST_FIFOS").map(PathBuf::from) else {
        println!("no CALLCUE_TEST_FIFOS: run scripts/test-capture");
        return;
    };
    live::undisturbed(|disturbance| compare_clicks(&folder, disturbance));
}

fn compare_clicks(folder: &Path, disturbance: &live::Disturbance) {
    // For reading too: whoever opens a FIFO must neither wait for the device nor see its end when it is opened anew.
    let fifos = DEVICES
        .map(|(_, name, _)| OpenOptions::new().read(true).write(true).open(folder.join(name)).unwrap());
    let (over, started) = (AtomicBool::new(false), Instant::now());
    let told = std::thread::scope(|scope| {
        for (fifo, (_, _, fast_ppm)) in fifos.iter().zip(DEVICES) {
            let over = &over;
            scope.spawn(move || feed(fifo, fast_ppm, started, over));
        }
        let told = listen(started);
        over.store(true, Ordering::Relaxed);
        told
    });
    told.iter().for_each(|event| disturbance.look_at(event));
    let losses = told.iter().filter(|event| matches!(event, CaptureEvent::Lost { .. })).count();
    let [agent, customer] = Channel::BOTH.map(|channel| clicks_in(&line_of(told.iter(), channel)));
    let apart_ms: Vec<f64> = agent
        .iter()
        .filter_map(|at| {
            let other = customer.iter().copied().min_by(|a, b| (a - at).abs().total_cmp(&(b - at).abs()))?;
            Some((at - other) * 1e3).filter(|apart_ms| apart_ms.abs() < 500.0)
        })
        .collect();
    let most_ms = apart_ms.iter().copied().fold(0.0, |most: f64, apart_ms| most.max(apart_ms.abs()));
    println!(
        "{:+} and {:+} ppm for {LENGTH:?}: {} clicks on both sides, apart at most {most_ms:.2} ms, at the end {:.2} ms; {losses} losses",
        DEVICES[0].2,
        DEVICES[1].2,
        apart_ms.len(),
        apart_ms.last().unwrap()
    );
    // Counted by samples, the last ones would be 49 ms apart.
    assert!(apart_ms.len() >= 115, "{} of 124 clicks", apart_ms.len());
    assert!(most_ms < APART_MS_MAX, "{apart_ms:.1?}");
}

/// What capture tells of both devices.
fn listen(started: Instant) -> Vec<CaptureEvent> {
    let settings: CaptureSettings = toml::from_str(SETTINGS).unwrap();
    let capture = Capture::start(&settings).unwrap();
    let mut told = Vec::new();
    while let Some(left) = LENGTH.checked_sub(started.elapsed()) {
        match capture.events().recv_timeout(left) {
            Ok(event) => told.push(event),
            Err(RecvTimeoutError::Timeout) => break,
            Err(error) => panic!("{error}"),
        }
    }
    told
}
