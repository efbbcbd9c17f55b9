use std::collections::VecDeque;

use crate::call::{CallTime, Span};

/// The last seconds of one channel, by their place in the call.
///
/// A gap in the audio stays a gap: asking for a stretch with one in it gives what there is, joined.
#[derive(Debug, Default)]
pub(super) struct AudioTail {
    /// Stretches without a gap, oldest first, none empty.
    runs: VecDeque<Run>,
}

#[derive(Debug)]
struct Run {
    from: u64,
    samples: VecDeque<i16>,
}

impl Run {
    fn end(&self) -> u64 {
        self.from + self.samples.len() as u64
    }
}

impl AudioTail {
    /// Adds what was heard from `at` on. What overlaps with what is here already is left out.
    pub(super) fn push(&mut self, at: CallTime, samples: &[i16]) {
        let end = self.end().as_samples();
        let overlap = end.saturating_sub(at.as_samples()).min(samples.len() as u64);
        let fresh = &samples[overlap as usize..];
        if fresh.is_empty() {
            return;
        }
        let from = at.as_samples() + overlap;
        match self.runs.back_mut() {
            Some(last) if last.end() == from => last.samples.extend(fresh),
            _ => self.runs.push_back(Run { from, samples: fresh.iter().copied().collect() }),
        }
    }

    /// First moment that is not here yet.
    pub(super) fn end(&self) -> CallTime {
        CallTime::from_samples(self.runs.back().map_or(0, Run::end))
    }

    /// Forgets what lies before `moment`; gives how many samples that were.
    pub(super) fn forget_before(&mut self, moment: CallTime) -> u64 {
        let mut forgotten = 0;
        while let Some(first) = self.runs.front_mut() {
            let count = moment.as_samples().saturating_sub(first.from).min(first.samples.len() as u64);
            first.samples.drain(..count as usize);
            first.from += count;
            forgotten += count;
            if !first.samples.is_empty() || self.runs.len() == 1 {
                break;
            }
            self.runs.pop_front();
        }
        forgotten
    }

    /// What there is of `span`.
    pub(super) fn samples(&self, span: Span) -> Vec<i16> {
        let mut found = Vec::with_capacity(span.to.samples_since(span.from) as usize);
        for run in &self.runs {
            let from = span.from.as_samples().max(run.from);
            let to = span.to.as_samples().min(run.end());
            if from < to {
                let range = (from - run.from) as usize..(to - run.from) as usize;
                found.extend(run.samples.range(range));
            }
        }
        found
    }

    /// Middle of the quietest 100 ms in `span`, the earliest of equals; a gap is quieter than any sound.
    pub(super) fn quietest(&self, span: Span) -> CallTime {
        const STEP_MS: u64 = 10;
        const STEPS: usize = 10;
        let energy_of_step = |step: u64| -> u64 {
            let from = span.from.plus_millis(step * STEP_MS);
            let to = from.plus_millis(STEP_MS);
            let samples = self.samples(Span { from, to });
            samples.iter().map(|&sample| u64::from(sample.unsigned_abs()).pow(2)).sum()
        };
        let energies: Vec<u64> = (0..span.millis() / STEP_MS).map(energy_of_step).collect();
        (0_u64..)
            .zip(energies.windows(STEPS))
            .min_by_key(|(_, window)| window.iter().sum::<u64>())
            .map_or(span.to, |(step, _)| span.from.plus_millis(step * STEP_MS + STEP_MS * STEPS as u64 / 2))
    }
}
