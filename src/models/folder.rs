use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::PublishedModel;

/// Where models lie: `<data>/models`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelFolder(PathBuf);

impl ModelFolder {
    /// The folder below the data folder. Nothing is made yet.
    pub fn below(data: &Path) -> Self {
        Self(data.join("models"))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where the model lies, or would.
    pub fn model(&self, model: &PublishedModel) -> PathBuf {
        self.0.join(model.file_name())
    }

    /// Where it grows until it is whole.
    pub fn part(&self, model: &PublishedModel) -> PathBuf {
        self.0.join(format!("{}.part", model.file_name()))
    }

    /// Whether a file of the model's name and length is there; its content is not looked at.
    pub fn has(&self, model: &PublishedModel) -> bool {
        fs::metadata(self.model(model)).is_ok_and(|file| file.is_file() && file.len() == model.bytes)
    }

    /// All model files (`*.bin`) in the folder, by name. Empty if there is no folder.
    ///
    /// # Errors
    /// The system's, when the folder cannot be read.
    pub fn files(&self) -> io::Result<Vec<PathBuf>> {
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut files = Vec::new();
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "bin") && path.is_file() {
                files.push(path);
            }
        }
        files.sort_unstable();
        Ok(files)
    }
}
