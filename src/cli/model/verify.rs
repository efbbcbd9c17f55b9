use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use super::super::station::SettingsArgs;
use super::place::Named;
use crate::models::{ModelFolder, PublishedModel, published_model, sha256_of};
use crate::transcribe::{ModelInfo, inspect_model};

/// Options of `callcue model verify`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Name of an installed model, or a file [default: all that are installed].
    #[arg(value_name = "NAME|PATH")]
    model: Option<String>,
    #[command(flatten)]
    settings: SettingsArgs,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let settings = args.settings.load()?;
    let folder = ModelFolder::below(&settings.data);
    let mut out = io::stdout().lock();
    let files = match &args.model {
        None => folder.files()?,
        Some(name) => match Named::find(name, &folder)? {
            Named::File(path) => vec![path],
            Named::Bundled => {
                writeln!(out, "ok      the bundled model is part of the program")?;
                return Ok(ExitCode::SUCCESS);
            }
        },
    };
    if files.is_empty() {
        writeln!(out, "no models in {}; `callcue model get NAME` brings one", folder.path().display())?;
    }
    let mut all_sound = true;
    for path in &files {
        let published = path.file_name().and_then(OsStr::to_str).and_then(published_model);
        match verify(path, published) {
            Ok(found) => writeln!(out, "ok      {}: {found}", path.display())?,
            Err(wrong) => {
                all_sound = false;
                writeln!(out, "FAILED  {wrong}")?;
            }
        }
    }
    Ok(ExitCode::from(u8::from(!all_sound)))
}

/// What the file is, or one line that says what is wrong with it and how to mend it.
fn verify(path: &Path, published: Option<&PublishedModel>) -> Result<String, String> {
    let info = inspect_model(path).map_err(|error| error.to_string())?;
    if !info.has_weights() {
        return Err(format!("{}: has no weights, it hears nothing; take another file", path.display()));
    }
    let Some(model) = published else {
        return Ok(format!(
            "{}; whole by its headers, and of no published name: nothing to compare with",
            shape(&info)
        ));
    };
    let mend = format!("remove it and run `callcue model get {}`", model.name);
    if info.length != model.bytes {
        return Err(format!("{}: {} bytes, {} are due; {mend}", path.display(), info.length, model.bytes));
    }
    let found = File::open(path)
        .and_then(sha256_of)
        .map_err(|error| format!("{}: cannot be read ({error}); {mend}", path.display()))?;
    if found != model.sha256 {
        return Err(format!("{}: its SHA-256 is {found}, {} is due; {mend}", path.display(), model.sha256));
    }
    Ok(format!("{}; SHA-256 as published", shape(&info)))
}

fn shape(info: &ModelInfo) -> String {
    format!("width {}, {} and {} layers", info.state, info.audio_layers, info.text_layers)
}
