use std::fmt;

use super::align::{Element, Part, add_cost};
use super::said::{Hit, Said};
use super::syllable::Likeness;
use crate::call::{Agreement, AlignedWord};

/// How a phrase was heard, syllable by syllable: the reason that a person can check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alignment {
    /// In the order of what was said; a part of a phrase that was said later comes later.
    pub words: Vec<AlignedWord>,
}

impl Part {
    /// The words of the alignment that [`Part::align`] found as `hit`.
    pub(super) fn explain(&self, said: &Said, hit: Hit) -> Vec<AlignedWord> {
        self.way(said, hit).into_iter().map(|way| way.word).collect()
    }

    /// Whether of each essential stretch no more than a third is wrong or missing; of a short one, a syllable.
    pub(super) fn hears_essentials(&self, said: &Said, hit: Hit) -> bool {
        let way = self.way(said, hit);
        let lost = |way: &&Way| matches!(way.word.how, Agreement::Wrong | Agreement::Missing);
        let last = self.elements.iter().map(|element| element.essential).max().unwrap_or(0);
        (1..=last).all(|stretch| {
            let length = self.elements.iter().filter(|element| element.essential == stretch).count();
            let lost =
                way.iter().filter(lost).filter(|way| self.elements[way.row].essential == stretch).count();
            lost <= (length / 3).max(1)
        })
    }

    fn way(&self, said: &Said, hit: Hit) -> Vec<Way> {
        let tokens = &said.tokens[hit.first..hit.end];
        let (rows, columns) = (self.elements.len(), tokens.len());
        let mut cost = vec![vec![u16::MAX; columns + 1]; rows + 1];
        for row in 0..=rows {
            for column in 0..=columns {
                cost[row][column] = self
                    .ways(said, hit, row, column)
                    .into_iter()
                    .flatten()
                    .map(|way| cost[way.row][way.column].saturating_add(way.cost))
                    .min()
                    .unwrap_or(0);
            }
        }
        let mut steps = Vec::new();
        let (mut row, mut column) = (rows, columns);
        while let Some(way) = self
            .ways(said, hit, row, column)
            .into_iter()
            .flatten()
            .min_by_key(|way| cost[way.row][way.column].saturating_add(way.cost))
        {
            (row, column) = (way.row, way.column);
            steps.push(way);
        }
        steps.reverse();
        steps
    }

    /// The last step to `row` elements beside `column` tokens: swapped, dropped, added.
    fn ways(&self, said: &Said, hit: Hit, row: usize, column: usize) -> [Option<Way>; 3] {
        let element = row.checked_sub(1).map(|row| self.elements[row]);
        let at = column.checked_sub(1).map(|column| hit.first + column);
        let heard = at.and_then(|at| said.character(at));
        [
            element.zip(at).map(|(element, at)| {
                let token = &said.tokens[at];
                let how = match element.likeness(token) {
                    Likeness::Same => Agreement::Same,
                    Likeness::Near => Agreement::Near,
                    Likeness::Different => Agreement::Wrong,
                };
                let word = AlignedWord { phrase: Some(element.character), said: heard, how };
                Way { row: row - 1, column: column - 1, cost: element.swap_cost(token, self.wrong), word }
            }),
            element.map(|element: Element| {
                let how = if element.may { Agreement::LeftOut } else { Agreement::Missing };
                let word = AlignedWord { phrase: Some(element.character), said: None, how };
                Way { row: row - 1, column, cost: element.drop_cost(), word }
            }),
            at.map(|at| {
                let token = &said.tokens[at];
                let how = match (token.filler, token.again) {
                    (true, _) => Agreement::Filler,
                    (_, true) => Agreement::Again,
                    _ => Agreement::Added,
                };
                let word = AlignedWord { phrase: None, said: heard, how };
                Way { row, column: column - 1, cost: add_cost(token), word }
            }),
        ]
    }
}

/// A step of an alignment, backwards.
struct Way {
    row: usize,
    column: usize,
    cost: u16,
    word: AlignedWord,
}

/// For people: what was said, and in brackets what the phrase has instead: `请问有神(≈什)么可以帮[住]您`.
impl fmt::Display for Alignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for AlignedWord { phrase, said, how } in &self.words {
            let (phrase, said) = (phrase.unwrap_or_default(), said.unwrap_or_default());
            match how {
                Agreement::Same => write!(f, "{said}")?,
                Agreement::Near => write!(f, "{said}(近{phrase})")?,
                Agreement::Wrong => write!(f, "{said}(应{phrase})")?,
                Agreement::Missing => write!(f, "(缺{phrase})")?,
                Agreement::Added => write!(f, "{said}(多)")?,
                Agreement::Again => write!(f, "{said}(重)")?,
                Agreement::LeftOut | Agreement::Filler => {}
            }
        }
        Ok(())
    }
}
