use std::collections::BTreeMap;

use super::document::Body;
use super::gap::{GapKind, Gaps};
use super::quotes::Slip;
use super::speech::{Said, Speech, Words};
use super::table::Row;
use super::words::{is_situation, title};
use super::{DraftStep, DraftWords, RuleDraft, quotes, typo, wording, words};

/// What is known of a rule besides its text.
pub(super) struct Place {
    pub(super) id: String,
    pub(super) source: String,
    pub(super) section: String,
    /// All that stands there is forbidden: such words need no situation.
    pub(super) forbidden: bool,
}

/// Makes a rule of what its text says.
pub(super) fn read(place: Place, body: &Body, speech: &Speech, gaps: &mut Gaps) -> RuleDraft {
    let mut maker = Maker { id: place.id.clone(), gaps };
    let say = speech.say.iter().filter_map(|said| maker.step(said)).collect::<Vec<_>>();
    let never = speech.never.iter().filter_map(|words| maker.never(words)).collect::<Vec<_>>();
    let caller = speech.caller.iter().filter_map(|words| maker.caller(words)).collect::<Vec<_>>();
    let plain = |words: &Words| DraftWords { text: words.text.replace('\n', ""), line: words.line };
    let situation = words::situation(&speech.situation);
    let has_situation = is_situation(situation);
    let mut rule = RuleDraft {
        title: if has_situation { title(situation) } else { String::new() },
        situation: if has_situation { situation.replace('\n', ", ") } else { String::new() },
        line: body.first_line(),
        last_line: body.last_line(),
        id: place.id,
        source: place.source,
        section: place.section,
        caller,
        say,
        never,
        conduct: speech.conduct.iter().map(plain).collect(),
        remarks: speech.remarks.iter().map(plain).collect(),
        ..RuleDraft::default()
    };
    if rule.title.is_empty() {
        let first = rule.say.first().map(|step| &step.words).or(rule.never.first());
        rule.title = if rule.section.is_empty() || place.forbidden {
            first.map_or_else(|| "待填".to_owned(), |words| words.text.chars().take(16).collect())
        } else {
            rule.section.chars().take(24).collect()
        };
    }
    rule.opening = rule.say.len() == 1
        && ["为您服务", "{agent}"].iter().any(|word| rule.say[0].words.text.contains(word))
        && ["问候", "开头", "接听", "接起", "接通", "开场", "来电", "报"]
            .iter()
            .any(|word| rule.title.contains(word) || rule.section.contains(word));
    complain(&rule, speech, place.forbidden, gaps);
    rule
}

/// What is missing in a rule.
fn complain(rule: &RuleDraft, speech: &Speech, forbidden: bool, gaps: &mut Gaps) {
    for (line, slip) in &speech.slips {
        let message = match slip {
            Slip::Open => "有左引号, 没有右引号; 用语读到哪里为止是推断的, 请核对",
            Slip::Close => "有右引号, 没有左引号; 这里的用语可能没有读到",
            Slip::Turned => "右引号写成了左引号",
        };
        gaps.of(*line, &rule.id, GapKind::Quotes, message);
    }
    let has_words = !rule.say.is_empty() || !rule.never.is_empty();
    if has_words && rule.situation.is_empty() && !forbidden {
        gaps.of(
            rule.line,
            &rule.id,
            GapKind::PhraseWithoutSituation,
            "有用语, 没有写在什么情况下说; 请补 title 和 when",
        );
    }
    if rule.say.is_empty() && !forbidden {
        let message = match rule.never.is_empty() {
            true => "有情况, 没有用语; 请补 say, 或者删掉这一条",
            false => "只有不可以说的话, 没有应该说的话",
        };
        gaps.of(rule.line, &rule.id, GapKind::SituationWithoutPhrase, message);
    }
}

/// Adds what a row of a table says, in line `line`.
pub(super) fn of_row(row: &Row, line: usize, speech: &mut Speech) {
    let words = |text: &str| Words { text: text.trim().to_owned(), line };
    let mut cell = |text: &str, signs: &[char]| -> Vec<Words> {
        let (pieces, slips) = quotes::read(text);
        speech.slips.extend(slips.into_iter().map(|(_, slip)| (line, slip)));
        let quoted: Vec<Words> = pieces
            .iter()
            .filter(|piece| piece.quoted)
            .map(|piece| words(&text[piece.range.clone()]))
            .collect();
        if !quoted.is_empty() {
            return quoted;
        }
        let said = |one: &&str| one.contains(char::is_alphanumeric) && !matches!(one.trim(), "无" | "没有");
        text.split(signs).filter(said).map(words).collect()
    };
    let say = cell(&row.say, &[';']);
    let never = cell(&row.never, &[';', '、', '/']);
    speech.say.extend(say.into_iter().map(|words| Said { words, or: Vec::new(), wait_ms: 0 }));
    speech.never.extend(never);
}

struct Maker<'a> {
    id: String,
    gaps: &'a mut Gaps,
}

impl Maker<'_> {
    fn step(&mut self, said: &Said) -> Option<DraftStep> {
        let wording = self.wording(&said.words)?;
        let mut or = wording.or;
        for other in &said.or {
            let other = wording::read(other);
            or.push(other.text);
            or.extend(other.or);
        }
        // Both are heard: what is written, and what was meant.
        or.extend(typo::mend(&wording.text));
        let or: Vec<String> =
            or.iter().map(|text| wording::variant(text)).filter(|text| wording::is_phrase(text)).collect();
        if !wording::is_phrase(&wording::variant(&wording.text)) {
            return None;
        }
        Some(DraftStep {
            words: DraftWords { text: wording.text, line: said.words.line },
            or,
            wait_ms: said.wait_ms,
            brackets: wording.brackets,
        })
    }

    fn never(&mut self, words: &Words) -> Option<DraftWords> {
        let wording = self.wording(words)?;
        let text = wording::forbidden(&wording.text);
        let sounds = crate::phrase::count_characters(&text);
        if sounds < 3 {
            let message = format!("不可以说的「{text}」只有 {sounds} 个字, 正常的话里也会听到; 请写长一点");
            self.gaps.of(words.line, &self.id, GapKind::Phrase, message);
        }
        wording::is_phrase(&text).then_some(DraftWords { text, line: words.line })
    }

    fn caller(&mut self, words: &Words) -> Option<DraftWords> {
        let wording = self.wording(words)?;
        // 小姐(先生) is here the agent.
        let text = wording::variant(&wording.text.replace("{customer}", "…"));
        wording::is_phrase(&text).then_some(DraftWords { text, line: words.line })
    }

    fn wording(&mut self, words: &Words) -> Option<wording::Wording> {
        let wording = wording::read(&words.text);
        if wording.text.is_empty() {
            return None;
        }
        if wording.blank {
            self.gaps.of(words.line, &self.id, GapKind::Typo, "字中间有空格, 已去掉");
        }
        if let Some(unknown) = &wording.placeholder {
            let message = format!("「{unknown}」代表什么, 原文没有说; 草稿里写成 …");
            self.gaps.of(words.line, &self.id, GapKind::Placeholder, message);
        }
        for bracket in &wording.brackets {
            let message = format!("括号里的「{bracket}」没有写进用语, 留在注释里");
            self.gaps.of(words.line, &self.id, GapKind::Placeholder, message);
        }
        Some(wording)
    }
}

/// Sentences that one rule requires and another (or the same) forbids.
pub(super) fn contradictions(rules: &[RuleDraft], gaps: &mut Gaps) {
    let bare = |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect() };
    let required: BTreeMap<String, &str> = rules
        .iter()
        .flat_map(|rule| rule.say.iter().map(|step| (bare(&step.words.text), rule.id.as_str())))
        .collect();
    for rule in rules {
        for never in &rule.never {
            if let Some(other) = required.get(&bare(&never.text)) {
                let message = format!("「{}」在这里不可以说, 在 {other} 里却要说", never.text);
                gaps.of(never.line, &rule.id, GapKind::Phrase, message);
            }
        }
    }
}
