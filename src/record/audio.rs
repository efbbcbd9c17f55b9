use std::collections::VecDeque;
use std::io::{Seek, Write};

use hound::{SampleFormat, WavSpec, WavWriter};

use crate::call::{CallTime, Channel, PerChannel, SAMPLE_RATE_HZ, SAMPLES_PER_MS};

use super::error::RecordFault;

/// Audio between two moments at which the file on disk is whole. Together with [`LEAD_MAX_MS`] it bounds what a crash
/// costs; four header updates a second are nothing to a disk.
pub const FLUSH_MS: u64 = 250;

/// How far one side may run ahead before the other is given up for that stretch and zeros take its place. Two healthy
/// devices differ by one callback, 100 ms at the worst; a device that is gone must not hold back the other's audio.
pub const LEAD_MAX_MS: u64 = 500;

/// Longest hole that is filled with zeros, an hour (a closed laptop). Farther on, a broken timestamp is the likelier cause, and
/// filling it would fill the disk.
pub const HOLE_MAX_MS: u64 = 3_600_000;

const LEAD_MAX: u64 = LEAD_MAX_MS * SAMPLES_PER_MS;

/// Frames of 4 bytes that fit a WAV, whose sizes are 32-bit, with room for the header.
const FRAMES_MAX: u64 = (u32::MAX as u64 - 1_024) / 4;

/// Frames given to hound at a time.
const FRAMES_A_WRITE: u64 = 4_096;

/// Writes both sides of a call into one WAV as they come, each block at its place on the time line.
///
/// Synchronous, and written into anything: a file, or memory in tests. After an error that ends the recording every
/// further call does nothing and says nothing: the error is told once.
///
/// ```
/// use callcue::call::{CallTime, Channel};
/// use callcue::record::CallRecorder;
/// use std::io::Cursor;
///
/// let mut file = Cursor::new(Vec::new());
/// let mut recorder = CallRecorder::new(&mut file)?;
/// recorder.write(Channel::Agent, CallTime::START, &[7; 160])?;
/// recorder.write(Channel::Customer, CallTime::from_millis(10), &[9; 160])?;
/// recorder.finish(CallTime::from_millis(20))?;
/// drop(recorder);
///
/// let mut reader = hound::WavReader::new(Cursor::new(file.into_inner())).unwrap();
/// assert_eq!(reader.duration(), 320);
/// assert_eq!(reader.samples::<i16>().next().unwrap().unwrap(), 7);
/// # Ok::<(), callcue::record::RecordFault>(())
/// ```
pub struct CallRecorder<W: Write + Seek> {
    /// Absent once the recording is over or has failed.
    writer: Option<WavWriter<W>>,
    /// Frames in the writer's hands.
    written: u64,
    /// Of these, frames that the file's header knows of.
    flushed: u64,
    /// What came of each side since frame `written`.
    pending: PerChannel<VecDeque<i16>>,
    late_samples: u64,
}

impl<W: Write + Seek> CallRecorder<W> {
    /// Starts with an empty WAV, which is on disk when this returns.
    ///
    /// # Errors
    /// [`RecordFault`] when `writer` fails.
    pub fn new(writer: W) -> Result<Self, RecordFault> {
        let spec = WavSpec {
            channels: 2,
            sample_rate: SAMPLE_RATE_HZ,
            bits_per_sample: 16,
            sample_format: SampleFormat::Int,
        };
        let mut writer = WavWriter::new(writer, spec)?;
        writer.flush()?;
        Ok(Self {
            writer: Some(writer),
            written: 0,
            flushed: 0,
            pending: PerChannel::default(),
            late_samples: 0,
        })
    }

    /// How far the recording goes, not counting what waits for the other side.
    pub const fn position(&self) -> CallTime {
        CallTime::from_samples(self.written)
    }

    /// Samples that came for a stretch that was written already, and were left out.
    pub const fn late_samples(&self) -> u64 {
        self.late_samples
    }

    /// Whether audio is still taken: not after [`finish`](Self::finish), nor after an error that ended the recording.
    pub const fn is_open(&self) -> bool {
        self.writer.is_some()
    }

    /// Takes 16 kHz samples of one side from moment `from` on. What overlaps earlier audio of that side is left out and
    /// counted.
    ///
    /// # Errors
    /// [`RecordFault::Jump`] when `from` lies more than [`HOLE_MAX_MS`] ahead: only this block is left out.
    /// Any other ends the recording, and is told this once.
    pub fn write(&mut self, channel: Channel, from: CallTime, samples: &[i16]) -> Result<(), RecordFault> {
        if self.writer.is_none() {
            return Ok(());
        }
        let from = from.as_samples();
        if from > self.end() + HOLE_MAX_MS * SAMPLES_PER_MS {
            return Err(RecordFault::Jump {
                at_ms: self.position().as_millis(),
                to_ms: from / SAMPLES_PER_MS,
            });
        }
        // Zeros of a long hole go straight to the file.
        self.commit_to(from.saturating_sub(LEAD_MAX))?;
        let side_end = self.written + self.pending[channel].len() as u64;
        let overlap = usize::try_from(side_end.saturating_sub(from))
            .map_or(samples.len(), |late| late.min(samples.len()));
        self.late_samples += overlap as u64;
        let fresh = &samples[overlap..];
        if fresh.is_empty() {
            return Ok(());
        }
        let hole = from.saturating_sub(side_end);
        let side = &mut self.pending[channel];
        side.extend((0..hole).map(|_| 0));
        side.extend(fresh);
        let both_have = self.pending.iter().map(|(_, side)| side.len() as u64).min().unwrap_or(0);
        let due = (self.written + both_have).max(self.end().saturating_sub(LEAD_MAX));
        self.commit_to(due)
    }

    /// Ends the recording at `end`, or at the last audio if that is later or `end` more than [`HOLE_MAX_MS`] away.
    /// Does nothing the second time.
    ///
    /// # Errors
    /// [`RecordFault`] when the rest cannot be written; what was on disk before stays readable.
    pub fn finish(&mut self, end: CallTime) -> Result<(), RecordFault> {
        let last = self.end();
        let end = end.as_samples().max(last);
        let end = if end > last + HOLE_MAX_MS * SAMPLES_PER_MS { last } else { end };
        self.commit_to(end)?;
        match self.writer.take() {
            Some(writer) => Ok(writer.finalize()?),
            None => Ok(()),
        }
    }

    /// First frame that neither side has reached.
    fn end(&self) -> u64 {
        let longest = self.pending.iter().map(|(_, side)| side.len() as u64).max();
        self.written + longest.unwrap_or(0)
    }

    /// Writes everything before frame `end`, zeros where a side has nothing, and brings the file up to date when it is time.
    fn commit_to(&mut self, end: u64) -> Result<(), RecordFault> {
        let Some(writer) = &mut self.writer else {
            return Ok(());
        };
        let mut ran = Ok(());
        while ran.is_ok() && self.written < end {
            let frames = (end - self.written).min(FRAMES_A_WRITE);
            ran = write_frames(writer, &mut self.pending, self.written, frames);
            self.written += frames;
            if ran.is_ok() && self.written - self.flushed >= FLUSH_MS * SAMPLES_PER_MS {
                ran = writer.flush().map_err(RecordFault::from);
                self.flushed = self.written;
            }
        }
        if ran.is_err() {
            // Dropped, it tries once more to make the header true, which needs no new space on the disk.
            self.writer = None;
        }
        ran
    }
}

fn write_frames<W: Write + Seek>(
    writer: &mut WavWriter<W>,
    pending: &mut PerChannel<VecDeque<i16>>,
    written: u64,
    frames: u64,
) -> Result<(), RecordFault> {
    if written + frames > FRAMES_MAX {
        writer.flush()?;
        return Err(RecordFault::TooLong);
    }
    let samples = u32::try_from(2 * frames).map_err(|_| RecordFault::TooLong)?;
    let mut block = writer.get_i16_writer(samples);
    for _ in 0..frames {
        for channel in Channel::BOTH {
            block.write_sample(pending[channel].pop_front().unwrap_or(0));
        }
    }
    Ok(block.flush()?)
}
