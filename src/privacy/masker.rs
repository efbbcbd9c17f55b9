use std::collections::VecDeque;

use super::{masked, may_go_on, personal_numbers, personal_numbers_in_turn, running_masked};
use crate::call::{Channel, Event, EventKind, Hearing, PerChannel};

/// How long an event is held back for the rest of a number, ms of audio time: people pause for a second or two between the groups of
/// one, and while the other side repeats them.
pub const HOLD_MAX_MS: u64 = 6_000;

/// Events held back at most; more go out as they are. A call has a few a second.
const HELD_MAX: usize = 256;
/// Utterances of which one number may be told.
const SERIES_MAX: usize = 24;
/// Utterances and parts of numbers that later events may quote.
const PAST_MAX: usize = 64;
/// Pauses of the recording that utterances are held against.
const PAUSES_MAX: usize = 64;
/// Characters of an answer that a number may go on behind: 嗯, 好的您说.
const ANSWER_MAX: usize = 6;
/// Shorter parts of a number are not looked for in other texts.
const PART_MIN: usize = 4;

/// Takes personal numbers out of a call's events before anybody keeps them. Sans-IO; events go in as they come, and come out masked, each
/// once, in the same order. `S` is whatever its owner needs to know of each.
///
/// A number may be told over several utterances. One that ends in what may be the beginning of a number holds back the events from it on
/// until the number is whole, the same side goes on with something else, the other side says more than 嗯, or [`HOLD_MAX_MS`] have passed.
/// What was let go by then is not changed any more: digits told more than that before the rest stay.
///
/// Words said while the recording is paused are taken out in any case; the events of the pause stay.
///
/// ```
/// use callcue::call::{Channel, Event, EventKind};
/// use callcue::privacy::Masker;
///
/// let said = |at_ms: u64, text: &str| Event {
///     at_ms,
///     kind: EventKind::Transcript {
///         channel: Channel::Customer,
///         from_ms: at_ms - 900,
///         to_ms: at_ms,
///         text: text.to_owned(),
///         r#final: true,
///         level_dbfs: None,
///         language: None,
///     },
/// };
/// let mut masker = Masker::new(true);
/// masker.push(1, said(1_000, "电话是一三八零零"));
/// assert!(masker.poll().is_none(), "it may go on");
/// masker.push(2, said(2_000, "一三八零零零"));
/// masker.push(3, said(3_000, "好了就这个"));
/// let out: Vec<_> = std::iter::from_fn(|| masker.poll()).collect();
/// assert_eq!(out.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 2, 3]);
/// let EventKind::Transcript { text, .. } = &out[0].1.kind else { panic!() };
/// assert_eq!(text, "电话是[手机号]");
/// ```
#[derive(Debug)]
pub struct Masker<S> {
    masks: bool,
    now_ms: u64,
    sides: PerChannel<Series>,
    /// Utterances that a later event may quote.
    past: VecDeque<Said>,
    /// Numbers, and parts of them, as they were said; and masked.
    parts: VecDeque<(String, String)>,
    /// Stretches in which nothing is recorded.
    pauses: VecDeque<(u64, u64)>,
    held: VecDeque<Held<S>>,
}

/// Utterances of one side that may be of one number.
#[derive(Debug, Default)]
struct Series {
    number: u64,
    said: Vec<Said>,
    /// The next utterance may go on with it.
    is_open: bool,
}

/// An utterance as it was said, and as it is kept.
#[derive(Clone, Debug)]
struct Said {
    raw: String,
    masked: String,
}

#[derive(Debug)]
struct Held<S> {
    stamp: S,
    event: Event,
    since_ms: u64,
    /// Of an utterance: the series that it is of, and its place there.
    of: Option<(Channel, u64, usize)>,
}

impl<S> Masker<S> {
    /// For one call. Without `masks` only what is said in a pause of the recording is taken out.
    pub fn new(masks: bool) -> Self {
        Self {
            masks,
            now_ms: 0,
            sides: PerChannel::default(),
            past: VecDeque::new(),
            parts: VecDeque::new(),
            pauses: VecDeque::new(),
            held: VecDeque::new(),
        }
    }

    /// Takes the next event.
    pub fn push(&mut self, stamp: S, mut event: Event) {
        self.now_ms = self.now_ms.max(event.at_ms);
        let mut of = None;
        match &mut event.kind {
            EventKind::RecordingPaused => self.pause(event.at_ms),
            EventKind::RecordingResumed => self.resume(event.at_ms),
            EventKind::Transcript { from_ms, to_ms, text, .. } if self.is_paused(*from_ms, *to_ms) => {
                text.clear();
            }
            EventKind::Transcript { channel, text, r#final: true, .. } if self.masks && !text.is_empty() => {
                of = Some(self.said(*channel, text));
            }
            _ => {}
        }
        self.held.push_back(Held { stamp, event, since_ms: self.now_ms, of });
        if let Some((channel, number, _)) = of {
            self.mask_held(channel, number);
        }
    }

    /// Everything up to this moment of the call has been handed in.
    pub fn advance(&mut self, now_ms: u64) {
        self.now_ms = self.now_ms.max(now_ms);
    }

    /// The next event that may be kept, until there is none.
    pub fn poll(&mut self) -> Option<(S, Event)> {
        let front = self.held.front()?;
        if self.waits(front) && self.held.len() <= HELD_MAX {
            return None;
        }
        let Held { stamp, event, .. } = self.held.pop_front()?;
        Some((stamp, self.cleaned(event)))
    }

    /// The next event as it stands, whatever may still come.
    pub fn let_go(&mut self) -> Option<(S, Event)> {
        let Held { stamp, event, .. } = self.held.pop_front()?;
        Some((stamp, self.cleaned(event)))
    }

    /// Nothing more will come: what is held back goes out as it stands.
    pub fn flush(&mut self) -> Vec<(S, Event)> {
        for channel in Channel::BOTH {
            self.end_series(channel);
        }
        std::iter::from_fn(|| self.poll()).collect()
    }

    /// Words of somebody who is still speaking, as others may see them; none while the recording is paused. Nobody knows yet what
    /// digits will become, so all longer runs of them are masked.
    pub fn running(
        &self,
        channel: Channel,
        from_ms: u64,
        committed: &str,
        tentative: &str,
    ) -> Option<(String, String)> {
        if self.is_paused(from_ms, u64::MAX) {
            return None;
        }
        if !self.masks {
            return Some((committed.to_owned(), tentative.to_owned()));
        }
        let goes_on = self.sides[channel].is_open;
        let masked = running_masked(&format!("{committed}{tentative}"), goes_on);
        let length = committed.chars().count();
        Some((masked.chars().take(length).collect(), masked.chars().skip(length).collect()))
    }

    fn waits(&self, held: &Held<S>) -> bool {
        held.of.is_some_and(|(channel, number, _)| {
            let series = &self.sides[channel];
            series.number == number && series.is_open && self.now_ms < held.since_ms + HOLD_MAX_MS
        })
    }

    fn pause(&mut self, at_ms: u64) {
        if self.pauses.back().is_some_and(|(_, to_ms)| *to_ms == u64::MAX) {
            return;
        }
        if self.pauses.len() == PAUSES_MAX {
            self.pauses.pop_front();
        }
        self.pauses.push_back((at_ms, u64::MAX));
    }

    fn resume(&mut self, at_ms: u64) {
        if let Some((_, to_ms)) = self.pauses.back_mut().filter(|(_, to_ms)| *to_ms == u64::MAX) {
            *to_ms = at_ms;
        }
    }

    fn is_paused(&self, from_ms: u64, to_ms: u64) -> bool {
        self.pauses.iter().any(|(from, to)| from_ms < *to && *from < to_ms)
    }

    /// Takes the words of an utterance, and finds what is personal in them and in those before.
    fn said(&mut self, channel: Channel, text: &str) -> (Channel, u64, usize) {
        if !self.sides[channel].is_open || self.sides[channel].said.len() == SERIES_MAX {
            self.end_series(channel);
        }
        let other = channel.other();
        let is_answer = text.chars().count() <= ANSWER_MAX || may_go_on(&[text]);
        if self.sides[other].is_open && !is_answer {
            self.end_series(other);
        }
        let series = &mut self.sides[channel];
        series.said.push(Said { raw: text.to_owned(), masked: text.to_owned() });
        let raw: Vec<String> = series.said.iter().map(|said| said.raw.clone()).collect();
        let raw: Vec<&str> = raw.iter().map(String::as_str).collect();
        let found = personal_numbers_in_turn(&raw);
        for (said, numbers) in series.said.iter_mut().zip(&found) {
            said.masked = masked(&said.raw, numbers);
            for number in numbers {
                let part = &said.raw[number.span.clone()];
                let length = part.chars().count();
                let is_known = self.parts.iter().any(|(known, _)| known == part);
                if length >= PART_MIN && !is_known {
                    if self.parts.len() == PAST_MAX {
                        self.parts.pop_front();
                    }
                    self.parts.push_back((part.to_owned(), "*".repeat(length)));
                }
            }
        }
        series.is_open = may_go_on(&raw);
        (channel, series.number, series.said.len() - 1)
    }

    /// What the newest utterance has shown of those before it that are still here.
    fn mask_held(&mut self, channel: Channel, number: u64) {
        let series = &self.sides[channel];
        for held in &mut self.held {
            let Some((of, series_of, place)) = held.of else { continue };
            if let EventKind::Transcript { text, .. } = &mut held.event.kind
                && (of, series_of) == (channel, number)
                && let Some(said) = series.said.get(place)
            {
                text.clone_from(&said.masked);
            }
        }
    }

    fn end_series(&mut self, channel: Channel) {
        let series = &mut self.sides[channel];
        series.is_open = false;
        series.number += 1;
        for said in series.said.drain(..) {
            if self.past.len() == PAST_MAX {
                self.past.pop_front();
            }
            self.past.push_back(said);
        }
    }

    fn cleaned(&self, mut event: Event) -> Event {
        match &mut event.kind {
            EventKind::Flag { from_ms, to_ms, text, heard, .. } if self.is_paused(*from_ms, *to_ms) => {
                text.clear();
                heard.aligned.clear();
            }
            kind if self.masks => self.mask_kind(kind),
            _ => {}
        }
        event
    }

    fn mask_kind(&self, kind: &mut EventKind) {
        match kind {
            EventKind::Transcript { text, r#final: false, .. } => *text = running_masked(text, false),
            EventKind::Flag { text, phrase, instead, heard, .. } => {
                self.mask_flag(text, heard);
                self.mask_quoted(phrase);
                instead.iter_mut().for_each(|text| self.mask_quoted(text));
            }
            EventKind::Alert { text, .. } => {
                self.mask_quoted(text);
                *text = masked(text, &personal_numbers(text));
            }
            EventKind::Cue { say, avoid, title, act, upcoming, .. } => {
                let lists = [say, avoid, upcoming];
                let texts = lists.into_iter().flatten().chain([title]).chain(act);
                texts.for_each(|text| self.mask_quoted(text));
            }
            EventKind::Checklist { items, .. } => {
                items.iter_mut().for_each(|item| self.mask_quoted(&mut item.label));
            }
            EventKind::CallStarted { customer: Some(customer), .. } => {
                customer.surname.iter_mut().for_each(|text| *text = masked(text, &personal_numbers(text)));
                customer.title.iter_mut().for_each(|text| *text = masked(text, &personal_numbers(text)));
            }
            _ => {}
        }
    }

    /// What a flag quotes: of an utterance that is known, its masked text; else digits may be of a number that is being told.
    fn mask_flag(&self, text: &mut String, heard: &mut Hearing) {
        let before = text.clone();
        let mut unknown = text.clone();
        for said in self.known() {
            if said.raw.contains(text.as_str()) {
                unknown.clear();
            }
            unknown = unknown.replace(&said.raw, "\n");
        }
        self.mask_quoted(text);
        if running_masked(&unknown, false) != unknown {
            *text = running_masked(text, false);
        }
        if *text != before {
            for word in &mut heard.aligned {
                word.said = word.said.map(|said| if super::is_numeral(said) { '*' } else { said });
            }
        }
    }

    fn known(&self) -> impl Iterator<Item = &Said> {
        self.past.iter().chain(Channel::BOTH.into_iter().flat_map(|channel| &self.sides[channel].said))
    }

    /// Takes out of `text` what it has of numbers that were told. What is the script's own stays.
    fn mask_quoted(&self, text: &mut String) {
        for said in self.known().filter(|said| said.raw != said.masked) {
            if text.contains(&said.raw) {
                *text = text.replace(&said.raw, &said.masked);
            } else if text.chars().count() > 1
                && let Some(part) = part_of(said, text)
            {
                *text = part;
            }
        }
        for (part, mask) in &self.parts {
            if text.contains(part.as_str()) {
                *text = text.replace(part.as_str(), mask);
            }
        }
    }
}

/// The masked text of that part of an utterance; none if it is no part of it, or nothing in it is masked.
fn part_of(said: &Said, text: &str) -> Option<String> {
    let length = text.chars().count();
    said.raw
        .match_indices(text)
        .map(|(at, _)| {
            let before = said.raw[..at].chars().count();
            said.masked.chars().skip(before).take(length).collect::<String>()
        })
        .find(|masked| masked != text)
}
