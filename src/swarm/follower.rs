use std::collections::HashMap;

use serde::Deserialize;

use super::histogram::Histogram;
use super::player::CallName;
use super::sends::Sends;

/// What of a frame of the floor view tells how far each station's events have come; everything else is skipped unread.
#[derive(Debug, Deserialize)]
pub(super) struct Frame<'f> {
    #[serde(default, borrow)]
    tiles: Vec<TileProgress<'f>>,
}

/// Call and number are absent from a change that does not change them.
#[derive(Debug, Deserialize)]
struct TileProgress<'f> {
    station: u32,
    call: Option<&'f str>,
    seq: Option<u64>,
}

/// What one lead has seen of a swarm: how far each tile is, and how long each event took to come.
///
/// A tile that moves from event 10 to 13 delivers three events, and one whose call is over delivers the rest of it.
#[derive(Debug, Default)]
pub struct Follower {
    tiles: HashMap<u32, Progress>,
    delays: Histogram,
    frames: u64,
}

#[derive(Clone, Copy, Debug)]
struct Progress {
    call: CallName,
    /// Between calls; the call is the last one.
    is_over: bool,
    /// As the tile has it.
    seq: u64,
    /// Events of that station that have been seen.
    seen: u64,
}

impl Follower {
    /// A text frame of `/floor/ws` that arrived at `now_us`, µs since the start of the swarm.
    ///
    /// # Errors
    /// What is wrong with the frame.
    pub fn frame(&mut self, text: &str, now_us: u64, sends: &Sends) -> Result<(), serde_json::Error> {
        let frame: Frame = serde_json::from_str(text)?;
        self.frames += 1;
        for tile in frame.tiles {
            self.tile(&tile, now_us, sends);
        }
        Ok(())
    }

    /// From journal to this lead, of all events that were counted.
    pub const fn delays(&self) -> &Histogram {
        &self.delays
    }

    /// Frames that came.
    pub const fn frames(&self) -> u64 {
        self.frames
    }

    fn tile(&mut self, tile: &TileProgress<'_>, now_us: u64, sends: &Sends) {
        let known = self.tiles.get(&tile.station).copied();
        let seq = tile.seq.or(known.map(|progress| progress.seq)).unwrap_or(0);
        let (call, is_over) = match tile.call {
            None => (known.map(|progress| progress.call), known.is_some_and(|progress| progress.is_over)),
            Some("") => (known.map(|progress| progress.call), true),
            Some(call) => (CallName::read(call), false),
        };
        // A station that is not of this swarm, or has had no call yet.
        let Some(call) = call else { return };
        let seen = known.map_or(0, |progress| progress.seen);
        let shown = if is_over { sends.over(call.station) } else { call.before + seq };
        for event in seen + 1..=shown {
            let Some(sent_us) = sends.sent_us(call.station, event) else { continue };
            if sends.counts(sent_us) {
                self.delays.record(now_us.saturating_sub(sent_us));
            }
        }
        self.tiles.insert(tile.station, Progress { call, is_over, seq, seen: seen.max(shown) });
    }
}
