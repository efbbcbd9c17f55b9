use std::collections::VecDeque;
use std::time::Duration;

use super::backoff::{Backoff, Waits};
use super::current::Current;
use super::ledger::{Backlog, JournalUnreadable, Journals, Ledger};
use crate::wire::{FromFloor, Moment, StationHello, ToFloor};

/// Quiet of the floor after which it is asked for a sign of life.
const PING_AFTER: Duration = Duration::from_secs(15);
/// Quiet of the floor after which the connection counts as broken: a cable that was pulled tells nobody.
const DEAD_AFTER: Duration = Duration::from_secs(40);
/// A connection that lasts this long was a good one: the next attempt after it comes soon.
const HELD_AFTER: Duration = Duration::from_secs(10);

/// What a station sends to the floor, and when. Sans-IO: it holds no event, no socket and no clock.
///
/// Times are since any fixed moment of the caller's, which never goes back. Whoever owns it:
/// 1. tells it what happens at the station: [`grew`](Self::grew), [`closed`](Self::closed), [`moment`](Self::moment), …;
/// 2. connects at [`attempt_at`](Self::attempt_at), and tells [`connected`](Self::connected) or
///    [`broken`](Self::broken);
/// 3. while connected sends each [`next_message`](Self::next_message), gives it all that the floor says
///    ([`receive`](Self::receive)) and heeds its [`pulse`](Self::pulse);
/// 4. carries out what it is [`told`](Self::poll_told).
#[derive(Debug)]
pub struct Outbox {
    hello: StationHello,
    backoff: Backoff,
    state: State,
    /// When the last welcomed connection ended, or the station started.
    away_since: Duration,
    ledger: Ledger,
    current: Current,
    told: VecDeque<Told>,
    /// Whether somebody listens in or has the call open, as far as this connection has said.
    is_listened: bool,
    is_watched: bool,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Down { attempt_at: Duration },
    Up { since: Duration, heard_at: Duration, pinged_at: Duration, greeted: Greeted },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Greeted {
    HelloDue,
    HelloSent,
    Welcomed,
}

/// What the floor wants of the station, or tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// It knows this station.
    Welcome {
        /// Version of callcue there.
        version: String,
        /// Name of the station there.
        station: String,
        /// The agent's number there.
        agent: String,
    },
    /// It has all events of that call on its disk: it need not be told again, and its recording may be sent.
    Confirmed {
        /// Which.
        call: String,
    },
    /// A lead's line for the agent.
    Note {
        /// Unique.
        id: String,
        /// Name of the lead.
        from: String,
        /// The line.
        text: String,
    },
    /// Who listens in now; said once more, with nobody, when the connection breaks.
    Listen {
        /// Names.
        by: Vec<String>,
    },
    /// It does not take something.
    Refused {
        /// For the agent.
        zh: String,
        /// The same in English.
        en: String,
    },
    /// The journal of a call cannot be read; tried again on the next connection.
    Unreadable {
        /// Which.
        call: String,
        /// Why.
        error: JournalUnreadable,
    },
}

/// Why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// It could not be made, or ended: tried again soon.
    Network,
    /// The floor refuses this station (token, version): tried again slowly.
    Denied,
}

/// How the link is, for the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The floor has welcomed the station.
    Up,
    /// It has not, since then.
    Away {
        /// When the last connection ended, or the station started.
        since: Duration,
    },
}

/// What a connection needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pulse {
    /// Nothing; ask again by then.
    Fine {
        /// When.
        until: Duration,
    },
    /// A ping.
    Ping,
    /// To be closed: the floor has not given a sign of life for too long.
    Dead,
}

impl Outbox {
    /// An outbox of a station that is not connected and has no calls; the first attempt is due at `now`.
    pub fn new(hello: StationHello, seed: u64, now: Duration) -> Self {
        Self::with_backoff(hello, Backoff::new(seed, Waits::default()), now)
    }

    /// The same with other waits.
    pub fn with_backoff(hello: StationHello, backoff: Backoff, now: Duration) -> Self {
        Self {
            hello,
            backoff,
            state: State::Down { attempt_at: now },
            away_since: now,
            ledger: Ledger::default(),
            current: Current::default(),
            told: VecDeque::new(),
            is_listened: false,
            is_watched: false,
        }
    }

    /// Calls are held against another script from now on; told with the next connection.
    pub fn set_script(&mut self, name: String, sha256: String) {
        (self.hello.script, self.hello.script_sha256) = (name, sha256);
    }

    /// The journal of `call` has grown to event `last_seq`, or stands there when the station starts.
    pub fn grew(&mut self, call: &str, last_seq: u64) {
        self.ledger.grew(call, last_seq, self.is_welcomed());
    }

    /// The journal of `call` ends with event `last_seq`: the call is over, or was cut off. An empty one is
    /// [confirmed](Told::Confirmed) at once: there is nothing to tell.
    pub fn closed(&mut self, call: &str, last_seq: u64) {
        if self.ledger.closed(call, last_seq, self.is_welcomed()) {
            self.told.push_back(Told::Confirmed { call: call.to_owned() });
        }
    }

    /// Something of the moment at the station; what the floor does not want now is left out.
    pub fn moment(&mut self, moment: Moment) {
        self.current.moment(moment);
    }

    /// The telephone rings, or has stopped.
    pub fn ringing(&mut self, on: bool) {
        self.current.ringing(on);
    }

    /// The agent has read a lead's line.
    pub fn note_read(&mut self, id: String) {
        self.current.note_read(id);
    }

    /// When to try to connect; none while connected.
    pub const fn attempt_at(&self) -> Option<Duration> {
        match self.state {
            State::Down { attempt_at } => Some(attempt_at),
            State::Up { .. } => None,
        }
    }

    /// A socket is open; nothing has been said on it.
    pub fn connected(&mut self, now: Duration) {
        self.state = State::Up { since: now, heard_at: now, pinged_at: now, greeted: Greeted::HelloDue };
        self.ledger.connected();
        self.current.connected();
    }

    /// The attempt failed, or the connection ended.
    pub fn broken(&mut self, now: Duration, why: Broken) {
        if let State::Up { since, greeted: Greeted::Welcomed, .. } = self.state {
            self.away_since = now;
            if now.saturating_sub(since) >= HELD_AFTER {
                self.backoff.held();
            }
        }
        let wait = match why {
            Broken::Network => self.backoff.after_failure(),
            Broken::Denied => self.backoff.after_denial(),
        };
        self.state = State::Down { attempt_at: now + wait };
        self.current.watch(false);
        self.is_watched = false;
        if std::mem::take(&mut self.is_listened) {
            self.told.push_back(Told::Listen { by: Vec::new() });
        }
    }

    /// Any frame of the floor came, a pong included.
    pub const fn heard(&mut self, now: Duration) {
        if let State::Up { heard_at, .. } = &mut self.state {
            *heard_at = now;
        }
    }

    /// What the connection needs to be known as alive.
    pub fn pulse(&mut self, now: Duration) -> Pulse {
        let State::Up { heard_at, pinged_at, .. } = &mut self.state else {
            return Pulse::Fine { until: now + PING_AFTER };
        };
        if now.saturating_sub(*heard_at) >= DEAD_AFTER {
            return Pulse::Dead;
        }
        let ping_at = *heard_at.max(pinged_at) + PING_AFTER;
        if now >= ping_at {
            *pinged_at = now;
            return Pulse::Ping;
        }
        Pulse::Fine { until: ping_at.min(*heard_at + DEAD_AFTER) }
    }

    /// What the floor says. Before its welcome nothing else counts.
    pub fn receive(&mut self, now: Duration, message: FromFloor) {
        self.heard(now);
        let State::Up { greeted, .. } = &mut self.state else { return };
        if let FromFloor::Welcome { version, station, agent } = message {
            *greeted = Greeted::Welcomed;
            self.told.push_back(Told::Welcome { version, station, agent });
            return;
        }
        if let FromFloor::Refused { zh, en } = message {
            self.told.push_back(Told::Refused { zh, en });
            return;
        }
        if *greeted != Greeted::Welcomed {
            return;
        }
        match message {
            FromFloor::Have { call, seq, closed } => {
                if self.ledger.have(&call, seq, closed) {
                    self.told.push_back(Told::Confirmed { call });
                }
            }
            FromFloor::Stored { call, seq, closed } => {
                if self.ledger.stored(&call, seq, closed) {
                    self.told.push_back(Told::Confirmed { call });
                }
            }
            FromFloor::Note { id, from, text } => self.told.push_back(Told::Note { id, from, text }),
            FromFloor::Watch { on } => {
                self.is_watched = on;
                self.current.watch(on);
            }
            FromFloor::Listen { by } => {
                self.is_listened = !by.is_empty();
                self.told.push_back(Told::Listen { by });
            }
            FromFloor::Welcome { .. } | FromFloor::Refused { .. } => {}
        }
    }

    /// What to send next; none while there is nothing, or the floor must confirm first. Ask again after any input.
    pub fn next_message(&mut self, journals: &mut impl Journals) -> Option<ToFloor> {
        let State::Up { greeted, .. } = &mut self.state else { return None };
        match greeted {
            Greeted::HelloDue => {
                *greeted = Greeted::HelloSent;
                return Some(ToFloor::Hello(self.hello.clone()));
            }
            Greeted::HelloSent => return None,
            Greeted::Welcomed => {}
        }
        let told = &mut self.told;
        let mut unreadable = |call: &str, error| {
            told.push_back(Told::Unreadable { call: call.to_owned(), error });
        };
        // Both are small and bounded: moments are the newest of a handful of things, events fill a window.
        self.current.next().or_else(|| self.ledger.next(journals, &mut unreadable))
    }

    /// What the floor wants done, in order.
    pub fn poll_told(&mut self) -> Option<Told> {
        self.told.pop_front()
    }

    /// Whether the floor has welcomed this station on this connection.
    pub const fn is_welcomed(&self) -> bool {
        matches!(self.state, State::Up { greeted: Greeted::Welcomed, .. })
    }

    /// Whether somebody has the running call open: meters and running words are wanted.
    pub const fn is_watched(&self) -> bool {
        self.is_watched
    }

    /// Whether somebody listens in: sound is wanted.
    pub const fn is_listened(&self) -> bool {
        self.is_listened
    }

    /// How the link is.
    pub const fn link(&self) -> Link {
        if self.is_welcomed() { Link::Up } else { Link::Away { since: self.away_since } }
    }

    /// How much the floor does not have yet.
    pub fn backlog(&self) -> Backlog {
        self.ledger.backlog()
    }
}
