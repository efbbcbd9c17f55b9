//! A script file's own tests: the lines and short calls that stand beside its phrases and rules, and how well its
//! phrases are heard in text that a recogniser got partly wrong ([`measure`]).
//!
//! Deterministic and without IO; `callcue script test` prints what comes out.

mod garble;
mod lines;
mod measure;
mod random;
mod talk;

use std::sync::Arc;

use crate::call::{EventKind, FlagKind, Span};
use crate::monitor::{CallMonitor, Timeline};
use crate::phrase::{Phrase, Said, Slots, Strictness};
use crate::score::Assessment;
use crate::script::{Case, Rule, Script};

pub use lines::Purpose;
pub use measure::{ERROR_RATES, Measure, Row, Tally, measure};
pub use random::Random;

/// What a script's own tests found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Lines and calls that came out as the file says.
    pub passed: usize,
    /// The others, a sentence each.
    pub failed: Vec<String>,
    /// Lines among them.
    pub lines: usize,
    /// Short calls among them.
    pub timelines: usize,
}

/// The call in which lines are tried: agent 1024, caller 王先生.
fn slots(script: &Script) -> Slots {
    Slots {
        agent: "1024".into(),
        company: script.company.clone(),
        surname: "王".into(),
        title: "先生".into(),
    }
}

/// Runs every example of `script`.
pub fn run(script: &Arc<Script>, assessment: &Arc<Assessment>) -> Report {
    let mut report = Report::default();
    let slots = slots(script);
    for rule in &script.rules {
        let id = rule.id.get_ref();
        for step in &rule.say {
            let variants = step.variants();
            let variants: Vec<&str> = variants.iter().map(String::as_str).collect();
            let phrase = Tried {
                id,
                text: step.text.get_ref(),
                variants: &variants,
                strictness: Strictness::Required,
            };
            phrase.run(&step.unless, &step.heard_in, &step.not_heard_in, &slots, &mut report);
        }
        for never in &rule.never {
            let variants = never.variants();
            let phrase = Tried {
                id,
                text: never.text.get_ref(),
                variants: &variants,
                strictness: Strictness::Accusing,
            };
            phrase.run(&never.unless, &never.heard_in, &never.not_heard_in, &slots, &mut report);
        }
        for trigger in &rule.when {
            let says = trigger.customer_says.iter().chain(&trigger.agent_says);
            let variants: Vec<&str> = says.map(|one| one.get_ref().as_str()).collect();
            let phrase =
                Tried { id, text: &rule.title, variants: &variants, strictness: Strictness::Accusing };
            phrase.run(&trigger.unless, &trigger.heard_in, &trigger.not_heard_in, &slots, &mut report);
        }
        for case in &rule.cases {
            report.timelines += 1;
            match run_case(rule, case, script, assessment) {
                Ok(()) => report.passed += 1,
                Err(why) => report.failed.push(format!("rule {id}, case {}: {why}", case.name.get_ref())),
            }
        }
    }
    report
}

struct Tried<'a> {
    id: &'a str,
    text: &'a str,
    variants: &'a [&'a str],
    strictness: Strictness,
}

impl Tried<'_> {
    fn run(
        &self,
        unless: &[serde_spanned::Spanned<String>],
        heard_in: &[String],
        not_heard_in: &[String],
        slots: &Slots,
        report: &mut Report,
    ) {
        let unless: Vec<&str> = unless.iter().map(|one| one.get_ref().as_str()).collect();
        let phrases: Vec<Phrase> = self
            .variants
            .iter()
            .filter_map(|variant| Phrase::parse(variant, &unless, self.strictness, slots).ok())
            .collect();
        let lines =
            heard_in.iter().map(|line| (line, true)).chain(not_heard_in.iter().map(|line| (line, false)));
        for (line, expected) in lines {
            report.lines += 1;
            let said = Said::of(line, Span::default());
            if phrases.iter().any(|phrase| phrase.find(&said, 0).is_some()) == expected {
                report.passed += 1;
            } else {
                let verb = if expected { "is not heard in" } else { "is heard in" };
                report.failed.push(format!("rule {}: 「{}」 {verb} 「{line}」", self.id, self.text));
            }
        }
    }
}

fn run_case(
    rule: &Rule,
    case: &Case,
    script: &Arc<Script>,
    assessment: &Arc<Assessment>,
) -> Result<(), String> {
    let timeline =
        Timeline::parse(case.timeline.get_ref().as_bytes(), script).map_err(|bad| bad.to_string())?;
    let mut monitor = CallMonitor::new(Arc::clone(script), Arc::clone(assessment));
    timeline.play(&mut monitor);
    let (mut flags, mut cues_ms, mut alerts) = (Vec::new(), Vec::new(), 0);
    let mut of_others = Vec::new();
    while let Some(event) = monitor.poll_event() {
        match event.kind {
            EventKind::Alert { rule: id, .. } if id == *rule.id.get_ref() => alerts += 1,
            EventKind::Flag { rule: id, kind, .. } if id != *rule.id.get_ref() => {
                of_others.push(format!("{id} {}", kind_name(kind)));
            }
            EventKind::Flag { rule: id, kind, .. } if id == *rule.id.get_ref() => flags.push(kind_name(kind)),
            EventKind::Cue { rule: id, .. } if id == *rule.id.get_ref() => cues_ms.push(event.at_ms),
            _ => {}
        }
    }
    if flags != case.flags {
        return Err(format!("flags are {flags:?}, the file says {:?}", case.flags));
    }
    if case.clean && !of_others.is_empty() {
        return Err(format!("the file says that no rule is broken, but {} is", of_others.join(", ")));
    }
    if case.alerts.is_some_and(|expected| expected != alerts) {
        return Err(format!("{alerts} alerts, the file says {}", case.alerts.unwrap_or_default()));
    }
    match &case.cues_ms {
        Some(expected) if *expected != cues_ms => {
            Err(format!("cues come at {cues_ms:?} ms, the file says {expected:?}"))
        }
        _ => Ok(()),
    }
}

const fn kind_name(kind: FlagKind) -> &'static str {
    match kind {
        FlagKind::Forbidden => "forbidden",
        FlagKind::Missing => "missing",
        FlagKind::Timing => "timing",
        FlagKind::Hangup => "hangup",
        FlagKind::Conduct => "conduct",
    }
}
