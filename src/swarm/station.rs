use std::sync::Arc;
use std::time::Duration;

use super::journals::StationJournals;
use super::player::{CallName, Played, Player, Repertoire};
use super::sends::Sends;
use crate::uplink::{Broken, Outbox, Pulse, Told};
use crate::wire::{FromFloor, StationHello, ToFloor};

/// One simulated station: calls from tape, a journal, and the real [`Outbox`]. Sans-IO; times are since the start of the swarm.
///
/// Whoever owns it connects when it [asks](Self::attempt_at), gives it what the floor says, sends what it wants
/// [sent](Self::next_message), and lets it [play](Self::play) when that is [due](Self::play_at).
pub struct Station {
    place: usize,
    player: Player,
    outbox: Outbox,
    journals: StationJournals,
    /// The running call and its newest event that is in the journal.
    running: Option<(String, u64)>,
    /// Calls whose end the floor has confirmed.
    confirmed: u64,
    /// Events that found no room in the journal.
    unkept: u64,
    refusals: u64,
    pulse_at: Duration,
}

impl Station {
    /// Station number `place` (from 0) of a swarm. It tries to connect, and takes its first call, from `begins` on.
    ///
    /// Calls that its journals hold already are over, however they ended, and are offered to the floor.
    pub fn new(
        repertoire: &Arc<Repertoire>,
        place: usize,
        hello: StationHello,
        journals: StationJournals,
        begins: Duration,
    ) -> Self {
        let player = Player::new(Arc::clone(repertoire), place, hello.agent.clone(), begins);
        let mut outbox = Outbox::new(hello, repertoire.seed.wrapping_add(place as u64), begins);
        for (call, last_seq) in journals.calls() {
            outbox.grew(call, last_seq);
            outbox.closed(call, last_seq);
        }
        Self {
            place,
            player,
            outbox,
            journals,
            running: None,
            confirmed: 0,
            unkept: 0,
            refusals: 0,
            pulse_at: begins,
        }
    }

    /// Plays everything that has happened by `now`, and notes in `sends` when each event was in the journal.
    pub fn play(&mut self, now: Duration, wall_ms: i64, sends: &Sends) {
        while let Some(played) = self.player.next(now, wall_ms) {
            match played {
                Played::Ringing(on) => self.outbox.ringing(on),
                Played::Answered(take) => {
                    self.outbox.ringing(false);
                    match self.journals.begin(&take) {
                        Ok(()) => self.running = Some((take.call, 0)),
                        Err(_) => self.running = None,
                    }
                }
                Played::Event(event) => {
                    let kept = self.running.is_some() && self.journals.keep(&event).is_ok();
                    if kept && let Some((call, last_seq)) = &mut self.running {
                        *last_seq = event.seq;
                        self.outbox.grew(call, event.seq);
                        let before = CallName::read(call).map_or(0, |name| name.before);
                        sends.sent(self.place, before + event.seq, now);
                    } else {
                        self.unkept += 1;
                        self.hang_up(sends);
                    }
                }
                Played::Moment(moment) => self.outbox.moment(moment),
                Played::Over => self.hang_up(sends),
            }
        }
    }

    /// No more is played; a running call is cut off.
    pub fn stop(&mut self, sends: &Sends) {
        self.player.stop();
        self.hang_up(sends);
    }

    /// When the next thing is played; none once stopped.
    pub fn play_at(&self) -> Option<Duration> {
        self.player.due_at()
    }

    /// When the connection is to be [felt](Self::pulse).
    pub const fn pulse_at(&self) -> Duration {
        self.pulse_at
    }

    /// When to connect; none while connected.
    pub const fn attempt_at(&self) -> Option<Duration> {
        self.outbox.attempt_at()
    }

    /// A socket is open.
    pub fn connected(&mut self, now: Duration) {
        self.outbox.connected(now);
        self.pulse_at = now;
    }

    /// There is no socket.
    pub fn broken(&mut self, now: Duration, why: Broken) {
        self.outbox.broken(now, why);
    }

    /// A frame that says nothing came, such as a pong.
    pub const fn heard(&mut self, now: Duration) {
        self.outbox.heard(now);
    }

    /// What the floor says.
    pub fn receive(&mut self, now: Duration, message: FromFloor) {
        self.outbox.receive(now, message);
        while let Some(told) = self.outbox.poll_told() {
            match told {
                Told::Confirmed { .. } => self.confirmed += 1,
                Told::Refused { .. } => self.refusals += 1,
                // An agent reads a line at once.
                Told::Note { id, .. } => self.outbox.note_read(id),
                Told::Welcome { .. } | Told::Listen { .. } | Told::Unreadable { .. } => {}
            }
        }
    }

    /// What to send next.
    pub fn next_message(&mut self) -> Option<ToFloor> {
        self.outbox.next_message(&mut self.journals)
    }

    /// What the connection needs.
    pub fn pulse(&mut self, now: Duration) -> Pulse {
        let pulse = self.outbox.pulse(now);
        if let Pulse::Fine { until } = pulse {
            self.pulse_at = until;
        }
        pulse
    }

    /// Whether the floor has confirmed everything.
    pub fn is_settled(&self) -> bool {
        self.outbox.backlog().calls == 0
    }

    /// Events that found no room in the journal: they were never sent.
    pub const fn unkept(&self) -> u64 {
        self.unkept
    }

    /// How often the floor did not take what was sent.
    pub const fn refusals(&self) -> u64 {
        self.refusals
    }

    /// What it has written down.
    pub const fn journals(&self) -> &StationJournals {
        &self.journals
    }

    fn hang_up(&mut self, sends: &Sends) {
        if let Some((call, last_seq)) = self.running.take() {
            sends.call_over(self.place);
            self.outbox.closed(&call, last_seq);
        }
    }
}
