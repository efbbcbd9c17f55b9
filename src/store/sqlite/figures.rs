use jiff::Timestamp;
use jiff::civil::Date;

use crate::call::{EndedBy, EventKind};
use crate::store::{CallState, Standing};
use crate::wire::StampedEvent;

/// What a call's row says of its events. It follows from them one by one, so it does not matter how they were cut into arrivals;
/// `verify` makes it again from nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) last_seq: u64,
    /// The journal's last number, if the station has said it.
    pub(super) closes: Option<u64>,
    /// The summary is there.
    pub(super) summed_up: bool,
    pub(super) started_ms: Option<i64>,
    pub(super) date: Option<String>,
    pub(super) length_ms: u64,
    pub(super) ended_by: String,
    pub(super) due: u32,
    pub(super) met: u32,
    pub(super) flags: u32,
    pub(super) worst_points: i32,
}

impl Figures {
    /// Takes the next event in.
    pub(super) fn take(&mut self, stamped: &StampedEvent, received_ms: i64) {
        let at_ms = stamped.event.at_ms;
        self.last_seq = stamped.seq;
        self.length_ms = self.length_ms.max(at_ms);
        if self.started_ms.is_none() {
            self.start(&stamped.wall, at_ms, received_ms);
        }
        match &stamped.event.kind {
            EventKind::Flag { points, .. } => {
                self.flags = self.flags.saturating_add(1);
                self.worst_points = self.worst_points.min(*points);
            }
            EventKind::CallEnded { by } => {
                self.ended_by = match by {
                    EndedBy::Agent => "agent",
                    EndedBy::Customer => "customer",
                    EndedBy::Unknown => "unknown",
                }
                .to_owned();
            }
            EventKind::Summary { due, met, .. } => {
                self.summed_up = true;
                (self.due, self.met) = (*due, *met);
            }
            _ => {}
        }
    }

    /// The station's wall clock says when, not ours: events may come hours later. One that cannot be read is as good as none.
    fn start(&mut self, wall: &str, at_ms: u64, received_ms: i64) {
        let wall_ms = wall.parse::<Timestamp>().map_or(received_ms, Timestamp::as_millisecond);
        let started_ms = wall_ms.saturating_sub_unsigned(at_ms);
        self.started_ms = Some(started_ms);
        let local = wall.get(..10).and_then(|date| date.parse::<Date>().ok());
        let received =
            || Timestamp::from_millisecond(received_ms).unwrap_or_default().to_string()[..10].to_owned();
        self.date = Some(local.map_or_else(received, |date| date.to_string()));
    }

    /// Nothing more will come, and nothing more is taken.
    pub(super) fn is_closed(&self) -> bool {
        self.summed_up || self.closes.is_some_and(|closes| closes <= self.last_seq)
    }

    pub(super) fn state(&self) -> CallState {
        match (self.summed_up, self.is_closed()) {
            (true, _) => CallState::Ended,
            (false, true) => CallState::CutOff,
            (false, false) => CallState::Running,
        }
    }

    pub(super) fn standing(&self) -> Standing {
        Standing { seq: self.last_seq, closed: self.is_closed() }
    }
}

/// As a column has it.
pub(super) fn state_number(state: CallState) -> i64 {
    match state {
        CallState::Running => 0,
        CallState::Ended => 1,
        CallState::CutOff => 2,
    }
}

/// From a column.
pub(super) fn state_of(number: i64) -> CallState {
    match number {
        0 => CallState::Running,
        1 => CallState::Ended,
        _ => CallState::CutOff,
    }
}
