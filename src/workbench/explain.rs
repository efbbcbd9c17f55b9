use std::fmt::Write as _;

use serde_spanned::Spanned;

use crate::score::Assessment;
use crate::script::{
    Case, Diagnostic, FlagWhen, Required, Rule, Script, Shape, Trigger, WaitOn, Waiting, Waits,
};

/// One rule in plain Chinese: what makes it apply, what to say, how long to wait, what is checked, what it costs.
///
/// `text` is the file that `script` was read from, for the line.
pub fn card(rule: &Rule, script: &Script, assessment: &Assessment, text: &str) -> String {
    let mut card = Card::default();
    let line = Diagnostic::at(text, Some(rule.id.span()), "").line;
    let source =
        if rule.source.is_empty() { String::new() } else { format!(", 原文「{}」", rule.source) };
    card.line(&format!("规则 {}  {}  (文件第 {line} 行{source})", rule.id.get_ref(), rule.title));
    card.head("情况");
    let detected = situation_sentences(rule);
    detected.iter().for_each(|sentence| card.item(sentence));
    if rule.check.is_some() || !rule.say.is_empty() {
        let only = if detected.is_empty() { "听不出来, 由" } else { "也可以由" };
        card.item(&format!("{only}坐席在屏幕上选择, 或由电话系统告知"));
    } else {
        card.item("整通电话");
    }
    if !rule.say.is_empty() {
        card.head("要说的话");
        for (index, step) in rule.say.iter().enumerate() {
            card.step(index + 1, step);
        }
    }
    if !rule.never.is_empty() {
        card.head("不可以说的话");
        for never in &rule.never {
            card.item(&format!("「{}」", never.text.get_ref()));
            card.below("也算说了", &quoted(&never.heard));
            card.below("不算", &quoted(&never.unless));
            card.below("例子, 算", &quoted_lines(&never.heard_in));
            card.below("例子, 不算", &quoted_lines(&never.not_heard_in));
        }
    }
    card.head("检查");
    check_sentence(rule, script.tolerance_ms).split("; ").for_each(|sentence| card.item(sentence));
    if !rule.never.is_empty() {
        card.item("坐席一说出「不可以说的话」就提出违规");
    }
    card.head("考核");
    card.item(&assessment_sentence(rule, assessment));
    if !rule.cases.is_empty() {
        card.head("通话例子");
        rule.cases.iter().for_each(|case| card.item(&case_sentence(case)));
    }
    card.0
}

/// What makes `rule` apply by itself, a sentence each; none for one that is only declared.
pub fn situation_sentences(rule: &Rule) -> Vec<String> {
    let by_shape = match &rule.check {
        Some(Shape::Opening { .. }) => Some("电话接起时"),
        Some(Shape::Name { .. }) => Some("知道客户姓氏之后 (客户说了, 或来电资料里有)"),
        Some(Shape::AskFirst { .. }) => Some("来电的是新客户"),
        Some(Shape::Steps(waits)) if waits.from_answer => Some("电话接起后, 客户一直没有说话"),
        Some(Shape::Confirm { .. }) => Some("坐席做过解释之后"),
        Some(Shape::Closing {}) => Some("通话要结束时"),
        Some(Shape::Restate { .. }) => Some("客户讲完一段较长的话之后"),
        Some(Shape::Dictate { .. }) => Some("坐席说了一段较长的信息 (有数字、地址或步骤)"),
        Some(Shape::Wait(waiting)) if waiting.on == WaitOn::Mute => Some("坐席按了静音"),
        Some(Shape::Wait(_)) => Some("坐席按了保持, 或请客户等待"),
        Some(Shape::Transfer { .. }) => Some("电话转接"),
        _ => None,
    };
    let mut sentences: Vec<String> = by_shape.into_iter().map(str::to_owned).collect();
    sentences.extend(rule.when.iter().map(trigger_sentence));
    sentences
}

fn trigger_sentence(trigger: &Trigger) -> String {
    let mut parts = Vec::new();
    if !trigger.customer_says.is_empty() {
        let first = if trigger.first_turn { "客户一开口就说" } else { "客户说" };
        parts.push(format!("{first}{}", quoted(&trigger.customer_says)));
    }
    if !trigger.agent_says.is_empty() {
        parts.push(format!("坐席自己说{}", quoted(&trigger.agent_says)));
    }
    if let Some(ms) = trigger.ring_above_ms {
        parts.push(format!("响铃超过 {} 秒才接起", seconds(ms)));
    }
    if let Some(level) = trigger.level_above_dbfs {
        let once = if trigger.once { " (一通电话里只算第一次)" } else { "" };
        parts.push(format!("客户说话的音量高于 {level} dBFS{once}"));
    }
    if let Some(level) = trigger.level_below_dbfs {
        let turns = trigger.turns.unwrap_or(2);
        let once = if trigger.once { " (一通电话里只算第一次)" } else { "" };
        parts.push(format!("客户连续 {turns} 轮说话的音量低于 {level} dBFS{once}"));
    }
    if let Some(level) = trigger.noise_above_dbfs {
        parts.push(format!("客户那边的背景声高于 {level} dBFS"));
    }
    if !trigger.language_not.is_empty() {
        parts.push("客户说的不是普通话".to_owned());
    }
    if let Some(ms) = trigger.quiet_after_closing_ms {
        parts.push(format!("说完结束语后 {} 秒没有人说话", seconds(ms)));
    }
    if let Some(other) = &trigger.after_rule {
        parts.push(format!("此前规则 {} 已经出现过", other.get_ref()));
    }
    let mut sentence = parts.join(", 并且");
    if let Some(step) = trigger.step.filter(|step| *step > 1) {
        let _ = write!(sentence, ": 要说第 {step} 句");
    }
    if !trigger.unless.is_empty() {
        let _ = write!(sentence, " (说{}不算)", quoted(&trigger.unless));
    }
    sentence
}

/// What is checked of the words of `rule`, in a sentence.
pub fn check_sentence(rule: &Rule, tolerance_ms: u64) -> String {
    let Some(shape) = &rule.check else {
        let nothing = if rule.say.is_empty() {
            "只检查不可以说的话"
        } else {
            "只显示要说的话, 说没说都不算违规"
        };
        return nothing.to_owned();
    };
    match shape {
        Shape::Opening { within_ms } => format!(
            "坐席的第一轮话里要说到; 到客户第二次开口、最迟 {} 秒还没有说到, 算「没有说」",
            seconds(*within_ms)
        ),
        Shape::Answer { flag, louder_db, hangup, yields } => {
            let mut sentence = answer_sentence(*flag, *louder_db);
            if *hangup {
                sentence += "; 没有说就挂机, 另算「不应挂机」";
            }
            if *yields {
                sentence += "; 客户同一轮话里还有别的情况要回应时, 以那一条为准";
            }
            sentence
        }
        Shape::Name { turns } => {
            format!("知道姓氏后的 {turns} 轮话里, 或结束语里, 要称呼客户; 一次也没有, 算「言行」")
        }
        Shape::AskFirst { answer_chars, checklist } => format!(
            "要先问再答: 坐席还没有问就说了 {answer_chars} 个字以上的回答, 算「没有说」; 屏幕上的清单 ({}) 听到一项勾一项",
            checklist.join("、")
        ),
        Shape::Steps(waits) => steps_sentence(rule, waits, tolerance_ms),
        Shape::Mandarin {} => "坐席要一直说普通话; 被识别为别的语言, 算「言行」".to_owned(),
        Shape::Confirm { explained_chars } => format!(
            "坐席有一轮话不少于 {explained_chars} 个字就是解释; 解释过, 到结束时还没有问客户是否清楚, 算「没有说」"
        ),
        Shape::Closing {} => {
            "坐席挂机前要先问还有什么需要, 再说结束语: 没有问就挂机, 算「不应挂机」; 问了但没有说结束语, 算「没有说」"
                .to_owned()
        }
        Shape::Restate { statement_ms, statement_chars, answer_chars } => format!(
            "客户一共说了 {} 秒或 {statement_chars} 个字以上, 坐席回答 ({answer_chars} 个字以上、不是提问) 之前要复述; 没有复述, 算「没有说」",
            seconds(*statement_ms)
        ),
        Shape::Dictate { long_chars, chars_per_s_max } => format!(
            "坐席一轮话不少于 {long_chars} 个字, 并有数字、地址或步骤: 要先请客户记录, 否则算「没有说」; 每秒超过 {chars_per_s_max} 个字, 算「言行」"
        ),
        Shape::Wait(waiting) => waiting_sentence(waiting),
        Shape::Transfer { colleague_within_ms } => format!(
            "转接以前要告诉客户, 否则算「没有说」; 转接以前或之后 {} 秒以内要向同事说明, 否则算「没有说」",
            seconds(*colleague_within_ms)
        ),
    }
}

fn waiting_sentence(waiting: &Waiting) -> String {
    let act = match waiting.on {
        WaitOn::Hold => "保持",
        WaitOn::Mute => "静音",
    };
    let mut parts = vec![format!("{act}以前要先征求客户同意, 否则算「没有说」")];
    if let Some(ms) = waiting.remind_ms {
        parts.push(format!("{} 秒没有人说话就提示坐席安抚客户", seconds(ms)));
    }
    if let Some(ms) = waiting.quiet_max_ms {
        parts.push(format!("{} 秒没有人说话, 算「等待时间不对」", seconds(ms)));
    }
    let from = match waiting.thanks_from_ms {
        0 => String::new(),
        ms => format!("等了 {} 秒以上, ", seconds(ms)),
    };
    parts.push(format!("{from}回来的第一轮话里要感谢或致歉, 否则算「没有说」"));
    parts.join("; ")
}

fn answer_sentence(flag: FlagWhen, louder_db: Option<f32>) -> String {
    let mut sentence = "情况出现后, 坐席的下一轮话里要说到".to_owned();
    sentence += match flag {
        FlagWhen::Always => "; 没有说到, 算「没有说」",
        FlagWhen::Declared => "; 没有说到, 只在有人声明了情况时算「没有说」",
        FlagWhen::Never => "; 只提示, 没有说到不算违规",
    };
    if let Some(db) = louder_db {
        let _ = write!(sentence, "; 声音要比上一轮大 {db} dB, 否则算「言行」");
    }
    sentence
}

fn steps_sentence(rule: &Rule, waits: &Waits, tolerance_ms: u64) -> String {
    let mut parts = vec!["按顺序说, 说完最后一句才可以挂机; 没有说完就挂机, 算「不应挂机」".to_owned()];
    if rule.say.iter().any(|step| step.wait_ms > 0 && step.wait_counts) {
        parts.push(format!("等待时间不够, 算「等待时间不对」 (差 {} 秒以内不算)", seconds(tolerance_ms)));
    }
    if waits.early_end_is_hangup {
        parts.push("最后一段等待没有等完就挂机, 也算「不应挂机」".to_owned());
    }
    if waits.customer_ends_it {
        parts.push("客户一说话, 这一条就结束".to_owned());
    }
    if waits.next_on_situation {
        parts.push("情况再次出现时才说下一句".to_owned());
    }
    if let Some(db) = waits.level_rise_max_db {
        parts.push(format!("坐席的声音不能因此提高 {db} dB 以上, 否则算「言行」"));
    }
    if let Some(goes_on) = &waits.goes_on {
        parts.push(format!(
            "客户还在说: 最后一句再说 {} 遍, 然后说「{}」, 就可以挂机",
            goes_on.repeats,
            goes_on.then.get_ref()
        ));
    }
    if !waits.replaces.is_empty() {
        let others: Vec<&str> = waits.replaces.iter().map(|id| id.get_ref().as_str()).collect();
        parts.push(format!("这时规则 {} 不再适用", others.join("、")));
    }
    parts.join("; ")
}

fn assessment_sentence(rule: &Rule, assessment: &Assessment) -> String {
    let Some(item) = assessment.items.iter().find(|item| item.id.get_ref() == &rule.item) else {
        return format!("{}: 考核标准里没有这一条, 违规不提出分数", rule.item);
    };
    let complaint = match item.deduct_complaint {
        Some(points) => format!(", 引起投诉扣 {points} 分"),
        None => String::new(),
    };
    format!("{} {}: 每次建议扣 {} 分{complaint}, 由人确认后才算", rule.item, item.text, item.deduct)
}

fn case_sentence(case: &Case) -> String {
    let flags = if case.flags.is_empty() {
        "没有违规".to_owned()
    } else {
        case.flags.iter().map(|flag| flag_word(flag)).collect::<Vec<_>>().join("、")
    };
    format!("{}: {flags}", case.name.get_ref())
}

fn flag_word(flag: &str) -> &str {
    match flag {
        "forbidden" => "不可以说",
        "missing" => "没有说",
        "timing" => "等待时间不对",
        "hangup" => "不应挂机",
        "conduct" => "言行",
        other => other,
    }
}

fn quoted(phrases: &[Spanned<String>]) -> String {
    phrases.iter().map(|phrase| format!("「{}」", phrase.get_ref())).collect()
}

fn quoted_lines(lines: &[String]) -> String {
    lines.iter().map(|line| format!("「{line}」")).collect()
}

/// `3000` as `3`, `300` as `0.3`.
pub(super) fn seconds(ms: u64) -> String {
    (ms as f64 / 1_000.0).to_string()
}

/// Text that grows line by line.
#[derive(Default)]
struct Card(String);

impl Card {
    fn line(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    fn head(&mut self, text: &str) {
        self.line(&format!("\n{text}"));
    }

    fn item(&mut self, text: &str) {
        self.line(&format!("  · {text}"));
    }

    fn below(&mut self, label: &str, text: &str) {
        if !text.is_empty() {
            self.line(&format!("      {label}: {text}"));
        }
    }

    fn step(&mut self, number: usize, step: &Required) {
        let wait = match (step.wait_ms, step.wait_counts) {
            (0, _) => String::new(),
            (ms, true) => format!(", 然后等 {} 秒", seconds(ms)),
            (ms, false) => format!(", 然后等 {} 秒 (提前也不算违规)", seconds(ms)),
        };
        self.line(&format!("  {number}. 「{}」{wait}", step.text.get_ref()));
        if step.heard.is_empty() {
            self.below("算说到", "每一小句都要听到");
        }
        self.below("算说到", &quoted(&step.heard));
        self.below("不算", &quoted(&step.unless));
        self.below("例子, 算", &quoted_lines(&step.heard_in));
        self.below("例子, 不算", &quoted_lines(&step.not_heard_in));
    }
}
