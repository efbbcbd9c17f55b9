use std::collections::VecDeque;

use crate::call::{CallTime, Channel, PerChannel};
use crate::uplink::UplinkHandle;
use crate::wire::LiveAudio;

/// Samples of a side in one block: 100 ms.
const BLOCK: usize = 1_600;
/// How far one side may lead before the other counts as quiet for that stretch: 300 ms.
const LEAD_MAX: usize = 3 * BLOCK;

/// Both sides of the running call for those who listen in, in blocks of 100 ms; nothing is kept while nobody does.
#[derive(Debug, Default)]
pub(super) struct LiveSound {
    /// Where the next block begins, in samples; none while nobody listens.
    begin: Option<u64>,
    /// What came of each side since then.
    sides: PerChannel<VecDeque<i16>>,
}

impl LiveSound {
    /// Takes samples of one side from moment `from` on, and hands on each block that is ready.
    pub(super) fn push(
        &mut self,
        uplink: Option<&UplinkHandle>,
        channel: Channel,
        from: CallTime,
        samples: &[i16],
    ) {
        let Some(uplink) = uplink.filter(|uplink| uplink.wants_audio()) else {
            if self.begin.is_some() {
                *self = Self::default();
            }
            return;
        };
        self.add(channel, from, samples);
        while let Some(block) = self.next_block() {
            uplink.audio(block);
        }
    }

    fn add(&mut self, channel: Channel, from: CallTime, samples: &[i16]) {
        let from = from.as_samples();
        let begin = *self.begin.get_or_insert(from);
        let end = begin + self.sides[channel].len() as u64;
        let late =
            usize::try_from(end.saturating_sub(from)).map_or(samples.len(), |late| late.min(samples.len()));
        let hole = from.saturating_sub(end);
        if hole > 4 * LEAD_MAX as u64 {
            // After a long loss there is nothing to listen to in between.
            *self = Self { begin: Some(from), ..Self::default() };
        } else {
            self.sides[channel].extend((0..hole).map(|_| 0));
        }
        self.sides[channel].extend(&samples[late..]);
    }

    fn next_block(&mut self) -> Option<LiveAudio> {
        let begin = self.begin?;
        let lengths = Channel::BOTH.map(|side| self.sides[side].len());
        let is_ready = lengths.iter().all(|length| *length >= BLOCK)
            || lengths.iter().any(|length| *length >= BLOCK + LEAD_MAX);
        if !is_ready {
            return None;
        }
        let mut samples = Vec::with_capacity(2 * BLOCK);
        for _ in 0..BLOCK {
            for side in Channel::BOTH {
                samples.push(self.sides[side].pop_front().unwrap_or(0));
            }
        }
        self.begin = Some(begin + BLOCK as u64);
        Some(LiveAudio { at_ms: CallTime::from_samples(begin).as_millis(), samples })
    }
}
