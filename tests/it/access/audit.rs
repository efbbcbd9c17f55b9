use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use callcue::access::audit_queue;
use callcue::store::{AuditEntry, StoreError, StoreFault};

fn line(number: i64) -> AuditEntry {
    AuditEntry { wall_ms: number, who: "wang".into(), act: "login".into(), ..AuditEntry::default() }
}

fn disk_full() -> StoreError {
    StoreError { what: "audit".into(), fault: StoreFault::DiskFull }
}

#[test]
fn all_is_written_in_order_before_the_writer_ends() {
    let (trail, writer) = audit_queue();
    let written = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&written);
    let writing = thread::Builder::new()
        .spawn(move || {
            writer.run(|lines| {
                kept.lock().unwrap().extend(lines.iter().map(|line| line.wall_ms));
                Ok(())
            });
        })
        .unwrap();
    (0..5_000).for_each(|number| trail.note(line(number)));
    drop(trail);
    writing.join().unwrap();
    assert!(written.lock().unwrap().iter().copied().eq(0..5_000));
}

#[test]
fn a_store_that_fails_gets_the_same_lines_again() {
    let (trail, writer) = audit_queue();
    (0..600).for_each(|number| trail.note(line(number)));
    let mut failures = 0;
    let mut written = Vec::new();
    let mut keep_going = Some(trail);
    writer.retry_every(Duration::ZERO).run(|lines| {
        if failures < 3 {
            failures += 1;
            return Err(disk_full());
        }
        keep_going = None;
        written.extend(lines.iter().map(|line| line.wall_ms));
        Ok(())
    });
    assert!(written.into_iter().eq(0..600));
}

#[test]
fn a_writer_whose_store_never_answers_ends_with_those_who_wrote() {
    let (trail, writer) = audit_queue();
    trail.note(line(1));
    drop(trail);
    writer.run(|_| Err(disk_full()));
}

#[test]
fn what_does_not_fit_is_counted_and_said_in_the_trail() {
    let (trail, writer) = audit_queue();
    (0..8_200).for_each(|number| trail.note(line(number)));
    assert_eq!(trail.missing(), 8);
    drop(trail);
    let mut written = Vec::new();
    writer.run(|lines| {
        written.extend(lines.iter().cloned());
        Ok(())
    });
    assert_eq!(written.len(), 8_193);
    let lost: Vec<_> = written.iter().filter(|line| line.act == "audit_lost").collect();
    assert_eq!(lost.len(), 1);
    assert!(lost[0].detail.starts_with("8 lines"), "{}", lost[0].detail);
}

#[test]
fn strangers_by_the_thousand_fill_no_disk_and_are_counted() {
    let (trail, writer) = audit_queue();
    for minute in [0, 1] {
        (0..1_000).for_each(|second| trail.note_stranger(line(minute * 60_000 + second)));
    }
    trail.note_stranger(line(10 * 60_000));
    drop(trail);
    let mut written = Vec::new();
    writer.run(|lines| {
        written.extend(lines.iter().cloned());
        Ok(())
    });
    assert_eq!(written.len(), 121);
    assert_eq!(written[60].detail, "(+940 refusals before this one)");
    assert_eq!(written[120].detail, "(+940 refusals before this one)");
}
