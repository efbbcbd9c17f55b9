use serde::{Deserialize, Serialize};

use crate::call::Channel;

/// The `[capture]` part of the configuration: which devices carry the two sides.
///
/// ```
/// use callcue::capture::{CaptureSettings, DeviceChoice};
///
/// let settings: CaptureSettings = toml::from_str(r#"
///     host = "pulseaudio"
///     agent.device = "name:USB headset"
///     customer.device = "id:alsa_output.usb.monitor"
/// "#).unwrap();
/// assert_eq!(settings.agent.device, DeviceChoice::Name("USB headset".into()));
/// assert!(toml::from_str::<CaptureSettings>("agnet = 1").is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CaptureSettings {
    /// Sound system: `pulseaudio`, `alsa`, `wasapi`, `coreaudio`. Absent: the first that is there.
    pub host: Option<String>,
    /// The agent's microphone. Default: the input that the system prefers.
    pub agent: SourceSettings,
    /// What the agent hears. Default: the loopback of the output that the system prefers.
    pub customer: SourceSettings,
    /// One device that carries both sides, for recorder cards and softphones; `agent` and `customer` are then unused.
    pub both: Option<BothSidesSettings>,
}

/// One device, and how to open it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SourceSettings {
    /// Which: `default`, `id:…` (as `callcue devices` prints it) or `name:…`. Default: `default`.
    pub device: DeviceChoice,
    /// How it is opened. Default: as the device itself prefers.
    pub format: FormatSettings,
}

/// One device with a side on each of two of its channels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BothSidesSettings {
    /// Which device.
    pub device: DeviceChoice,
    /// Which of its channels carries whom. Default: agent 0, customer 1.
    #[serde(default)]
    pub channels: ChannelMap,
    /// How it is opened. Default: as the device itself prefers.
    #[serde(default)]
    pub format: FormatSettings,
}

/// Device channels, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelMap {
    /// Carries the agent.
    pub agent: u16,
    /// Carries the customer.
    pub customer: u16,
}

impl Default for ChannelMap {
    fn default() -> Self {
        Self { agent: 0, customer: 1 }
    }
}

/// Overrides for a device that reports something wrong about itself. Normally all absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FormatSettings {
    /// Frames a second.
    pub rate_hz: Option<u32>,
    /// Interleaved channels. Anything but the device's own count lets PulseAudio remix the sides.
    pub channels: Option<u16>,
    /// Sample format.
    pub sample: Option<SampleFormat>,
}

/// How one sample lies in memory, native byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleFormat {
    /// 32-bit float, ±1.
    F32,
    /// 16-bit signed.
    I16,
    /// 24-bit signed in the low three of four bytes.
    I24,
    /// 32-bit signed.
    I32,
    /// 8-bit, 128 is silence.
    U8,
    /// 16-bit, 32768 is silence.
    U16,
}

/// A device, as a person names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DeviceChoice {
    /// What the system prefers at the first opening. From then on that very device: a call never
    /// moves to another one by itself.
    #[default]
    Default,
    /// By id; survives a restart and a new plug.
    Id(String),
    /// By the name that people see; the first that is equal, else the first that contains it.
    Name(String),
}

impl TryFrom<String> for DeviceChoice {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "default" => Ok(Self::Default),
            Some(("id", id)) if !id.is_empty() => Ok(Self::Id(id.to_owned())),
            Some(("name", name)) if !name.is_empty() => Ok(Self::Name(name.to_owned())),
            _ => Err(format!(
                "“{text}” is no device; write “default”, “id:…” or “name:…” (`callcue devices` lists them)"
            )),
        }
    }
}

impl From<DeviceChoice> for String {
    fn from(choice: DeviceChoice) -> Self {
        match choice {
            DeviceChoice::Default => "default".to_owned(),
            DeviceChoice::Id(id) => format!("id:{id}"),
            DeviceChoice::Name(name) => format!("name:{name}"),
        }
    }
}

/// What a device is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// One side, from a device of its own: a microphone for the agent, a loopback for the customer.
    Side(Channel),
    /// Both sides, from two channels of one device.
    Both(ChannelMap),
}

/// A device to capture from: what for, which, how opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What for.
    pub role: Role,
    /// Which.
    pub device: DeviceChoice,
    /// How.
    pub format: FormatSettings,
}

impl CaptureSettings {
    /// The devices to open: one with both sides, or one for each side.
    pub fn sources(&self) -> Vec<Source> {
        if let Some(both) = &self.both {
            return vec![Source {
                role: Role::Both(both.channels),
                device: both.device.clone(),
                format: both.format,
            }];
        }
        let side = |channel, settings: &SourceSettings| Source {
            role: Role::Side(channel),
            device: settings.device.clone(),
            format: settings.format,
        };
        vec![side(Channel::Agent, &self.agent), side(Channel::Customer, &self.customer)]
    }
}

impl Role {
    /// The channels that this device feeds.
    pub fn channels(self) -> &'static [Channel] {
        match self {
            Self::Side(Channel::Agent) => &[Channel::Agent],
            Self::Side(Channel::Customer) => &[Channel::Customer],
            Self::Both(_) => &Channel::BOTH,
        }
    }

    /// Short name for threads and logs: `agent`, `customer`, `both`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Side(Channel::Agent) => "agent",
            Self::Side(Channel::Customer) => "customer",
            Self::Both(_) => "both",
        }
    }
}
