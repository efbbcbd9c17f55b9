//! Speech models that others publish: which there are, getting one, and how fast it is here.
//!
//! The list is fixed ([`published`]): name, size and SHA-256 of each file are in the program. [`fetch`] brings one into the
//! [`ModelFolder`], from its publisher, a mirror or a file, and trusts none of them: what has not the pinned checksum
//! never gets the model's name.
//!
//! - **Broken off.** What came stays in a `.part` file; the next attempt goes on behind it. There is no `If-Range`: mirrors
//!   have different tags for the same bytes, and whether both halves belong together is told by the checksum. If a
//!   continued file fails it, it is fetched once more from the start before anybody is bothered.
//! - **One at a time.** The `.part` file is locked, so two attempts do not write into each other.
//! - **No half models.** The file gets its name, at once, when it is whole, right and on the disk.
//!
//! This is the only place of callcue that connects to another machine, and only `callcue model get` comes here.

mod catalogue;
mod checksum;
mod fetch;
mod fetch_error;
mod folder;
mod source;
mod speed;

pub use catalogue::{PublishedModel, published, published_model};
pub use checksum::sha256_of;
pub use fetch::{Fetched, fetch};
pub use fetch_error::FetchError;
pub use folder::ModelFolder;
pub use source::Source;
pub use speed::{
    Advice, LENGTHS_MS, MeasuredModel, Pass, SpeedBook, SpeedBookError, advise, finishes_ms, load_of_channel,
};
