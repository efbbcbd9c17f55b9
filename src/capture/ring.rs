//! The way of the sound out of the audio callback.
//!
//! Two lock-free rings: one of bytes, one of block heads. A block that does not fit into both is dropped
//! whole and counted: what is in the ring is older, in order, and still good.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rtrb::{Consumer, Producer, RingBuffer};

/// How much sound the ring holds. Bursts of 2 s were seen from PulseAudio on a loaded machine.
const RING_SECONDS: usize = 4;
/// Smallest block that is planned for, in frames.
const FRAMES_PER_BLOCK_MIN: usize = 32;

#[derive(Clone, Copy, Debug)]
struct Head {
    captured_at: Duration,
    bytes: usize,
}

/// One block as the device delivered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawBlock {
    /// When its first frame met the converter, on the stream's own clock.
    pub captured_at: Duration,
    /// Interleaved frames.
    pub bytes: Vec<u8>,
}

/// The callback's end.
#[derive(Debug)]
pub struct BlockWriter {
    bytes: Producer<u8>,
    heads: Producer<Head>,
    overruns: Arc<AtomicU64>,
}

/// The engine's end.
#[derive(Debug)]
pub struct BlockReader {
    bytes: Consumer<u8>,
    heads: Consumer<Head>,
    overruns: Arc<AtomicU64>,
}

/// A ring for 4 s of frames of `frame_bytes` bytes at `rate_hz`.
pub fn block_ring(rate_hz: u32, frame_bytes: usize) -> (BlockWriter, BlockReader) {
    let frames = rate_hz as usize * RING_SECONDS;
    let (bytes_in, bytes_out) = RingBuffer::new(frames * frame_bytes);
    let (heads_in, heads_out) = RingBuffer::new(frames / FRAMES_PER_BLOCK_MIN + 1);
    let overruns = Arc::new(AtomicU64::new(0));
    (
        BlockWriter { bytes: bytes_in, heads: heads_in, overruns: Arc::clone(&overruns) },
        BlockReader { bytes: bytes_out, heads: heads_out, overruns },
    )
}

impl BlockWriter {
    /// Copies a block in, or drops and counts it. No allocation, lock, system call or wait.
    pub fn push(&mut self, captured_at: Duration, bytes: &[u8]) {
        let head = Head { captured_at, bytes: bytes.len() };
        // Bytes first: a head in the ring promises that its bytes are there.
        if self.heads.is_full() || self.bytes.push_entire_slice(bytes).is_err() {
            self.overruns.fetch_add(1, Ordering::Relaxed);
        } else if self.heads.push(head).is_err() {
            // This end is the only one that fills the ring, and it was not full.
            self.overruns.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl BlockReader {
    /// The oldest block.
    pub fn pop(&mut self) -> Option<RawBlock> {
        let head = self.heads.pop().ok()?;
        let mut bytes = vec![0; head.bytes];
        self.bytes.pop_entire_slice(&mut bytes).ok()?;
        Some(RawBlock { captured_at: head.captured_at, bytes })
    }

    /// Blocks dropped since the last call.
    pub fn take_overruns(&self) -> u64 {
        self.overruns.swap(0, Ordering::Relaxed)
    }

    /// True when the other end is gone: the stream was dropped.
    pub fn is_abandoned(&self) -> bool {
        self.heads.is_abandoned()
    }
}
