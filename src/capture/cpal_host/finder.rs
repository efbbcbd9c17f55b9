use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{DeviceId, HostId};

use crate::call::Channel;
use crate::capture::host::{DeviceKey, find_choice};
use crate::capture::settings::{DeviceChoice, Role, Source};

#[cfg(target_os = "linux")]
use super::pulse::PulseSources;

/// How often a watch looks. The screen must know within 1 s.
const PERIOD: Duration = Duration::from_millis(250);
/// Where sound waits for the next look, the look comes sooner; one costs well under a millisecond.
const PERIOD_CONFIRMING: Duration = Duration::from_millis(40);

/// True where a recording is moved to another device when its own vanishes. ALSA's `pulse` plugin does the same and
/// cannot be told from other ALSA devices: there only the same-source alarm helps.
pub(super) fn moves_silently(host: HostId) -> bool {
    #[cfg(target_os = "linux")]
    return host == HostId::PulseAudio;
    #[cfg(not(target_os = "linux"))]
    return {
        let _ = host;
        false
    };
}

/// True where an input stream on an output device records what it plays.
pub(super) fn outputs_loop_back(host: HostId) -> bool {
    matches!(host.to_string().as_str(), "wasapi" | "coreaudio")
}

/// True for an output that is opened as an input.
pub(super) fn is_loopback(device: &cpal::Device) -> bool {
    let host = device.id().map(|id| id.host());
    host.is_ok_and(outputs_loop_back)
        && device.default_input_config().is_err()
        && device.default_output_config().is_ok()
}

/// Finds the device of a source, again and again.
pub(super) struct DeviceFinder {
    host_id: HostId,
    host: Option<cpal::Host>,
    #[cfg(target_os = "linux")]
    pulse: PulseSources,
}

impl DeviceFinder {
    pub(super) fn new(host_id: HostId) -> Self {
        Self {
            host_id,
            host: None,
            #[cfg(target_os = "linux")]
            pulse: PulseSources::new(),
        }
    }

    pub(super) fn period(&self) -> Duration {
        if moves_silently(self.host_id) { PERIOD_CONFIRMING } else { PERIOD }
    }

    /// The device that `source` means, if it is there. `pinned` is the id that it had before.
    pub(super) fn find(&mut self, source: &Source, pinned: Option<&str>) -> Option<DeviceKey> {
        #[cfg(target_os = "linux")]
        if self.host_id == HostId::PulseAudio {
            return self.pulse.find(source, pinned);
        }
        let found = self.find_through_cpal(source, pinned);
        if found.is_none() {
            // The host itself may be what broke.
            self.host = None;
        }
        found
    }

    fn find_through_cpal(&mut self, source: &Source, pinned: Option<&str>) -> Option<DeviceKey> {
        if self.host.is_none() {
            self.host = cpal::host_from_id(self.host_id).ok();
        }
        let host = self.host.as_ref()?;
        let by_id = |id: &str| {
            let id = full_id(self.host_id, id).parse::<DeviceId>().ok()?;
            host.device_by_id(&id).map(|_| id.to_string())
        };
        let id = match (&source.device, pinned) {
            (DeviceChoice::Id(id), _) => by_id(id),
            (DeviceChoice::Default, Some(pinned)) => by_id(pinned),
            (DeviceChoice::Default, None) => default_id(host, source.role),
            (DeviceChoice::Name(_), pinned) => {
                pinned.and_then(by_id).or_else(|| id_by_name(host, &source.device))
            }
        };
        id.map(|id| DeviceKey { id, epoch: 0 })
    }
}

/// `id` with the name of its host in front, as `cpal` writes it.
pub(super) fn full_id(host: HostId, id: &str) -> String {
    let prefix = format!("{host}:");
    if id.starts_with(&prefix) { id.to_owned() } else { prefix + id }
}

fn default_id(host: &cpal::Host, role: Role) -> Option<String> {
    let device = match role {
        Role::Side(Channel::Customer) if outputs_loop_back(host.id()) => host.default_output_device(),
        // This system has no loopback of its own; the microphone must not stand in for it.
        Role::Side(Channel::Customer) => None,
        _ => host.default_input_device(),
    };
    Some(device?.id().ok()?.to_string())
}

fn id_by_name(host: &cpal::Host, choice: &DeviceChoice) -> Option<String> {
    let devices: Vec<(String, String)> = host
        .devices()
        .ok()?
        .filter_map(|device| {
            let name = device.description().ok()?.name().to_owned();
            Some((device.id().ok()?.to_string(), name))
        })
        .collect();
    let pairs = devices.iter().map(|(id, name)| (id.as_str(), name.as_str()));
    find_choice(choice, pairs).map(str::to_owned)
}
