use crate::call::{Channel, Customer, EndedBy};
use crate::monitor::Input;
use crate::script::{Diagnostic, Script};

/// Longest wait that can be typed, s.
const WAIT_MAX_S: f64 = 3_600.0;

/// One line of a typed conversation.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Line {
    Said { channel: Channel, manner: Manner, text: String },
    Quiet { ms: u64 },
    Noise { level_dbfs: f32 },
    Act(Input),
    HangUp { by: EndedBy },
    Fact(Fact),
}

/// How something is said.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Manner {
    pub(super) level_dbfs: Option<f32>,
    pub(super) language: Option<String>,
}

/// What is known before the first word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fact {
    Agent(String),
    RingMs(u64),
    Caller(Customer),
}

/// A mistake within a line: where, counted in characters from 0, and what, in both languages.
struct Slip {
    column: usize,
    en: String,
    zh: String,
}

fn slip<T>(column: usize, zh: impl Into<String>, en: impl Into<String>) -> Result<T, Slip> {
    Err(Slip { column, en: en.into(), zh: zh.into() })
}

/// Reads line `number` (from 1); nothing for an empty line and for a remark (`#`).
pub(super) fn parse_line(text: &str, number: usize, script: &Script) -> Result<Option<Line>, Diagnostic> {
    let trimmed = text.trim();
    if trimmed.is_empty() || trimmed.starts_with('#') {
        return Ok(None);
    }
    let indent = text.chars().take_while(|character| character.is_whitespace()).count();
    let read = match trimmed.split_once([':', '\u{ff1a}']) {
        Some((speaker, words)) => said(speaker, words),
        None => command(trimmed, script),
    };
    read.map(Some).map_err(|Slip { column, en, zh }| Diagnostic {
        line: number,
        column: indent + column + 1,
        message: en,
        zh,
    })
}

fn said(speaker: &str, words: &str) -> Result<Line, Slip> {
    let (name, manner) = match speaker.trim().split_once(['(', '\u{ff08}']) {
        Some((name, inside)) => {
            let column = name.chars().count() + 1;
            (name.trim(), manner(inside.trim_end_matches([')', '\u{ff09}']), column)?)
        }
        None => (speaker.trim(), Manner::default()),
    };
    let channel = match name.to_lowercase().as_str() {
        "客服" | "坐席" | "座席" | "a" | "agent" => Channel::Agent,
        "客户" | "顾客" | "c" | "customer" => Channel::Customer,
        _ => {
            return slip(
                0,
                format!("不认识说话的人「{name}」; 写 客服: 或 客户:"),
                format!("{name:?} is nobody; write 客服: (agent) or 客户: (customer)"),
            );
        }
    };
    let text = words.trim();
    if text.is_empty() {
        let column = speaker.chars().count() + 1;
        return slip(column, "冒号后面没有话; 写上说了什么", "no words after the colon; write what was said");
    }
    Ok(Line::Said { channel, manner, text: text.to_owned() })
}

fn manner(inside: &str, column: usize) -> Result<Manner, Slip> {
    let mut manner = Manner::default();
    for word in inside.split([',', '\u{ff0c}', '、', ' ']).filter(|word| !word.is_empty()) {
        match word {
            "小声" | "quiet" => manner.level_dbfs = Some(-42.0),
            "大声" | "loud" => manner.level_dbfs = Some(-12.0),
            "正常" | "normal" => manner.level_dbfs = Some(-24.0),
            "普通话" | "mandarin" => manner.language = Some("zh".to_owned()),
            "方言" | "粤语" | "dialect" => manner.language = Some("yue".to_owned()),
            "英语" | "english" => manner.language = Some("en".to_owned()),
            _ => {
                return slip(
                    column,
                    format!("不认识「{word}」; 括号里可以写 小声、大声、正常、方言、英语、普通话"),
                    format!(
                        "{word:?} is not known; in brackets: quiet, loud, normal, dialect, english, mandarin"
                    ),
                );
            }
        }
    }
    Ok(manner)
}

fn command(text: &str, script: &Script) -> Result<Line, Slip> {
    let end = text
        .char_indices()
        .find(|(_, character)| character.is_whitespace() || character.is_ascii_digit())
        .map_or(text.len(), |(at, _)| at);
    let (verb, rest) = text.split_at(end);
    let column = text.chars().count() - rest.trim_start().chars().count();
    let rest = rest.trim();
    let line = match verb {
        "等" | "等待" | "沉默" | "静默" | "wait" => return quiet(rest, column),
        "情况" | "situation" => return situation(rest, column, script),
        "挂机" | "挂断" | "hangup" => return hang_up(rest, column),
        "工号" | "agent" if !rest.is_empty() => return Ok(Line::Fact(Fact::Agent(rest.to_owned()))),
        "振铃" | "响铃" | "ring" => {
            return Ok(Line::Fact(Fact::RingMs(seconds(rest, column)?)));
        }
        "来电人" | "caller" if !rest.is_empty() => return Ok(Line::Fact(Fact::Caller(caller(rest)))),
        "杂音" | "noise" => Line::Noise { level_dbfs: -30.0 },
        "保持" | "hold" => Line::Act(Input::HoldStarted),
        "取消保持" | "unhold" => Line::Act(Input::HoldEnded),
        "静音" | "mute" => Line::Act(Input::MuteStarted),
        "取消静音" | "unmute" => Line::Act(Input::MuteEnded),
        "转接" | "transfer" => Line::Act(Input::Transfer),
        _ => {
            return slip(
                0,
                format!(
                    "看不懂「{verb}」; 写 客服: … 或 客户: …, 或者 等 5、情况 2.4、保持、取消保持、静音、取消静音、转接、杂音、挂机 客服"
                ),
                format!(
                    "{verb:?} is not known; write 客服: … or 客户: …, or wait 5, situation 2.4, hold, unhold, mute, unmute, \
                     transfer, noise, hangup agent"
                ),
            );
        }
    };
    if rest.is_empty() {
        return Ok(line);
    }
    slip(
        column,
        format!("「{verb}」后面不写别的; 删去「{rest}」"),
        format!("nothing follows {verb}; leave out {rest:?}"),
    )
}

fn quiet(rest: &str, column: usize) -> Result<Line, Slip> {
    Ok(Line::Quiet { ms: seconds(rest, column)? })
}

fn seconds(text: &str, column: usize) -> Result<u64, Slip> {
    let number = text.trim_end_matches(['秒', 's']).trim();
    match number.parse::<f64>() {
        Ok(seconds) if (0.0..=WAIT_MAX_S).contains(&seconds) => Ok((seconds * 1_000.0).round() as u64),
        _ => slip(
            column,
            format!("「{text}」不是秒数; 写 0 到 {WAIT_MAX_S} 的数, 例如 等 5"),
            format!("{text:?} is no number of seconds; write 0 to {WAIT_MAX_S}, such as wait 5"),
        ),
    }
}

fn situation(rest: &str, column: usize, script: &Script) -> Result<Line, Slip> {
    if script.rule(rest).is_some() {
        return Ok(Line::Act(Input::Situation { rule: rest.to_owned() }));
    }
    slip(
        column,
        format!("话术里没有规则「{rest}」; 写规则的编号, 例如 情况 2.4"),
        format!("the script has no rule {rest:?}; write a rule's id, such as situation 2.4"),
    )
}

fn hang_up(rest: &str, column: usize) -> Result<Line, Slip> {
    let by = match rest {
        "客服" | "坐席" | "座席" | "agent" => EndedBy::Agent,
        "客户" | "顾客" | "customer" => EndedBy::Customer,
        "" | "不知道" | "unknown" => EndedBy::Unknown,
        _ => {
            return slip(
                column,
                format!("「{rest}」挂机? 写 挂机 客服、挂机 客户, 不知道就只写 挂机"),
                format!("{rest:?} hangs up? write hangup agent, hangup customer, or hangup alone"),
            );
        }
    };
    Ok(Line::HangUp { by })
}

/// `王先生 老客户`.
fn caller(text: &str) -> Customer {
    let mut customer = Customer { known: Some(false), ..Customer::default() };
    for word in text.split_whitespace() {
        if matches!(word, "老客户" | "known") {
            customer.known = Some(true);
            continue;
        }
        let title = ["先生", "女士", "小姐", "太太"].into_iter().find(|title| word.ends_with(title));
        let surname = title.map_or(word, |title| word.trim_end_matches(title));
        customer.title = title.map(str::to_owned);
        customer.surname = (!surname.is_empty()).then(|| surname.to_owned());
    }
    customer
}
