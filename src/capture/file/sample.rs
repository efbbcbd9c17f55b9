//! Bytes of one sample to `f32` with full scale ±1.0.

/// How a WAV holds a sample, little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    U8,
    I16,
    I24,
    I32,
    F32,
    F64,
    ALaw,
    MuLaw,
}

impl Encoding {
    /// Bytes a sample.
    pub(super) const fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::ALaw | Self::MuLaw => 1,
            Self::I16 => 2,
            Self::I24 => 3,
            Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::U8 => "8-bit PCM",
            Self::I16 => "16-bit PCM",
            Self::I24 => "24-bit PCM",
            Self::I32 => "32-bit PCM",
            Self::F32 => "32-bit float",
            Self::F64 => "64-bit float",
            Self::ALaw => "A-law",
            Self::MuLaw => "µ-law",
        }
    }

    /// The sample in `bytes`, which holds as many as [`Self::bytes`] says; fewer read as 0.
    pub(super) fn decode(self, bytes: &[u8]) -> f32 {
        match (self, bytes) {
            (Self::U8, &[a]) => (f32::from(a) - 128.0) / 128.0,
            (Self::I16, &[a, b]) => f32::from(i16::from_le_bytes([a, b])) / 32_768.0,
            // Put into the upper bytes, 24 bits have the full scale of 32.
            (Self::I24, &[a, b, c]) => i32::from_le_bytes([0, a, b, c]) as f32 / 2_147_483_648.0,
            (Self::I32, &[a, b, c, d]) => i32::from_le_bytes([a, b, c, d]) as f32 / 2_147_483_648.0,
            (Self::F32, &[a, b, c, d]) => f32::from_le_bytes([a, b, c, d]),
            (Self::F64, &[a, b, c, d, e, f, g, h]) => f64::from_le_bytes([a, b, c, d, e, f, g, h]) as f32,
            (Self::ALaw, &[a]) => f32::from(a_law(a)) / 32_768.0,
            (Self::MuLaw, &[a]) => f32::from(mu_law(a)) / 32_768.0,
            _ => 0.0,
        }
    }
}

/// A-law to 16 bits, ITU-T G.711 table 1a: even bits inverted, sign, 3 bits of segment, 4 of mantissa.
fn a_law(code: u8) -> i16 {
    let code = code ^ 0x55;
    let mantissa = i16::from(code & 0x0f) << 4;
    let magnitude = match (code >> 4) & 7 {
        0 => mantissa + 8,
        segment => (mantissa + 0x108) << (segment - 1),
    };
    if code & 0x80 == 0 { -magnitude } else { magnitude }
}

/// µ-law to 16 bits, ITU-T G.711 table 2a: all bits inverted, biased by 33 (132 at 16 bits).
fn mu_law(code: u8) -> i16 {
    let code = !code;
    let magnitude = (((i16::from(code & 0x0f) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84;
    if code & 0x80 == 0 { magnitude } else { -magnitude }
}
