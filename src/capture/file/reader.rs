use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, BufReader, Seek};
use std::path::{Path, PathBuf};

use crate::call::{CallTime, Channel, PerChannel};
use crate::capture::resample::Resampler;

use super::error::{Fault, FileError, FileProblem, FileWarning};
use super::flac::FlacSource;
use super::format::{Container, FileInfo, FrameSource, sniff, unreadable};
use super::packed::{PackedSource, Packing};
use super::wav::WavSource;

/// Samples a side in every block but the last: 100 ms.
pub const BLOCK_SAMPLES: usize = 1_600;

/// How a file is to be taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenOptions {
    /// The agent is on the right, the customer on the left.
    pub swap_channels: bool,
}

/// Audio of both sides over the same stretch of the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileBlock {
    /// Moment of the first sample.
    pub from: CallTime,
    /// 16 kHz; both sides are equally long: [`BLOCK_SAMPLES`], fewer in the last block, never none.
    pub samples: PerChannel<Vec<i16>>,
}

/// A recorded call, read block by block.
///
/// ```no_run
/// use callcue::capture::file::{CallFile, OpenOptions};
/// use std::path::Path;
///
/// let mut file = CallFile::open(Path::new("call.wav"), OpenOptions::default())?;
/// while let Some(block) = file.next_block()? {
///     println!("{}", block.from);
/// }
/// for warning in file.warnings() {
///     println!("call.wav: {warning}");
/// }
/// # Ok::<(), callcue::capture::file::FileError>(())
/// ```
pub struct CallFile {
    path: PathBuf,
    source: Box<dyn FrameSource>,
    /// Which side the first channel of the file is.
    first: Channel,
    /// First channel of the file, second channel.
    resamplers: [Resampler; 2],
    frames: [Vec<f32>; 2],
    /// Resampled and not given yet.
    ready: PerChannel<VecDeque<i16>>,
    resampled: Vec<i16>,
    given: u64,
    at_end: bool,
}

impl CallFile {
    /// Opens a WAV, FLAC, MP3 or Ogg Vorbis, whatever its name, and reads its header.
    ///
    /// # Errors
    /// [`FileError`] when it is not there, is no two-channel recording of these, or its header is damaged; see [`FileProblem`] for
    /// every kind and its mend. Damage inside a FLAC shows only when [`next_block`](Self::next_block) gets there.
    pub fn open(path: &Path, options: OpenOptions) -> Result<Self, FileError> {
        Self::try_open(path, options).map_err(|fault| located(path, fault))
    }

    fn try_open(path: &Path, options: OpenOptions) -> Result<Self, Fault> {
        let (mut file, file_bytes) = open_regular(path).map_err(Fault::whole_file)?;
        let source: Box<dyn FrameSource> = match sniff(&mut file)? {
            Container::Wav => {
                let start = file.stream_position().map_err(|error| unreadable(0, error))?;
                let mut file = BufReader::with_capacity(1 << 16, file);
                file.seek(io::SeekFrom::Start(start)).map_err(|error| unreadable(start, error))?;
                Box::new(WavSource::open(file, file_bytes)?)
            }
            Container::Flac => Box::new(FlacSource::open(file)?),
            Container::Mp3 => Box::new(PackedSource::open(file, Packing::Mp3)?),
            Container::Ogg => Box::new(PackedSource::open(file, Packing::Ogg)?),
        };
        let rate_hz = source.info().rate_hz;
        let resampler = || Resampler::new(rate_hz).map_err(|error| Fault::whole_file(error.into()));
        Ok(Self {
            path: path.to_owned(),
            source,
            resamplers: [resampler()?, resampler()?],
            first: if options.swap_channels { Channel::Customer } else { Channel::Agent },
            frames: [Vec::new(), Vec::new()],
            ready: PerChannel::default(),
            resampled: Vec::new(),
            given: 0,
            at_end: false,
        })
    }

    /// What the header says.
    pub fn info(&self) -> &FileInfo {
        self.source.info()
    }

    /// Damage that was met so far and read over; complete once [`next_block`](Self::next_block) has given `None`.
    pub fn warnings(&self) -> Vec<FileWarning> {
        self.source.warnings()
    }

    /// The next 100 ms of both sides; `None` at the end.
    ///
    /// # Errors
    /// [`FileError`] when the disk fails, or when a FLAC is damaged or cut short here.
    pub fn next_block(&mut self) -> Result<Option<FileBlock>, FileError> {
        while !self.at_end && self.ready[Channel::Agent].len() < BLOCK_SAMPLES {
            self.read_more().map_err(|fault| located(&self.path, fault))?;
        }
        let length = self.ready[Channel::Agent].len().min(BLOCK_SAMPLES);
        if length == 0 {
            return Ok(None);
        }
        let from = CallTime::from_samples(self.given);
        self.given += length as u64;
        let samples = PerChannel::from_fn(|channel| self.ready[channel].drain(..length).collect());
        Ok(Some(FileBlock { from, samples }))
    }

    fn read_more(&mut self) -> Result<(), Fault> {
        let [left, right] = &mut self.frames;
        self.source.read(left, right)?;
        self.at_end = left.is_empty();
        let sides = [self.first, self.first.other()];
        for ((channel, resampler), frames) in sides.into_iter().zip(&mut self.resamplers).zip(&self.frames) {
            self.resampled.clear();
            if self.at_end {
                resampler.finish(&mut self.resampled);
            } else {
                resampler.push_f32(frames, &mut self.resampled);
            }
            self.ready[channel].extend(&self.resampled);
        }
        Ok(())
    }
}

impl std::fmt::Debug for CallFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallFile")
            .field("path", &self.path)
            .field("info", self.info())
            .finish_non_exhaustive()
    }
}

/// Opens what is a plain file and has bytes; pipes and devices would block or never end.
fn open_regular(path: &Path) -> Result<(File, u64), FileProblem> {
    let found = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => FileProblem::Missing,
        _ => FileProblem::Unreadable(error),
    })?;
    if found.is_dir() {
        return Err(FileProblem::NotAFile("folder"));
    }
    if !found.is_file() {
        return Err(FileProblem::NotAFile("pipe or device"));
    }
    if found.len() == 0 {
        return Err(FileProblem::Empty);
    }
    let file = File::open(path).map_err(FileProblem::Unreadable)?;
    Ok((file, found.len()))
}

fn located(path: &Path, fault: Fault) -> FileError {
    FileError { path: path.to_owned(), place: fault.place, problem: fault.problem }
}
