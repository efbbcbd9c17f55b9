use std::time::Duration;

use super::frames::StreamFormat;
use super::ring::BlockReader;
use super::settings::{DeviceChoice, Source};

/// A device as it is right now.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DeviceKey {
    /// Stays the same over a new plug.
    pub id: String,
    /// Changes with every new plug, where the sound system tells; else 0. PulseAudio may have moved our recording
    /// elsewhere between the two, so a device with another epoch is not the one that was opened.
    pub epoch: u32,
}

/// A stream that runs.
#[derive(Debug)]
pub struct OpenStream {
    /// What was opened; the epoch is from before the opening.
    pub device: DeviceKey,
    /// How its frames lie.
    pub format: StreamFormat,
    /// To be added to the stream's own timestamps, ns: gives the time since capture started.
    pub clock_offset_ns: i64,
    /// Its blocks.
    pub reader: BlockReader,
    /// True where the sound system moves a recording to another device without a word (PulseAudio, and PipeWire in
    /// its place): then no block counts before a later look has found the device still there.
    pub moves_silently: bool,
    /// True where a source delivers nothing while nothing sounds (WASAPI loopback): then no block is silence.
    pub idle_is_silence: bool,
}

/// What comes back from an [`AudioHost`].
#[derive(Debug)]
pub enum Answer {
    /// The watch has looked.
    Seen {
        /// For whom.
        slot: usize,
        /// When the look began, since capture started.
        asked_at: Duration,
        /// What is there under the name that was asked for.
        device: Option<DeviceKey>,
    },
    /// The stream runs.
    Opened {
        /// For whom.
        slot: usize,
        /// Which opening.
        generation: u64,
        /// The stream.
        stream: OpenStream,
    },
    /// The stream could not be opened, or broke off.
    Failed {
        /// For whom.
        slot: usize,
        /// Which opening.
        generation: u64,
        /// For the log.
        message: String,
    },
    /// The stream is gone, and the device free.
    Closed {
        /// For whom.
        slot: usize,
        /// Which opening.
        generation: u64,
    },
}

/// The sound system, seen from the engine: nothing here blocks, whatever the devices do.
///
/// Each call starts something and returns at once; what came of it is told by [`answer`](Self::answer), late or
/// never. `slot` is the number of the source, `generation` the number of the opening.
pub trait AudioHost {
    /// Looks for a device again and again, at least every 250 ms. Replaces an earlier watch of the slot.
    fn watch(&mut self, slot: usize, source: &Source, pinned: Option<&str>);

    /// Opens a device and lets it run.
    fn open(&mut self, slot: usize, generation: u64, source: &Source, device: &DeviceKey);

    /// Ends an opening, finished or not. Answered by [`Answer::Closed`] once the device is free.
    fn close(&mut self, slot: usize, generation: u64);

    /// The next answer, if there is one.
    fn answer(&mut self) -> Option<Answer>;
}

/// Which of `devices` (id and name of each) `choice` means; [`DeviceChoice::Default`] means none of them.
pub fn find_choice<'a>(
    choice: &DeviceChoice,
    devices: impl Iterator<Item = (&'a str, &'a str)> + Clone,
) -> Option<&'a str> {
    let mut devices = devices;
    match choice {
        DeviceChoice::Default => None,
        DeviceChoice::Id(wanted) => devices.find(|(id, _)| id == wanted).map(|(id, _)| id),
        DeviceChoice::Name(wanted) => {
            let equal = devices.clone().find(|(_, name)| name == wanted);
            equal.or_else(|| devices.find(|(_, name)| name.contains(wanted.as_str()))).map(|(id, _)| id)
        }
    }
}
