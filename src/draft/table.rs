use super::number;
use super::points::Direction;
use super::words::{Label, label};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Number,
    Situation,
    Say,
    Never,
    Text,
    Points(Direction),
    Other,
}

/// The head of a table.
#[derive(Clone, Debug)]
pub(super) struct Header {
    separator: char,
    columns: Vec<Column>,
}

/// A row, cells sorted by what they are; columns of one kind are joined by `;`.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    /// One number, or several as in 1.1; none if the cell is empty or has none.
    pub(super) numbers: Vec<u32>,
    pub(super) situation: String,
    pub(super) say: String,
    pub(super) never: String,
    /// What an assessment asks.
    pub(super) text: String,
    pub(super) points: Vec<(Direction, String)>,
}

fn cells(line: &str, separator: char) -> Vec<&str> {
    let line = if separator == '|' { line.trim().trim_matches('|') } else { line };
    line.split(separator).map(str::trim).collect()
}

fn separator(line: &str) -> Option<char> {
    ['|', '\t'].into_iter().find(|separator| cells(line, *separator).len() > 1)
}

impl Header {
    /// Reads `line` as the head of a table.
    pub(super) fn read(line: &str) -> Option<Self> {
        let separator = separator(line)?;
        let cells = cells(line, separator);
        if cells.iter().any(|cell| cell.chars().count() > 12) {
            return None;
        }
        let columns: Vec<Column> = cells.iter().map(|cell| column(cell)).collect();
        let known = columns.iter().filter(|column| **column != Column::Other).count();
        let carries =
            columns.iter().any(|column| matches!(column, Column::Say | Column::Never | Column::Points(_)));
        (known >= 2 && carries).then_some(Self { separator, columns })
    }

    /// Reads `line` as a row of this table; none if it is none.
    pub(super) fn row(&self, line: &str) -> Option<Row> {
        let cells = cells(line, self.separator);
        let rule = |cell: &&str| cell.chars().all(|c| "-: ".contains(c));
        if cells.len() < 2 || cells.iter().all(rule) {
            return None;
        }
        let mut row = Row::default();
        for (index, cell) in cells.into_iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            // Cells beyond the head belong to the last column: somebody wrote the separator into the text.
            let column = self.columns.get(index).or(self.columns.last()).copied().unwrap_or(Column::Other);
            let text = match column {
                Column::Number => {
                    row.numbers = numbers(cell);
                    continue;
                }
                Column::Points(direction) => {
                    row.points.push((direction, cell.to_owned()));
                    continue;
                }
                Column::Other => continue,
                Column::Situation => &mut row.situation,
                Column::Say => &mut row.say,
                Column::Never => &mut row.never,
                Column::Text => &mut row.text,
            };
            if !text.is_empty() {
                text.push(';');
            }
            text.push_str(cell);
        }
        Some(row)
    }

    /// Whether `line` only rules off the head, `|---|---|`.
    pub(super) fn is_ruling(&self, line: &str) -> bool {
        line.contains(self.separator) && line.chars().all(|c| "|-:+ \t".contains(c))
    }
}

fn column(head: &str) -> Column {
    let is = |words: &[&str]| words.iter().any(|word| head.contains(word));
    match label(head) {
        _ if is(&["序号", "编号", "条款号"]) || head.eq_ignore_ascii_case("no") || head == "号" => {
            Column::Number
        }
        Some(Label::Never) => Column::Never,
        Some(Label::Say) => Column::Say,
        Some(Label::Situation) => Column::Situation,
        _ if is(&["加分", "奖励"]) => Column::Points(Direction::Bonus),
        _ if is(&["扣分", "分值", "扣罚", "奖惩", "处罚", "分数"]) => {
            Column::Points(Direction::Deduct)
        }
        _ if is(&["内容", "行为", "标准", "项目", "要求", "条款", "考核"]) => Column::Text,
        _ => Column::Other,
    }
}

fn numbers(cell: &str) -> Vec<u32> {
    let mut rest =
        cell.trim_start_matches(|c: char| !c.is_ascii_digit() && number::chinese(&c.to_string()).is_none());
    let mut numbers = Vec::new();
    while let Some((value, after)) = number::either(rest) {
        numbers.push(value);
        match after.strip_prefix('.') {
            Some(next) if numbers.len() < 4 => rest = next,
            _ => break,
        }
    }
    numbers
}
