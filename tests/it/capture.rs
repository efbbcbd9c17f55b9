//! Capture, with devices made of numbers and time as the test says.

use std::time::Duration;

use callcue::call::Channel::{self, Agent, Customer};
use callcue::capture::{CaptureEngine, CaptureEvent, CaptureSettings, LossReason};

use crate::support::fake_host::{FakeDevice, FakeHost, Takes};

mod alarm;
mod drift;
mod live;
mod parts;
mod recovery;
mod timeline;

/// A click of 4 ms at each full second, centred there.
fn clicks(seconds: f64) -> f32 {
    let off = seconds - seconds.round();
    if off.abs() > 0.002 || seconds < 0.5 {
        return 0.0;
    }
    let window = 0.5 + 0.5 * (std::f64::consts::PI * off / 0.002).cos();
    (0.8 * window * (std::f64::consts::TAU * 1_000.0 * off).cos()) as f32
}

fn tone(seconds: f64, hz: f64) -> f32 {
    (0.3 * (std::f64::consts::TAU * hz * seconds).sin()) as f32
}

fn agent_tone(seconds: f64) -> f32 {
    tone(seconds, 1_000.0)
}

fn customer_tone(seconds: f64) -> f32 {
    tone(seconds, 300.0)
}

/// An engine on a fake host, with the clock in the test's hand.
struct Bench {
    engine: CaptureEngine<FakeHost>,
    now_ms: u64,
    /// All that happened, with when it was told.
    told: Vec<(u64, CaptureEvent)>,
}

impl Bench {
    fn new(settings: &str, devices: Vec<FakeDevice>) -> Self {
        let settings: CaptureSettings = toml::from_str(settings).unwrap();
        Self { engine: CaptureEngine::new(&settings, FakeHost::new(devices)), now_ms: 0, told: Vec::new() }
    }

    fn two(agent: FakeDevice, customer: FakeDevice) -> Self {
        Self::new("", vec![agent, customer])
    }

    fn run_until(&mut self, ms: u64) {
        let mut out = Vec::new();
        while self.now_ms < ms {
            self.now_ms += 10;
            let now = Duration::from_millis(self.now_ms);
            self.engine.host_mut().advance(now);
            self.engine.step(now, &mut out);
            self.told.extend(out.drain(..).map(|event| (self.now_ms, event)));
        }
        self.check_contract();
    }

    fn host(&mut self) -> &mut FakeHost {
        self.engine.host_mut()
    }

    /// Blocks abut, unless a `Lost` and a `Back` lie between; those come in pairs and say where.
    fn check_contract(&self) {
        for channel in Channel::BOTH {
            let mut next: Option<u64> = None;
            let mut lost = false;
            for (told_ms, event) in &self.told {
                match event {
                    CaptureEvent::Audio { channel: of, at, samples } if *of == channel => {
                        assert!(!samples.is_empty() && !lost, "sound while lost at {told_ms} ms");
                        if let Some(next) = next {
                            assert_eq!(at.as_samples(), next, "{channel:?} at {told_ms} ms");
                        }
                        next = Some(at.as_samples() + samples.len() as u64);
                    }
                    CaptureEvent::Lost { channel: of, at, .. } if *of == channel => {
                        assert!(!lost, "lost twice at {told_ms} ms");
                        assert!(next.is_none_or(|next| next == at.as_samples()));
                        lost = true;
                    }
                    CaptureEvent::Back { channel: of, at } if *of == channel => {
                        assert!(lost, "back without loss at {told_ms} ms");
                        assert!(next.is_none_or(|next| next <= at.as_samples()));
                        lost = false;
                        next = Some(at.as_samples());
                    }
                    _ => {}
                }
            }
        }
    }

    fn samples(&self, channel: Channel) -> Vec<Option<i16>> {
        line_of(self.told.iter().map(|(_, event)| event), channel)
    }

    fn clicks(&self, channel: Channel) -> Vec<f64> {
        clicks_in(&self.samples(channel))
    }

    /// `Lost` and `Back` of a channel: when told, what.
    fn breaks(&self, channel: Channel) -> Vec<(u64, &CaptureEvent)> {
        self.told
            .iter()
            .filter(|(_, event)| match event {
                CaptureEvent::Lost { channel: of, .. } | CaptureEvent::Back { channel: of, .. } => {
                    *of == channel
                }
                _ => false,
            })
            .map(|(told_ms, event)| (*told_ms, event))
            .collect()
    }

    fn losses(&self, channel: Channel) -> Vec<LossReason> {
        let reason = |event: &CaptureEvent| match event {
            CaptureEvent::Lost { reason, .. } => Some(*reason),
            _ => None,
        };
        self.breaks(channel).into_iter().filter_map(|(_, event)| reason(event)).collect()
    }

    /// When something of the channel was told last, ms.
    fn heard_until_ms(&self, channel: Channel) -> u64 {
        self.samples(channel).len() as u64 / 16
    }
}

/// The channel's samples by their place; what was never given out is `None`.
fn line_of<'a>(events: impl Iterator<Item = &'a CaptureEvent>, channel: Channel) -> Vec<Option<i16>> {
    let mut line = Vec::new();
    for event in events {
        if let CaptureEvent::Audio { channel: of, at, samples } = event
            && *of == channel
        {
            line.resize(at.as_samples() as usize, None);
            line.extend(samples.iter().copied().map(Some));
        }
    }
    line
}

/// Where the clicks are, seconds.
fn clicks_in(line: &[Option<i16>]) -> Vec<f64> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < line.len() {
        if line[at].is_some_and(|s| s.unsigned_abs() > 3_000) {
            let near = &line[at.saturating_sub(80)..(at + 160).min(line.len())];
            let (mut sum, mut moment) = (0.0, 0.0);
            for (i, s) in near.iter().enumerate() {
                let power = f64::from(s.unwrap_or(0)).powi(2);
                sum += power;
                moment += power * i as f64;
            }
            found.push((at.saturating_sub(80) as f64 + moment / sum) / 16_000.0);
            at += 8_000;
        } else {
            at += 1;
        }
    }
    found
}

/// How strong `hz` is in `samples`, as amplitude of full scale.
fn strength(samples: &[i16], hz: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (n, &sample) in samples.iter().enumerate() {
        let phase = std::f64::consts::TAU * hz * n as f64 / 16_000.0;
        re += f64::from(sample) * phase.cos();
        im += f64::from(sample) * phase.sin();
    }
    2.0 * re.hypot(im) / samples.len().max(1) as f64 / 32_768.0
}
