use std::net::IpAddr;
use std::path::PathBuf;

use serde::Deserialize;

use super::floor_value::{FloorAddress, ServiceUrl};
use super::settings::LogSettings;
use super::value::within;

/// Everything that can be configured of a floor. `FloorSettings::default()` is what an empty file says.
///
/// Paths in the file are relative to the file's folder; `~/` is the home folder. A secret is never in the file: the file names another
/// one, which only the floor's account can read.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FloorSettings {
    /// Folder for calls, recordings and people. Empty by default in the file; [`resolve_floor`](super::resolve_floor) then puts
    /// the usual place of the system there (`~/.local/share/callcue/floor`).
    pub data: PathBuf,
    /// The script whose rules pages name, as the stations have it. Default: none; the bundled one.
    pub script: Option<PathBuf>,
    /// The assessment standard. Default: none; the bundled one.
    pub assessment: Option<PathBuf>,
    /// Where stations and pages reach the floor.
    pub server: ServerSettings,
    /// TLS of its own.
    pub tls: Option<TlsSettings>,
    /// How long somebody stays logged in.
    pub sessions: SessionSettings,
    /// When the floor itself calls a lead.
    pub alerts: AlertSettings,
    /// Changed scripts, tried on kept calls.
    pub backtests: BacktestSettings,
    /// How reviewers and agents deal with each other.
    pub review: ReviewSettings,
    /// Figures for Prometheus.
    pub metrics: MetricsSettings,
    /// Who is told of flags, alerts and ended calls.
    pub webhooks: Vec<WebhookSettings>,
    /// What of customers is not kept as it was said.
    pub privacy: FloorPrivacySettings,
    /// How long calls are kept.
    pub retention: RetentionSettings,
    /// Old recordings that are brought in.
    pub import: ImportSettings,
    /// Log-in by the company's own identity provider.
    pub oidc: Option<OidcSettings>,
    /// What is logged.
    pub log: LogSettings,
}

/// `[server]`
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSettings {
    /// Address and port. Default: 127.0.0.1:7900. Anything but the loopback needs `[tls]` or `behind_proxy`.
    pub listen: FloorAddress,
    /// Address by which browsers and stations know the floor, such as `https://floor.example.com`. Default: none; the listening
    /// address. Pages of another origin are refused.
    pub public_url: Option<ServiceUrl>,
    /// A reverse proxy in front speaks TLS, and nobody reaches the floor past it. Default: false.
    pub behind_proxy: bool,
    /// Addresses of reverse proxies whose `X-Forwarded-For` is believed. Default: none. Whoever can reach the floor from one
    /// of them can pass for any address in the audit trail.
    pub trusted_proxies: Vec<IpAddr>,
}

/// `[tls]`: certificate and key as PEM files.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsSettings {
    /// Certificate of the floor, then those that lead to the authority.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// `[sessions]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionSettings {
    /// A session without any request ends after so long, 5 to 1440 min. Default: 60.
    #[serde(deserialize_with = "within::<_, 5, 1_440>")]
    pub idle_min: u32,
    /// Every session ends after so long, 1 to 168 h. Default: 12, a shift with its overtime.
    #[serde(deserialize_with = "within::<_, 1, 168>")]
    pub longest_h: u32,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self { idle_min: 60, longest_h: 12 }
    }
}

/// `[alerts]`: what the floor alerts leads of by itself, beside the script's rules.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlertSettings {
    /// Nobody has spoken for so long, 3 to 600 s. Default: 15.
    #[serde(deserialize_with = "within::<_, 3, 600>")]
    pub long_silence_s: u32,
    /// The customer has been on hold for so long, 10 to 3600 s. Default: 60.
    #[serde(deserialize_with = "within::<_, 10, 3_600>")]
    pub long_hold_s: u32,
    /// An alert that nobody has acknowledged for so long goes on to the next lead, 5 to 3600 s. Default: 30.
    #[serde(deserialize_with = "within::<_, 5, 3_600>")]
    pub acknowledge_s: u32,
}

impl Default for AlertSettings {
    fn default() -> Self {
        Self { long_silence_s: 15, long_hold_s: 60, acknowledge_s: 30 }
    }
}

/// `[backtests]`: a changed script, tried on all kept calls by its owner.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BacktestSettings {
    /// Cores that it may take from the floor, 1 to 64. Default: 1.
    #[serde(deserialize_with = "within::<_, 1, 64>")]
    pub cores: u32,
}

impl Default for BacktestSettings {
    fn default() -> Self {
        Self { cores: 1 }
    }
}

/// `[review]`: the review room.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReviewSettings {
    /// An agent may answer to what was decided for so many days after the call's review was finished, 1 to 90. Default: 7.
    #[serde(deserialize_with = "within::<_, 1, 90>")]
    pub appeal_days: u32,
}

impl Default for ReviewSettings {
    fn default() -> Self {
        Self { appeal_days: 7 }
    }
}

/// `[metrics]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetricsSettings {
    /// File with a token that reads `/metrics` from other machines. Default: none; `/metrics` answers this machine only.
    pub token_file: Option<PathBuf>,
}

/// `[privacy]`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FloorPrivacySettings {
    /// The floor masks personal numbers in what stations send and in what is imported, before it is stored. Default: false; stations mask by
    /// themselves, better, and before anything leaves them. Numbers told over several utterances are found in imports; of what stations
    /// send, the part that came before a number was whole stays.
    pub mask: bool,
}

/// `[retention]`: days after which calls go, by class; 0 keeps for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionSettings {
    /// Calls in which nothing was flagged.
    pub unflagged: ClassRetention,
    /// Calls with a flag.
    pub flagged: ClassRetention,
    /// Calls that an agent has appealed. None goes while its appeal is open or may still be made.
    pub appealed: ClassRetention,
}

/// Days of one class, 0 to 36500.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClassRetention {
    /// Of recordings; they go with the data at the latest. Default: 0.
    #[serde(deserialize_with = "within::<_, 0, 36_500>")]
    pub recording_days: u32,
    /// Of everything. Default: 0.
    #[serde(deserialize_with = "within::<_, 0, 36_500>")]
    pub data_days: u32,
}

/// `[import]`: how old recordings are heard and judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImportSettings {
    /// File of the speech model. Default: none; the one that comes with callcue. Calls are held against the floor's own script.
    pub model: Option<PathBuf>,
}

/// What a webhook can be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookEvent {
    /// A rule was broken.
    Flag,
    /// A lead is called.
    Alert,
    /// A call is over.
    CallEnded,
}

/// `[[webhooks]]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// Where to: `https://…`, or `http://` on this machine.
    pub url: ServiceUrl,
    /// File with the secret that signs; at least 32 characters.
    pub secret_file: PathBuf,
    /// What of; all three unless said.
    #[serde(default = "every_event")]
    pub events: Vec<WebhookEvent>,
}

fn every_event() -> Vec<WebhookEvent> {
    vec![WebhookEvent::Flag, WebhookEvent::Alert, WebhookEvent::CallEnded]
}

/// `[oidc]`: OpenID Connect, authorization code with PKCE.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcSettings {
    /// The provider's address, exactly as it writes it itself.
    pub issuer: ServiceUrl,
    /// What the provider calls this floor.
    pub client_id: String,
    /// File with the secret that the provider gave; none for a public client.
    pub client_secret_file: Option<PathBuf>,
    /// What stands on the button. Default: 企业账号登录.
    #[serde(default = "oidc_label")]
    pub label: String,
}

fn oidc_label() -> String {
    "企业账号登录".to_owned()
}
