use super::bands::{BANDS, BandPowers};

/// Quietest noise in a band that is believed, about −85 dBFS: in digital silence nothing should sound for being −100.
const QUIETEST: f32 = 3e-9;

/// Noise in a band until something is known of the line: about −75 dBFS.
const PRIOR: f32 = 3e-8;

/// Share of a new frame in the estimate: 200 ms.
const QUIET_RATE: f32 = 0.05;

/// Share of a frame that sounds: noise may have become louder.
const SOUND_RATE: f32 = 0.03;

/// Such a frame counts as so many times the estimate at most: keys must not become the floor.
const SOUND_CLIP: f32 = 4.0;

/// Frames in which a sound is the line itself, whatever follows: the first 300 ms.
const YOUNG_FRAMES: u32 = 30;

/// Share of a new frame in the smoothed power whose minimum is followed.
const SMOOTHING: f32 = 0.3;

/// The minimum is over [`MINIMUM_PARTS`] parts of so many frames: 1.6 s, longer than a breath is held in speech.
const MINIMUM_PART_FRAMES: u32 = 40;
const MINIMUM_PARTS: usize = 4;

/// The smoothed power may be so many times below the estimate, then the estimate follows: noise has stopped.
const FALL_FACTOR: f32 = 4.0;

/// What a frame is to the estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// The line itself.
    Quiet,
    /// Something above it that is no voice: a key, or the line grown louder.
    Sound,
    /// Somebody speaks: tells of the line only through its minima.
    Voice,
}

/// The noise of a line in each band, followed through speech, keys and changes of the noise.
#[derive(Clone, Debug)]
pub(super) struct NoiseFloor {
    noise: BandPowers,
    smoothed: BandPowers,
    /// Minima of the smoothed power in each part, newest first.
    minima: [BandPowers; MINIMUM_PARTS],
    part_frames: u32,
    frames: u32,
}

impl NoiseFloor {
    pub(super) fn new() -> Self {
        Self {
            noise: [PRIOR; BANDS],
            smoothed: [0.0; BANDS],
            minima: [[f32::INFINITY; BANDS]; MINIMUM_PARTS],
            part_frames: 0,
            frames: 0,
        }
    }

    /// dB by which each band stands above the noise.
    pub(super) fn excess_db(&self, powers: &BandPowers) -> BandPowers {
        std::array::from_fn(|band| 10.0 * ((powers[band] + QUIETEST) / (self.noise[band] + QUIETEST)).log10())
    }

    /// Takes the next frame, which holds `content`.
    pub(super) fn update(&mut self, powers: &BandPowers, content: Content) {
        self.frames = self.frames.saturating_add(1);
        self.follow_minima(powers);
        let young_rate = 1.0 / (self.frames as f32 + 1.0);
        let is_young = self.frames < YOUNG_FRAMES;
        for (band, &power) in powers.iter().enumerate() {
            let noise = self.noise[band];
            let followed = match content {
                Content::Quiet => noise + QUIET_RATE.max(young_rate) * (power - noise),
                Content::Sound if is_young => noise + young_rate * (power - noise),
                Content::Sound => noise + SOUND_RATE * (power.min(SOUND_CLIP * noise) - noise),
                Content::Voice => noise,
            };
            self.noise[band] =
                followed.max(self.minimum(band)).min(self.smoothed[band] * FALL_FACTOR).max(QUIETEST);
        }
    }

    fn follow_minima(&mut self, powers: &BandPowers) {
        if self.part_frames == MINIMUM_PART_FRAMES {
            self.part_frames = 0;
            self.minima.rotate_right(1);
            self.minima[0] = [f32::INFINITY; BANDS];
        }
        self.part_frames += 1;
        for (band, &power) in powers.iter().enumerate() {
            self.smoothed[band] += SMOOTHING * (power - self.smoothed[band]);
            self.minima[0][band] = self.minima[0][band].min(self.smoothed[band]);
        }
    }

    /// Lowest smoothed power of the last 1.6 s; 0 before that much was heard.
    fn minimum(&self, band: usize) -> f32 {
        if self.frames <= MINIMUM_PART_FRAMES * MINIMUM_PARTS as u32 {
            return 0.0;
        }
        self.minima.iter().map(|part| part[band]).fold(f32::INFINITY, f32::min)
    }
}
