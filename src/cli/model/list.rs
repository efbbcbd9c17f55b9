use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;

use super::super::station::SettingsArgs;
use super::place::is_same_file;
use super::table::{megabytes, print_rows};
use crate::models::{Advice, ModelFolder, SpeedBook, advise, finishes_ms, published};
use crate::transcribe::BUNDLED_MODEL_NAME;

const BUNDLED_FOR: &str = "the demo and tests: it has heard synthetic voices only";

/// Options of `callcue model list`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    settings: SettingsArgs,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Output {
    folder: String,
    models: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    /// Absent for the bundled model.
    bytes: Option<u64>,
    sha256: Option<String>,
    url: Option<String>,
    memory_mb: Option<u64>,
    installed: bool,
    in_use: bool,
    /// Final text of 3 s of speech, one thread, ms; absent if not measured here.
    final_ms: Option<f64>,
    #[serde(flatten)]
    advice: Option<Advice>,
    good_for: String,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let settings = args.settings.load()?;
    let folder = ModelFolder::below(&settings.data);
    let book = SpeedBook::load(&folder)?;
    let speed = |name: &str| book.of(name).map(|model| (finishes_ms(model, 3_000), advise(model)));
    let in_use = settings.transcribe.model.as_deref();
    let (final_ms, advice) = speed(BUNDLED_MODEL_NAME).unwrap_or_default();
    let mut models = vec![Row {
        name: BUNDLED_MODEL_NAME.to_owned(),
        bytes: None,
        sha256: None,
        url: None,
        memory_mb: None,
        installed: true,
        in_use: in_use.is_none(),
        final_ms,
        advice,
        good_for: BUNDLED_FOR.to_owned(),
    }];
    for model in published() {
        let (final_ms, advice) = speed(&model.name).unwrap_or_default();
        models.push(Row {
            name: model.name.clone(),
            bytes: Some(model.bytes),
            sha256: Some(model.sha256.clone()),
            url: Some(model.url.clone()),
            memory_mb: Some(model.memory_mb()),
            installed: folder.has(model),
            in_use: in_use.is_some_and(|path| is_same_file(path, &folder.model(model))),
            final_ms,
            advice,
            good_for: model.good_for.clone(),
        });
    }
    let output = Output { folder: folder.path().display().to_string(), models };
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, &output)?;
        writeln!(out)?;
    } else {
        print(&output, &mut out)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print(output: &Output, out: &mut impl Write) -> io::Result<()> {
    let heading = ["model", "file", "memory", "here", "3 s of speech", "keeps up", "good for"];
    let mut rows = vec![heading.map(str::to_owned)];
    rows.extend(output.models.iter().map(|row| {
        [
            row.name.clone(),
            row.bytes.map_or("built in".to_owned(), megabytes),
            row.memory_mb.map_or("60 MB".to_owned(), |memory| format!("{memory} MB")),
            match (row.in_use, row.installed) {
                (true, _) => "in use",
                (false, true) => "yes",
                (false, false) => "-",
            }
            .to_owned(),
            row.final_ms.map_or("-".to_owned(), |ms| format!("{ms:.0} ms")),
            match row.advice {
                None => "-",
                Some(Advice::KeepsUp { .. }) => "yes",
                Some(Advice::TooSlow { .. }) => "no",
            }
            .to_owned(),
            row.good_for.clone(),
        ]
    }));
    print_rows(&rows, out)?;
    writeln!(
        out,
        "\nMemory: callcue with it, two channels, about. 3 s of speech: wait for its final text on one thread of this machine, \
         as `callcue model bench` measured it.\n\
         Get one: `callcue model get NAME`; take it: `callcue model use NAME`. They lie in {}.",
        output.folder
    )
}
