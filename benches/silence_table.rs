//! The table of silence windows: `scripts/silence-table [--seeds 101,102,103] [FOLDER]`.
//!
//! Each row is a condition; figures are over all calls of the seeds together. With a folder of labelled clips
//! (`NN.wav` at 16 kHz beside `NN.scv`: name, then start, end, 1 speech / 0 not, in seconds) frame precision and
//! recall follow.
#![allow(clippy::print_stdout, reason = "a table is printed")]
#![allow(clippy::unwrap_used, reason = "a measuring program stops where something is wrong")]
#![allow(missing_docs, dead_code, reason = "shares its modules with the tests, which use all of them")]

#[path = "../tests/it/support/labelled_clips.rs"]
mod labelled_clips;
#[path = "../tests/it/support/noise.rs"]
mod noise;
#[path = "../tests/it/support/silence_score.rs"]
mod silence_score;
#[path = "../tests/it/support/silence_set.rs"]
mod silence_set;

use std::path::PathBuf;
use std::time::Duration;

use callcue::call::{CallTime, Channel, PerChannel};
use callcue::segment::{FRAME_SAMPLES, SilenceClock};
use callcue::vad::{EarshotDetector, TwoEars, WebrtcDetector, WebrtcMode};
use labelled_clips::FrameScore;
use silence_score::{SilenceScore, windows_heard};
use silence_set::{Condition, SilenceSet};
use webrtc_vad::{SampleRate, Vad, VadMode};

fn main() {
    let (seeds, folder) = arguments();
    let sets: Vec<SilenceSet> = seeds.iter().map(|&seed| SilenceSet::make(seed)).collect();
    println!("Silence windows of calls {seeds:?}; error in ms: earliest / median of sizes / latest\n");
    println!("| condition | ear | due | found | false | error | µs per 10 ms a channel |");
    println!("|---|---|---|---|---|---|---|");
    for condition in Condition::ALL {
        let mut product = Row::default();
        let mut webrtc = Row::default();
        for set in &sets {
            let tracks = set.render(condition);
            product.measure(set, &tracks, || windows_heard(&tracks, |_| TwoEars::new()));
            webrtc.measure(set, &tracks, || windows_of_webrtc_alone(&tracks));
        }
        product.print(condition, "callcue");
        webrtc.print(condition, "webrtc-vad alone, mode 3, 20 ms");
    }
    if let Some(folder) = folder {
        println!("\nFrames of 10 ms of the labelled clips in {}\n", folder.display());
        println!("| ear | precision | recall |\n|---|---|---|");
        let clips = labelled_clips::read(&folder);
        print_frames("callcue", FrameScore::of(&clips, TwoEars::new));
        print_frames("earshot alone", FrameScore::of_frames(&clips, EarshotDetector::new));
        let webrtc = || WebrtcDetector::new(WebrtcMode::VeryAggressive);
        print_frames("webrtc-vad alone, mode 3, 10 ms", FrameScore::of_frames(&clips, webrtc));
    }
}

/// Seeds of the calls and the folder of labelled clips. `cargo bench` adds `--bench`.
fn arguments() -> (Vec<u64>, Option<PathBuf>) {
    let mut seeds = vec![101, 102, 103, 104];
    let mut folder = None;
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    while let Some(argument) = arguments.next() {
        if argument == "--seeds" {
            let list = arguments.next().expect("--seeds wants a list such as 101,102");
            seeds = list.split(',').map(|seed| seed.parse().expect("a seed is a whole number")).collect();
        } else {
            folder = Some(PathBuf::from(argument));
        }
    }
    (seeds, folder)
}

/// One ear under one condition.
#[derive(Default)]
struct Row {
    score: SilenceScore,
    cost: Duration,
    frames: usize,
}

impl Row {
    #[expect(clippy::disallowed_methods, reason = "measures what a call costs")]
    fn measure(
        &mut self,
        set: &SilenceSet,
        tracks: &PerChannel<Vec<i16>>,
        windows: impl FnOnce() -> Vec<CallTime>,
    ) {
        let start = std::time::Instant::now();
        let raised = windows();
        self.cost += start.elapsed();
        self.frames += 2 * tracks[Channel::Agent].len() / FRAME_SAMPLES;
        let score = SilenceScore::of(set, raised);
        self.score.due += score.due;
        self.score.missed.extend(score.missed);
        self.score.raised_falsely.extend(score.raised_falsely);
        self.score.errors_ms.extend(score.errors_ms);
        self.score.errors_ms.sort_by(f64::total_cmp);
    }

    fn print(&self, condition: Condition, ear: &str) {
        let score = &self.score;
        let error = match (score.errors_ms.first(), score.errors_ms.last()) {
            (Some(first), Some(last)) => {
                format!("{first:.0} / {:.0} / {last:.0}", score.median_ms())
            }
            _ => String::from("–"),
        };
        println!(
            "| {condition} | {ear} | {} | {} | {} | {error} | {:.1} |",
            score.due,
            score.errors_ms.len(),
            score.raised_falsely.len(),
            self.cost.as_secs_f64() * 1e6 / self.frames as f64,
        );
    }
}

fn print_frames(ear: &str, score: FrameScore) {
    println!("| {ear} | {:.3} | {:.3} |", score.precision(), score.recall());
}

/// When windows are raised by `webrtc-vad` alone: mode 3, frames of 20 ms, each taken at its word.
fn windows_of_webrtc_alone(tracks: &PerChannel<Vec<i16>>) -> Vec<CallTime> {
    const FRAME: usize = 320;
    let mut vads =
        Channel::BOTH.map(|_| Vad::new_with_rate_and_mode(SampleRate::Rate16kHz, VadMode::VeryAggressive));
    let mut clock = SilenceClock::new();
    let mut raised = Vec::new();
    let length = tracks[Channel::Agent].len();
    for from in (0..length / FRAME * FRAME).step_by(FRAME) {
        let at = CallTime::from_samples(from as u64);
        raised.extend(clock.advance(at).map(|window| window.at));
        for channel in Channel::BOTH {
            let frame = &tracks[channel][from..from + FRAME];
            if vads[channel.index()].is_voice_segment(frame).unwrap() {
                clock.speech_started(channel, at);
            } else {
                clock.speech_ended(channel, at);
            }
        }
    }
    raised.extend(clock.advance_through(CallTime::from_samples(length as u64)).map(|window| window.at));
    raised
}
