use super::number;

/// What is done with points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Deduct,
    Bonus,
}

/// Points, where a document names them: 扣2分, 加 5 分, 扣考核分三分.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Points {
    pub(super) direction: Direction,
    /// The whole number; of a range the smaller.
    pub(super) value: u32,
    /// It was no whole number, or a range.
    pub(super) inexact: bool,
    /// It is money, 扣50元.
    pub(super) money: bool,
    /// The clause before it speaks of a complaint.
    pub(super) complaint: bool,
    /// Where it stands.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// All points in `text`, in order.
pub(super) fn read(text: &str) -> Vec<Points> {
    let mut found: Vec<Points> = Vec::new();
    let mut clause_start = 0;
    for (at, character) in text.char_indices() {
        let direction = match character {
            '扣' | '减' | '罚' => Direction::Deduct,
            '加' | '奖' => Direction::Bonus,
            '。' | ';' | '\n' => {
                clause_start = at;
                continue;
            }
            _ => continue,
        };
        if found.last().is_some_and(|last| at < last.end) {
            continue;
        }
        if let Some(amount) = amount_after(&text[at + character.len_utf8()..]) {
            let end = text.len() - amount.rest.len();
            found.push(Points {
                direction,
                value: amount.value,
                inexact: amount.inexact,
                money: amount.money,
                complaint: text[clause_start..at].contains("投诉"),
                start: at,
                end,
            });
            clause_start = end;
        }
    }
    found
}

/// The points of a table's cell: as above, or a bare number, which a column of deductions makes one.
pub(super) fn read_cell(text: &str, column: Direction) -> Vec<Points> {
    let said = read(text);
    if !said.is_empty() {
        return said;
    }
    let text = text.trim();
    let (direction, bare) = match (text.strip_prefix('-'), text.strip_prefix('+')) {
        (Some(bare), _) => (Direction::Deduct, bare),
        (_, Some(bare)) => (Direction::Bonus, bare),
        _ => (column, text),
    };
    let Some(amount) = quantity(bare.trim_start()) else { return Vec::new() };
    let unit_left_out = amount.rest.is_empty() || amount.rest.starts_with('/');
    if !amount.points && !amount.money && !unit_left_out {
        return Vec::new();
    }
    vec![Points {
        direction,
        value: amount.value,
        inexact: amount.inexact,
        money: amount.money,
        complaint: false,
        start: 0,
        end: text.len(),
    }]
}

/// Points that each starts a month with, where `text` says so: 满分100分, 每月100分.
pub(super) fn start(text: &str) -> Option<i32> {
    ["满分", "总分", "基础分", "起始分", "每月", "月度", "百分制"].iter().find_map(|word| {
        let after = &text[text.find(word)? + word.len()..];
        let after = after.trim_start_matches([
            '为', '是', '考', '核', '基', '础', '起', '始', '分', ':', ' ', '各', '每', '人',
        ]);
        let amount =
            quantity(after).filter(|amount| amount.points && amount.value >= 10 && !amount.inexact)?;
        i32::try_from(amount.value).ok()
    })
}

struct Amount<'a> {
    value: u32,
    inexact: bool,
    points: bool,
    money: bool,
    rest: &'a str,
}

/// The amount that belongs to a verb before `text`: few characters between, and no other sentence.
fn amount_after(text: &str) -> Option<Amount<'_>> {
    const BETWEEN_MAX: usize = 10;
    for (at, character) in text.char_indices().take(BETWEEN_MAX) {
        if let Some(amount) = quantity(&text[at..]).filter(|amount| amount.points || amount.money) {
            return Some(amount);
        }
        if "。;,!?、“”()\n扣加奖罚".contains(character) {
            return None;
        }
    }
    None
}

/// A number with its unit, at the beginning of `text`.
fn quantity(text: &str) -> Option<Amount<'_>> {
    let (value, mut rest) = number::either(text)?;
    let mut inexact = false;
    if let Some(after) =
        rest.strip_prefix('.').filter(|after| after.starts_with(|c: char| c.is_ascii_digit()))
    {
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
        inexact = true;
    }
    let unit_before = rest.trim_start().strip_prefix('分').unwrap_or(rest);
    for to in ["-", "~", "～", "至", "到", "—"] {
        if let Some((_, after)) =
            unit_before.trim_start().strip_prefix(to).and_then(|after| number::either(after.trim_start()))
        {
            rest = after;
            inexact = true;
        }
    }
    let rest = rest.trim_start();
    if let Some(after) = rest.strip_prefix('分') {
        let other =
            after.starts_with(['钟', '之', '机', '店', '类', '别', '批', '期', '部', '析', '公', '享', '行']);
        return (!other).then_some(Amount { value, inexact, points: true, money: false, rest: after });
    }
    let money = rest.strip_prefix('元');
    Some(Amount { value, inexact, points: false, money: money.is_some(), rest: money.unwrap_or(rest) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_read_in_all_their_spellings() {
        use Direction::{Bonus, Deduct};
        for (text, expected) in [
            ("出现一次扣2分。", &[(Deduct, 2)][..]),
            ("发现一次给予扣 5 分/次", &[(Deduct, 5)]),
            ("每做成一笔加5分。连续半年没有的,扣考核分三分", &[(Bonus, 5), (Deduct, 3)]),
            ("扣两分", &[(Deduct, 2)]),
            ("扣十分", &[(Deduct, 10)]),
            ("扣分标准:每次2分", &[(Deduct, 2)]),
            ("奖励当月绩效12分", &[(Bonus, 12)]),
            ("不参加培训", &[]),
            ("扣款后10分钟内", &[]),
            ("扣发当月奖金", &[]),
        ] {
            let found: Vec<_> = read(text).iter().map(|one| (one.direction, one.value)).collect();
            assert_eq!(found, expected, "{text}");
        }
        assert!(read("扣50元")[0].money && read("扣2-5分")[0].inexact && read("扣0.5分")[0].inexact);
        let both = read("扣2分,情节严重引起客户投诉的,扣5分");
        assert_eq!(both.iter().map(|one| one.complaint).collect::<Vec<_>>(), [false, true]);
        for (cell, value) in [("-3", 3), ("2分/次", 2), ("5", 5), ("4/次", 4)] {
            assert_eq!(read_cell(cell, Deduct)[0].value, value, "{cell}");
        }
        assert!(read_cell("3个工作日", Deduct).is_empty());
        assert_eq!(
            (start("每人每月100分"), start("满分为100分"), start("每月2次")),
            (Some(100), Some(100), None)
        );
    }
}
