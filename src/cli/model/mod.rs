//! `callcue model`: published speech models, from the list to the configuration.
//!
//! For the people who install it, hence in English. Models lie in `<data>/models`; only `get` uses the network.

mod bench;
mod choose;
mod get;
mod list;
mod place;
mod table;
mod verify;

use std::process::ExitCode;

/// `callcue model …`
#[derive(Debug, clap::Subcommand)]
pub(super) enum ModelCommand {
    /// List published models fit for Mandarin: size, memory, use, and how fast each is here, if measured.
    List(list::Args),
    /// Fetch a published model, check it against its pinned SHA-256, and keep it. Continues what broke off.
    Get(get::Args),
    /// Check that models are whole and unchanged; exit 1 if one is not.
    Verify(verify::Args),
    /// Write into the configuration which model calls are heard with.
    Use(choose::Args),
    /// Measure installed models on this machine, and tell which keeps up with two channels.
    Bench(bench::Args),
}

pub(super) fn run(command: &ModelCommand) -> anyhow::Result<ExitCode> {
    match command {
        ModelCommand::List(args) => list::run(args),
        ModelCommand::Get(args) => get::run(args),
        ModelCommand::Verify(args) => verify::run(args),
        ModelCommand::Use(args) => choose::run(args),
        ModelCommand::Bench(args) => bench::run(args),
    }
}
