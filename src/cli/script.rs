use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use crate::score::{self, Assessment};
use crate::script::Script;
use crate::trial;

/// `callcue script …`
#[derive(Debug, clap::Subcommand)]
pub(super) enum ScriptCommand {
    /// Read a script file; name every mistake in it with line and column.
    Check {
        /// The script file.
        path: PathBuf,
    },
    /// Print the JSON Schema of a file format, for completion in an editor.
    Schema {
        /// Which file.
        #[arg(value_enum, default_value = "script")]
        file: FileKind,
    },
    /// Run the examples that a script file carries; exit 1 if one fails.
    Test {
        /// The script file.
        path: PathBuf,
    },
}

/// A file that a script's owner writes.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum FileKind {
    /// What is to be said.
    Script,
    /// What a breach costs.
    Assessment,
}

pub(super) fn run(command: &ScriptCommand) -> anyhow::Result<ExitCode> {
    match command {
        ScriptCommand::Check { path } => {
            super::replay::load_script(Some(path))?;
            Ok(ExitCode::SUCCESS)
        }
        ScriptCommand::Schema { file } => {
            let schema = match file {
                FileKind::Script => Script::schema(),
                FileKind::Assessment => Assessment::schema(),
            };
            io::stdout().lock().write_all(schema.as_bytes())?;
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
