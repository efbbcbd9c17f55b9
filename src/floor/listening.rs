use std::collections::BTreeMap;

use axum::body::Bytes;
use tokio::sync::broadcast;

/// Frames of sound that a slow listener may be behind, about three seconds; then the oldest are skipped.
const SOUND_RING: usize = 32;

/// Who listens in to one station.
pub(super) struct Listening {
    /// Names by number of the lead's page.
    by: BTreeMap<u64, String>,
    /// The call that they hear: it ends with it, so that the audit trail names every call that was heard.
    call: String,
    sound: broadcast::Sender<Bytes>,
}

/// Who listens in where.
#[derive(Default)]
pub(super) struct Listeners(BTreeMap<u32, Listening>);

impl Listeners {
    /// Somebody begins to listen.
    pub(super) fn begin(
        &mut self,
        station: u32,
        call: &str,
        lead: u64,
        name: &str,
    ) -> broadcast::Receiver<Bytes> {
        let new = || Listening {
            by: BTreeMap::new(),
            call: call.to_owned(),
            sound: broadcast::Sender::new(SOUND_RING),
        };
        let listening = self.0.entry(station).or_insert_with(new);
        listening.by.insert(lead, name.to_owned());
        listening.sound.subscribe()
    }

    /// Somebody no longer listens; true if that changes anything.
    pub(super) fn end(&mut self, station: u32, lead: u64) -> bool {
        let Some(listening) = self.0.get_mut(&station) else { return false };
        let changed = listening.by.remove(&lead).is_some();
        if listening.by.is_empty() {
            self.0.remove(&station);
        }
        changed
    }

    /// Ends the listening of everybody if the station has another call now, or none; true if that changes anything.
    pub(super) fn end_of_call(&mut self, station: u32, running: Option<&str>) -> bool {
        let over = self.0.get(&station).is_some_and(|listening| Some(listening.call.as_str()) != running);
        over && self.0.remove(&station).is_some()
    }

    /// Stations that somebody listens to with that page.
    pub(super) fn of(&self, lead: u64) -> Vec<u32> {
        let of_lead = self.0.iter().filter(|(_, listening)| listening.by.contains_key(&lead));
        of_lead.map(|(station, _)| *station).collect()
    }

    /// Names, each once.
    pub(super) fn names(&self, station: u32) -> Vec<String> {
        let mut names: Vec<_> = self
            .0
            .get(&station)
            .map(|listening| listening.by.values().cloned().collect())
            .unwrap_or_default();
        names.sort();
        names.dedup();
        names
    }

    /// Hands sound on to those who listen; dropped if nobody does.
    pub(super) fn hand_on(&self, station: u32, frame: Bytes) {
        if let Some(listening) = self.0.get(&station) {
            // An error is that nobody is there any more.
            let _ = listening.sound.send(frame);
        }
    }
}
