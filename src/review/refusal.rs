/// Why something is not done in the review room, by what can be done about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Somebody else has the call open: wait, or ask that person.
    #[error("{0} has this call open; wait until it is given back, at most 2 min after it was last looked at")]
    Locked(String),
    /// The call is not locked by who wants to change it: lock it first.
    #[error("lock this call first")]
    NotLocked,
    /// The call is finished: reopen it first, if nobody has answered.
    #[error("this call is finished; reopen it first")]
    Finished,
    /// The call is not finished.
    #[error("this call is not finished")]
    NotFinished,
    /// Nobody has decided on so many flags: decide on them.
    #[error("nobody has decided on {0} flags of this call; decide on them first")]
    Undecided(u32),
    /// The call runs on, and more flags may come: wait for its end.
    #[error("this call is not over; wait for its end")]
    Running,
    /// The agent has answered: what was decided stays.
    #[error("the agent has answered; what was decided stays")]
    Answered,
    /// It is another agent's.
    #[error("only the agent of this call can answer")]
    NotOwn,
    /// It costs nothing: there is nothing to answer.
    #[error("this costs no points; there is nothing to answer")]
    NothingToAnswer,
    /// The time for appeals is over.
    #[error("the time for an answer is over")]
    TooLate,
    /// An appeal without a reason.
    #[error("an appeal needs its reason; write it")]
    NoReason,
    /// There is no open appeal.
    #[error("there is no open appeal here")]
    NoAppeal,
    /// The appeal was decided: that is final.
    #[error("this appeal was decided; that is final")]
    Settled,
    /// Who decided first wants to decide on the appeal: ask a second reviewer.
    #[error("who decided first does not decide on the appeal; ask a second reviewer")]
    SameReviewer,
    /// The judging of this calibration is over for whoever asks.
    #[error("your judging of this calibration is over")]
    JudgingOver,
    /// Whoever asks is no judge of the calibration.
    #[error("you are not a judge of this calibration")]
    NoJudge,
    /// Flags of the calibration without a verdict of whoever is done.
    #[error("you have not judged {0} flags of this calibration; judge them first")]
    Unjudged(u32),
    /// Judging is blind: what others decided is not shown before the own judging is done.
    #[error("you judge this call in a calibration; finish that first")]
    Blind,
}

impl Refusal {
    /// For whoever reads it on a page.
    pub fn zh(&self) -> String {
        match self {
            Self::Locked(who) => format!("{who} 正在复核这通电话，请稍后再试"),
            Self::NotLocked => "请先锁定这通电话".to_owned(),
            Self::Finished => "这通电话已复核完成，请先退回复核".to_owned(),
            Self::NotFinished => "这通电话还没有复核完成".to_owned(),
            Self::Undecided(flags) => format!("还有 {flags} 条标记没有判定"),
            Self::Running => "这通电话还没有结束".to_owned(),
            Self::Answered => "坐席已经答复，判定不能再改".to_owned(),
            Self::NotOwn => "只有本人可以答复".to_owned(),
            Self::NothingToAnswer => "这一条没有扣分，无需答复".to_owned(),
            Self::TooLate => "已过申诉期限".to_owned(),
            Self::NoReason => "申诉须写明理由".to_owned(),
            Self::NoAppeal => "这一条没有待处理的申诉".to_owned(),
            Self::Settled => "申诉已有结论，不能再改".to_owned(),
            Self::SameReviewer => "申诉须由另一位复核员处理".to_owned(),
            Self::JudgingOver => "您在这次校准中的判定已结束".to_owned(),
            Self::NoJudge => "您不是这次校准的评判人".to_owned(),
            Self::Unjudged(flags) => format!("这次校准还有 {flags} 条标记没有判定"),
            Self::Blind => "您正在校准中评判这通电话，请先完成评判".to_owned(),
        }
    }
}
