use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::ws::Utf8Bytes;
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::time::{Duration, MissedTickBehavior, interval};

use super::clock::FloorClock;
use super::counts::Counts;
use super::frames::encode;
use super::lead_requests::Notes;
use super::listening::Listeners;
use super::messages::{ForLead, Job, ToHall, ToStation};
use crate::board::{Audience, Board, Seat};
use crate::store::{AlertRecord, Role, StationRow, UserRow};
use crate::wire::{FromFloor, Moment, StampedEvent, ToLead};

/// Frames of the floor that a slow page may be behind, some two seconds; then it gets the whole floor anew.
const RING: usize = 20;
/// Alerts whose newest state waits for the writer; more come only with a store that has been down for long.
const UNSAVED_MAX: usize = 10_000;

/// The owner of the board, and of everything that is between stations and leads.
pub(super) struct Hall {
    pub(super) board: Board,
    pub(super) clock: Arc<dyn FloorClock>,
    pub(super) counts: Arc<Counts>,
    pub(super) jobs: mpsc::Sender<Job>,
    pub(super) links: BTreeMap<u32, Link>,
    pub(super) leads: BTreeMap<u64, Lead>,
    pub(super) listeners: Listeners,
    pub(super) notes: Notes,
    rings: BTreeMap<Audience, Ring>,
    /// Events that leads have not been told of, how many and since when: as many as come between two frames.
    untold: Vec<(i64, usize)>,
    /// Alerts that the writer has not been given yet.
    unsaved: BTreeMap<u64, AlertRecord>,
}

/// The connection of a station.
pub(super) struct Link {
    connection: u64,
    outbox: mpsc::Sender<ToStation>,
    /// Dropped with it, it ends the connection.
    _end: oneshot::Sender<()>,
    watched: bool,
}

/// A page of a lead.
pub(super) struct Lead {
    pub(super) user: Arc<UserRow>,
    pub(super) audience: Audience,
    pub(super) outbox: mpsc::Sender<ForLead>,
    /// Set when an event of the open call did not fit into the outbox.
    is_behind: Arc<AtomicBool>,
    open: Option<(u32, Arc<str>)>,
}

/// Frames for those with the same audience.
struct Ring {
    frames: broadcast::Sender<Utf8Bytes>,
    /// The whole floor as of a version.
    whole: Option<(u64, Utf8Bytes)>,
}

impl Hall {
    pub(super) fn new(
        board: Board,
        clock: Arc<dyn FloorClock>,
        counts: Arc<Counts>,
        jobs: mpsc::Sender<Job>,
    ) -> Self {
        Self {
            board,
            counts,
            jobs,
            links: BTreeMap::new(),
            leads: BTreeMap::new(),
            listeners: Listeners::default(),
            notes: Notes::new(clock.wall_ms()),
            clock,
            rings: BTreeMap::new(),
            untold: Vec::new(),
            unsaved: BTreeMap::new(),
        }
    }

    /// Takes in what comes until it is told to stop.
    pub(super) async fn run(mut self, mut inbox: mpsc::Receiver<ToHall>, publish: Duration) {
        let mut tick = interval(publish);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                told = inbox.recv() => match told {
                    Some(ToHall::Stop { done }) => {
                        self.publish();
                        self.save_alerts();
                        let _ = done.send(());
                        return;
                    }
                    Some(told) => self.take(told),
                    None => return,
                },
                _ = tick.tick() => self.publish(),
            }
        }
    }

    fn take(&mut self, told: ToHall) {
        let now_ms = self.clock.steady_ms();
        match told {
            ToHall::StationCame { row, connection, outbox, end } => {
                self.board.seat(seat(&row), now_ms);
                self.board.connected(row.station, true, now_ms);
                let link = Link { connection, outbox, _end: end, watched: false };
                self.links.insert(row.station, link);
                self.tell_listeners(row.station);
                self.tell_watched(row.station);
            }
            ToHall::StationLeft { station, connection } => {
                if self.is_newest(station, connection) {
                    self.links.remove(&station);
                    self.board.connected(station, false, now_ms);
                }
            }
            ToHall::Moment { station, connection, moment } => {
                if self.is_newest(station, connection) {
                    self.board.moment(station, &moment, now_ms);
                    self.moment_to_leads(station, moment);
                }
            }
            ToHall::Ringing { station, connection, on } => {
                if self.is_newest(station, connection) {
                    self.board.ringing(station, on, now_ms);
                }
            }
            ToHall::Offered { station, calls } => {
                for (call, there, here) in calls {
                    self.board.offered(station, &call, there, here, now_ms);
                }
            }
            ToHall::NoteRead { station, id } => self.note_read(station, &id),
            ToHall::Sound { station, connection, frame } => {
                if self.is_newest(station, connection) {
                    self.listeners.hand_on(station, frame);
                }
            }
            ToHall::Events { station, call, events, closed, came_ms } => {
                self.untold.push((came_ms, events.len()));
                events.iter().for_each(|event| self.event(station, event, now_ms));
                if closed {
                    self.board.closed(station, &call, now_ms);
                }
                if self.listeners.end_of_call(station, self.board.call_of(station)) {
                    self.tell_listeners(station);
                }
            }
            ToHall::Enrolled(rows) => self.enrolled(&rows, now_ms),
            ToHall::StoreDown(down) => self.tell_store_down(down),
            ToHall::LeadCame { lead, user, audience, outbox, is_behind } => {
                self.leads.insert(lead, Lead { user, audience, outbox, is_behind, open: None });
                self.tell_board_of_leads(now_ms);
            }
            ToHall::LeadLeft { lead } => self.lead_left(lead, now_ms),
            ToHall::Look { audience, answer } => {
                let _ = answer.send(self.look(audience));
            }
            ToHall::Open { lead, station, call } => self.open(lead, Some((station, call))),
            ToHall::Close { lead } => self.open(lead, None),
            ToHall::Request { lead, request, answer } => {
                let _ = answer.send(self.request(lead, request));
            }
            ToHall::Alerts { audience, answer } => {
                let ToLead::Floor { alerts, .. } = self.board.snapshot(&audience) else { return };
                let _ = answer.send(encode(&alerts));
            }
            ToHall::Stop { .. } => {}
        }
    }

    fn event(&mut self, station: u32, event: &StampedEvent, now_ms: i64) {
        self.board.event(station, event, now_ms);
        let mut frame = None;
        for lead in self.leads.values() {
            let Some((_, call)) = lead.open.as_ref().filter(|(_, call)| **call == *event.call) else {
                continue;
            };
            let frame = frame.get_or_insert_with(|| encode(&ToLead::CallEvent { event: event.clone() }));
            // What does not fit in is read from the store by the page's own task.
            let told = lead.outbox.try_send(ForLead::Event {
                seq: event.seq,
                call: call.clone(),
                frame: frame.clone(),
            });
            if told.is_err() {
                lead.is_behind.store(true, Ordering::Release);
            }
        }
    }

    fn moment_to_leads(&self, station: u32, moment: Moment) {
        let at_station = |lead: &&Lead| lead.open.as_ref().is_some_and(|(open, _)| *open == station);
        let Some(running) = self.board.call_of(station) else { return };
        let mut leads = self.leads.values().filter(at_station).peekable();
        if leads.peek().is_none() {
            return;
        }
        let frame = encode(&ToLead::CallMoment { call: running.to_owned(), moment });
        for lead in leads.filter(|lead| lead.open.as_ref().is_some_and(|(_, call)| **call == *running)) {
            if lead.outbox.try_send(ForLead::Frame(frame.clone())).is_err() {
                self.counts.moments_dropped.add(1);
            }
        }
    }

    /// Tells leads what has changed; keeps what has become of alerts.
    fn publish(&mut self) {
        let now_ms = self.clock.steady_ms();
        let wall_ms = self.clock.wall_ms();
        if wall_ms >= self.board.day_frame().to_ms {
            self.board.begin_day(self.clock.day(wall_ms), BTreeMap::new());
        }
        self.board.advance(now_ms);
        if self.board.has_news(now_ms)
            && let Some(changes) = self.board.changes(now_ms)
        {
            for card in &changes.alerts {
                self.keep_alert(card.clone(), wall_ms);
            }
            self.rings.retain(|_, ring| ring.frames.receiver_count() > 0);
            for (audience, ring) in &mut self.rings {
                ring.whole = None;
                if let Some(told) = changes.for_audience(audience) {
                    self.counts.frames.add(1);
                    // An error is that everybody has just left.
                    let _ = ring.frames.send(encode(&told));
                }
            }
        }
        let told_ms = self.clock.steady_ms();
        for (came_ms, events) in self.untold.drain(..).filter(|_| !self.rings.is_empty()) {
            self.counts.to_leads.add(told_ms - came_ms, events);
        }
        self.save_alerts();
    }

    fn keep_alert(&mut self, card: crate::wire::AlertCard, wall_ms: i64) {
        if card.passed_on == 0 && !card.settled && card.assigned_to.is_empty() {
            self.counts.alerts.add(1);
        }
        if self.unsaved.len() < UNSAVED_MAX || self.unsaved.contains_key(&card.id) {
            let settled_ms = card.settled.then_some(wall_ms);
            self.unsaved.insert(card.id, AlertRecord { card, settled_ms });
        }
    }

    fn save_alerts(&mut self) {
        if self.unsaved.is_empty() {
            return;
        }
        if let Ok(place) = self.jobs.try_reserve() {
            place.send(Job::Alerts(std::mem::take(&mut self.unsaved).into_values().collect()));
        }
    }

    fn look(&mut self, audience: Audience) -> (Utf8Bytes, broadcast::Receiver<Utf8Bytes>) {
        // What is not told yet belongs into the whole, not behind it.
        self.publish();
        let version = self.board.version();
        let whole = || encode(&self.board.snapshot(&audience));
        let ring = self
            .rings
            .entry(audience.clone())
            .or_insert_with(|| Ring { frames: broadcast::Sender::new(RING), whole: None });
        let frame = match &ring.whole {
            Some((of, frame)) if *of == version => frame.clone(),
            _ => whole(),
        };
        ring.whole = Some((version, frame.clone()));
        (frame, ring.frames.subscribe())
    }

    fn open(&mut self, lead: u64, call: Option<(u32, String)>) {
        let Some(seat) = self.leads.get_mut(&lead) else { return };
        let call = call.map(|(station, call)| (station, call.into()));
        let before = std::mem::replace(&mut seat.open, call).map(|(station, _)| station);
        let now = seat.open.as_ref().map(|(station, _)| *station);
        before.into_iter().chain(now).for_each(|station| self.tell_watched(station));
    }

    fn lead_left(&mut self, lead: u64, now_ms: i64) {
        self.open(lead, None);
        for station in self.listeners.of(lead) {
            self.listen_no_more(lead, station);
        }
        self.leads.remove(&lead);
        self.tell_board_of_leads(now_ms);
    }

    /// Alerts go on among those whose work it is.
    fn tell_board_of_leads(&mut self, now_ms: i64) {
        let leads = self.leads.values().filter(|lead| lead.user.role == Role::Lead);
        let leads = leads.map(|lead| (lead.user.name.clone(), lead.audience.clone())).collect();
        self.board.leads(leads, now_ms);
    }

    fn enrolled(&mut self, rows: &[StationRow], now_ms: i64) {
        let good: BTreeMap<u32, Seat> =
            rows.iter().filter(|row| row.revoked_ms.is_none()).map(|row| (row.station, seat(row))).collect();
        let revoked: Vec<u32> = self
            .board
            .seats()
            .map(|seat| seat.station)
            .filter(|station| !good.contains_key(station))
            .collect();
        for station in revoked {
            self.links.remove(&station);
            self.board.unseat(station, now_ms);
        }
        for (station, seat) in good {
            if self.board.seat_of(station) != Some(&seat) {
                self.board.seat(seat, now_ms);
            }
        }
    }

    /// Every lead learns that what is shown is not kept for the moment.
    fn tell_store_down(&self, down: bool) {
        let (zh, en) = if down {
            (
                "服务器无法写入数据（磁盘可能已满）：画面继续更新，数据暂存在各坐席电脑上",
                "the floor cannot store events; stations keep them",
            )
        } else {
            (
                "服务器已恢复写入，各坐席正在补传",
                "the floor stores events again; stations send what is missing",
            )
        };
        let frame = encode(&ToLead::Refused { zh: zh.to_owned(), en: en.to_owned() });
        for lead in self.leads.values() {
            let _ = lead.outbox.try_send(ForLead::Frame(frame.clone()));
        }
    }

    fn is_newest(&self, station: u32, connection: u64) -> bool {
        self.links.get(&station).is_some_and(|link| link.connection == connection)
    }

    /// Says something to a station; false if it is not there or takes nothing.
    pub(super) fn say(&mut self, station: u32, told: FromFloor) -> bool {
        let Some(link) = self.links.get(&station) else { return false };
        let said = link.outbox.try_send(ToStation::Say(told)).is_ok();
        if !said {
            // It does not read: its connection is of no use.
            tracing::warn!(station, "a station does not take what it is told; its connection ends");
            self.links.remove(&station);
            self.board.connected(station, false, self.clock.steady_ms());
        }
        said
    }

    pub(super) fn tell_listeners(&mut self, station: u32) {
        let by = self.listeners.names(station);
        self.board.listeners(station, by.clone(), self.clock.steady_ms());
        self.say(station, FromFloor::Listen { by });
    }

    fn tell_watched(&mut self, station: u32) {
        let at_station = |lead: &Lead| lead.open.as_ref().is_some_and(|(open, _)| *open == station);
        let on = self.leads.values().any(at_station);
        let Some(link) = self.links.get_mut(&station) else { return };
        if std::mem::replace(&mut link.watched, on) != on {
            self.say(station, FromFloor::Watch { on });
        }
    }
}

pub(super) fn seat(row: &StationRow) -> Seat {
    Seat {
        station: row.station,
        agent: row.enrolled.agent.clone(),
        name: row.enrolled.agent_name.clone(),
        team: row.enrolled.team.clone(),
    }
}
