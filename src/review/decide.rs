use super::{Answer, Refusal, ReviewState, Ruling, Verdict};

/// Who has a call open. It is given for 2 min and renewed by whoever looks at the call, so that a page that is gone blocks nobody for long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lock<'a> {
    /// Log-in name; empty: nobody.
    pub by: &'a str,
    /// Over at this moment, ms since 1970.
    pub until_ms: i64,
}

impl<'a> Lock<'a> {
    /// For how long it is given.
    pub const MS: i64 = 120_000;

    /// Who holds it at that moment.
    pub fn holder(self, now_ms: i64) -> Option<&'a str> {
        (!self.by.is_empty() && now_ms < self.until_ms).then_some(self.by)
    }
}

/// How a call stands, as far as decisions depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing<'a> {
    /// How far its review is.
    pub state: ReviewState,
    /// Who has it open.
    pub lock: Lock<'a>,
    /// Flags that nobody has decided on.
    pub open_flags: u32,
    /// The call has come to its end: no flag will come any more.
    pub is_over: bool,
    /// Answers that the agent has given.
    pub answers: u32,
}

/// Whether `who` may take the lock, or do what needs nobody else in the call: assign it, decide on an appeal.
///
/// # Errors
/// [`Refusal::Locked`].
pub fn may_change(lock: Lock<'_>, who: &str, now_ms: i64) -> Result<(), Refusal> {
    match lock.holder(now_ms) {
        Some(holder) if holder != who => Err(Refusal::Locked(holder.to_owned())),
        _ => Ok(()),
    }
}

/// Whether `who` may decide on a flag of the call, add one or comment: holds the lock, and the call is not finished.
///
/// # Errors
/// [`Refusal`]: `Locked`, `NotLocked`, `Finished`.
pub fn may_decide(standing: &Standing<'_>, who: &str, now_ms: i64) -> Result<(), Refusal> {
    may_change(standing.lock, who, now_ms)?;
    if standing.lock.holder(now_ms) != Some(who) {
        return Err(Refusal::NotLocked);
    }
    if standing.state == ReviewState::Finished {
        return Err(Refusal::Finished);
    }
    Ok(())
}

/// Whether `who` may give the call to the agent: all is decided, and nothing more will come.
///
/// # Errors
/// [`Refusal`]: those of [`may_decide`], `Running`, `Undecided`.
pub fn may_finish(standing: &Standing<'_>, who: &str, now_ms: i64) -> Result<(), Refusal> {
    may_decide(standing, who, now_ms)?;
    if !standing.is_over {
        return Err(Refusal::Running);
    }
    if standing.open_flags > 0 {
        return Err(Refusal::Undecided(standing.open_flags));
    }
    Ok(())
}

/// Whether `who` may take the call back from the agent: nobody has answered yet.
///
/// # Errors
/// [`Refusal`]: `Locked`, `NotFinished`, `Answered`.
pub fn may_reopen(standing: &Standing<'_>, who: &str, now_ms: i64) -> Result<(), Refusal> {
    may_change(standing.lock, who, now_ms)?;
    if standing.state != ReviewState::Finished {
        return Err(Refusal::NotFinished);
    }
    if standing.answers > 0 {
        return Err(Refusal::Answered);
    }
    Ok(())
}

/// What an agent may answer to: a flag of a finished call, or points that were entered by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge<'a> {
    /// Number of the agent whose it is.
    pub agent: &'a str,
    /// Whether it counts, and how much.
    pub verdict: Option<Verdict>,
    /// Points on the score card.
    pub points: i32,
    /// Until when an answer is taken; none: the agent does not see it yet.
    pub until_ms: Option<i64>,
    /// The agent has answered.
    pub is_answered: bool,
}

/// Whether the agent of number `agent` may answer so, at that moment. An answer to points entered by hand has the verdict `Confirmed`.
///
/// # Errors
/// [`Refusal`]: `NotOwn`, `NotFinished`, `Answered`, `NothingToAnswer`, `TooLate`, `NoReason`.
pub fn may_answer(
    charge: &Charge<'_>,
    agent: &str,
    answer: Answer,
    reason: &str,
    now_ms: i64,
) -> Result<(), Refusal> {
    if agent.is_empty() || charge.agent != agent {
        return Err(Refusal::NotOwn);
    }
    let until_ms = charge.until_ms.ok_or(Refusal::NotFinished)?;
    if charge.is_answered {
        return Err(Refusal::Answered);
    }
    if charge.verdict != Some(Verdict::Confirmed) || charge.points == 0 {
        return Err(Refusal::NothingToAnswer);
    }
    if now_ms >= until_ms {
        return Err(Refusal::TooLate);
    }
    if answer == Answer::Appealed && reason.trim().is_empty() {
        return Err(Refusal::NoReason);
    }
    Ok(())
}

/// An answer that somebody wants to decide on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contested<'a> {
    /// What the agent answered; none: nothing.
    pub answer: Option<Answer>,
    /// What was decided.
    pub ruling: Option<Ruling>,
    /// Who decided first, or entered the points.
    pub first_by: &'a str,
}

/// Whether `who` may decide on the appeal.
///
/// # Errors
/// [`Refusal`]: `NoAppeal`, `Settled`, `SameReviewer`.
pub fn may_settle(contested: &Contested<'_>, who: &str) -> Result<(), Refusal> {
    if contested.ruling.is_some() {
        return Err(Refusal::Settled);
    }
    if contested.answer != Some(Answer::Appealed) {
        return Err(Refusal::NoAppeal);
    }
    if contested.first_by == who {
        return Err(Refusal::SameReviewer);
    }
    Ok(())
}
