//! Speech to text: the pure parts by tables and properties, the pool with a gated recogniser, the real whisper.cpp on
//! model files made here.

#[path = "support/ggml.rs"]
pub(crate) mod ggml;

mod cpu;
mod model_file;
mod pool;
mod stream;
mod text;
mod whisper;
