use std::fmt;
use std::io;
use std::path::PathBuf;

use symphonia::core::errors::Error;

use crate::capture::resample::RateError;

/// A file that cannot be read as a call: which, where, what is wrong, and how to mend it, on one line.
#[derive(Debug)]
pub struct FileError {
    /// The file as it was named.
    pub path: PathBuf,
    /// Where in it, if that is known.
    pub place: Option<Place>,
    /// What is wrong.
    pub problem: FileProblem,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.path.display())?;
        if let Some(place) = self.place {
            write!(f, "{place}: ")?;
        }
        write!(f, "{}", self.problem)
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            FileProblem::Unreadable(error) => Some(error),
            _ => None,
        }
    }
}

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Bytes from the start of the file.
    Byte(u64),
    /// Frames (one sample a channel) from the start of the audio.
    Frame(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Byte(byte) => write!(f, "byte {byte}"),
            Self::Frame(frame) => write!(f, "frame {frame}"),
        }
    }
}

/// What can be wrong with a file; each says its mend.
#[derive(Debug, thiserror::Error)]
pub enum FileProblem {
    /// Nothing has that name.
    #[error("there is no such file; check the path")]
    Missing,
    /// It has that name, but is a folder, a pipe or a device.
    #[error("this is not a file but a {0}; name an audio file")]
    NotAFile(&'static str),
    /// It has no bytes.
    #[error("the file is empty; record or export it again")]
    Empty,
    /// The system refuses to give its bytes.
    #[error("cannot be read ({0}); check the disk and the file's permissions")]
    Unreadable(#[source] io::Error),
    /// None of the formats that are read.
    #[error(
        "this is {0}, not WAV, FLAC, MP3 or Ogg Vorbis; convert it, for example with: ffmpeg -i IN -c:a pcm_s16le OUT.wav"
    )]
    NotAudio(&'static str),
    /// One channel, or more than two.
    #[error(
        "{0}; exactly two channels are needed, left the agent and right the customer; export the call as two-channel audio"
    )]
    Channels(ChannelCount),
    /// A rate that nothing records at.
    #[error("{0}; export the call at a usual rate, such as 8000, 16000 or 48000 Hz")]
    Rate(#[from] RateError),
    /// WAV, but not samples in a form that is read here.
    #[error("{0} is not supported; export the call as 16-bit PCM")]
    Encoding(String),
    /// The description of the audio is damaged.
    #[error("the header is damaged: {0}; export the call again")]
    Header(String),
    /// A header and nothing after it.
    #[error("the file holds no audio; record or export it again")]
    NoAudio,
    /// The audio ends before it should, in a format in which the rest cannot be trusted.
    #[error(
        "the audio ends here, but {stated_frames} frames were promised; the file is truncated, copy it again"
    )]
    CutShort {
        /// Frames that the header promises.
        stated_frames: u64,
    },
    /// The audio does not decode.
    #[error("the audio is damaged ({0}); copy the file again from where it came")]
    Damaged(String),
}

/// How many channels a file has, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelCount(pub u32);

impl fmt::Display for ChannelCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("the file has 1 channel"),
            count => write!(f, "the file has {count} channels"),
        }
    }
}

/// Damage that leaves the audio usable. Shown to the user, beside the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileWarning {
    /// The audio ends before the header says it does; it was read to its end.
    CutShort {
        /// Frames that the header promises, a last incomplete one included.
        stated_frames: u64,
        /// Whole frames that are there.
        frames: u64,
    },
    /// A recorder that crashed or streamed left no length; the audio was read to the end of the file.
    NoLength {
        /// Whole frames that are there.
        frames: u64,
    },
    /// Some float samples are not numbers or are infinite; they were taken as silence.
    NotFinite {
        /// How many.
        samples: u64,
        /// Frame of the first, from 0.
        first_frame: u64,
    },
}

impl fmt::Display for FileWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutShort { stated_frames, frames } => write!(
                f,
                "the audio is cut short: {frames} of {stated_frames} frames are there; it is run to its end"
            ),
            Self::NoLength { frames } => write!(
                f,
                "the header states no length, as a recorder that crashed or streamed leaves it; \
                 all {frames} frames up to the end of the file are run"
            ),
            Self::NotFinite { samples, first_frame } => write!(
                f,
                "{samples} samples are not finite numbers, the first in frame {first_frame}; they count as silence"
            ),
        }
    }
}

/// A problem and where it lies; the reader adds the path.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) place: Option<Place>,
    pub(super) problem: FileProblem,
}

impl Fault {
    pub(super) fn at_byte(byte: u64, problem: FileProblem) -> Self {
        Self { place: Some(Place::Byte(byte)), problem }
    }

    pub(super) fn at_frame(frame: u64, problem: FileProblem) -> Self {
        Self { place: Some(Place::Frame(frame)), problem }
    }

    /// What symphonia says of a file's head, in our words.
    pub(super) fn in_header(error: Error) -> Self {
        Self::whole_file(match error {
            Error::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                FileProblem::Header("it ends before the first frame of audio".to_owned())
            }
            Error::IoError(error) => FileProblem::Unreadable(error),
            error => FileProblem::Header(error.to_string()),
        })
    }

    pub(super) fn whole_file(problem: FileProblem) -> Self {
        Self { place: None, problem }
    }
}
