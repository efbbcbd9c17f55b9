use super::facts::{CallFacts, FactKind};

/// Ways to cut a name that are tried; a name of a call needs a few.
const TRIES_MAX: u32 = 10_000;

/// How file names tell what is known of a call: `{date}_{time}_{agent}`, with `{*}` for what says nothing.
///
/// ```
/// use callcue::import::NamePattern;
///
/// let pattern = NamePattern::parse("{date}_{time}_{agent}_{*}")?;
/// let facts = pattern.read("20261126_140305_1024_inbound").unwrap();
/// assert_eq!((facts.date.as_str(), facts.time.as_str(), facts.agent.as_str()), ("2026-11-26", "14:03:05", "1024"));
/// assert!(pattern.read("holiday greeting").is_none());
/// # Ok::<(), callcue::import::BadPattern>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamePattern {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Fact(FactKind),
    Anything,
}

/// A pattern that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPattern {
    /// A brace without its other.
    #[error("a brace has no other: {0:?}; write like {{date}}_{{time}}_{{agent}}")]
    Brace(String),
    /// A name that stands for nothing.
    #[error("{{{0}}} is not known; there are date, time, agent, team, surname, title and *")]
    Unknown(String),
    /// The same twice.
    #[error("{{{0}}} stands there twice")]
    Twice(&'static str),
    /// Nobody could tell where one ends.
    #[error("nothing stands between {{{0}}} and what comes before it; write a sign between them")]
    Adjacent(String),
}

impl BadPattern {
    /// For people.
    pub fn zh(&self) -> String {
        match self {
            Self::Brace(_) => "文件名格式的花括号不成对，例如 {date}_{time}_{agent}".to_owned(),
            Self::Unknown(name) => {
                format!("文件名格式里的 {{{name}}} 不认识；可用 date time agent team surname title 和 *")
            }
            Self::Twice(name) => format!("文件名格式里 {{{name}}} 出现了两次"),
            Self::Adjacent(name) => format!("文件名格式里 {{{name}}} 前面要有分隔符"),
        }
    }
}

impl NamePattern {
    /// Reads a pattern; an empty one says nothing of any name.
    ///
    /// # Errors
    /// [`BadPattern`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, BadPattern> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut rest = text;
        while let Some(sign) = rest.chars().next() {
            if sign == '}' {
                return Err(BadPattern::Brace(rest.to_owned()));
            }
            if sign != '{' {
                let end = rest.find(['{', '}']).unwrap_or(rest.len());
                pieces.push(Piece::Text(rest[..end].to_owned()));
                rest = &rest[end..];
                continue;
            }
            let (name, behind) =
                rest[1..].split_once('}').ok_or_else(|| BadPattern::Brace(rest.to_owned()))?;
            if matches!(pieces.last(), Some(Piece::Fact(_) | Piece::Anything)) {
                return Err(BadPattern::Adjacent(name.to_owned()));
            }
            let piece = match FactKind::ALL.into_iter().find(|kind| kind.name() == name) {
                Some(kind) if pieces.contains(&Piece::Fact(kind)) => {
                    return Err(BadPattern::Twice(kind.name()));
                }
                Some(kind) => Piece::Fact(kind),
                None if name == "*" => Piece::Anything,
                None => return Err(BadPattern::Unknown(name.to_owned())),
            };
            pieces.push(piece);
            rest = behind;
        }
        Ok(Self { pieces })
    }

    /// Whether it says nothing.
    pub const fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// What a name, without its ending, says; none if it is not of this form.
    pub fn read(&self, name: &str) -> Option<CallFacts> {
        let mut tries = TRIES_MAX;
        fit(&self.pieces, name, &mut tries)
    }
}

fn fit(pieces: &[Piece], name: &str, tries: &mut u32) -> Option<CallFacts> {
    *tries = tries.checked_sub(1)?;
    let Some((piece, behind)) = pieces.split_first() else {
        return name.is_empty().then(CallFacts::default);
    };
    if let Piece::Text(text) = piece {
        return fit(behind, name.strip_prefix(text.as_str())?, tries);
    }
    // Shortest first: a fact ends where what stands behind it begins.
    let ends = name.char_indices().map(|(at, _)| at).skip(1).chain([name.len()]);
    let shortest = usize::from(*piece != Piece::Anything);
    for end in std::iter::once(0).filter(|_| shortest == 0).chain(ends).filter(|end| *end >= shortest) {
        let fact = match piece {
            Piece::Fact(kind) => match kind.read(&name[..end]) {
                Ok(fact) => Some((*kind, fact)),
                Err(_) => continue,
            },
            _ => None,
        };
        if let Some(mut facts) = fit(behind, &name[end..], tries) {
            if let Some((kind, fact)) = fact {
                facts.set(kind, fact);
            }
            return Some(facts);
        }
    }
    None
}
