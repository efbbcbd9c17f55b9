/// Facts and tables under one title.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Heading.
    pub title: String,
    /// What is said once, with its name.
    pub facts: Vec<(&'static str, Cell)>,
    /// In order.
    pub tables: Vec<Table>,
}

/// A table with a heading.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Heading; also the name of a worksheet: at most 31 characters, without `[]:*?/\`.
    pub title: &'static str,
    /// Its columns.
    pub columns: Vec<Column>,
    /// As many cells a row as there are columns.
    pub rows: Vec<Vec<Cell>>,
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// What stands over it.
    pub name: &'static str,
    /// How much room it wants beside the others, in Chinese characters.
    pub width_em: f32,
}

/// What stands in one place.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words; never a formula, whatever they begin with.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number with two decimals.
    Decimal(f64),
    /// Nothing.
    Empty,
}

impl Cell {
    /// As it is printed.
    pub fn printed(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Whole(number) => number.to_string(),
            Self::Decimal(number) => format!("{number:.2}"),
            Self::Empty => String::new(),
        }
    }

    /// Whether it is a number.
    pub const fn is_number(&self) -> bool {
        matches!(self, Self::Whole(_) | Self::Decimal(_))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }
}

impl From<i32> for Cell {
    fn from(number: i32) -> Self {
        Self::Whole(number.into())
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Whole(number.into())
    }
}

impl From<Option<i32>> for Cell {
    fn from(number: Option<i32>) -> Self {
        number.map_or(Self::Empty, Self::from)
    }
}

impl From<Option<f64>> for Cell {
    fn from(number: Option<f64>) -> Self {
        number.map_or(Self::Empty, Self::Decimal)
    }
}
