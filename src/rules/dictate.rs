use super::{Breach, CallView, Cause, Desk, Observation, RuleCard, RuleShape, Turn};
use crate::call::{Channel, CueOutcome, FlagKind};
use crate::phrase::count_characters;

/// Chinese numerals; fewer in a row are counting words (一下, 两个).
const NUMERALS: &str = "零〇一二两三四五六七八九十百幺";
const NUMERALS_IN_A_ROW: usize = 3;
/// Parts of an address. One alone is a word of many (路上, 小区).
const PLACES: [&str; 16] = [
    "省", "市", "区", "县", "镇", "乡", "街", "大道", "路", "巷", "大厦", "小区", "号楼", "单元", "楼", "室",
];
const PLACES_IN_AN_ADDRESS: usize = 2;
/// Words that count steps.
const STEPS: [&str; 9] = ["第一", "第二", "首先", "其次", "然后再", "最后再", "步骤", "先点", "再点"];

/// The customer is asked to write long information down.
///
/// ## What it watches
/// Agent turns that are long in the agent's own words and hold digits, an address or steps; and how fast they are said.
/// ## Why
/// A number that went by too fast is a second call.
/// ## Does not
/// Ask for the request again once it was made in the call; judge the speed of short turns.
#[derive(Debug)]
pub(super) struct Dictate {
    long_chars: usize,
    chars_per_s_max: f32,
    asked: bool,
    /// The agent's turn that is known to be long.
    long_turn: Option<u32>,
    cue: Option<String>,
}

impl Dictate {
    pub(super) const fn new(long_chars: usize, chars_per_s_max: f32) -> Self {
        Self { long_chars, chars_per_s_max, asked: false, long_turn: None, cue: None }
    }

    fn is_long(&self, turn: &Turn, view: &CallView) -> bool {
        turn.said.len() >= self.long_chars
            && is_information(turn.said.text())
            && view.own_characters(&turn.said) >= self.long_chars
    }

    fn agent_spoke(&mut self, card: &RuleCard, view: &CallView, desk: &mut Desk) {
        let Some(turn) = view.turns.open(Channel::Agent) else { return };
        if card.find(0, &turn.said, turn.latest).is_some() {
            self.asked = true;
            desk.cue_done(&mut self.cue, CueOutcome::Met);
        }
        if self.long_turn != Some(turn.number) && self.is_long(turn, view) {
            self.long_turn = Some(turn.number);
            desk.due += 1;
            if !self.asked && self.cue.is_none() {
                self.cue = desk.cue(card, 0, &view.slots, None);
            }
        }
    }

    fn turn_closed(&mut self, turn: &Turn, card: &RuleCard, desk: &mut Desk) {
        if self.long_turn != Some(turn.number) {
            return;
        }
        let (span, text) = (turn.span, turn.said.text());
        desk.cue_done(&mut self.cue, CueOutcome::Missed);
        if self.asked {
            desk.met += 1;
        } else {
            let phrase = &card.steps[0].phrase;
            desk.flag(card, &Breach { kind: FlagKind::Missing, span, text, phrase });
        }
        let chars_per_s = count_characters(text) as f32 * 1000.0 / span.millis().max(1) as f32;
        if chars_per_s > self.chars_per_s_max {
            desk.flag(card, &Breach { kind: FlagKind::Conduct, span, text, phrase: "" });
        }
    }
}

impl RuleShape for Dictate {
    fn situation(&mut self, _cause: Cause, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        if !self.asked && self.cue.is_none() {
            self.cue = desk.cue(card, 0, &view.slots, None);
        }
    }

    fn observe(&mut self, what: Observation<'_>, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        match what {
            Observation::Spoken(utterance) if utterance.channel == Channel::Agent => {
                self.agent_spoke(card, view, desk);
            }
            Observation::TurnClosed(turn) if turn.channel == Channel::Agent => {
                self.turn_closed(turn, card, desk);
            }
            Observation::Ended(_) => desk.cue_done(&mut self.cue, CueOutcome::Cancelled),
            _ => {}
        }
    }
}

/// True if `text` holds something to write down: digits, an address, steps.
fn is_information(text: &str) -> bool {
    let mut run = 0;
    let digits = text.chars().any(|character| {
        run = if NUMERALS.contains(character) { run + 1 } else { 0 };
        character.is_ascii_digit() || run >= NUMERALS_IN_A_ROW
    });
    let places = PLACES.iter().filter(|place| text.contains(*place)).count();
    digits || places >= PLACES_IN_AN_ADDRESS || STEPS.iter().any(|step| text.contains(step))
}

#[cfg(test)]
mod tests {
    use super::is_information;

    #[test]
    fn digits_addresses_and_steps_are_information() {
        for text in ["电话是010", "零一零八二", "朝阳区建国路", "首先打开网页", "第一填写单号"]
        {
            assert!(is_information(text), "{text}");
        }
        for text in ["我帮您看一下", "快递在路上", "您的问题我已经知道了", "两个包裹"]
        {
            assert!(!is_information(text), "{text}");
        }
    }
}
