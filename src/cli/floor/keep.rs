use std::path::PathBuf;
use std::process::ExitCode;

use crate::cli::station::SettingsArgs;
use crate::store::Store;
use crate::store::sqlite::SqliteStore;

/// Options of `callcue floor verify`.
#[derive(Debug, clap::Args)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    settings: SettingsArgs,
}

/// Options of `callcue floor backup`.
#[derive(Debug, clap::Args)]
pub(super) struct BackupArgs {
    #[command(flatten)]
    settings: SettingsArgs,
    /// Folder for the copy; it must not exist.
    #[arg(value_name = "FOLDER")]
    to: PathBuf,
}

/// Exit 0: whole; 1: it is not, one line a fault.
pub(super) fn verify(args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    let folder = super::serve::folder(&args.settings)?;
    let faults = SqliteStore::open(&folder)?.verify()?;
    if faults.is_empty() {
        say(&format!("{}: whole", folder.display()));
        return Ok(ExitCode::SUCCESS);
    }
    faults.iter().for_each(|fault| say(fault));
    Ok(ExitCode::FAILURE)
}

pub(super) fn backup(args: &BackupArgs) -> anyhow::Result<ExitCode> {
    let folder = super::serve::folder(&args.settings)?;
    SqliteStore::open(&folder)?.backup(&args.to)?;
    say(&format!("{}: copied to {}", folder.display(), args.to.display()));
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "this is what the person at the terminal is to read")]
fn say(text: &str) {
    println!("{text}");
}
