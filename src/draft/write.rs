use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Draft, DraftWords, Gap, ItemDraft, RuleDraft, wording};

/// What stands where the document says nothing.
const TO_FILL: &str = "待填";
/// Item of a rule for which the document names none: no points are proposed.
const NO_ITEM: &str = "待定";
/// By when the greeting is due; the value of the bundled script.
const OPENING_MS: u64 = 10_000;

/// A TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.chars().filter(|c| !c.is_control()).collect()).to_string()
}

fn list(texts: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let texts: Vec<String> = texts.into_iter().map(|text| quoted(text.as_ref())).collect();
    format!("[{}]", texts.join(", "))
}

struct Page<'a> {
    text: String,
    gaps: BTreeMap<&'a str, Vec<&'a Gap>>,
}

impl<'a> Page<'a> {
    fn new(draft: &'a Draft) -> Self {
        let mut gaps: BTreeMap<&str, Vec<&Gap>> = BTreeMap::new();
        for gap in &draft.gaps {
            if let Some(id) = &gap.id {
                gaps.entry(id).or_default().push(gap);
            }
        }
        Self { text: String::new(), gaps }
    }

    fn line(&mut self, line: impl AsRef<str>) {
        self.text.push_str(line.as_ref());
        self.text.push('\n');
    }

    /// A comment, all on one line.
    fn comment(&mut self, text: impl AsRef<str>) {
        let one_line: String = text.as_ref().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.line(format!("# {}", one_line.trim_end()));
    }

    fn field(&mut self, name: &str, text: &str) {
        self.line(format!("{name} = {}", quoted(text)));
    }

    fn notes(&mut self, id: &str) {
        for gap in self.gaps.get(id).cloned().unwrap_or_default() {
            self.comment(format!("请看: [{}] {}", gap.kind.name(), gap.message));
        }
    }
}

fn lines_of(first: usize, last: usize) -> String {
    if first == last { format!("第 {first} 行") } else { format!("第 {first}–{last} 行") }
}

pub(super) fn script(draft: &Draft, document: &str) -> String {
    let mut page = Page::new(draft);
    page.comment(format!("草稿: 由 callcue script draft 从 {document} 读出, 每一条写着它来自原文第几行。"));
    page.comment("「请看」和「待填」「待定」的地方要由人补; 改完运行 callcue script check 文件名。");
    page.line("format = 1");
    page.field("name", if draft.script_name.is_empty() { TO_FILL } else { &draft.script_name });
    page.field("company", draft.company.as_deref().unwrap_or(TO_FILL));
    let mut section = "";
    for one in &draft.rules {
        if one.section != section {
            section = &one.section;
            page.line("");
            page.comment(format!("───────── {section} ─────────"));
        }
        rule(one, &mut page);
    }
    page.text
}

fn rule(rule: &RuleDraft, page: &mut Page<'_>) {
    page.line("");
    page.comment(format!("原文{}", lines_of(rule.line, rule.last_line)));
    if !rule.situation.is_empty() {
        page.comment(format!("情况: {}", rule.situation));
    }
    page.notes(&rule.id);
    page.line("[[rule]]");
    page.field("id", &rule.id);
    page.field("title", &rule.title);
    page.field("source", &format!("{} ({})", rule.source, lines_of(rule.line, rule.last_line)));
    page.field("item", rule.item.as_deref().unwrap_or(NO_ITEM));
    if rule.is_declared() {
        page.line("declared_only = true");
        page.comment("when = [{ customer_says = [\"客户怎么说\"] }]  # 待填, 填了就去掉 declared_only");
    } else if !rule.caller.is_empty() {
        let lines: Vec<String> = rule.caller.iter().map(|words| words.line.to_string()).collect();
        page.comment(format!("客户的话: 第 {} 行", lines.join("、")));
        page.line(format!(
            "when = [{{ customer_says = {} }}]",
            list(rule.caller.iter().map(|words| &words.text))
        ));
    }
    say(rule, page);
    if !rule.never.is_empty() {
        page.line("never = [");
        for words in &rule.never {
            page.line(format!("  {{ text = {} }}, # 第 {} 行", quoted(&words.text), words.line));
        }
        page.line("]");
    }
    let about = |title: &str, all: &[DraftWords], page: &mut Page<'_>| {
        for words in all {
            page.comment(format!("{title} (第 {} 行): {}", words.line, words.text));
        }
    };
    about("不可以, 由人复核", &rule.conduct, page);
    about("原文还说", &rule.remarks, page);
    let waits = rule.say.iter().any(|step| step.wait_ms > 0);
    if rule.opening {
        page.line(format!("check.opening = {{ within_ms = {OPENING_MS} }} # 原文没有写时限"));
    } else if waits {
        page.line("check.steps = {}");
    } else if rule.say.len() > 1 {
        page.line("check.steps = { next_on_situation = true }");
    } else if rule.say.len() == 1 {
        page.line("check.answer = {}");
    }
}

fn say(rule: &RuleDraft, page: &mut Page<'_>) {
    if rule.say.is_empty() {
        return;
    }
    page.line("say = [");
    for step in &rule.say {
        for bracket in &step.brackets {
            page.line(format!("  # 括号里: {bracket}"));
        }
        let mut fields = format!("text = {}", quoted(&step.words.text));
        if !step.or.is_empty() {
            let own = wording::variant(&step.words.text);
            let _ = write!(fields, ", heard = {}", list(std::iter::once(&own).chain(&step.or)));
        }
        if step.wait_ms > 0 {
            let _ = write!(fields, ", wait_ms = {}", step.wait_ms);
        }
        page.line(format!("  {{ {fields} }}, # 第 {} 行", step.words.line));
    }
    page.line("]");
}

pub(super) fn assessment(draft: &Draft, document: &str) -> String {
    let mut page = Page::new(draft);
    page.comment(format!("草稿: 由 callcue script draft 从 {document} 读出, 每一条写着它来自原文第几行。"));
    page.comment("deduct: 一次扣几分; deduct_complaint: 引起投诉时扣几分; bonus: 一次加几分。");
    page.comment("from_calls: 能从通话中看出来, 由系统提出, 由人确认; 草稿按条文里的字眼猜, 请核对。");
    page.line("format = 1");
    page.field("name", if draft.title.is_empty() { TO_FILL } else { &draft.title });
    page.line(match draft.start {
        Some(start) => format!("start = {start}"),
        None => "start = 100 # 原文没有写, 请核对".to_owned(),
    });
    if draft.items.is_empty() {
        page.line("item = []");
    }
    for one in &draft.items {
        item(one, &mut page);
    }
    page.text
}

fn item(item: &ItemDraft, page: &mut Page<'_>) {
    page.line("");
    page.comment(format!("{} 原文{}: {}", item.source, lines_of(item.line, item.last_line), item.full_text));
    page.notes(&item.id);
    page.line("[[item]]");
    page.field("id", &item.id);
    page.field("text", if item.text.is_empty() { TO_FILL } else { &item.text });
    match item.deduct {
        Some(points) => page.line(format!("deduct = {points}")),
        None if item.bonus.is_some() => page.line("deduct = 0"),
        None => page.line("deduct = 0 # 待填: 原文没有写分数"),
    }
    if let Some(points) = item.deduct_complaint {
        page.line(format!("deduct_complaint = {points}"));
    }
    if let Some(points) = item.bonus {
        page.line(format!("bonus = {points}"));
    }
    if let Some(word) = item.shows_by {
        page.line(format!("from_calls = true # 因为有「{word}」"));
    }
}
