//! Personal numbers: what is found in lines made from a seed and written by hand, and what masking leaves.

use std::collections::BTreeMap;

use callcue::privacy::{PersonalKind, masked, personal_numbers, personal_numbers_in_turn};
use proptest::prelude::*;

use crate::support::personal_numbers::{BY_HAND, BY_HAND_LATER, MarkedTurn, made, marked};

/// What was found, put together over utterances: kind and text.
fn found(turn: &MarkedTurn) -> Vec<(PersonalKind, String)> {
    let utterances: Vec<&str> = turn.utterances.iter().map(String::as_str).collect();
    let mut all: Vec<(PersonalKind, String)> = Vec::new();
    for (text, numbers) in utterances.iter().zip(personal_numbers_in_turn(&utterances)) {
        for number in numbers {
            let part = &text[number.span];
            match all.last_mut().filter(|_| !number.begins) {
                Some((_, whole)) => whole.push_str(part),
                None => all.push((number.kind, part.to_owned())),
            }
        }
    }
    all
}

/// Numbers found rightly, kind and both ends; found at all; to be found.
#[derive(Clone, Copy, Debug, Default)]
struct Score {
    right: usize,
    found: usize,
    wanted: usize,
}

impl Score {
    fn precision(self) -> f64 {
        self.right as f64 / self.found.max(1) as f64
    }

    fn recall(self) -> f64 {
        self.right as f64 / self.wanted.max(1) as f64
    }
}

fn score(name: &str, turns: &[MarkedTurn]) -> Score {
    let mut all = Score::default();
    let mut kinds = BTreeMap::<PersonalKind, Score>::new();
    for turn in turns {
        let found = found(turn);
        let mut open = turn.wanted.clone();
        for one in &found {
            let right =
                open.iter().position(|wanted| wanted == one).map(|place| open.remove(place)).is_some();
            for score in [&mut all, kinds.entry(one.0).or_default()] {
                score.found += 1;
                score.right += usize::from(right);
            }
        }
        for (kind, _) in &turn.wanted {
            all.wanted += 1;
            kinds.entry(*kind).or_default().wanted += 1;
        }
        if found != turn.wanted {
            println!("  {} wanted {:?} found {found:?}", turn.utterances.join("/"), turn.wanted);
        }
    }
    for (kind, score) in &kinds {
        let (precision, recall) = (score.precision(), score.recall());
        println!("{name} {}: precision {precision:.3} recall {recall:.3} {score:?}", kind.name());
    }
    println!(
        "{name}, {} lines: precision {:.4} recall {:.4} {all:?}",
        turns.len(),
        all.precision(),
        all.recall()
    );
    all
}

#[test]
fn precision_and_recall_on_made_lines() {
    for seed in [20_261_126, 7] {
        println!("seed {seed}");
        let score = score("made", &made(seed, 600));
        assert!(score.wanted >= 250 && score.precision() >= 0.98 && score.recall() >= 0.98, "{score:?}");
    }
}

#[test]
fn precision_and_recall_on_lines_by_hand() {
    for (name, lines) in [("by hand", BY_HAND), ("by hand, later", BY_HAND_LATER)] {
        let turns: Vec<MarkedTurn> = lines.lines().map(marked).collect();
        let score = score(name, &turns);
        assert!(score.precision() >= 0.98 && score.recall() >= 0.98, "{score:?}");
    }
}

#[test]
fn masked_text_keeps_its_length_and_says_the_kind() {
    for (text, wanted) in [
        ("我的手机是13800138000,谢谢", "我的手机是[手机号******],谢谢"),
        ("电话幺三八,零零幺三,八零零零", "电话[手机号********]"),
        ("车牌京A12345", "车牌[车牌号**]"),
        ("发到a@b.cn吧", "发到[邮箱**]吧"),
        ("工号1024号为您服务", "工号1024号为您服务"),
        ("", ""),
    ] {
        let mask = masked(text, &personal_numbers(text));
        assert_eq!(mask, wanted);
        assert_eq!(mask.chars().count(), text.chars().count());
    }
}

#[test]
fn a_number_over_several_utterances_is_masked_in_each() {
    for (turn, wanted) in [
        (&["我的电话是幺三八", "嗯零零幺三", "八零零零,对"][..], &["我的电话是***", "嗯****", "****,对"][..]),
        (&["幺三九", "呃", "零零二二", "对", "三三四四"], &["***", "呃", "****", "对", "****"]),
        (&["车牌京A", "一二三四五"], &["车牌**", "*****"]),
        (&["尾号五六七八", "一三八号"], &["尾号五六七八", "一三八号"]),
    ] {
        let numbers = personal_numbers_in_turn(turn);
        let masks: Vec<String> =
            turn.iter().zip(numbers).map(|(text, numbers)| masked(text, &numbers)).collect();
        assert_eq!(masks, wanted);
    }
}

proptest! {
    /// Whatever is said: nothing panics, spans are of the text, in order and apart, and masking keeps the length.
    #[test]
    fn any_text_is_masked_without_a_panic(parts in prop::collection::vec("[0-9零幺一二三四五六七八九十百千个X京A@.点号嗯,、 a-z电话单]{0,30}", 0..4)) {
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        for (text, numbers) in parts.iter().zip(personal_numbers_in_turn(&parts)) {
            let mut end = 0;
            for number in &numbers {
                prop_assert!(number.span.start >= end && number.span.start < number.span.end);
                prop_assert!(text.get(number.span.clone()).is_some());
                end = number.span.end;
            }
            let mask = masked(text, &numbers);
            prop_assert_eq!(mask.chars().count(), text.chars().count());
        }
    }
}
