//! MP3 and Ogg Vorbis, decoded by symphonia. They lose sound, so nothing is checked but that it decodes; a file that is cut short between two
//! packets and does not say how long it was cannot be told from a shorter one.

use std::fs::File;
use std::io;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatOptions, FormatReader};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::default::codecs::{MpaDecoder, VorbisDecoder};
use symphonia::default::formats::{MpaReader, OggReader};

use super::error::{ChannelCount, Fault, FileProblem, FileWarning};
use super::format::{FileInfo, FrameSource};
use super::planes::take_planes;

/// Frames that an encoder may put before and after the sound, and a reader may leave out.
const PADDING_MAX: u64 = 4_608;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Mp3,
    Ogg,
}

/// An open file, at its next packet.
pub(super) struct PackedSource {
    reader: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    info: FileInfo,
    planes: Vec<Vec<f32>>,
    frames_read: u64,
    at_end: bool,
}

impl PackedSource {
    /// Reads the head. `file` stands at the first byte, or at the first behind a tag.
    pub(super) fn open(file: File, packing: Packing) -> Result<Self, Fault> {
        let stream = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
        let options = FormatOptions::default();
        let reader: Result<Box<dyn FormatReader>, Error> = match packing {
            Packing::Mp3 => MpaReader::try_new(stream, options).map(|reader| Box::new(reader) as _),
            Packing::Ogg => OggReader::try_new(stream, options).map(|reader| Box::new(reader) as _),
        };
        let reader = reader.map_err(Fault::in_header)?;
        let audio = reader.tracks().iter().find_map(|track| match track.codec_params.as_ref()? {
            CodecParameters::Audio(audio) => Some((track.id, track.num_frames, audio.clone())),
            _ => None,
        });
        let Some((track, frames, audio)) = audio else {
            return Err(Fault::whole_file(FileProblem::Header("it describes no audio".to_owned())));
        };
        let channels = audio.channels.as_ref().map_or(0, |channels| channels.count());
        if channels != 2 {
            let count = ChannelCount(u32::try_from(channels).unwrap_or(u32::MAX));
            return Err(Fault::whole_file(FileProblem::Channels(count)));
        }
        let options = AudioDecoderOptions::default();
        let decoder: Result<Box<dyn AudioDecoder>, Error> = match packing {
            Packing::Mp3 => MpaDecoder::try_new(&audio, &options).map(|decoder| Box::new(decoder) as _),
            Packing::Ogg => VorbisDecoder::try_new(&audio, &options).map(|decoder| Box::new(decoder) as _),
        };
        let (container, encoding) = match packing {
            Packing::Mp3 => ("MP3", "MPEG audio"),
            Packing::Ogg => ("Ogg", "Vorbis"),
        };
        let info = FileInfo {
            container,
            encoding: encoding.to_owned(),
            rate_hz: audio.sample_rate.unwrap_or(0),
            frames,
        };
        Ok(Self {
            reader,
            decoder: decoder.map_err(Fault::in_header)?,
            track,
            info,
            planes: Vec::new(),
            frames_read: 0,
            at_end: false,
        })
    }

    fn check_end(&mut self) -> Result<(), Fault> {
        self.at_end = true;
        let problem = match self.info.frames {
            Some(stated_frames) if self.frames_read + PADDING_MAX < stated_frames => {
                FileProblem::CutShort { stated_frames }
            }
            _ if self.frames_read == 0 => FileProblem::NoAudio,
            _ => return Ok(()),
        };
        Err(Fault::at_frame(self.frames_read, problem))
    }

    fn damaged(&self, error: Error) -> Fault {
        let problem = match error {
            Error::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                FileProblem::Damaged("it ends within a frame".to_owned())
            }
            Error::IoError(error) => FileProblem::Unreadable(error),
            error => FileProblem::Damaged(error.to_string()),
        };
        Fault::at_frame(self.frames_read, problem)
    }
}

impl FrameSource for PackedSource {
    fn info(&self) -> &FileInfo {
        &self.info
    }

    fn read(&mut self, left: &mut Vec<f32>, right: &mut Vec<f32>) -> Result<(), Fault> {
        left.clear();
        right.clear();
        // Some packets carry no sound: an empty answer is the end, so they are read over.
        while !self.at_end && left.is_empty() {
            let packet = match self.reader.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.track => packet,
                Ok(Some(_)) => continue,
                Ok(None) => return self.check_end(),
                Err(error) => return Err(self.damaged(error)),
            };
            let decoded = match self.decoder.decode(&packet) {
                Ok(decoded) => decoded,
                Err(error) => return Err(self.damaged(error)),
            };
            self.frames_read += take_planes(&decoded, &mut self.planes, left, right)
                .map_err(|problem| Fault::at_frame(self.frames_read, problem))?;
        }
        Ok(())
    }

    fn warnings(&self) -> Vec<FileWarning> {
        Vec::new()
    }
}
