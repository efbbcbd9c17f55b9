//! WAV and FLAC files as bytes, healthy or broken at will.

/// A WAV to be written; every field that a broken writer can get wrong is open.
#[derive(Clone)]
pub(crate) struct Wav {
    pub(crate) tag: u16,
    pub(crate) channels: u16,
    pub(crate) rate_hz: u32,
    pub(crate) bits: u16,
    /// Wrapped as WAVE_FORMAT_EXTENSIBLE.
    pub(crate) extensible: bool,
    /// Samples as they lie in the file.
    pub(crate) data: Vec<u8>,
    /// Size of the data chunk as the header states it; absent: the truth.
    pub(crate) stated_bytes: Option<u32>,
    /// Chunks between the format and the data.
    pub(crate) before_data: Vec<u8>,
    /// Chunks after the data.
    pub(crate) after_data: Vec<u8>,
}

impl Wav {
    /// 16-bit PCM of two channels, given as pairs.
    pub(crate) fn pcm16(rate_hz: u32, frames: &[[i16; 2]]) -> Self {
        let data = frames.iter().flatten().flat_map(|sample| sample.to_le_bytes()).collect();
        Self::of(1, 16, rate_hz, data)
    }

    /// Two channels in any form.
    pub(crate) fn of(tag: u16, bits: u16, rate_hz: u32, data: Vec<u8>) -> Self {
        Self {
            tag,
            channels: 2,
            rate_hz,
            bits,
            extensible: false,
            data,
            stated_bytes: None,
            before_data: Vec::new(),
            after_data: Vec::new(),
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let block = self.channels * self.bits.div_ceil(8);
        let mut fmt = Vec::new();
        fmt.extend(if self.extensible { 0xfffe } else { self.tag }.to_le_bytes());
        fmt.extend(self.channels.to_le_bytes());
        fmt.extend(self.rate_hz.to_le_bytes());
        fmt.extend(self.rate_hz.wrapping_mul(u32::from(block)).to_le_bytes());
        fmt.extend(block.to_le_bytes());
        fmt.extend(self.bits.to_le_bytes());
        if self.extensible {
            fmt.extend(22_u16.to_le_bytes());
            fmt.extend(self.bits.to_le_bytes());
            fmt.extend(3_u32.to_le_bytes());
            fmt.extend(self.tag.to_le_bytes());
            fmt.extend([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]);
        }
        let mut body = b"WAVE".to_vec();
        body.extend(chunk(b"fmt ", &fmt));
        body.extend(&self.before_data);
        body.extend(b"data");
        body.extend(self.stated_bytes.unwrap_or(self.data.len() as u32).to_le_bytes());
        body.extend(&self.data);
        body.extend(&self.after_data);
        let mut file = b"RIFF".to_vec();
        file.extend((body.len() as u32).to_le_bytes());
        file.extend(body);
        file
    }
}

/// One RIFF chunk, padded.
pub(crate) fn chunk(id: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut bytes = id.to_vec();
    bytes.extend((content.len() as u32).to_le_bytes());
    bytes.extend(content);
    bytes.extend(vec![0; content.len() % 2]);
    bytes
}

/// A FLAC of 16-bit verbatim frames, 256 samples a block: larger than FLAC should be, and simple enough to trust.
pub(crate) struct Flac {
    pub(crate) channels: u8,
    pub(crate) rate_hz: u32,
    /// Samples a channel as STREAMINFO promises them; 0 is "unknown".
    pub(crate) stated_frames: u64,
    /// MD5 as STREAMINFO states it; zero is "none".
    pub(crate) md5: [u8; 16],
}

impl Flac {
    pub(crate) const BLOCK: usize = 256;

    pub(crate) fn stereo(rate_hz: u32, frames: &[[i16; 2]]) -> Vec<u8> {
        let flac = Self { channels: 2, rate_hz, stated_frames: frames.len() as u64, md5: [0; 16] };
        flac.bytes(&frames.iter().map(|frame| frame.to_vec()).collect::<Vec<_>>())
    }

    /// The file; one inner vector a frame, one sample a channel.
    pub(crate) fn bytes(&self, frames: &[Vec<i16>]) -> Vec<u8> {
        let mut file = b"fLaC".to_vec();
        file.extend([0x80, 0, 0, 34]);
        file.extend((Self::BLOCK as u16).to_be_bytes());
        file.extend((Self::BLOCK as u16).to_be_bytes());
        file.extend([0; 6]);
        let packed = u64::from(self.rate_hz) << 44
            | u64::from(self.channels - 1) << 41
            | 15 << 36
            | self.stated_frames & 0xf_ffff_ffff;
        file.extend(packed.to_be_bytes());
        file.extend(self.md5);
        for (number, block) in frames.chunks(Self::BLOCK).enumerate() {
            file.extend(self.frame(number as u32, block));
        }
        file
    }

    fn frame(&self, number: u32, block: &[Vec<i16>]) -> Vec<u8> {
        let mut frame = vec![0xff, 0xf8, 0x70, (self.channels - 1) << 4];
        // FLAC's frame number has the form of UTF-8.
        let mut utf8 = [0; 4];
        frame.extend(char::from_u32(number).unwrap().encode_utf8(&mut utf8).bytes());
        frame.extend((block.len() as u16 - 1).to_be_bytes());
        frame.push(crc(&frame, 8, 0x07) as u8);
        for channel in 0..usize::from(self.channels) {
            frame.push(0x02);
            frame.extend(block.iter().flat_map(|samples| samples[channel].to_be_bytes()));
        }
        let crc16 = crc(&frame, 16, 0x8005);
        frame.extend(crc16.to_be_bytes());
        frame
    }
}

fn crc(bytes: &[u8], width: u32, polynomial: u16) -> u16 {
    let mask = (1_u32 << width) - 1;
    let crc = bytes.iter().fold(0_u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte) << (width - 8), |crc, _| {
            let shifted = crc << 1;
            if crc >> (width - 1) & 1 == 1 { shifted ^ u32::from(polynomial) } else { shifted }
        }) & mask
    });
    crc as u16
}
