/// Longest fact, in characters.
const FACT_MAX: usize = 64;

/// What can be known of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactKind {
    /// Local date: `2026-11-26`, `20261126`.
    Date,
    /// Local time of the answer: `14:03:05`, `140305`, `1403`.
    Time,
    /// The agent's number.
    Agent,
    /// The team.
    Team,
    /// The customer's family name.
    Surname,
    /// 先生 or 女士.
    Title,
}

/// What is known of a call. Empty: not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallFacts {
    /// Local date, `2026-11-26`.
    pub date: String,
    /// Local time, `14:03:05`.
    pub time: String,
    /// The agent's number.
    pub agent: String,
    /// The team.
    pub team: String,
    /// The customer's family name.
    pub surname: String,
    /// How the customer is addressed.
    pub title: String,
}

/// A fact that cannot be one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {kind:?}")]
pub struct BadFact {
    /// What it was to be.
    pub kind: FactKind,
    /// What stands there.
    pub text: String,
}

impl FactKind {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Date, Self::Time, Self::Agent, Self::Team, Self::Surname, Self::Title];

    /// As patterns and tables name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Time => "time",
            Self::Agent => "agent",
            Self::Team => "team",
            Self::Surname => "surname",
            Self::Title => "title",
        }
    }

    /// As people name it.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Date => "日期",
            Self::Time => "时间",
            Self::Agent => "坐席",
            Self::Team => "班组",
            Self::Surname => "姓",
            Self::Title => "称呼",
        }
    }

    /// The fact in its one form.
    ///
    /// # Errors
    /// [`BadFact`] when the text cannot be one.
    pub fn read(self, text: &str) -> Result<String, BadFact> {
        let read = match self {
            Self::Date => date(text),
            Self::Time => time(text),
            Self::Agent => {
                let fits = |sign: char| sign.is_ascii_alphanumeric();
                (!text.is_empty() && text.len() <= 16 && text.chars().all(fits)).then(|| text.to_owned())
            }
            Self::Team | Self::Surname | Self::Title => {
                let fits = |sign: char| !sign.is_control();
                let length = text.chars().count();
                ((1..=FACT_MAX).contains(&length) && text.chars().all(fits)).then(|| text.to_owned())
            }
        };
        read.ok_or_else(|| BadFact { kind: self, text: text.to_owned() })
    }
}

impl CallFacts {
    pub(super) fn of(&self, kind: FactKind) -> &str {
        match kind {
            FactKind::Date => &self.date,
            FactKind::Time => &self.time,
            FactKind::Agent => &self.agent,
            FactKind::Team => &self.team,
            FactKind::Surname => &self.surname,
            FactKind::Title => &self.title,
        }
    }

    pub(super) fn set(&mut self, kind: FactKind, fact: String) {
        let place = match kind {
            FactKind::Date => &mut self.date,
            FactKind::Time => &mut self.time,
            FactKind::Agent => &mut self.agent,
            FactKind::Team => &mut self.team,
            FactKind::Surname => &mut self.surname,
            FactKind::Title => &mut self.title,
        };
        *place = fact;
    }

    /// What is not known here, from there.
    pub(super) fn or(mut self, other: &Self) -> Self {
        for kind in FactKind::ALL {
            if self.of(kind).is_empty() {
                self.set(kind, other.of(kind).to_owned());
            }
        }
        self
    }
}

/// Digits in groups of these lengths, written together or with one sign of `between` between them.
fn groups(text: &str, lengths: &[usize], between: &str) -> Option<Vec<u32>> {
    let mut rest = text;
    let mut found = Vec::new();
    for (place, length) in lengths.iter().enumerate() {
        if place > 0 && rest.starts_with(|sign| between.contains(sign)) {
            rest = &rest[1..];
        }
        let group = rest.get(..*length)?;
        if !group.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        found.push(group.parse().ok()?);
        rest = &rest[*length..];
    }
    rest.is_empty().then_some(found)
}

fn date(text: &str) -> Option<String> {
    let [year, month, day] = groups(text, &[4, 2, 2], "-_./")?[..] else { return None };
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => 31,
    };
    let fits = (1970..2100).contains(&year) && (1..=12).contains(&month) && (1..=days).contains(&day);
    fits.then(|| format!("{year:04}-{month:02}-{day:02}"))
}

fn time(text: &str) -> Option<String> {
    let parts = groups(text, &[2, 2, 2], "-_.:").or_else(|| groups(text, &[2, 2], "-_.:"))?;
    let (hour, minute, second) = (parts[0], parts[1], parts.get(2).copied().unwrap_or(0));
    (hour < 24 && minute < 60 && second < 60).then(|| format!("{hour:02}:{minute:02}:{second:02}"))
}
