use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use callcue::uplink::{Broken, Outbox, Told};
use callcue::wire::{FromFloor, ToFloor, UNCONFIRMED_MAX};
use proptest::prelude::*;

use super::twin::{Kept, ModelFloor, NOW, Numbers, event, hello, sent, welcomed};

fn have(call: &str, seq: u64) -> FromFloor {
    FromFloor::Have { call: call.to_owned(), seq, closed: false }
}

fn stored(call: &str, seq: u64, closed: bool) -> FromFloor {
    FromFloor::Stored { call: call.to_owned(), seq, closed }
}

fn numbers(messages: &[ToFloor]) -> Vec<(String, u64)> {
    let mut numbers = Vec::new();
    for message in messages {
        if let ToFloor::Events { events } = message {
            numbers.extend(events.iter().map(|event| (event.call.clone(), event.seq)));
        }
    }
    numbers
}

#[test]
fn a_call_that_begins_on_a_living_connection_is_sent_at_once() {
    let mut journals = Numbers::default();
    let mut outbox = welcomed(&mut journals);
    journals.0.insert("c1".to_owned(), 1);
    outbox.grew("c1", 1);
    assert_eq!(sent(&mut outbox, &mut journals), [ToFloor::Events { events: vec![event("c1", 1)] }]);
    journals.0.insert("c1".to_owned(), 2);
    outbox.closed("c1", 2);
    let closed = ToFloor::Closed { call: "c1".to_owned(), last_seq: 2 };
    assert_eq!(sent(&mut outbox, &mut journals), [ToFloor::Events { events: vec![event("c1", 2)] }, closed]);
    assert_eq!(outbox.backlog().events, 2);
    outbox.receive(NOW, stored("c1", 2, true));
    assert_eq!(outbox.backlog(), Default::default());
    let told: Vec<Told> = std::iter::from_fn(|| outbox.poll_told()).collect();
    assert_eq!(told.last(), Some(&Told::Confirmed { call: "c1".to_owned() }));
}

#[test]
fn no_more_than_the_window_is_sent_ahead_and_a_backlog_leaves_room_for_the_running_call() {
    let mut journals = Numbers::default();
    journals.0.extend([("c1".to_owned(), 2_000), ("c2".to_owned(), 3)]);
    let mut outbox = welcomed(&mut journals);
    outbox.broken(NOW, Broken::Network);
    outbox.closed("c1", 2_000);
    outbox.grew("c2", 3);
    outbox.connected(NOW);
    assert!(matches!(outbox.next_message(&mut journals), Some(ToFloor::Hello(_))));
    assert_eq!(outbox.next_message(&mut journals), None, "nothing before the welcome");
    outbox.receive(NOW, super::twin::welcome());
    let offers = sent(&mut outbox, &mut journals);
    assert!(matches!(&offers[..], [ToFloor::Offer { calls }] if calls.len() == 2));

    outbox.receive(NOW, have("c1", 100));
    let ahead = numbers(&sent(&mut outbox, &mut journals));
    assert_eq!(ahead.len(), UNCONFIRMED_MAX / 2);
    assert_eq!(ahead[0], ("c1".to_owned(), 101));

    outbox.receive(NOW, have("c2", 0));
    assert_eq!(numbers(&sent(&mut outbox, &mut journals)).len(), 3, "the running call is not held up");
    journals.0.insert("c2".to_owned(), 900);
    outbox.grew("c2", 900);
    let running = numbers(&sent(&mut outbox, &mut journals));
    assert_eq!(3 + running.len() + ahead.len(), UNCONFIRMED_MAX);
    outbox.receive(NOW, stored("c2", 3, false));
    assert_eq!(numbers(&sent(&mut outbox, &mut journals)).len(), 3, "what is confirmed makes room");
}

#[test]
fn a_gap_sends_it_back_and_a_floor_that_has_more_is_believed() {
    let mut journals = Numbers::default();
    journals.0.insert("c1".to_owned(), 10);
    let mut outbox = welcomed(&mut journals);
    outbox.grew("c1", 10);
    assert_eq!(numbers(&sent(&mut outbox, &mut journals)).len(), 10);
    outbox.receive(NOW, have("c1", 4));
    assert_eq!(numbers(&sent(&mut outbox, &mut journals))[0].1, 5);
    // A power cut took the end of the journal, after it had been sent.
    outbox.receive(NOW, have("c1", 12));
    outbox.closed("c1", 10);
    let closed = ToFloor::Closed { call: "c1".to_owned(), last_seq: 12 };
    assert_eq!(sent(&mut outbox, &mut journals), [closed]);
}

#[test]
fn a_journal_that_is_gone_or_short_stops_nothing_else() {
    let mut journals = Numbers::default();
    let mut outbox = welcomed(&mut journals);
    journals.0.extend([("c2".to_owned(), 1), ("c3".to_owned(), 1)]);
    outbox.grew("c1", 5);
    outbox.closed("c2", 4);
    outbox.grew("c3", 4);
    let messages = sent(&mut outbox, &mut journals);
    let all = [("c2".to_owned(), 1), ("c3".to_owned(), 1)];
    assert_eq!(numbers(&messages).into_iter().collect::<BTreeSet<_>>(), BTreeSet::from(all));
    let closed = ToFloor::Closed { call: "c2".to_owned(), last_seq: 1 };
    assert!(messages.contains(&closed), "the journal's own end counts: {messages:?}");
    let told: Vec<Told> = std::iter::from_fn(|| outbox.poll_told()).collect();
    assert!(matches!(&told[..], [_, Told::Unreadable { call, .. }] if call == "c1"), "{told:?}");
    journals.0.insert("c3".to_owned(), 5);
    outbox.grew("c3", 5);
    assert_eq!(numbers(&sent(&mut outbox, &mut journals)).len(), 4);
}

#[test]
fn an_empty_journal_needs_no_floor() {
    let mut outbox = Outbox::new(hello(), 7, NOW);
    outbox.closed("c1", 0);
    assert_eq!(outbox.poll_told(), Some(Told::Confirmed { call: "c1".to_owned() }));
    assert_eq!(outbox.backlog(), Default::default());
}

#[derive(Clone, Debug)]
enum Step {
    Grow(u64),
    EndCall,
    Send(usize),
    FloorReads { messages: usize, doubled: bool },
    StationReads(usize),
    Commit,
    Connect,
    Break { leaves: usize },
    FloorKilled,
    StationKilled { marker_lost: bool },
    LaterBy(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (1..40_u64).prop_map(Step::Grow),
        2 => Just(Step::EndCall),
        6 => (1..12_usize).prop_map(Step::Send),
        6 => (1..12_usize, any::<bool>())
            .prop_map(|(messages, doubled)| Step::FloorReads { messages, doubled }),
        6 => (1..12_usize).prop_map(Step::StationReads),
        4 => Just(Step::Commit),
        5 => Just(Step::Connect),
        1 => (0..12_usize).prop_map(|leaves| Step::Break { leaves }),
        1 => Just(Step::FloorKilled),
        1 => any::<bool>().prop_map(|marker_lost| Step::StationKilled { marker_lost }),
        1 => (0..700_u64).prop_map(Step::LaterBy),
    ]
}

/// A station, a floor, and the two directions of the connection between them.
struct World {
    outbox: Outbox,
    journals: Numbers,
    over: BTreeSet<String>,
    confirmed: BTreeSet<String>,
    floor: ModelFloor,
    up: VecDeque<ToFloor>,
    down: VecDeque<FromFloor>,
    now: Duration,
    calls: u64,
    seed: u64,
}

impl World {
    fn new(seed: u64) -> Self {
        Self {
            outbox: Outbox::new(hello(), seed, NOW),
            journals: Numbers::default(),
            over: BTreeSet::new(),
            confirmed: BTreeSet::new(),
            floor: ModelFloor::default(),
            up: VecDeque::new(),
            down: VecDeque::new(),
            now: NOW,
            calls: 1,
            seed,
        }
    }

    fn running(&self) -> String {
        format!("c{:05}", self.calls)
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Grow(events) => {
                let call = self.running();
                let last = self.journals.0.entry(call.clone()).or_default();
                *last += events;
                self.outbox.grew(&call, *last);
            }
            Step::EndCall => self.end_call(true),
            Step::Send(messages) => (0..messages).for_each(|_| self.send()),
            Step::FloorReads { messages, doubled } => {
                for _ in 0..messages {
                    let Some(message) = self.up.pop_front() else { return };
                    if doubled {
                        self.floor.receive(message.clone());
                    }
                    self.down.extend(self.floor.receive(message));
                }
            }
            Step::StationReads(messages) => (0..messages).for_each(|_| self.read()),
            Step::Commit => self.down.extend(self.floor.commit()),
            Step::Connect => self.connect(),
            Step::Break { leaves } => self.break_link(leaves),
            Step::FloorKilled => {
                self.break_link(0);
                self.floor.crash();
            }
            Step::StationKilled { marker_lost } => self.kill_station(marker_lost),
            Step::LaterBy(seconds) => self.now += Duration::from_secs(seconds),
        }
        while let Some(told) = self.outbox.poll_told() {
            if let Told::Confirmed { call } = told {
                let last = self.journals.0[&call];
                assert_eq!(self.floor.disk[&call].seq(), last, "confirmed, and not on the disk: {call}");
                self.confirmed.insert(call);
            }
        }
    }

    fn end_call(&mut self, tell: bool) {
        let call = self.running();
        if let Some(last) = self.journals.0.get(&call) {
            if tell {
                self.outbox.closed(&call, *last);
            }
            self.over.insert(call);
            self.calls += 1;
        }
    }

    fn send(&mut self) {
        self.up.extend(self.outbox.next_message(&mut self.journals));
    }

    fn read(&mut self) {
        if let Some(message) = self.down.pop_front() {
            self.outbox.receive(self.now, message);
        }
    }

    fn connect(&mut self) {
        if let Some(at) = self.outbox.attempt_at() {
            self.now = self.now.max(at);
            self.outbox.connected(self.now);
        }
    }

    /// The floor still reads `leaves` messages of the connection that is gone; its answers reach nobody.
    fn break_link(&mut self, leaves: usize) {
        if self.outbox.attempt_at().is_none() {
            self.outbox.broken(self.now, Broken::Network);
        }
        for message in self.up.drain(..).take(leaves).collect::<Vec<_>>() {
            self.floor.receive(message);
        }
        self.down.clear();
    }

    /// `kill -9` in the middle of a call, and a new start that finds the journals.
    fn kill_station(&mut self, marker_lost: bool) {
        self.break_link(3);
        self.end_call(false);
        if marker_lost {
            self.confirmed.pop_last();
        }
        self.seed += 1;
        self.outbox = Outbox::new(hello(), self.seed, self.now);
        for call in self.over.difference(&self.confirmed) {
            self.outbox.closed(call, self.journals.0[call]);
        }
    }

    /// Everybody does their work until nothing is left.
    fn settle(&mut self) {
        self.end_call(true);
        for _ in 0..10_000 {
            self.step(Step::Connect);
            for step in [
                Step::Send(4),
                Step::FloorReads { messages: 4, doubled: false },
                Step::Commit,
                Step::StationReads(usize::from(u16::MAX)),
            ] {
                self.step(step);
            }
            if self.outbox.backlog().calls == 0 {
                return;
            }
        }
        panic!("still behind: {:?}", self.outbox.backlog());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whatever_breaks_the_floor_has_every_event_once_and_in_order(
        steps in prop::collection::vec(step(), 1..300),
        seed in any::<u64>(),
    ) {
        let mut world = World::new(seed);
        steps.into_iter().for_each(|step| world.step(step));
        world.settle();
        for (call, last) in &world.journals.0 {
            let wanted = Kept { events: (1..=*last).map(|seq| event(call, seq)).collect(), closed: true };
            prop_assert!(world.floor.disk.get(call) == Some(&wanted), "{call} differs");
        }
        prop_assert_eq!(world.floor.disk.len(), world.journals.0.len());
        prop_assert_eq!(&world.confirmed, &world.over);
    }
}
