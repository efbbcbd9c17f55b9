use std::collections::VecDeque;

use crate::call::{Channel, PerChannel};

use super::event::{CaptureEvent, LineTime, LossReason};

/// The way into a bounded queue that may be full.
///
/// When it is full, sound is dropped and counted, newest first; the reader learns of it as a `Lost` with reason
/// [`LossReason::Overrun`] and a `Back`, as soon as there is room. Everything else is kept until then: what waits is never
/// more than a few events, because a channel that is already told as lost has nothing new to tell.
#[derive(Debug, Default)]
pub struct Outlet {
    waiting: VecDeque<CaptureEvent>,
    sides: PerChannel<Side>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Side {
    /// The reader was told that the channel is lost.
    told_lost: bool,
    /// The channel has been dropping blocks, so its own `Back` comes too early.
    dropping: bool,
    dropped: u64,
}

impl Outlet {
    /// Nothing waits.
    pub fn new() -> Self {
        Self::default()
    }

    /// Passes `event` on through `send`, which gives it back when there is no room.
    pub fn offer(
        &mut self,
        event: CaptureEvent,
        mut send: impl FnMut(CaptureEvent) -> Result<(), CaptureEvent>,
    ) {
        self.drain(&mut send);
        match event {
            CaptureEvent::Audio { channel, at, samples } => self.offer_audio(channel, at, samples, &mut send),
            CaptureEvent::Lost { channel, .. } => {
                if !std::mem::replace(&mut self.sides[channel].told_lost, true) {
                    self.waiting.push_back(event);
                }
            }
            CaptureEvent::Back { channel, .. } => {
                if !self.sides[channel].dropping {
                    self.sides[channel].told_lost = false;
                    self.waiting.push_back(event);
                }
            }
            CaptureEvent::SameSource { .. } => {
                self.waiting.retain(|waiting| !matches!(waiting, CaptureEvent::SameSource { .. }));
                self.waiting.push_back(event);
            }
            CaptureEvent::Overruns { channel, blocks } => self.count(channel, blocks),
        }
        self.drain(&mut send);
    }

    fn offer_audio(
        &mut self,
        channel: Channel,
        at: LineTime,
        samples: Vec<i16>,
        send: &mut impl FnMut(CaptureEvent) -> Result<(), CaptureEvent>,
    ) {
        if self.waiting.is_empty() && self.sides[channel].dropping {
            self.sides[channel].dropping = false;
            self.sides[channel].told_lost = false;
            self.waiting.push_back(CaptureEvent::Back { channel, at });
            self.drain(send);
        }
        let block = CaptureEvent::Audio { channel, at, samples };
        let refused = !self.waiting.is_empty() || send(block).is_err();
        if refused {
            self.drop_block(channel, at);
        }
    }

    fn drop_block(&mut self, channel: Channel, at: LineTime) {
        self.count(channel, 1);
        let side = &mut self.sides[channel];
        side.dropping = true;
        let reason = LossReason::Overrun;
        // A `Back` that has not left yet is not true any more.
        let untold = self
            .waiting
            .iter()
            .position(|event| matches!(event, CaptureEvent::Back { channel: of, .. } if *of == channel));
        if let Some(index) = untold {
            self.waiting.remove(index);
            side.told_lost = true;
        }
        if !std::mem::replace(&mut side.told_lost, true) {
            self.waiting.push_back(CaptureEvent::Lost { channel, at, reason });
        }
    }

    fn count(&mut self, channel: Channel, blocks: u64) {
        self.sides[channel].dropped += blocks;
    }

    fn drain(&mut self, send: &mut impl FnMut(CaptureEvent) -> Result<(), CaptureEvent>) {
        while let Some(event) = self.waiting.pop_front() {
            if let Err(event) = send(event) {
                self.waiting.push_front(event);
                return;
            }
        }
        for channel in Channel::BOTH {
            let blocks = std::mem::take(&mut self.sides[channel].dropped);
            if blocks > 0 && send(CaptureEvent::Overruns { channel, blocks }).is_err() {
                self.sides[channel].dropped = blocks;
                return;
            }
        }
    }
}
