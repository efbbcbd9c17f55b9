use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use crate::score::{self, Assessment};
use crate::trial;

/// `callcue script …`
#[derive(Debug, clap::Subcommand)]
pub(super) enum ScriptCommand {
    /// Read a script file; name every mistake in it with line and column.
    Check {
        /// The script file.
        path: PathBuf,
    },
    /// Run the examples that a script file carries; exit 1 if one fails.
    Test {
        /// The script file.
        path: PathBuf,
    },
    /// Read a company's own standard (plain Chinese text) and make a first script and assessment file of it.
    Draft(super::script_draft::Args),
}

pub(super) fn run(command: &ScriptCommand) -> anyhow::Result<ExitCode> {
    match command {
        ScriptCommand::Draft(args) => super::script_draft::run(args),
        ScriptCommand::Check { path } => {
            super::replay::load_script(Some(path))?;
            Ok(ExitCode::SUCCESS)
        }
        ScriptCommand::Test { path } => {
            let script = Arc::new(super::replay::load_script(Some(path))?);
            let assessment = Arc::new(Assessment::parse(score::BUNDLED_NAME, score::BUNDLED)?);
            let report = trial::run(&script, &assessment);
            let mut out = io::stdout().lock();
            for failure in &report.failed {
                writeln!(out, "FAILED  {failure}")?;
            }
            writeln!(out, "{} passed, {} failed", report.passed, report.failed.len())?;
            Ok(ExitCode::from(u8::from(!report.failed.is_empty())))
        }
    }
}
