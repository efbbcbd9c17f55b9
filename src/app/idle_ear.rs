use crate::call::{CallTime, Channel};
use crate::capture::LineTime;
use crate::segment::{Heard, Segmenter};
use crate::vad::TwoEars;

/// The ear between calls.
pub(super) struct IdleEar {
    segmenter: Segmenter<TwoEars>,
    customer_since: Option<CallTime>,
}

impl IdleEar {
    pub(super) fn new() -> Self {
        Self { segmenter: Segmenter::new(|_| TwoEars::new()), customer_since: None }
    }

    /// True once the customer has spoken for `after_ms` on end.
    pub(super) fn hears_a_call(
        &mut self,
        channel: Channel,
        at: LineTime,
        samples: &[i16],
        after_ms: u32,
    ) -> bool {
        let from = CallTime::from_samples(at.as_samples());
        self.segmenter.push(channel, from, samples);
        while let Some(heard) = self.segmenter.poll() {
            match heard {
                Heard::SpeechStarted { channel: Channel::Customer, at } => self.customer_since = Some(at),
                Heard::SpeechEnded { channel: Channel::Customer, .. } => self.customer_since = None,
                _ => {}
            }
        }
        self.customer_since
            .is_some_and(|since| self.segmenter.settled().millis_since(since) >= u64::from(after_ms))
    }
}
