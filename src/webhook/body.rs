use serde_json::{Value, json};

use super::Delivery;
use crate::call::EventKind;
use crate::wire::{AlertCard, StampedEvent};

/// Whose a call is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whose {
    /// Number of the station.
    pub station: u32,
    /// The agent's number.
    pub agent: String,
    /// The team.
    pub team: String,
}

/// What is told of an event; none for what is not told: all but flags and the end of a call.
pub fn of_event(whose: &Whose, stamped: &StampedEvent) -> Option<Delivery> {
    let (event, mut body) = match &stamped.event.kind {
        EventKind::Flag { rule, kind, item, points, from_ms, to_ms, .. } => {
            let flag = json!({
                "rule": rule, "kind": kind, "item": item, "points": points, "from_ms": from_ms, "to_ms": to_ms,
            });
            ("flag", flag)
        }
        EventKind::CallEnded { by } => ("call_ended", json!({"by": by})),
        _ => return None,
    };
    body["at_ms"] = stamped.event.at_ms.into();
    body["wall"] = stamped.wall.clone().into();
    body["seq"] = stamped.seq.into();
    body["call"] = stamped.call.clone().into();
    body["station"] = whose.station.into();
    body["agent"] = whose.agent.clone().into();
    body["team"] = whose.team.clone().into();
    Some(delivery(format!("{}:{}", stamped.call, stamped.seq), event, body))
}

/// What is told of an alert that was raised, or went on to the next lead; `passed_on`: how often it had by then. `settled` and `assigned_to` are as the
/// alert stands when this is made.
pub fn of_alert(card: &AlertCard, passed_on: u32) -> Delivery {
    let body = json!({
        "alert": card.id, "kind": card.kind, "rule": card.rule, "at_ms": card.at_ms, "raised_ms": card.raised_ms,
        "assigned_to": card.assigned_to, "passed_on": passed_on, "settled": card.settled,
        "call": card.call, "station": card.station, "agent": card.agent, "team": card.team,
    });
    delivery(format!("alert:{}:{passed_on}", card.id), "alert", body)
}

fn delivery(id: String, event: &'static str, mut body: Value) -> Delivery {
    body["id"] = id.clone().into();
    body["event"] = event.into();
    Delivery { id, event, body: body.to_string() }
}
