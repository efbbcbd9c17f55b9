//! Assembly: the only place that starts threads, owns channels and reads clocks.

mod backtest;
mod call_files;
mod clock;
mod engine;
mod feed;
mod floor;
mod floor_demo;
mod floor_hooks;
mod idle_ear;
mod import;
mod import_reasons;
mod levels;
mod live_sound;
mod model;
mod notices;
mod replay;
mod retention;
mod script_files;
mod script_page;
mod silencing;
mod station;
mod station_uplink;

pub use backtest::{BacktestOutcome, BacktestPlan, run_backtest};
pub use call_files::Records;
pub use clock::{Stopwatch, SystemClock, call_id, today, wall_now};
pub use engine::{Engine, EngineParts, Screen};
pub use feed::{Feed, FeedEvent, SamplePlayer, unpack_sample_call};
pub use floor::{FloorPlan, OpenFloor, Ready, importer, run_floor};
pub use floor_demo::{DemoRoom, fill_room};
pub use floor_hooks::WebhookPlan;
pub use import::{MakeRunner, RecordingImporter};
pub use model::load_model;
pub use replay::{ReplayPlan, ReplaySink, replay_audio};
pub use script_files::{Look, Refused, ScriptFiles, Standard, StandardPaths, read_text};
pub use script_page::serve_script_page;
pub use station::{Console, StationPlan, run_station};
