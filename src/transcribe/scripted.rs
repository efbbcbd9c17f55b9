use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::{Ask, RecognizeError, Recognizer};
use crate::call::{Channel, Span};

/// What was said, and when: one line of a [`Scripted`] recogniser's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptedLine {
    /// Who says it.
    pub channel: Channel,
    /// From the first to the last sound of it.
    pub span: Span,
    /// The words, spread evenly over the span.
    pub text: String,
}

/// A recogniser that knows what was said: the deterministic twin of the real one.
///
/// It gives the characters of its lines that lie wholly inside the samples' span. It can be told to invent text where
/// nothing was said (as Whisper does on silence), to fail, and to wait at a [`Gate`], which is how a test makes it slow
/// without a clock.
#[derive(Default)]
pub struct Scripted {
    lines: Vec<ScriptedLine>,
    invention: String,
    failure: Option<RecognizeError>,
    gate: Option<(SyncSender<()>, Receiver<()>)>,
}

/// Holds a [`Scripted`] recogniser back. Once dropped it holds nothing back any more.
pub struct Gate {
    arrivals: Receiver<()>,
    passage: SyncSender<()>,
}

/// Recognitions that a [`Gate`] can count ahead: more than a test has.
const GATE_CAPACITY: usize = 1_024;

impl Gate {
    /// Waits until a recognition has come to the gate.
    pub fn wait_for_arrival(&self) {
        // An error means that the recogniser is gone, and nobody will come.
        let _ = self.arrivals.recv();
    }

    /// Lets one more recognition through, now or when it comes.
    pub fn let_one_through(&self) {
        // A full gate lets more through than anyone waits for.
        let _ = self.passage.try_send(());
    }
}

impl Scripted {
    /// Knows these lines, in order of time.
    pub fn new(lines: Vec<ScriptedLine>) -> Self {
        Self { lines, ..Self::default() }
    }

    /// Says this where no line is.
    #[must_use]
    pub fn inventing(mut self, text: &str) -> Self {
        text.clone_into(&mut self.invention);
        self
    }

    /// Fails always.
    #[must_use]
    pub fn failing(mut self, with: RecognizeError) -> Self {
        self.failure = Some(with);
        self
    }

    /// Waits before each recognition until the gate lets it through.
    #[must_use]
    pub fn gated(mut self) -> (Self, Gate) {
        let (arrival, arrivals) = sync_channel(GATE_CAPACITY);
        let (passage, passages) = sync_channel(GATE_CAPACITY);
        self.gate = Some((arrival, passages));
        (self, Gate { arrivals, passage })
    }
}

impl Recognizer for Scripted {
    fn recognize(&mut self, _samples: &[f32], ask: &Ask) -> Result<String, RecognizeError> {
        if let Some((arrival, passages)) = &self.gate {
            // Errors mean that the gate is gone: nobody holds back any more.
            let _ = arrival.try_send(());
            let _ = passages.recv();
        }
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let heard: String = self
            .lines
            .iter()
            .filter(|line| line.channel == ask.channel)
            .flat_map(|line| heard_of(line, ask.span))
            .collect();
        Ok(if heard.is_empty() { self.invention.clone() } else { heard })
    }
}

/// The characters of `line` whose share of its span lies wholly in `span`.
fn heard_of(line: &ScriptedLine, span: Span) -> impl Iterator<Item = char> {
    let count = line.text.chars().count().max(1) as u64;
    let length = line.span.to.samples_since(line.span.from);
    line.text.chars().zip(0_u64..).filter_map(move |(character, index)| {
        let from = line.span.from.plus_samples(length * index / count);
        let to = line.span.from.plus_samples(length * (index + 1) / count);
        (span.from <= from && to <= span.to).then_some(character)
    })
}
