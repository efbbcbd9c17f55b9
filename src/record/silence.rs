use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::place::create_private_file;
use crate::call::{Channel, Span};

/// Bytes of a pair of samples.
const PAIR: u64 = 4;
/// Pairs that are read and written at once.
const PAIRS: u64 = 4_096;
/// Where the samples begin in what this program writes; others may put more in front, but not more than this.
const HEAD_MAX: u64 = 64 * 1024;

/// Silences stretches of one side in a finished two-channel 16-bit WAV, in place. What lies behind the end of the recording is no fault.
///
/// # Errors
/// The system's; and `InvalidData` for a file without samples of that form.
pub fn silence(wav: &Path, spans: &[(Channel, Span)]) -> io::Result<()> {
    if spans.is_empty() {
        return Ok(());
    }
    let mut file = OpenOptions::new().read(true).write(true).open(wav)?;
    let start = data_start(&mut file)?;
    let pairs = (file.metadata()?.len().saturating_sub(start)) / PAIR;
    let mut block = Vec::new();
    for (channel, span) in spans {
        let end = span.to.as_samples().min(pairs);
        let mut at = span.from.as_samples();
        while at < end {
            let count = (end - at).min(PAIRS);
            let place = SeekFrom::Start(start + at * PAIR);
            block.resize((count * PAIR) as usize, 0);
            file.seek(place)?;
            file.read_exact(&mut block)?;
            for pair in block.chunks_exact_mut(PAIR as usize) {
                pair[channel.index() * 2..][..2].fill(0);
            }
            file.seek(place)?;
            file.write_all(&block)?;
            at += count;
        }
    }
    file.sync_all()
}

/// First byte of the samples.
fn data_start(file: &mut File) -> io::Result<u64> {
    let wrong = || io::Error::new(io::ErrorKind::InvalidData, "no WAV of two 16-bit channels");
    let mut head = Vec::new();
    Read::by_ref(file).take(HEAD_MAX).read_to_end(&mut head)?;
    let mut at = 12;
    while let Some(chunk) = head.get(at..at + 8) {
        let size = u32::from_le_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]) as usize;
        match &chunk[..4] {
            b"data" => return Ok(at as u64 + 8),
            // Channels and bits of a sample.
            b"fmt " if head.get(at + 10) != Some(&2) || head.get(at + 22) != Some(&16) => return Err(wrong()),
            _ => at += 8 + size + size % 2,
        }
    }
    Err(wrong())
}

/// The mark of a recording in which nothing has been silenced yet: beside it, from before its first sample until it is done. A recording
/// that has it stays where it is.
#[derive(Clone, Debug)]
pub struct UnmaskedMark(PathBuf);

impl UnmaskedMark {
    /// That of the recording `wav`, there or not.
    pub fn of(wav: &Path) -> Self {
        Self(wav.with_extension("unmasked"))
    }

    /// Puts it there.
    ///
    /// # Errors
    /// The system's.
    pub fn set(&self) -> io::Result<()> {
        match create_private_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        }
    }

    /// Whether it is there.
    pub fn is_set(&self) -> bool {
        self.0.exists()
    }

    /// The recording is silenced.
    ///
    /// # Errors
    /// The system's.
    pub fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Recordings below the folder of calls that have one.
    ///
    /// # Errors
    /// The system's; a folder that is not there has none.
    pub fn find(calls: &Path) -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        let days = match fs::read_dir(calls) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
            days => days?,
        };
        for day in days {
            let day = day?.path();
            if !day.is_dir() {
                continue;
            }
            for file in fs::read_dir(day)? {
                let path = file?.path();
                if path.extension().is_some_and(|extension| extension == "unmasked") {
                    found.push(path.with_extension("wav"));
                }
            }
        }
        found.sort();
        Ok(found)
    }
}
