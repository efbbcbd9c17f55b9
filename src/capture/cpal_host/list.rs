//! What there is to capture from, without hanging on any of it.

use std::io;
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{DeviceDirection, HostId};
use serde::Serialize;

use crate::capture::frames::StreamFormat;
use crate::capture::settings::{CaptureSettings, SampleFormat};

use super::finder::{DeviceFinder, outputs_loop_back};
use super::{host_id, stream};

/// For the list as a whole, and for finding what the configuration means.
const LIST_DEADLINE: Duration = Duration::from_secs(5);
/// For one device; all are asked at the same time.
const PROBE_DEADLINE: Duration = Duration::from_millis(1_500);
/// Devices that are asked at the same time.
const PROBES_MAX: usize = 32;

/// ALSA names everything that its configuration could open. These are converters and sinks to nowhere, or the raw and mixing
/// ends of cards that are listed under better names; asking some of them prints noise or takes seconds.
const ALSA_NOISE: &[&str] = &[
    "null",
    "default",
    "pulse",
    "pipewire",
    "jack",
    "oss",
    "speex",
    "speexrate",
    "samplerate",
    "lavrate",
    "upmix",
    "vdownmix",
    "a52",
    "usbstream",
    "hw",
    "dmix",
    "dsnoop",
    "dshare",
    "front",
    "rear",
    "center_lfe",
    "side",
    "surround21",
    "surround40",
    "surround41",
    "surround50",
    "surround51",
    "surround71",
    "iec958",
    "spdif",
    "hdmi",
    "modem",
    "phoneline",
];

/// Everything that `callcue devices` shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listing {
    /// Sound system that was asked.
    pub host: String,
    /// Sound systems of this machine.
    pub hosts: Vec<String>,
    /// What can be captured, in the system's order.
    pub devices: Vec<DeviceInfo>,
    /// What the configuration wants and the machine lacks: `agent`, `customer`, `both`.
    pub missing: Vec<&'static str>,
}

/// One device to capture from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeviceInfo {
    /// For the configuration: `id:` and this.
    pub id: String,
    /// For people.
    pub name: String,
    /// Microphone or loopback.
    pub kind: DeviceKind,
    /// Frames a second by its own preference; absent if it did not answer in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_hz: Option<u32>,
    /// Channels by its own preference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<u16>,
    /// Sample format by its own preference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample: Option<SampleFormat>,
    /// Lowest and highest rate that it offers, Hz.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rates_hz: Option<(u32, u32)>,
    /// What the configuration would take it for: `agent`, `customer`, `both`.
    pub taken_for: Vec<&'static str>,
    /// Why it could not be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Which way the sound comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// A microphone, or another input.
    Input,
    /// What an output plays.
    Loopback,
}

/// Asks the sound system of `settings` for its devices, each on a thread of its own and for 1.5 s at most.
///
/// # Errors
/// When the sound system is unknown or does not answer at all within 5 s.
pub fn list_devices(settings: &CaptureSettings) -> io::Result<Listing> {
    let host = host_id(settings.host.as_deref())?;
    let found = within(LIST_DEADLINE, "list-devices", move || enumerate(host))
        .unwrap_or_else(|| Err(format!("{host} does not answer; restart the sound system")));
    let found = found.map_err(io::Error::other)?;
    let probes: Vec<_> = found
        .into_iter()
        .take(PROBES_MAX)
        .map(|(device, info)| {
            let loopback = info.kind == DeviceKind::Loopback && outputs_loop_back(host);
            let probed = start("probe-device", move || probe(&device, loopback));
            (info, probed)
        })
        .collect();
    let mut devices: Vec<DeviceInfo> = probes
        .into_iter()
        .map(|(info, probed)| match probed.recv_timeout(PROBE_DEADLINE) {
            Ok(Ok(probed)) => probed.into_info(info),
            Ok(Err(error)) => with_error(info, error),
            Err(_) => with_error(info, "did not answer in time".to_owned()),
        })
        .collect();
    let missing = mark_taken(settings, host, &mut devices);
    Ok(Listing {
        host: host.to_string(),
        hosts: cpal::available_hosts().iter().map(ToString::to_string).collect(),
        devices,
        missing,
    })
}

struct Probed {
    format: StreamFormat,
    rates_hz: Option<(u32, u32)>,
}

impl Probed {
    fn into_info(self, info: DeviceInfo) -> DeviceInfo {
        DeviceInfo {
            rate_hz: Some(self.format.rate_hz),
            channels: Some(self.format.channels),
            sample: Some(self.format.sample),
            rates_hz: self.rates_hz,
            ..info
        }
    }
}

fn with_error(info: DeviceInfo, error: String) -> DeviceInfo {
    DeviceInfo { error: Some(error), ..info }
}

fn start<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> std::sync::mpsc::Receiver<T> {
    let (done_in, done) = sync_channel(1);
    let run = move || {
        let _ = done_in.send(work());
    };
    // Not started: the receiver sees the other end gone, as if it had not answered.
    let _ = thread::Builder::new().name(name.to_owned()).spawn(run);
    done
}

fn within<T: Send + 'static>(
    deadline: Duration,
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    start(name, work).recv_timeout(deadline).ok()
}

fn enumerate(host_id: HostId) -> Result<Vec<(cpal::Device, DeviceInfo)>, String> {
    let host = cpal::host_from_id(host_id).map_err(|error| error.to_string())?;
    let devices = host.devices().map_err(|error| error.to_string())?;
    Ok(devices
        .filter_map(|device| {
            let id = device.id().ok()?;
            let description = device.description().ok()?;
            let kind = kind_of(host_id, id.id(), description.direction())?;
            let info = DeviceInfo {
                id: id.to_string(),
                name: description.name().to_owned(),
                kind,
                rate_hz: None,
                channels: None,
                sample: None,
                rates_hz: None,
                taken_for: Vec::new(),
                error: None,
            };
            Some((device, info))
        })
        .collect())
}

/// `None`: nothing to capture from.
fn kind_of(host: HostId, id: &str, direction: DeviceDirection) -> Option<DeviceKind> {
    let host_name = host.to_string();
    if host_name == "alsa" {
        let plugin = id.split(':').next().unwrap_or(id);
        if ALSA_NOISE.contains(&plugin) {
            return None;
        }
    }
    let output = direction == DeviceDirection::Output;
    match (output, host_name.as_str()) {
        (false, "pulseaudio") if id.ends_with(".monitor") => Some(DeviceKind::Loopback),
        (false, _) => Some(DeviceKind::Input),
        (true, _) if outputs_loop_back(host) => Some(DeviceKind::Loopback),
        (true, _) => None,
    }
}

fn probe(device: &cpal::Device, loopback: bool) -> Result<Probed, String> {
    let format = stream::preferred_format(device, loopback)?;
    let ranges = if loopback {
        device.supported_output_configs().map(Vec::from_iter)
    } else {
        device.supported_input_configs().map(Vec::from_iter)
    };
    let ranges = ranges.unwrap_or_default();
    let lowest = ranges.iter().map(|range| range.min_sample_rate()).min();
    let highest = ranges.iter().map(|range| range.max_sample_rate()).max();
    Ok(Probed { format, rates_hz: lowest.zip(highest) })
}

/// Marks what the configuration would take; returns what it would not find.
fn mark_taken(settings: &CaptureSettings, host: HostId, devices: &mut [DeviceInfo]) -> Vec<&'static str> {
    let mut missing = Vec::new();
    for source in settings.sources() {
        let role = source.role.name();
        let find = move || DeviceFinder::new(host).find(&source, None);
        let wanted = within(LIST_DEADLINE, "find-device", find).flatten();
        let listed = wanted.and_then(|key| devices.iter_mut().find(|info| info.id == key.id));
        match listed {
            Some(info) => info.taken_for.push(role),
            None => missing.push(role),
        }
    }
    missing
}
