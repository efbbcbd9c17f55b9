use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;

use super::{CallMonitor, Input};
use crate::call::{CallTime, Channel, Customer, EndedBy, PerChannel};
use crate::script::Script;

/// Longest text of one line.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// A whole call as data: who spoke when and said what, and what else happened.
///
/// The format is one of the fixed interfaces: one JSON object a line, ordered by `at_ms`.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// In order of time.
    inputs: Vec<(CallTime, Input)>,
}

/// Why a timeline is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadTimeline {
    /// Line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for BadTimeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.message),
            line => write!(f, "line {line}: {}", self.message),
        }
    }
}

impl std::error::Error for BadTimeline {}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line {
    CallStarted {
        at_ms: u64,
        agent: String,
        #[serde(default)]
        ring_ms: Option<u64>,
        #[serde(default)]
        customer: Option<Customer>,
    },
    Speech {
        at_ms: u64,
        channel: Channel,
        end_ms: u64,
        text: String,
        #[serde(default)]
        level_dbfs: Option<f32>,
        #[serde(default)]
        language: Option<String>,
    },
    Situation {
        at_ms: u64,
        rule: String,
    },
    HoldStarted {
        at_ms: u64,
    },
    HoldEnded {
        at_ms: u64,
    },
    MuteStarted {
        at_ms: u64,
    },
    MuteEnded {
        at_ms: u64,
    },
    Transfer {
        at_ms: u64,
    },
    AudioLost {
        at_ms: u64,
        channel: Channel,
    },
    AudioBack {
        at_ms: u64,
        channel: Channel,
    },
    CallEnded {
        at_ms: u64,
        by: EndedBy,
    },
}

impl Line {
    const fn at_ms(&self) -> u64 {
        match self {
            Self::CallStarted { at_ms, .. }
            | Self::Speech { at_ms, .. }
            | Self::Situation { at_ms, .. }
            | Self::HoldStarted { at_ms }
            | Self::HoldEnded { at_ms }
            | Self::MuteStarted { at_ms }
            | Self::MuteEnded { at_ms }
            | Self::Transfer { at_ms }
            | Self::AudioLost { at_ms, .. }
            | Self::AudioBack { at_ms, .. }
            | Self::CallEnded { at_ms, .. } => *at_ms,
        }
    }
}

/// Input with its moment and its place among inputs of the same moment: ends of speech come before anything else.
type Placed = (CallTime, u8, usize, Input);

/// What has been read so far, to tell what may come next.
#[derive(Default)]
struct Reader {
    placed: Vec<Placed>,
    last_ms: u64,
    started: bool,
    ended: Option<CallTime>,
    speech_end_ms: PerChannel<u64>,
    spoken: PerChannel<u32>,
}

impl Timeline {
    /// Reads a timeline; `script` knows the rules that can be declared.
    ///
    /// # Errors
    /// [`BadTimeline`]: the file is not in the format; mend the line it names.
    pub fn parse(bytes: &[u8], script: &Script) -> Result<Self, BadTimeline> {
        let rules: BTreeSet<&str> = script.rules.iter().map(|rule| rule.id.get_ref().as_str()).collect();
        let mut reader = Reader::default();
        for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let refuse = |message: String| BadTimeline { line: index + 1, message };
            let line = std::str::from_utf8(line).map_err(|error| {
                refuse(format!("not UTF-8 at byte {} of the line", error.valid_up_to() + 1))
            })?;
            let line = line.trim_start_matches('\u{feff}').trim();
            if line.is_empty() {
                continue;
            }
            let line = serde_json::from_str(line).map_err(|error| refuse(say_json_error(&error)))?;
            reader.add(line, &rules).map_err(refuse)?;
        }
        reader.finish()
    }

    /// All inputs in the order in which the engine is to get them.
    pub fn inputs(&self) -> impl Iterator<Item = &(CallTime, Input)> {
        self.inputs.iter()
    }

    /// Plays the whole call through `monitor`; the events wait in it to be polled.
    pub fn play(&self, monitor: &mut CallMonitor) {
        for (at, input) in &self.inputs {
            monitor.handle(*at, input.clone());
        }
    }
}

/// Serde's words, without its line number, which is always 1 here.
fn say_json_error(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let (message, place) = text.rsplit_once(" at line ").unwrap_or((&text, ""));
    match place.rsplit_once("column ") {
        Some((_, column)) if column != "0" => format!("{message} (column {column})"),
        _ => message.to_owned(),
    }
}

impl Reader {
    fn add(&mut self, line: Line, rules: &BTreeSet<&str>) -> Result<(), String> {
        let at_ms = line.at_ms();
        if !self.started && !matches!(line, Line::CallStarted { .. }) {
            return Err("the first line must be call_started".to_owned());
        }
        if at_ms > u64::from(u32::MAX) {
            return Err(format!("at_ms {at_ms} is out of range; a call has at most {} ms", u32::MAX));
        }
        if at_ms < self.last_ms {
            return Err(format!(
                "at_ms {at_ms} lies before {} of the line above; order the lines by at_ms",
                self.last_ms
            ));
        }
        if self.ended.is_some() {
            return Err("nothing may follow call_ended".to_owned());
        }
        self.last_ms = at_ms;
        let at = CallTime::from_millis(at_ms);
        let input = match line {
            Line::CallStarted { .. } if self.started => {
                return Err("a second call_started; a file is one call".to_owned());
            }
            Line::CallStarted { agent, ring_ms, customer, .. } => {
                self.started = true;
                Input::CallStarted { agent, ring_ms, customer }
            }
            Line::Speech { channel, end_ms, text, level_dbfs, language, .. } => {
                return self.speech(at_ms, end_ms, channel, text, level_dbfs, language);
            }
            Line::Situation { rule, .. } if !rules.contains(rule.as_str()) => {
                return Err(format!("the script has no rule {rule:?}"));
            }
            Line::Situation { rule, .. } => Input::Situation { rule },
            Line::HoldStarted { .. } => Input::HoldStarted,
            Line::HoldEnded { .. } => Input::HoldEnded,
            Line::MuteStarted { .. } => Input::MuteStarted,
            Line::MuteEnded { .. } => Input::MuteEnded,
            Line::Transfer { .. } => Input::Transfer,
            Line::AudioLost { channel, .. } => Input::AudioLost { channel },
            Line::AudioBack { channel, .. } => Input::AudioBack { channel },
            Line::CallEnded { by, .. } => {
                self.ended = Some(at);
                Input::CallEnded { by }
            }
        };
        self.place(at, 2, input);
        Ok(())
    }

    fn place(&mut self, at: CallTime, rank: u8, input: Input) {
        self.placed.push((at, rank, self.placed.len(), input));
    }

    fn speech(
        &mut self,
        at_ms: u64,
        end_ms: u64,
        channel: Channel,
        text: String,
        level_dbfs: Option<f32>,
        language: Option<String>,
    ) -> Result<(), String> {
        if end_ms <= at_ms || end_ms > u64::from(u32::MAX) {
            return Err(format!("end_ms {end_ms} must lie after at_ms {at_ms}"));
        }
        if at_ms < self.speech_end_ms[channel] {
            let before = self.speech_end_ms[channel];
            return Err(format!(
                "this speech begins at {at_ms}, before the one before it on that channel ends at {before}"
            ));
        }
        if text.len() > TEXT_BYTES_MAX {
            return Err(format!("the text has {} bytes; at most {TEXT_BYTES_MAX} are allowed", text.len()));
        }
        if level_dbfs.is_some_and(|level| !level.is_finite()) {
            return Err("level_dbfs is not a finite number".to_owned());
        }
        self.speech_end_ms[channel] = end_ms;
        let utterance = self.spoken[channel];
        self.spoken[channel] += 1;
        let (from, to) = (CallTime::from_millis(at_ms), CallTime::from_millis(end_ms));
        self.place(from, 2, Input::SpeechStarted { channel });
        self.place(to, 0, Input::SpeechEnded { channel, level_dbfs, language });
        self.place(to, 1, Input::Text { channel, utterance, committed: text, r#final: true, to });
        Ok(())
    }

    fn finish(mut self) -> Result<Timeline, BadTimeline> {
        if !self.started {
            return Err(BadTimeline { line: 0, message: "no call_started in it; it is empty".to_owned() });
        }
        let end = self.ended.unwrap_or_else(|| {
            // A timeline that breaks off: the call is over when its last word is.
            let last_ms = Channel::BOTH
                .into_iter()
                .map(|channel| self.speech_end_ms[channel])
                .fold(self.last_ms, u64::max);
            let end = CallTime::from_millis(last_ms);
            self.placed.push((end, 3, self.placed.len(), Input::CallEnded { by: EndedBy::Unknown }));
            end
        });
        // Speech that the end of the call cuts off ends with it; its words count.
        for (at, ..) in &mut self.placed {
            *at = (*at).min(end);
        }
        self.placed.sort_by_key(|(at, rank, index, input)| {
            let last = matches!(input, Input::CallEnded { .. });
            (*at, if last { 3 } else { *rank }, *index)
        });
        Ok(Timeline { inputs: self.placed.into_iter().map(|(at, _, _, input)| (at, input)).collect() })
    }
}
