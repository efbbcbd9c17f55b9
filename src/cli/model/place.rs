use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};

use crate::models::{ModelFolder, PublishedModel, published, published_model};
use crate::transcribe::BUNDLED_MODEL_NAME;

/// A model that somebody named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// The one in the program.
    Bundled,
    /// A file that is there.
    File(PathBuf),
}

impl Named {
    /// What `text` names: `bundled`, a published model that is installed, or the path of a file.
    pub(super) fn find(text: &str, folder: &ModelFolder) -> anyhow::Result<Self> {
        if text == "bundled" || text == BUNDLED_MODEL_NAME {
            return Ok(Self::Bundled);
        }
        if let Some(model) = published_model(text) {
            let path = folder.model(model);
            if !path.is_file() {
                bail!("{text} is not installed; run `callcue model get {}`", model.name);
            }
            return Ok(Self::File(path));
        }
        let path = Path::new(text);
        if path.is_file() {
            return Ok(Self::File(path.to_owned()));
        }
        Err(anyhow!(
            "{text}: neither a published model nor a file; `callcue model list` shows the names, \"bundled\" is the one \
             that comes with callcue"
        ))
    }

    /// Its name in tables and in the kept measurements: of a published model its own, of another file the path.
    pub(super) fn title(&self, folder: &ModelFolder) -> String {
        match self {
            Self::Bundled => BUNDLED_MODEL_NAME.to_owned(),
            Self::File(path) => {
                known_at(path, folder).map_or_else(|| path.display().to_string(), |model| model.name.clone())
            }
        }
    }

    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::Bundled => None,
            Self::File(path) => Some(path),
        }
    }
}

/// The published model that belongs at `path`.
pub(super) fn known_at(path: &Path, folder: &ModelFolder) -> Option<&'static PublishedModel> {
    published().iter().find(|model| is_same_file(path, &folder.model(model)))
}

pub(super) fn is_same_file(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
