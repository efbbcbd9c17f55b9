//! FLAC, decoded by symphonia. Unlike a WAV, a FLAC that is cut short or damaged is refused: what follows a broken frame
//! cannot be placed on the time line. Its frame numbers, promised length and MD5 are all checked.

use std::fs::File;
use std::io;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatOptions, FormatReader};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::default::codecs::FlacDecoder;
use symphonia::default::formats::FlacReader;

use super::error::{ChannelCount, Fault, FileProblem, FileWarning};
use super::format::{FileInfo, FrameSource};
use super::planes::take_planes;

/// An open FLAC, at its next frame.
pub(super) struct FlacSource {
    reader: FlacReader<'static>,
    decoder: FlacDecoder,
    info: FileInfo,
    planes: Vec<Vec<f32>>,
    frames_read: u64,
    at_end: bool,
}

impl FlacSource {
    /// Reads the metadata. `file` stands at `fLaC`.
    pub(super) fn open(file: File) -> Result<Self, Fault> {
        let stream = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
        let reader = FlacReader::try_new(stream, FormatOptions::default()).map_err(Fault::in_header)?;
        let track = reader.tracks().first();
        let Some((track, CodecParameters::Audio(audio))) =
            track.and_then(|track| Some((track, track.codec_params.as_ref()?)))
        else {
            return Err(Fault::whole_file(FileProblem::Header("it describes no audio".to_owned())));
        };
        let channels = audio.channels.as_ref().map_or(0, |channels| channels.count());
        if channels != 2 {
            let count = ChannelCount(u32::try_from(channels).unwrap_or(u32::MAX));
            return Err(Fault::whole_file(FileProblem::Channels(count)));
        }
        let info = FileInfo {
            container: "FLAC",
            encoding: format!("{}-bit FLAC", audio.bits_per_sample.unwrap_or(0)),
            rate_hz: audio.sample_rate.unwrap_or(0),
            frames: track.num_frames,
        };
        let options = AudioDecoderOptions::default().verify(true);
        let decoder = FlacDecoder::try_new(audio, &options).map_err(Fault::in_header)?;
        Ok(Self { reader, decoder, info, planes: Vec::new(), frames_read: 0, at_end: false })
    }

    fn check_end(&mut self) -> Result<(), Fault> {
        self.at_end = true;
        let problem = match self.info.frames {
            Some(stated_frames) if self.frames_read < stated_frames => {
                FileProblem::CutShort { stated_frames }
            }
            _ if self.frames_read == 0 => FileProblem::NoAudio,
            _ if self.decoder.finalize().verify_ok == Some(false) => {
                FileProblem::Damaged("it does not match its own MD5".to_owned())
            }
            _ => return Ok(()),
        };
        Err(Fault::at_frame(self.frames_read, problem))
    }

    /// What symphonia says about audio, in our words.
    fn audio(&self, error: Error) -> Fault {
        let problem = match (error, self.info.frames) {
            (Error::IoError(error), Some(stated_frames)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                FileProblem::CutShort { stated_frames }
            }
            (Error::IoError(error), None) if error.kind() == io::ErrorKind::UnexpectedEof => {
                FileProblem::Damaged("it ends within a frame".to_owned())
            }
            (Error::IoError(error), _) => FileProblem::Unreadable(error),
            (error, _) => FileProblem::Damaged(error.to_string()),
        };
        Fault::at_frame(self.frames_read, problem)
    }
}

impl FrameSource for FlacSource {
    fn info(&self) -> &FileInfo {
        &self.info
    }

    fn read(&mut self, left: &mut Vec<f32>, right: &mut Vec<f32>) -> Result<(), Fault> {
        left.clear();
        right.clear();
        if self.at_end {
            return Ok(());
        }
        let packet = match self.reader.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => return self.check_end(),
            Err(error) => return Err(self.audio(error)),
        };
        // symphonia skips what it cannot parse; the number of the next frame betrays it.
        if u64::try_from(packet.pts.get()) != Ok(self.frames_read) {
            let what = format!("the next readable frame is {}", packet.pts.get());
            return Err(Fault::at_frame(self.frames_read, FileProblem::Damaged(what)));
        }
        let decoded = match self.decoder.decode(&packet) {
            Ok(decoded) => decoded,
            Err(error) => return Err(self.audio(error)),
        };
        self.frames_read += take_planes(&decoded, &mut self.planes, left, right)
            .map_err(|problem| Fault::at_frame(self.frames_read, problem))?;
        Ok(())
    }

    fn warnings(&self) -> Vec<FileWarning> {
        Vec::new()
    }
}
