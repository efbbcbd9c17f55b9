use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::clock::FloorClock;
use super::counts::Counts;
use super::masks::Masks;
use super::messages::{Job, Sender, ToHall, ToStation};
use crate::store::{AlertRecord, Appended, Arrival, Store};
use crate::wire::FromFloor;

/// Events in one transaction: some tens of milliseconds of work.
const EVENTS_MAX: usize = 4_096;
/// Arrivals in one transaction.
const ARRIVALS_MAX: usize = 1_024;
/// Calls that are asked for again when the store takes events again; the stations of others connect anew some day.
const OWED_MAX: usize = 65_536;

/// The only thread that adds events to the store.
pub(super) struct Writer {
    pub(super) store: Arc<dyn Store>,
    pub(super) jobs: mpsc::Receiver<Job>,
    pub(super) hall: mpsc::Sender<ToHall>,
    pub(super) counts: Arc<Counts>,
    pub(super) clock: Arc<dyn FloorClock>,
    /// Between attempts at a store that takes nothing.
    pub(super) retry: Duration,
    /// What is not kept as it was said.
    pub(super) masks: Masks,
}

/// What is written in one go.
#[derive(Default)]
struct Batch {
    arrivals: Vec<Arrival>,
    /// Who waits for each arrival.
    senders: Vec<Sender>,
    events: usize,
    /// The newest of each alert.
    alerts: BTreeMap<u64, AlertRecord>,
    stop: bool,
}

/// The store takes nothing.
struct Down {
    /// Tried again until it is taken.
    probe: Arrival,
    /// Calls of which events were shown and forgotten, by station, and how to ask for them again.
    owed: BTreeMap<(u32, String), mpsc::Sender<ToStation>>,
    again: Interval,
}

impl Batch {
    fn take(&mut self, job: Job) {
        match job {
            Job::Arrival(arrival, sender) => {
                self.events += arrival.events.len();
                self.arrivals.push(*arrival);
                self.senders.push(sender);
            }
            Job::Alerts(records) => {
                self.alerts.extend(records.into_iter().map(|record| (record.card.id, record)));
            }
            Job::Stop => self.stop = true,
        }
    }

    const fn is_full(&self) -> bool {
        self.stop || self.events >= EVENTS_MAX || self.arrivals.len() >= ARRIVALS_MAX
    }
}

impl Writer {
    /// Starts it; it ends after [`Job::Stop`].
    pub(super) fn start(self, runtime: Handle) -> io::Result<JoinHandle<()>> {
        thread::Builder::new().name("writer".to_owned()).spawn(move || self.run(&runtime))
    }

    fn run(mut self, runtime: &Handle) {
        let mut batch = Batch::default();
        let mut down: Option<Down> = None;
        while !batch.stop {
            let next = match &mut down {
                None => Some(self.jobs.blocking_recv()),
                Some(down) => runtime.block_on(async {
                    tokio::select! {
                        biased;
                        _ = down.again.tick() => None,
                        next = self.jobs.recv() => Some(next),
                    }
                }),
            };
            let Some(next) = next else {
                self.try_again(&mut down);
                continue;
            };
            batch.take(next.unwrap_or(Job::Stop));
            while !batch.is_full() {
                let Ok(job) = self.jobs.try_recv() else { break };
                batch.take(job);
            }
            self.counts.writer_queue.set(self.jobs.len() as u64);
            self.write_alerts(&mut batch);
            self.write_arrivals(&mut batch, &mut down, runtime);
        }
    }

    /// Alerts that the store does not take are in the next batch again.
    fn write_alerts(&self, batch: &mut Batch) {
        if batch.alerts.is_empty() {
            return;
        }
        let records: Vec<_> = batch.alerts.values().cloned().collect();
        match self.store.put_alerts(&records) {
            Ok(()) => batch.alerts.clear(),
            Err(error) => tracing::error!(%error, "alerts cannot be written; trying again"),
        }
    }

    fn write_arrivals(&mut self, batch: &mut Batch, down: &mut Option<Down>, runtime: &Handle) {
        let mut arrivals = std::mem::take(&mut batch.arrivals);
        let senders = std::mem::take(&mut batch.senders);
        batch.events = 0;
        if arrivals.is_empty() {
            return;
        }
        arrivals.iter_mut().for_each(|arrival| self.masks.mask(arrival));
        if let Some(down) = down {
            self.show_only(arrivals, senders, down);
            return;
        }
        let begun_ms = self.clock.steady_ms();
        match self.store.append(&arrivals) {
            Ok(appended) => {
                self.counts.commits.add(1);
                self.counts.commit_ms.add((self.clock.steady_ms() - begun_ms).max(0).unsigned_abs());
                for ((arrival, sender), appended) in arrivals.into_iter().zip(senders).zip(appended) {
                    self.stored(arrival, &sender, &appended);
                }
            }
            Err(error) => {
                tracing::error!(%error, "events cannot be stored; they are shown, and asked for again later");
                self.counts.store_failures.add(1);
                self.counts.store_down.set(1);
                // An arrival without events would prove nothing of the room there is.
                let probe = arrivals.iter().max_by_key(|arrival| arrival.events.len()).cloned();
                let Some(probe) = probe else { return };
                let again = self.waits(runtime);
                let begun = down.insert(Down { probe, owed: BTreeMap::new(), again });
                let _ = self.hall.blocking_send(ToHall::StoreDown(true));
                self.show_only(arrivals, senders, begun);
            }
        }
    }

    /// The moments at which a store that takes nothing is tried again.
    fn waits(&self, runtime: &Handle) -> Interval {
        let _inside = runtime.enter();
        let mut again = interval(self.retry);
        again.set_missed_tick_behavior(MissedTickBehavior::Delay);
        again.reset();
        again
    }

    fn stored(&self, mut arrival: Arrival, sender: &Sender, appended: &Appended) {
        let Sender { answer, came_ms } = sender;
        let Appended { standing, fresh, foreign } = appended;
        let call = arrival.call;
        if *foreign {
            self.counts.refused.add(1);
            let (zh, en) = ("这通电话属于另一个坐席", format!("call {call} belongs to another station"));
            say(answer, Some(FromFloor::Refused { zh: zh.to_owned(), en }));
            return;
        }
        let sent = arrival.events.len();
        let behind_gap = arrival.events.last().is_some_and(|last| last.seq > standing.seq);
        let new = fresh.len() as u64;
        self.counts.events_stored.add(new);
        self.counts.to_store.add(self.clock.steady_ms() - came_ms, fresh.len());
        let not_new = sent as u64 - new;
        let others = if behind_gap { &self.counts.events_behind_gap } else { &self.counts.events_double };
        others.add(not_new);
        let (seq, closed) = (standing.seq, standing.closed);
        let told = if behind_gap {
            FromFloor::Have { call: call.clone(), seq, closed }
        } else {
            FromFloor::Stored { call: call.clone(), seq, closed }
        };
        let events: Vec<_> = arrival.events.drain(fresh.clone()).collect();
        if !events.is_empty() || arrival.closes.is_some() {
            let station = arrival.header.station;
            // Waits while the hall is busy, and stations wait in turn. A hall that is gone needs nothing.
            let closed = closed && arrival.closes.is_some();
            let came_ms = *came_ms;
            let _ = self.hall.blocking_send(ToHall::Events { station, call, events, closed, came_ms });
        }
        say(answer, Some(told));
    }

    /// The view goes on with what cannot be stored; the stations keep it.
    fn show_only(&self, arrivals: Vec<Arrival>, senders: Vec<Sender>, down: &mut Down) {
        for (arrival, Sender { answer, came_ms }) in arrivals.into_iter().zip(senders) {
            say(&answer, None);
            let Arrival { call, header, events, .. } = arrival;
            let station = header.station;
            if down.owed.len() < OWED_MAX {
                down.owed.insert((station, call.clone()), answer);
            }
            if !events.is_empty() {
                let told = ToHall::Events { station, call, events, closed: false, came_ms };
                let _ = self.hall.blocking_send(told);
            }
        }
    }

    fn try_again(&self, down: &mut Option<Down>) {
        let Some(Down { probe, owed, .. }) = down else { return };
        if let Err(error) = self.store.append(std::slice::from_ref(probe)) {
            tracing::warn!(%error, calls = owed.len(), "events still cannot be stored");
            self.counts.store_failures.add(1);
            return;
        }
        tracing::info!(calls = owed.len(), "the store takes events again");
        for ((station, call), answer) in std::mem::take(owed) {
            match self.store.standing(station, &call) {
                Ok(standing) => {
                    let have = FromFloor::Have { call, seq: standing.seq, closed: standing.closed };
                    let _ = answer.try_send(ToStation::Say(have));
                }
                Err(error) => tracing::warn!(%error, call, "cannot be asked for again"),
            }
        }
        *down = None;
        self.counts.store_down.set(0);
        let _ = self.hall.blocking_send(ToHall::StoreDown(false));
    }
}

/// Never waits: a connection has room for the answers to all that it may have under way. One that is gone needs none.
fn say(answer: &mpsc::Sender<ToStation>, told: Option<FromFloor>) {
    let _ = answer.try_send(ToStation::Answer(told));
}
