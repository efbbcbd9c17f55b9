use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use super::clock::Stopwatch;
use crate::call::{CallTime, Channel, EndedBy};
use crate::capture::file::{CallFile, OpenOptions};
use crate::capture::{Capture, CaptureEvent, LineTime};
use crate::record::{create_private_file, create_private_folder};

/// The sample call that comes with callcue: synthetic speech, both sides.
static SAMPLE_CALL: &[u8] = include_bytes!("../../config/demo/call.flac");
/// How long the sample call rang, and which agent takes it: as `config/demo/call.jsonl` has it.
const SAMPLE_RING_MS: u64 = 3_000;
/// Events on their way to the engine; when it is full the player waits, which a device could not.
const QUEUE: usize = 256;

/// What comes to the engine: sound, and, from the demo, a call that starts and ends.
#[derive(Debug)]
pub enum FeedEvent {
    /// From a device, or as if.
    Capture(CaptureEvent),
    /// The sample call is answered.
    CallStarts {
        /// How long it rang.
        ring_ms: u64,
    },
    /// The sample call is over.
    CallEnds {
        /// Who hung up.
        by: EndedBy,
    },
}

/// Where the sound comes from.
pub enum Feed {
    /// Devices of this machine.
    Devices(Capture),
    /// The sample call, each time it is asked for.
    Sample(SamplePlayer),
}

impl Feed {
    /// The next event, if one comes within `patience`.
    pub fn next(&self, patience: Duration) -> Option<FeedEvent> {
        match self {
            Self::Devices(capture) => capture.events().recv_timeout(patience).ok().map(FeedEvent::Capture),
            Self::Sample(player) => player.events.recv_timeout(patience).ok(),
        }
    }

    /// Plays the sample call again; nothing with devices, or while it plays.
    pub fn play(&self) {
        if let Self::Sample(player) = self {
            // A full queue means that it plays already.
            let _ = player.wanted.try_send(());
        }
    }
}

/// Plays the sample call at real speed, as a device would deliver it.
pub struct SamplePlayer {
    events: Receiver<FeedEvent>,
    wanted: SyncSender<()>,
}

impl SamplePlayer {
    /// A player that waits to be asked. The sample is unpacked below `data`.
    ///
    /// # Errors
    /// When the sample cannot be unpacked, or no thread can be started.
    pub fn start(data: &Path) -> io::Result<Self> {
        let path = unpack_sample_call(data)?;
        let (sender, events) = sync_channel(QUEUE);
        let (wanted, asked) = sync_channel::<()>(1);
        thread::Builder::new().name("sample-call".to_owned()).spawn(move || {
            let mut line_end = 0;
            // Over when the player is dropped.
            while asked.recv().is_ok() {
                match play(&path, line_end, &sender) {
                    Some(end) => line_end = end,
                    None => return,
                }
            }
        })?;
        Ok(Self { events, wanted })
    }
}

/// Plays once from position `line` of the time line on; gives the position after it, or none when nobody listens.
fn play(path: &Path, line: u64, sender: &SyncSender<FeedEvent>) -> Option<u64> {
    let mut file = CallFile::open(path, OpenOptions::default())
        .inspect_err(|error| tracing::error!("the sample call: {error}"))
        .ok()?;
    sender.send(FeedEvent::CallStarts { ring_ms: SAMPLE_RING_MS }).ok()?;
    let clock = Stopwatch::start();
    let mut end = line;
    while let Some(block) = file.next_block().ok().flatten() {
        let length = block.samples[Channel::Agent].len() as u64;
        // A device delivers a block once it has been heard.
        clock.wait_for(CallTime::from_samples(block.from.as_samples() + length));
        let at = LineTime::from_samples(line + block.from.as_samples());
        for channel in Channel::BOTH {
            let samples = block.samples[channel].clone();
            sender.send(FeedEvent::Capture(CaptureEvent::Audio { channel, at, samples })).ok()?;
        }
        end = line + block.from.as_samples() + length;
    }
    sender.send(FeedEvent::CallEnds { by: EndedBy::Agent }).ok()?;
    Some(end)
}

/// Puts the sample call below `data`, if it is not there, and tells where: FLAC, agent left, customer right.
///
/// # Errors
/// The system's, when it cannot be written.
pub fn unpack_sample_call(data: &Path) -> io::Result<PathBuf> {
    let folder = data.join("demo");
    create_private_folder(&folder)?;
    let path = folder.join("call.flac");
    if std::fs::read(&path).is_ok_and(|bytes| bytes == SAMPLE_CALL) {
        return Ok(path);
    }
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    io::Write::write_all(&mut create_private_file(&path)?, SAMPLE_CALL)?;
    Ok(path)
}
