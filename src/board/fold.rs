use std::collections::{BTreeMap, BTreeSet};

use super::agenda::{Agenda, Due};
use super::alerts::{Alerts, NoAlert};
use super::audience::Audience;
use super::changes::Changes;
use super::day::{DayBook, DayFrame, Figures};
use super::desk::{Desk, Seat};
use super::diff;
use crate::call::EventKind;
use crate::wire::{AgentState, AlertCard, AlertKind, Moment, StampedEvent, ToLead};

/// Figures of the day are told at most so often, ms.
const DAY_EVERY_MS: i64 = 3_000;

/// When the floor raises alerts of its own, and when one goes on to the next lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// Nobody has spoken for so long, ms.
    pub long_silence_ms: i64,
    /// The customer has been on hold for so long, ms.
    pub long_hold_ms: i64,
    /// An alert that nobody has acknowledged for so long goes on to the next lead, ms.
    pub acknowledge_ms: i64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { long_silence_ms: 15_000, long_hold_ms: 60_000, acknowledge_ms: 30_000 }
    }
}

/// The floor as it is now.
#[derive(Debug)]
pub struct Board {
    thresholds: Thresholds,
    now_ms: i64,
    desks: BTreeMap<u32, Desk>,
    alerts: Alerts,
    agenda: Agenda,
    /// Stations whose tile may have changed.
    touched: BTreeSet<u32>,
    /// Stations that are gone, with the team that saw them.
    gone: Vec<(String, u32)>,
    day: DayBook,
    /// As it was told last.
    day_shown: DayBook,
    day_changed: bool,
    day_shown_ms: i64,
    version: u64,
}

impl Board {
    /// An empty floor at `now_ms`. Alerts are numbered from the one after `last_alert`.
    pub fn new(thresholds: Thresholds, last_alert: u64, now_ms: i64) -> Self {
        Self {
            thresholds,
            now_ms,
            desks: BTreeMap::new(),
            alerts: Alerts::new(thresholds.acknowledge_ms, last_alert),
            agenda: Agenda::default(),
            touched: BTreeSet::new(),
            gone: Vec::new(),
            day: DayBook::default(),
            day_shown: DayBook::default(),
            day_changed: false,
            day_shown_ms: i64::MIN,
            version: 0,
        }
    }

    /// A station is enrolled, or its record has changed.
    pub fn seat(&mut self, seat: Seat, now_ms: i64) {
        self.advance(now_ms);
        let station = seat.station;
        let desk = self.desks.entry(station).or_insert_with(|| Desk::new(seat.clone(), now_ms));
        if desk.seat.team != seat.team && desk.shown.is_some() {
            self.gone.push((desk.seat.team.clone(), station));
            desk.shown = None;
        }
        desk.seat = seat;
        self.changed(station);
    }

    /// A station is no longer enrolled.
    pub fn unseat(&mut self, station: u32, now_ms: i64) {
        self.advance(now_ms);
        let Some(desk) = self.desks.remove(&station) else { return };
        if let Some((call, _)) = desk.running() {
            self.alerts.call_over(station, call, &mut self.agenda);
        }
        if desk.shown.is_some() {
            self.gone.push((desk.seat.team, station));
        }
        self.agenda.set(Due::LongSilence(station), None);
        self.agenda.set(Due::LongHold(station), None);
        self.touched.remove(&station);
    }

    /// Seats that are known, by number.
    pub fn seats(&self) -> impl Iterator<Item = &Seat> {
        self.desks.values().map(|desk| &desk.seat)
    }

    /// The seat of a station.
    pub fn seat_of(&self, station: u32) -> Option<&Seat> {
        self.desks.get(&station).map(|desk| &desk.seat)
    }

    /// Id of the call that runs at a station.
    pub fn call_of(&self, station: u32) -> Option<&str> {
        self.desks.get(&station)?.running().map(|(id, _)| id)
    }

    /// A station is connected, or no longer. What it said about itself before counts no more.
    pub fn connected(&mut self, station: u32, connected: bool, now_ms: i64) {
        self.at_desk(station, now_ms, |desk| desk.connect(connected));
    }

    /// A station offers a call of which it has events up to number `there`, the floor up to `here`.
    pub fn offered(&mut self, station: u32, call: &str, there: u64, here: u64, now_ms: i64) {
        self.at_desk(station, now_ms, |desk| desk.offer(call, there, here));
    }

    /// The telephone rings, or does no longer.
    pub fn ringing(&mut self, station: u32, on: bool, now_ms: i64) {
        self.at_desk(station, now_ms, |desk| desk.ring(on));
    }

    /// Something of the moment at a station.
    pub fn moment(&mut self, station: u32, moment: &Moment, now_ms: i64) {
        self.at_desk(station, now_ms, |desk| desk.take_moment(moment));
    }

    /// Who listens in to a station, by name.
    pub fn listeners(&mut self, station: u32, names: Vec<String>, now_ms: i64) {
        self.at_desk(station, now_ms, |desk| desk.listeners = names);
    }

    /// The leads who look at the floor, with what each sees: alerts go on among them.
    pub fn leads(&mut self, leads: BTreeMap<String, Audience>, now_ms: i64) {
        self.advance(now_ms);
        self.alerts.set_leads(leads);
    }

    /// An event of a call of that station. An event that was taken in already changes nothing; so does one of a call
    /// whose beginning was never told.
    pub fn event(&mut self, station: u32, event: &StampedEvent, now_ms: i64) {
        self.take(station, event, now_ms, true);
    }

    /// The same for an event from before a restart: its alerts have been raised and its figures counted then.
    pub fn recall(&mut self, station: u32, event: &StampedEvent, now_ms: i64) {
        self.take(station, event, now_ms, false);
    }

    /// Nothing more comes of a call, because its end has come or the station says that it was cut off.
    pub fn closed(&mut self, station: u32, call: &str, now_ms: i64) {
        self.advance(now_ms);
        if let Some(desk) = self.desks.get_mut(&station) {
            desk.forget(call);
            self.alerts.call_over(station, call, &mut self.agenda);
            self.changed(station);
        }
    }

    /// An open alert.
    pub fn alert(&self, id: u64) -> Option<&AlertCard> {
        self.alerts.get(id)
    }

    /// Takes up an alert that was open before a restart.
    pub fn restore_alert(&mut self, card: AlertCard, now_ms: i64) {
        self.advance(now_ms);
        let station = card.station;
        self.alerts.restore(card, &mut self.agenda, self.now_ms);
        self.changed(station);
    }

    /// Somebody has seen an alert and sees to it.
    ///
    /// # Errors
    /// [`NoAlert`] if it is settled or there never was one.
    pub fn acknowledge(&mut self, id: u64, by: &str, now_ms: i64) -> Result<AlertCard, NoAlert> {
        self.advance(now_ms);
        let card = self.alerts.acknowledge(id, by, &mut self.agenda)?;
        self.changed(card.station);
        Ok(card)
    }

    /// Somebody else shall see to an alert.
    ///
    /// # Errors
    /// [`NoAlert`] if it is settled or there never was one.
    pub fn assign(&mut self, id: u64, to: &str, now_ms: i64) -> Result<AlertCard, NoAlert> {
        self.advance(now_ms);
        self.alerts.assign(id, to, &mut self.agenda, self.now_ms)
    }

    /// Begins a day with what is known of it, by team.
    pub fn begin_day(&mut self, frame: DayFrame, teams: BTreeMap<String, Figures>) {
        self.day = DayBook::new(frame, teams);
        self.day_changed = true;
        self.day_shown_ms = i64::MIN;
    }

    /// The day that is counted now.
    pub const fn day_frame(&self) -> &DayFrame {
        &self.day.frame
    }

    /// How often there were [`changes`](Self::changes).
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// The earliest moment at which something falls due; it may turn out to be nothing.
    pub fn next_deadline(&self) -> Option<i64> {
        self.agenda.first_ms()
    }

    /// Lets happen what is due at `now_ms`.
    pub fn advance(&mut self, now_ms: i64) {
        let now_ms = now_ms.max(self.now_ms);
        while let Some((at_ms, due)) = self.agenda.take_due(now_ms) {
            self.now_ms = self.now_ms.max(at_ms);
            match due {
                Due::LongSilence(station) => self.long(station, AlertKind::LongSilence),
                Due::LongHold(station) => self.long(station, AlertKind::LongHold),
                Due::PassOn(id) => {
                    if let Some(station) = self.alerts.pass_on(id, &mut self.agenda, at_ms) {
                        self.touched.insert(station);
                    }
                }
            }
        }
        self.now_ms = now_ms;
    }

    /// Whether [`changes`](Self::changes) may have something to tell at `now_ms`.
    pub fn has_news(&self, now_ms: i64) -> bool {
        !self.touched.is_empty()
            || self.alerts.has_changes()
            || !self.gone.is_empty()
            || self.day_is_due(now_ms)
    }

    /// What has changed since the last call; none if that is nothing.
    pub fn changes(&mut self, now_ms: i64) -> Option<Changes> {
        self.advance(now_ms);
        let mut tiles = Vec::new();
        let mut moved = BTreeMap::new();
        for station in std::mem::take(&mut self.touched) {
            let Some(desk) = self.desks.get_mut(&station) else { continue };
            let tile = desk.tile(self.alerts.passed_on(station));
            let change = match &desk.shown {
                Some(shown) => diff::between(shown, &tile),
                None => {
                    moved.insert(station, tile.team.clone());
                    Some(diff::whole(&tile))
                }
            };
            if let Some(change) = change {
                tiles.push((tile.team.clone(), change));
                desk.shown = Some(tile);
            }
        }
        let day = self.day_is_due(self.now_ms).then(|| {
            self.day_changed = false;
            self.day_shown_ms = self.now_ms;
            self.day_shown = self.day.clone();
            self.day.clone()
        });
        let (alerts, gone) = (self.alerts.take_changes(), std::mem::take(&mut self.gone));
        if tiles.is_empty() && alerts.is_empty() && gone.is_empty() && day.is_none() {
            return None;
        }
        self.version += 1;
        Some(Changes { version: self.version, now_ms: self.now_ms, tiles, gone, alerts, day, moved })
    }

    /// All that [`changes`](Self::changes) has told so far, for an audience.
    pub fn snapshot(&self, audience: &Audience) -> ToLead {
        let shown = self.desks.values().filter_map(|desk| desk.shown.as_ref());
        let tiles = shown.filter(|tile| audience.sees(&tile.team)).cloned().collect();
        let alerts = self.alerts.open().filter(|card| audience.sees(&card.team)).cloned().collect();
        ToLead::Floor { now_ms: self.now_ms, tiles, alerts, day: self.day_shown.day(audience) }
    }

    fn day_is_due(&self, now_ms: i64) -> bool {
        self.day_changed && now_ms >= self.day_shown_ms.saturating_add(DAY_EVERY_MS)
    }

    fn at_desk(&mut self, station: u32, now_ms: i64, change: impl FnOnce(&mut Desk)) {
        self.advance(now_ms);
        if let Some(desk) = self.desks.get_mut(&station) {
            change(desk);
            self.changed(station);
        }
    }

    fn take(&mut self, station: u32, event: &StampedEvent, now_ms: i64, fresh: bool) {
        self.advance(now_ms);
        let now_ms = self.now_ms;
        let Some(desk) = self.desks.get_mut(&station) else { return };
        desk.have(&event.call, event.seq);
        let Some(call) = desk.call_of(event, now_ms) else {
            self.changed(station);
            return;
        };
        call.take(event, now_ms);
        let answered_ms = call.answered_ms;
        let team = desk.seat.team.clone();
        if fresh {
            self.count(&team, event, answered_ms);
        }
        match &event.event.kind {
            EventKind::Alert { rule, to, text } if fresh && to == "lead" => {
                self.raise(station, &event.call, event.event.at_ms, AlertKind::Rule, rule, text);
            }
            EventKind::CallEnded { .. } => {
                self.alerts.call_over(station, &event.call, &mut self.agenda);
            }
            EventKind::Summary { .. } => {
                if let Some(desk) = self.desks.get_mut(&station) {
                    desk.forget(&event.call);
                }
                self.alerts.call_over(station, &event.call, &mut self.agenda);
            }
            _ => {}
        }
        self.changed(station);
    }

    /// Takes an event into the figures of the day that its call was answered on.
    fn count(&mut self, team: &str, event: &StampedEvent, answered_ms: i64) {
        if !self.day.frame.contains(answered_ms) {
            return;
        }
        let hour = self.day.frame.hour(answered_ms);
        match &event.event.kind {
            EventKind::CallStarted { .. } => {
                let figures = self.day.of(team);
                figures.calls += 1;
                figures.calls_by_hour[hour] += 1;
            }
            EventKind::Flag { rule, .. } => {
                let figures = self.day.of(team);
                *figures.broken.entry(rule.clone()).or_default() += 1;
                figures.flags_by_hour[hour] += 1;
            }
            EventKind::Summary { due, met, .. } => {
                let figures = self.day.of(team);
                figures.due = figures.due.saturating_add(*due);
                figures.met = figures.met.saturating_add(*met);
            }
            _ => return,
        }
        self.day_changed = true;
    }

    /// A silence or a hold has lasted for long; it may be over by now.
    fn long(&mut self, station: u32, kind: AlertKind) {
        let Some(desk) = self.desks.get_mut(&station) else { return };
        let wanted = if kind == AlertKind::LongHold { AgentState::Hold } else { AgentState::Silence };
        if desk.state() != wanted {
            return;
        }
        let Some(call) = desk.running_mut() else { return };
        let (told, threshold_ms, what) = match kind {
            AlertKind::LongHold => (&mut call.told.hold, self.thresholds.long_hold_ms, "客户已等待"),
            _ => (&mut call.told.silence, self.thresholds.long_silence_ms, "双方已静默"),
        };
        if std::mem::replace(told, true) {
            return;
        }
        let at_ms = (self.now_ms - call.since_ms).max(0).cast_unsigned();
        let Some((id, _)) = desk.running() else { return };
        let (id, text) = (id.to_owned(), format!("{what} {} 秒", threshold_ms / 1_000));
        self.raise(station, &id, at_ms, kind, "", &text);
    }

    fn raise(&mut self, station: u32, call: &str, at_ms: u64, kind: AlertKind, rule: &str, text: &str) {
        let Some(desk) = self.desks.get(&station) else { return };
        let card = AlertCard {
            id: 0,
            station,
            agent: desk.seat.agent.clone(),
            team: desk.seat.team.clone(),
            call: call.to_owned(),
            at_ms,
            rule: rule.to_owned(),
            kind,
            text: text.to_owned(),
            raised_ms: self.now_ms,
            assigned_to: String::new(),
            passed_on: 0,
            acknowledged_by: String::new(),
            settled: false,
        };
        self.alerts.raise(card, &mut self.agenda, self.now_ms);
        self.touched.insert(station);
    }

    /// Looks at a desk after anything has changed there: its state, and what falls due.
    fn changed(&mut self, station: u32) {
        let Some(desk) = self.desks.get_mut(&station) else { return };
        desk.settle_state(self.now_ms);
        let (mut silence, mut hold) = (None, None);
        if let Some((_, call)) = desk.running() {
            if desk.state() == AgentState::Silence && !call.told.silence {
                silence = call.silence.map(|silence| silence.since_ms + self.thresholds.long_silence_ms);
            }
            if desk.state() == AgentState::Hold && !call.told.hold {
                hold = call.hold_since_ms.map(|since_ms| since_ms + self.thresholds.long_hold_ms);
            }
        }
        self.agenda.set(Due::LongSilence(station), silence);
        self.agenda.set(Due::LongHold(station), hold);
        self.touched.insert(station);
    }
}
