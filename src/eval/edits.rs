use std::ops::AddAssign;

/// What turns a reference into what was recognised, in the fewest steps.
///
/// The sum of the steps is the Levenshtein distance. Where it can be reached in several ways, a substitution is
/// preferred to a deletion, and that to an insertion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edits {
    /// Length of the reference.
    pub reference: u64,
    /// Recognised, not said.
    pub insertions: u64,
    /// Said, not recognised.
    pub deletions: u64,
    /// Recognised as something else.
    pub substitutions: u64,
}

impl Edits {
    /// Compares `heard` with `reference`, where `same` tells whether two elements are one. Takes time in proportion to
    /// the product of the lengths.
    pub fn between<T>(reference: &[T], heard: &[T], same: impl Fn(&T, &T) -> bool) -> Self {
        let inserted = |count: usize| Self { insertions: count as u64, ..Self::default() };
        // row[n]: from the elements of the reference so far to the first n heard
        let mut row: Vec<Self> = (0..=heard.len()).map(inserted).collect();
        for said in reference {
            let mut diagonal = row[0];
            row[0].deletions += 1;
            for (index, element) in heard.iter().enumerate() {
                let replaced = Self {
                    substitutions: diagonal.substitutions + u64::from(!same(said, element)),
                    ..diagonal
                };
                let above = row[index + 1];
                let deleted = Self { deletions: above.deletions + 1, ..above };
                let left = row[index];
                let inserted = Self { insertions: left.insertions + 1, ..left };
                diagonal = above;
                row[index + 1] = fewest([replaced, deleted, inserted]);
            }
        }
        Self { reference: reference.len() as u64, ..row[heard.len()] }
    }

    /// All steps.
    pub const fn errors(&self) -> u64 {
        self.insertions + self.deletions + self.substitutions
    }

    /// Errors over the length of the reference, from 0; above 1 when much was inserted. Absent without a reference.
    pub fn rate(&self) -> Option<f64> {
        (self.reference > 0).then(|| self.errors() as f64 / self.reference as f64)
    }
}

/// The first of the shortest.
fn fewest([first, second, third]: [Edits; 3]) -> Edits {
    let of_two = if second.errors() < first.errors() { second } else { first };
    if third.errors() < of_two.errors() { third } else { of_two }
}

impl AddAssign for Edits {
    fn add_assign(&mut self, other: Self) {
        self.reference += other.reference;
        self.insertions += other.insertions;
        self.deletions += other.deletions;
        self.substitutions += other.substitutions;
    }
}
