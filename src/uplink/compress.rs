use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use flacenc::bitsink::ByteSink;
use flacenc::component::{BitRepr, StreamInfo};
use flacenc::error::{Verified, Verify};
use flacenc::source::{Context, Fill, FrameBuf};
use hound::WavReader;

use crate::record::create_private_file;

/// Samples of a side in one block: 256 ms at 16 kHz, what the reference encoder takes.
const BLOCK: usize = 4_096;
const CHANNELS: usize = 2;
const BITS: usize = 16;

/// A recording cannot be compressed.
#[derive(Debug, thiserror::Error)]
pub enum CompressError {
    /// The disk, or the recording's own file.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is no recording of this program.
    #[error("not a recording of two 16-bit channels: {0}")]
    NotARecording(String),
    /// It was told to stop.
    #[error("stopped")]
    Stopped,
}

/// Compresses the recording `wav` to `flac` without loss, block by block, so that a long call needs no more memory than a
/// short one. `part` is where it grows; `flac` is there whole or not at all. True if there is something in it.
///
/// Asks `goes_on` before each block.
///
/// # Errors
/// [`CompressError`]; nothing is left behind then.
pub fn compress(
    wav: &Path,
    part: &Path,
    flac: &Path,
    goes_on: &dyn Fn() -> bool,
) -> Result<bool, CompressError> {
    // What a kill left.
    remove(part)?;
    let written = write_flac(wav, part, goes_on);
    match written {
        Ok(true) => fs::rename(part, flac)?,
        _ => remove(part)?,
    }
    written
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn write_flac(wav: &Path, part: &Path, goes_on: &dyn Fn() -> bool) -> Result<bool, CompressError> {
    let mut file = BufWriter::with_capacity(1 << 16, create_private_file(part)?);
    let has_sound = compress_into(wav, &mut file, goes_on)?;
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    Ok(has_sound)
}

/// Compresses the recording `wav` into a writer that can go back to its start. True if there is something in it.
///
/// # Errors
/// [`CompressError`].
pub fn compress_into(
    wav: &Path,
    mut file: impl Write + Seek,
    goes_on: &dyn Fn() -> bool,
) -> Result<bool, CompressError> {
    let mut reader = WavReader::new(BufReader::new(File::open(wav)?)).map_err(wav_error)?;
    let spec = reader.spec();
    if usize::from(spec.channels) != CHANNELS || usize::from(spec.bits_per_sample) != BITS {
        return Err(CompressError::NotARecording(format!("{spec:?}")));
    }
    let mut encoder = Encoder::new(spec.sample_rate)?;
    file.write_all(&encoder.head())?;
    let mut samples = reader.samples::<i16>();
    let mut block = Vec::with_capacity(BLOCK * CHANNELS);
    loop {
        if !goes_on() {
            return Err(CompressError::Stopped);
        }
        block.clear();
        for sample in samples.by_ref().take(BLOCK * CHANNELS) {
            block.push(i32::from(sample.map_err(wav_error)?));
        }
        // A crash may have left half a pair.
        block.truncate(block.len() - block.len() % CHANNELS);
        if block.is_empty() {
            break;
        }
        file.write_all(&encoder.frame(&block)?)?;
    }
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&encoder.head())?;
    file.flush()?;
    Ok(encoder.context.total_samples() > 0)
}

fn wav_error(error: hound::Error) -> CompressError {
    match error {
        hound::Error::IoError(error) => error.into(),
        error => CompressError::NotARecording(error.to_string()),
    }
}

/// Frames one by one. `flacenc`'s own entry keeps every frame of a recording until the last.
struct Encoder {
    config: Verified<flacenc::config::Encoder>,
    info: StreamInfo,
    context: Context,
    frame: FrameBuf,
    rate_hz: u32,
    /// Smallest and largest frame, in bytes.
    sizes: Option<(usize, usize)>,
}

impl Encoder {
    fn new(rate_hz: u32) -> Result<Self, CompressError> {
        let wrong = |error: &dyn std::fmt::Display| CompressError::NotARecording(error.to_string());
        let config = flacenc::config::Encoder::default().into_verified();
        Ok(Self {
            config: config.map_err(|(_, error)| wrong(&error))?,
            info: StreamInfo::new(rate_hz as usize, CHANNELS, BITS).map_err(|error| wrong(&error))?,
            context: Context::new(BITS, CHANNELS),
            frame: FrameBuf::with_size(CHANNELS, BLOCK).map_err(|error| wrong(&error))?,
            rate_hz,
            sizes: None,
        })
    }

    /// One block of interleaved samples.
    fn frame(&mut self, block: &[i32]) -> Result<Vec<u8>, CompressError> {
        let wrong = |error: &dyn std::fmt::Display| CompressError::NotARecording(error.to_string());
        self.frame.fill_interleaved(block).map_err(|error| wrong(&error))?;
        self.context.fill_interleaved(block).map_err(|error| wrong(&error))?;
        let number = self.context.current_frame_number().unwrap_or(0);
        let frame = flacenc::encode_fixed_size_frame(&self.config, &self.frame, number, &self.info)
            .map_err(|error| wrong(&error))?;
        let mut bytes = ByteSink::new();
        frame.write(&mut bytes).map_err(|error| wrong(&error))?;
        let bytes = bytes.into_inner();
        let (least, most) = self.sizes.unwrap_or((bytes.len(), bytes.len()));
        self.sizes = Some((least.min(bytes.len()), most.max(bytes.len())));
        Ok(bytes)
    }

    /// The mark and the STREAMINFO block, 42 bytes, as they stand before the first frame; true once all frames are.
    fn head(&self) -> [u8; 42] {
        let mut head = [0; 42];
        head[..4].copy_from_slice(b"fLaC");
        // The last block of metadata, of kind 0, 34 bytes long.
        head[4..8].copy_from_slice(&[0x80, 0, 0, 34]);
        let block = (BLOCK as u16).to_be_bytes();
        head[8..10].copy_from_slice(&block);
        head[10..12].copy_from_slice(&block);
        let (least, most) = self.sizes.unwrap_or_default();
        head[12..15].copy_from_slice(&(least as u32).to_be_bytes()[1..]);
        head[15..18].copy_from_slice(&(most as u32).to_be_bytes()[1..]);
        // 20 bits of rate, 3 of channels, 5 of depth, 36 of length.
        let packed = u64::from(self.rate_hz) << 44
            | (CHANNELS as u64 - 1) << 41
            | (BITS as u64 - 1) << 36
            | self.context.total_samples() as u64;
        head[18..26].copy_from_slice(&packed.to_be_bytes());
        head[26..42].copy_from_slice(&self.context.md5_digest());
        head
    }
}
