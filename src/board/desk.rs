use std::collections::BTreeMap;

use super::running::RunningCall;
use super::urgency::{Needs, urgency};
use crate::wire::{AgentState, Moment, Severity, StampedEvent, Tile, TileNotice};

/// Calls of a station that are followed at a time: the one that runs, and those whose rest comes late.
const CALLS_MAX: usize = 8;
/// Lines that a station may say about itself.
const NOTICES_MAX: usize = 32;
/// Characters of such a line, and of its key.
const NOTICE_CHARS_MAX: usize = 120;
/// Characters of a cue on a tile.
const CUE_CHARS_MAX: usize = 60;

/// Who sits where, as the floor has enrolled it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seat {
    /// Number of the station.
    pub station: u32,
    /// The agent's number.
    pub agent: String,
    /// The agent's name, may be empty.
    pub name: String,
    /// The team.
    pub team: String,
}

/// One station.
#[derive(Debug, Default)]
pub(super) struct Desk {
    pub(super) seat: Seat,
    pub(super) connected: bool,
    ringing: bool,
    calls: BTreeMap<String, RunningCall>,
    /// The call that was answered last.
    current: Option<String>,
    lag_ms: u64,
    notices: BTreeMap<String, TileNotice>,
    /// Calls that the station has offered: number of the newest event there, and of the newest here.
    offered: BTreeMap<String, (u64, u64)>,
    pub(super) listeners: Vec<String>,
    state: AgentState,
    state_since_ms: i64,
    /// As it was told last.
    pub(super) shown: Option<Tile>,
}

impl Desk {
    pub(super) fn new(seat: Seat, now_ms: i64) -> Self {
        Self { seat, state_since_ms: now_ms, ..Self::default() }
    }

    pub(super) fn connect(&mut self, connected: bool) {
        self.connected = connected;
        self.ringing = false;
        self.lag_ms = 0;
        self.notices.clear();
        if let Some(call) = self.current_mut() {
            call.speaking = Default::default();
        }
        if connected {
            self.offered.clear();
        }
    }

    pub(super) const fn ring(&mut self, on: bool) {
        self.ringing = on;
    }

    /// The call that runs; none between calls.
    pub(super) fn running(&self) -> Option<(&str, &RunningCall)> {
        let id = self.current.as_deref()?;
        self.calls.get(id).filter(|call| !call.over).map(|call| (id, call))
    }

    pub(super) fn running_mut(&mut self) -> Option<&mut RunningCall> {
        self.current_mut().filter(|call| !call.over)
    }

    fn current_mut(&mut self) -> Option<&mut RunningCall> {
        self.calls.get_mut(self.current.as_deref()?)
    }

    /// The call of an event, if the event is new and belongs to a call that is followed. A call is followed from its first event.
    pub(super) fn call_of(&mut self, event: &StampedEvent, now_ms: i64) -> Option<&mut RunningCall> {
        if !self.calls.contains_key(&event.call) {
            if event.seq != 1 {
                return None;
            }
            self.begin(event, now_ms);
        }
        self.calls.get_mut(&event.call).filter(|call| event.seq > call.seq)
    }

    fn begin(&mut self, first: &StampedEvent, now_ms: i64) {
        let call = RunningCall::new(first, now_ms);
        if self.running().is_none_or(|(_, running)| running.answered_ms <= call.answered_ms) {
            self.current = Some(first.call.clone());
            self.ringing = false;
        }
        self.calls.insert(first.call.clone(), call);
        while self.calls.len() > CALLS_MAX {
            let oldest = self.calls.iter().min_by_key(|(_, call)| call.answered_ms).map(|(id, _)| id.clone());
            oldest.map(|oldest| self.calls.remove(&oldest));
        }
    }

    /// Nothing more comes of a call.
    pub(super) fn forget(&mut self, call: &str) {
        self.calls.remove(call);
        self.offered.remove(call);
        if self.current.as_deref() == Some(call) {
            // The newest of those that still run.
            let running = self.calls.iter().filter(|(_, call)| !call.over);
            self.current = running.max_by_key(|(_, call)| call.answered_ms).map(|(id, _)| id.clone());
        }
    }

    pub(super) fn offer(&mut self, call: &str, there: u64, here: u64) {
        if there > here && self.offered.len() < 4 * CALLS_MAX {
            self.offered.insert(call.to_owned(), (there, here));
        } else {
            self.offered.remove(call);
        }
    }

    /// The floor has a call up to here.
    pub(super) fn have(&mut self, call: &str, seq: u64) {
        if let Some((there, here)) = self.offered.get_mut(call) {
            *here = seq.max(*here);
            if here >= there {
                self.offered.remove(call);
            }
        }
    }

    pub(super) fn take_moment(&mut self, moment: &Moment) {
        match moment {
            Moment::Levels { .. } => {
                if let Some(call) = self.running_mut() {
                    call.take_moment(moment);
                }
            }
            Moment::Lag { text_ms } => self.lag_ms = *text_ms,
            Moment::Notice { key, zh, .. } if zh.is_empty() => {
                self.notices.remove(key);
            }
            Moment::Notice { key, severity, zh, .. } => {
                let has_room = self.notices.len() < NOTICES_MAX && key.len() <= NOTICE_CHARS_MAX;
                if has_room || self.notices.contains_key(key) {
                    let zh = zh.chars().take(NOTICE_CHARS_MAX).collect();
                    self.notices.insert(key.clone(), TileNotice { severity: *severity, zh });
                }
            }
            // The others are for the station's own page.
            _ => {}
        }
    }

    /// Takes the state anew, after anything has changed.
    pub(super) fn settle_state(&mut self, now_ms: i64) {
        let (state, since_ms) = self.find_state(now_ms);
        if state != self.state {
            (self.state, self.state_since_ms) = (state, since_ms);
        }
    }

    fn find_state(&self, now_ms: i64) -> (AgentState, i64) {
        let call = self.running().map(|(_, call)| call);
        let state = match call {
            _ if !self.connected => AgentState::Offline,
            None if self.ringing => AgentState::Ringing,
            None => AgentState::Free,
            Some(RunningCall { hold_since_ms: Some(since_ms), .. }) => return (AgentState::Hold, *since_ms),
            Some(call) if call.muted => AgentState::Muted,
            Some(call) if call.is_waiting() => AgentState::Waiting,
            Some(RunningCall { silence: Some(silence), .. }) => {
                return (AgentState::Silence, silence.since_ms);
            }
            Some(_) => AgentState::Talking,
        };
        (state, now_ms)
    }

    pub(super) const fn state(&self) -> AgentState {
        self.state
    }

    pub(super) fn tile(&self, alert_passed_on: Option<u32>) -> Tile {
        let Seat { station, agent, name, team } = self.seat.clone();
        let notice = self.notices.values().max_by_key(|notice| gravity(notice.severity)).cloned();
        let mut needs = Needs {
            alert_passed_on,
            alarm: notice.as_ref().is_some_and(|notice| notice.severity == Severity::Alarm),
            ..Needs::default()
        };
        let behind = self.offered.values().fold(0_u64, |sum, (there, here)| sum.saturating_add(there - here));
        let mut tile = Tile {
            station,
            agent,
            name,
            team,
            state: self.state,
            state_since_ms: self.state_since_ms,
            lag_ms: self.lag_ms,
            behind,
            listeners: self.listeners.clone(),
            notice,
            ..Tile::default()
        };
        if let Some((id, call)) = self.running() {
            needs.flags_grave = call.flags_grave;
            needs.flags_light = call.flags_light;
            needs.silence_ms =
                call.silence.filter(|_| self.state == AgentState::Silence).map(|silence| silence.length_ms);
            needs.deaf = call.any_lost() || !self.connected;
            needs.on_hold = call.hold_since_ms.is_some();
            show_call(&mut tile, id, call);
        }
        tile.urgency = urgency(&needs);
        tile
    }
}

fn show_call(tile: &mut Tile, id: &str, call: &RunningCall) {
    id.clone_into(&mut tile.call);
    tile.call_since_ms = call.since_ms;
    tile.seq = call.seq;
    tile.speaking = call.speaking;
    tile.flags_grave = call.flags_grave;
    tile.flags_light = call.flags_light;
    tile.flag_rule.clone_from(&call.flag_rule);
    if let Some((rule, text)) = call.cue() {
        rule.clone_into(&mut tile.cue_rule);
        tile.cue_text = text.chars().take(CUE_CHARS_MAX).collect();
    }
    tile.talk_share_pct = call.talk_share_pct();
    call.lost().clone_into(&mut tile.audio_lost);
}

const fn gravity(severity: Severity) -> u8 {
    match severity {
        Severity::Info => 0,
        Severity::Warning => 1,
        Severity::Alarm => 2,
    }
}
