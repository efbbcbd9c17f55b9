//! `callcue eval`: a set of recordings through a speech model, and how right its text is.
//!
//! Each file is one utterance: it goes whole through the recogniser and the cleaner, without the ear that would cut
//! it and keep silence away. So the figures are those of the model alone.

mod clip;
mod run;
mod table;

pub(super) use run::{Args, run};
