//! A sound system made of numbers: devices that a test plugs, pulls, stalls and drifts, with time as it says.

use std::collections::VecDeque;
use std::time::Duration;

use callcue::call::Channel;
use callcue::capture::ring::{BlockWriter, block_ring};
use callcue::capture::{
    Answer, AudioHost, DeviceChoice, DeviceKey, OpenStream, Role, SampleFormat, Source, StreamFormat,
};

/// What a device hears at a moment of true time, ±1.
pub(crate) type Sound = fn(seconds: f64) -> f32;

/// How long something takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Takes {
    Ms(u64),
    Forever,
}

pub(crate) struct FakeDevice {
    pub(crate) id: &'static str,
    /// What it hears on each of its channels.
    pub(crate) sounds: Vec<Sound>,
    pub(crate) rate_hz: u32,
    /// Its clock is fast by this.
    pub(crate) fast_ppm: f64,
    pub(crate) epoch: u32,
    pub(crate) present: bool,
    /// Delivers nothing although present.
    pub(crate) stalled: bool,
    pub(crate) idle_is_silence: bool,
    pub(crate) moves_silently: bool,
    pub(crate) play: Takes,
    pub(crate) close: Takes,
    /// Error of the `n`th timestamp and lateness of the `n`th block, ms.
    pub(crate) jitter: fn(n: u64) -> (f64, f64),
    /// True time, ms: sound between is swallowed by the device, without a word.
    pub(crate) hole_ms: Option<(u64, u64)>,
    /// Origin of its streams' clocks.
    pub(crate) clock_origin: Duration,
}

impl FakeDevice {
    pub(crate) fn new(id: &'static str, sound: Sound) -> Self {
        Self {
            id,
            sounds: vec![sound],
            rate_hz: 16_000,
            fast_ppm: 0.0,
            epoch: 1,
            present: true,
            stalled: false,
            idle_is_silence: false,
            moves_silently: false,
            play: Takes::Ms(30),
            close: Takes::Ms(10),
            jitter: |_| (0.0, 0.0),
            hole_ms: None,
            clock_origin: Duration::from_secs(1_000),
        }
    }
}

struct Watch {
    slot: usize,
    source: Source,
    pinned: Option<String>,
    next_at: Duration,
}

enum Stage {
    Playing { until: Option<Duration> },
    Running { writer: BlockWriter },
    Closing { until: Option<Duration> },
}

struct FakeStream {
    slot: usize,
    generation: u64,
    device: usize,
    key: DeviceKey,
    stage: Stage,
    /// True time of the next frame.
    at_s: f64,
    blocks: u64,
    /// Finished blocks that are late: when they come, timestamp, bytes.
    late: VecDeque<(Duration, Duration, Vec<u8>)>,
}

/// Poll period of the watches, ms.
pub(crate) const WATCH_MS: u64 = 40;

#[derive(Default)]
pub(crate) struct FakeHost {
    pub(crate) devices: Vec<FakeDevice>,
    /// Index of what `default` means for the agent and for the customer.
    pub(crate) defaults: [usize; 2],
    pub(crate) opened: u64,
    watches: Vec<Watch>,
    streams: Vec<FakeStream>,
    answers: VecDeque<Answer>,
    now: Duration,
}

impl FakeHost {
    pub(crate) fn new(devices: Vec<FakeDevice>) -> Self {
        Self { devices, defaults: [0, 1], ..Self::default() }
    }

    pub(crate) fn device(&mut self, id: &str) -> &mut FakeDevice {
        self.devices.iter_mut().find(|d| d.id == id).unwrap()
    }

    /// The device goes, and PulseAudio moves its streams to the first device that is there.
    pub(crate) fn pull(&mut self, id: &str) {
        let gone = self.devices.iter().position(|d| d.id == id).unwrap();
        self.devices[gone].present = false;
        if !self.devices[gone].moves_silently {
            return;
        }
        let Some(refuge) = self.devices.iter().position(|d| d.present) else {
            return;
        };
        for stream in &mut self.streams {
            if stream.device == gone && matches!(stream.stage, Stage::Running { .. }) {
                stream.device = refuge;
            }
        }
    }

    /// The device comes (back), as a new one of the same name.
    pub(crate) fn plug(&mut self, id: &str) {
        let device = self.device(id);
        device.present = true;
        device.epoch += 1;
    }

    /// Lets time pass up to `now`.
    pub(crate) fn advance(&mut self, now: Duration) {
        self.now = now;
        for index in 0..self.watches.len() {
            if self.watches[index].next_at <= now {
                self.watches[index].next_at = now + Duration::from_millis(WATCH_MS);
                self.look(index);
            }
        }
        for index in 0..self.streams.len() {
            self.run(index);
        }
        self.streams.retain(|s| !matches!(s.stage, Stage::Closing { until: Some(until) } if until <= now));
    }

    fn look(&mut self, index: usize) {
        let watch = &mut self.watches[index];
        let wanted = match (&watch.source.device, &watch.pinned) {
            (_, Some(pinned)) => pinned.clone(),
            (DeviceChoice::Id(id) | DeviceChoice::Name(id), None) => id.clone(),
            (DeviceChoice::Default, None) => {
                let side = matches!(watch.source.role, Role::Side(Channel::Customer));
                self.devices[self.defaults[usize::from(side)]].id.to_owned()
            }
        };
        let device = self.devices.iter().find(|d| d.id == wanted && d.present);
        let device = device.map(|d| DeviceKey { id: d.id.to_owned(), epoch: d.epoch });
        if let Some(device) = &device {
            watch.pinned = Some(device.id.clone());
        }
        self.answers.push_back(Answer::Seen { slot: watch.slot, asked_at: self.now, device });
    }

    fn run(&mut self, index: usize) {
        let stream = &mut self.streams[index];
        let device = &self.devices[stream.device];
        let (slot, generation) = (stream.slot, stream.generation);
        match &mut stream.stage {
            Stage::Playing { until: Some(until) } if *until <= self.now && device.present => {
                let format = StreamFormat {
                    rate_hz: device.rate_hz,
                    channels: device.sounds.len() as u16,
                    sample: SampleFormat::F32,
                };
                let (writer, reader) = block_ring(format.rate_hz, format.frame_bytes());
                self.answers.push_back(Answer::Opened {
                    slot,
                    generation,
                    stream: OpenStream {
                        device: stream.key.clone(),
                        format,
                        clock_offset_ns: -(device.clock_origin.as_nanos() as i64),
                        reader,
                        moves_silently: device.moves_silently,
                        idle_is_silence: device.idle_is_silence,
                    },
                });
                stream.at_s = self.now.as_secs_f64();
                stream.stage = Stage::Running { writer };
            }
            Stage::Running { writer } => {
                let now = self.now;
                deliver(device, now, &mut stream.at_s, &mut stream.blocks, &mut stream.late);
                while stream.late.front().is_some_and(|(at, ..)| *at <= now) {
                    let (_, captured_at, bytes) = stream.late.pop_front().unwrap();
                    writer.push(captured_at, &bytes);
                }
            }
            Stage::Closing { until: Some(until) } if *until <= self.now => {
                self.answers.push_back(Answer::Closed { slot, generation });
            }
            _ => {}
        }
    }
}

/// Makes the blocks that are complete by `now`.
fn deliver(
    device: &FakeDevice,
    now: Duration,
    at_s: &mut f64,
    blocks: &mut u64,
    late: &mut VecDeque<(Duration, Duration, Vec<u8>)>,
) {
    let frame_s = 1.0 / (f64::from(device.rate_hz) * (1.0 + device.fast_ppm * 1e-6));
    let frames = device.rate_hz / 100;
    while *at_s + f64::from(frames) * frame_s <= now.as_secs_f64() {
        let from_s = *at_s;
        if let Some((from_ms, to_ms)) = device.hole_ms
            && from_s >= from_ms as f64 / 1e3
            && from_s < to_ms as f64 / 1e3
        {
            *at_s = to_ms as f64 / 1e3;
            continue;
        }
        *at_s += f64::from(frames) * frame_s;
        if device.stalled || (device.idle_is_silence && device.sounds[0](from_s) == 0.0) {
            continue;
        }
        let bytes: Vec<u8> = (0..frames)
            .flat_map(|frame| {
                let at = from_s + f64::from(frame) * frame_s;
                device.sounds.iter().flat_map(move |sound| sound(at).to_ne_bytes())
            })
            .collect();
        let (stamp_ms, late_ms) = (device.jitter)(*blocks);
        *blocks += 1;
        let stamp_s = device.clock_origin.as_secs_f64() + from_s + stamp_ms / 1e3;
        let due = Duration::from_secs_f64(*at_s + late_ms / 1e3);
        // Late blocks hold up those behind them.
        let due = late.back().map_or(due, |(last, ..)| due.max(*last));
        late.push_back((due, Duration::from_secs_f64(stamp_s), bytes));
    }
}

impl AudioHost for FakeHost {
    fn watch(&mut self, slot: usize, source: &Source, pinned: Option<&str>) {
        self.watches.retain(|w| w.slot != slot);
        self.watches.push(Watch {
            slot,
            source: source.clone(),
            pinned: pinned.map(str::to_owned),
            next_at: self.now,
        });
    }

    fn open(&mut self, slot: usize, generation: u64, _source: &Source, key: &DeviceKey) {
        self.opened += 1;
        let device = self.devices.iter().position(|d| d.id == key.id).unwrap();
        let until = match self.devices[device].play {
            Takes::Ms(ms) => Some(self.now + Duration::from_millis(ms)),
            Takes::Forever => None,
        };
        self.streams.push(FakeStream {
            slot,
            generation,
            device,
            key: key.clone(),
            stage: Stage::Playing { until },
            at_s: 0.0,
            blocks: 0,
            late: VecDeque::new(),
        });
    }

    fn close(&mut self, slot: usize, generation: u64) {
        let now = self.now;
        for stream in &mut self.streams {
            if (stream.slot, stream.generation) != (slot, generation) {
                continue;
            }
            let until = match (&stream.stage, self.devices[stream.device].close) {
                (Stage::Playing { until: None }, _) | (_, Takes::Forever) => None,
                (_, Takes::Ms(ms)) => Some(now + Duration::from_millis(ms)),
            };
            stream.stage = Stage::Closing { until };
        }
    }

    fn answer(&mut self) -> Option<Answer> {
        self.answers.pop_front()
    }
}
