//! On a real sound server with virtual devices. `scripts/test-capture` starts one and sets `CALLCUE_TEST_PULSE`;
//! without it there is nothing to test on, and these pass.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "real devices run by the clock; the figures are what this is for"
)]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use callcue::capture::asrc::AdjustableResampler;
use callcue::capture::{
    Answer, AudioHost, Capture, CpalHost, LineTime, OpenStream, SampleFormat, list_devices,
};

use super::*;

const SETTINGS: &str = "host = \"pulseaudio\"
    agent.device = \"id:headset_mic.monitor\"
    customer.device = \"id:pulseaudio:headset_spk.monitor\"";

fn settings() -> CaptureSettings {
    toml::from_str(SETTINGS).unwrap()
}

/// The folder for this run; `None` without a server.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("CALLCUE_TEST_PULSE").map(PathBuf::from);
    let _ = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_env("CALLCUE_LOG"))
        .with_test_writer()
        .try_init();
    if folder.is_none() {
        println!("no CALLCUE_TEST_PULSE: run scripts/test-capture");
    }
    folder
}

/// Runs of a test until one shows something.
const RUNS_MAX: u32 = 4;
/// A thread that wakes so late is on a machine that has no time for sound either; the server's own ticks are 10 ms.
const STALL: Duration = Duration::from_millis(40);

/// What the machine did to a run: then the run proves nothing.
#[derive(Default)]
pub(super) struct Disturbance {
    stalled_ms: AtomicU64,
    lost_sound: AtomicBool,
    over: AtomicBool,
}

impl Disturbance {
    /// Sleeps and looks how late it wakes, until the run is over.
    fn watch(&self) {
        let nap = Duration::from_millis(5);
        while !self.over.load(Ordering::Relaxed) {
            let began = Instant::now();
            std::thread::park_timeout(nap);
            let late = began.elapsed().saturating_sub(nap);
            self.stalled_ms.fetch_max(late.as_millis() as u64, Ordering::Relaxed);
        }
    }

    /// Notes sound that the machine lost.
    pub(super) fn look_at(&self, event: &CaptureEvent) {
        let machine = [LossReason::Hole, LossReason::Overrun, LossReason::Stalled];
        if matches!(event, CaptureEvent::Lost { reason, .. } if machine.contains(reason)) {
            self.lost_sound.store(true, Ordering::Relaxed);
        }
    }

    fn stalled(&self) -> Duration {
        Duration::from_millis(self.stalled_ms.load(Ordering::Relaxed))
    }
}

/// Runs `test`. Where it fails although the machine stood still or lost sound, it is run again: the failure is the machine's.
/// A failure on a machine with time to spare, or in every run, stands.
pub(super) fn undisturbed(test: impl Fn(&Disturbance)) {
    for run in 1..=RUNS_MAX {
        let disturbance = Disturbance::default();
        let outcome = std::thread::scope(|scope| {
            scope.spawn(|| disturbance.watch());
            let outcome = catch_unwind(AssertUnwindSafe(|| test(&disturbance)));
            disturbance.over.store(true, Ordering::Relaxed);
            outcome
        });
        let lost_sound = disturbance.lost_sound.load(Ordering::Relaxed);
        let stalled = disturbance.stalled();
        println!("run {run}: the machine stood still for {stalled:?} at most, lost sound: {lost_sound}");
        match outcome {
            Ok(()) => return,
            Err(panic) if run == RUNS_MAX || !(lost_sound || stalled > STALL) => resume_unwind(panic),
            Err(_) => println!("run {run} of {RUNS_MAX} proves nothing"),
        }
    }
}

fn pactl(arguments: &[&str]) -> String {
    let output = Command::new("pactl").args(arguments).output().unwrap();
    assert!(output.status.success(), "pactl {arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn module_of(sink: &str) -> String {
    let modules = pactl(&["list", "short", "modules"]);
    let wanted = format!("sink_name={sink} ");
    let line = modules.lines().find(|line| format!("{line} ").contains(&wanted));
    line.unwrap().split_whitespace().next().unwrap().to_owned()
}

fn load_spk() {
    pactl(&["load-module", "module-null-sink", "sink_name=headset_spk", "rate=48000", "channels=2"]);
}

/// Speech at 48 kHz, mono; straight lines between espeak's samples will do, it is the reference itself.
fn speech(folder: &Path, name: &str, voice: &str, text: &str) -> Vec<i16> {
    let path = folder.join(format!("{name}-espeak.wav"));
    let status =
        Command::new("espeak-ng").args(["-v", voice, "-w", path.to_str().unwrap(), text]).status().unwrap();
    assert!(status.success());
    let mut wav = hound::WavReader::open(&path).unwrap();
    let step = f64::from(wav.spec().sample_rate) / 48_000.0;
    let raw: Vec<f64> = wav.samples::<i16>().map(|s| f64::from(s.unwrap())).collect();
    (0..((raw.len() - 1) as f64 / step) as usize)
        .map(|n| {
            let at = n as f64 * step;
            let (index, part) = (at as usize, at.fract());
            (raw[index] * (1.0 - part) + raw[index + 1] * part) as i16
        })
        .collect()
}

/// Plays until it is dropped, or to the end.
struct Player(Child);

impl Player {
    fn is_playing(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        // It may have come to its end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn play(folder: &Path, sink: &str, samples: &[i16], channels: u16) -> Player {
    let path = folder.join(format!("{sink}.wav"));
    let spec = hound::WavSpec {
        channels,
        sample_rate: 48_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut wav = hound::WavWriter::create(&path, spec).unwrap();
    for &sample in samples {
        for _ in 0..channels {
            wav.write_sample(sample).unwrap();
        }
    }
    wav.finalize().unwrap();
    let arguments = ["--latency-msec=200", "-d", sink, path.to_str().unwrap()];
    // Ahead of other work where the system allows it; else `nice` says so and plays all the same.
    Player(Command::new("nice").args(["-n", "-10", "paplay"]).args(arguments).spawn().unwrap())
}

fn both(folder: &Path) -> [Vec<i16>; 2] {
    [
        speech(
            folder,
            "agent",
            "cmn",
            "您好，中铁物流集团一零二四号为您服务，请问有什么可以帮您？请您稍等，我马上为您查询一下这个单号。",
        ),
        speech(
            folder,
            "customer",
            "cmn+f3",
            "你好，我想查一个快递，昨天就应该到了，可是到现在还没有收到，请帮我看看到底在哪里。",
        ),
    ]
}

fn to_16k(samples: &[i16]) -> Vec<f64> {
    let mut resampler = AdjustableResampler::new(48_000, 1).unwrap();
    let mut out = vec![Vec::new()];
    let frames = samples.iter().map(|&s| f32::from(s) / 32_768.0).collect();
    resampler.push(&[frames], &mut out);
    resampler.flush(&mut out);
    out.remove(0).into_iter().map(f64::from).collect()
}

fn ncc(a: &[f64], b: &[f64]) -> f64 {
    let dot: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
    let energy = |x: &[f64]| x.iter().map(|v| v * v).sum::<f64>();
    dot / (energy(a) * energy(b)).sqrt().max(1.0)
}

/// Best correlation of `piece` in `line`, at every `step`th place of `from..to`, and where.
fn best(piece: &[f64], line: &[f64], (from, to): (usize, usize), step: usize) -> (f64, usize) {
    let to = to.min(line.len().saturating_sub(piece.len()));
    (from..to)
        .step_by(step)
        .map(|at| (ncc(piece, &line[at..at + piece.len()]), at))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .unwrap_or((0.0, from))
}

/// `samples`, later by `fraction` of a sample: the 16 kHz grid of a capture falls anywhere.
fn delayed(samples: &[f64], fraction: f64) -> Vec<f64> {
    const HALF: isize = 32;
    let taps: Vec<f64> = (-HALF..=HALF)
        .map(|n| {
            let at = n as f64 - fraction;
            let sinc =
                if at == 0.0 { 1.0 } else { (std::f64::consts::PI * at).sin() / (std::f64::consts::PI * at) };
            sinc * (0.5 + 0.5 * (std::f64::consts::PI * at / (HALF + 1) as f64).cos())
        })
        .collect();
    (0..samples.len() as isize)
        .map(|n| {
            let taps = taps.iter().zip(-HALF..);
            taps.map(|(tap, k)| tap * samples.get((n - k) as usize).copied().unwrap_or(0.0)).sum()
        })
        .collect()
}

/// How well `piece` is found, over the places of `range` and sixteenths between them; and the place.
fn best_finely(piece: &[f64], line: &[f64], range: (usize, usize)) -> (f64, f64) {
    let (_, at) = best(piece, line, range, 1);
    (-8..=8)
        .map(|n| {
            let fraction = f64::from(n) / 16.0;
            // The ends of a delayed piece lack their neighbours.
            let delayed = delayed(piece, fraction);
            let span = 32..piece.len() - 32;
            (ncc(&delayed[span.clone()], &line[at..at + piece.len()][span]), at as f64 + fraction)
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .unwrap()
}

/// Capture that runs, and what it told.
struct Live<'a> {
    capture: Capture,
    told: Vec<(Duration, CaptureEvent)>,
    disturbance: &'a Disturbance,
}

impl<'a> Live<'a> {
    fn start(disturbance: &'a Disturbance) -> Self {
        let mut live = Self { capture: Capture::start(&settings()).unwrap(), told: Vec::new(), disturbance };
        for channel in Channel::BOTH {
            live.until(20, |event| is_audio(event, channel));
        }
        live
    }

    fn take(&mut self, event: CaptureEvent) {
        self.disturbance.look_at(&event);
        self.told.push((self.now(), event));
    }

    fn now(&self) -> Duration {
        self.capture.started().elapsed()
    }

    /// Listens until `wanted` comes; panics after `seconds`.
    fn until(&mut self, seconds: u64, wanted: impl Fn(&CaptureEvent) -> bool) -> Duration {
        let end = Instant::now() + Duration::from_secs(seconds);
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.capture.events().recv_timeout(left) {
                Ok(event) => {
                    let found = wanted(&event);
                    self.take(event);
                    if found {
                        return self.now();
                    }
                }
                Err(error) => panic!("{error} after {seconds} s; breaks: {:?}", self.breaks()),
            }
        }
    }

    fn listen(&mut self, length: Duration) {
        let end = Instant::now() + length;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.capture.events().recv_timeout(left) {
                Ok(event) => self.take(event),
                Err(RecvTimeoutError::Timeout) => return,
                Err(error) => panic!("{error}"),
            }
        }
    }

    fn breaks(&self) -> Vec<&(Duration, CaptureEvent)> {
        let audio = |event: &CaptureEvent| matches!(event, CaptureEvent::Audio { .. });
        self.told.iter().filter(|(_, event)| !audio(event)).collect()
    }

    /// From the end of the customer's sound when its device went, to its start when it came back.
    fn customer_gap_ms(&self) -> (u64, u64) {
        let told = self.breaks();
        let removed = |event: &CaptureEvent| match event {
            CaptureEvent::Lost { channel: Customer, at, reason: LossReason::Removed } => Some(at.as_millis()),
            _ => None,
        };
        let back = |event: &CaptureEvent| match event {
            CaptureEvent::Back { channel: Customer, at } => Some(at.as_millis()),
            _ => None,
        };
        let index = told.iter().position(|(_, event)| removed(event).is_some()).unwrap();
        let back_at = told[index..].iter().find_map(|(_, event)| back(event));
        (removed(&told[index].1).unwrap(), back_at.unwrap())
    }

    fn line(&self, channel: Channel) -> Vec<f64> {
        let mut line = Vec::new();
        for (_, event) in &self.told {
            if let CaptureEvent::Audio { channel: of, at, samples } = event
                && *of == channel
            {
                line.resize(at.as_samples() as usize, 0.0);
                line.extend(samples.iter().copied().map(f64::from));
            }
        }
        line
    }
}

fn is_audio(event: &CaptureEvent, channel: Channel) -> bool {
    matches!(event, CaptureEvent::Audio { channel: of, .. } if *of == channel)
}

#[test]
fn devices_are_listed_and_the_configured_ones_marked() {
    if folder().is_none() {
        return;
    }
    let began = Instant::now();
    let listing = list_devices(&settings()).unwrap();
    println!("list_devices: {:?}\n{}", began.elapsed(), callcue::cli::devices::table(&listing));
    assert!(listing.missing.is_empty(), "{:?}", listing.missing);
    let spk = listing.devices.iter().find(|d| d.id.ends_with("headset_spk.monitor")).unwrap();
    assert_eq!(spk.taken_for, ["customer"]);
    assert_eq!((spk.rate_hz, spk.channels, spk.sample), (Some(48_000), Some(2), Some(SampleFormat::I16)));
    let began = Instant::now();
    let alsa: CaptureSettings = toml::from_str("host = \"alsa\"").unwrap();
    let listing = list_devices(&alsa).unwrap();
    println!("list_devices on ALSA: {:?}, {} devices", began.elapsed(), listing.devices.len());
}

/// Both devices, opened without the engine.
fn open_both(host: &mut CpalHost) -> Vec<(usize, OpenStream)> {
    let sources = settings().sources();
    let mut readers = Vec::new();
    for (slot, source) in sources.iter().enumerate() {
        host.watch(slot, source, None);
    }
    let end = Instant::now() + Duration::from_secs(10);
    let mut asked = [false; 2];
    while readers.len() < 2 {
        assert!(Instant::now() < end, "devices did not open");
        match host.answer() {
            Some(Answer::Seen { slot, device: Some(device), .. }) => {
                if !std::mem::replace(&mut asked[slot], true) {
                    host.open(slot, 1, &sources[slot], &device);
                }
            }
            Some(Answer::Opened { slot, stream, .. }) => readers.push((slot, stream)),
            Some(Answer::Failed { message, .. }) => panic!("{message}"),
            _ => std::thread::park_timeout(Duration::from_millis(5)),
        }
    }
    readers.sort_by_key(|(slot, _)| *slot);
    readers
}

#[test]
fn what_is_played_arrives_bit_true_before_resampling() {
    let Some(folder) = folder() else { return };
    undisturbed(|disturbance| play_and_compare_bits(&folder, disturbance));
}

fn play_and_compare_bits(folder: &Path, disturbance: &Disturbance) {
    let played = both(folder);
    let mut host = CpalHost::new(Some("pulseaudio"), Instant::now()).unwrap();
    let mut readers = open_both(&mut host);
    let mut players =
        [play(folder, "headset_mic", &played[0], 1), play(folder, "headset_spk", &played[1], 2)];
    let mut heard = [Vec::new(), Vec::new()];
    let mut ends = [None; 2];
    while players.iter_mut().any(Player::is_playing) {
        std::thread::park_timeout(Duration::from_millis(20));
        for (slot, stream) in &mut readers {
            while let Some(raw) = stream.reader.pop() {
                let frames = raw.bytes.len() / stream.format.frame_bytes();
                let end = raw.captured_at + Duration::from_secs_f64(frames as f64 / 48_000.0);
                if ends[*slot].replace(end).is_some_and(|due| raw.captured_at > due + STALL) {
                    disturbance.lost_sound.store(true, Ordering::Relaxed);
                }
                heard[*slot].extend_from_slice(&raw.bytes);
            }
        }
    }
    for (slot, (_, stream)) in readers.iter().enumerate() {
        let channels = usize::from(stream.format.channels);
        assert_eq!(stream.format.sample, SampleFormat::I16);
        let samples: Vec<i16> =
            heard[slot].chunks_exact(2).map(|b| i16::from_ne_bytes([b[0], b[1]])).collect();
        for side in 0..channels {
            let line: Vec<i16> = samples.iter().skip(side).step_by(channels).copied().collect();
            let (exact, pieces) = bit_true_pieces(&played[slot], &line);
            println!("raw, {} channel {side}: {exact} of {pieces} half seconds bit-true", stream.device.id);
            // On a busy machine the player starves and the server skips: a piece with a cut is not exact. Most are.
            assert!(exact * 2 >= pieces, "{exact} of {pieces}");
        }
        let other: Vec<i16> = samples.iter().step_by(channels).copied().collect();
        assert_eq!(bit_true_pieces(&played[1 - slot], &other).0, 0, "the other side's speech");
    }
}

/// How many half seconds of `played` lie in `line`, sample for sample; of how many with speech.
fn bit_true_pieces(played: &[i16], line: &[i16]) -> (usize, usize) {
    let loud = |piece: &&[i16]| piece.iter().filter(|s| s.unsigned_abs() > 500).count() > 2_000;
    let pieces: Vec<&[i16]> = played.chunks_exact(24_000).filter(loud).collect();
    let is_there = |piece: &&&[i16]| {
        // Found by a loud run of 64 samples, then compared whole.
        let anchor = piece.iter().position(|s| s.unsigned_abs() > 500).unwrap();
        let key = &piece[anchor..anchor + 64];
        (anchor..line.len().saturating_sub(24_000))
            .any(|at| line[at..at + 64] == *key && line[at - anchor..at - anchor + 24_000] == ***piece)
    };
    (pieces.iter().filter(is_there).count(), pieces.len())
}

#[test]
fn speech_arrives_on_its_own_side_and_in_step() {
    let Some(folder) = folder() else { return };
    undisturbed(|disturbance| play_and_correlate(&folder, disturbance));
}

fn play_and_correlate(folder: &Path, disturbance: &Disturbance) {
    let played = both(folder);
    let mut live = Live::start(disturbance);
    let began = LineTime::from_elapsed(live.now()).as_samples() as usize;
    let players = [play(folder, "headset_mic", &played[0], 1), play(folder, "headset_spk", &played[1], 2)];
    let longest = played.iter().map(Vec::len).max().unwrap() as u64;
    live.listen(Duration::from_millis(longest / 48 + 1_000));
    drop(players);
    println!("breaks: {:?}", live.breaks());
    for channel in Channel::BOTH {
        let line = live.line(channel);
        let reference = to_16k(&played[channel.index()]);
        let (mut good, mut loud, mut offsets) = (0, 0, Vec::new());
        let mut worst: f64 = 1.0;
        let mut near = None;
        for (index, piece) in reference.chunks_exact(8_000).enumerate() {
            if rms(piece) < 300.0 {
                continue;
            }
            loud += 1;
            let start = index * 8_000;
            // Near the last place; elsewhere at the start, and where the sink skipped time on a busy machine.
            let close = |at: usize| best_finely(piece, &line, (at - 40, at + 40));
            let search = || {
                let from = near.map_or(began, |offset| offset - 160);
                let (_, at) = best(piece, &line, (from + start, from + start + 24_000), 3);
                close(at)
            };
            let (score, at) = match near.map(|offset: usize| close(offset + start)) {
                Some((score, at)) if score > 0.9 => (score, at),
                _ => search(),
            };
            if score > 0.9 {
                near = Some(at.round() as usize - start);
                offsets.push(at - start as f64);
            }
            worst = worst.min(score);
            good += usize::from(score >= 0.999);
        }
        let most = offsets.iter().copied().fold(f64::MIN, f64::max);
        let least = offsets.iter().copied().fold(f64::MAX, f64::min);
        println!(
            "{channel:?}: {good} of {loud} half seconds at NCC ≥ 0.999, worst {worst:.5}, offsets spread {:.2} ms",
            (most - least) / 16.0
        );
        assert!(good * 2 >= loud, "{good} of {loud}, worst {worst}");
        let other = to_16k(&played[channel.other().index()]);
        let cross = other.chunks_exact(8_000).enumerate().step_by(4).map(|(index, piece)| {
            let start = began + index * 8_000;
            best(piece, &line, (start, start + 8_000), 4).0
        });
        let cross = cross.fold(0.0, f64::max);
        println!("{channel:?}: other side's speech correlates at most {cross:.3}");
        assert!(cross < 0.6);
    }
}

fn rms(piece: &[f64]) -> f64 {
    (piece.iter().map(|v| v * v).sum::<f64>() / piece.len() as f64).sqrt()
}

#[test]
fn a_sink_that_goes_and_comes_back_costs_its_gap_and_nothing_else() {
    let Some(folder) = folder() else { return };
    undisturbed(|disturbance| pull_and_plug_the_sink(&folder, disturbance));
}

fn pull_and_plug_the_sink(folder: &Path, disturbance: &Disturbance) {
    // A run that was given up may have left it unplugged.
    if !pactl(&["list", "short", "sinks"]).contains("headset_spk") {
        load_spk();
    }
    // The worst case: what PulseAudio falls back on is the agent's microphone.
    pactl(&["set-default-source", "headset_mic.monitor"]);
    let agent = both(folder)[0].repeat(3);
    let mut live = Live::start(disturbance);
    let player = play(folder, "headset_mic", &agent, 1);
    live.listen(Duration::from_secs(2));
    let spk = module_of("headset_spk");

    let pulled = live.now();
    pactl(&["unload-module", &spk]);
    let gone = live.now();
    let lost = live.until(3, |event| matches!(event, CaptureEvent::Lost { channel: Customer, .. }));
    live.listen(Duration::from_millis(1_500));
    let plugged = live.now();
    load_spk();
    let there = live.now();
    let back = live.until(5, |event| matches!(event, CaptureEvent::Back { channel: Customer, .. }));
    live.listen(Duration::from_secs(2));
    drop(player);
    pactl(&["set-default-source", "parking.monitor"]);

    let (lost_at, back_at) = live.customer_gap_ms();
    println!(
        "told {} ms after the sink went; its sound ends {} to {} ms before that; running {} ms after it came back, with sound from {} ms on",
        (lost - pulled).as_millis(),
        pulled.as_millis() as i64 - lost_at as i64,
        gone.as_millis() as i64 - lost_at as i64,
        (back - there).as_millis(),
        back_at as i64 - plugged.as_millis() as i64
    );
    assert!(lost - pulled < Duration::from_secs(1));
    assert!(back - there < Duration::from_secs(2));
    assert!(pulled.as_millis() as u64 <= lost_at + 150, "no more than the gap");
    let loudest = live.line(Customer).into_iter().fold(0.0, |most: f64, s| most.max(s.abs()));
    println!("loudest sample of the customer's channel, where nothing was played: {loudest}");
    assert!(loudest <= 1.0, "the agent's voice is on the customer's channel");
    let mic_losses = live.breaks().iter().filter(|(_, e)| matches!(e, CaptureEvent::Lost { channel: Agent, reason, .. } if *reason != LossReason::Hole)).count();
    assert_eq!(mic_losses, 0);
}
