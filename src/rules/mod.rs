//! The script, judged: what happens in a call against what its rules ask.
//!
//! One file a rule *shape*; the rules themselves are data. [`Judge`] takes what happened in order of audio time and
//! hands it to every rule; a rule answers through its `Desk`: cues, flags, waits. No rule knows another: what they
//! share stands in `CallView`.
//!
//! | shape | file | rules of the bundled script |
//! |---|---|---|
//! | words in the first turn | `opening.rs` | 1.1 |
//! | words in the next turn | `answer.rs` | 1.2, 2.1, 2.6, 3.1, 3.5 to 3.7, 4.1 to 4.5, 5.2 to 5.8 |
//! | the caller's name | `name.rs` | 1.3 |
//! | ask before the answer | `ask_first.rs` | 1.4 |
//! | words, wait, words, hang up | `steps.rs` | 1.5, 1.6, 2.2, 2.3, 2.4, 6.3 |
//! | stay in Mandarin | `mandarin.rs` | 2.5 |
//! | say it again | `restate.rs` | 3.3 |
//! | write it down | `dictate.rs` | 3.4 |
//! | please wait | `wait.rs` | 3.8, 5.1 |
//! | to a colleague | `transfer.rs` | 3.9 |
//! | is all clear? | `confirm.rs` | 6.1 |
//! | goodbye | `closing.rs` | 6.2 |
//! | words that must not be said | `forbidden.rs` | all |
//!
//! How a situation is found is `situation.rs`, for all shapes alike.

mod answer;
mod ask_first;
mod card;
mod closing;
mod confirm;
mod desk;
mod dictate;
mod forbidden;
mod judge;
mod mandarin;
mod name;
mod opening;
mod restate;
mod situation;
mod steps;
mod surname;
mod transfer;
mod turn;
mod view;
mod wait;

pub use judge::{Judge, Tally};
pub use turn::{Turn, Utterance};

use card::RuleCard;
use desk::{Breach, Desk};
use view::CallView;

use crate::call::{CallTime, Channel, EndedBy};

/// A phrase may begin so many sounds before the utterance in which it ends.
const LOOK_BACK: usize = 12;

/// What a rule is told, in order of audio time.
#[derive(Clone, Copy, Debug)]
enum Observation<'a> {
    /// The call was answered.
    Answered,
    /// Somebody begins to speak.
    SpeechStarted(Channel),
    /// Somebody has spoken, and these are the words. The turn is in [`CallView::turns`].
    Spoken(&'a Utterance),
    /// The other side has taken over, or the call is over.
    TurnClosed(&'a Turn),
    /// Something was done to the line.
    Acted(Act),
    /// The call is over; all turns are closed.
    Ended(EndedBy),
}

/// What the agent or the telephony does to the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// The customer is put on hold.
    HoldStarted,
    /// The customer is back.
    HoldEnded,
    /// The agent's microphone is muted.
    MuteStarted,
    /// It is open again.
    MuteEnded,
    /// The call goes to a colleague.
    Transferred,
}

/// Why a rule applies from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// The agent or the telephony said so.
    Declared,
    /// It was heard or measured, and asks for this step, from 0.
    Detected {
        /// Of the rule's words.
        step: usize,
    },
}

impl Cause {
    const fn is_declared(self) -> bool {
        matches!(self, Self::Declared)
    }

    /// The step that is asked for, from 0.
    const fn step(self) -> usize {
        match self {
            Self::Declared => 0,
            Self::Detected { step } => step,
        }
    }
}

/// What one rule of the script does during one call.
trait RuleShape: Send {
    /// The rule applies from now on (or again).
    fn situation(&mut self, cause: Cause, card: &RuleCard, view: &mut CallView, desk: &mut Desk);

    /// Something happened.
    fn observe(&mut self, what: Observation<'_>, card: &RuleCard, view: &mut CallView, desk: &mut Desk);

    /// When [`fall_due`](Self::fall_due) wants to be called.
    fn deadline(&self) -> Option<CallTime> {
        None
    }

    /// The deadline has come.
    fn fall_due(&mut self, _card: &RuleCard, _view: &mut CallView, _desk: &mut Desk) {}

    /// Audio was missing for so long: no wait ran meanwhile.
    fn hold_back(&mut self, _gap_ms: u64) {}
}
