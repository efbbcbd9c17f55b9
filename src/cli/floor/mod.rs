//! `callcue floor`: the server that stations report to and leads look at.

mod keep;
mod serve;

use std::process::ExitCode;

/// Options of `callcue floor`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<FloorCommand>,
    #[command(flatten)]
    serve: serve::ServeArgs,
}

#[derive(Debug, clap::Subcommand)]
enum FloorCommand {
    /// Check that what the floor keeps is whole.
    Verify(keep::VerifyArgs),
    /// Copy all that the floor keeps into a new folder, while it runs.
    Backup(keep::BackupArgs),
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.command {
        None => serve::run(&args.serve),
        Some(FloorCommand::Verify(args)) => keep::verify(args),
        Some(FloorCommand::Backup(args)) => keep::backup(args),
    }
}
