use std::collections::BTreeSet;

/// Which teams somebody may see. Everybody with the same audience gets the same frames.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// Every team.
    All,
    /// These.
    Teams(BTreeSet<String>),
}

impl Audience {
    /// Those who see these teams.
    pub fn of(teams: &[String]) -> Self {
        Self::Teams(teams.iter().cloned().collect())
    }

    /// Whether they see this one.
    pub fn sees(&self, team: &str) -> bool {
        match self {
            Self::All => true,
            Self::Teams(teams) => teams.contains(team),
        }
    }
}
