use serde::Serialize;

use crate::call::FlagKind;
use crate::store::{CallRow, CallState, FlagRow, RecordingState};

/// A call in a list.
#[derive(Debug, Serialize)]
pub(super) struct CallCard {
    call: String,
    station: u32,
    agent: String,
    team: String,
    script: String,
    script_sha256: String,
    model: String,
    engine: String,
    /// `running`, `ended`, `cut_off`.
    state: &'static str,
    last_seq: u64,
    started_ms: i64,
    length_ms: u64,
    ended_by: String,
    due: u32,
    met: u32,
    flags: u32,
    worst_points: i32,
    recording: Option<RecordingCard>,
}

/// How much of a recording is there.
#[derive(Debug, Serialize)]
struct RecordingCard {
    /// `coming`, `whole`.
    state: &'static str,
    bytes: u64,
    total_bytes: u64,
    sha256: String,
}

/// A flag in a list.
#[derive(Debug, Serialize)]
pub(super) struct FlagCard {
    call: String,
    seq: u64,
    at_ms: u64,
    rule: String,
    kind: FlagKind,
    from_ms: u64,
    to_ms: u64,
    text: String,
    item: String,
    points: i32,
    agent: String,
    team: String,
    started_ms: i64,
}

impl From<CallRow> for CallCard {
    fn from(row: CallRow) -> Self {
        let state = match row.state {
            CallState::Running => "running",
            CallState::Ended => "ended",
            CallState::CutOff => "cut_off",
        };
        let recording = row.recording.map(|recording| RecordingCard {
            state: match recording.state {
                RecordingState::Coming => "coming",
                RecordingState::Whole => "whole",
            },
            bytes: recording.bytes,
            total_bytes: recording.total_bytes,
            sha256: recording.sha256,
        });
        Self {
            call: row.call,
            station: row.header.station,
            agent: row.header.agent,
            team: row.header.team,
            script: row.header.script,
            script_sha256: row.header.script_sha256,
            model: row.header.model,
            engine: row.header.engine,
            state,
            last_seq: row.last_seq,
            started_ms: row.started_ms,
            length_ms: row.length_ms,
            ended_by: row.ended_by,
            due: row.due,
            met: row.met,
            flags: row.flags,
            worst_points: row.worst_points,
            recording,
        }
    }
}

impl From<FlagRow> for FlagCard {
    fn from(row: FlagRow) -> Self {
        let FlagRow {
            call,
            seq,
            at_ms,
            rule,
            kind,
            from_ms,
            to_ms,
            text,
            item,
            points,
            agent,
            team,
            started_ms,
        } = row;
        Self { call, seq, at_ms, rule, kind, from_ms, to_ms, text, item, points, agent, team, started_ms }
    }
}
