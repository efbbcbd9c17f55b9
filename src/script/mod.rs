//! A company's service script as data: what must be said, what must never be said, what to do when.
//!
//! A script is a TOML file that its owner changes without a compiler; [`Script::parse`] reads it strictly and names
//! every mistake with its line and column. What a rule *does* is a shape ([`Shape`]), written in Rust once, in
//! `rules`; which rule has which shape, with which words and times, is here.

mod chinese;
mod diagnostic;
mod lint;
mod model;
mod parse;
mod schema;

pub(crate) use chinese::syntax_in_chinese;
pub use diagnostic::{Diagnostic, Language, ScriptMistakes};
pub use model::{
    Case, CueLimits, FlagWhen, Forbidden, GoesOn, Required, Rule, Script, Shape, Trigger, WaitOn, Waiting,
    Waits,
};
pub use parse::FILE_BYTES_MAX;
pub(crate) use parse::one_line;
pub use schema::schema_of;

/// The script that comes with callcue: the phrase standard of 中铁物流集团.
pub const BUNDLED: &str = include_str!("../../config/scripts/zhongtie-logistics.toml");
/// Name under which mistakes in [`BUNDLED`] are reported.
pub const BUNDLED_NAME: &str = "config/scripts/zhongtie-logistics.toml";
