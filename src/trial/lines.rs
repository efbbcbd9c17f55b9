use std::collections::BTreeSet;

use serde::Serialize;

use super::random::Random;
use super::talk;
use crate::call::Channel;
use crate::phrase::{Phrase, Slots, Strictness};
use crate::script::Script;

/// Lines of each truth for one list of phrases, at least.
pub(super) const LINES_MIN: usize = 24;

/// What a phrase is heard for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Words to say: `say`.
    Required,
    /// Words not to be said: `never`.
    Forbidden,
    /// Words that make a rule apply: `when`.
    Situation,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Required, Self::Forbidden, Self::Situation];
}

/// A list of phrases of the script of which any one counts, with what the file says of it.
#[derive(Clone, Debug)]
pub(super) struct Target<'a> {
    pub(super) rule: &'a str,
    pub(super) purpose: Purpose,
    speaker: Channel,
    /// What is listened for, in the notation of [`Phrase`].
    listens: Vec<String>,
    /// The same as the file has it: without what the program makes of the sentence as a whole.
    variants: Vec<String>,
    unless: Vec<&'a str>,
    /// As the script has it, slots not filled.
    sentence: Option<&'a str>,
    heard_in: &'a [String],
    not_heard_in: &'a [String],
}

/// A line, and whether it says what its [`Target`] listens for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) said: bool,
}

/// Everything that `script` listens for.
pub(super) fn targets(script: &Script) -> Vec<Target<'_>> {
    fn plain(one: &serde_spanned::Spanned<String>) -> &str {
        one.get_ref()
    }
    let mut targets = Vec::new();
    for rule in &script.rules {
        let id = rule.id.get_ref().as_str();
        targets.extend(rule.say.iter().map(|step| Target {
            rule: id,
            purpose: Purpose::Required,
            speaker: Channel::Agent,
            listens: step.variants(),
            variants: match &step.heard[..] {
                [] => step.variants(),
                heard => heard.iter().map(|one| plain(one).to_owned()).collect(),
            },
            unless: step.unless.iter().map(plain).collect(),
            sentence: Some(plain(&step.text)),
            heard_in: &step.heard_in,
            not_heard_in: &step.not_heard_in,
        }));
        targets.extend(rule.never.iter().map(|never| Target {
            rule: id,
            purpose: Purpose::Forbidden,
            speaker: Channel::Agent,
            listens: never.variants().into_iter().map(str::to_owned).collect(),
            variants: never.variants().into_iter().map(str::to_owned).collect(),
            unless: never.unless.iter().map(plain).collect(),
            sentence: Some(plain(&never.text)),
            heard_in: &never.heard_in,
            not_heard_in: &never.not_heard_in,
        }));
        for trigger in &rule.when {
            let sides = [(Channel::Customer, &trigger.customer_says), (Channel::Agent, &trigger.agent_says)];
            let heard = sides.iter().filter(|(_, says)| !says.is_empty());
            // The file's lines do not say whose they are.
            let alone = heard.clone().count() == 1;
            targets.extend(heard.map(|(speaker, says)| Target {
                rule: id,
                purpose: Purpose::Situation,
                speaker: *speaker,
                listens: says.iter().map(|one| plain(one).to_owned()).collect(),
                variants: says.iter().map(|one| plain(one).to_owned()).collect(),
                unless: trigger.unless.iter().map(plain).collect(),
                sentence: None,
                heard_in: if alone { &trigger.heard_in } else { &[] },
                not_heard_in: if alone { &trigger.not_heard_in } else { &[] },
            }));
        }
    }
    targets
}

impl Target<'_> {
    pub(super) fn phrases(&self, slots: &Slots) -> Vec<Phrase> {
        let strictness = match self.purpose {
            Purpose::Required => Strictness::Required,
            Purpose::Forbidden | Purpose::Situation => Strictness::Accusing,
        };
        self.listens
            .iter()
            .filter_map(|variant| Phrase::parse(variant, &self.unless, strictness, slots).ok())
            .collect()
    }
}

/// Makes lines for the targets of one script.
pub(super) struct LineMaker<'a> {
    targets: &'a [Target<'a>],
    slots: &'a Slots,
    /// Complete sentences of the script, by who says them.
    agent: Vec<String>,
    customer: Vec<String>,
}

impl<'a> LineMaker<'a> {
    pub(super) fn new(targets: &'a [Target<'a>], slots: &'a Slots) -> Self {
        let (mut agent, mut customer) = (BTreeSet::new(), BTreeSet::new());
        for target in targets {
            let mut sentences: Vec<String> =
                target.sentence.map(|text| slots.fill(text)).into_iter().collect();
            sentences.extend(target.variants.iter().flat_map(|variant| spoken(variant, slots)));
            match target.speaker {
                Channel::Agent => agent.extend(sentences),
                Channel::Customer => customer.extend(sentences),
            }
        }
        Self { targets, slots, agent: agent.into_iter().collect(), customer: customer.into_iter().collect() }
    }

    /// Lines that say it, then lines that do not, [`LINES_MIN`] of each and more where the file has more.
    pub(super) fn lines(&self, index: usize, random: &mut Random) -> Vec<Line> {
        let target = &self.targets[index];
        let mut lines = self.said(target, random);
        lines.extend(self.not_said(target, random));
        lines
    }

    fn said(&self, target: &Target<'_>, random: &mut Random) -> Vec<Line> {
        // As the script has it, and as it is said otherwise: half of the lines each.
        let mut given: Vec<String> = target.heard_in.to_vec();
        given.extend(target.sentence.map(|text| self.slots.fill(text)));
        let mut variants: Vec<String> =
            target.variants.iter().flat_map(|variant| spoken(variant, self.slots)).collect();
        let mut seen = BTreeSet::new();
        given.retain(|base| seen.insert(bare(base)));
        variants.retain(|base| seen.insert(bare(base)));
        let mut texts: Vec<String> = given.iter().chain(&variants).cloned().collect();
        let has_look_alike = |line: &str| {
            let line = bare(line);
            target.unless.iter().any(|unless| line.contains(&bare(unless)))
        };
        for round in 0..LINES_MIN * 20 {
            let bases = match round % 2 {
                0 if !given.is_empty() => &given,
                _ if !variants.is_empty() => &variants,
                _ => &given,
            };
            if texts.len() >= LINES_MIN || bases.is_empty() {
                break;
            }
            let line = in_talk(&bases[round / 2 % bases.len()], target.speaker, random);
            if !has_look_alike(&line) && seen.insert(bare(&line)) {
                texts.push(line);
            }
        }
        texts.into_iter().map(|text| Line { text, said: true }).collect()
    }

    fn not_said(&self, target: &Target<'_>, random: &mut Random) -> Vec<Line> {
        let mut close: Vec<String> = target.not_heard_in.to_vec();
        close.extend(target.unless.iter().flat_map(|unless| spoken(unless, self.slots)));
        for variant in &target.variants {
            close.extend(cut_short(variant, self.slots));
            close.extend(turned_round(variant, self.slots));
        }
        let said: Vec<Vec<String>> =
            target.variants.iter().flat_map(|variant| spoken_parts(variant, self.slots)).collect();
        let says = |line: &str| {
            let line = bare(line);
            said.iter().any(|parts| parts.iter().all(|part| line.contains(&bare(part))))
        };
        let mut seen = BTreeSet::new();
        let is_given = |line: &String| target.not_heard_in.contains(line);
        close.retain(|line| (is_given(line) || !says(line)) && seen.insert(bare(line)));
        let given = target.not_heard_in.len().min(close.len());
        random.shuffle(&mut close[given..]);
        let mut texts: Vec<String> = close.iter().take(given.max(LINES_MIN / 2)).cloned().collect();
        let (scripted, talk, others): (_, &[&str], &[&str]) = match target.speaker {
            Channel::Agent => (&self.agent, &talk::AGENT, &talk::CUSTOMER),
            Channel::Customer => (&self.customer, &talk::CUSTOMER, &talk::AGENT),
        };
        for _ in 0..LINES_MIN * 20 {
            if texts.len() >= LINES_MIN {
                break;
            }
            let base = match random.below(10) {
                0..4 => random.one_of(scripted).clone(),
                4..7 => (*random.one_of(talk)).to_owned(),
                7 => (*random.one_of(others)).to_owned(),
                _ if close.is_empty() => continue,
                _ => random.one_of(&close).clone(),
            };
            let line = if random.chance(0.5) { in_talk(&base, target.speaker, random) } else { base };
            if !says(&line) && seen.insert(bare(&line)) {
                texts.push(line);
            }
        }
        texts.into_iter().map(|text| Line { text, said: false }).collect()
    }
}

/// `base` with something said before it, after it or both.
fn in_talk(base: &str, speaker: Channel, random: &mut Random) -> String {
    let (before, after) = match speaker {
        Channel::Agent => (&talk::AGENT_BEFORE, &talk::AGENT_AFTER),
        Channel::Customer => (&talk::CUSTOMER_BEFORE, &talk::CUSTOMER_AFTER),
    };
    match random.below(3) {
        0 => format!("{}{base}", random.one_of(before)),
        1 => format!("{base}{}", random.one_of(after)),
        _ => format!("{}{base}{}", random.one_of(before), random.one_of(after)),
    }
}

/// What sounds in `text`, polite or not, so that two lines can be compared.
fn bare(text: &str) -> String {
    let sounding = text.chars().filter(|one| one.is_alphanumeric());
    sounding.map(|one| if one == '您' { '你' } else { one }).collect()
}

/// `variant` as it may be said, its parts apart: what may be left out left in, and left out.
fn spoken_parts(variant: &str, slots: &Slots) -> Vec<Vec<String>> {
    let mut both: Vec<Vec<String>> = [true, false]
        .into_iter()
        .map(|full| {
            let (mut kept, mut may) = (String::new(), false);
            let mut digits = "1002".chars().cycle();
            for character in variant.chars() {
                match character {
                    '[' | ']' | '<' | '>' => {}
                    '#' if full || !may => kept.extend(digits.next()),
                    '#' => {}
                    '(' | '\u{ff08}' => may = true,
                    ')' | '\u{ff09}' => may = false,
                    _ if full || !may => kept.push(character),
                    _ => {}
                }
            }
            kept.split('…').map(|part| slots.fill(part)).filter(|part| !bare(part).is_empty()).collect()
        })
        .collect();
    both.dedup();
    both.retain(|parts| !parts.is_empty());
    both
}

/// The same in one breath.
fn spoken(variant: &str, slots: &Slots) -> Vec<String> {
    spoken_parts(variant, slots).into_iter().map(|parts| parts.join(",")).collect()
}

/// Less than `variant`: one of its parts missing, or half of the only one.
fn cut_short(variant: &str, slots: &Slots) -> Vec<String> {
    let mut cut = Vec::new();
    for parts in spoken_parts(variant, slots) {
        if let [only] = &parts[..] {
            let characters: Vec<char> = bare(only).chars().collect();
            if characters.len() >= 4 {
                let (first, last) = characters.split_at(characters.len() / 2);
                cut.extend([first, last].map(|half| half.iter().collect::<String>()));
            }
        } else {
            for missing in 0..parts.len() {
                let kept = parts.iter().enumerate().filter(|(index, _)| *index != missing);
                cut.push(kept.map(|(_, part)| part.as_str()).collect::<Vec<_>>().join(","));
            }
        }
    }
    cut
}

/// The opposite of `variant`: its negation taken out, or one put in.
fn turned_round(variant: &str, slots: &Slots) -> Option<String> {
    let parts = spoken_parts(variant, slots).into_iter().next()?;
    let negated = parts.iter().position(|part| part.contains(['不', '没', '别']));
    let turned = parts.iter().map(|part| {
        let mut characters: Vec<char> = part.chars().collect();
        if let Some(place) = characters.iter().position(|one| "不没别".contains(*one)) {
            characters.remove(place);
        } else if negated.is_none() {
            let negatable = characters.iter().skip(1).position(|one| "有要能可会是听知用接等".contains(*one));
            if let Some(place) = negatable {
                characters.insert(place + 1, if characters[place + 1] == '有' { '没' } else { '不' });
            }
        }
        characters.into_iter().collect::<String>()
    });
    let turned = turned.collect::<Vec<_>>().join(",");
    Some(turned).filter(|turned| !bare(turned).is_empty())
}
