//! From flags, environment and `callcue.toml` to checked [`Settings`].
//!
//! What is said nearer wins: flags over environment over file over defaults. [`resolve()`] decides that as a pure function;
//! only [`load()`] touches the disk. The file is strict: an unknown key, a wrong type or a value out of its range is a
//! [`ConfigError`] with file, line and column, never a default taken in silence.
//!
//! `config/callcue.toml` and, for a floor, `config/floor.toml` are the commented samples; tests hold them to these types and their defaults.

mod error;
mod floor;
mod floor_load;
mod floor_value;
mod load;
mod resolve;
mod settings;
mod value;

pub use error::ConfigError;
pub use floor::{
    AlertSettings, BacktestSettings, ClassRetention, FloorPrivacySettings, FloorSettings, ImportSettings,
    MetricsSettings, OidcSettings, RetentionSettings, ReviewSettings, ServerSettings, SessionSettings,
    TlsSettings, WebhookEvent, WebhookSettings,
};
pub use floor_load::{floor_config_path, load_floor, resolve_floor};
pub use floor_value::{FloorAddress, ServiceUrl};
pub use load::load;
pub use resolve::{ConfigFile, ConfigPath, Environment, Flags, config_path, resolve};
pub use settings::{
    AutoStartSettings, LogSettings, PrivacySettings, RecordSettings, ScriptSettings, Settings,
    StationSettings,
};
pub use value::{AgentNumber, BadValue, ListenAddress, LogFilter};
