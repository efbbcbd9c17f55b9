use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::anyhow;

use super::files::{Text, load_assessment, load_script};
use super::rehearse;
use crate::score::Assessment;
use crate::script::Script;
use crate::workbench;

/// `callcue script …`
#[derive(Debug, clap::Subcommand)]
pub(super) enum ScriptCommand {
    /// Read a script file; name every mistake in it with line and column.
    Check {
        /// The script file.
        path: PathBuf,
    },
    /// Type a conversation, see what the script makes of it, and why.
    Try(rehearse::Args),
    /// Tell in plain words what a rule does.
    Explain {
        /// Its id, such as 2.2.
        rule: String,
        /// The script file [default: the one that comes with callcue].
        path: Option<PathBuf>,
        /// The assessment standard [default: the one that comes with callcue].
        #[arg(long, value_name = "PATH")]
        assessment: Option<PathBuf>,
    },
    /// Print the JSON Schema of a file format, for completion in an editor.
    Schema {
        /// Which file.
        #[arg(value_enum, default_value = "script")]
        file: FileKind,
    },
    /// Run the examples that a script file carries; exit 1 if one fails.
    Test(super::script_test::Args),
    /// Read a company's own standard (plain Chinese text) and make a first script and assessment file of it.
    Draft(super::script_draft::Args),
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
        ScriptCommand::Draft(args) => super::script_draft::run(args),
        ScriptCommand::Check { path } => {
            load_script(Some(path))?;
            Ok(ExitCode::SUCCESS)
        }
        ScriptCommand::Try(args) => rehearse::run(args),
        ScriptCommand::Explain { rule, path, assessment } => {
            explain(rule, path.as_deref(), assessment.as_deref())
        }
        ScriptCommand::Schema { file } => {
            let schema = match file {
                FileKind::Script => Script::schema(),
                FileKind::Assessment => Assessment::schema(),
            };
            io::stdout().lock().write_all(schema.as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
        ScriptCommand::Test(args) => super::script_test::run(args),
    }
}

fn explain(rule: &str, path: Option<&Path>, assessment: Option<&Path>) -> anyhow::Result<ExitCode> {
    let Text { name, text } = Text::of_script(path)?;
    let script = Script::parse(&name, &text)?;
    let Some(rule) = script.rule(rule) else {
        let ids: Vec<&str> = script.rules.iter().map(|rule| rule.id.get_ref().as_str()).collect();
        return Err(anyhow!("{name}: there is no rule {rule:?}; its rules are {}", ids.join(" ")));
    };
    let card = workbench::card(rule, &script, &load_assessment(assessment)?, &text);
    io::stdout().lock().write_all(card.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
