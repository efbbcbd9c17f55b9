//! The shape of recordings: made once, one at a time, kept beside the recording.

use std::io;
use std::path::Path;
use std::sync::Arc;

use axum::http::StatusCode;

use super::house::House;
use crate::capture::file::{CallFile, FileError, OpenOptions};
use crate::http::Fault;
use crate::record::{PeakMeter, Peaks};
use crate::store::{RecordingRow, RecordingState};

/// Peaks cannot be had.
#[derive(Debug, thiserror::Error)]
enum NoPeaks {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("they cannot be kept: {0}")]
    Keep(#[from] io::Error),
}

/// The shape of a recording, as far as it is there. That of a whole one is kept.
pub(super) async fn peaks(house: &Arc<House>, recording: RecordingRow) -> Result<Peaks, Fault> {
    let place = recording.path.clone();
    if recording.state == RecordingState::Whole
        && let Some(peaks) = house.blocking(move |_| Ok(kept(&place))).await?
    {
        return Ok(peaks);
    }
    let turn = Arc::clone(&house.peaks).acquire_owned().await;
    let make = move |_: &House| {
        // Held until it is made, also where whoever asked is gone by then.
        let _turn = turn;
        // Whoever had the turn before may have made them.
        let kept = if recording.state == RecordingState::Whole { kept(&recording.path) } else { None };
        kept.map_or_else(|| made(&recording), Ok).map_err(|why| {
            tracing::error!(%why, recording = %recording.path.display(), "no peaks of a recording");
            Fault::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "录音无法读取",
                "the recording cannot be read; see the floor's log",
            )
        })
    };
    house.blocking(make).await
}

/// Makes those of a recording that has just become whole, behind whoever sent it; not while others are being made: then whoever asks first
/// makes them.
pub(super) fn prepare(house: &Arc<House>, call: String) {
    let Ok(turn) = Arc::clone(&house.peaks).try_acquire_owned() else { return };
    let house = Arc::clone(house);
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let recording = house.store.call(&call).ok().and_then(|row| row.recording);
        let whole = recording.filter(|recording| recording.state == RecordingState::Whole);
        if let Some(recording) = whole.filter(|recording| kept(&recording.path).is_none())
            && let Err(why) = made(&recording)
        {
            tracing::warn!(%why, call, "no peaks of a recording");
        }
    });
}

fn kept(recording: &Path) -> Option<Peaks> {
    Peaks::kept(recording)
        .inspect_err(|why| tracing::warn!(%why, recording = %recording.display(), "its peaks cannot be read"))
        .ok()
        .flatten()
}

fn made(recording: &RecordingRow) -> Result<Peaks, NoPeaks> {
    let is_whole = recording.state == RecordingState::Whole;
    let mut file = match CallFile::open(&recording.there(), OpenOptions::default()) {
        Ok(file) => file,
        // Not even its head is there.
        Err(_) if !is_whole => return Ok(Peaks::default()),
        Err(why) => return Err(why.into()),
    };
    let mut meter = PeakMeter::default();
    loop {
        match file.next_block() {
            Ok(Some(block)) => meter.push(&block.samples),
            Ok(None) => break,
            // The end of what is there.
            Err(_) if !is_whole => break,
            Err(why) => return Err(why.into()),
        }
    }
    let peaks = meter.finish();
    if is_whole {
        peaks.keep(&recording.path)?;
    }
    Ok(peaks)
}
