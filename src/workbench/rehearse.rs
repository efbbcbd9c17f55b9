use std::sync::Arc;

use serde::Serialize;

use super::dialogue::{Fact, Line, Manner, parse_line};
use super::reason::Reasons;
use crate::call::{CallTime, Channel, Customer, EndedBy, Event, EventKind, PerChannel};
use crate::monitor::{CallMonitor, Input};
use crate::phrase::count_characters;
use crate::score::Assessment;
use crate::script::{Diagnostic, Script};

/// Usual pace of speech, in characters per 2 s: typed words have no length of their own.
const CHARS_PER_2_S: u64 = 9;
/// The shortest utterance.
const SPEECH_MIN_MS: u64 = 300;
/// From the end of speech to what comes next.
const TURN_GAP_MS: u64 = 600;
/// From the end of anything else to what comes next, so that what is due after a wait comes before it.
const BREATH_MS: u64 = 100;

/// A conversation that somebody types, line by line, run as a call.
///
/// Words have no length, so time is made: 4.5 characters a second, 0.6 s from the end of speech to what comes next, and
/// as many seconds without speech as a line such as `等 5` says.
///
/// ```
/// use std::sync::Arc;
/// use callcue::workbench::rehearse;
/// use callcue::{score, script};
///
/// let script = Arc::new(script::Script::parse(script::BUNDLED_NAME, script::BUNDLED)?);
/// let assessment = Arc::new(score::Assessment::parse(score::BUNDLED_NAME, score::BUNDLED)?);
/// let run = rehearse(&script, &assessment, "客服: 您好,什么事情\n等 3\n挂机 客服");
/// assert!(run.mistakes.is_empty());
/// assert!(run.happenings.iter().any(|one| one.why.as_deref().is_some_and(|why| why.contains("您好,什么事情"))));
/// # Ok::<(), callcue::script::ScriptMistakes>(())
/// ```
#[derive(Debug)]
pub struct Rehearsal {
    script: Arc<Script>,
    monitor: CallMonitor,
    reasons: Reasons,
    /// What is known before the first word; taken when the call starts.
    opening: Option<Opening>,
    /// End of what happened last.
    now: CallTime,
    after_speech: bool,
    utterances: PerChannel<u32>,
    lines: usize,
}

#[derive(Debug)]
struct Opening {
    agent: String,
    ring_ms: Option<u64>,
    customer: Option<Customer>,
}

/// Something that came of a line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Happening {
    /// The line after which it came, from 1; time goes on between lines.
    pub line: usize,
    /// What came.
    #[serde(flatten)]
    pub what: Shown,
    /// Title of the rule that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The reason, in Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What came.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Shown {
    /// An event of the call, as every call has it.
    Event(Event),
    /// Words of the customer that are the situation of a rule.
    Heard(SituationHeard),
}

/// The situation of a rule, heard in what the customer says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "situation_heard")]
pub struct SituationHeard {
    /// End of the words, ms since the answer.
    pub at_ms: u64,
    /// The rule.
    pub rule: String,
    /// The words that were heard.
    pub text: String,
}

/// A whole text, run.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Rehearsed {
    /// What came, in order.
    pub happenings: Vec<Happening>,
    /// Lines that were not understood; the others were run.
    pub mistakes: Vec<Diagnostic>,
}

/// Runs `dialogue`, ends the call where the text does not, and collects the mistakes.
pub fn rehearse(script: &Arc<Script>, assessment: &Arc<Assessment>, dialogue: &str) -> Rehearsed {
    let mut rehearsal = Rehearsal::new(Arc::clone(script), Arc::clone(assessment));
    let mut run = Rehearsed::default();
    for line in dialogue.lines() {
        match rehearsal.line(line) {
            Ok(happenings) => run.happenings.extend(happenings),
            Err(mistake) => run.mistakes.push(mistake),
        }
    }
    run.happenings.extend(rehearsal.finish());
    run
}

impl Rehearsal {
    /// A call that is answered with the first line that is not about who calls whom.
    pub fn new(script: Arc<Script>, assessment: Arc<Assessment>) -> Self {
        let opening = Opening { agent: "1024".to_owned(), ring_ms: None, customer: None };
        Self {
            reasons: Reasons::new(&script),
            monitor: CallMonitor::new(Arc::clone(&script), assessment),
            script,
            opening: Some(opening),
            now: CallTime::START,
            after_speech: false,
            utterances: PerChannel::default(),
            lines: 0,
        }
    }

    /// Runs the next line, and gives what comes of it.
    ///
    /// # Errors
    /// [`Diagnostic`], with the number of the line among all given so far; the call stands as before it.
    pub fn line(&mut self, text: &str) -> Result<Vec<Happening>, Diagnostic> {
        self.lines += 1;
        let Some(line) = parse_line(text, self.lines, &self.script)? else { return Ok(Vec::new()) };
        if self.monitor.is_over() {
            return Err(self.refuse("通话已经结束; 删去后面的行", "the call is over; leave out what follows"));
        }
        if let Line::Fact(fact) = line {
            let Some(opening) = &mut self.opening else {
                return Err(self.refuse(
                    "这一行要写在第一句话之前",
                    "this belongs before the first words; move it to the top",
                ));
            };
            match fact {
                Fact::Agent(agent) => opening.agent = agent,
                Fact::RingMs(ms) => opening.ring_ms = Some(ms),
                Fact::Caller(customer) => opening.customer = Some(customer),
            }
            return Ok(Vec::new());
        }
        self.start();
        Ok(self.run(line))
    }

    /// Ends the call by nobody knows whom, if it is not over; gives what comes of that.
    pub fn finish(&mut self) -> Vec<Happening> {
        if self.monitor.is_over() {
            return Vec::new();
        }
        self.start();
        self.run(Line::HangUp { by: EndedBy::Unknown })
    }

    /// True once somebody has hung up.
    pub const fn is_over(&self) -> bool {
        self.monitor.is_over()
    }

    fn refuse(&self, zh: &str, en: &str) -> Diagnostic {
        Diagnostic { line: self.lines, column: 1, message: en.to_owned(), zh: zh.to_owned() }
    }

    fn start(&mut self) {
        if let Some(Opening { agent, ring_ms, customer }) = self.opening.take() {
            self.reasons.answered(&agent, customer.as_ref());
            self.monitor.handle(self.now, Input::CallStarted { agent, ring_ms, customer });
        }
    }

    fn run(&mut self, line: Line) -> Vec<Happening> {
        let gap_ms = if std::mem::take(&mut self.after_speech) { TURN_GAP_MS } else { BREATH_MS };
        let mut heard = Vec::new();
        match line {
            Line::Quiet { ms } => self.now = self.now.plus_millis(ms),
            Line::Said { channel, manner, text } => {
                self.now = self.now.plus_millis(gap_ms);
                heard = self.say(channel, manner, text);
            }
            Line::Act(input) => {
                self.now = self.now.plus_millis(gap_ms);
                if let Input::Situation { rule } = &input {
                    self.reasons.declared(rule);
                }
                self.monitor.handle(self.now, input);
            }
            Line::Noise { level_dbfs } => {
                self.now = self.now.plus_millis(gap_ms);
                let channel = Channel::Customer;
                self.monitor.handle(self.now, Input::NoiseFloor { channel, level_dbfs });
            }
            Line::HangUp { by } => {
                self.now = self.now.plus_millis(gap_ms);
                self.monitor.handle(self.now, Input::CallEnded { by });
            }
            // Taken before the call began.
            Line::Fact(_) => {}
        }
        self.monitor.advance(self.now.plus_samples(1));
        self.collect(heard)
    }

    /// Says it, and tells what situations its words are.
    fn say(&mut self, channel: Channel, manner: Manner, text: String) -> Vec<SituationHeard> {
        let characters = count_characters(&text) as u64;
        let length_ms = (characters * 2_000).div_ceil(CHARS_PER_2_S).max(SPEECH_MIN_MS);
        let utterance = self.utterances[channel];
        self.utterances[channel] += 1;
        self.monitor.handle(self.now, Input::SpeechStarted { channel });
        self.now = self.now.plus_millis(length_ms);
        self.after_speech = true;
        let Manner { level_dbfs, language } = manner;
        self.monitor.handle(self.now, Input::SpeechEnded { channel, level_dbfs, language });
        let heard = self.reasons.said(channel, &text);
        let to = self.now;
        self.monitor.handle(to, Input::Text { channel, utterance, committed: text, r#final: true, to });
        let at_ms = to.as_millis();
        heard.into_iter().map(|(rule, text)| SituationHeard { at_ms, rule, text }).collect()
    }

    fn collect(&mut self, mut heard: Vec<SituationHeard>) -> Vec<Happening> {
        let mut happenings = Vec::new();
        while let Some(event) = self.monitor.poll_event() {
            let said = matches!(event.kind, EventKind::Transcript { .. });
            happenings.push(Happening {
                line: self.lines,
                title: self.reasons.title(&event.kind),
                why: self.reasons.why(&event.kind),
                what: Shown::Event(event),
            });
            if said {
                // Right after the words that they were heard in.
                happenings.extend(heard.drain(..).map(|one| Happening {
                    line: self.lines,
                    title: self.reasons.title_of(&one.rule),
                    why: None,
                    what: Shown::Heard(one),
                }));
            }
        }
        happenings
    }
}
