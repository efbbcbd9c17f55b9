//! The shape of `src`: who may use whom, what the core may not touch, and how things are named.
//!
//! The table in the module doc of `src/lib.rs` is the rule; this reads it there, so that the tour stays true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::rust_paths::{UsedPath, used_paths};

/// What a module marked pure may not reach: IO, clocks, threads, locks, queues, async.
const IMPURE: &[&str] = &[
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::sync::Condvar",
    "std::sync::Mutex",
    "std::sync::RwLock",
    "std::sync::mpsc",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "tokio",
];

/// Modules that must stay pure, whatever the table says of them.
const CORE: &[&str] = &["call", "phrase", "segment", "script", "rules", "score", "monitor", "trial"];

/// Names that say nothing of what is inside.
const NO_NAMES: &[&str] =
    &["common", "helper", "helpers", "manager", "misc", "new", "old", "types", "util", "utils", "v2"];

/// A file longer than this does more than one thing.
const LINES_MAX: usize = 450;

/// A row of the table: `| [`module`] | pure or blank | what it is | what it may use |`.
#[derive(Debug)]
struct Row {
    module: String,
    pure: bool,
    may_use: BTreeSet<String>,
}

/// A file of a top-level module.
struct Source {
    path: PathBuf,
    /// `crate::` path of the file: `["capture", "file", "wav"]`.
    module: Vec<String>,
    text: String,
}

fn table() -> Vec<Row> {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let mut rows: Vec<Row> = Vec::new();
    for line in lib.lines().filter_map(|line| line.strip_prefix("//! | [`")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [module, pure, _, uses, ""] = cells[..] else {
            panic!("src/lib.rs: not a row of the table: {line}")
        };
        let above = || rows.iter().map(|row| row.module.clone());
        let may_use = match uses {
            "all above" => above().collect(),
            names => names.split_whitespace().map(str::to_owned).filter(|name| name != "-").collect(),
        };
        rows.push(Row { module: module.trim_end_matches("`]").to_owned(), pure: pure == "pure", may_use });
    }
    rows
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let place = path.strip_prefix(&root).unwrap().with_extension("");
                let mut module: Vec<String> =
                    place.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
                module.pop_if(|name| name == "mod");
                sources.push(Source { text: fs::read_to_string(&path).unwrap(), path: place, module });
            }
        }
    }
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(sources.len() > 50, "only {} files found below {}", sources.len(), root.display());
    sources
}

fn is_in_a_module(source: &Source) -> bool {
    !matches!(source.module[..], [ref name] if name == "lib" || name == "main")
}

/// The top-level module that `used` is in, if it is one of this crate.
fn target(used: &UsedPath, from: &[String], known: &BTreeSet<String>) -> Option<String> {
    let supers = used.segments.iter().take_while(|segment| *segment == "super").count();
    let name = match used.segments.first()?.as_str() {
        "crate" | "callcue" => used.segments.get(1)?,
        "super" if supers >= from.len() + used.inline_depth => used.segments.get(supers)?,
        _ => return None,
    };
    // An item of `lib.rs` itself is nobody's; there is none today.
    (known.contains(name) && name != &from[0]).then(|| name.clone())
}

#[test]
fn every_module_is_in_the_table_and_the_table_has_no_cycle() {
    let rows = table();
    let listed: BTreeSet<String> = rows.iter().map(|row| row.module.clone()).collect();
    let there: BTreeSet<String> = sources()
        .iter()
        .filter(|source| is_in_a_module(source))
        .map(|source| source.module[0].clone())
        .collect();
    assert_eq!(there, listed, "modules of src/ (left) and rows of the table in src/lib.rs (right) differ");
    let mut above = BTreeSet::new();
    for row in &rows {
        let below: Vec<_> = row.may_use.difference(&above).collect();
        assert!(below.is_empty(), "{} may only use modules above it, not {below:?}", row.module);
        above.insert(row.module.clone());
        assert!(
            row.pure || !CORE.contains(&row.module.as_str()),
            "{} is of the core, so it must be marked pure",
            row.module
        );
    }
}

#[test]
fn modules_use_what_the_table_allows_and_no_more() {
    let rows = table();
    let known: BTreeSet<String> = rows.iter().map(|row| row.module.clone()).collect();
    let mut wrong = Vec::new();
    let mut used_by: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let sources = sources();
    for source in sources.iter().filter(|source| is_in_a_module(source)) {
        let row = rows.iter().find(|row| row.module == source.module[0]).unwrap();
        for used in used_paths(&source.text) {
            let Some(target) = target(&used, &source.module, &known) else { continue };
            if !row.may_use.contains(&target) {
                let line = used.line;
                wrong.push(format!("src/{}.rs:{line}: {} uses {target}", source.path.display(), row.module));
            }
            used_by.entry(&row.module).or_default().insert(target);
        }
    }
    // `app` may use everything below the command line: it is where parts are put together.
    for row in rows.iter().filter(|row| row.module != "app") {
        let nothing = BTreeSet::new();
        let used = used_by.get(row.module.as_str()).unwrap_or(&nothing);
        for idle in row.may_use.difference(used) {
            wrong.push(format!("src/lib.rs: {} does not use {idle}: take it out of the row", row.module));
        }
    }
    assert!(wrong.is_empty(), "directions (table in src/lib.rs):\n{}", wrong.join("\n"));
}

#[test]
fn pure_modules_touch_no_io_clock_thread_or_lock() {
    let rows = table();
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| is_in_a_module(source)) {
        if rows.iter().any(|row| row.pure && row.module == source.module[0]) {
            for used in used_paths(&source.text) {
                if let Some(banned) = impurity(&used.segments) {
                    wrong.push(format!("src/{}.rs:{}: {banned}", source.path.display(), used.line));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "not for a module marked pure in src/lib.rs:\n{}", wrong.join("\n"));
}

/// What `path` reaches of [`IMPURE`]; naming the module above it (`use std::time;`) counts, because it hides the rest.
fn impurity(path: &[String]) -> Option<&'static str> {
    IMPURE.iter().copied().find(|banned| {
        let banned = banned.split("::").chain(std::iter::once("*"));
        path.iter()
            .map(String::as_str)
            .zip(banned)
            .all(|(part, banned)| part == banned || part == "*" || banned == "*")
    })
}

#[test]
fn files_are_short_and_say_in_their_name_what_they_hold() {
    let mut wrong = Vec::new();
    for source in sources() {
        let place = source.path.display();
        let lines = source.text.lines().count();
        if lines > LINES_MAX {
            wrong.push(format!(
                "src/{place}.rs has {lines} lines; over {LINES_MAX} it does more than one thing"
            ));
        }
        let mut names = source.module.iter().flat_map(|name| name.split('_'));
        if let Some(empty) = names.find(|name| NO_NAMES.contains(name)) {
            wrong.push(format!("src/{place}.rs: {empty:?} says nothing of what is inside"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn paths_are_found_however_they_are_written() {
    let cases: &[(&str, &[(usize, &str)])] = &[
        ("use crate::call::Channel;", &[(1, "crate::call::Channel")]),
        (
            "use crate::{\n    call::{Channel, CallTime},\n    rules,\n};",
            &[(2, "crate::call::Channel"), (2, "crate::call::CallTime"), (3, "crate::rules")],
        ),
        (
            "use std::{fs, sync::{Arc, Mutex as M}};",
            &[(1, "std::fs"), (1, "std::sync::Arc"), (1, "std::sync::Mutex")],
        ),
        ("use super::super::deliver::Hub;", &[(1, "super::super::deliver::Hub")]),
        ("use ::std::time::{self, Duration};", &[(1, "std::time"), (1, "std::time::Duration")]),
        ("use crate::wire::*;", &[(1, "crate::wire::*")]),
        ("let a = crate::vad::TwoEars::<u8>::new();", &[(1, "crate::vad::TwoEars")]),
        ("// crate::app\n/* crate::app /* nested */ */ //! [x](crate::app)\nlet s = \"crate::app\";", &[]),
        (
            "let s = r#\"a \" crate::app\"#; let c = '\"'; let l: &'static str = crate::cli::X;",
            &[(1, "crate::cli::X")],
        ),
        ("let q = '\\''; let b = b'\\\\'; crate::http::bind()", &[(1, "crate::http::bind")]),
        (
            "pub(crate) fn f() {} pub(super) struct S; pub(in crate::rules) fn g() {}",
            &[(1, "crate"), (1, "super"), (1, "crate::rules")],
        ),
        ("my::std::fs::read()", &[]),
    ];
    for (source, wanted) in cases {
        let found: Vec<_> =
            used_paths(source).iter().map(|used| (used.line, used.segments.join("::"))).collect();
        let found: Vec<_> = found.iter().map(|(line, path)| (*line, path.as_str())).collect();
        assert_eq!(&found[..], *wanted, "in {source}");
    }
    let inside = used_paths("mod tests { use super::super::app; } use super::cli;");
    let depths: Vec<_> = inside.iter().map(|used| used.inline_depth).collect();
    assert_eq!(depths, [1, 0]);
}

#[test]
fn what_is_impure_is_told_from_what_is_not() {
    let is_impure = |path: &str| {
        let path: Vec<String> = path.split("::").map(str::to_owned).collect();
        impurity(&path).is_some()
    };
    for path in [
        "std::fs",
        "std::fs::read",
        "std::sync::Mutex",
        "std::time",
        "std::sync",
        "tokio::sync::watch",
        "std::*",
    ] {
        assert!(is_impure(path), "{path}");
    }
    for path in ["std::sync::Arc", "std::time::Duration", "std::fmt", "std::io::Write", "super", "crate"] {
        assert!(!is_impure(path), "{path}");
    }
}
