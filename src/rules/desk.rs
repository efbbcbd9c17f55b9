use std::collections::VecDeque;

use super::card::RuleCard;
use crate::call::{CallTime, Channel, CueOutcome, Event, EventKind, FlagKind, Hearing, Span};
use crate::phrase::Slots;
use crate::score::{Assessment, CallScore};
use crate::script::{CueLimits, Script};

const MINUTE_MS: u64 = 60_000;

/// The evidence of a flag.
#[derive(Clone, Debug)]
pub(super) struct Breach<'a> {
    pub(super) kind: FlagKind,
    pub(super) span: Span,
    /// What was said.
    pub(super) text: &'a str,
    /// What the script has.
    pub(super) phrase: &'a str,
}

/// Where rules put their answers, stamped with the moment at which they give them.
#[derive(Debug)]
pub(super) struct Desk {
    /// Moment of whatever is being judged.
    pub(super) now: CallTime,
    events: VecDeque<Event>,
    /// Cues of each rule, by its position in the script.
    cues: Vec<CuesOfRule>,
    /// Cues on the screen, with their rules.
    open: Vec<(usize, String)>,
    /// The words that made each rule apply last, if words did, by its position in the script.
    pub(super) causes: Vec<Option<Hearing>>,
    /// Points of one breach of each rule.
    points: Vec<i32>,
    pub(super) score: CallScore,
    pub(super) due: u32,
    pub(super) met: u32,
    pub(super) flags: u32,
}

/// How often a rule has shown, and may show, a cue.
#[derive(Debug)]
struct CuesOfRule {
    limits: CueLimits,
    count: u32,
    /// Moments of those that still count against a limit.
    recent: VecDeque<CallTime>,
}

impl CuesOfRule {
    /// Takes note of a cue at `now`, or refuses it.
    fn admit(&mut self, now: CallTime) -> bool {
        let limits = self.limits;
        let window_ms = MINUTE_MS.max(limits.cool_down_ms);
        while self.recent.front().is_some_and(|at| now.millis_since(*at) >= window_ms) {
            self.recent.pop_front();
        }
        let in_minute = self.recent.iter().filter(|at| now.millis_since(**at) < MINUTE_MS).count();
        let refused = limits.per_call.is_some_and(|max| self.count >= max)
            || limits.per_minute.is_some_and(|max| in_minute >= max as usize)
            || self.recent.back().is_some_and(|at| now.millis_since(*at) < limits.cool_down_ms);
        if !refused {
            self.count += 1;
            self.recent.push_back(now);
        }
        !refused
    }
}

impl Desk {
    pub(super) fn new(script: &Script, assessment: &Assessment) -> Self {
        Self {
            now: CallTime::START,
            events: VecDeque::new(),
            cues: script
                .rules
                .iter()
                .map(|rule| CuesOfRule { limits: rule.cues, count: 0, recent: VecDeque::new() })
                .collect(),
            open: Vec::new(),
            causes: vec![None; script.rules.len()],
            points: script.rules.iter().map(|rule| assessment.points_of_breach(&rule.item)).collect(),
            score: CallScore::default(),
            due: 0,
            met: 0,
            flags: 0,
        }
    }

    pub(super) fn say(&mut self, kind: EventKind) {
        self.events.push_back(Event { at_ms: self.now.as_millis(), kind });
    }

    pub(super) fn next_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Shows step number `step` (from 0) of a rule, unless its cues have come often enough; one past the last step is
    /// the act of hanging up.
    pub(super) fn cue(
        &mut self,
        card: &RuleCard,
        step: usize,
        slots: &Slots,
        until: Option<CallTime>,
    ) -> Option<String> {
        let text = |step: &super::card::Step| slots.fill(&step.text);
        let say = card.steps.get(step).map(text);
        let upcoming = card.steps.iter().skip(step + 1).map(text).collect();
        self.show(card, step, say, upcoming, until)
    }

    /// Shows a sentence of a rule until `until`, unless its cues have come often enough.
    pub(super) fn cue_saying(
        &mut self,
        card: &RuleCard,
        text: &str,
        slots: &Slots,
        until: CallTime,
    ) -> Option<String> {
        self.show(card, 0, Some(slots.fill(text)), Vec::new(), Some(until))
    }

    fn show(
        &mut self,
        card: &RuleCard,
        step: usize,
        say: Option<String>,
        upcoming: Vec<String>,
        until: Option<CallTime>,
    ) -> Option<String> {
        if !self.cues[card.index].admit(self.now) {
            return None;
        }
        let id = format!("{}#{}", card.id, self.cues[card.index].count);
        self.open.push((card.index, id.clone()));
        self.say(EventKind::Cue {
            id: id.clone(),
            rule: card.id.clone(),
            step: step as u32 + 1,
            act: say.is_none().then(|| "可以挂机".to_owned()),
            say: say.into_iter().collect(),
            avoid: card.avoid.clone(),
            until_ms: until.map(CallTime::as_millis),
            title: card.title.clone(),
            upcoming,
            priority: card.priority,
        });
        Some(id)
    }

    /// True while the rule at `index` shows a cue.
    pub(super) fn has_cue(&self, index: usize) -> bool {
        self.open.iter().any(|(rule, _)| *rule == index)
    }

    /// Tells the team lead that step `step` has fallen due, if the script says so.
    pub(super) fn alert(&mut self, card: &RuleCard, step: usize) {
        if let Some(text) = card.steps.get(step).and_then(|step| step.alert.clone()) {
            self.say(EventKind::Alert { rule: card.id.clone(), to: "lead".to_owned(), text });
        }
    }

    /// Ends a cue, if one is open.
    pub(super) fn cue_done(&mut self, cue: &mut Option<String>, outcome: CueOutcome) {
        if let Some(id) = cue.take() {
            self.open.retain(|(_, open)| *open != id);
            self.say(EventKind::CueDone { id, outcome });
        }
    }

    pub(super) fn flag(&mut self, card: &RuleCard, breach: &Breach<'_>) {
        let heard = match breach.kind {
            FlagKind::Missing => card
                .steps
                .iter()
                .find(|step| step.phrase == breach.phrase)
                .and_then(|step| step.near_miss(breach.text))
                .or_else(|| self.causes[card.index].clone()),
            FlagKind::Hangup => self.causes[card.index].clone(),
            _ => None,
        };
        self.flag_heard(card, breach, heard.unwrap_or_default());
    }

    /// A breach that rests on the words of `heard`.
    pub(super) fn flag_heard(&mut self, card: &RuleCard, breach: &Breach<'_>, heard: Hearing) {
        self.flag_at(card.index, &card.id, &card.item, breach, None, heard);
    }

    pub(super) fn flag_at(
        &mut self,
        index: usize,
        rule: &str,
        item: &str,
        breach: &Breach<'_>,
        instead: Option<String>,
        heard: Hearing,
    ) {
        let points = if heard.review { 0 } else { self.points[index] };
        self.flags += 1;
        if points != 0 {
            self.score.add(item, points);
        }
        self.say(EventKind::Flag {
            rule: rule.to_owned(),
            kind: breach.kind,
            channel: Channel::Agent,
            from_ms: breach.span.from.as_millis(),
            to_ms: breach.span.to.as_millis(),
            text: breach.text.to_owned(),
            phrase: breach.phrase.trim_end_matches(['!', '?', '。', ';', ',']).to_owned(),
            item: item.to_owned(),
            points,
            instead,
            heard,
        });
    }
}
