//! Assembly: the only place that starts threads, owns channels and reads clocks.

mod backtest;
mod clock;
mod engine;
mod feed;
mod levels;
mod model;
mod notices;
mod replay;
mod retention;
mod script_files;
mod station;

pub use backtest::{BacktestOutcome, BacktestPlan, run_backtest};
pub use clock::{Stopwatch, call_id, today, wall_now};
pub use engine::{Engine, EngineParts, Screen};
pub use feed::{Feed, FeedEvent, SamplePlayer, unpack_sample_call};
pub use model::load_model;
pub use replay::{ReplayPlan, ReplaySink, replay_audio};
pub use script_files::{Look, Refused, ScriptFiles, Standard, StandardPaths, read_text};
pub use station::{Console, StationPlan, run_station};
