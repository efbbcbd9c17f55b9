use std::collections::VecDeque;

use super::audio_tail::AudioTail;
use super::{Job, JobId, JobKind, Pieces};
use crate::call::{CallTime, Channel, Span};

/// Audio taken before the detector's start of speech: a soft first consonant lies before it.
const PRE_ROLL_MS: u64 = 300;

/// Audio taken after its end: a falling last syllable, and a little quiet, which makes the model stop.
const POST_ROLL_MS: u64 = 200;

/// Longest piece given to the model, whose window is 30 s.
const PIECE_MS: u64 = 28_000;

/// How far back from its full length a piece may be cut: the quietest place of these is taken.
const CUT_SEARCH_MS: u64 = 8_000;

/// Kept of quiet audio, so that a start of speech may be told this much late (less the pre-roll).
const HISTORY_MS: u64 = 5_000;

/// Kept at most, whatever happens: a piece, and as much again for a caller who does not ask for jobs.
const TAIL_MS_MAX: u64 = 64_000;

/// Waited for the post-roll when the channel's audio has stopped.
const POST_ROLL_GRACE_MS: u64 = 500;

/// Words of an utterance, as they become known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextUpdate {
    /// Whose.
    pub channel: Channel,
    /// Which, from 0.
    pub utterance: u32,
    /// Where its speech starts.
    pub from: CallTime,
    /// End of the audio that these words cover; in the final update the end of the speech.
    pub to: CallTime,
    /// Words that will not change before the final update.
    pub committed: String,
    /// Words after these that may; empty in the final update.
    pub tentative: String,
    /// True once for each utterance: this is all of it.
    pub r#final: bool,
}

/// What was left undone, since the start of the call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamCounters {
    /// Partial passes left out because the one before was not back.
    pub partials_skipped: u64,
    /// Samples of speech forgotten because nobody asked for jobs for a minute.
    pub samples_lost: u64,
}

/// Decides which audio of one channel is transcribed when, and puts the answers together. Sans-IO.
///
/// After each block of audio: [`push`](Self::push) it, tell the detector's [`speech_started`](Self::speech_started)
/// and [`speech_ended`](Self::speech_ended), then take jobs with [`poll_job`](Self::poll_job) until there is none.
/// Each job comes back, in any order, through [`done`](Self::done).
///
/// - No speech, no job.
/// - Partial passes are due at fixed places of the audio, each `interval` after the start of the speech. One at a time
///   is out; those that fall due meanwhile are skipped but for the newest.
/// - The jobs depend on the audio and on what the detector said when, not on the size of the blocks, as long as each
///   job comes back before the next is asked for.
/// - Speech of more than 28 s is cut at its quietest place and goes on in the same utterance.
/// - Memory is bounded: at most 64 s of audio.
#[derive(Debug)]
pub struct TextStream {
    channel: Channel,
    interval_ms: u64,
    audio: AudioTail,
    /// Utterances without their final update, oldest first.
    utterances: VecDeque<Utterance>,
    asked: Vec<Asked>,
    next_job: u64,
    previous_end: CallTime,
    closed: bool,
    counters: StreamCounters,
}

#[derive(Debug)]
struct Utterance {
    number: u32,
    from: CallTime,
    end: Option<End>,
    /// Start of the audio of the piece that is not asked for yet.
    piece_from: CallTime,
    next_partial: CallTime,
    /// A partial pass that fell due while another was out.
    deferred_partial: Option<CallTime>,
    pieces: Pieces,
    /// All pieces have their final job.
    all_asked: bool,
}

#[derive(Clone, Copy, Debug)]
struct End {
    at: CallTime,
    noticed: CallTime,
}

/// A job that is out.
#[derive(Debug)]
struct Asked {
    id: JobId,
    kind: JobKind,
    utterance: u32,
    piece: usize,
    to: CallTime,
}

impl TextStream {
    /// Nothing heard yet. `partial_interval_ms` is the speech between two partial passes.
    pub fn new(channel: Channel, partial_interval_ms: u32) -> Self {
        Self {
            channel,
            interval_ms: u64::from(partial_interval_ms.max(1)),
            audio: AudioTail::default(),
            utterances: VecDeque::new(),
            asked: Vec::new(),
            next_job: 0,
            previous_end: CallTime::START,
            closed: false,
            counters: StreamCounters::default(),
        }
    }

    /// Audio of the channel, 16 kHz, from `at` on. Blocks come in order; a gap between two stays a gap.
    pub fn push(&mut self, at: CallTime, samples: &[i16]) {
        self.audio.push(at, samples);
        let end = self.audio.end();
        let wanted = self
            .utterances
            .iter()
            .filter(|utterance| !utterance.all_asked)
            .map(|utterance| utterance.piece_from)
            .min();
        let history = end.minus_millis(HISTORY_MS);
        self.audio.forget_before(wanted.map_or(history, |wanted| wanted.min(history)).min(end));
        self.counters.samples_lost += self.audio.forget_before(end.minus_millis(TAIL_MS_MAX));
    }

    /// The detector heard the start of utterance `number` (from 0, in order) at `at`.
    ///
    /// An utterance that is still open ends there.
    pub fn speech_started(&mut self, number: u32, at: CallTime) {
        self.speech_ended(at, at);
        let piece_from = at.minus_millis(PRE_ROLL_MS).max(self.previous_end).min(at);
        self.utterances.push_back(Utterance {
            number,
            from: at,
            end: None,
            piece_from,
            next_partial: at.plus_millis(self.interval_ms),
            deferred_partial: None,
            pieces: Pieces::default(),
            all_asked: false,
        });
    }

    /// The detector says at `noticed` that the open utterance ended at `at`. Nothing happens if none is open.
    pub fn speech_ended(&mut self, at: CallTime, noticed: CallTime) {
        if let Some(open) = self.utterances.back_mut().filter(|utterance| utterance.end.is_none()) {
            let at = at.max(open.from);
            open.end = Some(End { at, noticed: noticed.max(at) });
            self.previous_end = at;
        }
    }

    /// No more audio will come: the call is over at `at`, or the channel's audio is lost.
    ///
    /// An open utterance ends, and the final job of each is due with the audio that there is.
    pub fn finish(&mut self, at: CallTime) {
        self.speech_ended(at, at);
        self.closed = true;
    }

    /// The next piece of work at audio time `now`, or none for now. Ask again until there is none.
    pub fn poll_job(&mut self, now: CallTime) -> Option<Job> {
        let oldest = self.utterances.iter().position(|utterance| !utterance.all_asked)?;
        self.next_step(oldest, now)
    }

    /// What became of job `id`: its text, or none if it failed or was dropped. Gives what is new to say.
    ///
    /// A job that is unknown or was answered before gives nothing.
    pub fn done(&mut self, id: JobId, text: Option<&str>) -> Option<TextUpdate> {
        let asked = self.asked.swap_remove(self.asked.iter().position(|asked| asked.id == id)?);
        let index = self.utterances.iter().position(|utterance| utterance.number == asked.utterance)?;
        let utterance = &mut self.utterances[index];
        match (asked.kind, text) {
            (JobKind::Partial, None) => return None,
            (JobKind::Partial, Some(text)) => utterance.pieces.pass(asked.piece, text),
            (JobKind::Final, text) => utterance.pieces.settle(asked.piece, text),
        }
        if utterance.all_asked && utterance.pieces.all_settled() {
            let utterance = self.utterances.remove(index)?;
            return Some(TextUpdate {
                channel: self.channel,
                utterance: utterance.number,
                from: utterance.from,
                to: utterance.end.map_or(asked.to, |end| end.at),
                committed: utterance.pieces.text(),
                tentative: String::new(),
                r#final: true,
            });
        }
        let (committed, tentative) = utterance.pieces.committed_and_tentative();
        Some(TextUpdate {
            channel: self.channel,
            utterance: utterance.number,
            from: utterance.from,
            to: asked.to,
            committed,
            tentative,
            r#final: false,
        })
    }

    /// What was left undone.
    pub fn counters(&self) -> StreamCounters {
        self.counters
    }

    /// Whether a job is out or an utterance has no final update yet.
    pub fn is_busy(&self) -> bool {
        !self.utterances.is_empty() || !self.asked.is_empty()
    }

    /// The earliest thing to do for utterance `index`: partial passes and cuts in order of their audio time, then the end.
    fn next_step(&mut self, index: usize, now: CallTime) -> Option<Job> {
        let partial_out = self.asked.iter().any(|asked| asked.kind == JobKind::Partial);
        let utterance = &mut self.utterances[index];
        // What falls due before the end is noticed happens, whether or not the end is known by now: so the same jobs
        // come of large blocks and of small ones.
        let horizon = utterance.end.map_or(self.audio.end(), |end| self.audio.end().min(end.noticed));
        let cut_due = utterance.piece_from.plus_millis(PIECE_MS);
        while utterance.next_partial <= horizon && utterance.next_partial < cut_due {
            let due = utterance.next_partial;
            utterance.next_partial = due.plus_millis(self.interval_ms);
            if !partial_out {
                return Some(self.partial(index, due));
            }
            self.counters.partials_skipped += u64::from(utterance.deferred_partial.is_some());
            utterance.deferred_partial = Some(due);
        }
        if cut_due <= horizon {
            let search = Span { from: cut_due.minus_millis(CUT_SEARCH_MS), to: cut_due };
            let cut = self.audio.quietest(search);
            return Some(self.piece(index, cut));
        }
        if let Some(end) = utterance.end {
            let to = end.at.plus_millis(POST_ROLL_MS);
            let heard_enough = self.audio.end() >= to || now >= to.plus_millis(POST_ROLL_GRACE_MS);
            return (heard_enough || self.closed).then(|| self.last_piece(index, to));
        }
        if !partial_out
            && let Some(due) = utterance.deferred_partial.take()
            && due > utterance.piece_from
        {
            return Some(self.partial(index, due));
        }
        None
    }

    fn partial(&mut self, index: usize, to: CallTime) -> Job {
        let from = self.utterances[index].piece_from;
        self.ask(index, JobKind::Partial, Span { from, to })
    }

    fn piece(&mut self, index: usize, to: CallTime) -> Job {
        let from = self.utterances[index].piece_from;
        let job = self.ask(index, JobKind::Final, Span { from, to });
        let utterance = &mut self.utterances[index];
        utterance.piece_from = to;
        utterance.deferred_partial = None;
        utterance.pieces.begin();
        job
    }

    fn last_piece(&mut self, index: usize, to: CallTime) -> Job {
        let utterance = &mut self.utterances[index];
        self.counters.partials_skipped += u64::from(utterance.deferred_partial.take().is_some());
        utterance.all_asked = true;
        let from = utterance.piece_from.min(to);
        self.ask(index, JobKind::Final, Span { from, to })
    }

    fn ask(&mut self, index: usize, kind: JobKind, span: Span) -> Job {
        let utterance = &self.utterances[index];
        let id = JobId { channel: self.channel, number: self.next_job };
        self.next_job += 1;
        self.asked.push(Asked {
            id,
            kind,
            utterance: utterance.number,
            piece: utterance.pieces.current(),
            to: span.to,
        });
        Job { id, kind, span, samples: self.audio.samples(span) }
    }
}
