use std::fmt;

/// What kind of thing a person has to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GapKind {
    /// A number is missing, there twice or out of order.
    Numbering,
    /// Words to say, and no situation in which to say them.
    PhraseWithoutSituation,
    /// A situation, and no words for it.
    SituationWithoutPhrase,
    /// An item of the assessment that no call can show.
    NotInCalls,
    /// An item that does not say what it costs.
    PointsMissing,
    /// Points that the file format cannot hold as they are, or of which the document has several.
    PointsUnclear,
    /// Probably a slip of the pen.
    Typo,
    /// A quotation mark without its partner.
    Quotes,
    /// Words in brackets, and placeholders nobody can fill.
    Placeholder,
    /// A phrase that will be heard too often, or that is both required and forbidden.
    Phrase,
    /// Forbidden in general terms: for a person to judge.
    Conduct,
    /// What the file needs and the document does not say.
    Unsaid,
    /// Part of the document is not in the draft.
    LeftOut,
    /// Characters that do not belong into text.
    Characters,
}

impl GapKind {
    /// The kind in a few Chinese characters, as the script's owner reads it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Numbering => "编号",
            Self::PhraseWithoutSituation => "缺情况",
            Self::SituationWithoutPhrase => "缺用语",
            Self::NotInCalls => "通话里看不出",
            Self::PointsMissing => "缺分数",
            Self::PointsUnclear => "分数不清",
            Self::Typo => "像是笔误",
            Self::Quotes => "引号",
            Self::Placeholder => "括号和占位",
            Self::Phrase => "用语",
            Self::Conduct => "笼统要求",
            Self::Unsaid => "原文没有",
            Self::LeftOut => "没有读进",
            Self::Characters => "字符",
        }
    }
}

/// Something in a company's document that a person has to look at before the draft is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Line of the document, from 1; none: it concerns the whole.
    pub line: Option<usize>,
    /// The rule or item that it concerns.
    pub id: Option<String>,
    /// What kind of thing it is.
    pub kind: GapKind,
    /// What was found and what to do, in Chinese.
    pub message: String,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "第 {line} 行 ")?;
        }
        write!(f, "[{}] ", self.kind.name())?;
        if let Some(id) = &self.id {
            write!(f, "{id}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// The gaps found so far, so many and no more.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    found: Vec<Gap>,
    left_out: usize,
}

impl Gaps {
    /// Nobody reads more; a document that is no standard must not fill the memory with complaints.
    const MAX: usize = 1_000;

    pub(super) fn at(&mut self, line: usize, kind: GapKind, message: impl Into<String>) {
        self.push(Gap { line: Some(line), id: None, kind, message: message.into() });
    }

    pub(super) fn of(&mut self, line: usize, id: &str, kind: GapKind, message: impl Into<String>) {
        self.push(Gap { line: Some(line), id: Some(id.to_owned()), kind, message: message.into() });
    }

    pub(super) fn whole(&mut self, kind: GapKind, message: impl Into<String>) {
        self.push(Gap { line: None, id: None, kind, message: message.into() });
    }

    fn push(&mut self, gap: Gap) {
        // What concerns the whole, and what was not read, is said however much else there is.
        let weighs = gap.line.is_none() || gap.kind == GapKind::LeftOut;
        if self.found.len() < if weighs { 2 * Self::MAX } else { Self::MAX } {
            self.found.push(gap);
        } else {
            self.left_out += 1;
        }
    }

    /// In order of lines, those of the whole document last.
    pub(super) fn into_sorted(mut self) -> Vec<Gap> {
        self.found.sort_by_key(|gap| (gap.line.unwrap_or(usize::MAX), gap.kind));
        if self.left_out > 0 {
            let message = format!("还有 {} 处没有列出; 先改上面的, 再运行一次", self.left_out);
            self.found.push(Gap { line: None, id: None, kind: GapKind::LeftOut, message });
        }
        self.found
    }
}
