use crate::call::{CallTime, Channel, Event, EventKind, Span};

use super::PersonalKind;

/// Around a masked word, ms: characters say only roughly when in an utterance a word was said.
pub const SILENCE_MARGIN_MS: u64 = 300;

/// What is silenced in the recording of a call whose events are masked already: of each masked part of an utterance its share of the
/// utterance's time by characters, with [`SILENCE_MARGIN_MS`] on both sides.
///
/// It is read off the masked text, so that it can be found again for a call of which nothing but its journal is left.
///
/// ```
/// use callcue::call::{CallTime, Channel, Event, EventKind};
/// use callcue::privacy::silenced;
///
/// let kind = EventKind::Transcript {
///     channel: Channel::Customer,
///     from_ms: 10_000,
///     to_ms: 12_000,
///     text: "我的号码是[手机号******]对吧很好".into(),
///     r#final: true,
///     level_dbfs: None,
///     language: None,
/// };
/// let spans = silenced(&[Event { at_ms: 12_000, kind }]);
/// assert_eq!(spans[0].0, Channel::Customer);
/// assert_eq!((spans[0].1.from, spans[0].1.to), (CallTime::from_millis(10_200), CallTime::from_millis(11_900)));
/// ```
pub fn silenced<'e>(events: impl IntoIterator<Item = &'e Event>) -> Vec<(Channel, Span)> {
    let mut spans = Vec::new();
    for event in events {
        let EventKind::Transcript { channel, from_ms, to_ms, text, r#final: true, .. } = &event.kind else {
            continue;
        };
        spans.extend(stretches(text, *from_ms, *to_ms).into_iter().map(|span| (*channel, span)));
    }
    spans
}

/// Times of the masked parts of an utterance.
fn stretches(text: &str, from_ms: u64, to_ms: u64) -> Vec<Span> {
    let signs: Vec<char> = text.chars().collect();
    let is_masked = masked_signs(&signs);
    if !is_masked.contains(&true) {
        return Vec::new();
    }
    // What is not said takes no time.
    let weight = |place: usize| u64::from(is_masked[place] || signs[place].is_alphanumeric());
    let all = (0..signs.len()).map(weight).sum::<u64>().max(1);
    let at_ms = |share: u64| from_ms + to_ms.saturating_sub(from_ms) * share / all;
    let (mut found, mut before, mut begun): (Vec<Span>, u64, Option<u64>) = (Vec::new(), 0, None);
    for place in 0..=signs.len() {
        let masked_here = is_masked.get(place).copied().unwrap_or(false);
        match (begun, masked_here) {
            (None, true) => begun = Some(before),
            (Some(first), false) => {
                found.push(Span {
                    from: CallTime::from_millis(at_ms(first)).minus_millis(SILENCE_MARGIN_MS),
                    to: CallTime::from_millis(at_ms(before)).plus_millis(SILENCE_MARGIN_MS),
                });
                begun = None;
            }
            _ => {}
        }
        if place < signs.len() {
            before += weight(place);
        }
    }
    found
}

/// Which characters of a masked text stand for a number: `[手机号****]`, and stars alone.
fn masked_signs(signs: &[char]) -> Vec<bool> {
    let mut found: Vec<bool> = signs.iter().map(|sign| *sign == '*').collect();
    for place in 0..signs.len() {
        let names = PersonalKind::ALL.into_iter().map(PersonalKind::name);
        for name in names.filter(|_| signs[place] == '[') {
            let length = name.chars().count();
            let is_name = signs[place + 1..].iter().take(length).copied().eq(name.chars());
            let stars =
                signs[(place + 1 + length).min(signs.len())..].iter().take_while(|sign| **sign == '*');
            let end = place + 1 + length + stars.count();
            if is_name && signs.get(end) == Some(&']') {
                found[place..=end].fill(true);
            }
        }
    }
    found
}
