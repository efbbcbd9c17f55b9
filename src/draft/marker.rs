use super::number;
use super::words::is_label;

/// How a line is numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// 第一部分
    Part,
    /// 第一章
    Chapter,
    /// 第一节
    Division,
    /// 【…】 on a line
    Heading,
    /// 第一条
    Article,
    /// 一、
    Chinese,
    /// (一)
    ChineseBracketed,
    /// 1、
    Arabic,
    /// 1.1, 1.1.1: so many numbers
    Dotted(u8),
    /// (1) 1)
    ArabicBracketed,
    /// ①
    Circled,
    /// A row of a table
    Row,
}

/// The number with which a line begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Marker {
    pub(super) kind: Kind,
    /// One number, several for [`Kind::Dotted`], none for [`Kind::Heading`].
    pub(super) numbers: Vec<u32>,
    /// The number as it is written, without what divides it from the text.
    pub(super) label: String,
    /// What follows it.
    pub(super) rest: String,
}

impl Marker {
    fn new(kind: Kind, numbers: Vec<u32>, label: &str, rest: &str) -> Self {
        let rest = rest.trim_start_matches([' ', '\t', '、', '.', ':']).trim_end();
        Self { kind, numbers, label: label.trim().to_owned(), rest: rest.to_owned() }
    }
}

/// The number at the beginning of `line`.
pub(super) fn read(line: &str) -> Option<Marker> {
    let line = line.trim_start_matches(['#', '*', '•', '●', '■', '◆', '▲', '-', ' ', '\t']);
    heading(line)
        .or_else(|| ordinal(line))
        .or_else(|| bracketed(line))
        .or_else(|| circled(line))
        .or_else(|| chinese(line))
        .or_else(|| arabic(line))
}

/// 【…】: a heading of its own, or a number within.
fn heading(line: &str) -> Option<Marker> {
    let (inner, after) = line.strip_prefix('【')?.split_once('】')?;
    if is_label(inner) {
        return None;
    }
    let rest = [inner, after].map(str::trim).join(" ");
    Some(match read(inner) {
        Some(marker) => {
            Marker { rest: format!("{} {}", marker.rest, after.trim()).trim().to_owned(), ..marker }
        }
        None => Marker::new(Kind::Heading, Vec::new(), inner, &rest),
    })
}

/// 第N条 and its kin.
fn ordinal(line: &str) -> Option<Marker> {
    const NOUNS: [(&str, Kind); 7] = [
        ("部分", Kind::Part),
        ("篇", Kind::Part),
        ("编", Kind::Part),
        ("章", Kind::Chapter),
        ("节", Kind::Division),
        ("条", Kind::Article),
        ("款", Kind::Article),
    ];
    let (value, after) = number::either(line.strip_prefix('第')?.trim_start())?;
    let after = after.trim_start();
    let (noun, kind) = NOUNS.into_iter().find(|(noun, _)| after.starts_with(noun))?;
    let rest = &after[noun.len()..];
    // 第一条规定的情形 goes on with a sentence about another article.
    if rest.starts_with(['规', '所', '的', '中', '至', '到', '和', '与']) {
        return None;
    }
    Some(Marker::new(kind, vec![value], &line[..line.len() - rest.len()], rest))
}

/// (一), (1) and 1).
fn bracketed(line: &str) -> Option<Marker> {
    let inner = line.strip_prefix('(').unwrap_or(line);
    let (value, after) = number::either(inner.trim_start())?;
    let rest = after.trim_start().strip_prefix(')')?;
    let kind = match inner.trim_start().starts_with(|c: char| c.is_ascii_digit()) {
        true => Kind::ArabicBracketed,
        false => Kind::ChineseBracketed,
    };
    Some(Marker::new(kind, vec![value], &line[..line.len() - rest.len()], rest))
}

fn circled(line: &str) -> Option<Marker> {
    let first = line.chars().next().filter(|c| ('①'..='⑳').contains(c))?;
    let rest = &line[first.len_utf8()..];
    Some(Marker::new(Kind::Circled, vec![first as u32 - '①' as u32 + 1], &line[..first.len_utf8()], rest))
}

/// 一、
fn chinese(line: &str) -> Option<Marker> {
    let (value, rest) = number::chinese(line)?;
    let divided = rest.starts_with(['、', '.', ':']) || (rest.starts_with([' ', '\t']) && is_title(rest));
    // 一、二号楼 is no number one.
    let counts_on = rest.strip_prefix('、').is_some_and(|next| number::chinese(next).is_some());
    (divided && !counts_on)
        .then(|| Marker::new(Kind::Chinese, vec![value], &line[..line.len() - rest.len()], rest))
}

/// 1、 1. 1.1 1.1.1
fn arabic(line: &str) -> Option<Marker> {
    let (first, mut rest) = number::arabic(line)?;
    let mut numbers = vec![first];
    while let Some((value, after)) = rest.strip_prefix('.').and_then(number::arabic) {
        if numbers.len() == 4 {
            return None;
        }
        numbers.push(value);
        rest = after;
    }
    let label = &line[..line.len() - rest.len()];
    let next = rest.chars().next().unwrap_or(' ');
    if numbers.len() > 1 {
        // 2.5 分 is a quantity, 10.1 an evening: a number of a standard starts at 1.1.
        let quantity = "分元秒倍点个次年月日小级度万米%/-".contains(next) || next.is_ascii_alphanumeric();
        let kind = Kind::Dotted(numbers.len() as u8);
        return (!quantity && !numbers.contains(&0)).then(|| Marker::new(kind, numbers, label, rest));
    }
    let divided = match next {
        '、' => true,
        '.' | ',' | ':' => !rest[1..].starts_with(|c: char| c.is_ascii_digit()),
        ' ' | '\t' => is_title(rest),
        _ => false,
    };
    let rest = rest.strip_prefix(',').unwrap_or(rest);
    divided.then(|| Marker::new(Kind::Arabic, numbers, label, rest))
}

/// Whether `text` reads like the title of a section, so that a number before it is one even without a sign between.
fn is_title(text: &str) -> bool {
    let text = text.trim();
    (2..=20).contains(&text.chars().count())
        && !text.contains(['。', ',', ';', '|', '\t', '“'])
        && text.chars().next().is_some_and(char::is_alphabetic)
        && !"秒分元次个天遍年月日".contains(text.chars().next().unwrap_or(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_text_that_begins_with_one() {
        for (line, kind, numbers, rest) in [
            ("一、开头语", Kind::Chinese, &[1][..], "开头语"),
            ("十三、对突发事件", Kind::Chinese, &[13], "对突发事件"),
            ("第二十一条 接听", Kind::Article, &[21], "接听"),
            ("第3章:总则", Kind::Chapter, &[3], "总则"),
            ("(二)登记", Kind::ChineseBracketed, &[2], "登记"),
            ("3)登记", Kind::ArabicBracketed, &[3], "登记"),
            ("12、登记", Kind::Arabic, &[12], "登记"),
            ("2. 登记", Kind::Arabic, &[2], "登记"),
            ("1.2登记", Kind::Dotted(2), &[1, 2], "登记"),
            ("1.2.3、登记", Kind::Dotted(3), &[1, 2, 3], "登记"),
            ("③登记", Kind::Circled, &[3], "登记"),
            ("2 来电接听", Kind::Arabic, &[2], "来电接听"),
            ("【第一章 来电】", Kind::Chapter, &[1], "来电"),
            ("【来电】", Kind::Heading, &[], "来电"),
            ("## 一、来电", Kind::Chinese, &[1], "来电"),
        ] {
            let marker = read(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(
                (marker.kind, &marker.numbers[..], marker.rest.as_str()),
                (kind, numbers, rest),
                "{line}"
            );
        }
        for line in [
            "一、二号楼",
            "2.5分",
            "10:30 上班",
            "第一条规定的情形",
            "3 秒后挂机",
            "2024年",
            "1,000元",
            "【禁语】喂",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
