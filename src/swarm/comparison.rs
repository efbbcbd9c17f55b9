use std::collections::BTreeSet;

use super::journals::StationJournals;
use crate::wire::StampedEvent;

/// What the floor keeps, held against what the stations wrote down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Calls in the journals.
    pub calls: u64,
    /// Events in the journals.
    pub events: u64,
    /// Events that the floor does not have.
    pub lost: u64,
    /// Events that it has more than once.
    pub duplicated: u64,
    /// Events that it has in another order than they were written.
    pub reordered: u64,
    /// Events that it has with other words.
    pub changed: u64,
    /// Events that it has of these calls and no journal has.
    pub invented: u64,
    /// The first things that are wrong, one plain sentence each.
    pub faults: Vec<String>,
}

/// Most faults that are told in words.
const FAULTS_MAX: usize = 20;

impl Comparison {
    /// Holds every call of `journals` against `stored`, which gives what the floor has of a call in its own order.
    ///
    /// # Errors
    /// Those of `stored`.
    pub fn add<E>(
        &mut self,
        journals: &StationJournals,
        mut stored: impl FnMut(&str) -> Result<Vec<StampedEvent>, E>,
    ) -> Result<(), E> {
        for (call, last_seq) in journals.calls() {
            self.calls += 1;
            self.events += last_seq;
            let there = stored(call)?;
            self.call(call, last_seq, &there, |seq| journals.event(call, seq));
        }
        Ok(())
    }

    /// Whether the floor has exactly what was written down.
    pub const fn is_equal(&self) -> bool {
        self.lost == 0
            && self.duplicated == 0
            && self.reordered == 0
            && self.changed == 0
            && self.invented == 0
    }

    fn call(
        &mut self,
        call: &str,
        last_seq: u64,
        there: &[StampedEvent],
        written: impl Fn(u64) -> Option<StampedEvent>,
    ) {
        let mut seen = BTreeSet::new();
        let mut newest = 0;
        for event in there {
            let seq = event.seq;
            if !seen.insert(seq) {
                self.duplicated += 1;
                self.fault(format!("{call}: event {seq} is there more than once"));
                continue;
            }
            if seq < newest {
                self.reordered += 1;
                self.fault(format!("{call}: event {seq} comes after event {newest}"));
            }
            newest = newest.max(seq);
            match written(seq) {
                None => {
                    self.invented += 1;
                    self.fault(format!("{call}: event {seq} is there, the journal ends with {last_seq}"));
                }
                Some(written) if written != *event => {
                    self.changed += 1;
                    self.fault(format!("{call}: event {seq} is {event:?}, written was {written:?}"));
                }
                Some(_) => {}
            }
        }
        let lost = (1..=last_seq).filter(|seq| !seen.contains(seq)).count() as u64;
        if lost > 0 {
            self.lost += lost;
            self.fault(format!("{call}: {lost} of {last_seq} events are not there"));
        }
    }

    fn fault(&mut self, fault: String) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        }
    }
}
