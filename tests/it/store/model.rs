//! What a store must do with arrivals, written down as plainly as it can be.

use std::collections::BTreeMap;

use callcue::call::EventKind;
use callcue::store::{Appended, Arrival, CallState, Standing};
use callcue::wire::StampedEvent;

#[derive(Clone, Debug, Default)]
pub(super) struct ModelCall {
    pub(super) station: u32,
    pub(super) events: Vec<StampedEvent>,
    pub(super) closes: Option<u64>,
}

impl ModelCall {
    fn has_summary(&self) -> bool {
        self.events.iter().any(|event| matches!(event.event.kind, EventKind::Summary { .. }))
    }

    pub(super) fn standing(&self) -> Standing {
        let seq = self.events.len() as u64;
        Standing { seq, closed: self.has_summary() || self.closes.is_some_and(|closes| closes <= seq) }
    }

    pub(super) fn state(&self) -> CallState {
        match (self.has_summary(), self.standing().closed) {
            (true, _) => CallState::Ended,
            (false, true) => CallState::CutOff,
            (false, false) => CallState::Running,
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub(super) calls: BTreeMap<String, ModelCall>,
}

impl Model {
    pub(super) fn append(&mut self, arrival: &Arrival) -> Appended {
        let mut call = self.calls.get(&arrival.call).cloned().unwrap_or_default();
        if call.station != 0 && call.station != arrival.header.station {
            return Appended { standing: Standing::default(), fresh: 0..0, foreign: true };
        }
        call.station = arrival.header.station;
        let mut taken = Vec::new();
        for (place, event) in arrival.events.iter().enumerate() {
            if !call.standing().closed && event.seq == call.events.len() as u64 + 1 {
                call.events.push(event.clone());
                taken.push(place);
            }
        }
        if !call.standing().closed {
            call.closes = call.closes.max(arrival.closes);
        }
        let fresh = taken.first().map_or(0..0, |&first| first..first + taken.len());
        let standing = call.standing();
        if !call.events.is_empty() || call.closes.is_some() {
            self.calls.insert(arrival.call.clone(), call);
        }
        Appended { standing, fresh, foreign: false }
    }
}
