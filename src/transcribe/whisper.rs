use std::num::NonZeroU8;
use std::path::Path;

use whisper_rs::{FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperState};

use super::{
    Ask, ModelError, ModelInfo, RecognizeError, Recognizer, TranscribeSettings, check_cpu, inspect_model,
    model_file::inspect_bytes,
};
use crate::call::{SAMPLE_RATE_HZ, SAMPLES_PER_MS};

/// Encoder positions a second of audio: 100 frames a second, halved by the second convolution.
const POSITIONS_PER_S: u64 = 50;

/// Encoder positions after the end of the audio, so that the model hears that it is over. On 72 synthetic sentences
/// 8 to 100 did the same (error rate 22.5 to 23.2 %), none and 200 were a little worse (24 %), the full window was
/// useless (99 %) with a model that was trained on short windows.
const POSITIONS_MARGIN: u64 = 16;

/// Fewest encoder positions: with less the decoder runs into loops (whisper.cpp issues 1855 and 1951).
const POSITIONS_MIN: u64 = 64;

/// Shorter audio is filled up with silence: whisper.cpp skips what is under 100 ms, and reads 201 samples unchecked.
const SAMPLES_MIN: usize = 8_000;

/// Longest prompt, in characters: whisper.cpp gives half of the decoder's positions to it.
const PROMPT_CHARS_MAX: usize = 120;

/// The model that comes with callcue, in the program itself; `models/README.md` says what it can and cannot do.
static BUNDLED_MODEL: &[u8] = include_bytes!("../../models/callcue-zh-demo.bin");
/// Name of the bundled model, for people.
pub const BUNDLED_MODEL_NAME: &str = "callcue-zh-demo";

/// A speech model in memory, ready to be shared.
///
/// The weights are held once; each worker thread gets its own [`WhisperRecognizer`], which keeps them alive.
pub struct WhisperModel {
    context: WhisperContext,
    info: ModelInfo,
    params: FullParams<'static, 'static>,
}

impl WhisperModel {
    /// Checks processor, settings and file, then loads the file that the settings name, or the bundled model.
    ///
    /// `prompt` is the script's vocabulary; it is used if the settings say so.
    ///
    /// # Errors
    /// [`ModelError`] names the file, what is wrong, and the mend.
    pub fn load(settings: &TranscribeSettings, prompt: Option<&str>) -> Result<Self, ModelError> {
        check_cpu()?;
        settings.check()?;
        // Otherwise ggml writes pages to standard error.
        whisper_rs::install_logging_hooks();
        let mut parameters = WhisperContextParameters::default();
        // whisper.cpp pads the keys to a multiple of 256 and gives flash attention no mask: with a cut `audio_ctx` it
        // attends to padding, or to the audio before. On 72 synthetic sentences the error rate rose from 23 to 31 %.
        parameters.flash_attn(false);
        let (info, loaded, path) = match &settings.model {
            Some(path) => {
                (inspect_model(path)?, WhisperContext::new_with_params(path, parameters), path.as_path())
            }
            None => (
                inspect_bytes(BUNDLED_MODEL_NAME, BUNDLED_MODEL)?,
                WhisperContext::new_from_buffer_with_params(BUNDLED_MODEL, parameters),
                Path::new(BUNDLED_MODEL_NAME),
            ),
        };
        let context = loaded
            .map_err(|error| ModelError::Refused { path: path.to_owned(), reason: error.to_string() })?;
        let prompt = prompt.filter(|_| settings.prompt);
        let params = params(settings.whisper_language(), prompt);
        Ok(Self { context, info, params })
    }

    /// What the file says of itself.
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// One more recogniser on this model, with working memory of its own.
    ///
    /// # Errors
    /// When there is not enough memory.
    pub fn recognizer(&self) -> Result<WhisperRecognizer, RecognizeError> {
        let state = self.context.create_state().map_err(|error| RecognizeError::Engine(error.to_string()))?;
        Ok(WhisperRecognizer {
            state,
            params: self.params.clone(),
            threads: 1,
            positions_last: 0,
            positions_max: u64::from(self.info.audio_ctx),
            // whisper.cpp's own bound on the length of a text (`n_max` in `whisper_full_with_state`)
            tokens_max: u64::from(self.info.text_ctx / 2).saturating_sub(5),
            tokens_per_s: if self.info.has_character_tokens() { 7 } else { 12 },
        })
    }
}

/// Settings of a transcription that are the same for all. Built once a model, because language and prompt leak a string
/// each time they are set; a clone shares them.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the strings that leak are set, once a model"
)]
fn params(language: Option<&'static str>, prompt: Option<&str>) -> FullParams<'static, 'static> {
    let mut params = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
    params.set_language(language);
    if let Some(prompt) = prompt {
        // A NUL would panic in whisper-rs.
        let prompt: String =
            prompt.chars().filter(|character| !character.is_control()).take(PROMPT_CHARS_MAX).collect();
        params.set_initial_prompt(&prompt);
    }
    params.set_n_threads(1);
    // With it, the answer to silence could never be nothing.
    params.set_suppress_blank(false);
    // No second tries at higher temperatures: they cost a multiple, and chance has no place in a replay.
    params.set_temperature(0.0);
    params.set_temperature_inc(0.0);
    params.set_no_timestamps(true);
    params.set_single_segment(true);
    params.set_no_context(true);
    params.set_print_special(false);
    params.set_print_progress(false);
    params.set_print_realtime(false);
    params.set_print_timestamps(false);
    params
}

/// Whisper, on one thread.
pub struct WhisperRecognizer {
    state: WhisperState,
    params: FullParams<'static, 'static>,
    threads: u8,
    /// Of the last pass; whisper.cpp keeps them.
    positions_last: u64,
    positions_max: u64,
    tokens_max: u64,
    tokens_per_s: u64,
}

/// What `callcue model bench` measures with; a call needs none of it.
impl WhisperRecognizer {
    /// Threads of the passes to come, instead of the one that a call gets.
    pub fn set_threads(&mut self, threads: NonZeroU8) {
        self.threads = threads.get();
        self.params.set_n_threads(self.threads.into());
    }

    /// The first half of a pass, spectrum and encoder, as [`recognize`](Recognizer::recognize) does it for the same
    /// samples.
    ///
    /// # Errors
    /// As `recognize`.
    pub fn encode(&mut self, samples: &[f32]) -> Result<(), RecognizeError> {
        if self.positions_last != audio_ctx_for(samples.len(), self.positions_max) {
            self.pass(samples)?;
        }
        let threads = self.threads.into();
        let encoded = self.state.pcm_to_mel(samples, threads).and_then(|()| self.state.encode(0, threads));
        encoded.map_err(|error| RecognizeError::Engine(error.to_string()))
    }

    /// Tokens of the last text.
    pub fn tokens(&self) -> u32 {
        self.state.as_iter().map(|segment| u32::try_from(segment.n_tokens()).unwrap_or(0)).sum()
    }
}

impl Recognizer for WhisperRecognizer {
    fn recognize(&mut self, samples: &[f32], _ask: &Ask) -> Result<String, RecognizeError> {
        self.pass(samples)?;
        self.state
            .as_iter()
            .map(|segment| segment.to_str_lossy().map(|text| text.into_owned()))
            .collect::<Result<String, _>>()
            .map_err(|error| RecognizeError::Engine(error.to_string()))
    }
}

impl WhisperRecognizer {
    fn pass(&mut self, samples: &[f32]) -> Result<(), RecognizeError> {
        let max_ms = self.positions_max * 1_000 / POSITIONS_PER_S;
        let length_ms = samples.len() as u64 / SAMPLES_PER_MS;
        if length_ms > max_ms {
            return Err(RecognizeError::TooLong { length_ms, max_ms });
        }
        let mut params = self.params.clone();
        self.positions_last = audio_ctx_for(samples.len(), self.positions_max);
        params.set_audio_ctx(self.positions_last as i32);
        let tokens = max_tokens_for(samples.len(), self.tokens_per_s).min(self.tokens_max);
        params.set_max_tokens(tokens as i32);
        let padded;
        let samples = if samples.len() < SAMPLES_MIN {
            padded = [samples, &vec![0.0; SAMPLES_MIN - samples.len()]].concat();
            &padded
        } else {
            samples
        };
        self.state.full(params, samples).map(drop).map_err(|error| RecognizeError::Engine(error.to_string()))
    }
}

/// Encoder positions for so many samples: as few as hear all of them. The cost of a pass is nearly proportional to it.
///
/// A multiple of 8, at least 64, at most what the model has.
pub fn audio_ctx_for(samples: usize, positions_max: u64) -> u64 {
    let audio = (samples as u64 * POSITIONS_PER_S).div_ceil(u64::from(SAMPLE_RATE_HZ));
    (audio + POSITIONS_MARGIN).max(POSITIONS_MIN).next_multiple_of(8).min(positions_max)
}

/// Tokens for so many samples: more than anyone can say in that time, so that a loop ends soon.
pub fn max_tokens_for(samples: usize, tokens_per_s: u64) -> u64 {
    (samples as u64 * tokens_per_s).div_ceil(u64::from(SAMPLE_RATE_HZ)) + 6
}
