use serde::{Deserialize, Serialize};

use super::facts::{CallFacts, FactKind};
use super::pattern::{BadPattern, NamePattern};
use super::table::{BadTable, FactTable};

/// How recordings are to be brought in, as people order it and as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImportOrder {
    /// Name of the import.
    pub name: String,
    /// [`NamePattern`]; empty: names say nothing.
    pub name_pattern: String,
    /// [`FactTable`]; empty: none.
    pub csv: String,
    /// Team, where neither says.
    pub team: String,
    /// Agent's number, where neither says.
    pub agent: String,
    /// The left channel is the customer's.
    pub swap_channels: bool,
    /// Where the files lie; empty: with the floor's own data.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub folder: String,
}

/// An order that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportPlan {
    pattern: NamePattern,
    table: FactTable,
    defaults: CallFacts,
}

/// An order that cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadOrder {
    /// Its pattern.
    #[error(transparent)]
    Pattern(#[from] BadPattern),
    /// Its table.
    #[error(transparent)]
    Table(#[from] BadTable),
    /// A default.
    #[error("{0:?} cannot be the {1}")]
    Default(String, &'static str),
}

impl BadOrder {
    /// For people.
    pub fn zh(&self) -> String {
        match self {
            Self::Pattern(bad) => bad.zh(),
            Self::Table(bad) => bad.zh(),
            Self::Default(text, zh) => format!("“{text}”不能作为{zh}"),
        }
    }
}

/// Why nothing is known of a file's call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotKnown {
    /// Its name is not of the pattern, and the table does not have it.
    Name,
    /// Nobody says whose it is.
    Agent,
}

impl ImportOrder {
    /// Reads pattern, table and defaults.
    ///
    /// # Errors
    /// [`BadOrder`].
    pub fn plan(&self) -> Result<ImportPlan, BadOrder> {
        let mut defaults = CallFacts::default();
        for (kind, text) in [(FactKind::Team, self.team.trim()), (FactKind::Agent, self.agent.trim())] {
            if !text.is_empty() {
                let fact = kind.read(text).map_err(|bad| BadOrder::Default(bad.text, kind.zh()))?;
                defaults.set(kind, fact);
            }
        }
        let (pattern, table) = (NamePattern::parse(self.name_pattern.trim())?, FactTable::parse(&self.csv)?);
        Ok(ImportPlan { pattern, table, defaults })
    }
}

impl ImportPlan {
    /// What is known of the call in a file, by its path below the import's folder; the agent always is.
    ///
    /// # Errors
    /// [`NotKnown`].
    pub fn facts(&self, file: &str) -> Result<CallFacts, NotKnown> {
        let name = file.rsplit('/').next().unwrap_or(file);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let (table, said) = (self.table.of(file), self.pattern.read(stem));
        if !self.pattern.is_empty() && said.is_none() && table.is_none() {
            return Err(NotKnown::Name);
        }
        let facts = table.cloned().unwrap_or_default().or(&said.unwrap_or_default()).or(&self.defaults);
        if facts.agent.is_empty() { Err(NotKnown::Agent) } else { Ok(facts) }
    }
}
