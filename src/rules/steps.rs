use super::card::Words;
use super::{Breach, CallView, Cause, Desk, Observation, RuleCard, RuleShape, Turn, Utterance};
use crate::call::{Basis, CallTime, Channel, CueOutcome, EndedBy, EventKind, FlagKind, Span};
use crate::phrase::{Hit, Slots, Strictness};
use crate::script::Waits;

/// How long a call is quiet before the first step is shown, and after which a cue that was not followed comes again.
const QUIET_MS: u64 = 3_000;
/// Sounds in front of a step's words that belong to it: 很, 非常, 先生您好.
const LEAD_MAX: usize = 4;

/// Says words, waits, says the next words, waits, hangs up.
///
/// ## What it watches
/// The customer's silence after each step, from the **end** of the agent's words.
/// ## Why
/// A dead line must be told apart from a slow customer before the agent hangs up.
/// ## Does not
/// Count missing audio as silence; begin a wait anew when only the agent speaks again.
#[derive(Debug)]
pub(super) struct Steps {
    waits: Waits,
    /// Goodbye to a customer who goes on talking.
    then: Option<Words>,
    run: Option<Run>,
    /// Not to be detected again in this call.
    over: bool,
}

/// The steps under way.
#[derive(Debug, Default)]
struct Run {
    since: CallTime,
    /// Step to be said next, from 0; number of steps once all are said.
    next: usize,
    /// End of the words of the step before.
    said_at: CallTime,
    /// When the next cue is due.
    due_at: Option<CallTime>,
    /// A cue fell due while somebody was speaking.
    late: bool,
    /// A wait is drawn on the screen, after this step (from 1).
    waiting_after: Option<u32>,
    cue: Option<String>,
    /// Agent's turn, and the sound of it, up to which steps have been found.
    turn: u32,
    sound: usize,
    /// Agent's level before.
    level_dbfs: Option<f32>,
    customer_went_on: bool,
    repeats: u32,
    then_said: bool,
    counted: bool,
}

impl Steps {
    pub(super) fn new(waits: Waits, slots: &Slots) -> Self {
        let then = waits
            .goes_on
            .as_ref()
            .map(|on| Words::new([on.then.get_ref().as_str()], &[], Strictness::Required, slots));
        Self { waits, then, run: None, over: false }
    }

    /// Sounds of the customer without words do not matter: a television in the background is not an answer.
    fn only_words_count(&self) -> bool {
        self.waits.customer_ends_it && !self.waits.from_answer
    }

    fn cancel(&mut self, card: &RuleCard, desk: &mut Desk) {
        if let Some(mut run) = self.run.take() {
            run.stop_waiting(card, desk);
            desk.cue_done(&mut run.cue, CueOutcome::Cancelled);
            desk.due -= u32::from(run.counted);
        }
        self.over = self.waits.from_answer;
    }

    /// Looks for steps in the agent's turn; returns the sounds that were such words.
    fn agent_spoke(
        &mut self,
        turn: &Turn,
        to: CallTime,
        card: &RuleCard,
        desk: &mut Desk,
    ) -> Vec<(usize, usize)> {
        let Some(run) = &mut self.run else {
            return Vec::new();
        };
        if run.turn != turn.number {
            (run.turn, run.sound) = (turn.number, 0);
        }
        let mut claims = Vec::new();
        while let Some(hit) = card.find(run.next, &turn.said, run.sound) {
            run.sound = hit.end;
            // What follows in the same breath belongs to the step: its goodbye is not that of a normal closing.
            claims.push((hit.first, turn.said.len()));
            run.check_wait(hit, turn, card, desk);
            run.said(turn.said.utterance_end(hit.end), card, desk);
        }
        if claims.is_empty() {
            if run.next == card.steps.len() && self.waits.goes_on.is_some() {
                claims.extend(run.went_on(turn, to, self.then.as_ref(), card));
            }
            if claims.is_empty() && run.continues_step(turn, card) {
                claims.push((turn.latest, turn.said.len()));
                run.extend_step(to, card, desk);
            }
            if run.next == 0 && self.waits.from_answer {
                run.due_at = Some(to.plus_millis(QUIET_MS));
            } else if run.late {
                run.due_at = Some(desk.now);
            }
        }
        run.late = false;
        claims
    }

    fn customer_spoke(&mut self, utterance: &Utterance, card: &RuleCard, desk: &mut Desk) {
        let only_words_count = self.only_words_count();
        let Some(run) = &mut self.run else { return };
        if utterance.text.chars().any(char::is_alphanumeric) {
            run.customer_went_on = true;
            if self.waits.customer_ends_it {
                self.cancel(card, desk);
            }
        } else if only_words_count {
            if std::mem::take(&mut run.late) {
                run.due_at = Some(desk.now);
            }
        } else if self.waits.from_answer || run.last_wait_ms(card) > 0 {
            run.due_at = Some(utterance.span.to.plus_millis(QUIET_MS));
        }
    }

    /// Hanging up: after all steps and the last wait, or it is a breach.
    fn agent_ended(&self, run: &Run, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        // A call that went on to a colleague is not hung up on.
        if view.hang_up_judged || view.transferred {
            return;
        }
        let closed_since = view.asked_more && view.closing_said.is_some_and(|at| at > run.since);
        let just_begun = run.since == desk.now;
        if !self.waits.from_answer && (closed_since || just_begun) {
            return;
        }
        view.hang_up_judged = true;
        desk.due += u32::from(!run.counted);
        let all_said = run.next == card.steps.len();
        let kind = match &self.waits.goes_on {
            _ if !all_said => FlagKind::Hangup,
            Some(on) if run.customer_went_on => {
                if run.repeats >= on.repeats && run.then_said {
                    desk.met += 1;
                    return;
                }
                FlagKind::Hangup
            }
            _ if desk.now.plus_millis(card.tolerance_ms)
                >= run.said_at.plus_millis(run.last_wait_ms(card)) =>
            {
                desk.met += 1;
                return;
            }
            _ if self.waits.early_end_is_hangup => FlagKind::Hangup,
            _ => FlagKind::Timing,
        };
        let phrase = card.steps.get(run.next).or(card.steps.last()).map_or("", |step| &step.phrase);
        let span = Span { from: run.said_at.max(run.since), to: desk.now };
        desk.flag(card, &Breach { kind, span, text: "", phrase });
    }

    fn check_level(&mut self, turn: &Turn, card: &RuleCard, desk: &mut Desk) {
        let (Some(run), Some(rise_max)) = (&mut self.run, self.waits.level_rise_max_db) else {
            return;
        };
        let (Some(before), Some(level)) = (run.level_dbfs, turn.level_dbfs()) else {
            return;
        };
        if turn.span.from >= run.since && level > before + rise_max {
            run.level_dbfs = None;
            let (span, text) = (turn.span, turn.said.text());
            desk.flag(card, &Breach { kind: FlagKind::Conduct, span, text, phrase: "" });
        }
    }

    fn begin(&mut self, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        let level_dbfs = view.turns.level_dbfs(Channel::Agent);
        self.run =
            Some(Run { since: desk.now, turn: u32::MAX, said_at: desk.now, level_dbfs, ..Run::default() });
        for other in &self.waits.replaces {
            view.replaced.insert(other.get_ref().clone());
        }
        // An agent often says the words first and declares afterwards. What closed the call is no step of the rule for a
        // customer who stays; a rule of one step says its own goodbye.
        if (view.closing_said.is_none() || card.steps.len() == 1)
            && let Some(turn) = view.turns.open(Channel::Agent)
        {
            let claims = self.agent_spoke(turn, turn.span.to, card, desk);
            view.claimed.extend(claims);
        }
    }
}

impl Run {
    fn last_wait_ms(&self, card: &RuleCard) -> u64 {
        self.next.checked_sub(1).and_then(|last| card.steps.get(last)).map_or(0, |step| step.wait_ms)
    }

    /// A step heard at `hit` must not come before the wait after the one before is over.
    fn check_wait(&self, hit: Hit, turn: &Turn, card: &RuleCard, desk: &mut Desk) {
        let Some(before) = self.next.checked_sub(1).and_then(|last| card.steps.get(last)) else {
            return;
        };
        let earliest = self.said_at.plus_millis(before.wait_ms);
        let began = turn.said.set_out(hit.first, LEAD_MAX);
        if before.wait_counts && began.plus_millis(card.tolerance_ms) < earliest {
            let span = Span { from: self.said_at, to: began };
            let step = &card.steps[self.next];
            let (text, phrase) = (turn.said.words(hit.first, hit.end), &step.phrase);
            let heard = step.words.hearing(&turn.said, hit, Basis::Words);
            desk.flag_heard(card, &Breach { kind: FlagKind::Timing, span, text, phrase }, heard);
        }
    }

    /// The step that was due has been said, up to `end`.
    fn said(&mut self, end: CallTime, card: &RuleCard, desk: &mut Desk) {
        self.stop_waiting(card, desk);
        desk.cue_done(&mut self.cue, CueOutcome::Met);
        self.said_at = end;
        self.customer_went_on = false;
        self.next += 1;
        self.wait(card, desk);
    }

    /// Begins the wait after the step that was said last.
    fn wait(&mut self, card: &RuleCard, desk: &mut Desk) {
        let wait_ms = self.last_wait_ms(card);
        if wait_ms > 0 {
            let (step, until) = (self.next as u32, self.said_at.plus_millis(wait_ms));
            self.due_at = Some(until);
            self.waiting_after = Some(step);
            let (from_ms, until_ms) = (self.said_at.as_millis(), until.as_millis());
            desk.say(EventKind::WaitStarted { rule: card.id.clone(), step, from_ms, until_ms });
        }
    }

    /// The rest of a step that was said in two breaths.
    fn continues_step(&self, turn: &Turn, card: &RuleCard) -> bool {
        let Some(step) = self.next.checked_sub(1).and_then(|last| card.steps.get(last)) else { return false };
        self.turn == turn.number && step.contains(turn.said.words(turn.latest, turn.said.len()))
    }

    fn extend_step(&mut self, to: CallTime, card: &RuleCard, desk: &mut Desk) {
        self.stop_waiting(card, desk);
        self.said_at = to;
        self.wait(card, desk);
    }

    /// All steps are said and the agent says something more: the last step again, or goodbye.
    fn went_on(
        &mut self,
        turn: &Turn,
        to: CallTime,
        then: Option<&Words>,
        card: &RuleCard,
    ) -> Option<(usize, usize)> {
        let hit = if let Some(hit) = card.find(self.next - 1, &turn.said, self.sound) {
            self.repeats += 1;
            self.said_at = to;
            hit
        } else {
            let hit = then?.find(&turn.said, self.sound)?;
            self.then_said = true;
            hit
        };
        self.sound = hit.end;
        Some((hit.first, hit.end))
    }

    fn stop_waiting(&mut self, card: &RuleCard, desk: &mut Desk) {
        self.due_at = None;
        if let Some(step) = self.waiting_after.take() {
            desk.say(EventKind::WaitEnded { rule: card.id.clone(), step });
        }
    }

    fn show(&mut self, until: Option<CallTime>, card: &RuleCard, view: &CallView, desk: &mut Desk) {
        desk.cue_done(&mut self.cue, CueOutcome::Missed);
        self.cue = desk.cue(card, self.next, &view.slots, until);
        desk.due += u32::from(!self.counted);
        self.counted = true;
    }
}

impl RuleShape for Steps {
    fn situation(&mut self, cause: Cause, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        let again = self.run.is_some();
        if (self.over && !cause.is_declared()) || view.replaced.contains(&card.id) {
            return;
        }
        if !again {
            self.begin(card, view, desk);
        } else if !self.waits.next_on_situation && !cause.is_declared() {
            return;
        }
        let repeats = self.waits.customer_ends_it;
        let Some(run) = &mut self.run else { return };
        if run.cue.is_none() && run.waiting_after.is_none() && run.next < card.steps.len() {
            run.show(None, card, view, desk);
            run.due_at = repeats.then(|| desk.now.plus_millis(QUIET_MS));
        }
    }

    fn observe(&mut self, what: Observation<'_>, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        if self.run.is_some() && view.replaced.contains(&card.id) {
            self.cancel(card, desk);
        }
        match what {
            Observation::Answered if self.waits.from_answer => {
                let due_at = Some(desk.now.plus_millis(QUIET_MS));
                self.run = Some(Run {
                    since: desk.now,
                    said_at: desk.now,
                    turn: u32::MAX,
                    due_at,
                    ..Run::default()
                });
            }
            Observation::SpeechStarted(channel) => {
                let only_words_count = self.only_words_count();
                let Some(run) = &mut self.run else { return };
                match channel {
                    Channel::Customer if !only_words_count => run.stop_waiting(card, desk),
                    Channel::Agent if run.next == 0 && self.waits.from_answer => run.due_at = None,
                    _ => {}
                }
            }
            Observation::Spoken(utterance) if utterance.channel == Channel::Agent => {
                let Some(turn) = view.turns.open(Channel::Agent) else {
                    return;
                };
                let claims = self.agent_spoke(turn, utterance.span.to, card, desk);
                view.claimed.extend(claims);
            }
            Observation::Spoken(utterance) => self.customer_spoke(utterance, card, desk),
            Observation::TurnClosed(turn) if turn.channel == Channel::Agent => {
                self.check_level(turn, card, desk)
            }
            Observation::Ended(by) => {
                let Some(mut run) = self.run.take() else {
                    return;
                };
                run.stop_waiting(card, desk);
                let hanging_up_is_next = run.next == card.steps.len();
                let outcome = match by {
                    EndedBy::Agent if hanging_up_is_next => CueOutcome::Met,
                    EndedBy::Agent => CueOutcome::Missed,
                    _ => CueOutcome::Cancelled,
                };
                desk.cue_done(&mut run.cue, outcome);
                if by == EndedBy::Agent {
                    self.agent_ended(&run, card, view, desk);
                } else if run.counted {
                    desk.due -= 1;
                }
            }
            _ => {}
        }
    }

    fn deadline(&self) -> Option<CallTime> {
        self.run.as_ref()?.due_at
    }

    fn fall_due(&mut self, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        let repeats = self.waits.customer_ends_it;
        let Some(run) = &mut self.run else { return };
        run.due_at = None;
        if view.replaced.contains(&card.id) {
            return;
        }
        if Channel::BOTH.into_iter().any(|channel| view.turns.is_speaking(channel)) {
            run.late = true;
            return;
        }
        run.stop_waiting(card, desk);
        let hang_up = run.next == card.steps.len();
        let again_at = desk.now.plus_millis(QUIET_MS);
        run.show((!hang_up && repeats).then_some(again_at), card, view, desk);
        run.due_at = (!hang_up && repeats).then_some(again_at);
    }

    fn is_leading(&self) -> bool {
        self.run.is_some()
    }

    fn hold_back(&mut self, gap_ms: u64) {
        if let Some(run) = &mut self.run {
            run.due_at = run.due_at.map(|at| at.plus_millis(gap_ms));
            run.said_at = run.said_at.plus_millis(gap_ms);
        }
    }
}
