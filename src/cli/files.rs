//! Scripts and assessment standards, read from where the command line says.

use std::io;
use std::path::Path;

use anyhow::anyhow;

use crate::app::read_text;
use crate::score::{self, Assessment};
use crate::script::{self, Language, Script, ScriptMistakes};

/// A file's text, and its name for messages.
pub(super) struct Text {
    pub(super) name: String,
    pub(super) text: String,
}

impl Text {
    /// The script at `path`, or the bundled one.
    pub(super) fn of_script(path: Option<&Path>) -> anyhow::Result<Self> {
        Self::read_or(path, script::BUNDLED_NAME, script::BUNDLED)
    }

    /// The assessment standard at `path`, or the bundled one.
    pub(super) fn of_assessment(path: Option<&Path>) -> anyhow::Result<Self> {
        Self::read_or(path, score::BUNDLED_NAME, score::BUNDLED)
    }

    fn read_or(path: Option<&Path>, bundled_name: &str, bundled: &str) -> anyhow::Result<Self> {
        match path {
            Some(path) => Self::read(path),
            None => Ok(Self { name: bundled_name.to_owned(), text: bundled.to_owned() }),
        }
    }

    fn read(path: &Path) -> anyhow::Result<Self> {
        Ok(Self { name: path.display().to_string(), text: read_text(path)? })
    }
}

/// The script at `path`, or the bundled one.
pub(super) fn load_script(path: Option<&Path>) -> anyhow::Result<Script> {
    let Text { name, text } = Text::of_script(path)?;
    Script::parse(&name, &text).map_err(|mistakes| told(&mistakes))
}

/// The assessment standard at `path`, or the bundled one.
pub(super) fn load_assessment(path: Option<&Path>) -> anyhow::Result<Assessment> {
    let Text { name, text } = Text::of_assessment(path)?;
    Assessment::parse(&name, &text).map_err(|mistakes| told(&mistakes))
}

/// A line a mistake, in the language of the terminal.
fn told(mistakes: &ScriptMistakes) -> anyhow::Error {
    anyhow!(mistakes.lines(language(None)).join("\n"))
}

/// A file that the system does not give.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> anyhow::Error {
    anyhow!("{}: cannot be read: {error}", path.display())
}

/// The language of messages: as the flag says, else as the environment does.
pub(super) fn language(flag: Option<Lang>) -> Language {
    match flag {
        Some(Lang::Zh) => Language::Chinese,
        Some(Lang::En) => Language::English,
        None => {
            let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
                .into_iter()
                .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
            if set.is_some_and(|locale| locale.starts_with("zh")) {
                Language::Chinese
            } else {
                Language::English
            }
        }
    }
}

/// `--lang`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Lang {
    /// 中文
    Zh,
    /// English
    En,
}
