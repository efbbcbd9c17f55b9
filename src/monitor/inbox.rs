use std::collections::{BTreeMap, VecDeque};

use crate::call::{CallTime, Channel, EndedBy, EventKind, PerChannel, Span};
use crate::rules::{Act, Utterance};

/// Something that the rules will be told.
#[derive(Clone, Debug)]
pub(super) struct Note {
    pub(super) at: CallTime,
    pub(super) kind: NoteKind,
}

#[derive(Clone, Debug)]
pub(super) enum NoteKind {
    Say(EventKind),
    Answered { ring_ms: Option<u64> },
    SpeechStarted { channel: Channel },
    Spoken(Utterance),
    Quiet { since: CallTime, length_ms: u64 },
    Noise { level_dbfs: f32 },
    Declared { rule: String },
    Acted(Act),
    Missing,
    Gap { gap_ms: u64, all_back: bool },
    Ended { by: EndedBy },
}

/// What has happened and not been judged, in order of audio time.
///
/// Speech stands here from its end on and lets nothing pass until its words are known. Bounded by
/// [`TEXT_WAIT_MAX_MS`](super::TEXT_WAIT_MAX_MS): speech that waits longer is let through without words.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    notes: VecDeque<Note>,
    /// Words that are awaited: utterance number by channel, for each `Spoken` in `notes` in order.
    awaited: PerChannel<VecDeque<u32>>,
    /// Words that came before the speech was known to be over.
    early: BTreeMap<(Channel, u32), String>,
    /// Words of speech that is in `notes`.
    known: BTreeMap<(Channel, u32), String>,
    spoken: PerChannel<u32>,
    closed: bool,
}

impl Inbox {
    pub(super) fn push(&mut self, at: CallTime, kind: NoteKind) {
        self.notes.push_back(Note { at, kind });
    }

    /// Nothing more will come but words.
    pub(super) fn close(&mut self, at: CallTime, by: EndedBy) {
        self.push(at, NoteKind::Ended { by });
        self.closed = true;
    }

    pub(super) const fn is_closed(&self) -> bool {
        self.closed
    }

    pub(super) fn is_empty(&self) -> bool {
        self.notes.is_empty()
    }

    /// Number of the utterance that this channel speaks now or will speak next.
    pub(super) fn next_utterance(&self, channel: Channel) -> u32 {
        self.spoken[channel]
    }

    pub(super) fn speech_ended(
        &mut self,
        channel: Channel,
        from: CallTime,
        to: CallTime,
        level_dbfs: Option<f32>,
        language: Option<String>,
    ) {
        let number = self.spoken[channel];
        self.spoken[channel] += 1;
        if let Some(text) = self.early.remove(&(channel, number)) {
            self.known.insert((channel, number), text);
        }
        self.awaited[channel].push_back(number);
        let span = Span { from, to };
        self.push(
            to,
            NoteKind::Spoken(Utterance { channel, span, text: String::new(), level_dbfs, language }),
        );
    }

    /// The words of an utterance, all of them.
    pub(super) fn text(&mut self, channel: Channel, utterance: u32, text: String) {
        if utterance >= self.spoken[channel] {
            self.early.insert((channel, utterance), text);
        } else if self.awaited[channel].contains(&utterance) {
            self.known.insert((channel, utterance), text);
        }
    }

    /// The next note, unless it is speech whose words are not known.
    pub(super) fn pop(&mut self) -> Option<Note> {
        if let NoteKind::Spoken(utterance) = &mut self.notes.front_mut()?.kind {
            let channel = utterance.channel;
            let number = *self.awaited[channel].front()?;
            utterance.text = self.known.remove(&(channel, number))?;
            self.awaited[channel].pop_front();
        }
        self.notes.pop_front()
    }

    /// True if what is pushed now will not be popped before words come.
    pub(super) fn is_waiting(&self) -> bool {
        self.notes.iter().any(|note| {
            let NoteKind::Spoken(utterance) = &note.kind else { return false };
            let unknown = |number: &u32| !self.known.contains_key(&(utterance.channel, *number));
            self.awaited[utterance.channel].iter().any(unknown)
        })
    }

    /// End of the speech for whose words everything waits.
    pub(super) fn waiting_since(&self) -> Option<CallTime> {
        self.notes.front().map(|note| note.at)
    }

    /// Speech that ended before `before` gets no words any more.
    pub(super) fn give_up_before(&mut self, before: CallTime) {
        let mut position = PerChannel::<usize>::default();
        for note in &self.notes {
            let NoteKind::Spoken(utterance) = &note.kind else { continue };
            let channel = utterance.channel;
            if note.at < before
                && let Some(number) = self.awaited[channel].get(position[channel])
            {
                self.known.entry((channel, *number)).or_default();
            }
            position[channel] += 1;
        }
    }
}
