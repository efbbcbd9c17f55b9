use super::said::{Hit, Said};
use super::syllable::{Likeness, Readings};

/// Cost of a wrong, missing or additional syllable.
const SLIP: u16 = 10;
/// Cost of a near sound: enough to prefer the exact one, never enough to reject.
const NEAR: u16 = 1;
/// More than any alignment that could be accepted.
const NEVER: u16 = 10_000;

/// One syllable of a phrase.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element {
    pub(super) readings: Readings,
    /// May not be missing or wrong.
    pub(super) must: bool,
    /// May be missing at no cost.
    pub(super) may: bool,
}

/// Syllables that belong together, with the cost up to which they count as heard.
#[derive(Clone, Debug)]
pub(super) struct Part {
    elements: Vec<Element>,
    cost_max: u16,
}

/// Cheapest way to have come so far, and where it began.
#[derive(Clone, Copy)]
struct Cell {
    cost: u16,
    first: usize,
}

impl Part {
    pub(super) fn new(elements: Vec<Element>, syllables_a_slip: usize) -> Self {
        let needed = elements.iter().filter(|element| !element.may).count();
        let slips = needed / syllables_a_slip;
        Self { cost_max: slips as u16 * SLIP + elements.len() as u16 * NEAR, elements }
    }

    /// The cheapest alignment at or after sound `first`; of equals the one that ends first.
    pub(super) fn find(&self, said: &Said, first: usize) -> Option<Hit> {
        let rows = self.elements.len();
        if rows == 0 {
            return None;
        }
        let mut column = [Cell { cost: NEVER, first }; super::Phrase::PART_MAX + 1];
        self.start_column(&mut column, first);
        let mut best: Option<Hit> = None;
        for (index, token) in said.tokens.iter().enumerate().skip(first) {
            let add_cost = match (token.filler, token.negation) {
                (true, _) => 0,
                (false, true) => NEVER,
                (false, false) => SLIP,
            };
            let mut diagonal = column[0];
            column[0] = Cell { cost: 0, first: index + 1 };
            for (row, element) in self.elements.iter().enumerate() {
                let above = column[row];
                let left = column[row + 1];
                let swap = match element.readings.likeness(&token.readings) {
                    Likeness::Same => 0,
                    Likeness::Near => NEAR,
                    Likeness::Different if element.must => NEVER,
                    Likeness::Different => SLIP,
                };
                let begun = if row == 0 { index } else { diagonal.first };
                let swapped = Cell { cost: diagonal.cost.saturating_add(swap), first: begun };
                let added = Cell { cost: left.cost.saturating_add(add_cost), ..left };
                let dropped = Cell { cost: above.cost.saturating_add(element.drop_cost()), ..above };
                diagonal = left;
                column[row + 1] = cheapest(swapped, cheapest(dropped, added));
            }
            let end = column[rows];
            if end.cost <= self.cost_max && end.first <= index && best.is_none_or(|hit| end.cost < hit.cost) {
                best = Some(Hit {
                    first: end.first,
                    end: index + 1,
                    span: said.span(end.first, index + 1),
                    cost: end.cost,
                });
            }
        }
        best
    }

    /// Before any sound: all that went before is missing.
    fn start_column(&self, column: &mut [Cell], first: usize) {
        column[0] = Cell { cost: 0, first };
        for (row, element) in self.elements.iter().enumerate() {
            column[row + 1] = Cell { cost: column[row].cost.saturating_add(element.drop_cost()), first };
        }
    }
}

impl Element {
    const fn drop_cost(&self) -> u16 {
        match (self.must, self.may) {
            (_, true) => 0,
            (true, false) => NEVER,
            (false, false) => SLIP,
        }
    }
}

fn cheapest(a: Cell, b: Cell) -> Cell {
    if b.cost < a.cost { b } else { a }
}
