//! The command line: one file a command.

mod backtest;
pub mod devices;
pub mod doctor;
mod eval;
mod files;
mod floor;
mod health;
mod import;
mod model;
mod print;
mod rehearse;
mod replay;
mod script;
mod script_draft;
mod script_test;
mod station;
mod swarm;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Listens to both sides of a service call and puts the right words on the agent's screen.
#[derive(Debug, Parser)]
#[command(name = "callcue", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Listen to live calls and show the agent what to say.
    Run(station::RunArgs),
    /// Play a sample call through the whole program: no devices, no network.
    Demo(station::DemoArgs),
    /// Run one recorded call through the engine.
    Replay(replay::Args),
    /// List inputs and loopbacks, and which ones the configuration would take.
    Devices(health::DevicesArgs),
    /// Tell what is missing on this machine, and how to mend it.
    Doctor(health::DoctorArgs),
    /// Measure how right a speech model's text is, on recordings with known words.
    Eval(eval::Args),
    /// Run the floor: every call in the room, live, on the team lead's screen.
    Floor(floor::Args),
    /// Bring old recordings into a floor's data, where they are reviewed like any call.
    Import(import::Args),
    /// Get a published speech model, check it, measure it, use it.
    #[command(subcommand)]
    Model(model::ModelCommand),
    /// Check and try service scripts.
    #[command(subcommand)]
    Script(script::ScriptCommand),
    /// Try a changed script on the calls that a floor keeps: which flags it gains, which it loses.
    Backtest(backtest::Args),
    /// Load a floor with simulated stations and leads, and tell what became of it.
    Swarm(swarm::Args),
}

impl Cli {
    /// Runs the command. Exit 0: done; 1: it found something wrong; 2: bad arguments or files, said on standard error.
    pub fn run(self) -> ExitCode {
        let result = match self.command {
            Command::Run(args) => station::run(&args),
            Command::Demo(args) => station::demo(&args),
            Command::Replay(args) => replay::run(&args),
            Command::Devices(args) => health::devices(&args),
            Command::Doctor(args) => health::doctor(&args),
            Command::Eval(args) => eval::run(&args),
            Command::Floor(args) => floor::run(&args),
            Command::Import(args) => import::run(&args),
            Command::Model(command) => model::run(&command),
            Command::Script(command) => script::run(&command),
            Command::Backtest(args) => backtest::run(&args),
            Command::Swarm(args) => swarm::run(&args),
        };
        match result {
            Ok(code) => code,
            Err(error) => {
                complain(&error);
                ExitCode::from(2)
            }
        }
    }
}

/// One line a mistake, on standard error.
#[expect(clippy::print_stderr, reason = "this is where a command says why it failed")]
fn complain(error: &anyhow::Error) {
    eprintln!("callcue: {error:#}");
}
