use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::error::ConfigError;
use super::settings::Settings;
use super::value::LogFilter;
use crate::uplink::TokenSource;

/// What the command line says about settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--config`
    pub config: Option<PathBuf>,
    /// `--data`
    pub data: Option<PathBuf>,
    /// `--log`
    pub log: Option<String>,
}

/// The variables that matter. An empty variable counts as not set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// `CALLCUE_CONFIG`
    pub config: Option<PathBuf>,
    /// `CALLCUE_DATA`
    pub data: Option<PathBuf>,
    /// `CALLCUE_LOG`
    pub log: Option<String>,
    /// `CALLCUE_FLOOR_CONFIG`
    pub floor_config: Option<PathBuf>,
    /// `CALLCUE_FLOOR_DATA`
    pub floor_data: Option<PathBuf>,
    /// `HOME`
    pub home: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`, if absolute
    pub config_home: Option<PathBuf>,
    /// `XDG_DATA_HOME`, if absolute
    pub data_home: Option<PathBuf>,
}

impl Environment {
    /// Picks the variables out of an environment; give it `|name| std::env::var_os(name)`.
    pub fn read(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name| lookup(name).filter(|value| !value.is_empty());
        let path = |name| set(name).map(PathBuf::from);
        // The XDG base directory specification: relative paths are to be ignored.
        let base = |name| path(name).filter(|path| path.is_absolute());
        Self {
            config: path("CALLCUE_CONFIG"),
            data: path("CALLCUE_DATA"),
            log: set("CALLCUE_LOG").map(|value| value.to_string_lossy().into_owned()),
            floor_config: path("CALLCUE_FLOOR_CONFIG"),
            floor_data: path("CALLCUE_FLOOR_DATA"),
            home: path("HOME"),
            config_home: base("XDG_CONFIG_HOME"),
            data_home: base("XDG_DATA_HOME"),
        }
    }
}

/// Which file to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigPath {
    /// The file.
    pub path: PathBuf,
    /// Who names it: `--config`, `CALLCUE_CONFIG`, or the usual place.
    pub named_by: &'static str,
    /// Whether it is a mistake if there is no such file: not for the usual place.
    pub required: bool,
}

/// A file that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfigFile<'a> {
    /// Its path, for messages and for the relative paths in it.
    pub path: &'a Path,
    /// Its bytes; UTF-8 is checked here.
    pub bytes: &'a [u8],
}

/// Where the configuration is: `--config`, else `CALLCUE_CONFIG`, else `callcue/callcue.toml` below `XDG_CONFIG_HOME` or `~/.config`.
/// None where there is no home either: then the defaults hold.
pub fn config_path(flags: &Flags, env: &Environment) -> Option<ConfigPath> {
    let named = |path: &Option<PathBuf>, named_by| {
        path.clone().map(|path| ConfigPath { path, named_by, required: true })
    };
    named(&flags.config, "--config").or_else(|| named(&env.config, "CALLCUE_CONFIG")).or_else(|| {
        let folder = env.config_home.clone().or_else(|| Some(env.home.as_ref()?.join(".config")))?;
        let path = folder.join("callcue").join("callcue.toml");
        Some(ConfigPath { path, named_by: "its usual place", required: false })
    })
}

/// Settings from all sources: flags over environment over file over defaults. Touches no disk.
///
/// # Errors
/// [`ConfigError`] for a mistake in any of them, or when nothing says where data may be kept.
pub fn resolve(
    flags: &Flags,
    env: &Environment,
    file: Option<ConfigFile<'_>>,
) -> Result<Settings, ConfigError> {
    let mut settings = match file {
        Some(file) => parse(file, env.home.as_deref())?,
        None => Settings::default(),
    };
    for (name, filter) in [("CALLCUE_LOG", &env.log), ("--log", &flags.log)] {
        if let Some(filter) = filter {
            settings.log.filter = LogFilter::try_from(filter.as_str())
                .map_err(|mistake| ConfigError::Value { name, mistake })?;
        }
    }
    if let Some(data) = flags.data.as_ref().or(env.data.as_ref()) {
        settings.data.clone_from(data);
    }
    if settings.data.as_os_str().is_empty() {
        settings.data = usual_data_folder(env).ok_or(ConfigError::NoDataFolder)?;
    }
    if settings.record.folder.as_os_str().is_empty() {
        settings.record.folder = settings.data.join("calls");
    }
    Ok(settings)
}

fn usual_data_folder(env: &Environment) -> Option<PathBuf> {
    let base = env.data_home.clone().or_else(|| Some(env.home.as_ref()?.join(".local/share")))?;
    Some(base.join("callcue"))
}

fn parse(file: ConfigFile<'_>, home: Option<&Path>) -> Result<Settings, ConfigError> {
    let (_, mut settings): (&str, Settings) = parse_file(file)?;
    let folder = file.path.parent().unwrap_or(Path::new(""));
    let (token_file, ca_file) = match &mut settings.floor {
        Some(floor) => {
            let token_file = match &mut floor.token {
                TokenSource::File(path) => Some(path),
                TokenSource::Given(_) => None,
            };
            (token_file, floor.ca_file.as_mut())
        }
        None => (None, None),
    };
    let paths = [
        Some(&mut settings.data),
        Some(&mut settings.record.folder),
        settings.script.path.as_mut(),
        settings.script.assessment.as_mut(),
        token_file,
        ca_file,
    ];
    for path in paths.into_iter().flatten().filter(|path| !path.as_os_str().is_empty()) {
        *path = at_home(path, home, folder);
    }
    Ok(settings)
}

/// The file's text, and what it says.
pub(super) fn parse_file<'f, T: DeserializeOwned>(file: ConfigFile<'f>) -> Result<(&'f str, T), ConfigError> {
    let text = std::str::from_utf8(file.bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(&file.bytes[..error.valid_up_to()]);
        mistake(file.path, &valid, valid.len(), "this is not UTF-8; save the file as UTF-8".to_owned())
    })?;
    let said = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        mistake(file.path, text, at, error.message().trim().replace('\n', "; "))
    })?;
    Ok((text, said))
}

/// A path of the file: below the home folder, or relative to the file's own.
pub(super) fn at_home(path: &Path, home: Option<&Path>, folder: &Path) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(below), Some(home)) => home.join(below),
        _ => folder.join(path),
    }
}

pub(super) fn mistake(path: &Path, text: &str, at: usize, what: String) -> ConfigError {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    ConfigError::Mistake {
        path: path.to_owned(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        what,
    }
}
