//! How long calls are kept: by class, and of a call the recording apart from the rest.

const DAY_MS: i64 = 86_400_000;

/// What kind of call, as far as keeping goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallClass {
    /// Nothing was flagged, by the machine or a person.
    Unflagged,
    /// Something was, and nobody has appealed.
    Flagged,
    /// The agent has appealed. While an appeal is open, or may still be made, a call is kept whatever its class.
    Appealed,
}

impl CallClass {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Unflagged, Self::Flagged, Self::Appealed];

    /// As the settings and the audit trail name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unflagged => "unflagged",
            Self::Flagged => "flagged",
            Self::Appealed => "appealed",
        }
    }
}

/// Days after the answer; 0 keeps for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeepDays {
    /// Of the recording, which goes with the rest at the latest.
    pub recording: u32,
    /// Of everything: events, words, flags, verdicts, recording.
    pub data: u32,
}

/// What is kept how long. The default keeps everything.
///
/// ```
/// use callcue::privacy::{CallClass, KeepDays, RetentionPlan};
///
/// let plan = RetentionPlan { unflagged: KeepDays { recording: 30, data: 90 }, ..RetentionPlan::default() };
/// let day_ms = 86_400_000;
/// let due = plan.due(CallClass::Unflagged, 100 * day_ms);
/// assert_eq!((due.recording_before_ms, due.data_before_ms), (Some(70 * day_ms), Some(10 * day_ms)));
/// assert_eq!(plan.due(CallClass::Flagged, 100 * day_ms).data_before_ms, None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetentionPlan {
    /// Of calls without a flag.
    pub unflagged: KeepDays,
    /// Of calls with one.
    pub flagged: KeepDays,
    /// Of calls that were appealed.
    pub appealed: KeepDays,
}

/// Calls answered before these moments, ms since 1970, are due; none: no call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Their recordings.
    pub recording_before_ms: Option<i64>,
    /// All of them.
    pub data_before_ms: Option<i64>,
}

impl RetentionPlan {
    /// Whether there is nothing that ever has to go.
    pub fn keeps_everything(&self) -> bool {
        *self == Self::default()
    }

    /// What is due of a class at a moment.
    pub fn due(&self, class: CallClass, now_ms: i64) -> Due {
        let KeepDays { recording, data } = match class {
            CallClass::Unflagged => self.unflagged,
            CallClass::Flagged => self.flagged,
            CallClass::Appealed => self.appealed,
        };
        let before = |days: u32| (days > 0).then(|| now_ms - i64::from(days) * DAY_MS);
        Due { recording_before_ms: before(recording), data_before_ms: before(data) }
    }
}
