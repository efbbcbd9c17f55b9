use super::{Breach, CallView, Cause, Desk, Observation, RuleCard, RuleShape};
use crate::call::{Channel, CueOutcome, FlagKind};

/// Varieties of Chinese that are not Mandarin, as BCP 47 writes them after `zh-` or alone (ISO 639-3).
const OTHER_CHINESE: [&str; 12] =
    ["yue", "nan", "wuu", "hak", "gan", "hsn", "cdo", "cjy", "mnp", "cpx", "czh", "czo"];

/// True if `tag` (BCP 47) is Mandarin, by itself or as plain Chinese.
pub(super) fn is_mandarin(tag: &str, mandarin: &[&str]) -> bool {
    let mut subtags = tag.split(['-', '_']);
    let primary = subtags.next().unwrap_or_default();
    let other = subtags.any(|subtag| OTHER_CHINESE.iter().any(|one| subtag.eq_ignore_ascii_case(one)));
    !other && mandarin.iter().any(|one| primary.eq_ignore_ascii_case(one))
}

/// The agent stays in Mandarin.
///
/// ## What it watches
/// The recognised language of what the agent says, in every turn.
/// ## Why
/// The next colleague, and the reviewer, must understand the call too.
/// ## Does not
/// Judge an accent: only a turn recognised as another language.
#[derive(Debug, Default)]
pub(super) struct Mandarin {
    flagged_turn: Option<u32>,
    cue: Option<String>,
}

impl RuleShape for Mandarin {
    fn situation(&mut self, _cause: Cause, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        if self.cue.is_none() && !card.steps.is_empty() {
            self.cue = desk.cue(card, 0, &view.slots, None);
        }
    }

    fn observe(&mut self, what: Observation<'_>, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        match what {
            Observation::Spoken(utterance) if utterance.channel == Channel::Agent => {
                let other =
                    utterance.language.as_deref().is_some_and(|tag| !is_mandarin(tag, &["zh", "cmn"]));
                let turn = view.turns.open(Channel::Agent).map(|turn| turn.number);
                if other && turn != self.flagged_turn {
                    self.flagged_turn = turn;
                    let (span, text) = (utterance.span, utterance.text.as_str());
                    desk.flag(card, &Breach { kind: FlagKind::Conduct, span, text, phrase: "" });
                    desk.cue_done(&mut self.cue, CueOutcome::Missed);
                }
            }
            Observation::TurnClosed(turn) if turn.channel == Channel::Agent => {
                desk.cue_done(&mut self.cue, CueOutcome::Met);
            }
            Observation::Ended(_) => desk.cue_done(&mut self.cue, CueOutcome::Cancelled),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_mandarin;

    #[test]
    fn mandarin_is_told_from_other_languages() {
        for (tag, expected) in [
            ("zh", true),
            ("cmn", true),
            ("zh-CN", true),
            ("zh-Hans-CN", true),
            ("zh-cmn-Hans", true),
            ("zh-yue", false),
            ("yue", false),
            ("en", false),
            ("nan-TW", false),
        ] {
            assert_eq!(is_mandarin(tag, &["zh", "cmn"]), expected, "{tag}");
        }
    }
}
