use super::{Breach, CallView, Cause, Desk, Observation, RuleCard, RuleShape, Utterance};
use crate::call::{CallTime, Channel, ChecklistItem, CueOutcome, EventKind, FlagKind};
use crate::phrase::count_characters;

/// Words of the caller that open a call without saying what it is about.
const GREETINGS: [&str; 8] = ["您好", "你好", "喂", "请问", "小姐", "先生", "在吗", "是中铁物流集团吗"];
/// The caller's words must be longer than a greeting to be a question.
const QUESTION_CHARS: usize = 4;
/// So many digits in a row are a number to call back.
const NUMBER_DIGITS: usize = 7;

/// Things are asked before the first answer is given.
///
/// ## What it watches
/// A caller whom the company's data does not know, once the question is put: the first agent turn that is long enough
/// to be an answer and asks nothing.
/// ## Why
/// Without a name and a number nobody can call back.
/// ## Does not
/// Ask for a name that the caller has given unasked; take the script's own sentences for an answer.
#[derive(Debug)]
pub(super) struct AskFirst {
    answer_chars: usize,
    checklist: Vec<ChecklistItem>,
    shown: bool,
    asked: bool,
    over: bool,
    pending: Option<CallTime>,
    cue: Option<String>,
}

impl AskFirst {
    pub(super) fn new(answer_chars: usize, labels: &[String]) -> Self {
        let checklist =
            labels.iter().map(|label| ChecklistItem { label: label.clone(), done: false }).collect();
        Self { answer_chars, checklist, shown: false, asked: false, over: false, pending: None, cue: None }
    }

    fn show(&mut self, card: &RuleCard, desk: &mut Desk) {
        self.shown = true;
        desk.say(EventKind::Checklist { rule: card.id.clone(), items: self.checklist.clone() });
    }

    fn begin(&mut self, card: &RuleCard, view: &CallView, desk: &mut Desk) {
        self.pending = Some(desk.now);
        desk.due += 1;
        self.cue = desk.cue(card, 0, &view.slots, None);
        self.show(card, desk);
    }

    fn tick(&mut self, text: &str, view: &CallView, card: &RuleCard, desk: &mut Desk) {
        let mut changed = false;
        for item in &mut self.checklist {
            if !item.done && tells(&item.label, text, view) {
                item.done = true;
                changed = true;
            }
        }
        if changed && self.shown {
            self.show(card, desk);
        }
    }

    fn customer_spoke(&mut self, utterance: &Utterance, card: &RuleCard, view: &CallView, desk: &mut Desk) {
        self.tick(&utterance.text, view, card, desk);
        let name_given = !view.slots.surname.is_empty();
        let idle = self.pending.is_none() && !self.over;
        if view.caller_known || !idle || !is_question(view) {
            return;
        }
        if self.asked || name_given {
            self.over = true;
            self.show(card, desk);
        } else {
            self.begin(card, view, desk);
        }
    }

    fn agent_spoke(&mut self, card: &RuleCard, view: &CallView, desk: &mut Desk) {
        let Some(turn) = view.turns.open(Channel::Agent) else {
            return;
        };
        if self.asked || card.find(0, &turn.said, turn.latest).is_none() {
            return;
        }
        self.asked = true;
        if self.pending.take().is_some() {
            self.over = true;
            desk.met += 1;
            desk.cue_done(&mut self.cue, CueOutcome::Met);
        }
    }
}

impl RuleShape for AskFirst {
    fn situation(&mut self, _cause: Cause, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        if self.pending.is_none() && !self.asked {
            self.over = false;
            self.begin(card, view, desk);
        }
    }

    fn observe(&mut self, what: Observation<'_>, card: &RuleCard, view: &mut CallView, desk: &mut Desk) {
        match what {
            Observation::Spoken(utterance) => match utterance.channel {
                Channel::Customer => self.customer_spoke(utterance, card, view, desk),
                Channel::Agent => self.agent_spoke(card, view, desk),
            },
            Observation::TurnClosed(turn) if turn.channel == Channel::Agent => {
                let Some(since) = self.pending else { return };
                let text = turn.said.text();
                if turn.span.from >= since
                    && !turn.asks()
                    && view.own_characters(&turn.said) >= self.answer_chars
                {
                    self.pending = None;
                    self.over = true;
                    desk.cue_done(&mut self.cue, CueOutcome::Missed);
                    let phrase = &card.steps[0].phrase;
                    desk.flag(card, &Breach { kind: FlagKind::Missing, span: turn.span, text, phrase });
                }
            }
            Observation::Ended(_) => {
                if self.pending.take().is_some() {
                    desk.due -= 1;
                }
                desk.cue_done(&mut self.cue, CueOutcome::Cancelled);
            }
            _ => {}
        }
    }
}

/// True if the caller's turn says more than hello.
fn is_question(view: &CallView) -> bool {
    let Some(turn) = view.turns.open(Channel::Customer) else {
        return false;
    };
    let text =
        GREETINGS.iter().fold(turn.said.text().to_owned(), |text, greeting| text.replace(greeting, ""));
    count_characters(&text) >= QUESTION_CHARS && !text.contains("里是中铁")
}

/// True if `text` tells what the checklist line asks for.
fn tells(label: &str, text: &str, view: &CallView) -> bool {
    match label {
        "姓名" => !view.slots.surname.is_empty(),
        "联系方式" => has_number(text) || text.contains('@') || text.contains("邮箱是"),
        "分机号" => text.contains("分机"),
        "公司名称" => ["公司", "集团", "工厂", "商店", "单位"].iter().any(|word| text.contains(word)),
        _ => false,
    }
}

fn has_number(text: &str) -> bool {
    let mut run = 0;
    text.chars().filter(|c| !c.is_whitespace() && *c != '-').any(|character| {
        let digit = character.is_ascii_digit() || "零一二三四五六七八九幺〇".contains(character);
        run = if digit { run + 1 } else { 0 };
        run >= NUMBER_DIGITS
    })
}
