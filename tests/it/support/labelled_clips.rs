//! Clips with speech and pauses marked by people, and how well an ear agrees with them.

use std::path::Path;

use callcue::call::{CallTime, Channel};
use callcue::segment::{FRAME_SAMPLES, Heard, Segmenter, SpeechDetector};

/// One clip: 16 kHz, and for each whole 10 ms whether most of it is speech.
pub(crate) struct LabelledClip {
    samples: Vec<i16>,
    is_speech: Vec<bool>,
}

/// All `NN.wav` with their `NN.scv` in `folder`.
pub(crate) fn read(folder: &Path) -> Vec<LabelledClip> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "scv"))
        .collect();
    paths.sort();
    paths.iter().map(|labels| read_clip(labels)).collect()
}

fn read_clip(labels: &Path) -> LabelledClip {
    let mut wav = hound::WavReader::open(labels.with_extension("wav")).unwrap();
    assert_eq!(wav.spec().sample_rate, 16_000, "{}", labels.display());
    let samples: Vec<i16> = wav.samples().map(Result::unwrap).collect();
    let text = std::fs::read_to_string(labels).unwrap();
    let values: Vec<f64> =
        text.trim().split(',').skip(1).map(|value| value.trim().parse().unwrap()).collect();
    let mut is_speech = vec![false; samples.len() / FRAME_SAMPLES];
    for (n, is_speech) in is_speech.iter_mut().enumerate() {
        let middle_s = (n as f64 + 0.5) / 100.0;
        let label = values.chunks_exact(3).find(|label| label[0] <= middle_s && middle_s < label[1]);
        *is_speech = label.is_some_and(|label| label[2] > 0.5);
    }
    LabelledClip { samples, is_speech }
}

/// Agreement over all frames of all clips.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FrameScore {
    hits: u32,
    misses: u32,
    false_alarms: u32,
}

impl FrameScore {
    /// By the speech edges that come out of the segmenter: pauses below 300 ms count as speech.
    pub(crate) fn of<D: SpeechDetector>(clips: &[LabelledClip], detector: impl Fn() -> D) -> Self {
        let mut score = Self::default();
        for clip in clips {
            let mut heard = vec![false; clip.is_speech.len()];
            let mut segmenter = Segmenter::new(|_| detector());
            segmenter.push(Channel::Customer, CallTime::START, &clip.samples);
            segmenter.end(CallTime::from_samples(clip.samples.len() as u64));
            let mut from = 0;
            while let Some(next) = segmenter.poll() {
                let frame = (next.at().as_samples() as usize / FRAME_SAMPLES).min(heard.len());
                match next {
                    Heard::SpeechStarted { .. } => from = frame,
                    Heard::SpeechEnded { .. } => heard[from..frame].fill(true),
                    Heard::NoiseFloor { .. } => {}
                }
            }
            score.add(clip, &heard);
        }
        score
    }

    /// By each frame's own log-odds.
    pub(crate) fn of_frames<D: SpeechDetector>(clips: &[LabelledClip], detector: impl Fn() -> D) -> Self {
        let mut score = Self::default();
        for clip in clips {
            let mut detector = detector();
            let (frames, _) = clip.samples.as_chunks::<FRAME_SAMPLES>();
            let heard: Vec<bool> = frames.iter().map(|frame| detector.hear(frame) > 0.0).collect();
            score.add(clip, &heard[detector.lag_frames()..]);
        }
        score
    }

    /// Share of the frames heard as speech that are.
    pub(crate) fn precision(self) -> f64 {
        f64::from(self.hits) / f64::from(self.hits + self.false_alarms)
    }

    /// Share of the speech that was heard.
    pub(crate) fn recall(self) -> f64 {
        f64::from(self.hits) / f64::from(self.hits + self.misses)
    }

    fn add(&mut self, clip: &LabelledClip, heard: &[bool]) {
        for (&is_speech, &heard) in clip.is_speech.iter().zip(heard) {
            match (is_speech, heard) {
                (true, true) => self.hits += 1,
                (true, false) => self.misses += 1,
                (false, true) => self.false_alarms += 1,
                (false, false) => {}
            }
        }
    }
}
