use std::collections::BTreeMap;

use super::document::{Body, Line};
use super::gap::{GapKind, Gaps};
use super::marker::{self, Kind, Marker};
use super::number::to_chinese;
use super::points;
use super::table::{Header, Row};
use super::words::{Cue, cue, forbids, is_talk, leading_label};

/// One numbered piece of the document.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// Its number and those above it: what becomes the id.
    pub(super) path: Vec<u32>,
    /// Its number as the document writes it, those above it included.
    pub(super) source: String,
    pub(super) body: Body,
    pub(super) parent: Option<usize>,
    pub(super) has_children: bool,
    /// Pieces of one kind below one parent that count on from each other.
    pub(super) list: usize,
    /// The rows of a table that it is made of, with their lines.
    pub(super) rows: Vec<(usize, Row)>,
    /// All that stands here is forbidden, because a heading says so.
    pub(super) forbidden: bool,
    own_number: u32,
    has_points: bool,
    has_talk: bool,
    closed: bool,
}

/// The document, cut at its numbers.
#[derive(Debug, Default)]
pub(super) struct Outline {
    pub(super) nodes: Vec<Node>,
    /// Lines that belong to no number.
    pub(super) loose: Vec<Line>,
}

/// Cuts `lines` at their numbers, and says where numbers are missing.
pub(super) fn read(lines: Vec<Line>, gaps: &mut Gaps) -> Outline {
    let mut reader = Reader {
        outline: Outline::default(),
        open: Vec::new(),
        table: None,
        counts: BTreeMap::new(),
        full: false,
        gaps,
    };
    for line in lines {
        reader.line(line);
    }
    reader.outline
}

/// More pieces are not read: a standard has some tens of them.
const NODES_MAX: usize = 3_000;

struct Reader<'a> {
    outline: Outline,
    /// The piece being read and those above it, outermost first; at most one of each kind.
    open: Vec<usize>,
    table: Option<Header>,
    counts: BTreeMap<List, Count>,
    /// There is no room for more pieces.
    full: bool,
    gaps: &'a mut Gaps,
}

/// What is counted together: numbers of one kind below one piece, with the same numbers before the last.
type List = (Kind, Option<usize>, Vec<u32>);

/// How far a list has been counted.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    last: u32,
    list: usize,
}

impl Reader<'_> {
    fn line(&mut self, line: Line) {
        if let Some(header) = Header::read(&line.text) {
            self.table = Some(header);
            self.close();
            return;
        }
        if let Some(table) = &self.table {
            if table.is_ruling(&line.text) {
                return;
            }
            if let Some(row) = table.row(&line.text) {
                self.row(row, line);
                return;
            }
        }
        match marker::read(&line.text) {
            Some(marker) if self.outline.nodes.len() < NODES_MAX => self.marked(marker, line.number),
            Some(_) => self.too_many(line),
            None => self.plain(line),
        }
    }

    fn too_many(&mut self, line: Line) {
        if !self.full {
            let message = format!("编号的段落超过 {NODES_MAX} 个, 从这里起没有读; 请把文件分开");
            self.gaps.at(line.number, GapKind::LeftOut, message);
        }
        self.full = true;
        self.close();
        self.outline.loose.push(line);
    }

    fn close(&mut self) {
        if let Some(node) = self.open.last() {
            self.outline.nodes[*node].closed = true;
        }
    }

    /// A line without a number goes on with the piece above it, or belongs to nothing.
    fn plain(&mut self, line: Line) {
        if let Some(node) = self.open.last().map(|index| &mut self.outline.nodes[*index])
            && node.goes_on_with(&line.text)
            && node.add(&line)
        {
            return;
        }
        self.close();
        self.outline.loose.push(line);
    }

    fn marked(&mut self, marker: Marker, line: usize) {
        self.make_room_for(marker.kind);
        let parent = self.open.last().copied();
        let own_number = match marker.numbers.last() {
            Some(number) => *number,
            None => self.counts.get(&(marker.kind, parent, Vec::new())).map_or(1, |count| count.last + 1),
        };
        let list = self.count(marker.kind, parent, &marker.numbers, own_number, line);
        let path = self.path(marker.kind, parent, &marker.numbers, own_number);
        let above = parent.map(|index| &self.outline.nodes[index]);
        let source =
            match above.filter(|above| !above.source.is_empty() && !matches!(marker.kind, Kind::Dotted(_))) {
                Some(above) => format!("{}、{}", above.source, marker.label),
                None => marker.label.clone(),
            };
        let mut node = Node {
            kind: marker.kind,
            path,
            source,
            body: Body::default(),
            parent,
            has_children: false,
            list,
            rows: Vec::new(),
            forbidden: above.is_some_and(|above| above.forbidden || forbids(above.body.text())),
            own_number,
            has_points: false,
            has_talk: false,
            closed: false,
        };
        node.add(&Line { number: line, text: marker.rest });
        self.push(node);
    }

    fn row(&mut self, row: Row, line: Line) {
        while self.open.last().is_some_and(|index| self.outline.nodes[*index].kind == Kind::Row) {
            self.open.pop();
        }
        let parent = self.open.last().copied();
        if row.numbers.is_empty() && row.situation.is_empty() && row.text.is_empty() {
            // A cell that spans rows: words without a number of their own belong to the row above.
            if let Some(above) =
                self.outline.nodes.last_mut().filter(|node| node.kind == Kind::Row && node.parent == parent)
            {
                if above.body.push(line.number, &line.text) {
                    above.rows.push((line.number, row));
                }
                return;
            }
        }
        if self.outline.nodes.len() >= NODES_MAX {
            return self.too_many(line);
        }
        let count = self.counts.get(&(Kind::Row, parent, Vec::new())).map_or(1, |count| count.last + 1);
        let own_number = row.numbers.last().copied().unwrap_or(count);
        let list = self.count(Kind::Row, parent, &row.numbers, own_number, line.number);
        let path = self.path(Kind::Row, parent, &row.numbers, own_number);
        let number = path.iter().map(u32::to_string).collect::<Vec<_>>().join(".");
        let body = Body::of(line.number, &line.text);
        let forbidden = false;
        self.push(Node {
            kind: Kind::Row,
            path,
            source: format!("表 {number}"),
            body,
            parent,
            has_children: false,
            list,
            rows: vec![(line.number, row)],
            forbidden,
            own_number,
            has_points: false,
            has_talk: false,
            closed: true,
        });
    }

    fn push(&mut self, node: Node) {
        if let Some(parent) = node.parent {
            self.outline.nodes[parent].has_children = true;
        }
        self.open.push(self.outline.nodes.len());
        self.outline.nodes.push(node);
    }

    /// Closes what a piece of `kind` cannot stand below: its own kind, and what is of a higher order.
    fn make_room_for(&mut self, kind: Kind) {
        let same = self.open.iter().position(|index| self.outline.nodes[*index].kind == kind);
        let keep = match kind {
            Kind::Part | Kind::Chapter | Kind::Division | Kind::Heading => self
                .open
                .iter()
                .position(|index| self.outline.nodes[*index].kind >= kind)
                .unwrap_or(self.open.len()),
            Kind::Dotted(_) => self
                .open
                .iter()
                .position(|index| {
                    let open = self.outline.nodes[*index].kind;
                    matches!(open, Kind::Dotted(_)) && open >= kind || open == Kind::Row
                })
                .unwrap_or(self.open.len()),
            _ => self
                .open
                .iter()
                .position(|index| self.outline.nodes[*index].kind == Kind::Row)
                .unwrap_or(self.open.len()),
        };
        self.open.truncate(same.unwrap_or(keep).min(keep));
    }

    fn path(&self, kind: Kind, parent: Option<usize>, numbers: &[u32], own_number: u32) -> Vec<u32> {
        if numbers.len() > 1 {
            return numbers.to_vec();
        }
        // Headings in 【】 have no number of their own; what is numbered below them is numbered through the document.
        let mut above = parent.map(|index| &self.outline.nodes[index]);
        if matches!(kind, Kind::Chinese | Kind::Article | Kind::Chapter | Kind::Division) {
            while let Some(heading) = above.filter(|node| node.kind == Kind::Heading) {
                above = heading.parent.map(|index| &self.outline.nodes[index]);
            }
        }
        let mut path = above.map(|node| node.path.clone()).unwrap_or_default();
        path.push(own_number);
        path
    }

    /// Counts `number` in its list, says where it does not follow, and returns the list.
    fn count(
        &mut self,
        kind: Kind,
        parent: Option<usize>,
        numbers: &[u32],
        number: u32,
        line: usize,
    ) -> usize {
        let before = numbers.split_last().map_or(&[][..], |(_, before)| before);
        // Articles count on through chapters, dotted numbers carry their chapter in themselves.
        let below = if kind == Kind::Article || !before.is_empty() { None } else { parent };
        let list = (kind, below, before.to_vec());
        let lists = self.counts.len();
        let known = self.counts.get(&list).copied();
        let mut count = known.unwrap_or(Count { last: 0, list: lists });
        let expected = count.last + 1;
        // A list may go on counting where the one before it ended.
        let goes_on = known.is_none()
            && before.is_empty()
            && self
                .outline
                .nodes
                .iter()
                .rev()
                .find(|node| node.kind == kind)
                .is_some_and(|node| node.own_number + 1 == number);
        let starts_again = number == 1 && count.last > 1 && before.is_empty();
        if !numbers.is_empty() && number != expected && !goes_on {
            let written = |number: u32| written(kind, before, number);
            let message = if starts_again {
                below.map(|_| format!("编号在 {} 之后又从 {} 开始", written(count.last), written(1)))
            } else if number <= count.last {
                Some(format!(
                    "编号 {} 排在 {} 之后; 请核对是不是重复或写错",
                    written(number),
                    written(count.last)
                ))
            } else if number - expected > 20 {
                Some(format!("编号从 {} 跳到 {}; 请核对", written(count.last), written(number)))
            } else {
                let missing: Vec<String> = (expected..number).map(written).collect();
                Some(format!(
                    "{} 之前缺 {}; 请核对是漏了一条还是编号写错",
                    written(number),
                    missing.join("、")
                ))
            };
            if let Some(message) = message {
                self.gaps.at(line, GapKind::Numbering, message);
            }
        }
        if starts_again {
            count = Count { last: 0, list: lists + self.outline.nodes.len() };
        }
        count.last = count.last.max(number);
        self.counts.insert(list, count);
        count.list
    }
}

/// A number as the document writes it.
fn written(kind: Kind, before: &[u32], number: u32) -> String {
    match kind {
        Kind::Chinese | Kind::ChineseBracketed => to_chinese(number),
        Kind::Part => format!("第{}部分", to_chinese(number)),
        Kind::Chapter => format!("第{}章", to_chinese(number)),
        Kind::Division => format!("第{}节", to_chinese(number)),
        Kind::Article => format!("第{}条", to_chinese(number)),
        _ => before.iter().chain(&[number]).map(u32::to_string).collect::<Vec<_>>().join("."),
    }
}

impl Node {
    fn add(&mut self, line: &Line) -> bool {
        let found = points::read(&line.text);
        self.has_points |= !found.is_empty();
        self.has_talk |= line.text.contains([':', '“', '「', '"']) || is_talk(&line.text);
        self.body.push(line.number, &line.text)
    }

    /// Whether a line without a number belongs to this piece.
    fn goes_on_with(&self, text: &str) -> bool {
        if self.closed {
            return false;
        }
        if matches!(cue(text), Some(Cue::Never(_))) || leading_label(text).is_some() {
            return true;
        }
        let so_far = self.body.text();
        let ended = so_far.ends_with(['。', '!', '?', ';', '”', '」', '"', ')', '’'])
            || (self.has_points && so_far.ends_with(['分', '次']));
        if !ended {
            return true;
        }
        if !self.has_talk {
            return text.starts_with(['“', '「', '"'])
                || (text.contains(":“") && text.chars().count() <= 80)
                || !points::read(text).is_empty();
        }
        text.chars().count() <= 300
    }
}
