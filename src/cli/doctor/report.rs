use std::fmt;

use serde::Serialize;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// callcue runs, but something will be missed.
    Warn,
    /// callcue cannot run.
    Fail,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How it ended.
    pub verdict: Verdict,
    /// What is there, or what is wrong.
    pub found: String,
    /// What to do about it; absent when all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

impl Finding {
    /// All is well.
    pub fn ok(found: impl Into<String>) -> Self {
        Self { verdict: Verdict::Ok, found: found.into(), mend: None }
    }

    /// Something will be missed.
    pub fn warn(found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { verdict: Verdict::Warn, found: found.into(), mend: Some(mend.into()) }
    }

    /// callcue cannot run.
    pub fn fail(found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { verdict: Verdict::Fail, found: found.into(), mend: Some(mend.into()) }
    }
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at, in a word or two.
    pub name: &'static str,
    /// What was found.
    #[serde(flatten)]
    pub finding: Finding,
}

/// All checks, in the order in which to mend them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether callcue can run: no check failed.
    pub usable: bool,
    /// The checks.
    pub checks: Vec<Check>,
}

impl Report {
    /// A report of `checks`.
    pub fn new(checks: Vec<Check>) -> Self {
        let usable = checks.iter().all(|check| check.finding.verdict != Verdict::Fail);
        Self { usable, checks }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Check { name, finding } in &self.checks {
            let verdict = match finding.verdict {
                Verdict::Ok => "ok",
                Verdict::Warn => "warn",
                Verdict::Fail => "FAIL",
            };
            writeln!(f, "{verdict:<5} {name:<14} {}", finding.found)?;
            if let Some(mend) = &finding.mend {
                writeln!(f, "{:<5} {:<14} -> {mend}", "", "")?;
            }
        }
        let count = |verdict| self.checks.iter().filter(|check| check.finding.verdict == verdict).count();
        let (fails, warnings) = (count(Verdict::Fail), count(Verdict::Warn));
        let usable = if self.usable { "callcue can run here" } else { "callcue cannot run here" };
        writeln!(f, "{usable}: {fails} to mend, {warnings} to look at")
    }
}
