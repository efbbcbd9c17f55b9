//! The score card: what findings propose, month by month.

use callcue::score::{Assessment, BUNDLED, BUNDLED_NAME, Finding, Found};
use callcue::script::{self, Script};
use jiff::civil::{Date, date};

fn standard() -> Assessment {
    Assessment::parse(BUNDLED_NAME, BUNDLED).unwrap()
}

fn breach(on: Date, item: &str, complaint: bool, sure: bool) -> Finding {
    Finding { on, item: item.into(), what: Found::Breach { rule: "2.1".into(), complaint, sure } }
}

fn service(on: Date) -> Finding {
    Finding { on, item: "A3".into(), what: Found::Service }
}

fn points(findings: &[Finding], employed_since: Date, month: Date) -> Vec<(String, i32)> {
    let proposals = standard().propose(findings, employed_since, month);
    assert!(proposals.iter().all(|one| !one.reason.is_empty()), "each has its reason");
    proposals.into_iter().map(|one| (one.item, one.points)).collect()
}

#[test]
fn the_standard_has_17_items_and_no_twelfth() {
    let standard = standard();
    let ids: Vec<&str> = standard.items.iter().map(|item| item.id.get_ref().as_str()).collect();
    let expected: Vec<String> = (1..=18).filter(|n| *n != 12).map(|n| format!("A{n}")).collect();
    assert_eq!(ids, expected);
    assert_eq!(standard.start, 100);
}

#[test]
fn every_rule_falls_under_an_item_that_calls_can_show() {
    let script = Script::parse(script::BUNDLED_NAME, script::BUNDLED).unwrap();
    let standard = standard();
    for rule in &script.rules {
        let item = standard.items.iter().find(|item| *item.id.get_ref() == rule.item);
        assert!(item.is_some_and(|item| item.from_calls), "rule {}: {}", rule.id.get_ref(), rule.item);
        let section = rule.id.get_ref().split('.').next().unwrap();
        let expected = match (section, rule.id.get_ref().as_str()) {
            ("4", _) => "A10",
            (_, "3.3" | "5.8" | "6.1") => "A7",
            _ => "A4",
        };
        assert_eq!(rule.item, expected, "rule {}", rule.id.get_ref());
    }
}

#[test]
fn a_complaint_makes_a_breach_dearer_where_the_standard_says_so() {
    let day = date(2026, 3, 4);
    let findings = [
        breach(day, "A4", false, true),
        breach(day, "A4", true, true),
        breach(day, "A10", true, true),
        breach(date(2026, 4, 1), "A4", false, true),
    ];
    let expected = [("A10", -5), ("A4", -2), ("A4", -5)].map(|(item, points)| (item.to_owned(), points));
    assert_eq!(points(&findings, date(2026, 1, 1), day), expected);
}

#[test]
fn what_was_not_heard_well_costs_nothing() {
    let day = date(2026, 3, 4);
    assert_eq!(points(&[breach(day, "A4", true, false)], day, day), [("A4".to_owned(), 0)]);
    assert_eq!(points(&[breach(day, "A12", false, true)], day, day), [], "the standard has no such item");
}

#[test]
fn half_a_year_without_a_special_service_costs_points_once() {
    let since = date(2026, 1, 1);
    let month = |month| date(2026, month, 10);
    let lost = [("A3".to_owned(), -5)];
    for (at, expected) in [(5, &[][..]), (6, &lost), (7, &[]), (11, &[]), (12, &lost)] {
        assert_eq!(points(&[], since, month(at)), expected, "month {at}");
    }
    let made = [service(date(2026, 4, 30))];
    assert_eq!(points(&made, since, month(4)), [("A3".to_owned(), 5)]);
    for (at, expected) in [(6, &[][..]), (9, &[]), (10, &lost), (11, &[])] {
        assert_eq!(points(&made, since, month(at)), expected, "month {at}, with one in April");
    }
    assert_eq!(points(&[], date(2026, 1, 2), month(6)), [], "the month of entry is not a whole one");
    assert_eq!(points(&[], date(2026, 1, 2), month(7)), lost);
}
