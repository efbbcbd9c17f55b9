use std::collections::BTreeMap;

use super::facts::{CallFacts, FactKind};

/// Rows of a table, at most.
const ROWS_MAX: usize = 200_000;

/// A CSV of what is known of recordings, by file name. Columns may be named in English or Chinese; unknown ones are passed over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FactTable {
    rows: BTreeMap<String, CallFacts>,
}

/// A table that cannot be read: which line, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTable {
    /// No column says which file a row is about.
    #[error("the table has no column `file`")]
    NoFile,
    /// A value that cannot be what its column says.
    #[error("line {line} of the table: {text:?} is no {kind}")]
    Value {
        /// Which line, from 1.
        line: usize,
        /// Name of the column.
        kind: &'static str,
        /// The same in Chinese.
        zh: &'static str,
        /// What stands there.
        text: String,
    },
    /// A quote without its other.
    #[error("a quoted value of the table does not end")]
    Quote,
    /// More than anybody imports at once.
    #[error("the table has more than {ROWS_MAX} rows")]
    TooLong,
}

impl BadTable {
    /// For people.
    pub fn zh(&self) -> String {
        match self {
            Self::NoFile => "表格里没有 file（文件）这一列".to_owned(),
            Self::Value { line, zh, text, .. } => format!("表格第 {line} 行：“{text}”不是{zh}"),
            Self::Quote => "表格里的引号不成对".to_owned(),
            Self::TooLong => format!("表格超过 {ROWS_MAX} 行"),
        }
    }
}

impl FactTable {
    /// Reads a table; an empty text is one without rows.
    ///
    /// # Errors
    /// [`BadTable`].
    pub fn parse(text: &str) -> Result<Self, BadTable> {
        let mut lines = records(text.trim_start_matches('\u{feff}'))?.into_iter();
        let Some((_, head)) = lines.next() else { return Ok(Self::default()) };
        let name = |column: &String| column.trim().to_lowercase();
        let head: Vec<String> = head.iter().map(name).collect();
        let file = head.iter().position(|name| matches!(name.as_str(), "file" | "文件" | "文件名"));
        let file = file.ok_or(BadTable::NoFile)?;
        let kind = |name: &String| {
            FactKind::ALL.into_iter().find(|kind| [kind.name(), kind.zh()].contains(&name.as_str()))
        };
        let kinds: Vec<Option<FactKind>> = head.iter().map(kind).collect();
        let mut rows = BTreeMap::new();
        for (line, values) in lines {
            let Some(of) = values.get(file).map(|value| value.trim()).filter(|of| !of.is_empty()) else {
                continue;
            };
            if rows.len() == ROWS_MAX {
                return Err(BadTable::TooLong);
            }
            let mut facts = CallFacts::default();
            for (kind, value) in kinds.iter().zip(&values) {
                let (Some(kind), value) = (kind, value.trim()) else { continue };
                if !value.is_empty() {
                    let fact = kind.read(value).map_err(|bad| BadTable::Value {
                        line,
                        kind: kind.name(),
                        zh: kind.zh(),
                        text: bad.text,
                    })?;
                    facts.set(*kind, fact);
                }
            }
            rows.insert(of.replace('\\', "/"), facts);
        }
        Ok(Self { rows })
    }

    /// What it says of a file: by its path, its name, or its name without ending.
    pub fn of(&self, file: &str) -> Option<&CallFacts> {
        let name = file.rsplit('/').next().unwrap_or(file);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        [file, name, stem].into_iter().find_map(|name| self.rows.get(name))
    }
}

/// Records of a CSV (RFC 4180), with the line in which each begins; empty lines are passed over.
fn records(text: &str) -> Result<Vec<(usize, Vec<String>)>, BadTable> {
    let mut records = Vec::new();
    let (mut record, mut value, mut quoted) = (Vec::new(), String::new(), false);
    let (mut line, mut begun) = (1, 1);
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        line += usize::from(sign == '\n');
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => {
                signs.next();
                value.push('"');
            }
            '"' if quoted || value.is_empty() => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut value)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                record.push(std::mem::take(&mut value));
                let record = std::mem::take(&mut record);
                if record.iter().any(|value: &String| !value.is_empty()) {
                    records.push((begun, record));
                }
                begun = line;
            }
            sign => value.push(sign),
        }
    }
    if quoted {
        return Err(BadTable::Quote);
    }
    record.push(value);
    if record.iter().any(|value| !value.is_empty()) {
        records.push((begun, record));
    }
    Ok(records)
}
