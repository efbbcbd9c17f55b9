use std::path::PathBuf;

use serde::Deserialize;

use crate::capture::CaptureSettings;
use crate::transcribe::TranscribeSettings;
use crate::uplink::FloorSettings;

use super::value::{AgentNumber, ListenAddress, LogFilter, within};

/// Everything that can be configured. `Settings::default()` is what an empty file says.
///
/// Paths in the file are relative to the file's folder; `~/` is the home folder.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The agent's number, for greetings, reports and file search. Default: none; each call may bring its own.
    pub agent: Option<AgentNumber>,
    /// The company's name as it is said in greetings. Default: none; the script file's own.
    pub company: Option<String>,
    /// Folder for calls and whatever else is kept. Empty by default in the file; [`resolve`](super::resolve()) then puts
    /// the usual place of the system there (`~/.local/share/callcue`).
    pub data: PathBuf,
    /// The screen and its socket.
    pub station: StationSettings,
    /// What is kept of calls.
    pub record: RecordSettings,
    /// What of a customer is not kept.
    pub privacy: PrivacySettings,
    /// What is to be said.
    pub script: ScriptSettings,
    /// What is logged.
    pub log: LogSettings,
    /// Where the sound comes from.
    pub capture: CaptureSettings,
    /// How speech becomes text.
    pub transcribe: TranscribeSettings,
    /// Where this station reports to. Default: none; it works alone.
    pub floor: Option<FloorSettings>,
}

/// `[station]`: the agent's screen.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StationSettings {
    /// Address and port of the screen, loopback only. Default: 127.0.0.1:7878.
    pub listen: ListenAddress,
    /// Whether the screen opens in the browser when the station starts. Default: true, since the page's token is in its
    /// address; set it to false where the browser is a kiosk that opens the page itself.
    pub open_browser: bool,
    /// Whether calls start and end by themselves.
    pub auto_start: AutoStartSettings,
}

impl Default for StationSettings {
    fn default() -> Self {
        Self {
            listen: ListenAddress::default(),
            open_browser: true,
            auto_start: AutoStartSettings::default(),
        }
    }
}

/// `[station.auto_start]`: calls that start and end from the audio, for telephony that tells nothing.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AutoStartSettings {
    /// Default: false, because talk between calls would be recorded as a call.
    pub enabled: bool,
    /// Speech of the customer that starts a call, 200 to 10000 ms. Default: 1000, longer than a ring tone's beep.
    #[serde(deserialize_with = "within::<_, 200, 10_000>")]
    pub after_speech_ms: u32,
    /// Quiet on both sides that ends it, 10 to 3600 s. Default: 60, longer than anybody waits in silence.
    #[serde(deserialize_with = "within::<_, 10, 3_600>")]
    pub end_after_quiet_s: u32,
}

impl Default for AutoStartSettings {
    fn default() -> Self {
        Self { enabled: false, after_speech_ms: 1_000, end_after_quiet_s: 60 }
    }
}

/// `[record]`: what is kept of calls.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecordSettings {
    /// Whether calls are written to disk. Default: true; without it nothing can be reviewed. Where there is a floor, events
    /// are written in any case, because they are sent from there.
    pub enabled: bool,
    /// Folder of the records. Empty by default in the file; [`resolve`](super::resolve()) then puts `<data>/calls` there.
    pub folder: PathBuf,
    /// Days after which a record is removed, 0 to 36500; 0 keeps everything. Default: 90, a quarter: recordings are
    /// personal data and must not pile up unnoticed. Set what the company's own rule says. Where there is a floor, what it has not confirmed stays.
    #[serde(deserialize_with = "within::<_, 0, 36_500>")]
    pub keep_days: u32,
}

impl Default for RecordSettings {
    fn default() -> Self {
        Self { enabled: true, folder: PathBuf::new(), keep_days: 90 }
    }
}

/// `[privacy]`: what of a customer is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PrivacySettings {
    /// Personal numbers are masked in all that is written or sent, and silenced in recordings. Default: true. Whoever needs the numbers has
    /// them from the customer's data; in a record they help nobody and can be stolen.
    pub mask: bool,
}

impl Default for PrivacySettings {
    fn default() -> Self {
        Self { mask: true }
    }
}

/// `[script]`: what is to be said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScriptSettings {
    /// The script file. Default: none; the bundled one.
    pub path: Option<PathBuf>,
    /// The assessment standard, for the points. Default: none; the bundled one.
    pub assessment: Option<PathBuf>,
}

/// `[log]`: what is logged, on standard error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// Directives. Default: `info`.
    pub filter: LogFilter,
}
