use std::collections::VecDeque;

/// Frames over which the noise floor is measured: 3 s.
const MEMORY_FRAMES: usize = 300;

/// Frames by which a frame's part in speech is certain: longer than any edge comes after its frame.
const CERTAIN_AFTER_FRAMES: usize = 60;

/// Pause frames without which there is no figure: 0.5 s.
const ENOUGH_FRAMES: usize = 50;

/// Level of a channel's pauses over the last 3 s.
#[derive(Clone, Debug)]
pub(super) struct Pauses {
    /// Mean squares of the newest frames, of which it is not certain yet whether they are speech.
    uncertain: VecDeque<f64>,
    /// Mean squares of the frames before; `None` was speech.
    heard: VecDeque<Option<f64>>,
    /// Frames that have become certain.
    frames: u64,
}

impl Default for Pauses {
    fn default() -> Self {
        Self {
            uncertain: VecDeque::with_capacity(CERTAIN_AFTER_FRAMES + 1),
            heard: VecDeque::with_capacity(MEMORY_FRAMES + 1),
            frames: 0,
        }
    }
}

impl Pauses {
    /// Takes the next frame's mean square; `is_pause` tells of an older frame, by its number, whether it was no speech.
    pub(super) fn hear(&mut self, mean_square: f64, is_pause: impl Fn(u64) -> bool) {
        self.uncertain.push_back(mean_square);
        if self.uncertain.len() <= CERTAIN_AFTER_FRAMES {
            return;
        }
        let certain = self.uncertain.pop_front();
        self.heard.push_back(certain.filter(|_| is_pause(self.frames)));
        self.frames += 1;
        if self.heard.len() > MEMORY_FRAMES {
            self.heard.pop_front();
        }
    }

    /// Mean square of the pauses, if there were enough.
    pub(super) fn mean_square(&self) -> Option<f64> {
        let count = self.heard.iter().flatten().count();
        let sum: f64 = self.heard.iter().flatten().sum();
        (count >= ENOUGH_FRAMES).then(|| sum / count as f64)
    }
}
