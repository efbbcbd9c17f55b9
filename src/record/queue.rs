use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use crate::call::{CallTime, Channel};
use crate::wire::StampedEvent;

use super::call_record::CallRecord;
use super::error::RecordError;

/// Blocks and events between a call and its writer: 10 s of 10-ms blocks of both sides. A disk that sleeps longer has failed.
const QUEUE_MAX: usize = 2_000;

/// Events kept back while the queue is full. A call has a few events a second: this is an hour of them.
const EVENTS_WAITING_MAX: usize = 10_000;

enum Message {
    Audio {
        channel: Channel,
        from: CallTime,
        samples: Vec<i16>,
    },
    /// Boxed: events are few and large, blocks many and small.
    Event(Box<StampedEvent>),
}

/// What is said last, on a line of its own, so that a full queue cannot hold it up.
struct Last {
    events: VecDeque<StampedEvent>,
    end: CallTime,
}

/// A bounded queue between a call and the thread that writes its record.
///
/// The handle never blocks. When the queue is full, audio is dropped and counted: the record places blocks by their time, so
/// it becomes a hole of zeros. Events wait their turn. Start the writer on a named thread:
/// `Builder::new().name("record".into()).spawn(move || writer.run(record, report))`.
pub fn record_queue() -> (RecordHandle, RecordWriter) {
    let (sender, receiver) = sync_channel(QUEUE_MAX);
    let (last_sender, last) = sync_channel(1);
    let handle = RecordHandle {
        sender,
        last: last_sender,
        waiting: VecDeque::new(),
        dropped_samples: 0,
        dropped_events: 0,
    };
    (handle, RecordWriter { receiver, last, journaled: None })
}

/// The call's end of the queue. Dropped without [`finish`](Self::finish), the record ends with its last audio.
pub struct RecordHandle {
    sender: SyncSender<Message>,
    last: SyncSender<Last>,
    waiting: VecDeque<StampedEvent>,
    dropped_samples: u64,
    dropped_events: u64,
}

impl RecordHandle {
    /// Hands over audio of one side from moment `from` on.
    pub fn audio(&mut self, channel: Channel, from: CallTime, samples: Vec<i16>) {
        self.send_waiting();
        let length = samples.len() as u64;
        if self.sender.try_send(Message::Audio { channel, from, samples }).is_err() {
            self.dropped_samples += length;
        }
    }

    /// Hands over an event.
    pub fn event(&mut self, event: StampedEvent) {
        if self.waiting.len() == EVENTS_WAITING_MAX {
            self.dropped_events += 1;
            return;
        }
        self.waiting.push_back(event);
        self.send_waiting();
    }

    /// Samples dropped because the writer did not keep up or is gone.
    pub const fn dropped_samples(&self) -> u64 {
        self.dropped_samples
    }

    /// Events dropped because the writer did not keep up for very long.
    pub const fn dropped_events(&self) -> u64 {
        self.dropped_events
    }

    /// The call ended at `end`; the writer finishes by itself.
    pub fn finish(mut self, end: CallTime) {
        self.send_waiting();
        let events = std::mem::take(&mut self.waiting);
        // Its only use, so there is room; a writer that is gone has nothing to finish.
        let _ = self.last.try_send(Last { events, end });
    }

    fn send_waiting(&mut self) {
        while let Some(event) = self.waiting.pop_front() {
            let sent = self.sender.try_send(Message::Event(Box::new(event)));
            let (Err(TrySendError::Full(message)) | Err(TrySendError::Disconnected(message))) = sent else {
                continue;
            };
            if let Message::Event(event) = message {
                self.waiting.push_front(*event);
            }
            return;
        }
    }
}

/// The disk's end of the queue.
pub struct RecordWriter {
    receiver: Receiver<Message>,
    last: Receiver<Last>,
    journaled: Option<Box<dyn FnMut(u64) + Send>>,
}

/// How the writing went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordReport {
    /// Samples that came too late for their place and were left out.
    pub late_samples: u64,
    /// Errors reported.
    pub errors: u64,
}

impl RecordWriter {
    /// Tells `journaled` the number of the newest event each time the journal has grown, once it is in it.
    pub fn telling(self, journaled: impl FnMut(u64) + Send + 'static) -> Self {
        Self { journaled: Some(Box::new(journaled)), ..self }
    }

    /// Writes until the call is over. Tells each error to `report`, and goes on with what can still be written.
    pub fn run(mut self, mut record: CallRecord, mut report: impl FnMut(RecordError)) -> RecordReport {
        let mut errors = 0;
        let mut check = |written: Result<(), RecordError>| {
            if let Err(error) = written {
                errors += 1;
                report(error);
            }
        };
        let mut told_seq = 0;
        let mut tell = |record: &CallRecord| {
            let seq = record.journaled_seq();
            if let Some(journaled) = self.journaled.as_mut().filter(|_| seq > told_seq) {
                told_seq = seq;
                journaled(seq);
            }
        };
        for message in &self.receiver {
            match message {
                Message::Audio { channel, from, samples } => check(record.audio(channel, from, &samples)),
                Message::Event(event) => {
                    check(record.event(&event));
                    tell(&record);
                }
            }
        }
        let last = self.last.try_recv().unwrap_or(Last { events: VecDeque::new(), end: CallTime::START });
        for event in &last.events {
            check(record.event(event));
            tell(&record);
        }
        check(record.finish(last.end));
        RecordReport { late_samples: record.late_samples(), errors }
    }
}
