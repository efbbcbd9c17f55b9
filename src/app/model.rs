use std::path::Path;

use crate::transcribe::{ModelError, TranscribeSettings, WhisperModel};

/// Loads the model at `path`, or the one that the settings name. `vocabulary` is what it is told to expect, if the settings say
/// so.
///
/// # Errors
/// [`ModelError`] names the file, what is wrong with it, and the mend.
pub fn load_model(
    settings: &TranscribeSettings,
    path: Option<&Path>,
    vocabulary: Option<&str>,
) -> Result<WhisperModel, ModelError> {
    let mut settings = settings.clone();
    if let Some(path) = path {
        settings.model = Some(path.to_owned());
    }
    WhisperModel::load(&settings, vocabulary)
}
