//! WAV: the RIFF chunks walked, damage named by byte.
//!
//! Sources: Microsoft/IBM "Multimedia Programming Interface and Data Specifications 1.0" (RIFF, `fmt `),
//! Microsoft "Multiple Channel Audio Data and WAVE Files" (`WAVE_FORMAT_EXTENSIBLE`), EBU Tech 3306 (RF64, `ds64`).

use std::io::{Read, Seek, SeekFrom};

use super::error::{ChannelCount, Fault, FileProblem, FileWarning};
use super::format::{FileInfo, FrameSource, read_up_to, unreadable};
use super::sample::Encoding;

/// Chunks looked at before the audio. Real files have fewer than twenty; this only ends a file made of nothing else.
const CHUNKS_MAX: usize = 1_024;

/// Frames read at a time.
const FRAMES_A_READ: usize = 4_096;

/// Size field of a chunk whose real size stands in `ds64`, or of a stream that never knew it.
const SIZE_UNKNOWN: u32 = u32::MAX;

/// Everything of `WAVE_FORMAT_EXTENSIBLE`'s format GUID after the two bytes that hold the classic format tag.
const GUID_TAIL: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

/// An open WAV, at its next frame.
pub(super) struct WavSource<R> {
    source: R,
    info: FileInfo,
    encoding: Encoding,
    frames_left: u64,
    frames_read: u64,
    stated_frames: u64,
    bytes: Vec<u8>,
    length_warning: Option<FileWarning>,
    not_finite: Option<(u64, u64)>,
}

struct Format {
    encoding: Encoding,
    rate_hz: u32,
}

struct Chunk {
    id: [u8; 4],
    size: u32,
    /// First byte of the content.
    start: u64,
}

impl<R: Read + Seek + Send> WavSource<R> {
    /// Walks to the audio. `source` stands at `RIFF`; the file is `file_bytes` long.
    pub(super) fn open(mut source: R, file_bytes: u64) -> Result<Self, Fault> {
        let start = source.stream_position().map_err(|error| unreadable(0, error))?;
        seek(&mut source, start + 12)?;
        let mut format = None;
        let mut data_bytes_64 = None;
        for _ in 0..CHUNKS_MAX {
            let chunk = read_chunk(&mut source, format.is_some())?;
            match &chunk.id {
                b"fmt " => format = Some(read_format(&mut source, &chunk)?),
                b"ds64" => data_bytes_64 = Some(read_data_size(&mut source, &chunk)?),
                b"data" => {
                    let format = format.ok_or_else(|| {
                        let what = "the audio comes before its format (no `fmt ` chunk)";
                        header_fault(chunk.start - 8, what)
                    })?;
                    return Self::at_data(source, file_bytes, &chunk, &format, data_bytes_64);
                }
                _ => {}
            }
            // Chunks are padded to whole words.
            seek(&mut source, chunk.start + u64::from(chunk.size) + u64::from(chunk.size % 2))?;
        }
        let at = source.stream_position().map_err(|error| unreadable(0, error))?;
        Err(header_fault(at, "no audio within the first 1024 chunks"))
    }

    fn at_data(
        mut source: R,
        file_bytes: u64,
        chunk: &Chunk,
        format: &Format,
        data_bytes_64: Option<u64>,
    ) -> Result<Self, Fault> {
        let frame_bytes = 2 * format.encoding.bytes() as u64;
        let available = file_bytes.saturating_sub(chunk.start);
        let stated = match (chunk.size, data_bytes_64) {
            (SIZE_UNKNOWN, size_64) => size_64.filter(|&size| size != 0),
            (0, _) if only_chunks_follow(&mut source, chunk.start, file_bytes)? => Some(0),
            (0, _) => None,
            (size, _) => Some(u64::from(size)),
        };
        seek(&mut source, chunk.start)?;
        let frames = stated.unwrap_or(available).min(available) / frame_bytes;
        if frames == 0 {
            return Err(Fault::at_byte(chunk.start, FileProblem::NoAudio));
        }
        let stated_frames = stated.map_or(frames, |bytes| bytes.div_ceil(frame_bytes));
        let length_warning = match stated {
            None => Some(FileWarning::NoLength { frames }),
            Some(_) if stated_frames > frames => Some(FileWarning::CutShort { stated_frames, frames }),
            Some(_) => None,
        };
        Ok(Self {
            source,
            info: FileInfo {
                container: "WAV",
                encoding: format.encoding.name().to_owned(),
                rate_hz: format.rate_hz,
                frames: Some(frames),
            },
            encoding: format.encoding,
            frames_left: frames,
            frames_read: 0,
            stated_frames,
            bytes: vec![0; FRAMES_A_READ * 2 * format.encoding.bytes()],
            length_warning,
            not_finite: None,
        })
    }

    /// A sample that can be worked with; counts the others.
    fn finite(&mut self, sample: f32, frame: u64) -> f32 {
        if sample.is_finite() {
            return sample;
        }
        self.not_finite.get_or_insert((0, frame)).0 += 1;
        0.0
    }
}

impl<R: Read + Seek + Send> FrameSource for WavSource<R> {
    fn info(&self) -> &FileInfo {
        &self.info
    }

    fn read(&mut self, left: &mut Vec<f32>, right: &mut Vec<f32>) -> Result<(), Fault> {
        left.clear();
        right.clear();
        let width = self.encoding.bytes();
        let frames = usize::try_from(self.frames_left).map_or(FRAMES_A_READ, |left| left.min(FRAMES_A_READ));
        let wanted = frames * 2 * width;
        let read = read_up_to(&mut self.source, &mut self.bytes[..wanted])
            .map_err(|error| Fault::at_frame(self.frames_read, FileProblem::Unreadable(error)))?;
        let frames_read = read / (2 * width);
        for index in 0..frames_read {
            let frame = self.frames_read + index as u64;
            let at = index * 2 * width;
            let (a, b) = (
                self.encoding.decode(&self.bytes[at..at + width]),
                self.encoding.decode(&self.bytes[at + width..at + 2 * width]),
            );
            left.push(self.finite(a, frame));
            right.push(self.finite(b, frame));
        }
        self.frames_read += frames_read as u64;
        self.frames_left -= frames_read as u64;
        if frames_read < frames {
            // Somebody cut the file while it was read.
            self.frames_left = 0;
            self.length_warning =
                Some(FileWarning::CutShort { stated_frames: self.stated_frames, frames: self.frames_read });
        }
        Ok(())
    }

    fn warnings(&self) -> Vec<FileWarning> {
        let not_finite =
            self.not_finite.map(|(samples, first_frame)| FileWarning::NotFinite { samples, first_frame });
        self.length_warning.into_iter().chain(not_finite).collect()
    }
}

fn read_chunk(source: &mut (impl Read + Seek), format_seen: bool) -> Result<Chunk, Fault> {
    let at = source.stream_position().map_err(|error| unreadable(0, error))?;
    let mut head = [0; 8];
    let length = read_up_to(source, &mut head).map_err(|error| unreadable(at, error))?;
    let [a, b, c, d, size @ ..] = head;
    if length < head.len() {
        let what = if format_seen {
            "it ends without audio (no `data` chunk)"
        } else {
            "it ends before the format of the audio (no `fmt ` chunk)"
        };
        return Err(header_fault(at + length as u64, what));
    }
    Ok(Chunk { id: [a, b, c, d], size: u32::from_le_bytes(size), start: at + 8 })
}

fn read_format(source: &mut (impl Read + Seek), chunk: &Chunk) -> Result<Format, Fault> {
    let mut bytes = [0; 40];
    let stated = usize::try_from(chunk.size).map_or(bytes.len(), |size| size.min(bytes.len()));
    let length = read_up_to(source, &mut bytes[..stated]).map_err(|error| unreadable(chunk.start, error))?;
    if length < stated || stated < 16 {
        return Err(header_fault(chunk.start + length as u64, "the `fmt ` chunk is cut short"));
    }
    let word = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
    let (channels, block_bytes, bits) = (word(2), word(12), word(14));
    let rate_hz = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]);
    let mut tag = word(0);
    if tag == 0xfffe {
        if length < bytes.len() || bytes[26..] != GUID_TAIL {
            let what = "an extensible WAV of an unknown subformat".to_owned();
            return Err(Fault::at_byte(chunk.start, FileProblem::Encoding(what)));
        }
        tag = word(24);
    }
    let encoding = match (tag, bits) {
        (1, 8) => Encoding::U8,
        (1, 16) => Encoding::I16,
        (1, 24) => Encoding::I24,
        (1, 32) => Encoding::I32,
        (3, 32) => Encoding::F32,
        (3, 64) => Encoding::F64,
        (6, 8) => Encoding::ALaw,
        (7, 8) => Encoding::MuLaw,
        _ => {
            let what = format!("WAV format {tag} with {bits} bits a sample");
            return Err(Fault::at_byte(chunk.start, FileProblem::Encoding(what)));
        }
    };
    if channels != 2 {
        return Err(Fault::at_byte(chunk.start + 2, FileProblem::Channels(ChannelCount(channels.into()))));
    }
    if usize::from(block_bytes) != 2 * encoding.bytes() {
        let what = format!("{block_bytes} bytes a frame do not fit two channels of {}", encoding.name());
        return Err(header_fault(chunk.start + 12, &what));
    }
    Ok(Format { encoding, rate_hz })
}

/// Bytes of audio as RF64 states them.
fn read_data_size(source: &mut impl Read, chunk: &Chunk) -> Result<u64, Fault> {
    let mut bytes = [0; 16];
    let length = read_up_to(source, &mut bytes).map_err(|error| unreadable(chunk.start, error))?;
    if length < bytes.len() || chunk.size < 16 {
        return Err(header_fault(chunk.start + length as u64, "the `ds64` chunk is cut short"));
    }
    let [.., a, b, c, d, e, f, g, h] = bytes;
    Ok(u64::from_le_bytes([a, b, c, d, e, f, g, h]))
}

/// Whether everything from `from` to the end is well-formed chunks: then a data size of 0 means an empty recording,
/// and not one whose writer died before it knew the length.
fn only_chunks_follow(source: &mut (impl Read + Seek), from: u64, file_bytes: u64) -> Result<bool, Fault> {
    let mut at = from;
    for _ in 0..CHUNKS_MAX {
        if at >= file_bytes {
            break;
        }
        seek(source, at)?;
        let mut head = [0; 8];
        let length = read_up_to(source, &mut head).map_err(|error| unreadable(at, error))?;
        let [id @ .., a, b, c, d] = head;
        if length < head.len() || !id.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ') {
            return Ok(false);
        }
        let size = u64::from(u32::from_le_bytes([a, b, c, d]));
        at += 8 + size + size % 2;
    }
    // The pad byte of the last chunk is often left out.
    Ok(at == file_bytes || at == file_bytes + 1)
}

fn header_fault(byte: u64, what: &str) -> Fault {
    Fault::at_byte(byte, FileProblem::Header(what.to_owned()))
}

fn seek(source: &mut impl Seek, byte: u64) -> Result<(), Fault> {
    source.seek(SeekFrom::Start(byte)).map(drop).map_err(|error| unreadable(byte, error))
}
