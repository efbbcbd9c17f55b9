use std::collections::BTreeMap;

use super::clock::FloorClock;
use super::hall::seat;
use crate::board::{Board, Figures, Thresholds};
use crate::store::{CallQuery, Store, StoreError};

/// Events of a call that are read at a time.
const PAGE: u32 = 2_000;
/// Flags of a day that are counted by rule.
const FLAGS_MAX: u32 = 5_000_000;

/// The board as the store knows it: who sits where, the calls that run, alerts that are open, the day so far.
pub(super) fn rebuild(
    store: &dyn Store,
    clock: &dyn FloorClock,
    thresholds: Thresholds,
) -> Result<Board, StoreError> {
    let now_ms = clock.steady_ms();
    let mut board = Board::new(thresholds, store.last_alert()?, now_ms);
    for row in store.stations()?.iter().filter(|row| row.revoked_ms.is_none()) {
        board.seat(seat(row), now_ms);
    }
    for call in store.running()? {
        let mut after = 0;
        loop {
            let events = store.events(&call.call, after, PAGE)?;
            for event in &events {
                board.recall(call.header.station, event, now_ms);
                after = event.seq;
            }
            if events.len() < PAGE as usize {
                break;
            }
        }
    }
    for alert in store.open_alerts()? {
        board.restore_alert(alert.card, now_ms);
    }
    let frame = clock.day(clock.wall_ms());
    let teams = store.teams()?.into_iter();
    let figures = teams.map(|team| Ok((team.clone(), figures(store, team, frame.from_ms, frame.to_ms)?)));
    let figures = figures.collect::<Result<BTreeMap<_, _>, StoreError>>()?;
    board.begin_day(frame, figures);
    Ok(board)
}

fn figures(store: &dyn Store, team: String, from_ms: i64, to_ms: i64) -> Result<Figures, StoreError> {
    let teams = [team];
    let day = store.day(Some(&teams), None, from_ms, to_ms)?;
    let query = CallQuery {
        teams: Some(teams.to_vec()),
        flagged: true,
        from_ms: Some(from_ms),
        to_ms: Some(to_ms),
        limit: FLAGS_MAX,
        ..CallQuery::default()
    };
    let mut broken = BTreeMap::new();
    for flag in store.flags(&query)? {
        *broken.entry(flag.rule).or_default() += 1;
    }
    let hours = |hours: &[u32]| {
        let mut all = [0; 24];
        all.iter_mut().zip(hours).for_each(|(all, hour)| *all = *hour);
        all
    };
    Ok(Figures {
        calls: day.calls,
        due: day.due,
        met: day.met,
        broken,
        calls_by_hour: hours(&day.calls_by_hour),
        flags_by_hour: hours(&day.flags_by_hour),
    })
}
