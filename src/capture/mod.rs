//! Sound into the program: two devices, or two channels of one, as 16 kHz mono a side on one time line.
//!
//! # The way of the sound
//! ```text
//! audio callback ─▶ ring ─▶ link ─▶ placer ─▶ engine ─▶ outlet ─▶ bounded queue
//!  copies, counts   4 s     splits  places    steps     drops     CaptureEvent
//!                           sides,  by time,  all,      sound
//!                           holds   resamples alarms    when full
//!                           back
//! ```
//! [`Capture`] is the whole of it on real devices: a thread and a clock around [`CaptureEngine`]. Everything between the ring
//! and the queue is a function of what comes in and of the time that it is told; tests run it on devices made of numbers.
//!
//! # Invariants
//! 1. Sound is placed by its capture timestamp, never by counting samples: sound servers lose sound without a word.
//! 2. Silence is heard; a stall is not silence. Missing sound is a `Lost` and a `Back`, never zeros. The one exception is a
//!    WASAPI loopback, which delivers nothing while nothing plays.
//! 3. A device is known by its id. No channel ever moves to another device by itself, least of all to “default”.
//! 4. Where the sound system moves recordings silently (PulseAudio), no block is passed on before the device was seen to be
//!    there after it: what came since the last look at a device that is gone is thrown away.
//! 5. Nothing that was seen to block runs on the engine's thread: see [`AudioHost`].
//!
//! # Words
//! - *source*: what the configuration asks for; *device*: what the machine has; *stream*: a device, opened.
//! - *segment*: sound without a hole. *drift*: how much slower a device's clock runs than the time line.
//! - *epoch*: which of the devices that had the same id in turn.

pub mod asrc;
mod cpal_host;
pub mod drift;
mod engine;
mod event;
pub mod file;
mod frames;
mod host;
mod link;
mod live;
mod outlet;
pub mod placer;
pub mod resample;
pub mod ring;
pub mod same_source;
mod settings;

pub use cpal_host::{CpalHost, DeviceInfo, DeviceKind, Listing, list_devices};
pub use engine::CaptureEngine;
pub use event::{CaptureEvent, LineTime, LossReason};
pub use frames::StreamFormat;
pub use host::{Answer, AudioHost, DeviceKey, OpenStream, find_choice};
pub use live::Capture;
pub use outlet::Outlet;
pub use settings::{
    BothSidesSettings, CaptureSettings, ChannelMap, DeviceChoice, FormatSettings, Role, SampleFormat, Source,
    SourceSettings,
};
