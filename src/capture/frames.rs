use super::settings::{Role, SampleFormat};

/// How a device's sound lies in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamFormat {
    /// Frames a second.
    pub rate_hz: u32,
    /// Interleaved channels, 1 or more.
    pub channels: u16,
    /// One sample.
    pub sample: SampleFormat,
}

impl SampleFormat {
    /// Bytes of one sample.
    pub const fn bytes(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I24 | Self::I32 | Self::F32 => 4,
        }
    }

    /// One sample as ±1, full scale of the format = 1. `raw` must be [`bytes`](Self::bytes) long.
    fn read(self, raw: &[u8]) -> f32 {
        let word = || [raw[0], raw[1]];
        let long = || [raw[0], raw[1], raw[2], raw[3]];
        match self {
            Self::U8 => (f32::from(raw[0]) - 128.0) / 128.0,
            Self::I16 => f32::from(i16::from_ne_bytes(word())) / 32_768.0,
            Self::U16 => (f32::from(u16::from_ne_bytes(word())) - 32_768.0) / 32_768.0,
            // The top byte is unspecified: shifted out and the sign brought back.
            Self::I24 => ((i32::from_ne_bytes(long()) << 8) >> 8) as f32 / 8_388_608.0,
            Self::I32 => (f64::from(i32::from_ne_bytes(long())) / 2_147_483_648.0) as f32,
            Self::F32 => {
                let value = f32::from_ne_bytes(long());
                if value.is_finite() { value } else { 0.0 }
            }
        }
    }
}

impl StreamFormat {
    /// Bytes of one frame.
    pub const fn frame_bytes(self) -> usize {
        self.channels as usize * self.sample.bytes()
    }

    /// Splits interleaved bytes into the sides that `role` wants, ±1, in the order of [`Role::channels`].
    ///
    /// A device for one side is averaged over its channels: headset loopbacks carry the same on both.
    /// A channel of the map that the device lacks is silent. Bytes of a torn last frame are left out.
    pub fn split(self, role: Role, raw: &[u8]) -> Vec<Vec<f32>> {
        let frames = raw.chunks_exact(self.frame_bytes());
        let pick = |channel: u16| -> Vec<f32> {
            let from = channel as usize * self.sample.bytes();
            let to = from + self.sample.bytes();
            frames.clone().map(|frame| frame.get(from..to).map_or(0.0, |raw| self.sample.read(raw))).collect()
        };
        match role {
            Role::Both(map) => vec![pick(map.agent), pick(map.customer)],
            Role::Side(_) if self.channels == 1 => vec![pick(0)],
            Role::Side(_) => {
                let share = 1.0 / f32::from(self.channels);
                let mean = |frame: &[u8]| {
                    frame.chunks_exact(self.sample.bytes()).map(|raw| self.sample.read(raw)).sum::<f32>()
                        * share
                };
                vec![frames.clone().map(mean).collect()]
            }
        }
    }
}
