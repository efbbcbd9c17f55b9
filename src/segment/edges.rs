/// Evidence, in nats, at which the present state is given up. A frame counts for [`FRAME_EVIDENCE`] at most, so speech
/// is not believed before 70 ms of a clear voice: a shorter burst is no syllable.
const CERTAIN: f32 = 20.0;

/// Most that one frame can say for or against speech.
const FRAME_EVIDENCE: f32 = 3.0;

/// Quiet that ends an utterance: 300 ms.
const PAUSE_FRAMES: u64 = 30;

/// Longest doubt whether an utterance goes on: 420 ms.
const PAUSE_DOUBT_FRAMES: u64 = 42;

/// Longest doubt whether an utterance has begun: 90 ms. With the lag of the detector this is what keeps a start of
/// speech from coming out more than 200 ms late.
const ONSET_DOUBT_FRAMES: u64 = 9;

/// Speech starts so many frames before the first that speaks for it: first consonants are weak.
const ONSET_LEAD_FRAMES: u64 = 1;

/// An edge of speech on one channel; frames are counted from the channel's first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Edge {
    /// Speech starts with this frame.
    Rise { frame: u64 },
    /// Speech ends before this frame; `mean_square` is over its sounding frames.
    Fall { frame: u64, mean_square: f64 },
}

/// Turns the evidence for speech, frame by frame, into edges.
///
/// A cumulative sum test (Page 1954) in each direction: evidence against the present state (speech or quiet) is added
/// up and evidence for it taken off again, never below zero. When the sum has become large enough, the state has
/// changed, and it did so where the sum last left zero. So an edge is placed where it most likely was, not where it
/// became certain; and a click, or one misheard frame, leaves a sum that the next frames take off again.
#[derive(Clone, Debug, Default)]
pub(super) struct EdgeFinder {
    /// Frames heard so far.
    frames: u64,
    utterance: Option<Loudness>,
    /// First frame of the speech that is going on or was the last.
    speech_from: u64,
    /// End of the last speech that is over.
    speech_to: u64,
    /// Sum of the evidence against the present state.
    doubt: f32,
    /// The frame from which on there is doubt: a change of state would be placed here.
    doubt_from: u64,
    /// Of the frames since.
    doubtful: Loudness,
}

/// Mean square of sounding frames, in the making.
#[derive(Clone, Copy, Debug, Default)]
struct Loudness {
    energy: f64,
    frames: u32,
}

impl EdgeFinder {
    /// Takes the next frame: log-odds that it is speech, and its mean square. Returns an edge at this or an earlier
    /// frame, if one has become certain.
    pub(super) fn hear(&mut self, evidence: f32, mean_square: f64) -> Option<Edge> {
        let frame = self.frames;
        self.frames += 1;
        if self.doubt == 0.0 {
            self.doubt_from = frame;
            self.accept_doubtful();
        }
        if evidence > 0.0 {
            self.doubtful.energy += mean_square;
            self.doubtful.frames += 1;
        }
        let evidence = evidence.clamp(-FRAME_EVIDENCE, FRAME_EVIDENCE);
        let against = if self.utterance.is_some() { -evidence } else { evidence };
        self.doubt = (self.doubt + against).clamp(0.0, CERTAIN);
        if self.utterance.is_some() { self.fall_if_certain() } else { self.rise_if_certain() }
    }

    /// No more frames, after `heard_frames`, of which the last may not have been judged: an utterance in progress ends
    /// with them, or where a pause has begun.
    pub(super) fn finish(mut self, heard_frames: u64) -> Option<Edge> {
        if self.doubt < CERTAIN / 2.0 {
            self.doubt_from = heard_frames;
        }
        self.fall()
    }

    /// Every edge before this frame has come out.
    pub(super) fn settled(&self) -> u64 {
        let certain = if self.doubt > 0.0 { self.doubt_from } else { self.frames };
        certain.saturating_sub(ONSET_LEAD_FRAMES).max(self.speech_to)
    }

    /// Whether `frame`, old enough for the edges around it to have come out, lies outside speech.
    pub(super) fn is_pause(&self, frame: u64) -> bool {
        frame < self.speech_from || (self.utterance.is_none() && frame >= self.speech_to)
    }

    fn rise_if_certain(&mut self) -> Option<Edge> {
        self.doubt_from = self.doubt_from.max(self.frames.saturating_sub(ONSET_DOUBT_FRAMES));
        if self.doubt < CERTAIN {
            return None;
        }
        self.speech_from = self.settled();
        self.utterance = Some(Loudness::default());
        self.doubt = 0.0;
        Some(Edge::Rise { frame: self.speech_from })
    }

    fn fall_if_certain(&mut self) -> Option<Edge> {
        if self.doubt == 0.0 {
            return None;
        }
        let pause_frames = self.frames - self.doubt_from;
        let certain = pause_frames >= PAUSE_FRAMES && self.doubt == CERTAIN;
        if certain || pause_frames >= PAUSE_DOUBT_FRAMES { self.fall() } else { None }
    }

    fn fall(&mut self) -> Option<Edge> {
        let loudness = self.utterance.take()?;
        self.speech_to = self.doubt_from;
        self.doubt = 0.0;
        Some(Edge::Fall {
            frame: self.speech_to,
            mean_square: loudness.energy / f64::from(loudness.frames.max(1)),
        })
    }

    /// The doubt is gone: frames that were doubtful are part of the utterance, if there is one.
    fn accept_doubtful(&mut self) {
        let doubtful = std::mem::take(&mut self.doubtful);
        if let Some(loudness) = &mut self.utterance {
            loudness.energy += doubtful.energy;
            loudness.frames += doubtful.frames;
        }
    }
}
