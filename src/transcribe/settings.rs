use std::num::NonZeroUsize;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Speech to text, as the configuration file names it (`[transcribe]`).
///
/// ```
/// use callcue::transcribe::TranscribeSettings;
///
/// let settings: TranscribeSettings = toml::from_str("partial_interval_ms = 800")?;
/// assert_eq!(settings.language, "zh");
/// assert!(toml::from_str::<TranscribeSettings>("langauge = 'zh'").is_err());
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TranscribeSettings {
    /// File of the speech model, whisper.cpp's ggml format. Default: none; the bundled model, which knows service calls by
    /// synthetic voices only. Real calls want one of the published Whisper models.
    pub model: Option<PathBuf>,
    /// Language of both sides, as Whisper writes it. Fixed, because detection costs a pass and errs on short
    /// utterances. Default `zh`.
    pub language: String,
    /// Transcriptions at the same time, one thread each. Default: 2, or the number of cores if that is less.
    /// Whisper's own threads wait spinning, so one thread a call and calls in parallel is the faster split.
    pub workers: Option<NonZeroUsize>,
    /// Give the script's vocabulary to the model as a prompt. Default off: the bundled model never saw prompts;
    /// the published ones profit.
    pub prompt: bool,
    /// Speech between two passes over a running utterance, ms, 200 to 10 000. Default 1000: committed words lag one
    /// to two of these behind; half of it costs twice the work.
    pub partial_interval_ms: u32,
}

impl Default for TranscribeSettings {
    fn default() -> Self {
        Self {
            model: None,
            language: "zh".to_owned(),
            workers: None,
            prompt: false,
            partial_interval_ms: 1_000,
        }
    }
}

/// A setting that has the right form and a value that cannot work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Whisper has no such language.
    #[error("transcribe.language = \"{0}\" is not a language of Whisper's; Mandarin is \"zh\"")]
    Language(String),
    /// Too often or too seldom.
    #[error("transcribe.partial_interval_ms = {0} is out of range; take 200 to 10000, 1000 is usual")]
    PartialInterval(u32),
}

impl TranscribeSettings {
    /// Checks what the form alone does not say.
    ///
    /// # Errors
    /// [`SettingsError`] names the setting and what it may be.
    pub fn check(&self) -> Result<(), SettingsError> {
        if self.whisper_language().is_none() {
            return Err(SettingsError::Language(self.language.clone()));
        }
        if !(200..=10_000).contains(&self.partial_interval_ms) {
            return Err(SettingsError::PartialInterval(self.partial_interval_ms));
        }
        Ok(())
    }

    /// Whisper's own short name of the language; its full English name (`chinese`) is understood too.
    pub(super) fn whisper_language(&self) -> Option<&'static str> {
        // whisper-rs panics on a NUL in the name
        if self.language.contains('\0') {
            return None;
        }
        whisper_rs::get_lang_id(&self.language).and_then(whisper_rs::get_lang_str)
    }

    /// How many workers that makes on this machine.
    pub fn worker_count(&self) -> NonZeroUsize {
        let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let two = NonZeroUsize::MIN.saturating_add(1);
        self.workers.unwrap_or(cores.min(two))
    }
}
