use std::io::{self, Read, Seek, SeekFrom};

use super::error::{Fault, FileProblem, FileWarning};

/// What a file is, as its header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileInfo {
    /// `WAV`, `FLAC`, `MP3` or `Ogg`.
    pub container: &'static str,
    /// Form of a sample in words: `16-bit PCM`.
    pub encoding: String,
    /// Frames a second.
    pub rate_hz: u32,
    /// Frames that are there to be read; absent when a FLAC does not say.
    pub frames: Option<u64>,
}

/// Frames of a file, in order, as pairs of `f32` with full scale ±1.0.
pub(super) trait FrameSource: Send {
    /// What the header says.
    fn info(&self) -> &FileInfo;

    /// Puts the next frames into `left` and `right`, which it clears first; leaves both empty at the end.
    fn read(&mut self, left: &mut Vec<f32>, right: &mut Vec<f32>) -> Result<(), Fault>;

    /// Damage met so far.
    fn warnings(&self) -> Vec<FileWarning>;
}

/// The containers that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    Wav,
    Flac,
    Mp3,
    Ogg,
}

/// Tells what a file is from its first bytes; leaves `source` at the container's first byte.
pub(super) fn sniff(source: &mut (impl Read + Seek)) -> Result<Container, Fault> {
    let mut start = skip_id3(source)?;
    let mut head = [0; 12];
    let length = read_up_to(source, &mut head).map_err(|error| unreadable(start, error))?;
    source.seek(SeekFrom::Start(start)).map_err(|error| unreadable(start, error))?;
    let head = &head[..length];
    match head {
        [b'R', b'I', b'F', b'F', ..] | [b'R', b'F', b'6', b'4', ..] | [b'B', b'W', b'6', b'4', ..] => {
            if head.len() < 12 {
                let problem = FileProblem::Header("it ends within the first 12 bytes".to_owned());
                return Err(Fault::at_byte(start + head.len() as u64, problem));
            }
            if &head[8..] == b"WAVE" {
                return Ok(Container::Wav);
            }
            start += 8;
            Err(Fault::at_byte(start, FileProblem::NotAudio("a RIFF file that is no WAVE")))
        }
        [b'f', b'L', b'a', b'C', ..] => Ok(Container::Flac),
        [b'O', b'g', b'g', b'S', ..] => Ok(Container::Ogg),
        // 11 bits of a frame's mark, a version, and a layer that is there: AAC has none.
        [0xff, second, ..] if second & 0xe0 == 0xe0 && second & 0x06 != 0 => Ok(Container::Mp3),
        _ => Err(Fault::whole_file(FileProblem::NotAudio(name_of(head)))),
    }
}

/// Some taggers put an ID3v2 tag before a FLAC; its length stands in its own header.
fn skip_id3(source: &mut (impl Read + Seek)) -> Result<u64, Fault> {
    let mut tag = [0; 10];
    let length = read_up_to(source, &mut tag).map_err(|error| unreadable(0, error))?;
    let start = match tag {
        [b'I', b'D', b'3', _, _, _, a, b, c, d] if length == tag.len() => {
            let size = [a, b, c, d].iter().fold(0, |sum, &byte| sum << 7 | u64::from(byte & 0x7f));
            tag.len() as u64 + size
        }
        _ => 0,
    };
    source.seek(SeekFrom::Start(start)).map_err(|error| unreadable(start, error))?;
    Ok(start)
}

/// What people do hand in instead, by its first bytes.
fn name_of(head: &[u8]) -> &'static str {
    match head {
        [0xff, second, ..] if second & 0xe0 == 0xe0 => "an AAC file",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "an MP4 or M4A file",
        [b'F', b'O', b'R', b'M', ..] => "an AIFF file",
        [b'R', b'I', b'F', b'X', ..] => "a big-endian WAV file",
        [b'#', b'!', b'A', b'M', b'R', ..] => "an AMR file",
        [b'P', b'K', ..] => "a ZIP archive",
        [0x1f, 0x8b, ..] => "a gzip archive",
        [b'{', ..] | [b'[', ..] => "JSON text",
        _ if head.iter().all(|&byte| byte >= 0x20 || byte.is_ascii_whitespace()) => "text",
        _ => "something unknown",
    }
}

/// Fills `buffer` as far as the file goes; the length that was read.
pub(super) fn read_up_to(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match source.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

pub(super) fn unreadable(byte: u64, error: io::Error) -> Fault {
    Fault::at_byte(byte, FileProblem::Unreadable(error))
}
