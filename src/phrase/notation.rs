use std::fmt;

use super::align::{Element, Part, cost_max};
use super::explain::Alignment;
use super::said::{Hit, NEGATIONS, Said};

/// A phrase to listen for.
///
/// | written | means |
/// |---|---|
/// | `您好` | these syllables, one after the other; punctuation is ignored |
/// | `抱歉…话筒` | both parts, in any order, anything between |
/// | `请问[还]有什么` | the bracketed syllables must be there; they are never forgiven as a slip |
/// | `很<抱歉>声音太小` | of the syllables in angle brackets two thirds must be there; of two, one |
/// | `帮(助)您` | the syllables in round brackets may be left out |
/// | `{agent}号` | a slot, filled for each call; see [`Slots`] |
/// | `找##(#)号` | each `#` is one digit, written or spoken |
///
/// A negation (不, 没, …) must always be there, and none may come in between.
///
/// How many slips are forgiven grows with the length of each part, see [`Strictness`].
///
/// ```
/// use callcue::call::{CallTime, Span};
/// use callcue::phrase::{Phrase, Said, Slots, Strictness};
///
/// let ask = Phrase::parse("请问有什么可以帮您", &["还有什么"], Strictness::Required, &Slots::default())?;
/// let hear = |text| ask.find(&Said::of(text, Span::default()), 0).is_some();
/// assert!(hear("您好请问有神么可以邦你"));
/// assert!(!hear("请问还有什么可以帮助您"));
/// assert!(!hear("有什么事"));
/// # Ok::<(), callcue::phrase::BadPhrase>(())
/// ```
#[derive(Clone, Debug)]
pub struct Phrase {
    parts: Vec<Part>,
    unless: Vec<Part>,
    /// For all parts together.
    cost_max: u16,
}

/// How much may be wrong. A slip is a wrong, missing or additional syllable; near sounds, fillers and a syllable said
/// twice are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// Words that should be there: one slip in five syllables is forgiven, in parts of three and more.
    Required,
    /// Words that accuse somebody, or bring up a situation, if heard: one slip in nine syllables is forgiven. In six to
    /// eight it may only be a syllable too few, inside, or too many, and from eight on a wrong one. Shorter phrases must
    /// be there whole. Where square brackets say which syllables decide, of the others one in four is forgiven.
    Accusing,
    /// Words that were perhaps meant, for a person to look at, never to judge by: one slip in three syllables is forgiven.
    Almost,
}

impl Strictness {
    /// Slips forgiven in a phrase that needs so many syllables.
    const fn slips(self, needed: usize, marked: bool) -> u16 {
        let slips = match self {
            Self::Required => needed / 5,
            Self::Accusing if marked => needed / 4,
            Self::Accusing if needed < 9 => needed / 6,
            Self::Accusing => needed / 9,
            Self::Almost => needed / 3,
        };
        slips as u16
    }

    /// Of these, how many in one of several parts.
    const fn slips_of_part(self, needed: usize, marked: bool) -> u16 {
        match self {
            Self::Required | Self::Almost if needed < 10 => (needed / 3) as u16,
            _ => self.slips(needed, marked),
        }
    }

    /// Whether a part is too short for a wrong syllable.
    const fn wants_whole(self, needed: usize, marked: bool) -> bool {
        matches!(self, Self::Accusing) && needed < 8 && !marked
    }
}

/// What the slots of phrases stand for in one call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slots {
    /// `{agent}`: the agent's number.
    pub agent: String,
    /// `{company}`: as the greeting has it.
    pub company: String,
    /// `{surname}`: the caller's, empty while it is not known.
    pub surname: String,
    /// `{title}`: 先生 or 女士, empty while it is not known.
    pub title: String,
}

impl Slots {
    const NAMES: [&str; 5] = ["agent", "company", "surname", "title", "customer"];

    fn value(&self, name: &str) -> Option<String> {
        match name {
            "agent" => Some(self.agent.clone()),
            "company" => Some(self.company.clone()),
            "surname" => Some(self.surname.clone()),
            "title" => Some(self.title.clone()),
            "customer" => Some(self.customer()),
            _ => None,
        }
    }

    /// How the agent addresses the caller: 王先生, or 先生/女士 as long as less is known.
    pub fn customer(&self) -> String {
        let title = if self.title.is_empty() { "先生/女士" } else { &self.title };
        format!("{}{title}", self.surname)
    }

    /// `text` with its slots filled, for a person to read.
    pub fn fill(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        for name in Self::NAMES {
            let slot = format!("{{{name}}}");
            if filled.contains(&slot) {
                filled = filled.replace(&slot, &self.value(name).unwrap_or_default());
            }
        }
        filled
    }
}

/// A phrase that is not written in the notation of [`Phrase`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadPhrase {
    /// Nothing in it sounds.
    Empty,
    /// A bracket without its partner.
    Unbalanced(char),
    /// A slot that does not exist.
    UnknownSlot(String),
    /// A part is longer than 64 syllables.
    TooLong,
}

impl fmt::Display for BadPhrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "nothing in this phrase can be said; write at least one character"),
            Self::Unbalanced(bracket) => write!(f, "the bracket '{bracket}' has no partner"),
            Self::UnknownSlot(name) => {
                write!(
                    f,
                    "there is no slot {{{name}}}; slots are {}",
                    Slots::NAMES.map(|n| format!("{{{n}}}")).join(" ")
                )
            }
            Self::TooLong => write!(f, "a part of more than 64 syllables; put … between its essential parts"),
        }
    }
}

impl BadPhrase {
    /// The same in Chinese, for the person who wrote it.
    pub fn in_chinese(&self) -> String {
        match self {
            Self::Empty => "这句话里没有能说出来的字; 至少写一个".to_owned(),
            Self::Unbalanced(bracket) => format!("括号「{bracket}」没有配对; 补上另一半"),
            Self::UnknownSlot(name) => {
                let slots = Slots::NAMES.map(|name| format!("{{{name}}}")).join(" ");
                format!("没有 {{{name}}} 这个空; 可以写 {slots}")
            }
            Self::TooLong => "一段超过 64 个字; 在要紧的几段之间写 …".to_owned(),
        }
    }
}

impl std::error::Error for BadPhrase {}

impl Phrase {
    /// Longest part, in syllables.
    pub const PART_MAX: usize = 64;

    /// Reads a phrase in the notation above. It is not heard where one of `unless` is heard at the same place.
    ///
    /// # Errors
    /// [`BadPhrase`], a mistake of whoever wrote it.
    pub fn parse(
        text: &str,
        unless: &[&str],
        strictness: Strictness,
        slots: &Slots,
    ) -> Result<Self, BadPhrase> {
        let parts = text
            .split('…')
            .map(|part| parse_part(part, slots))
            .filter(|part| !matches!(part, Err(BadPhrase::Empty)))
            .collect::<Result<Vec<_>, _>>()?;
        if parts.is_empty() {
            return Err(BadPhrase::Empty);
        }
        let needed = parts.iter().map(|part| needed_syllables(part)).sum();
        let length = parts.iter().map(Vec::len).sum();
        let (marked, alone) = (text.contains('['), parts.len() == 1);
        let slips = strictness.slips(needed, marked);
        let parts = parts.into_iter().map(|elements| {
            let needed = needed_syllables(&elements);
            let slips_of_part =
                if alone { slips } else { strictness.slips_of_part(needed, marked).min(slips) };
            let part = Part::new(elements, slips_of_part);
            if strictness.wants_whole(needed, marked) { part.whole() } else { part }
        });
        let unless = unless
            .iter()
            .map(|part| Ok(Part::new(parse_part(part, slots)?, 0)))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { parts: parts.collect(), unless, cost_max: cost_max(slips, length) })
    }

    /// A whole sentence of the script, heard if two thirds of it are there: to tell the script's own words from others.
    pub fn sentence(text: &str, slots: &Slots) -> Option<Self> {
        let plain: String = text.chars().filter(|c| !"()[]<>…".contains(*c)).collect();
        let elements = parse_part(&plain, slots).ok()?;
        let slips = (needed_syllables(&elements) / 3) as u16;
        let part = Part::new(elements, slips);
        Some(Self { cost_max: part.cost_max, parts: vec![part], unless: Vec::new() })
    }

    /// The first best place at or after sound number `first` where all parts are heard.
    pub fn find(&self, said: &Said, first: usize) -> Option<Hit> {
        if !self.parts.iter().all(|part| part.may_be_in(said)) {
            return None;
        }
        let mut whole: Option<Hit> = None;
        for part in &self.parts {
            let hit = self.find_part(part, said, first, said.len())?;
            whole = Some(whole.map_or(hit, |so_far| Hit {
                first: so_far.first.min(hit.first),
                end: so_far.end.max(hit.end),
                span: said.span(so_far.first.min(hit.first), so_far.end.max(hit.end)),
                cost: so_far.cost + hit.cost,
                needed: so_far.needed + hit.needed,
            }));
        }
        whole.filter(|hit| hit.cost <= self.cost_max)
    }

    /// Why `hit`, which [`Self::find`] found in `said`, is one: the words of the phrase beside those that were heard.
    pub fn explain(&self, said: &Said, hit: Hit) -> Alignment {
        let mut parts: Vec<(Hit, &Part)> = self
            .parts
            .iter()
            .filter_map(|part| Some((self.find_part(part, said, hit.first, hit.end)?, part)))
            .collect();
        parts.sort_by_key(|(hit, _)| hit.first);
        let words = parts.into_iter().flat_map(|(hit, part)| part.explain(said, hit)).collect();
        Alignment { words }
    }

    /// The first best place of `part` where no look-alike is.
    fn find_part(&self, part: &Part, said: &Said, first: usize, end: usize) -> Option<Hit> {
        let mut from = first;
        loop {
            let hit = part.align(said, from, end)?;
            if !self.is_excused(said, first, hit) {
                return Some(hit);
            }
            from = hit.end;
        }
    }

    /// True if a look-alike covers, or directly touches, the place of `hit`.
    fn is_excused(&self, said: &Said, first: usize, hit: Hit) -> bool {
        let from = hit.first.saturating_sub(6).max(first);
        self.unless.iter().any(|look_alike| {
            let end = said.len().min(hit.end + 2 * (look_alike.elements.len() + 1));
            look_alike.may_be_in(said)
                && look_alike
                    .align(said, from, end)
                    .is_some_and(|other| other.first < hit.end + 2 && hit.first < other.end + 2)
        })
    }
}

fn needed_syllables(elements: &[Element]) -> usize {
    elements.iter().filter(|element| !element.may).count()
}

fn parse_part(text: &str, slots: &Slots) -> Result<Vec<Element>, BadPhrase> {
    let mut elements = Vec::new();
    let (mut must, mut may, mut essential) = (false, false, false);
    let mut stretch = 0;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '[' if !must => must = true,
            ']' if must => must = false,
            '(' | '\u{ff08}' if !may => may = true,
            ')' | '\u{ff09}' if may => may = false,
            '<' if !essential && stretch < Phrase::PART_MAX as u8 => {
                (essential, stretch) = (true, stretch + 1)
            }
            '>' if essential => essential = false,
            '[' | ']' | '(' | ')' | '\u{ff08}' | '\u{ff09}' | '}' | '<' | '>' => {
                return Err(BadPhrase::Unbalanced(character));
            }
            _ => {
                if character == '#' {
                    elements.push(Element {
                        may,
                        essential: if essential { stretch } else { 0 },
                        ..Element::DIGIT
                    });
                    continue;
                }
                let value = if character == '{' {
                    let name: String = characters.by_ref().take_while(|one| *one != '}').collect();
                    slots.value(&name).ok_or(BadPhrase::UnknownSlot(name))?
                } else {
                    character.to_string()
                };
                elements.extend(value.chars().filter_map(Element::of).map(|element| Element {
                    must: must || (NEGATIONS.contains(&element.character) && !may),
                    may,
                    essential: if essential { stretch } else { 0 },
                    ..element
                }));
            }
        }
    }
    if must || may || essential {
        return Err(BadPhrase::Unbalanced(if must {
            '['
        } else if may {
            '('
        } else {
            '<'
        }));
    }
    if elements.is_empty() && !text.contains('{') {
        return Err(BadPhrase::Empty);
    }
    if elements.len() > Phrase::PART_MAX {
        return Err(BadPhrase::TooLong);
    }
    Ok(elements)
}
