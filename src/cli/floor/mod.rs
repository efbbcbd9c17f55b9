//! `callcue floor`: the server that stations report to and leads look at.

mod desk;
mod keep;
mod plan;
mod privacy;
mod seed;
mod serve;
mod settings;
mod stations;
mod users;

use std::process::ExitCode;

pub(in crate::cli) use settings::FloorSettingsArgs;

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
    /// Enrol a station: prints its token, once.
    Enrol(stations::EnrolArgs),
    /// Take a station's token back.
    Revoke(stations::RevokeArgs),
    /// List stations.
    Stations(stations::StationsArgs),
    /// Users: add, list, reset-password, disable.
    #[command(subcommand)]
    User(users::UserCommand),
    /// Check that what the floor keeps is whole.
    Verify(keep::VerifyArgs),
    /// Fill an empty data folder with made calls, decisions and points, to measure or to look at.
    Seed(seed::SeedArgs),
    /// Remove the calls whose time is over, as the floor does every hour.
    Retain(privacy::RetainArgs),
    /// Give out all that is kept of a person, as a ZIP.
    Export(privacy::ExportArgs),
    /// Remove all that is kept of a person.
    Erase(privacy::EraseArgs),
    /// Copy all that the floor keeps into a new folder, while it runs.
    Backup(keep::BackupArgs),
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.command {
        None => serve::run(&args.serve),
        Some(FloorCommand::Enrol(args)) => stations::enrol(args),
        Some(FloorCommand::Revoke(args)) => stations::revoke(args),
        Some(FloorCommand::Stations(args)) => stations::stations(args),
        Some(FloorCommand::User(command)) => users::run(command),
        Some(FloorCommand::Verify(args)) => keep::verify(args),
        Some(FloorCommand::Seed(args)) => seed::run(args),
        Some(FloorCommand::Backup(args)) => keep::backup(args),
        Some(FloorCommand::Retain(args)) => privacy::retain(args),
        Some(FloorCommand::Export(args)) => privacy::export(args),
        Some(FloorCommand::Erase(args)) => privacy::erase(args),
    }
}

#[expect(clippy::print_stdout, reason = "this is what the person at the terminal is to read")]
fn say(text: &str) {
    println!("{text}");
}
