use super::table::{Cell, Column, Sheet, Table};
use crate::score::{Answer, Fault, Ruling, ScoreCard, ScoreLine, TeamScores};

const fn column(name: &'static str, width_em: f32) -> Column {
    Column { name, width_em }
}

/// An agent's month. `made` is when it was made, as people read it.
pub fn card_sheet(card: &ScoreCard, made: &str) -> Sheet {
    let who = if card.agent_name.is_empty() { &card.agent } else { &card.agent_name };
    Sheet {
        title: format!("{who} {} 评分卡", card.month),
        facts: vec![
            ("工号", Cell::from(card.agent.as_str())),
            ("姓名", Cell::from(card.agent_name.as_str())),
            ("班组", Cell::from(card.team.as_str())),
            ("月份", Cell::from(card.month.as_str())),
            ("考核标准", Cell::from(card.standard.as_str())),
            ("起始分", card.start.into()),
            ("总分", card.total.into()),
            ("班组平均", card.team_mean.into()),
            ("通话", card.calls.into()),
            ("已复核通话", card.reviewed.into()),
            ("待判定", card.undecided.into()),
            ("制表时间", Cell::from(made)),
        ],
        tables: vec![lines(&card.lines), by_item(card), trend(card), faults(&card.faults)],
    }
}

/// A month of a team.
pub fn team_sheet(scores: &TeamScores, made: &str) -> Sheet {
    let agents = scores.agents.iter().map(|one| {
        vec![
            Cell::from(one.agent.as_str()),
            Cell::from(one.agent_name.as_str()),
            one.total.into(),
            one.deductions.into(),
            one.bonuses.into(),
            one.open_appeals.into(),
            one.calls.into(),
        ]
    });
    let trend = scores.trend.iter().map(|one| vec![Cell::from(one.month.as_str()), one.mean.into()]);
    Sheet {
        title: format!("{} {} 评分表", scores.team, scores.month),
        facts: vec![
            ("班组", Cell::from(scores.team.as_str())),
            ("月份", Cell::from(scores.month.as_str())),
            ("人数", Cell::Whole(i64::try_from(scores.agents.len()).unwrap_or(i64::MAX))),
            ("平均分", scores.mean.into()),
            ("制表时间", Cell::from(made)),
        ],
        tables: vec![
            Table {
                title: "成员",
                columns: vec![
                    column("工号", 5.0),
                    column("姓名", 6.0),
                    column("总分", 4.0),
                    column("扣分", 4.0),
                    column("加分", 4.0),
                    column("待裁定申诉", 6.0),
                    column("通话", 4.0),
                ],
                rows: agents.collect(),
            },
            Table {
                title: "趋势",
                columns: vec![column("月份", 5.0), column("平均分", 5.0)],
                rows: trend.collect(),
            },
            faults(&scores.faults),
        ],
    }
}

fn lines(lines: &[ScoreLine]) -> Table {
    let row = |line: &ScoreLine| {
        let evidence = match (line.flag, line.entry) {
            (Some(flag), _) => format!("{} #{flag}", line.call),
            (None, Some(entry)) => format!("录入 {entry}"),
            (None, None) => "考核标准".to_owned(),
        };
        vec![
            Cell::from(line.date.as_str()),
            Cell::from(line.item.as_str()),
            line.points.into(),
            Cell::from(if line.void || line.proposed { "否" } else { "是" }),
            Cell::from(line.reason.as_str()),
            Cell::Text(evidence),
            Cell::from(line.who.as_str()),
            Cell::from(appeal(line)),
        ]
    };
    Table {
        title: "明细",
        columns: vec![
            column("日期", 5.5),
            column("条款", 2.5),
            column("分值", 2.5),
            column("计分", 2.5),
            column("原因", 14.0),
            column("依据", 8.0),
            column("确认人", 4.5),
            column("申诉", 4.5),
        ],
        rows: lines.iter().map(row).collect(),
    }
}

fn appeal(line: &ScoreLine) -> &'static str {
    let Some(appeal) = &line.appeal else { return "" };
    match (appeal.answer, appeal.decision) {
        (Answer::Accepted, _) => "已接受",
        (Answer::Appealed, None) => "待裁定",
        (Answer::Appealed, Some(Ruling::Upheld)) => "维持",
        (Answer::Appealed, Some(Ruling::Overturned)) => "撤销",
    }
}

fn by_item(card: &ScoreCard) -> Table {
    let row = |sum: &crate::score::ItemSum| {
        vec![
            Cell::from(sum.item.as_str()),
            Cell::from(sum.text.as_str()),
            sum.count.into(),
            sum.points.into(),
        ]
    };
    Table {
        title: "按条款",
        columns: vec![column("条款", 3.0), column("内容", 20.0), column("次数", 3.0), column("合计", 3.0)],
        rows: card.by_item.iter().map(row).collect(),
    }
}

fn trend(card: &ScoreCard) -> Table {
    let row = |one: &crate::score::MonthTotal| vec![Cell::from(one.month.as_str()), one.total.into()];
    Table {
        title: "趋势",
        columns: vec![column("月份", 5.0), column("总分", 5.0)],
        rows: card.trend.iter().map(row).collect(),
    }
}

fn faults(faults: &[Fault]) -> Table {
    let row = |fault: &Fault| vec![Cell::from(fault.rule.as_str()), fault.count.into()];
    Table {
        title: "最常见的问题",
        columns: vec![column("规范", 5.0), column("次数", 5.0)],
        rows: faults.iter().map(row).collect(),
    }
}
