use std::collections::BTreeMap;

use crate::privacy::Masker;
use crate::store::Arrival;
use crate::wire::Moment;

/// Calls of which the numbers told so far are known; of more, each arrival is masked by itself.
const CALLS_MAX: usize = 4_096;

/// Masks what comes, where the floor does so itself. Events are stored as they come, so nothing is held back: of a number that is told over
/// several utterances, those that came before it was whole stay as they are. A station that masks has no such gap.
#[derive(Debug)]
pub(super) struct Masks {
    masks: bool,
    calls: BTreeMap<(u32, String), (u64, Masker<()>)>,
}

impl Masks {
    pub(super) const fn new(masks: bool) -> Self {
        Self { masks, calls: BTreeMap::new() }
    }

    /// Masks the events of an arrival.
    pub(super) fn mask(&mut self, arrival: &mut Arrival) {
        if !self.masks {
            return;
        }
        let key = (arrival.header.station, arrival.call.clone());
        let (known_seq, mut masker) = self.calls.remove(&key).unwrap_or_else(|| (0, Masker::new(true)));
        let last_seq = arrival.events.last().map_or(known_seq, |last| last.seq.max(known_seq));
        // What comes again has been taken in already.
        let is_again = arrival.events.first().is_some_and(|first| first.seq <= known_seq);
        if is_again {
            mask_with(&mut Masker::new(true), arrival);
        } else {
            mask_with(&mut masker, arrival);
        }
        if arrival.closes.is_none() && self.calls.len() < CALLS_MAX {
            self.calls.insert(key, (last_seq, masker));
        }
    }
}

/// Something of the moment, as leads may see it; none where they may not.
pub(super) fn mask_moment(moment: Moment) -> Option<Moment> {
    let Moment::Partial { channel, from_ms, committed, tentative } = moment else { return Some(moment) };
    let masked = Masker::<()>::new(true).running(channel, from_ms, &committed, &tentative);
    masked.map(|(committed, tentative)| Moment::Partial { channel, from_ms, committed, tentative })
}

fn mask_with(masker: &mut Masker<()>, arrival: &mut Arrival) {
    for stamped in &mut arrival.events {
        masker.push((), stamped.event.clone());
        if let Some(((), event)) = masker.let_go() {
            stamped.event = event;
        }
    }
}
