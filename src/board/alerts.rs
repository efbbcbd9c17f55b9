use std::collections::{BTreeMap, BTreeSet};

use super::Audience;
use super::agenda::{Agenda, Due};
use crate::wire::AlertCard;

/// There is no open alert of that number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no open alert {0}")]
pub struct NoAlert(pub u64);

/// Alerts that are not settled, and those that have changed since the last look.
#[derive(Debug, Default)]
pub(super) struct Alerts {
    open: BTreeMap<u64, AlertCard>,
    /// Open alerts of each station.
    by_station: BTreeMap<u32, BTreeSet<u64>>,
    changed: BTreeMap<u64, AlertCard>,
    last: u64,
    /// Leads who look at the floor now, and what they see.
    leads: BTreeMap<String, Audience>,
    acknowledge_ms: i64,
}

impl Alerts {
    pub(super) fn new(acknowledge_ms: i64, last: u64) -> Self {
        Self { acknowledge_ms, last, ..Self::default() }
    }

    pub(super) fn set_leads(&mut self, leads: BTreeMap<String, Audience>) {
        self.leads = leads;
    }

    /// Takes up one that was open before a restart.
    pub(super) fn restore(&mut self, card: AlertCard, agenda: &mut Agenda, now_ms: i64) {
        self.last = self.last.max(card.id);
        agenda.set(Due::PassOn(card.id), Some(now_ms + self.acknowledge_ms));
        self.by_station.entry(card.station).or_default().insert(card.id);
        self.open.insert(card.id, card);
    }

    /// Raises one; its number is given here.
    pub(super) fn raise(&mut self, mut card: AlertCard, agenda: &mut Agenda, now_ms: i64) {
        card.id = self.last + 1;
        self.changed.insert(card.id, card.clone());
        self.restore(card, agenda, now_ms);
    }

    pub(super) fn get(&self, id: u64) -> Option<&AlertCard> {
        self.open.get(&id)
    }

    pub(super) fn open(&self) -> impl Iterator<Item = &AlertCard> {
        self.open.values()
    }

    /// How often the alert of a station that was passed on most has been.
    pub(super) fn passed_on(&self, station: u32) -> Option<u32> {
        let cards = self.by_station.get(&station)?.iter().filter_map(|id| self.open.get(id));
        cards.map(|card| card.passed_on).max()
    }

    pub(super) fn acknowledge(
        &mut self,
        id: u64,
        by: &str,
        agenda: &mut Agenda,
    ) -> Result<AlertCard, NoAlert> {
        let mut card = self.close(id, agenda).ok_or(NoAlert(id))?;
        by.clone_into(&mut card.acknowledged_by);
        self.changed.insert(id, card.clone());
        Ok(card)
    }

    pub(super) fn assign(
        &mut self,
        id: u64,
        to: &str,
        agenda: &mut Agenda,
        now_ms: i64,
    ) -> Result<AlertCard, NoAlert> {
        let card = self.open.get_mut(&id).ok_or(NoAlert(id))?;
        to.clone_into(&mut card.assigned_to);
        agenda.set(Due::PassOn(id), Some(now_ms + self.acknowledge_ms));
        self.changed.insert(id, card.clone());
        Ok(card.clone())
    }

    /// Settles what is open of a call that is over; true if there was anything.
    pub(super) fn call_over(&mut self, station: u32, call: &str, agenda: &mut Agenda) -> bool {
        let Some(open) = self.by_station.get(&station) else { return false };
        let of_call = |id: &&u64| self.open.get(id).is_some_and(|card| card.call == call);
        let over: Vec<u64> = open.iter().filter(of_call).copied().collect();
        for id in &over {
            if let Some(card) = self.close(*id, agenda) {
                self.changed.insert(*id, card);
            }
        }
        !over.is_empty()
    }

    /// Nobody has acknowledged it in time: the next lead who looks at the floor and sees that team.
    pub(super) fn pass_on(&mut self, id: u64, agenda: &mut Agenda, at_ms: i64) -> Option<u32> {
        let card = self.open.get_mut(&id)?;
        agenda.set(Due::PassOn(id), Some(at_ms + self.acknowledge_ms));
        let seeing = || self.leads.iter().filter(|(_, sees)| sees.sees(&card.team)).map(|(name, _)| name);
        let next = seeing().find(|name| **name > card.assigned_to).or_else(|| seeing().next())?;
        if *next == card.assigned_to {
            return None;
        }
        next.clone_into(&mut card.assigned_to);
        card.passed_on += 1;
        self.changed.insert(id, card.clone());
        Some(card.station)
    }

    pub(super) fn has_changes(&self) -> bool {
        !self.changed.is_empty()
    }

    /// What has changed since the last call, by number.
    pub(super) fn take_changes(&mut self) -> Vec<AlertCard> {
        std::mem::take(&mut self.changed).into_values().collect()
    }

    fn close(&mut self, id: u64, agenda: &mut Agenda) -> Option<AlertCard> {
        let mut card = self.open.remove(&id)?;
        agenda.set(Due::PassOn(id), None);
        if let Some(open) = self.by_station.get_mut(&card.station) {
            open.remove(&id);
            if open.is_empty() {
                self.by_station.remove(&card.station);
            }
        }
        card.settled = true;
        Some(card)
    }
}
