use std::fs;
use std::io;

use super::error::ConfigError;
use super::resolve::{ConfigFile, Environment, Flags, config_path, resolve};
use super::settings::Settings;

/// Reads the configuration file, if there is one, and resolves all sources.
///
/// # Errors
/// [`ConfigError`] when a named file cannot be read, or for any mistake in it, in a flag or in a variable.
pub fn load(flags: &Flags, env: &Environment) -> Result<Settings, ConfigError> {
    let Some(place) = config_path(flags, env) else {
        return resolve(flags, env, None);
    };
    match fs::read(&place.path) {
        Ok(bytes) => resolve(flags, env, Some(ConfigFile { path: &place.path, bytes: &bytes })),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !place.required => resolve(flags, env, None),
        Err(error) => Err(ConfigError::Unreadable { path: place.path, named_by: place.named_by, error }),
    }
}
