use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Delivery, Hook};
use crate::call::EventKind;
use crate::wire::{AlertCard, StampedEvent};

/// Whose a call is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whose {
    /// The agent's number.
    pub agent: String,
    /// The team.
    pub team: String,
}

/// Turns what happens on the floor into deliveries for every hook. Never waits.
#[derive(Debug, Default)]
pub struct Teller {
    hooks: Vec<Hook>,
    /// How often each open alert had been passed on when it was told last.
    told: BTreeMap<u64, u32>,
}

impl Teller {
    /// For these hooks.
    pub const fn new(hooks: Vec<Hook>) -> Self {
        Self { hooks, told: BTreeMap::new() }
    }

    /// An event is stored.
    pub fn event(&mut self, station: u32, stamped: &StampedEvent) {
        let told = match &stamped.event.kind {
            EventKind::Flag { rule, kind, item, points, from_ms, to_ms, .. } => {
                let flag = json!({
                    "rule": rule, "kind": kind, "item": item, "points": points, "from_ms": from_ms, "to_ms": to_ms,
                });
                ("flag", flag)
            }
            EventKind::CallEnded { by } => ("call_ended", json!({"by": by})),
            _ => return,
        };
        let (event, Value::Object(mut body)) = told else { return };
        body.insert("at_ms".to_owned(), stamped.event.at_ms.into());
        body.insert("wall".to_owned(), stamped.wall.clone().into());
        body.insert("seq".to_owned(), stamped.seq.into());
        body.insert("station".to_owned(), station.into());
        let id = format!("{}:{}", stamped.call, stamped.seq);
        self.hand_out(id, event, &stamped.call, body);
    }

    /// An alert is new or has changed: told when it is new, and when it goes on to the next lead.
    pub fn alert(&mut self, card: &AlertCard) {
        if card.settled || !card.acknowledged_by.is_empty() {
            self.told.remove(&card.id);
            return;
        }
        if self.told.insert(card.id, card.passed_on) == Some(card.passed_on) {
            return;
        }
        let Value::Object(body) = json!({
            "alert": card.id, "kind": card.kind, "rule": card.rule, "at_ms": card.at_ms, "raised_ms": card.raised_ms,
            "assigned_to": card.assigned_to, "passed_on": card.passed_on, "station": card.station,
            "agent": card.agent, "team": card.team,
        }) else {
            return;
        };
        self.hand_out(format!("alert:{}:{}", card.id, card.passed_on), "alert", &card.call, body);
    }

    fn hand_out(&self, id: String, event: &'static str, call: &str, body: Map<String, Value>) {
        let delivery = Delivery { id, event, call: call.to_owned(), body };
        for hook in self.hooks.iter().filter(|hook| hook.wants(event)) {
            hook.hand_in(delivery.clone());
        }
    }
}
