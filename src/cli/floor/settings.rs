use std::io;
use std::path::PathBuf;

use crate::cli::station::environment;
use crate::config::{Flags, FloorSettings, load_floor};

/// Where a floor's settings come from; flags win over environment, environment over file.
#[derive(Clone, Debug, Default, clap::Args)]
pub(in crate::cli) struct FloorSettingsArgs {
    /// Configuration file [default: ~/.config/callcue/floor.toml, if it is there; CALLCUE_FLOOR_CONFIG].
    #[arg(long, value_name = "PATH")]
    config: Option<PathBuf>,
    /// Data folder [default: ~/.local/share/callcue/floor; CALLCUE_FLOOR_DATA].
    #[arg(long, value_name = "PATH")]
    data: Option<PathBuf>,
    /// What is logged, such as info or callcue=debug [default: info; CALLCUE_LOG].
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,
    /// Log as JSON Lines, for machines that collect logs.
    #[arg(long)]
    log_json: bool,
}

impl FloorSettingsArgs {
    /// Reads the settings, and starts the log as they say.
    pub(super) fn load(&self) -> anyhow::Result<FloorSettings> {
        let flags = Flags { config: self.config.clone(), data: self.data.clone(), log: self.log.clone() };
        let settings = load_floor(&flags, &environment())?;
        self.start_log(settings.log.filter.as_str());
        Ok(settings)
    }

    /// The same for a command that is over at once: it warns and prints, and logs nothing else unless told to.
    pub(in crate::cli) fn load_quietly(&self) -> anyhow::Result<FloorSettings> {
        let flags = Flags { config: self.config.clone(), data: self.data.clone(), log: self.log.clone() };
        let settings = load_floor(&flags, &environment())?;
        self.start_log(self.log.as_deref().unwrap_or("warn"));
        Ok(settings)
    }

    fn start_log(&self, filter: &str) {
        let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
        if self.log_json {
            log.json().flatten_event(true).init();
        } else {
            log.init();
        }
    }
}
