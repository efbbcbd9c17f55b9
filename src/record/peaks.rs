use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::call::{Channel, PerChannel, SAMPLES_PER_MS};

use super::place::create_private_file;

/// Stretches of a second that have a peak each.
pub const PEAKS_A_SECOND: u32 = 20;

/// Samples of a stretch: 50 ms.
const STRETCH: usize = 50 * SAMPLES_PER_MS as usize;
/// Begins the file; another form would be another mark.
const MARK: &[u8; 8] = b"peaks 1\n";

/// The shape of a recording: its loudest sample in each stretch of 50 ms, by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peaks {
    /// How long the recording is, ms.
    pub length_ms: u64,
    /// 0 to 127; of both sides as many.
    pub sides: PerChannel<Vec<u8>>,
}

/// Makes [`Peaks`] from samples, block by block.
///
/// ```
/// use callcue::call::{Channel, PerChannel};
/// use callcue::record::PeakMeter;
///
/// let mut meter = PeakMeter::default();
/// let mut loud = vec![0; 1_600];
/// loud[900] = -32_768;
/// meter.push(&PerChannel::from_fn(|channel| if channel == Channel::Agent { loud.clone() } else { vec![300; 1_600] }));
/// let peaks = meter.finish();
/// assert_eq!((peaks.length_ms, &peaks.sides[Channel::Agent][..]), (100, &[0, 127][..]));
/// assert_eq!(peaks.sides[Channel::Customer], [1, 1]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct PeakMeter {
    sides: PerChannel<Vec<u8>>,
    loudest: PerChannel<u16>,
    samples: u64,
}

impl PeakMeter {
    /// Takes what follows of both sides, 16 kHz, equally long.
    pub fn push(&mut self, samples: &PerChannel<Vec<i16>>) {
        let length = samples[Channel::Agent].len().min(samples[Channel::Customer].len());
        let within = (self.samples % STRETCH as u64) as usize;
        for channel in Channel::BOTH {
            let (loudest, side) = (&mut self.loudest[channel], &mut self.sides[channel]);
            let mut left = STRETCH - within;
            for sample in &samples[channel][..length] {
                *loudest = sample.unsigned_abs().max(*loudest);
                left -= 1;
                if left == 0 {
                    side.push(peak(*loudest));
                    (*loudest, left) = (0, STRETCH);
                }
            }
        }
        self.samples += length as u64;
    }

    /// A last stretch that is not full counts.
    pub fn finish(mut self) -> Peaks {
        if !self.samples.is_multiple_of(STRETCH as u64) {
            for channel in Channel::BOTH {
                self.sides[channel].push(peak(self.loudest[channel]));
            }
        }
        Peaks { length_ms: self.samples / SAMPLES_PER_MS, sides: self.sides }
    }
}

fn peak(loudest: u16) -> u8 {
    (loudest >> 8).min(127) as u8
}

impl Peaks {
    /// Where the peaks of a recording are kept: beside it.
    pub fn path_of(recording: &Path) -> PathBuf {
        recording.with_extension("peaks")
    }

    /// Keeps them beside `recording`; whole or not at all.
    ///
    /// # Errors
    /// The system's, when the file cannot be written.
    pub fn keep(&self, recording: &Path) -> io::Result<()> {
        let half = recording.with_extension("peaks.part");
        match fs::remove_file(&half) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        create_private_file(&half)?.write_all(&self.to_bytes())?;
        fs::rename(&half, Self::path_of(recording))
    }

    /// Those kept beside `recording`; none if there are none, or they are damaged: then they are made again.
    ///
    /// # Errors
    /// The system's, when there are some and they cannot be read.
    pub fn kept(recording: &Path) -> io::Result<Option<Self>> {
        match fs::read(Self::path_of(recording)) {
            Ok(bytes) => Ok(Self::from_bytes(&bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        let [agent, customer] = Channel::BOTH.map(|channel| &self.sides[channel]);
        let mut bytes = MARK.to_vec();
        bytes.extend(self.length_ms.to_le_bytes());
        bytes.extend(agent.iter().zip(customer).flat_map(|(agent, customer)| [*agent, *customer]));
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (length, pairs) = bytes.strip_prefix(MARK)?.split_first_chunk::<8>()?;
        let length_ms = u64::from_le_bytes(*length);
        let due = length_ms.checked_mul(SAMPLES_PER_MS)?.div_ceil(STRETCH as u64);
        // A recording that is no whole number of ms long may have one more.
        let pairs = pairs.chunks_exact(2);
        let found = pairs.len() as u64;
        if !pairs.remainder().is_empty() || !(due..=due + 1).contains(&found) {
            return None;
        }
        let side = |channel: Channel| pairs.clone().map(|pair| pair[channel.index()].min(127)).collect();
        Some(Self { length_ms, sides: PerChannel::from_fn(side) })
    }
}
