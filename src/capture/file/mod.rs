//! A recorded call, read from disk as if it were heard: two sides, 16 kHz, one time line.
//!
//! ```text
//! bytes -> wav.rs  (RIFF walked here, samples of any width)  \
//!          flac.rs, packed.rs (symphonia)                      -> f32 pairs -> Resampler a side -> FileBlock
//! ```
//!
//! - The content decides what a file is, never its name.
//! - Nothing is held in memory but the block being read: a call of three hours costs what one of a second costs.
//! - Left is the agent, right the customer, unless [`OpenOptions::swap_channels`] says the other way round.
//! - Damage that leaves the audio readable is a [`FileWarning`] (a recorder that crashed left no length behind);
//!   anything else is a [`FileError`] that names the file, the place, what is wrong and the mend. Nothing panics.
//!
//! WAV is read by our own walker and not by hound or symphonia: both refuse or misread the very files that matter here
//! (no length, a length beyond the end, RF64), and neither tells at which byte.

mod error;
mod flac;
mod format;
mod packed;
mod planes;
mod reader;
mod sample;
mod wav;

pub use error::{ChannelCount, FileError, FileProblem, FileWarning, Place};
pub use format::FileInfo;
pub use reader::{BLOCK_SAMPLES, CallFile, FileBlock, OpenOptions};
