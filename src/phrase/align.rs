use super::said::{Hit, Said, Token};
use super::syllable::{Likeness, Readings};

/// Cost of a wrong, missing or additional syllable.
pub(super) const SLIP: u16 = 10;
/// Cost of a near sound, or of a syllable said twice: enough to prefer the exact one, never enough to reject.
pub(super) const NEAR: u16 = 1;
/// More than any alignment that could be accepted.
const NEVER: u16 = 10_000;

/// One syllable of a phrase.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element {
    pub(super) readings: Readings,
    pub(super) character: char,
    /// May not be missing or wrong.
    pub(super) must: bool,
    /// May be missing at no cost.
    pub(super) may: bool,
    /// Number of its essential stretch, from 1; 0: of none.
    pub(super) essential: u8,
    /// Any digit will do.
    pub(super) digit: bool,
}

/// Syllables that belong together, with the cost up to which they count as heard.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) elements: Vec<Element>,
    pub(super) needed: u16,
    /// What a wrong syllable costs.
    pub(super) wrong: u16,
    pub(super) cost_max: u16,
}

/// Cheapest way to have come so far, and where it began.
#[derive(Clone, Copy)]
struct Cell {
    cost: u16,
    first: u32,
}

/// What `elements` syllables of a phrase may cost if `slips` are forgiven: all may be near sounds besides.
pub(super) const fn cost_max(slips: u16, elements: usize) -> u16 {
    let near = elements as u16 * NEAR;
    // Where no slip is forgiven, near sounds never add up to one.
    if slips == 0 && near >= SLIP { SLIP - 1 } else { slips * SLIP + near }
}

impl Part {
    /// Up to `slips` wrong, missing or additional syllables are forgiven.
    pub(super) fn new(elements: Vec<Element>, slips: u16) -> Self {
        let needed = elements.iter().filter(|element| !element.may).count() as u16;
        Self { needed, wrong: SLIP, cost_max: cost_max(slips, elements.len()), elements }
    }

    /// The same, in which a slip may only be a syllable too few, inside, or too many: a short phrase in which one
    /// syllable is another, or that begins or ends otherwise, is usually another phrase.
    pub(super) fn whole(mut self) -> Self {
        self.wrong = NEVER;
        let needed = |element: &&mut Element| !element.may;
        if let Some(first) = self.elements.iter_mut().find(needed) {
            first.must = true;
        }
        if let Some(last) = self.elements.iter_mut().rfind(needed) {
            last.must = true;
        }
        self
    }

    /// False only where [`Self::align`] finds nothing: each needed syllable of which no sound was said is a slip.
    pub(super) fn may_be_in(&self, said: &Said) -> bool {
        let mut cost = 0;
        for element in self.elements.iter().filter(|element| !element.may && !element.digit) {
            if !said.sounds.may_have(&element.readings) {
                cost += SLIP;
                if element.must || cost > self.cost_max {
                    return false;
                }
            }
        }
        true
    }

    /// The cheapest alignment among sounds `first` to `end` (without it); of equals the one that ends first.
    pub(super) fn align(&self, said: &Said, first: usize, end: usize) -> Option<Hit> {
        let rows = self.elements.len();
        if rows == 0 {
            return None;
        }
        let mut column = [Cell { cost: NEVER, first: first as u32 }; super::Phrase::PART_MAX + 1];
        self.start_column(&mut column, first);
        let mut best: Option<(u16, usize, usize)> = None;
        let tokens = &said.tokens[..end];
        let mut after_negation = false;
        for (index, token) in tokens.iter().enumerate().skip(first) {
            let add_cost = add_cost(token);
            after_negation = token.negation || (token.filler && after_negation);
            let mut ends_with_dropped = false;
            let mut diagonal = column[0];
            // Nothing is missing beside a negation: it would have turned the phrase round.
            let begin = if after_negation { NEVER } else { 0 };
            column[0] = Cell { cost: begin, first: index as u32 + 1 };
            for (row, element) in self.elements.iter().enumerate() {
                let above = column[row];
                let left = column[row + 1];
                let begun = if row == 0 { index as u32 } else { diagonal.first };
                let swap_cost = element.swap_cost(token, self.wrong);
                let swapped = Cell { cost: diagonal.cost.saturating_add(swap_cost), first: begun };
                let added = Cell { cost: left.cost.saturating_add(add_cost), ..left };
                let dropped = Cell { cost: above.cost.saturating_add(element.drop_cost()), ..above };
                diagonal = left;
                let kept = cheapest(swapped, added);
                ends_with_dropped = dropped.cost < kept.cost && !element.may;
                column[row + 1] = cheapest(kept, dropped);
            }
            column[0].cost = 0;
            let Cell { cost, first } = column[rows];
            let found = cost <= self.cost_max && first as usize <= index;
            if found
                && best.is_none_or(|(least, ..)| cost < least)
                && !(ends_with_dropped && is_negated(&tokens[index + 1..]))
            {
                best = Some((cost, first as usize, index + 1));
            }
        }
        let (cost, first, end) = best?;
        let hit = Hit { first, end, span: said.span(first, end), cost, needed: self.needed };
        (!self.has_essentials() || self.hears_essentials(said, hit)).then_some(hit)
    }

    fn has_essentials(&self) -> bool {
        self.elements.iter().any(|element| element.essential > 0)
    }

    /// Before any sound: all that went before is missing.
    fn start_column(&self, column: &mut [Cell], first: usize) {
        column[0] = Cell { cost: 0, first: first as u32 };
        for (row, element) in self.elements.iter().enumerate() {
            let cost = column[row].cost.saturating_add(element.drop_cost());
            column[row + 1] = Cell { cost, first: first as u32 };
        }
    }
}

impl Element {
    /// Any digit, which must be there.
    pub(super) const DIGIT: Self =
        Self { readings: Readings::NONE, character: '#', must: true, may: false, essential: 0, digit: true };

    pub(super) fn of(character: char) -> Option<Self> {
        let readings = Readings::of(character)?;
        Some(Self { readings, character, must: false, may: false, essential: 0, digit: false })
    }

    pub(super) const fn drop_cost(&self) -> u16 {
        match (self.must, self.may) {
            (_, true) => 0,
            (true, false) => NEVER,
            (false, false) => SLIP,
        }
    }

    pub(super) fn likeness(&self, token: &Token) -> Likeness {
        match (self.digit, token.digit) {
            (false, _) => self.readings.likeness(&token.readings),
            (true, true) => Likeness::Same,
            (true, false) => Likeness::Different,
        }
    }

    /// `wrong`: what another sound costs.
    pub(super) fn swap_cost(&self, token: &Token, wrong: u16) -> u16 {
        match self.likeness(token) {
            Likeness::Same => 0,
            Likeness::Near => NEAR,
            Likeness::Different if self.must || self.digit || token.negation => NEVER,
            Likeness::Different => wrong,
        }
    }
}

/// What it costs that `token` was said and is not in the phrase.
pub(super) const fn add_cost(token: &Token) -> u16 {
    match (token.filler, token.again, token.negation) {
        (true, ..) => 0,
        (_, true, _) => NEAR,
        (.., true) => NEVER,
        _ => SLIP,
    }
}

/// Whether the first word of `tokens` is a negation.
fn is_negated(tokens: &[Token]) -> bool {
    tokens.iter().find(|token| !token.filler).is_some_and(|token| token.negation)
}

fn cheapest(a: Cell, b: Cell) -> Cell {
    if b.cost < a.cost { b } else { a }
}
