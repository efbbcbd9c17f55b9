//! The measuring set for silence: a seeded call of two synthetic speakers with pauses of known length.
//!
//! Sentences of service calls are spoken by `espeak-ng` (voice `cmn`, several variants), cut where their own
//! sample level rises and falls, and laid out on two channels so that the pause between two utterances is exact.
//! The truth is the layout: the detector under test has no part in it.

use std::io::Write;
use std::process::{Command, Stdio};

use callcue::call::{CallTime, Channel, PerChannel, Span};

use super::noise::{self, Random};

/// Pauses of 3 s and more in a set.
pub(crate) const DUE_GAPS: usize = 18;
/// Pauses from 0.3 to 2.95 s in a set.
pub(crate) const NEAR_MISSES: usize = 27;

/// Speech below its own loudest 5 ms by more than this is taken for silence.
const SOUND_RANGE_DB: f32 = 25.0;

const SENTENCES: [&str; 40] = [
    "您好,中铁物流集团一零二四号为您服务",
    "你好,我想查一下我的快递到哪里了",
    "请问您的运单号是多少",
    "三七五零二八一九四六",
    "好的,请您稍等,我帮您查询一下",
    "这个包裹昨天就应该到了",
    "非常抱歉给您带来不便",
    "他们一直没有给我打电话",
    "请问怎么称呼您",
    "我姓王",
    "王先生,您的货物现在在武汉分拨中心",
    "那什么时候可以送到",
    "预计明天下午三点以前送达",
    "能不能快一点,我比较着急",
    "我帮您催促一下当地的网点",
    "谢谢你",
    "不客气,请问还有什么可以帮您",
    "运费是怎么计算的",
    "首重一公斤十二元,续重每公斤八元",
    "我的箱子外面破损了",
    "请您先拍照,然后拒绝签收",
    "能赔多少钱",
    "如果您买了保价,我们按保价金额赔偿",
    "是",
    "嗯,知道了",
    "收件地址写错了,可以改吗",
    "可以的,请您提供新的地址",
    "四川省成都市武侯区人民南路四段",
    "我再与您核实一下,可以吗",
    "对的",
    "请问您记录好了吗",
    "喂,听得见吗",
    "很抱歉,您的声音太小",
    "现在好些了吗",
    "十分感谢您的来电,再见",
    "上门取件要提前多久预约",
    "司机的电话是多少",
    "说话算话,不要再拖了",
    "发票下个星期寄给您",
    "双方协商解决这件事情",
];

/// Who speaks in a set. Constants of the detector may be tuned on one group only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Voices {
    Tuning,
    HeldOut,
}

impl Voices {
    /// Seeds below 100 are for tuning.
    fn of_seed(seed: u64) -> Self {
        if seed < 100 { Self::Tuning } else { Self::HeldOut }
    }

    fn variants(self) -> &'static [&'static str] {
        match self {
            Self::Tuning => &["m1", "m3", "f1", "f2", "Andy", "belinda"],
            Self::HeldOut => &["m5", "m7", "f3", "f4", "Alicia", "Michael", "edward", "steph3"],
        }
    }
}

/// What is added to the clean speech.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Clean,
    /// Pink noise so many dB below the speech, drawn anew for each channel.
    Pink(u8),
    /// Pink noise so many dB below the speech, and keys being typed on both channels.
    Clicks(u8),
}

impl Condition {
    pub(crate) const ALL: [Self; 5] =
        [Self::Clean, Self::Pink(20), Self::Pink(10), Self::Pink(5), Self::Clicks(20)];
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Clean => f.write_str("clean"),
            Self::Pink(snr_db) => write!(f, "pink {snr_db} dB"),
            Self::Clicks(snr_db) => write!(f, "{snr_db} dB + key clicks"),
        }
    }
}

/// A call with pauses of known length.
pub(crate) struct SilenceSet {
    seed: u64,
    clean: PerChannel<Vec<f32>>,
    /// Where each channel truly sounds, in order.
    pub(crate) spoken: PerChannel<Vec<Span>>,
    /// Where both channels are truly quiet, in order.
    pub(crate) gaps: Vec<Span>,
}

impl SilenceSet {
    /// Speaks and lays out the call of `seed`: below 100 with the voices for tuning, from there on with the others.
    pub(crate) fn make(seed: u64) -> Self {
        let voices = Voices::of_seed(seed);
        let mut random = Random::new(seed);
        let mut set =
            Self { seed, clean: PerChannel::default(), spoken: PerChannel::default(), gaps: Vec::new() };
        let mut now = 0;
        for (turn, gap_ms) in gap_lengths_ms(&mut random).into_iter().enumerate() {
            if turn > 0 {
                now = set.add_turn(&mut random, voices, now);
            }
            let until = now + (gap_ms * 16.0) as usize;
            set.gaps.push(span(now, until));
            now = until;
        }
        now = set.add_turn(&mut random, voices, now);
        for channel in Channel::BOTH {
            set.clean[channel].resize(now, 0.0);
        }
        set
    }

    /// One utterance from sample `start` on, sometimes with a word of the listener in its midst; returns its end.
    fn add_turn(&mut self, random: &mut Random, voices: Voices, start: usize) -> usize {
        let channel = Channel::BOTH[random.below(2)];
        let text = SENTENCES[random.below(SENTENCES.len())];
        let speech = speak(random, voices, text);
        let end = start + speech.len();
        if random.below(6) == 0 {
            let word = speak(random, voices, "嗯");
            let at = start + speech.len() / 3;
            if at + word.len() < end {
                self.lay(channel.other(), at, &word);
            }
        }
        self.lay(channel, start, &speech);
        end
    }

    fn lay(&mut self, channel: Channel, start: usize, speech: &[f32]) {
        let end = start + speech.len();
        let track = &mut self.clean[channel];
        track.resize(track.len().max(end), 0.0);
        track[start..end].copy_from_slice(speech);
        self.spoken[channel].push(span(start, end));
    }

    /// Both channels under `condition`, 16 kHz.
    pub(crate) fn render(&self, condition: Condition) -> PerChannel<Vec<i16>> {
        PerChannel::from_fn(|channel| {
            let mut random = Random::new(self.seed ^ (0xA5A5 << channel.index()));
            let mut track = self.clean[channel].clone();
            let (snr_db, clicks) = match condition {
                Condition::Clean => return noise::to_i16(&track),
                Condition::Pink(snr_db) => (snr_db, false),
                Condition::Clicks(snr_db) => (snr_db, true),
            };
            let rms = self.speech_rms(channel) * noise::amplitude(-f32::from(snr_db));
            add(&mut track, &noise::pink(&mut random, self.clean[channel].len(), rms));
            if clicks {
                add(&mut track, &noise::key_clicks(&mut random, self.clean[channel].len()));
            }
            noise::to_i16(&track)
        })
    }

    /// Windows that the truth asks for: `(since, at)` of each full 3 s of each gap.
    pub(crate) fn windows_due(&self) -> Vec<(CallTime, CallTime)> {
        let windows = |gap: &Span| {
            let (from, count) = (gap.from, gap.millis() / 3_000);
            (1..=count).map(move |n| (from, from.plus_millis(3_000 * n)))
        };
        self.gaps.iter().flat_map(windows).collect()
    }

    /// The first `count` utterances of `channel`, clean and joined without pauses.
    pub(crate) fn speech_of(&self, channel: Channel, count: usize) -> Vec<f32> {
        let samples = |span: &Span| {
            let (from, to) = (span.from.as_samples() as usize, span.to.as_samples() as usize);
            self.clean[channel][from..to].to_vec()
        };
        self.spoken[channel].iter().take(count).flat_map(samples).collect()
    }

    /// RMS over the stretches in which `channel` speaks.
    fn speech_rms(&self, channel: Channel) -> f32 {
        let samples = self.speech_of(channel, usize::MAX);
        noise::rms(&samples)
    }
}

/// Lengths of all gaps in the order of the call.
fn gap_lengths_ms(random: &mut Random) -> Vec<f64> {
    let evenly =
        |from: f64, to: f64, count: usize, n: usize| from + (to - from) * n as f64 / (count - 1) as f64;
    let mut lengths: Vec<f64> = (0..DUE_GAPS)
        .map(|n| evenly(3_100.0, 7_000.0, DUE_GAPS, n))
        .chain((0..NEAR_MISSES).map(|n| evenly(300.0, 2_950.0, NEAR_MISSES, n)))
        .collect();
    random.shuffle(&mut lengths);
    lengths
}

/// `text` spoken by one of the voices, cut to where it sounds, 16 kHz, active level −26 to −20 dBFS.
///
/// # Panics
/// If `espeak-ng` is not installed.
fn speak(random: &mut Random, voices: Voices, text: &str) -> Vec<f32> {
    let variants = voices.variants();
    let variant = variants[random.below(variants.len())];
    let words_a_minute = random.within(150.0, 240.0) as u32;
    let pitch = random.within(25.0, 75.0) as u32;
    let level_dbfs = random.within(-26.0, -20.0) as f32;
    let mut child = Command::new("espeak-ng")
        .args(["-v", &format!("cmn+{variant}")])
        .args(["-s", &words_a_minute.to_string(), "-p", &pitch.to_string()])
        .args(["--stdin", "--stdout"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect(
            "these tests speak with espeak-ng: `apt-get install espeak-ng`, or run scripts/test, which does",
        );
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    let wav = child.wait_with_output().unwrap().stdout;
    let spoken: Vec<f32> = samples_of(&wav);
    let speech = where_it_sounds(&to_16_khz(&spoken));
    noise::scaled_to(noise::amplitude(level_dbfs), speech)
}

/// Samples after the 44-byte header of a WAV as espeak-ng streams it (22.05 kHz, mono, 16 bits, lengths unset).
fn samples_of(wav: &[u8]) -> Vec<f32> {
    let rate_hz = u32::from_le_bytes(wav[24..28].try_into().unwrap());
    assert_eq!(rate_hz, 22_050, "espeak-ng spoke at another rate than its voice cmn does");
    wav[44..]
        .chunks_exact(2)
        .map(|bytes| f32::from(i16::from_le_bytes([bytes[0], bytes[1]])) / 32_768.0)
        .collect()
}

/// From 22.05 kHz (441 · 50) to 16 kHz (320 · 50) by a windowed sinc of 48 taps.
fn to_16_khz(input: &[f32]) -> Vec<f32> {
    const UP: usize = 320;
    const DOWN: usize = 441;
    const HALF: i64 = 24;
    let cutoff = 0.94 * UP as f32 / DOWN as f32;
    let kernel = |phase: usize| -> Vec<f32> {
        (1 - HALF..=HALF)
            .map(|tap| {
                let x = tap as f32 - phase as f32 / UP as f32;
                let angle = std::f32::consts::PI * x;
                let sinc = if x == 0.0 { cutoff } else { (angle * cutoff).sin() / angle };
                sinc * (0.5 + 0.5 * (angle / (HALF + 1) as f32).cos())
            })
            .collect()
    };
    let kernels: Vec<Vec<f32>> = (0..UP).map(kernel).collect();
    (0..input.len() * UP / DOWN)
        .map(|n| {
            let position = n * DOWN;
            let first = (position / UP) as i64 + 1 - HALF;
            let value = |(tap, weight): (usize, &f32)| {
                let index = usize::try_from(first + tap as i64).ok();
                index.and_then(|index| input.get(index)).unwrap_or(&0.0) * weight
            };
            kernels[position % UP].iter().enumerate().map(value).sum()
        })
        .collect()
}

/// The part of `speech` between its first and last 5 ms that sound.
fn where_it_sounds(speech: &[f32]) -> Vec<f32> {
    const BLOCK: usize = 80;
    let levels: Vec<f32> = speech.chunks(BLOCK).map(noise::rms).collect();
    let loudest = levels.iter().copied().fold(0.0, f32::max);
    let sounds = |level: &f32| *level > loudest * noise::amplitude(-SOUND_RANGE_DB);
    let first = levels.iter().position(sounds).expect("espeak-ng spoke nothing");
    let last = levels.iter().rposition(sounds).expect("espeak-ng spoke nothing");
    speech[first * BLOCK..((last + 1) * BLOCK).min(speech.len())].to_vec()
}

fn add(track: &mut [f32], other: &[f32]) {
    for (sample, more) in track.iter_mut().zip(other) {
        *sample += more;
    }
}

fn span(from: usize, to: usize) -> Span {
    Span { from: CallTime::from_samples(from as u64), to: CallTime::from_samples(to as u64) }
}
