use std::time::Duration;

use serde::{Serialize, Serializer};

use super::{Edits, Score};

/// How long one file is, and how long its recognition took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Length of the audio.
    pub audio: Duration,
    /// From the samples to the clean text.
    pub recognition: Duration,
}

/// The scores of a set, in all and by condition.
#[derive(Clone, Debug, Default)]
pub struct Report {
    all: Tally,
    conditions: Vec<(String, Tally)>,
}

#[derive(Clone, Debug, Default)]
struct Tally {
    sentences: u64,
    exact: u64,
    invented: u64,
    characters: Edits,
    syllables: Edits,
    audio: Duration,
    /// One a file.
    recognitions: Vec<Duration>,
}

/// What a set of files comes to. Rates are from 0 (1 is 100 %) and absent (`null`) where there is nothing to measure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// Files in the set.
    pub files: u64,
    /// Those with speech.
    pub sentences: u64,
    /// Those of `sentences` that have no character wrong.
    pub exact: u64,
    /// Files without speech for which there is text.
    pub invented: u64,
    /// Character error rate.
    pub cer: Option<f64>,
    /// Characters of the references.
    pub characters: u64,
    /// Characters recognised and not said.
    pub insertions: u64,
    /// Characters said and not recognised.
    pub deletions: u64,
    /// Characters recognised as others.
    pub substitutions: u64,
    /// Syllable error rate.
    pub ser: Option<f64>,
    /// Length of the audio, seconds.
    pub audio_s: f64,
    /// Real-time factor: recognition over audio.
    pub rtf: Option<f64>,
    /// One recognition, mean, ms.
    pub latency_mean_ms: Option<f64>,
    /// One recognition, 95th percentile by nearest rank, ms.
    pub latency_p95_ms: Option<f64>,
}

impl Report {
    /// Counts one file.
    pub fn add(&mut self, condition: &str, score: &Score, timing: Timing) {
        self.all.add(score, timing);
        let known = self.conditions.iter().position(|(name, _)| name == condition);
        let index = known.unwrap_or_else(|| {
            self.conditions.push((condition.to_owned(), Tally::default()));
            self.conditions.len() - 1
        });
        self.conditions[index].1.add(score, timing);
    }

    /// The whole set.
    pub fn all(&self) -> Figures {
        self.all.figures()
    }

    /// By condition, in the order in which they first came.
    pub fn conditions(&self) -> impl Iterator<Item = (&str, Figures)> {
        self.conditions.iter().map(|(name, tally)| (name.as_str(), tally.figures()))
    }
}

/// One object: the [`Figures`] of the whole set, and `conditions` with the same by name.
impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Object<'a> {
            #[serde(flatten)]
            all: Figures,
            #[serde(serialize_with = "by_name")]
            conditions: &'a Report,
        }
        fn by_name<S: Serializer>(report: &&Report, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(report.conditions())
        }
        Object { all: self.all(), conditions: self }.serialize(serializer)
    }
}

impl Tally {
    fn add(&mut self, score: &Score, timing: Timing) {
        if score.has_speech {
            self.sentences += 1;
            self.exact += u64::from(score.characters.errors() == 0);
            self.characters += score.characters;
            self.syllables += score.syllables;
        } else {
            self.invented += u64::from(score.has_text);
        }
        self.audio += timing.audio;
        self.recognitions.push(timing.recognition);
    }

    fn figures(&self) -> Figures {
        let files = self.recognitions.len();
        let spent: Duration = self.recognitions.iter().sum();
        Figures {
            files: files as u64,
            sentences: self.sentences,
            exact: self.exact,
            invented: self.invented,
            cer: self.characters.rate(),
            characters: self.characters.reference,
            insertions: self.characters.insertions,
            deletions: self.characters.deletions,
            substitutions: self.characters.substitutions,
            ser: self.syllables.rate(),
            audio_s: self.audio.as_secs_f64(),
            rtf: (!self.audio.is_zero()).then(|| spent.as_secs_f64() / self.audio.as_secs_f64()),
            latency_mean_ms: (files > 0).then(|| millis(spent) / files as f64),
            latency_p95_ms: percentile_95(&self.recognitions).map(millis),
        }
    }
}

/// The shortest time that at least 95 % do not exceed.
fn percentile_95(times: &[Duration]) -> Option<Duration> {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * 95).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
