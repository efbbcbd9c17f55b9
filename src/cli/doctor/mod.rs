//! `callcue doctor`: what is missing on a machine, and how to mend it.
//!
//! For the people who install it, hence in English. The checks ask a [`Machine`] and judge its answers; [`LocalMachine`] is
//! the one we run on, tests bring their own. Nothing is changed but this: the data folder is made if it is missing,
//! as the station would.

mod checks;
mod machine;
mod report;

use std::io::{self, Write};

pub use checks::{FREE_BYTES_MIN, FREE_BYTES_WARN, examine};
pub use machine::{Browser, CpuFeature, Folder, LocalMachine, Machine, Probe};
pub use report::{Check, Finding, Report, Verdict};

/// Runs all checks and prints them, as text or as one JSON object. The exit code: 0 when callcue can run here, else 1.
///
/// # Errors
/// The system's, when `out` cannot be written.
pub fn run(machine: &impl Machine, json: bool, out: &mut impl Write) -> io::Result<u8> {
    let report = examine(machine);
    if json {
        serde_json::to_writer(&mut *out, &report)?;
        writeln!(out)?;
    } else {
        write!(out, "{report}")?;
    }
    Ok(u8::from(!report.usable))
}
