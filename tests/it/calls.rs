//! Plays every page of `tests/calls/`: a call and what comes of it, readable by a quality manager.
//!
//! `UPDATE_EXPECT=1 cargo test --test it calls` writes what came out into the pages; read the difference before
//! believing it.

use std::fs;
use std::path::{Path, PathBuf};

use callcue::call::{Event, EventKind};

use crate::support::engine::{SCRIPT, describe, play, play_in_steps};

pub(crate) fn pages() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/calls");
    let mut pages: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() {
                fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect()
            } else {
                vec![path]
            }
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.sort();
    assert!(pages.len() >= 20, "only {} pages", pages.len());
    pages
}

pub(crate) fn block<'t>(page: &'t str, name: &str) -> &'t str {
    let open = format!("```{name}\n");
    let start = page.find(&open).unwrap_or_else(|| panic!("no ```{name} block")) + open.len();
    let end = page[start..].find("```").expect("block is closed") + start;
    &page[start..end]
}

#[test]
fn every_page_comes_out_as_it_says() {
    let mut wrong = Vec::new();
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        let found: String =
            describe(&play(block(&page, "call"))).into_iter().map(|line| line + "\n").collect();
        let expected = block(&page, "expect");
        if found != expected {
            if std::env::var_os("UPDATE_EXPECT").is_some() {
                let mended =
                    page.replace(&format!("```expect\n{expected}```"), &format!("```expect\n{found}```"));
                fs::write(&path, mended).unwrap();
            }
            wrong.push(format!("{}\nexpected\n{expected}found\n{found}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_size_of_time_steps_changes_nothing() {
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        let call = block(&page, "call");
        let expected = play(call);
        for tick_ms in [10, 30, 250, 1_000, 60_000] {
            assert_eq!(play_in_steps(call, tick_ms, 0), expected, "{} at {tick_ms} ms", path.display());
        }
    }
}

/// The script's own calls, all of them.
#[test]
fn steps_of_time_and_late_words_change_no_call_of_the_script() {
    for rule in &SCRIPT.rules {
        for case in &rule.cases {
            let call = case.timeline.get_ref();
            let expected = play(call);
            let name = format!("rule {}, {}", rule.id.get_ref(), case.name.get_ref());
            for tick_ms in [30, 60_000] {
                assert_eq!(play_in_steps(call, tick_ms, 0), expected, "{name} at {tick_ms} ms");
            }
            let late = sorted(play_in_steps(call, 20, 2_000));
            assert_eq!(late, sorted(expected), "{name}, 2 s late");
        }
    }
}

fn sorted(events: Vec<Event>) -> Vec<String> {
    let mut lines: Vec<String> = events.iter().map(|event| format!("{event:?}")).collect();
    lines.sort();
    lines
}

/// Silence is told at once and words when they come, so only the order among the two may differ.
#[test]
fn late_words_change_nothing_but_the_moment_of_telling() {
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        let call = block(&page, "call");
        for late_ms in [1, 300, 2_000] {
            let late = sorted(play_in_steps(call, 10, late_ms));
            assert_eq!(late, sorted(play(call)), "{} at {late_ms} ms", path.display());
        }
    }
}

#[test]
fn every_cue_ends_once_and_nothing_follows_the_summary() {
    for path in pages() {
        let events = play(block(&fs::read_to_string(&path).unwrap(), "call"));
        let mut open = Vec::new();
        for event in &events {
            match &event.kind {
                EventKind::Cue { id, .. } => open.push(id.clone()),
                EventKind::CueDone { id, .. } => {
                    let place =
                        open.iter().position(|one| one == id).unwrap_or_else(|| panic!("{id} was not open"));
                    open.remove(place);
                }
                _ => {}
            }
        }
        assert_eq!(open, Vec::<String>::new(), "{}", path.display());
        assert!(matches!(events.last().unwrap().kind, EventKind::Summary { .. }), "{}", path.display());
        assert!(events.is_sorted_by_key(|event| event.at_ms), "{}", path.display());
    }
}
