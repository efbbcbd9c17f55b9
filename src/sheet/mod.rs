//! Score cards on paper and in tables.
//!
//! ```text
//! ScoreCard ──┐             ┌─► CSV
//!             ├─► [`Sheet`] ┼─► XLSX
//! TeamScores ─┘             └─► PDF
//! ```
//!
//! A [`Sheet`] is what is said, in words and numbers; a writer only decides how it looks. So all of them say the same.

mod cards;
mod csv;
mod pdf;
mod pdf_text;
mod table;
mod xlsx;

pub use cards::{card_sheet, team_sheet};
pub use csv::csv;
pub use pdf::pdf;
pub use table::{Cell, Column, Sheet, Table};
pub use xlsx::{NotWritten, xlsx};
