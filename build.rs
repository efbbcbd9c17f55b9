//! Sees to it that a page built after the binary gets into the next one.
#![allow(clippy::print_stdout, reason = "how a build script speaks to cargo")]

fn main() {
    // rust-embed tells cargo of the files it found, not of those that come later. A folder that is missing would make
    // every build a new one.
    let made = std::fs::create_dir_all("web/dist");
    if made.is_ok() {
        println!("cargo::rerun-if-changed=web/dist");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
