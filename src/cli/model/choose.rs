use std::fs;
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use toml_edit::{Document, DocumentMut, Item, Table, value};

use super::super::station::{SettingsArgs, environment};
use super::place::Named;
use crate::config::{ConfigFile, config_path, resolve};
use crate::models::ModelFolder;
use crate::transcribe::inspect_model;

/// Options of `callcue model use`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Name of an installed model, a file, or "bundled" for the one that comes with callcue.
    #[arg(value_name = "NAME|PATH|bundled")]
    model: String,
    #[command(flatten)]
    settings: SettingsArgs,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let settings = args.settings.load()?;
    let folder = ModelFolder::below(&settings.data);
    let named = Named::find(&args.model, &folder)?;
    let path = named
        .path()
        .map(|path| {
            inspect_model(path)?;
            path.canonicalize().with_context(|| path.display().to_string())
        })
        .transpose()?;
    let flags = args.settings.flags();
    let place = config_path(&flags, &environment()).ok_or_else(|| {
        anyhow!("nowhere to write a configuration: HOME is not set; give --config or CALLCUE_CONFIG")
    })?;
    let config = Config::read(&place.path)?;
    let text = config.with_model(path.as_deref())?;
    // What is written must be readable: the station would not start with it.
    resolve(&flags, &environment(), Some(ConfigFile { path: &config.path, bytes: text.as_bytes() }))?;
    config.write(&text)?;
    let from_now_on = path.map_or("the bundled model".to_owned(), |path| path.display().to_string());
    writeln!(
        io::stdout(),
        "{}: calls are heard with {from_now_on} from the next start of the station on",
        config.path.display()
    )?;
    Ok(ExitCode::SUCCESS)
}

/// The configuration file as text, so that comments and order stay.
struct Config {
    path: PathBuf,
    text: String,
}

impl Config {
    /// Reads it; a file that is not there is empty. A link is followed, so that it stays one.
    fn read(path: &Path) -> anyhow::Result<Self> {
        match fs::read_to_string(path) {
            Ok(text) => Ok(Self { path: path.canonicalize().unwrap_or_else(|_| path.to_owned()), text }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Ok(Self { path: path.to_owned(), text: String::new() })
            }
            Err(error) => Err(error).with_context(|| format!("{}: cannot be read", path.display())),
        }
    }

    /// The same with `[transcribe] model`, or without it.
    fn with_model(&self, model: Option<&Path>) -> anyhow::Result<String> {
        let mut document: DocumentMut =
            self.text.parse().with_context(|| format!("{}: not TOML", self.path.display()))?;
        match model {
            Some(model) => {
                let model = model.to_str().ok_or_else(|| {
                    anyhow!("{}: a path in a configuration is UTF-8; move the model", model.display())
                })?;
                let transcribe = document.entry("transcribe").or_insert(Item::Table(Table::new()));
                let transcribe = transcribe
                    .as_table_like_mut()
                    .ok_or_else(|| anyhow!("{}: `transcribe` is no table", self.path.display()))?;
                match transcribe.get_mut("model").and_then(Item::as_value_mut) {
                    // In its place, with the comment behind it.
                    Some(old) => {
                        let decor = old.decor().clone();
                        *old = model.into();
                        *old.decor_mut() = decor;
                    }
                    None => {
                        transcribe.insert("model", value(model));
                    }
                }
            }
            None => {
                if let Some(line) = self.model_line() {
                    return Ok([&self.text[..line.start], &self.text[line.end..]].concat());
                }
                if let Some(transcribe) = document.get_mut("transcribe").and_then(Item::as_table_like_mut) {
                    transcribe.remove("model");
                }
            }
        }
        Ok(document.to_string())
    }

    /// Where `model = …` stands, if it has its lines for itself: taken out as text, the comments above it stay, which
    /// belong to it for the parser.
    fn model_line(&self) -> Option<Range<usize>> {
        let document = Document::parse(&self.text).ok()?;
        let (key, item) = document.get("transcribe")?.as_table()?.get_key_value("model")?;
        let (start, end) = (key.span()?.start, item.span()?.end);
        let line_start = self.text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = self.text[end..].find('\n').map_or(self.text.len(), |newline| end + newline + 1);
        self.text[line_start..start].trim().is_empty().then_some(line_start..line_end)
    }

    /// Writes it whole or not at all.
    fn write(&self, text: &str) -> anyhow::Result<()> {
        let mut whole = self.path.clone().into_os_string();
        whole.push(".new");
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("{}: cannot be made", folder.display()))?;
        }
        let keep_rights = |whole: &Path| match fs::metadata(&self.path) {
            Ok(before) => fs::set_permissions(whole, before.permissions()),
            Err(_) => Ok(()),
        };
        let whole = PathBuf::from(whole);
        fs::write(&whole, text)
            .and_then(|()| keep_rights(&whole))
            .and_then(|()| fs::rename(&whole, &self.path))
            .with_context(|| format!("{}: cannot be written", self.path.display()))
    }
}
