use std::collections::BTreeMap;

use super::Audience;
use super::day::DayBook;
use crate::wire::{AlertCard, TileChange, ToLead};

/// What has changed on the board since the changes before, for everybody.
#[derive(Debug)]
pub struct Changes {
    /// Counts the times that there were changes, from 1.
    pub version: u64,
    pub(super) now_ms: i64,
    /// With the team that sees it.
    pub(super) tiles: Vec<(String, TileChange)>,
    /// Stations that a team no longer sees.
    pub(super) gone: Vec<(String, u32)>,
    /// Alerts, new and changed; settled ones for the last time.
    pub alerts: Vec<AlertCard>,
    pub(super) day: Option<DayBook>,
    /// Teams of stations that have moved to another team with these changes.
    pub(super) moved: BTreeMap<u32, String>,
}

impl Changes {
    /// What an audience sees of it; none if that is nothing.
    pub fn for_audience(&self, audience: &Audience) -> Option<ToLead> {
        let tiles = self.tiles.iter().filter(|(team, _)| audience.sees(team));
        let tiles: Vec<_> = tiles.map(|(_, change)| change.clone()).collect();
        // Somebody who sees the new team as well goes on seeing the tile.
        let moved_within = |station| self.moved.get(station).is_some_and(|team| audience.sees(team));
        let gone = self.gone.iter().filter(|(team, station)| audience.sees(team) && !moved_within(station));
        let gone: Vec<_> = gone.map(|(_, station)| *station).collect();
        let alerts = self.alerts.iter().filter(|card| audience.sees(&card.team)).cloned().collect::<Vec<_>>();
        let day = self.day.as_ref().map(|day| day.day(audience));
        if tiles.is_empty() && gone.is_empty() && alerts.is_empty() && day.is_none() {
            return None;
        }
        Some(ToLead::Changes { now_ms: self.now_ms, tiles, gone, alerts, day })
    }
}
