use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use super::files::{load_assessment, load_script};
use crate::trial::{self, ERROR_RATES, Measure, Purpose, Row};

/// Seed of the report if none is given, so that two people see the same figures.
const SEED: u64 = 1;
/// At which error rate the worst rules are named.
const WORST_AT: f64 = 0.10;
const WORST_MAX: usize = 10;

/// Options of `callcue script test`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The script file.
    path: PathBuf,
    /// The assessment standard [default: the one that comes with callcue].
    #[arg(long, value_name = "PATH")]
    assessment: Option<PathBuf>,
    /// Print as well how well the phrases are heard in lines that a recogniser got partly wrong.
    #[arg(long)]
    report: bool,
    /// Which wrong lines are made for the report.
    #[arg(long, value_name = "NUMBER", default_value_t = SEED)]
    seed: u64,
}

/// Runs a script file's own examples, and measures its phrases if asked to.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let script = Arc::new(load_script(Some(&args.path))?);
    let assessment = Arc::new(load_assessment(args.assessment.as_deref())?);
    let report = trial::run(&script, &assessment);
    let mut out = io::stdout().lock();
    for failure in &report.failed {
        writeln!(out, "FAILED  {failure}")?;
    }
    writeln!(out, "{} lines, {} timelines", report.lines, report.timelines)?;
    writeln!(out, "{} passed, {} failed", report.passed, report.failed.len())?;
    if args.report {
        print_measure(&trial::measure(&script, args.seed), &mut out)?;
    }
    Ok(ExitCode::from(u8::from(!report.failed.is_empty())))
}

fn print_measure(measure: &Measure, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\nHow well phrases are heard: {} lines, seed {}", measure.lines, measure.seed)?;
    writeln!(
        out,
        "wrong syllables  what        recall  precision  of the sure ones  heard  missed  falsely"
    )?;
    for row in &measure.rows {
        let Row { error_rate, recall, precision, tally, .. } = row;
        writeln!(
            out,
            "{:>13.0} %  {:<10} {recall:>7.4} {precision:>10.4} {:>17.4} {:>6} {:>7} {:>8}",
            error_rate * 100.0,
            purpose(row.purpose),
            tally.precision_sure(),
            tally.heard,
            tally.missed,
            tally.false_heard,
        )?;
    }
    writeln!(out, "\nThe rules heard worst at {:.0} %:", WORST_AT * 100.0)?;
    let worst = measure.rules.iter().filter(|row| (row.error_rate - WORST_AT).abs() < f64::EPSILON);
    for row in worst.take(WORST_MAX) {
        let rule = row.rule.as_deref().unwrap_or_default();
        let Row { recall, precision, .. } = row;
        writeln!(out, "{rule:<5} {:<10} recall {recall:.3}, precision {precision:.3}", purpose(row.purpose))?;
        row.tally.examples.iter().try_for_each(|example| writeln!(out, "      {example}"))?;
    }
    debug_assert!(ERROR_RATES.contains(&WORST_AT));
    Ok(())
}

const fn purpose(purpose: Option<Purpose>) -> &'static str {
    match purpose {
        None => "all",
        Some(Purpose::Required) => "to say",
        Some(Purpose::Forbidden) => "forbidden",
        Some(Purpose::Situation) => "situation",
    }
}
