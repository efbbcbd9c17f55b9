use std::collections::{BTreeMap, BTreeSet};

use super::document::{self, Line};
use super::gap::{GapKind, Gaps};
use super::marker::Kind;
use super::outline::{self, Node, Outline};
use super::points::{self, Points};
use super::rule::{self, Place};
use super::speech::{self, Speech};
use super::table::Row;
use super::{Draft, ItemDraft, RuleDraft, item, typo};

/// Reads the whole document.
pub(super) fn read(text: &str) -> Draft {
    let mut gaps = Gaps::default();
    let lines = document::lines(text, &mut gaps);
    let mut draft = Draft { lines: text.lines().count(), ..Draft::default() };
    draft.title = title(&lines);
    draft.start = lines.iter().find_map(|line| points::start(&line.text));
    let outline = outline::read(lines, &mut gaps);
    let mut found: Vec<Found> = outline.nodes.iter().map(Found::of).collect();
    hand_down_points(&outline, &mut found);
    let kinds = Groups::of(&outline, &found);
    let mut ids = Ids::default();
    let mut sections = BTreeSet::new();
    let mut left_out: Vec<Line> = Vec::new();
    for (node, found) in outline.nodes.iter().zip(&found) {
        let (is_rule, is_item) = kinds.kind_of(node, found);
        let item = is_item.then_some(draft.items.len());
        if is_item {
            draft.items.push(make_item(node, found, is_rule, &mut ids, &mut gaps));
        }
        if is_rule {
            let section = section(&outline, node);
            sections.extend(section.map(|(index, _)| index));
            let heading = section.map(|(_, heading)| heading).unwrap_or_default();
            let mut rule = make_rule(node, found, heading, &mut ids, &mut gaps);
            rule.item = item.map(|item| draft.items[item].id.clone());
            draft.rules.push(rule);
        }
        if is_rule || is_item {
            slips_of_the_pen(node, draft_id(&draft, is_rule), &mut gaps);
        } else if !node.has_children {
            let unread = Line { number: node.body.first_line(), text: node.body.text().to_owned() };
            left_out.extend(
                (node.body.first_line()..=node.body.last_line())
                    .map(|number| Line { number, ..unread.clone() }),
            );
        }
        if node.body.is_full() {
            gaps.at(node.body.last_line(), GapKind::LeftOut, "这一条太长, 后面的没有读; 请分成几条");
        }
    }
    draft.sections = sections.len();
    draft.company = draft.rules.iter().find_map(company);
    rule::contradictions(&draft.rules, &mut gaps);
    draft.script_name = script_name(&draft, &outline.loose);
    left_out.extend(outline.loose.iter().filter(|line| line.text != draft.title).cloned());
    draft.left_out = ranges(left_out);
    of_the_whole(&draft, &mut gaps);
    draft.gaps = gaps.into_sorted();
    draft
}

/// 有下列情形之一的,每次扣3分: is no item, its parts are, and each costs what it says.
fn hand_down_points(outline: &Outline, found: &mut [Found]) {
    let is_head = |node: &Node| {
        let text = node.body.text();
        text.ends_with(':')
            || ["下列", "以下", "如下", "每项", "每条", "各项"].iter().any(|word| text.contains(word))
    };
    for (index, node) in outline.nodes.iter().enumerate() {
        let Some(head) = node.parent.filter(|head| is_head(&outline.nodes[*head])) else { continue };
        if found[index].points.is_empty() && !found[index].has_words() {
            // They stand in another text: in this one they have no place.
            let end = found[index].text.len();
            found[index].points =
                found[head].points.iter().map(|one| Points { start: end, end, ..*one }).collect();
        }
        found[head].hands_down = true;
    }
}

/// What the text of one number holds.
struct Found {
    speech: Speech,
    points: Vec<Points>,
    /// The text that the points are of.
    text: String,
    /// Its points are those of the pieces below it.
    hands_down: bool,
}

impl Found {
    fn of(node: &Node) -> Self {
        if node.kind == Kind::Row {
            return Self::of_rows(&node.rows);
        }
        let text = node.body.text();
        Self {
            speech: speech::read(&node.body, node.forbidden),
            points: points::read(text),
            text: text.to_owned(),
            hands_down: false,
        }
    }

    fn of_rows(rows: &[(usize, Row)]) -> Self {
        let mut found =
            Self { speech: Speech::default(), points: Vec::new(), text: String::new(), hands_down: false };
        if let Some((_, first)) = rows.first() {
            let told = [first.text.as_str(), first.situation.as_str()];
            found.text = told.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ");
            found.speech.situation.clone_from(&first.situation);
        }
        found.points = points::read(&found.text);
        for (line, row) in rows {
            rule::of_row(row, *line, &mut found.speech);
            for (direction, cell) in &row.points {
                found.text.push(' ');
                let base = found.text.len();
                found.text.push_str(cell);
                let points = points::read_cell(cell, *direction).into_iter();
                found.points.extend(points.map(|one| Points {
                    start: base + one.start,
                    end: base + one.end,
                    ..one
                }));
            }
        }
        found
    }

    fn has_words(&self) -> bool {
        self.speech.has_words()
    }
}

/// What most pieces of a list are.
#[derive(Default)]
struct Groups {
    counts: BTreeMap<(Option<usize>, Kind, usize), Count>,
}

#[derive(Clone, Copy, Default)]
struct Count {
    leaves: usize,
    with_points: usize,
    with_words: usize,
}

impl Groups {
    fn of(outline: &Outline, found: &[Found]) -> Self {
        let mut groups = Self::default();
        for (node, found) in outline.nodes.iter().zip(found).filter(|(node, _)| !node.has_children) {
            let count = groups.counts.entry((node.parent, node.kind, node.list)).or_default();
            count.leaves += 1;
            count.with_points += usize::from(!found.points.is_empty());
            count.with_words += usize::from(found.has_words());
        }
        groups
    }

    /// Whether a piece is a rule, an item, both or neither.
    fn kind_of(&self, node: &Node, found: &Found) -> (bool, bool) {
        let count = self.counts.get(&(node.parent, node.kind, node.list)).copied().unwrap_or_default();
        let assesses = count.with_points * 2 > count.leaves && count.with_words * 2 <= count.leaves;
        let speaks = count.with_words * 2 > count.leaves;
        if node.kind == Kind::Row {
            let row = node.rows.first().map(|(_, row)| row);
            let asks = row.is_some_and(|row| !row.text.is_empty() || !row.points.is_empty());
            let rule = found.has_words() || (speaks && row.is_some_and(|row| !row.situation.is_empty()));
            return (rule, asks && (!found.points.is_empty() || count.with_points > 0));
        }
        match (found.has_words(), !found.points.is_empty()) {
            (true, true) => (!assesses, true),
            (true, false) if node.has_children => (is_whole_rule(found), false),
            (true, false) => (!assesses, assesses),
            (false, true) => (false, !found.hands_down),
            (false, false) => (speaks && !node.has_children, assesses && !node.has_children),
        }
    }
}

/// A heading with words of its own: 一、问候语:“您好” and then numbers below it.
fn is_whole_rule(found: &Found) -> bool {
    found.speech.say.iter().any(|said| said.words.text.chars().count() > 2) || !found.speech.never.is_empty()
}

fn make_item(node: &Node, found: &Found, is_rule: bool, ids: &mut Ids, gaps: &mut Gaps) -> ItemDraft {
    let line = node.body.first_line();
    let id = ids.take("A", &node.path, line, gaps);
    if found.has_words() && !is_rule {
        gaps.of(
            line,
            &id,
            GapKind::PhraseWithoutSituation,
            "考核条目里有引号, 没有当作用语; 如果是要说的话, 请另写一条规范",
        );
    }
    let words = is_rule.then_some("用语");
    item::read(id, node.source.clone(), &node.body, &found.text, &found.points, words, gaps)
}

fn make_rule(node: &Node, found: &Found, heading: &str, ids: &mut Ids, gaps: &mut Gaps) -> RuleDraft {
    let id = ids.take("", &node.path, node.body.first_line(), gaps);
    let place =
        Place { id, source: node.source.clone(), section: heading.to_owned(), forbidden: node.forbidden };
    rule::read(place, &node.body, &found.speech, gaps)
}

fn draft_id(draft: &Draft, is_rule: bool) -> String {
    let rule = draft.rules.last().filter(|_| is_rule).map(|rule| rule.id.clone());
    rule.or_else(|| draft.items.last().map(|item| item.id.clone())).unwrap_or_default()
}

fn slips_of_the_pen(node: &Node, id: String, gaps: &mut Gaps) {
    for (at, slip, meant) in typo::find(node.body.text()) {
        let line = node.body.line_at(at);
        gaps.of(line, &id, GapKind::Typo, format!("「{slip}」可能是「{meant}」"));
    }
}

/// Ids in use.
#[derive(Default)]
struct Ids {
    taken: BTreeMap<String, usize>,
}

impl Ids {
    /// An id for the entry with this path, made unique.
    fn take(&mut self, prefix: &str, path: &[u32], line: usize, gaps: &mut Gaps) -> String {
        let id = format!("{prefix}{}", path.iter().map(u32::to_string).collect::<Vec<_>>().join("."));
        let times = self.taken.entry(id.clone()).or_default();
        *times += 1;
        if *times == 1 {
            return id;
        }
        // A hyphen is in no number of a document, so this one is free.
        let other = format!("{id}-{times}");
        gaps.of(line, &other, GapKind::Numbering, format!("前面已经有一条 {id}, 这一条在草稿里叫 {other}"));
        other
    }
}

/// The heading under which `node` stands.
fn section<'a>(outline: &'a Outline, node: &Node) -> Option<(usize, &'a str)> {
    let parent = node.parent?;
    let heading = outline.nodes[parent].body.text();
    let heading = heading.split(['\n', ':']).next().unwrap_or_default();
    Some((parent, heading.trim_end_matches(['。', ':'])))
}

/// The first line, if it is short and no number's.
fn title(lines: &[Line]) -> String {
    let first = lines.first().filter(|line| line.text.chars().count() <= 60);
    let text = first
        .filter(|line| super::marker::read(&line.text).is_none_or(|marker| marker.kind == Kind::Heading));
    text.map(|line| line.text.trim_matches(['【', '】', '#', ' ']).to_owned()).unwrap_or_default()
}

/// What a sentence before the first rule calls the rules: 特制定《…》.
fn script_name(draft: &Draft, loose: &[Line]) -> String {
    let first = draft.rules.first().map_or(0, |rule| rule.line);
    let named = loose.iter().take_while(|line| line.number < first).filter_map(|line| {
        let (_, after) = line.text.rsplit_once('《')?;
        after.split_once('》').map(|(name, _)| name.to_owned())
    });
    named.last().filter(|name| name.chars().count() <= 40).unwrap_or_else(|| draft.title.clone())
}

/// The company in a greeting: 您好,…{agent}号为您服务.
fn company(rule: &RuleDraft) -> Option<String> {
    const BEFORE: [&str; 6] = ["您好", "你好", "欢迎致电", "欢迎您致电", "这里是", "是"];
    const AFTER: [&str; 9] =
        ["客服中心", "客户服务中心", "服务中心", "客服热线", "服务热线", "热线", "客服", "总机", "工号"];
    rule.say.iter().find_map(|step| {
        let text = &step.words.text;
        let end = text
            .find('{')
            .into_iter()
            .chain(text.find("为您服务"))
            .min()
            .filter(|_| text.contains("您好"))?;
        let mut parts = text[..end].rsplit([',', '!', '。', '…', ':']).map(|part| {
            let part = BEFORE.iter().fold(part.trim(), |name, word| name.strip_prefix(word).unwrap_or(name));
            AFTER.iter().fold(part, |name, word| name.strip_suffix(word).unwrap_or(name))
        });
        let name =
            parts.find(|part| part.chars().count() >= 2 && !matches!(*part, "很高兴" | "竭诚" | "我是"))?;
        (name.chars().count() <= 20 && !name.contains(['请', '您', '我'])).then(|| name.to_owned())
    })
}

/// Lines in no entry, neighbours joined.
fn ranges(mut lines: Vec<Line>) -> Vec<(usize, usize)> {
    lines.sort_by_key(|line| line.number);
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for line in lines {
        match ranges.last_mut() {
            Some((_, last)) if line.number <= *last + 1 => *last = line.number,
            _ => ranges.push((line.number, line.number)),
        }
    }
    ranges
}

/// What concerns all entries is said once.
fn of_the_whole(draft: &Draft, gaps: &mut Gaps) {
    if !draft.rules.is_empty() {
        if draft.company.is_none() {
            gaps.whole(GapKind::Unsaid, "问候语里没有读到公司名; 请填 company");
        }
        let listed = |rules: Vec<&RuleDraft>| -> String {
            let ids: Vec<&str> = rules.iter().take(40).map(|rule| rule.id.as_str()).collect();
            ids.join(" ")
        };
        let without_item: Vec<&RuleDraft> = draft.rules.iter().filter(|rule| rule.item.is_none()).collect();
        if !without_item.is_empty() {
            let message =
                format!("{} 条规范没有写归哪一条考核, item 写的是「待定」, 不扣分; 请填", without_item.len());
            gaps.whole(GapKind::Unsaid, message);
        }
        let declared: Vec<&RuleDraft> = draft.rules.iter().filter(|rule| rule.is_declared()).collect();
        if !declared.is_empty() {
            let message =
                format!("{} 条规范的情况要由坐席自己选; 能从客户的话里听出来的, 请补 when", declared.len());
            gaps.whole(GapKind::Unsaid, message);
        }
        let conduct: Vec<&RuleDraft> = draft.rules.iter().filter(|rule| !rule.conduct.is_empty()).collect();
        if !conduct.is_empty() {
            let message = format!(
                "这些规范里有笼统的「不可以」, 程序不判断, 写在注释里, 由人复核: {}",
                listed(conduct)
            );
            gaps.whole(GapKind::Conduct, message);
        }
    }
    if !draft.items.is_empty() && draft.start.is_none() {
        gaps.whole(GapKind::Unsaid, "没有写每月从多少分算起; 草稿写 100, 请核对 start");
    }
    if !draft.left_out.is_empty() && (!draft.rules.is_empty() || !draft.items.is_empty()) {
        let shown: Vec<String> = draft
            .left_out
            .iter()
            .take(20)
            .map(|(first, last)| if first == last { first.to_string() } else { format!("{first}–{last}") })
            .collect();
        let more = if draft.left_out.len() > shown.len() { " …" } else { "" };
        gaps.whole(GapKind::LeftOut, format!("这些行不在草稿里, 请看一遍: {}{more}", shown.join("、")));
    }
}

impl RuleDraft {
    /// Whether nothing tells that it applies but the agent.
    pub fn is_declared(&self) -> bool {
        self.caller.is_empty() && !self.opening && !self.say.is_empty()
    }
}
