//! The script, judged: what happens in a call against what its rules ask.
//!
//! One file a rule *shape*; the rules themselves are data. [`Judge`] takes what happened in order of audio time and
//! hands it to every rule; a rule answers through its `Desk`: cues, flags, waits. No rule knows another: what they
//! share stands in `CallView`.
//!
//! | shape | file | rules of the bundled script |
//! |---|---|---|
//! | words in the first turn | `opening.rs` | 1.1 |
//! | words in the next turn | `answer.rs` | 1.2, 2.1, 2.6 |
//! | the caller's name | `name.rs` | 1.3 |
//! | ask before the answer | `ask_first.rs` | 1.4 |
//! | words, wait, words, hang up | `steps.rs` | 1.5, 1.6, 2.2, 2.3, 2.4, 6.3 |
//! | stay in Mandarin | `mandarin.rs` | 2.5 |
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
mod forbidden;
mod judge;
mod mandarin;
mod name;
mod opening;
mod situation;
mod steps;
mod surname;
mod turn;
mod view;

pub use judge::{Judge, Tally};
pub use turn::{Turn, Utterance};

use card::RuleCard;
use desk::{Breach, Desk};
use view::CallView;

use crate::call::{CallTime, Channel, EndedBy};

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
    /// The call is over; all turns are closed.
    Ended(EndedBy),
}

/// Why a rule applies from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// The agent or the telephony said so.
    Declared,
    /// It was heard or measured.
    Detected,
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
