use std::path::PathBuf;
use std::process::ExitCode;

use super::say;
use super::settings::FloorSettingsArgs;
use crate::store::Store;
use crate::store::sqlite::SqliteStore;

/// Options of `callcue floor verify`.
#[derive(Debug, clap::Args)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    settings: FloorSettingsArgs,
}

/// Options of `callcue floor backup`.
#[derive(Debug, clap::Args)]
pub(super) struct BackupArgs {
    #[command(flatten)]
    settings: FloorSettingsArgs,
    /// Folder for the copy; it must not exist.
    #[arg(value_name = "FOLDER")]
    to: PathBuf,
}

/// Exit 0: whole; 1: it is not, one line a fault.
pub(super) fn verify(args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    let folder = args.settings.load_quietly()?.data;
    let faults = SqliteStore::open(&folder)?.verify()?;
    if faults.is_empty() {
        say(&format!("{}: whole", folder.display()));
        return Ok(ExitCode::SUCCESS);
    }
    faults.iter().for_each(|fault| say(fault));
    Ok(ExitCode::FAILURE)
}

pub(super) fn backup(args: &BackupArgs) -> anyhow::Result<ExitCode> {
    let folder = args.settings.load_quietly()?.data;
    SqliteStore::open(&folder)?.backup(&args.to)?;
    say(&format!("{}: copied to {}", folder.display(), args.to.display()));
    Ok(ExitCode::SUCCESS)
}
