use super::words::{is_talk, prefix_of};
use crate::phrase::{Phrase, Slots, Strictness, count_characters};
use crate::script::Required;

/// Words of the document, written as the script file writes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wording {
    /// Slots for names and numbers, brackets taken out.
    pub(super) text: String,
    /// What else may be said.
    pub(super) or: Vec<String>,
    /// Words in brackets that are in none of these.
    pub(super) brackets: Vec<String>,
    /// A placeholder nobody can fill; an ellipsis stands for it.
    pub(super) placeholder: Option<String>,
    /// A blank was taken out between characters.
    pub(super) blank: bool,
}

/// Stand for slots until all brackets are gone; `document` lets none of them in.
const CUSTOMER: char = '\u{e000}';
const AGENT: char = '\u{e001}';
const COMPANY: char = '\u{e002}';

/// Rewrites `raw`.
pub(super) fn read(raw: &str) -> Wording {
    let mut wording = Wording::default();
    let joined = join(raw, &mut wording.blank);
    let (mut forms, brackets) = take_brackets(&name_customer(&joined));
    wording.brackets = brackets;
    forms = forms.into_iter().flat_map(|form| split_slash(&form)).collect();
    let mut forms = forms.into_iter().map(|form| {
        let form = fill_placeholders(&form, &mut wording.placeholder);
        finish(&form)
    });
    wording.text = forms.next().unwrap_or_default();
    let text = wording.text.clone();
    let or: Vec<String> = forms.filter(|form| *form != text && !form.is_empty()).collect();
    wording.or = or;
    wording
}

/// Lines joined, blanks between characters and signs of every kind of ellipsis made one.
fn join(raw: &str, blank: &mut bool) -> String {
    let mut text = String::with_capacity(raw.len());
    let characters: Vec<char> = raw.trim().chars().collect();
    for (index, character) in characters.iter().copied().enumerate() {
        let next = characters.get(index + 1).copied().unwrap_or(' ');
        match character {
            '\n' => {}
            ' ' | '\t' => {
                if text.ends_with(|c: char| c.is_ascii_alphanumeric()) && next.is_ascii_alphanumeric() {
                    text.push(' ');
                } else if text.ends_with(char::is_alphanumeric) && next.is_alphanumeric() {
                    *blank = true;
                }
            }
            '„' | '⋯' | '…' => {
                if !text.ends_with('…') {
                    text.push('…');
                }
            }
            '.' if next == '.' || text.ends_with('…') => {
                if !text.ends_with('…') {
                    text.push('…');
                }
            }
            '`' | '^' | '\\' | '<' | '>' => {}
            '{' | '[' | '〔' => text.push('('),
            '}' | ']' | '〕' => text.push(')'),
            _ => text.push(character),
        }
    }
    text
}

/// 先生/女士, X先生/X女士, 小姐(先生) and X先生 become the slot.
fn name_customer(text: &str) -> String {
    let mut named = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        match customer_at(rest) {
            Some(length) => {
                named.push(CUSTOMER);
                rest = &rest[length..];
            }
            None => {
                let length = placeholder_length(rest).max(first.len_utf8());
                named.push_str(&rest[..length]);
                rest = &rest[length..];
            }
        }
    }
    named
}

fn customer_at(text: &str) -> Option<usize> {
    const TITLES: [&str; 5] = ["先生", "女士", "小姐", "太太", "同志"];
    let one = |text: &str| -> Option<(usize, bool)> {
        let name = placeholder_length(text);
        prefix_of(&text[name..], &TITLES).map(|title| (name + title.len(), name > 0))
    };
    let (mut length, named) = one(text)?;
    let mut titles = 1;
    loop {
        let rest = &text[length..];
        let Some(sign) = rest.chars().next().filter(|sign| matches!(sign, '/' | '(' | '或' | '、')) else {
            break;
        };
        let Some((next, _)) = one(&rest[sign.len_utf8()..]) else { break };
        let mut end = length + sign.len_utf8() + next;
        if sign == '(' {
            if !text[end..].starts_with(')') {
                break;
            }
            end += 1;
        }
        length = end;
        titles += 1;
    }
    (named || titles > 1).then_some(length)
}

/// Bytes of X, XX, ××, ** or 某某 at the beginning of `text`.
fn placeholder_length(text: &str) -> usize {
    let signs = |c: char| matches!(c, 'X' | 'x' | '×' | '*' | '＊' | '○' | '_' | '□' | '△');
    // Nobody writes more of them; a line made of nothing else must not be gone through again from each.
    let signed: usize = text.chars().take(16).take_while(|c| signs(*c)).map(char::len_utf8).sum();
    let word = text[signed..].chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
    if signed > 0 && !word {
        return signed;
    }
    if text.starts_with("某某") { "某某".len() } else { 0 }
}

/// `text` without its brackets: the words themselves, what a bracket says instead of the sentence before it, and the rest.
fn take_brackets(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut plain, mut or, mut brackets) = (String::new(), Vec::new(), Vec::new());
    let mut rest = text;
    while let Some(open) = rest.find('(') {
        plain.push_str(&rest[..open]);
        let after = &rest[open + 1..];
        let close = after.find(')').unwrap_or(after.len());
        let inner = after[..close].trim();
        rest = after.get(close + 1..).unwrap_or_default();
        let instead = prefix_of(inner, &["也可以说", "也可说", "或者说", "或说", "或者", "或"])
            .map_or(inner, |word| &inner[word.len()..]);
        if instead.len() < inner.len() || (is_talk(inner) && inner.ends_with(['。', '!', '?'])) {
            or.push((sentence_before(&plain), instead.trim_matches([':', ',', ' ']).to_owned(), plain.len()));
        } else if !inner.is_empty() {
            brackets.push(inner.to_owned());
        }
    }
    plain.push_str(rest);
    plain.retain(|c| c != ')');
    let mut forms = vec![plain.clone()];
    for (from, instead, to) in or {
        let (Some(before), Some(after)) = (plain.get(..from), plain.get(to..)) else { continue };
        let sign = if instead.ends_with(|c: char| !c.is_alphanumeric()) { "" } else { "," };
        forms.push(format!("{before}{instead}{sign}{after}"));
    }
    (forms, brackets)
}

/// Where the last sentence of `text` begins.
fn sentence_before(text: &str) -> usize {
    let inner = text.trim_end_matches(['。', '!', '?', ';']);
    inner
        .rfind(['。', '!', '?', ';'])
        .map_or(0, |at| at + inner[at..].chars().next().map_or(1, char::len_utf8))
}

/// “A?/B?” is two sentences of which one is said.
fn split_slash(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in text.split('/') {
        match parts.last_mut() {
            Some(before) if !before.ends_with(['?', '!', '。']) => {
                before.push('/');
                before.push_str(part);
            }
            _ => parts.push(part.to_owned()),
        }
    }
    parts
}

/// XX号 becomes the agent's number where it is one, XX公司 the company; what else is left open becomes an ellipsis.
fn fill_placeholders(text: &str, unknown: &mut Option<String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length =
            if filled.ends_with(|c: char| c.is_ascii_alphanumeric()) { 0 } else { placeholder_length(rest) };
        if length == 0 {
            filled.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let after = &rest[length..];
        let of_agent = ["工号", "编号", "工号是", "工号为", "我是", "客服", "坐席", "座席"]
            .iter()
            .any(|word| filled.ends_with(word));
        let serves = after.strip_prefix('号').is_some_and(|tail| {
            let tail = prefix_of(tail, &["客服", "坐席", "座席", "话务员", "接线员", "客服代表", "服务代表"])
                .map_or(tail, |word| &tail[word.len()..]);
            tail.trim_start_matches([',', ' ']).starts_with(['为', '很', '竭', '将']) || tail.is_empty()
        });
        if serves || of_agent {
            filled.push(AGENT);
        } else if let Some(word) = prefix_of(after, &["公司", "集团"]) {
            filled.push(COMPANY);
            rest = &after[word.len()..];
            continue;
        } else {
            let shown: String = rest.chars().take(rest[..length].chars().count() + 4).collect();
            unknown.get_or_insert(shown);
            filled.push('…');
        }
        rest = after;
    }
    filled
}

/// Signs at the ends and double signs gone, slots written out.
fn finish(text: &str) -> String {
    let text =
        text.trim_matches([' ', ',', '、', ';', ':', '/', '”', '“']).trim_start_matches(['。', '!', '?']);
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        let double = character == '。' && clean.ends_with(['!', '?', '。', '…'])
            || character == ',' && (clean.is_empty() || clean.ends_with([',', '…']));
        match character {
            _ if double => {}
            '…' if clean.ends_with('…') => {}
            CUSTOMER => clean.push_str("{customer}"),
            AGENT => clean.push_str("{agent}"),
            COMPANY => clean.push_str("{company}"),
            _ => clean.push(character),
        }
    }
    cut(&clean)
}

/// Longer words are cut: nobody says so much at a stretch.
const CHARS_MAX: usize = 400;

/// `text` with an ellipsis where a stretch without a sign is longer than a phrase may be.
fn cut(text: &str) -> String {
    let mut run = 0;
    let mut shorter = String::with_capacity(text.len());
    for character in text.chars().take(CHARS_MAX) {
        run = if character.is_alphanumeric() {
            run + 1
        } else if ",。!?;…".contains(character) {
            0
        } else {
            run
        };
        if run > Phrase::PART_MAX - 16 {
            shorter.push('…');
            run = 1;
        }
        shorter.push(character);
    }
    // The cut may have gone through a slot.
    if let Some(open) = shorter.rfind('{').filter(|open| !shorter[*open..].contains('}')) {
        shorter.truncate(open);
    }
    shorter
}

/// `text` as a variant in the notation of phrases: every clause must be heard.
pub(super) fn variant(text: &str) -> String {
    Required::clauses(text)
}

/// `text` as forbidden words, which are heard in one stretch unless they are too long for that.
pub(super) fn forbidden(text: &str) -> String {
    if count_characters(text) > Phrase::PART_MAX - 16 { variant(text) } else { text.to_owned() }
}

/// Whether the script file may have `text` as a phrase.
pub(super) fn is_phrase(text: &str) -> bool {
    Phrase::parse(text, &[], Strictness::Required, &Slots::default()).is_ok()
}
