use std::collections::BTreeSet;

use crate::call::{Channel, EventKind, PerChannel};
use crate::wire::{Moment, Speaking, StampedEvent};

/// Cues open at a time; more come only from a fault.
const CUES_MAX: usize = 64;
/// Waits open at a time; more come only from a fault.
const WAITS_MAX: usize = 64;
/// The call's clock is set right when it is wrong by more than this, so that tiles do not flicker.
const CLOCK_STEP_MS: i64 = 1_000;
/// No call is longer: what lies behind is a fault of the station.
const CALL_MAX_MS: u64 = 86_400_000;
/// Points from which on a flag is grave.
const GRAVE_POINTS: i32 = -5;

/// One call, as far as a tile shows it.
#[derive(Clone, Debug)]
pub(super) struct RunningCall {
    /// When it was answered by the station's clock: what day it belongs to.
    pub(super) answered_ms: i64,
    /// When it was answered by the floor's clock, as near as is known.
    pub(super) since_ms: i64,
    pub(super) seq: u64,
    pub(super) hold_since_ms: Option<i64>,
    pub(super) muted: bool,
    pub(super) silence: Option<Silence>,
    waits: BTreeSet<(String, u32)>,
    pub(super) flags_grave: u32,
    pub(super) flags_light: u32,
    pub(super) flag_rule: String,
    cues: Vec<OpenCue>,
    spoken_ms: PerChannel<u64>,
    lost: PerChannel<bool>,
    pub(super) speaking: Speaking,
    /// The alert of this silence, of this hold, has been raised.
    pub(super) told: Told,
    /// `call_ended` has come; a summary follows.
    pub(super) over: bool,
}

/// A silence that runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Silence {
    /// Audio time of its start.
    from_ms: u64,
    /// The same by the floor's clock.
    pub(super) since_ms: i64,
    /// As the station has told it last.
    pub(super) length_ms: u64,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    pub(super) silence: bool,
    pub(super) hold: bool,
}

#[derive(Clone, Debug)]
struct OpenCue {
    id: String,
    rule: String,
    text: String,
    priority: u8,
}

impl RunningCall {
    pub(super) fn new(started: &StampedEvent, now_ms: i64) -> Self {
        let answered = started.wall.parse::<jiff::Timestamp>();
        Self {
            answered_ms: answered.map_or(now_ms, |wall| wall.as_millisecond()),
            since_ms: now_ms,
            seq: 0,
            hold_since_ms: None,
            muted: false,
            silence: None,
            waits: BTreeSet::new(),
            flags_grave: 0,
            flags_light: 0,
            flag_rule: String::new(),
            cues: Vec::new(),
            spoken_ms: PerChannel::default(),
            lost: PerChannel::default(),
            speaking: Speaking::Nobody,
            told: Told::default(),
            over: false,
        }
    }

    /// Takes in an event. It is new: nothing was taken in with its number or a higher one.
    pub(super) fn take(&mut self, event: &StampedEvent, now_ms: i64) {
        self.seq = event.seq;
        let at_ms = event.event.at_ms;
        let answered = now_ms - length(at_ms);
        if answered < self.since_ms - CLOCK_STEP_MS {
            self.since_ms = answered;
        }
        match &event.event.kind {
            EventKind::Silence { since_ms, length_ms } if !self.any_lost() => {
                self.silence_runs(*since_ms, *length_ms, now_ms);
            }
            EventKind::Transcript { channel, from_ms, to_ms, r#final, .. } => {
                if *r#final {
                    self.spoken_ms[*channel] += to_ms.saturating_sub(*from_ms).min(CALL_MAX_MS);
                }
                // Words of speech before the silence may come late.
                if self.silence.is_some_and(|silence| *from_ms >= silence.from_ms) {
                    self.silence_ends();
                }
            }
            EventKind::Cue { .. } => self.open_cue(&event.event.kind),
            EventKind::CueDone { id, .. } => self.cues.retain(|cue| cue.id != *id),
            EventKind::WaitStarted { rule, step, .. } if self.waits.len() < WAITS_MAX => {
                self.waits.insert((rule.clone(), *step));
            }
            EventKind::WaitEnded { rule, step } => {
                self.waits.remove(&(rule.clone(), *step));
            }
            EventKind::Flag { rule, points, .. } => {
                let grave = *points <= GRAVE_POINTS;
                let count = if grave { &mut self.flags_grave } else { &mut self.flags_light };
                *count = count.saturating_add(1);
                self.flag_rule.clone_from(rule);
            }
            EventKind::HoldStarted => {
                self.hold_since_ms = Some((self.since_ms + length(at_ms)).min(now_ms));
                self.told.hold = false;
                self.silence_ends();
            }
            EventKind::HoldEnded => self.hold_since_ms = None,
            EventKind::MuteStarted => self.muted = true,
            EventKind::MuteEnded => self.muted = false,
            EventKind::AudioLost { channel } => {
                self.lost[*channel] = true;
                self.silence_ends();
            }
            EventKind::AudioBack { channel } => self.lost[*channel] = false,
            EventKind::CallEnded { .. } => self.over = true,
            _ => {}
        }
    }

    pub(super) fn take_moment(&mut self, moment: &Moment) {
        if let Moment::Levels { agent_speaking, customer_speaking, .. } = moment {
            self.speaking = match (agent_speaking, customer_speaking) {
                (true, true) => Speaking::Both,
                (true, false) => Speaking::Agent,
                (false, true) => Speaking::Customer,
                (false, false) => Speaking::Nobody,
            };
            if self.speaking != Speaking::Nobody {
                self.silence_ends();
            }
        }
    }

    pub(super) fn is_waiting(&self) -> bool {
        !self.waits.is_empty()
    }

    /// Rule and words of the cue that the agent's screen shows: the most urgent, of these the newest.
    pub(super) fn cue(&self) -> Option<(&str, &str)> {
        let shown = self.cues.iter().max_by_key(|cue| cue.priority)?;
        Some((&shown.rule, &shown.text))
    }

    pub(super) fn talk_share_pct(&self) -> Option<u8> {
        let (agent, customer) = (self.spoken_ms[Channel::Agent], self.spoken_ms[Channel::Customer]);
        let all = agent.saturating_add(customer);
        u8::try_from(agent.saturating_mul(100).checked_div(all)?).ok()
    }

    pub(super) fn lost(&self) -> &'static str {
        match (self.lost[Channel::Agent], self.lost[Channel::Customer]) {
            (false, false) => "",
            (true, false) => "agent",
            (false, true) => "customer",
            (true, true) => "both",
        }
    }

    pub(super) fn any_lost(&self) -> bool {
        !self.lost().is_empty()
    }

    fn silence_runs(&mut self, from_ms: u64, length_ms: u64, now_ms: i64) {
        if self.silence.is_none_or(|silence| silence.from_ms != from_ms) {
            self.told.silence = false;
        }
        let since_ms = (self.since_ms + length(from_ms)).min(now_ms);
        let since_ms = self.silence.filter(|old| old.from_ms == from_ms).map_or(since_ms, |old| old.since_ms);
        self.silence = Some(Silence { from_ms, since_ms, length_ms });
        self.speaking = Speaking::Nobody;
    }

    const fn silence_ends(&mut self) {
        self.silence = None;
        self.told.silence = false;
    }

    fn open_cue(&mut self, cue: &EventKind) {
        let EventKind::Cue { id, rule, say, act, priority, .. } = cue else { return };
        if self.cues.len() == CUES_MAX {
            self.cues.remove(0);
        }
        let text = act.clone().or_else(|| say.first().cloned()).unwrap_or_default();
        self.cues.push(OpenCue { id: id.clone(), rule: rule.clone(), text, priority: *priority });
    }
}

/// Audio time as a length of the floor's time.
fn length(at_ms: u64) -> i64 {
    at_ms.min(CALL_MAX_MS).cast_signed()
}
