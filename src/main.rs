//! The `callcue` command.

use std::process::ExitCode;

use callcue::cli::Cli;
use clap::Parser;

fn main() -> ExitCode {
    Cli::parse().run()
}
