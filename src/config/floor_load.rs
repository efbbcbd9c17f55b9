use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::error::ConfigError;
use super::floor::FloorSettings;
use super::resolve::{ConfigFile, ConfigPath, Environment, Flags, at_home, mistake, parse_file};
use super::value::LogFilter;

/// Where the floor's configuration is: `--config`, else `CALLCUE_FLOOR_CONFIG`, else `callcue/floor.toml` below `XDG_CONFIG_HOME` or
/// `~/.config`. None where there is no home either: then the defaults hold.
pub fn floor_config_path(flags: &Flags, env: &Environment) -> Option<ConfigPath> {
    let named = |path: &Option<PathBuf>, named_by| {
        path.clone().map(|path| ConfigPath { path, named_by, required: true })
    };
    named(&flags.config, "--config").or_else(|| named(&env.floor_config, "CALLCUE_FLOOR_CONFIG")).or_else(
        || {
            let folder = env.config_home.clone().or_else(|| Some(env.home.as_ref()?.join(".config")))?;
            let path = folder.join("callcue").join("floor.toml");
            Some(ConfigPath { path, named_by: "its usual place", required: false })
        },
    )
}

/// Reads the floor's configuration, if there is one, and resolves all sources.
///
/// # Errors
/// [`ConfigError`] when a named file cannot be read, or for any mistake in it, in a flag or in a variable.
pub fn load_floor(flags: &Flags, env: &Environment) -> Result<FloorSettings, ConfigError> {
    let Some(place) = floor_config_path(flags, env) else {
        return resolve_floor(flags, env, None);
    };
    match fs::read(&place.path) {
        Ok(bytes) => resolve_floor(flags, env, Some(ConfigFile { path: &place.path, bytes: &bytes })),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !place.required => {
            resolve_floor(flags, env, None)
        }
        Err(error) => Err(ConfigError::Unreadable { path: place.path, named_by: place.named_by, error }),
    }
}

/// Settings of a floor from all sources: flags over environment over file over defaults. Touches no disk.
///
/// # Errors
/// [`ConfigError`] for a mistake in any of them: an address that other machines reach without TLS is one.
pub fn resolve_floor(
    flags: &Flags,
    env: &Environment,
    file: Option<ConfigFile<'_>>,
) -> Result<FloorSettings, ConfigError> {
    let mut settings = match file {
        Some(file) => parse(file, env.home.as_deref())?,
        None => FloorSettings::default(),
    };
    for (name, filter) in [("CALLCUE_LOG", &env.log), ("--log", &flags.log)] {
        if let Some(filter) = filter {
            settings.log.filter = LogFilter::try_from(filter.as_str())
                .map_err(|mistake| ConfigError::Value { name, mistake })?;
        }
    }
    if let Some(data) = flags.data.as_ref().or(env.floor_data.as_ref()) {
        settings.data.clone_from(data);
    }
    if settings.data.as_os_str().is_empty() {
        let base = env.data_home.clone().or_else(|| Some(env.home.as_ref()?.join(".local/share")));
        settings.data = base.ok_or(ConfigError::NoDataFolder)?.join("callcue").join("floor");
    }
    Ok(settings)
}

fn parse(file: ConfigFile<'_>, home: Option<&Path>) -> Result<FloorSettings, ConfigError> {
    let (text, mut settings): (&str, FloorSettings) = parse_file(file)?;
    if let Some((keys, what)) = contradiction(&settings) {
        return Err(mistake(file.path, text, place_of(text, keys), what));
    }
    let folder = file.path.parent().unwrap_or(Path::new(""));
    let mut paths = vec![&mut settings.data];
    paths.extend(settings.script.as_mut());
    paths.extend(settings.assessment.as_mut());
    paths.extend(settings.tls.iter_mut().flat_map(|tls| [&mut tls.cert, &mut tls.key]));
    paths.extend(settings.metrics.token_file.as_mut());
    paths.extend(settings.webhooks.iter_mut().map(|webhook| &mut webhook.secret_file));
    paths.extend(settings.import.model.as_mut());
    paths.extend(settings.oidc.iter_mut().filter_map(|oidc| oidc.client_secret_file.as_mut()));
    for path in paths.into_iter().filter(|path| !path.as_os_str().is_empty()) {
        *path = at_home(path, home, folder);
    }
    Ok(settings)
}

/// Settings that each are right and together are not: where, and what to do.
fn contradiction(settings: &FloorSettings) -> Option<(&'static [&'static str], String)> {
    let server = &settings.server;
    let address = server.listen.socket();
    if !address.ip().is_loopback() && settings.tls.is_none() && !server.behind_proxy {
        let what = format!(
            "{address} is reached by other machines, and passwords would cross the network in the open: give [tls] a cert and a key, or \
             set behind_proxy = true if a reverse proxy speaks TLS and nobody gets past it"
        );
        return Some((&["server", "listen"], what));
    }
    if !server.trusted_proxies.is_empty() && !server.behind_proxy {
        let what = "trusted_proxies counts only with behind_proxy = true".to_owned();
        return Some((&["server", "trusted_proxies"], what));
    }
    if let Some(url) = &server.public_url {
        let has_path = url.origin() != url.as_str().trim_end_matches('/');
        let is_open = (settings.tls.is_some() || server.behind_proxy) && !url.is_https();
        if has_path || is_open {
            let what = format!(
                "{:?} is no public address; write https:// and the name, without a path",
                url.as_str()
            );
            return Some((&["server", "public_url"], what));
        }
    }
    let addresses: BTreeSet<_> = settings.webhooks.iter().map(|webhook| webhook.url.as_str()).collect();
    if addresses.len() < settings.webhooks.len() {
        let what = "two webhooks have the same url: write one, with the events of both".to_owned();
        return Some((&["webhooks"], what));
    }
    if settings.oidc.as_ref().is_some_and(|oidc| oidc.client_id.trim().is_empty()) {
        return Some((
            &["oidc", "client_id"],
            "client_id is empty: write what the provider calls this floor".to_owned(),
        ));
    }
    None
}

/// Where the value of a key stands in the file.
fn place_of(text: &str, keys: &[&str]) -> usize {
    let Ok(table) = DeTable::parse(text) else { return 0 };
    let mut at = 0;
    let mut table = Some(table.get_ref());
    for key in keys {
        let Some(value) = table.and_then(|table| table.get(*key)) else { return at };
        at = value.span().start;
        table = match value.get_ref() {
            DeValue::Table(inner) => Some(inner),
            _ => None,
        };
    }
    at
}
