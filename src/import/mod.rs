//! Old recordings: what the name of a file, and a table beside them, say of the call in it. Pure; whoever imports reads the files.
//!
//! - A **[name pattern](NamePattern)** such as `{date}_{time}_{agent}` is held against names without their ending.
//! - A **[table](FactTable)** is a CSV with a column `file`; what it says wins over the name.
//! - What neither says is the [order](ImportOrder)'s own default.

mod facts;
mod order;
mod pattern;
mod table;

pub use facts::{BadFact, CallFacts, FactKind};
pub use order::{BadOrder, ImportOrder, ImportPlan, NotKnown};
pub use pattern::{BadPattern, NamePattern};
pub use table::{BadTable, FactTable};
