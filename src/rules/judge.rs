use std::sync::Arc;

use super::answer::{Answer, AnswerTerms};
use super::ask_first::AskFirst;
use super::closing::Closing;
use super::confirm::Confirm;
use super::correction::Correction;
use super::dictate::Dictate;
use super::forbidden::ForbiddenWords;
use super::mandarin::Mandarin;
use super::name::Name;
use super::opening::Opening;
use super::restate::Restate;
use super::situation::{Found, Situation};
use super::steps::Steps;
use super::transfer::Transfer;
use super::view::NO_RULE;
use super::wait::Wait;
use super::{Act, CallView, Cause, Desk, Observation, RuleCard, RuleShape, Utterance};
use crate::call::{
    CallTime, Channel, CueOutcome, Customer, EndedBy, Event, EventKind, Hearing, ProposedPoints, Span,
};
use crate::phrase::{Phrase, Slots};
use crate::score::Assessment;
use crate::script::{FlagWhen, Rule, Script, Shape};

/// All rules of one script, during one call.
///
/// Takes what happened in order of audio time. Before each thing it lets every earlier deadline fall due, in order, so
/// that a late wake-up changes when an answer is given, never what it says.
pub struct Judge {
    rules: Vec<RuleInCall>,
    /// Positions in `rules` in the order in which they see things: those that claim words first.
    order: Vec<usize>,
    forbidden: ForbiddenWords,
    correction: Correction,
    view: CallView,
    desk: Desk,
    /// Audio is missing, so that no wait runs.
    stopped: bool,
    /// Agent's turn to which `view.claimed` belongs.
    claimed_turn: Option<u32>,
}

struct RuleInCall {
    card: RuleCard,
    situation: Situation,
    shape: Option<Box<dyn RuleShape>>,
}

impl std::fmt::Debug for Judge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Judge")
            .field("rules", &self.rules.len())
            .field("now", &self.desk.now)
            .finish_non_exhaustive()
    }
}

/// The rules' part of a call's summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Times a rule asked for words.
    pub due: u32,
    /// Of these, times they were heard.
    pub met: u32,
    /// Breaches.
    pub flags: u32,
    /// Points proposed.
    pub items: Vec<ProposedPoints>,
    /// Times the agent said again what the customer had told.
    pub restatings: u32,
}

impl Judge {
    /// The rules at the moment of the answer.
    pub fn new(
        script: &Arc<Script>,
        assessment: &Assessment,
        agent: &str,
        customer: Option<&Customer>,
    ) -> Self {
        let text = |field: Option<&String>| field.cloned().unwrap_or_default();
        let slots = Slots {
            agent: agent.to_owned(),
            company: script.company.clone(),
            surname: text(customer.and_then(|one| one.surname.as_ref())),
            title: text(customer.and_then(|one| one.title.as_ref())),
        };
        let sentences = script
            .rules
            .iter()
            .enumerate()
            .flat_map(|(index, rule)| rule.say.iter().map(move |step| (index, step)))
            .map(|(index, step)| (index, &step.text))
            .chain(script.not_answers.iter().map(|text| (NO_RULE, text)))
            .filter_map(|(index, text)| Some((index, Phrase::sentence(text.get_ref(), &slots)?)))
            .collect();
        let answers = script
            .rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| matches!(rule.check, Some(Shape::Answer { yields: false, .. })))
            .map(|(index, _)| index)
            .collect();
        let rules: Vec<RuleInCall> = script
            .rules
            .iter()
            .enumerate()
            .map(|(index, rule)| RuleInCall {
                card: RuleCard::new(index, rule, script.tolerance_ms, &slots),
                situation: Situation::new(rule, &slots, |id| {
                    script.rules.iter().position(|other| other.id.get_ref() == id)
                }),
                shape: make_shape(rule, &slots),
            })
            .collect();
        let mut order: Vec<usize> = (0..rules.len()).collect();
        order.sort_by_key(|index| match script.rules[*index].check {
            // They may judge the hang-up, so that `closing` need not.
            Some(Shape::Steps(_) | Shape::Answer { hangup: true, .. }) => 0,
            Some(Shape::Closing {}) => 1,
            // Others leave alone what is only said again.
            Some(Shape::Restate { .. }) => 2,
            _ => 3,
        });
        Self {
            view: CallView::new(slots.clone(), customer, sentences, answers, rules.len()),
            desk: Desk::new(script, assessment),
            forbidden: ForbiddenWords::new(script, &slots),
            correction: Correction::default(),
            rules,
            order,
            stopped: false,
            claimed_turn: None,
        }
    }

    /// The call was answered after ringing for `ring_ms`, if that is known.
    pub fn answered(&mut self, at: CallTime, ring_ms: Option<u64>) {
        self.desk.now = at;
        self.tell(Observation::Answered);
        self.detect(|situation, _| situation.answered(ring_ms));
    }

    /// Somebody begins to speak.
    pub fn speech_started(&mut self, at: CallTime, channel: Channel) {
        self.advance(at, false);
        if let Some(turn) = self.view.turns.speech_started(channel, at) {
            self.turn_closed(&turn);
        }
        let number = self.view.turns.open(Channel::Agent).map(|turn| turn.number);
        if channel == Channel::Agent && number != self.claimed_turn {
            self.claimed_turn = number;
            self.view.claimed.clear();
        }
        self.tell(Observation::SpeechStarted(channel));
    }

    /// Somebody has spoken, and the words are known.
    pub fn spoken(&mut self, utterance: &Utterance) {
        self.advance(utterance.span.to, false);
        if !utterance.text.is_empty() {
            self.desk.say(transcript(utterance));
        }
        self.view.spoken(utterance);
        if utterance.channel == Channel::Agent
            && let Some(turn) = self.view.turns.open(Channel::Agent)
        {
            self.forbidden.spoken(turn, &self.view.slots, &mut self.desk);
            if let Some(rule) = self.correction.rule()
                && self.rules[rule].card.find(0, &turn.said, turn.latest).is_some()
            {
                self.correction.said(rule, &mut self.desk);
            }
        }
        self.correct();
        self.tell(Observation::Spoken(utterance));
        self.detect(|situation, view| match utterance.channel {
            Channel::Customer => situation.customer_spoke(utterance, view),
            Channel::Agent => situation.agent_spoke(view),
        });
        if let Some(turn) = self.view.turns.overtaken(utterance.channel) {
            self.turn_closed(&turn);
        }
    }

    /// Committed words of an agent's utterance that goes on, said from `from` to `to`; judged at `now`.
    pub fn partly_spoken(&mut self, now: CallTime, text: &str, from: CallTime, to: CallTime) {
        let judged = self.desk.now;
        self.desk.now = judged.max(now);
        self.forbidden.partly_spoken(text, Span { from, to }, &self.view.slots, &mut self.desk);
        self.correct();
        self.desk.now = judged;
    }

    /// Both sides have been quiet from `since` to `at`.
    pub fn quiet(&mut self, at: CallTime, since: CallTime, length_ms: u64) {
        self.advance(at, false);
        self.detect(|situation, view| situation.quiet(since, length_ms, view));
    }

    /// The customer's pauses are this loud.
    pub fn noise(&mut self, at: CallTime, level_dbfs: f32) {
        self.advance(at, false);
        self.detect(|situation, _| situation.noise(level_dbfs));
    }

    /// The agent or the telephony declares a rule; an unknown one is ignored.
    pub fn declared(&mut self, at: CallTime, rule: &str) {
        self.advance(at, false);
        if let Some(index) = self.rules.iter().position(|one| one.card.id == rule) {
            self.apply(index, Cause::Declared, None);
        }
    }

    /// Something was done to the line.
    pub fn acted(&mut self, at: CallTime, act: Act) {
        self.advance(at, false);
        self.view.transferred |= act == Act::Transferred;
        self.tell(Observation::Acted(act));
    }

    /// Audio is missing from `at` on: nothing falls due until it is [back](Self::hold_back).
    pub fn stop_clock(&mut self, at: CallTime) {
        self.advance(at, false);
        self.stopped = true;
    }

    /// Audio was missing for `gap_ms` up to `at`: no wait ran meanwhile. `all_back`: none is missing any more.
    pub fn hold_back(&mut self, at: CallTime, gap_ms: u64, all_back: bool) {
        self.desk.now = at;
        self.stopped = !all_back;
        for rule in &mut self.rules {
            if let Some(shape) = &mut rule.shape {
                shape.hold_back(gap_ms);
            }
        }
    }

    /// The call is over. What falls due at this very moment still counts.
    pub fn ended(&mut self, at: CallTime, by: EndedBy) -> Tally {
        self.advance(at, true);
        self.desk.say(EventKind::CallEnded { by });
        for channel in Channel::BOTH {
            if let Some(turn) = self.view.turns.close(channel) {
                self.turn_closed(&turn);
            }
        }
        self.tell(Observation::Ended(by));
        self.correction.end(CueOutcome::Cancelled, &mut self.desk);
        let Desk { due, met, flags, score, .. } = &self.desk;
        let restatings = self.view.restatings;
        Tally { due: *due, met: *met, flags: *flags, items: score.proposals(), restatings }
    }

    /// Lets everything fall due that is due before `to` (or at `to`, if `through`).
    pub fn advance(&mut self, to: CallTime, through: bool) {
        while let Some((at, whose)) = self.earliest() {
            if at > to || (at == to && !through) {
                break;
            }
            // A wait that was over before its rule was declared falls due now.
            self.desk.now = self.desk.now.max(at);
            let Some(index) = whose else {
                self.correction.end(CueOutcome::Cancelled, &mut self.desk);
                continue;
            };
            let RuleInCall { card, shape, .. } = &mut self.rules[index];
            if let Some(shape) = shape {
                shape.fall_due(card, &mut self.view, &mut self.desk);
            }
        }
        self.desk.now = self.desk.now.max(to);
    }

    /// The earliest moment that must have passed for [`advance`](Self::advance) to do something.
    pub fn next_deadline(&self) -> Option<CallTime> {
        self.earliest().map(|(at, _)| at)
    }

    /// What the rules have to say, in order.
    pub fn next_event(&mut self) -> Option<Event> {
        self.desk.next_event()
    }

    /// Puts an event of the engine itself among those of the rules.
    pub fn say(&mut self, at: CallTime, kind: EventKind) {
        self.advance(at, false);
        self.desk.say(kind);
    }

    /// What falls due next, and of which rule; of none: the correction goes away.
    fn earliest(&self) -> Option<(CallTime, Option<usize>)> {
        let correction = self.correction.deadline().map(|at| (at, None));
        if self.stopped {
            return correction;
        }
        self.rules
            .iter()
            .enumerate()
            .filter_map(|(index, rule)| Some((rule.shape.as_ref()?.deadline()?, Some(index))))
            .chain(correction)
            .min()
    }

    /// After forbidden words: shows what to say instead.
    fn correct(&mut self) {
        let Some((rule, instead)) = self.forbidden.take_correction() else { return };
        let RuleInCall { card, shape, .. } = &self.rules[rule];
        if !shape.as_ref().is_some_and(|shape| shape.is_leading()) {
            self.correction.show(card, &instead, &self.view.slots, &mut self.desk);
        }
    }

    fn turn_closed(&mut self, turn: &super::Turn) {
        if turn.channel == Channel::Customer {
            for rule in &mut self.rules {
                rule.situation.turn_closed(turn, &self.view);
            }
        }
        self.tell(Observation::TurnClosed(turn));
    }

    fn tell(&mut self, what: Observation<'_>) {
        for index in &self.order {
            let RuleInCall { card, shape, .. } = &mut self.rules[*index];
            if let Some(shape) = shape {
                shape.observe(what, card, &mut self.view, &mut self.desk);
            }
        }
    }

    /// Lets every rule apply whose situation `finds` one.
    fn detect(&mut self, finds: impl Fn(&mut Situation, &CallView) -> Option<Found>) {
        for index in 0..self.rules.len() {
            if let Some(Found { step, heard }) = finds(&mut self.rules[index].situation, &self.view) {
                self.apply(index, Cause::Detected { step }, heard);
            }
        }
    }

    fn apply(&mut self, index: usize, cause: Cause, heard: Option<Hearing>) {
        let turn = self.view.turns.open(Channel::Customer).map_or(0, |turn| turn.number);
        self.view.applied_in_turn[index] = Some(turn);
        self.desk.causes[index] = heard;
        let RuleInCall { card, shape, .. } = &mut self.rules[index];
        if let Some(shape) = shape {
            shape.situation(cause, card, &mut self.view, &mut self.desk);
        }
    }
}

fn transcript(utterance: &Utterance) -> EventKind {
    EventKind::Transcript {
        channel: utterance.channel,
        from_ms: utterance.span.from.as_millis(),
        to_ms: utterance.span.to.as_millis(),
        text: utterance.text.clone(),
        r#final: true,
        level_dbfs: utterance.level_dbfs,
        language: utterance.language.clone(),
    }
}

/// A rule with words and no check shows its words when it is declared.
fn make_shape(rule: &Rule, slots: &Slots) -> Option<Box<dyn RuleShape>> {
    let Some(shape) = &rule.check else {
        let shown: Box<dyn RuleShape> = Box::new(Answer::new(AnswerTerms {
            flag: FlagWhen::Never,
            louder_db: None,
            hangup: false,
            yields: false,
        }));
        return (!rule.say.is_empty()).then_some(shown);
    };
    Some(match shape {
        Shape::Opening { within_ms } => Box::new(Opening::new(*within_ms)),
        Shape::Answer { flag, louder_db, hangup, yields } => Box::new(Answer::new(AnswerTerms {
            flag: *flag,
            louder_db: *louder_db,
            hangup: *hangup,
            yields: *yields,
        })),
        Shape::Name { turns } => Box::new(Name::new(*turns)),
        Shape::AskFirst { answer_chars, checklist } => Box::new(AskFirst::new(*answer_chars, checklist)),
        Shape::Steps(waits) => Box::new(Steps::new(waits.clone(), slots)),
        Shape::Mandarin {} => Box::new(Mandarin::default()),
        Shape::Confirm { explained_chars } => Box::new(Confirm::new(*explained_chars)),
        Shape::Closing {} => Box::new(Closing::default()),
        Shape::Restate { statement_ms, statement_chars, answer_chars } => {
            Box::new(Restate::new(*statement_ms, *statement_chars, *answer_chars))
        }
        Shape::Dictate { long_chars, chars_per_s_max } => {
            Box::new(Dictate::new(*long_chars, *chars_per_s_max))
        }
        Shape::Wait(waiting) => Box::new(Wait::new(waiting.clone())),
        Shape::Transfer { colleague_within_ms } => Box::new(Transfer::new(*colleague_within_ms)),
    })
}
