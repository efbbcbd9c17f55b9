use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::anyhow;

use crate::access::sha256_hex;
use crate::score::{self, Assessment, Standard};
use crate::script::{self, FILE_BYTES_MAX, Language, Script, ScriptMistakes};
use crate::workbench::{Files, NamedText};

/// The files in which a [`Standard`] is written; none: the one that comes with callcue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StandardPaths {
    /// The script.
    pub script: Option<PathBuf>,
    /// The assessment standard.
    pub assessment: Option<PathBuf>,
    /// The company as agents say it, instead of the script's own.
    pub company: Option<String>,
}

/// A [`Standard`] whose files may be changed while the station runs: a call takes what stands in them when it starts.
///
/// They are compared by what is in them. A time of modification would be cheaper to ask for and less true: it stands still
/// between two quick saves, and goes back when an older copy is restored.
#[derive(Debug)]
pub struct ScriptFiles {
    paths: StandardPaths,
    read: Texts,
    standing: Standard,
    /// What is wrong with `read`.
    refused: Option<Refused>,
    /// At the last look they could not be read.
    unreadable: bool,
}

/// Why files that were changed are not taken. The standard from before stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// In Chinese: file, line, column, what is wrong; the first mistake.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

/// What a look at the files gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// Nothing has changed since the last look.
    Same,
    /// What the files say now is taken, or can be read again.
    Taken,
    /// It is wrong, and what was taken last stays; told again at each look, until it is mended.
    Refused(Refused),
}

#[derive(Debug, PartialEq, Eq)]
struct Texts {
    script: String,
    assessment: String,
}

impl ScriptFiles {
    /// Reads both files.
    ///
    /// # Errors
    /// Names the file, and each mistake in it with its place.
    pub fn open(paths: StandardPaths) -> anyhow::Result<Self> {
        let read = paths.read()?;
        let standing = paths.parse(&read)?;
        Ok(Self { paths, read, standing, refused: None, unreadable: false })
    }

    /// Reads both files as they are now, for somebody who tries them; what calls are held against stays as it is.
    pub fn reader(&self) -> impl Fn() -> Result<Files, String> + Send + Sync + use<> {
        let paths = self.paths.clone();
        move || {
            let read = paths.read().map_err(|error| format!("{error:#}"))?;
            let named =
                |path: &Option<PathBuf>, bundled: &str, text| NamedText { name: name(path, bundled), text };
            Ok(Files {
                script: named(&paths.script, script::BUNDLED_NAME, read.script),
                assessment: named(&paths.assessment, score::BUNDLED_NAME, read.assessment),
                company: paths.company.clone(),
            })
        }
    }

    /// What was read last without a mistake.
    pub const fn standing(&self) -> &Standard {
        &self.standing
    }

    /// Looks at the files again.
    pub fn look(&mut self) -> Look {
        let read = match self.paths.read() {
            Ok(read) => read,
            Err(error) => {
                self.unreadable = true;
                return Look::Refused(refusal(&error));
            }
        };
        let is_back = std::mem::take(&mut self.unreadable);
        if read == self.read {
            return match &self.refused {
                Some(refused) => Look::Refused(refused.clone()),
                None if is_back => Look::Taken,
                None => Look::Same,
            };
        }
        let parsed = self.paths.parse(&read);
        self.read = read;
        match parsed {
            Ok(standing) => {
                self.standing = standing;
                self.refused = None;
                Look::Taken
            }
            Err(error) => Look::Refused(self.refused.insert(refusal(&error)).clone()),
        }
    }
}

fn refusal(error: &anyhow::Error) -> Refused {
    let first = |language| match error.downcast_ref::<ScriptMistakes>() {
        Some(mistakes) => mistakes.lines(language).swap_remove(0),
        None => format!("{error:#}"),
    };
    Refused { zh: first(Language::Chinese), en: first(Language::English) }
}

impl StandardPaths {
    fn read(&self) -> anyhow::Result<Texts> {
        let text = |path: &Option<PathBuf>, bundled: &str| match path {
            Some(path) => read_text(path),
            None => Ok(bundled.to_owned()),
        };
        Ok(Texts {
            script: text(&self.script, script::BUNDLED)?,
            assessment: text(&self.assessment, score::BUNDLED)?,
        })
    }

    fn parse(&self, texts: &Texts) -> anyhow::Result<Standard> {
        let mut script = Script::parse(&name(&self.script, script::BUNDLED_NAME), &texts.script)?;
        if let Some(company) = &self.company {
            script.company.clone_from(company);
        }
        let assessment = Assessment::parse(&name(&self.assessment, score::BUNDLED_NAME), &texts.assessment)?;
        let script_sha256 = sha256_hex(texts.script.as_bytes());
        Ok(Standard { script: Arc::new(script), assessment: Arc::new(assessment), script_sha256 })
    }
}

fn name(path: &Option<PathBuf>, bundled: &str) -> String {
    path.as_ref().map_or(bundled.to_owned(), |path| path.display().to_string())
}

/// The text of a script or an assessment standard, or of what somebody takes for one.
///
/// # Errors
/// Names the file and what is wrong: it cannot be read, or is not UTF-8. One that is too long is cut a byte past the limit,
/// and refused where it is parsed.
pub fn read_text(path: &Path) -> anyhow::Result<String> {
    let unreadable = |error| anyhow!("{}: cannot be read: {error}", path.display());
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > FILE_BYTES_MAX {
        // The cut may have split a character.
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to() + 1;
        anyhow!("{}: not UTF-8 at byte {at}; save it as UTF-8", path.display())
    })
}
