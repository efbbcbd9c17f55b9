use callcue::review::{Hits, JudgedFlag, Verdict, agreement, cohen_kappa, fleiss_kappa, wilson};
use proptest::prelude::*;

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() < 5e-4
}

#[test]
fn cohens_kappa_of_two_readers_of_fifty_proposals() {
    // Both yes 20, only the first 5, only the second 10, both no 15: observed 0.7, by chance 0.5.
    let cells = [(true, true, 20), (true, false, 5), (false, true, 10), (false, false, 15)];
    let pairs: Vec<(bool, bool)> =
        cells.into_iter().flat_map(|(one, other, count)| std::iter::repeat_n((one, other), count)).collect();
    assert!(close(cohen_kappa(&pairs).unwrap(), 0.4));
}

#[test]
fn fleiss_kappa_of_fourteen_raters() {
    // Ten things, five categories: observed 0.378, by chance 0.213.
    let counts = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ];
    assert!(close(fleiss_kappa(&counts).unwrap(), 0.2099));
}

#[test]
fn nothing_to_agree_on_has_no_kappa() {
    assert_eq!(cohen_kappa::<u8>(&[]), None);
    assert_eq!(cohen_kappa(&[(1, 1), (1, 1)]), None, "chance explains it all");
    assert_eq!(fleiss_kappa::<3>(&[]), None);
    assert_eq!(fleiss_kappa(&[[1, 0, 0]]), None, "one judge");
    assert_eq!(fleiss_kappa(&[[2, 0, 0], [3, 0, 0]]), None, "another number of judges");
    assert_eq!(fleiss_kappa(&[[2, 0, 0], [2, 0, 0]]), None, "chance explains it all");
}

#[test]
fn agreement_is_told_by_pair_and_by_rule() {
    use Verdict::{Confirmed as C, Dismissed as D, Unsure as U};
    let flag = |rule: &str, verdicts: &[Option<Verdict>]| JudgedFlag {
        rule: rule.into(),
        verdicts: verdicts.into(),
    };
    let flags = [
        flag("2.1", &[Some(C), Some(C), Some(C)]),
        flag("2.1", &[Some(D), Some(D), Some(C)]),
        flag("4.4", &[Some(U), Some(U), None]),
    ];
    let found = agreement(3, &flags);
    let pair = |one, other| found.pairs.iter().find(|pair| (pair.0, pair.1) == (one, other)).unwrap();
    assert_eq!((pair(0, 1).2, pair(0, 1).3), (3, Some(1.0)));
    assert_eq!((pair(0, 2).2, pair(0, 2).3), (2, Some(0.0)));
    let rules: Vec<_> =
        found.by_rule.iter().map(|rule| (rule.rule.as_str(), rule.flags, rule.agreed_share)).collect();
    assert_eq!(
        rules,
        [("", 2, 0.5), ("2.1", 2, 0.5), ("4.4", 0, 0.0)],
        "what one did not judge does not count"
    );
    assert_eq!(found.by_rule[2].kappa, None);
}

#[test]
fn wilsons_interval_as_in_newcombe_1998() {
    // Table I, score method without correction.
    for (hits, all, low, high) in
        [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
    {
        let (found_low, found_high) = wilson(hits, all).unwrap();
        assert!(
            (found_low - low).abs() < 6e-5 && (found_high - high).abs() < 6e-5,
            "{hits}/{all}: {found_low} {found_high}"
        );
    }
    assert_eq!(wilson(0, 0), None);
    assert_eq!(Hits::default().precision(), None);
    assert_eq!(Hits { confirmed: 3, dismissed: 1 }.precision().unwrap().0, 0.75);
}

proptest! {
    #[test]
    fn kappa_is_within_its_bounds_and_does_not_mind_order(mut pairs in prop::collection::vec((0..3u8, 0..3u8), 1..40)) {
        let kappa = cohen_kappa(&pairs);
        if let Some(kappa) = kappa {
            prop_assert!((-1.0 - 1e-9..=1.0 + 1e-9).contains(&kappa), "{}", kappa);
        }
        pairs.reverse();
        let turned: Vec<_> = pairs.iter().map(|(one, other)| (*other, *one)).collect();
        let again = cohen_kappa(&turned);
        prop_assert_eq!(kappa.is_some(), again.is_some());
        if let (Some(kappa), Some(again)) = (kappa, again) {
            prop_assert!((kappa - again).abs() < 1e-9);
        }
    }

    #[test]
    fn judges_who_agree_have_one(said in prop::collection::vec(0..3usize, 2..30), judges in 2..6u32) {
        let counts: Vec<[u32; 3]> = said.iter().map(|said| std::array::from_fn(|at| if at == *said { judges } else { 0 })).collect();
        if let Some(kappa) = fleiss_kappa(&counts) {
            prop_assert!((kappa - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn the_share_is_within_its_interval(all in 1..10_000u32, part in 0.0..=1.0f64) {
        let hits = (f64::from(all) * part) as u32;
        let share = f64::from(hits) / f64::from(all);
        let (low, high) = wilson(hits, all).unwrap();
        prop_assert!(0.0 <= low && low <= share + 1e-12 && share <= high + 1e-12 && high <= 1.0);
        let (again_low, again_high) = wilson(hits * 4, all * 4).unwrap();
        prop_assert!(again_high - again_low < high - low, "more hits tell more");
    }
}
