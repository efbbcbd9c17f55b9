//! A room of simulated stations in made time: their real outboxes, a network that breaks, and a floor that is a store.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use callcue::score::Assessment;
use callcue::script::{self, Script};
use callcue::store::sqlite::SqliteStore;
use callcue::store::{Arrival, CallHeader, CallStore, NewStation, PeopleStore};
use callcue::swarm::{Comparison, Pace, Repertoire, Sends, Station, StationJournals, Tape};
use callcue::trial::Random;
use callcue::uplink::Broken;
use callcue::wire::{FromFloor, StationHello, ToFloor};
use callcue::{score, wire};

/// One step of made time.
const TICK: Duration = Duration::from_millis(20);
/// Clock on the wall at the start, ms since 1970.
const WALL_MS: i64 = 1_795_600_000_000;

pub(super) fn repertoire(seed: u64) -> Arc<Repertoire> {
    let script = Arc::new(Script::parse(script::BUNDLED_NAME, script::BUNDLED).unwrap());
    let assessment = Arc::new(Assessment::parse(score::BUNDLED_NAME, score::BUNDLED).unwrap());
    let sample = include_bytes!("../../../config/demo/call.jsonl");
    let tapes = Tape::bundled(sample, &script, &assessment).unwrap();
    Arc::new(Repertoire { tapes, pace: Pace::Rate(2.0), seed, run: "test".to_owned() })
}

pub(super) fn hello(agent: &str) -> StationHello {
    StationHello {
        version: "0.1.0".to_owned(),
        agent: agent.to_owned(),
        script: "test".to_owned(),
        script_sha256: "00".repeat(32),
        model: None,
    }
}

/// A connection: what is under way on it, and whether the floor still listens.
#[derive(Default)]
struct Link {
    up: VecDeque<(Duration, ToFloor)>,
    down: VecDeque<(Duration, FromFloor)>,
}

struct Seat {
    station: Station,
    number: u32,
    link: Option<Link>,
    /// A connection that the station has given up and the floor has not: what is under way still arrives.
    ghost: Option<Link>,
    frozen_until: Duration,
}

/// What goes wrong, each second of made time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Trouble {
    /// Chance that a station's connection breaks, and what was under way is lost.
    pub(super) cut: f64,
    /// Chance that the whole network breaks, and stays away for three minutes.
    pub(super) outage: f64,
    /// Chance that it connects anew while the old connection goes on being heard.
    pub(super) double: f64,
    /// Chance that nothing gets through for ten seconds, both ends believing in the connection.
    pub(super) stall: f64,
    /// Chance that the floor is killed: what it had not stored is gone, and so are all connections.
    pub(super) kill_floor: f64,
    /// Chance that the floor's disk is full for five seconds.
    pub(super) full_disk: f64,
    /// Chance that the floor's clock jumps back by an hour.
    pub(super) clock_back: f64,
}

pub(super) struct Room {
    now: Duration,
    random: Random,
    store: SqliteStore,
    sends: Arc<Sends>,
    seats: Vec<Seat>,
    /// What the floor has taken from sockets and not stored yet.
    batch: Vec<(usize, Arrival)>,
    disk_full_until: Duration,
    away_until: Duration,
    wall_back_ms: i64,
    pub(super) kills: u32,
    pub(super) breaks: u32,
}

impl Room {
    pub(super) fn new(stations: usize, seed: u64) -> Self {
        let repertoire = repertoire(seed);
        // Nothing is recorded, so no folder is made.
        let store = SqliteStore::in_memory(std::path::Path::new("recordings")).unwrap();
        let seat = |place: usize| {
            let number = store
                .enrol(&NewStation {
                    name: format!("desk-{place}"),
                    agent: (2_000 + place).to_string(),
                    agent_name: String::new(),
                    team: "A".to_owned(),
                    token_sha256: place.to_string(),
                    enrolled_ms: WALL_MS,
                })
                .unwrap();
            let journals = StationJournals::in_memory(Arc::clone(&repertoire));
            let hello = hello(&(2_000 + place).to_string());
            let begins = Duration::from_millis(100 * place as u64);
            let station = Station::new(&repertoire, place, hello, journals, begins);
            Seat { station, number, link: None, ghost: None, frozen_until: Duration::ZERO }
        };
        let seats = (0..stations).map(seat).collect();
        Self {
            now: Duration::ZERO,
            random: Random::new(seed),
            store,
            sends: Arc::new(Sends::new(stations, &(Duration::ZERO..Duration::MAX))),
            seats,
            batch: Vec::new(),
            disk_full_until: Duration::ZERO,
            away_until: Duration::ZERO,
            wall_back_ms: 0,
            kills: 0,
            breaks: 0,
        }
    }

    /// Lets `seconds` pass with this trouble.
    pub(super) fn pass(&mut self, seconds: u64, trouble: &Trouble) {
        let end = self.now + Duration::from_secs(seconds);
        while self.now < end {
            if self.now.subsec_millis() == 0 {
                self.make_trouble(trouble);
            }
            self.tick(true);
        }
    }

    /// Stops all stations, and gives them `seconds` without trouble to get everything up.
    pub(super) fn settle(&mut self, seconds: u64) {
        self.seats.iter_mut().for_each(|seat| seat.station.stop(&self.sends));
        let end = self.now + Duration::from_secs(seconds);
        while self.now < end && !self.seats.iter().all(|seat| seat.station.is_settled()) {
            self.tick(false);
        }
    }

    pub(super) fn is_settled(&self) -> bool {
        self.seats.iter().all(|seat| seat.station.is_settled())
    }

    /// The store against the journals.
    pub(super) fn compare(&self) -> Comparison {
        let mut comparison = Comparison::default();
        for seat in &self.seats {
            comparison
                .add(seat.station.journals(), |call| match self.store.events(call, 0, u32::MAX) {
                    Ok(events) => Ok(events),
                    Err(error) if matches!(error.fault, callcue::store::StoreFault::Missing(_)) => Ok(vec![]),
                    Err(error) => Err(error),
                })
                .unwrap();
        }
        comparison
    }

    fn make_trouble(&mut self, trouble: &Trouble) {
        for place in 0..self.seats.len() {
            let (cut, double, stall) = (
                self.random.chance(trouble.cut),
                self.random.chance(trouble.double),
                self.random.chance(trouble.stall),
            );
            let seat = &mut self.seats[place];
            if stall {
                seat.frozen_until = self.now + Duration::from_secs(10);
            }
            if (cut || double)
                && let Some(link) = seat.link.take()
            {
                self.breaks += 1;
                seat.ghost = double.then_some(link);
                seat.station.broken(self.now, Broken::Network);
            }
        }
        if self.random.chance(trouble.outage) && self.away_until <= self.now {
            self.away_until = self.now + Duration::from_secs(180);
            self.break_network();
        }
        if self.random.chance(trouble.kill_floor) {
            self.kill_floor();
        }
        if self.random.chance(trouble.full_disk) {
            self.disk_full_until = self.now + Duration::from_secs(5);
        }
        if self.random.chance(trouble.clock_back) {
            self.wall_back_ms += 3_600_000;
        }
    }

    /// What was under way is lost; what the floor has heard is not.
    fn break_network(&mut self) {
        for seat in &mut self.seats {
            seat.ghost = None;
            if seat.link.take().is_some() {
                self.breaks += 1;
                seat.station.broken(self.now, Broken::Network);
            }
        }
    }

    fn kill_floor(&mut self) {
        self.kills += 1;
        self.batch.clear();
        for seat in &mut self.seats {
            (seat.ghost, seat.frozen_until) = (None, Duration::ZERO);
            if seat.link.take().is_some() {
                seat.station.broken(self.now, Broken::Network);
            }
        }
    }

    fn tick(&mut self, plays: bool) {
        self.now += TICK;
        for place in 0..self.seats.len() {
            self.tick_station(place, plays);
        }
        self.commit();
    }

    fn tick_station(&mut self, place: usize, plays: bool) {
        let now = self.now;
        let wall_ms = WALL_MS + now.as_millis() as i64;
        let seat = &mut self.seats[place];
        if plays {
            seat.station.play(now, wall_ms, &self.sends);
        }
        if seat.station.attempt_at().is_some_and(|at| at <= now) {
            if self.away_until > now {
                seat.station.broken(now, Broken::Network);
            } else {
                seat.station.connected(now);
                seat.link = Some(Link::default());
            }
        }
        if let Some(link) = &mut seat.link {
            while let Some(message) = seat.station.next_message() {
                link.up.push_back((now + self.random.delay(), message));
            }
        }
        if seat.frozen_until > now {
            return;
        }
        // The ghost's words come between those of the connection that replaced it: reordered and doubled.
        let mut heard = Vec::new();
        for link in [&mut seat.ghost, &mut seat.link].into_iter().flatten() {
            while link.up.front().is_some_and(|(at, _)| *at <= now) {
                heard.extend(link.up.pop_front().map(|(_, message)| message));
            }
        }
        let mut told = Vec::new();
        if let Some(link) = &mut seat.link {
            while link.down.front().is_some_and(|(at, _)| *at <= now) {
                told.extend(link.down.pop_front().map(|(_, message)| message));
            }
        }
        told.into_iter().for_each(|message| self.seats[place].station.receive(now, message));
        heard.into_iter().for_each(|message| self.hear(place, message));
    }

    /// What the floor does with a message.
    fn hear(&mut self, place: usize, message: ToFloor) {
        let number = self.seats[place].number;
        match message {
            ToFloor::Hello(_) => self.tell(
                place,
                FromFloor::Welcome { version: String::new(), station: String::new(), agent: String::new() },
            ),
            ToFloor::Offer { calls } => {
                for offer in calls {
                    let standing = self.store.standing(number, &offer.call).unwrap();
                    let (call, seq, closed) = (offer.call, standing.seq, standing.closed);
                    self.tell(place, FromFloor::Have { call, seq, closed });
                }
            }
            ToFloor::Events { events } => {
                let call = events[0].call.clone();
                self.batch.push((place, self.arrival(number, call, events, None)));
            }
            ToFloor::Closed { call, last_seq } => {
                self.batch.push((place, self.arrival(number, call, Vec::new(), Some(last_seq))));
            }
            ToFloor::Moment { .. } | ToFloor::Ringing { .. } | ToFloor::NoteRead { .. } => {}
        }
    }

    fn arrival(
        &self,
        station: u32,
        call: String,
        events: Vec<wire::StampedEvent>,
        closes: Option<u64>,
    ) -> Arrival {
        let text = String::new;
        let header = CallHeader {
            station,
            agent: text(),
            team: "A".to_owned(),
            script: text(),
            script_sha256: text(),
            model: text(),
            engine: text(),
        };
        let received_ms = WALL_MS + self.now.as_millis() as i64 - self.wall_back_ms;
        Arrival { call, header, events, closes, received_ms, is_live: true }
    }

    /// The floor stores what it has, and confirms; with a full disk it keeps what it has and tries again.
    fn commit(&mut self) {
        if self.disk_full_until > self.now || self.batch.is_empty() {
            return;
        }
        let (places, batch): (Vec<usize>, Vec<Arrival>) = std::mem::take(&mut self.batch).into_iter().unzip();
        let appended = self.store.append(&batch).unwrap();
        let mut newest: BTreeMap<(usize, String), FromFloor> = BTreeMap::new();
        for ((place, arrival), appended) in places.into_iter().zip(batch).zip(appended) {
            let (seq, closed) = (appended.standing.seq, appended.standing.closed);
            let first = arrival.events.first().map_or(0, |event| event.seq);
            let call = arrival.call.clone();
            let is_behind_gap = first > seq + 1 || arrival.closes.is_some_and(|closes| closes > seq);
            let answer = if is_behind_gap {
                FromFloor::Have { call, seq, closed }
            } else {
                FromFloor::Stored { call, seq, closed }
            };
            newest.insert((place, arrival.call), answer);
        }
        newest.into_iter().for_each(|((place, _), answer)| self.tell(place, answer));
    }

    fn tell(&mut self, place: usize, message: FromFloor) {
        let at = self.now + self.random.delay();
        if let Some(link) = &mut self.seats[place].link {
            // A socket keeps its order.
            let at = link.down.back().map_or(at, |(last, _)| at.max(*last));
            link.down.push_back((at, message));
        }
    }
}

trait Delay {
    /// Of a room's network: up to a tenth of a second.
    fn delay(&mut self) -> Duration;
}

impl Delay for Random {
    fn delay(&mut self) -> Duration {
        Duration::from_millis(self.below(100) as u64)
    }
}
