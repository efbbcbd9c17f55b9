use serde::Deserialize;

use super::histogram::Histogram;
use super::player::CallName;
use super::sends::Sends;

/// Largest number of a tile that is followed.
const TILE_MAX: u32 = 100_000;

/// What of a frame of the floor view tells how far each station's events have come; everything else is skipped unread.
#[derive(Debug)]
pub(super) struct Frame {
    tiles: Vec<TileProgress>,
}

/// What a tile shows now, as far as it says so.
#[derive(Clone, Copy, Debug)]
struct TileProgress {
    station: u32,
    call: Shown,
    seq: Option<u64>,
}

#[derive(Clone, Copy, Debug)]
enum Shown {
    /// The same call as before.
    Same,
    /// No call.
    Nothing,
    Call(CallName),
    /// A call of a station that is not of this swarm.
    Foreign,
}

impl Frame {
    /// Reads a text frame of `/floor/ws`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Written<'f> {
            #[serde(default, borrow)]
            tiles: Vec<WrittenTile<'f>>,
        }
        #[derive(Deserialize)]
        struct WrittenTile<'f> {
            station: u32,
            call: Option<&'f str>,
            seq: Option<u64>,
        }
        let written: Written = serde_json::from_str(text)?;
        let tile = |WrittenTile { station, call, seq }| {
            let call = match call {
                None => Shown::Same,
                Some("") => Shown::Nothing,
                Some(call) => CallName::read(call).map_or(Shown::Foreign, Shown::Call),
            };
            TileProgress { station, call, seq }
        };
        Ok(Self { tiles: written.tiles.into_iter().map(tile).collect() })
    }
}

/// What one lead has seen of a swarm: how far each tile is, and how long each event took to come.
///
/// A tile that moves from event 10 to 13 delivers three events, and one whose call is over delivers the rest of it.
#[derive(Debug, Default)]
pub struct Follower {
    /// By the number of the tile.
    tiles: Vec<Option<Progress>>,
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
        self.see(&Frame::parse(text)?, now_us, sends);
        Ok(())
    }

    /// The same with a frame that has been read.
    pub(super) fn see(&mut self, frame: &Frame, now_us: u64, sends: &Sends) {
        self.frames += 1;
        frame.tiles.iter().for_each(|tile| self.tile(*tile, now_us, sends));
    }

    /// From journal to this lead, of all events that were counted.
    pub const fn delays(&self) -> &Histogram {
        &self.delays
    }

    /// Frames that came.
    pub const fn frames(&self) -> u64 {
        self.frames
    }

    fn tile(&mut self, tile: TileProgress, now_us: u64, sends: &Sends) {
        if tile.station > TILE_MAX {
            return;
        }
        let place = tile.station as usize;
        if self.tiles.len() <= place {
            self.tiles.resize(place + 1, None);
        }
        let known = self.tiles[place];
        let seq = tile.seq.or(known.map(|progress| progress.seq)).unwrap_or(0);
        let (call, is_over) = match tile.call {
            Shown::Same => {
                (known.map(|progress| progress.call), known.is_some_and(|progress| progress.is_over))
            }
            Shown::Nothing => (known.map(|progress| progress.call), true),
            Shown::Call(call) => (Some(call), false),
            Shown::Foreign => (None, false),
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
        self.tiles[place] = Some(Progress { call, is_over, seq, seen: seen.max(shown) });
    }
}
