//! What several test modules need: makers of audio, scripted stand-ins, the engine on the bundled script.

pub(crate) mod audio_file;
pub(crate) mod demo_call;
pub(crate) mod disk;
pub(crate) mod engine;
pub(crate) mod fake_host;
pub(crate) mod floor;
pub(crate) mod noise;
pub(crate) mod personal_numbers;
pub(crate) mod rust_paths;
pub(crate) mod silence_score;
pub(crate) mod silence_set;
pub(crate) mod station;
pub(crate) mod stored_calls;
pub(crate) mod web_server;
