//! From speech to words: which stretch is transcribed when, by whom, and which of its words are to be believed.
//!
//! The way of the audio, one channel at a time:
//!
//! 1. [`TextStream`] keeps the last seconds of samples, is told where the detector heard speech, and asks for
//!    [`Job`]s: a partial pass each second while somebody speaks, a final one at the end. Pure: no thread, no clock.
//! 2. A [`JobRunner`] works them off: [`Pool`] on its own threads for live calls (final before partial, partial
//!    dropped first), [`Inline`] on the spot for replays, so that a file always gives the same text.
//! 3. A [`Recognizer`] turns samples into raw text: [`WhisperRecognizer`] or, in tests, [`Scripted`].
//! 4. [`TextCleaner`] makes raw text comparable: simplified characters, no noises in brackets, no endless loops.
//! 5. [`TextStream::done`] takes it back and says what is committed (two passes in a row agree) and what may still
//!    change, as a [`TextUpdate`].
//!
//! Invariants:
//! - Text exists only where the detector heard speech: no speech, no job. Whisper invents words on silence.
//! - Every utterance ends in exactly one final update, also when the recogniser fails or the machine is too slow.
//! - Committed text only grows, until the final update replaces it once.
//! - Nothing here makes capture, silence timing or the recording wait.
//!
//! whisper.cpp is reached through `whisper-rs` in `whisper.rs` and nowhere else. Of its wrapper the parts that are
//! unsound, that leak or that need their own model are forbidden in `clippy.toml`, each with the reason.

mod audio_tail;
mod cpu;
mod inline;
mod job;
mod loops;
mod model_error;
mod model_file;
mod pool;
mod recognizer;
mod scripted;
mod settings;
mod stable;
mod stream;
mod text;
mod whisper;

pub use cpu::{CpuError, check_cpu, has_cpu_feature, missing_cpu_features};
pub use inline::Inline;
pub use job::{Done, Job, JobError, JobId, JobKind, JobRunner};
pub use loops::cut_loops;
pub use model_error::ModelError;
pub use model_file::{ModelInfo, inspect_model};
pub use pool::{FINAL_JOBS_MAX, PARTIAL_JOBS_MAX, Pool, PoolCounters};
pub use recognizer::{Ask, RecognizeError, Recognizer};
pub use scripted::{Gate, Scripted, ScriptedLine};
pub use settings::{SettingsError, TranscribeSettings};
pub use stable::{Agreement, Pieces};
pub use stream::{StreamCounters, TextStream, TextUpdate};
pub use text::{Cleaned, TextCleaner};
pub use whisper::{BUNDLED_MODEL_NAME, WhisperModel, WhisperRecognizer, audio_ctx_for, max_tokens_for};
