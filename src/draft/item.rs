use super::ItemDraft;
use super::document::Body;
use super::gap::{GapKind, Gaps};
use super::points::{Direction, Points};
use super::words::shows_in_calls;

/// Makes an item of `body`, whose points are `points`. `words`: why it shows in calls, where that is known.
pub(super) fn read(
    id: String,
    source: String,
    body: &Body,
    text: &str,
    points: &[Points],
    words: Option<&'static str>,
    gaps: &mut Gaps,
) -> ItemDraft {
    let line = body.first_line();
    let mut item = ItemDraft {
        source,
        line,
        last_line: body.last_line(),
        text: short(text, points),
        full_text: text.replace('\n', ""),
        shows_by: words.or_else(|| shows_in_calls(text)),
        id,
        ..ItemDraft::default()
    };
    let mut others = Vec::new();
    for one in points {
        let value = u16::try_from(one.value).unwrap_or(u16::MAX);
        let field = match one.direction {
            _ if one.money => {
                let message = format!("扣的是钱 ({}), 不是分; 没有写进草稿", shown(text, one));
                gaps.of(line, &item.id, GapKind::PointsUnclear, message);
                continue;
            }
            Direction::Bonus => &mut item.bonus,
            Direction::Deduct if one.complaint && item.deduct.is_some() => &mut item.deduct_complaint,
            Direction::Deduct => &mut item.deduct,
        };
        if one.inexact {
            let message = format!("「{}」不是一个整数; 草稿先写 {value}, 请定", shown(text, one));
            gaps.of(line, &item.id, GapKind::PointsUnclear, message);
        }
        match field {
            Some(_) => others.push(shown(text, one)),
            None => *field = Some(value),
        }
    }
    if !others.is_empty() {
        let message = format!("不止一种分数, 草稿只写了第一种; 没有写进的: {}", others.join("、"));
        gaps.of(line, &item.id, GapKind::PointsUnclear, message);
    }
    if item.deduct.is_none() && item.bonus.is_none() && !points.iter().any(|one| one.money) {
        gaps.of(line, &item.id, GapKind::PointsMissing, "没有写扣几分或加几分; 草稿先写 0, 请补");
    }
    if item.shows_by.is_none() {
        gaps.of(line, &item.id, GapKind::NotInCalls, "从通话里看不出来, 由班组长填写");
    } else if let Some(word) =
        ["半年", "一年", "季度", "连续", "累计", "年度"].iter().find(|word| text.contains(**word))
    {
        let message = format!("要看一段时间 ({word}), 单独一通电话看不出来");
        gaps.of(line, &item.id, GapKind::NotInCalls, message);
    }
    item
}

fn shown(text: &str, points: &Points) -> String {
    text.get(points.start..points.end).unwrap_or_default().replace('\n', "")
}

/// The first clauses of `text`, points left out.
fn short(text: &str, points: &[Points]) -> String {
    const CHARS_MAX: usize = 40;
    let end = points.first().filter(|one| one.start > 0).map_or(text.len(), |one| one.start);
    let plain = text.get(..end).unwrap_or(text).replace(['\n', '\t'], " ");
    let mut short = String::new();
    for clause in plain.split_inclusive([',', '。', ';']) {
        if !short.is_empty() && short.chars().count() + clause.chars().count() > CHARS_MAX {
            break;
        }
        short.push_str(clause);
    }
    let cut: String = short.trim().chars().take(CHARS_MAX * 2).collect();
    let cut = cut.trim_end_matches(|c: char| !c.is_alphanumeric());
    let ends = ["发现一次给予", "发现一次给", "出现一次", "发现一次", "每次", "一次", "每做成", "给予"];
    let cut = ends.iter().find_map(|end| cut.strip_suffix(end)).unwrap_or(cut);
    cut.trim_end_matches(|c: char| !c.is_alphanumeric()).to_owned()
}
