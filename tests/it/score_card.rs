//! Score cards as a function of decisions: what counts, what is shown, what a lead may enter.

use callcue::score::{
    Answer, Appeal, Assessment, BUNDLED, BUNDLED_NAME, CardFacts, Counted, Decider, Earned, Entry,
    EntryOrder, Mark, MarkSource, Member, MonthSum, Ruling, ScoreCard,
};
use jiff::civil::{Date, date};
use proptest::prelude::*;

pub(crate) fn standard() -> Assessment {
    Assessment::parse(BUNDLED_NAME, BUNDLED).unwrap()
}

fn appeal(answer: Answer, decision: Option<Ruling>) -> Appeal {
    Appeal {
        answer,
        reason: "没有说过".into(),
        answered_by: "1024".into(),
        answered_ms: 1,
        decision,
        decided_by: String::new(),
        decided_ms: None,
        decision_note: String::new(),
    }
}

fn flag(on: Date, flag: i64, rule: &str, item: &str, points: i32) -> Mark {
    Mark {
        on,
        item: item.into(),
        points,
        source: MarkSource::Flag {
            call: format!("{on}-a"),
            flag,
            rule: rule.into(),
            said: "喂,大点声".into(),
            complaint: false,
        },
        note: String::new(),
        who: "shen".into(),
        appeal: None,
        withdrawn: false,
    }
}

fn entered(on: Date, entry: i64, item: &str, points: i32) -> Mark {
    Mark {
        source: MarkSource::Entry { entry }, note: "钥匙没有登记".into(), ..flag(on, 0, "", item, points)
    }
}

pub(crate) fn facts(marks: Vec<Mark>) -> CardFacts {
    let counted = marks.iter().filter(|mark| mark.counts()).map(|mark| Counted {
        rule: match &mark.source {
            MarkSource::Flag { rule, .. } => rule.clone(),
            MarkSource::Entry { .. } => String::new(),
        },
        points: mark.points,
        count: 1,
    });
    let month = date(2026, 11, 1);
    let sum = MonthSum { calls: 40, counted: counted.collect() };
    CardFacts {
        agent: "1024".into(),
        agent_name: "王芳".into(),
        team: "一组".into(),
        month,
        today: date(2026, 11, 27),
        made_ms: 1_795_752_000_000,
        months: vec![(date(2026, 10, 1), MonthSum::default()), (month, sum.clone())],
        earned: Vec::new(),
        known_since: Some(date(2026, 1, 1)),
        team_sums: vec![sum, MonthSum::default(), MonthSum { calls: 3, counted: Vec::new() }],
        reviewed: 12,
        undecided: 3,
        marks,
    }
}

/// A card with a line of every sort.
pub(crate) fn rich_card() -> ScoreCard {
    let day = |day| date(2026, 11, day);
    let mut overturned = flag(day(3), 9, "2.1", "A4", -2);
    overturned.appeal = Some(appeal(Answer::Appealed, Some(Ruling::Overturned)));
    let mut upheld = flag(day(4), 4, "4.2", "A10", -5);
    upheld.appeal = Some(appeal(Answer::Appealed, Some(Ruling::Upheld)));
    let mut withdrawn = entered(day(5), 2, "A8", -2);
    withdrawn.withdrawn = true;
    let mut evil = entered(day(6), 3, "A14", -1);
    evil.note = "=HYPERLINK(\"http://evil\",\"看\"), \"引号\"".into();
    standard().card(facts(vec![
        flag(day(20), 7, "2.1", "A4", -2),
        flag(day(2), 3, "2.1", "A4", -2),
        overturned,
        upheld,
        withdrawn,
        evil,
        entered(day(9), 1, "A3", 5),
    ]))
}

#[test]
fn a_card_counts_what_was_decided_and_shows_the_rest() {
    let card = rich_card();
    assert_eq!((card.start, card.total), (100, 100 - 2 - 2 - 5 - 1 + 5));
    let lines: Vec<_> =
        card.lines.iter().map(|line| (&*line.date, &*line.item, line.points, line.void)).collect();
    let expected = [
        ("2026-11-02", "A4", -2, false),
        ("2026-11-03", "A4", -2, true),
        ("2026-11-04", "A10", -5, false),
        ("2026-11-05", "A8", -2, true),
        ("2026-11-06", "A14", -1, false),
        ("2026-11-09", "A3", 5, false),
        ("2026-11-20", "A4", -2, false),
    ];
    assert_eq!(lines, expected);
    assert_eq!(card.lines[0].reason, "违反规范 2.1「喂,大点声」");
    assert_eq!((card.lines[0].call.as_str(), card.lines[0].flag), ("2026-11-02-a", Some(3)));
    assert_eq!((card.lines[3].call.as_str(), card.lines[3].entry), ("", Some(2)));
    let items: Vec<_> = card.by_item.iter().map(|sum| (&*sum.item, sum.count, sum.points)).collect();
    assert_eq!(
        items,
        [("A3", 1, 5), ("A4", 2, -4), ("A10", 1, -5), ("A14", 1, -1)],
        "in the standard's order"
    );
    let faults: Vec<_> = card.faults.iter().map(|fault| (&*fault.rule, fault.count)).collect();
    assert_eq!(faults, [("2.1", 2), ("4.2", 1)]);
    let trend: Vec<_> = card.trend.iter().map(|month| (&*month.month, month.total)).collect();
    assert_eq!(trend, [("2026-10", None), ("2026-11", Some(95))]);
    assert_eq!(card.team_mean, Some(98.33));
}

#[test]
fn half_a_year_without_a_service_is_asked_for_and_does_not_count() {
    let in_june = |today: Date, marks: Vec<Mark>, earned: Vec<Earned>| {
        let facts = CardFacts { month: date(2026, 6, 1), today, earned, ..facts(marks) };
        let card = standard().card(facts);
        assert_eq!(
            card.total,
            100 + card.lines.iter().filter(|line| !line.proposed).map(|line| line.points).sum::<i32>()
        );
        card.lines.iter().filter(|line| line.proposed).map(|line| (line.item.clone(), line.points)).collect()
    };
    let asked = vec![("A3".to_owned(), -5)];
    let july = date(2026, 7, 1);
    for (what, today, marks, earned, expected) in [
        ("the month runs", date(2026, 6, 30), vec![], vec![], vec![]),
        ("it is over", july, vec![], vec![], asked.clone()),
        ("a lead has entered it", july, vec![entered(date(2026, 6, 30), 1, "A3", -5)], vec![], vec![]),
        ("something else was entered", july, vec![entered(date(2026, 6, 30), 1, "A8", -2)], vec![], asked),
        ("one was made", july, vec![], vec![Earned { on: date(2026, 4, 3), item: "A3".into() }], vec![]),
    ] {
        let proposed: Vec<(String, i32)> = in_june(today, marks, earned);
        assert_eq!(proposed, expected, "{what}");
    }
}

#[test]
fn a_team_says_of_everybody_what_the_own_card_says() {
    let facts =
        facts(vec![flag(date(2026, 11, 2), 3, "2.1", "A4", -2), entered(date(2026, 11, 3), 1, "A3", 5)]);
    let member = |agent: &str, months: Vec<(Date, MonthSum)>, open_appeals| Member {
        agent: agent.into(),
        agent_name: String::new(),
        months,
        open_appeals,
    };
    let quiet = facts.months.iter().map(|(month, _)| (*month, MonthSum::default())).collect();
    let members = [member("1024", facts.months.clone(), 1), member("1001", quiet, 0)];
    let team = standard().team("一组", facts.month, 7, &members);
    let card = standard().card(facts);
    let agents: Vec<_> = team
        .agents
        .iter()
        .map(|one| (&*one.agent, one.total, one.deductions, one.bonuses, one.open_appeals))
        .collect();
    assert_eq!(agents, [("1001", 100, 0, 0, 0), ("1024", card.total, -2, 5, 1)]);
    assert_eq!(team.mean, Some(101.5));
    let trend: Vec<_> = team.trend.iter().map(|one| (&*one.month, one.mean)).collect();
    assert_eq!(
        trend,
        [("2026-10", None), ("2026-11", Some(103.0))],
        "only of those of whom anything is known"
    );
    assert_eq!((team.faults.len(), team.faults[0].rule.as_str()), (1, "2.1"));
    let nobody = standard().team("二组", date(2026, 11, 1), 7, &[]);
    assert_eq!((nobody.mean, nobody.agents.len(), nobody.trend.len()), (None, 0, 0));
}

fn order(item: &str, points: i32, date: &str, note: &str) -> EntryOrder {
    EntryOrder {
        agent: "1024".into(),
        team: "一组".into(),
        date: date.into(),
        item: item.into(),
        points,
        note: note.into(),
    }
}

#[test]
fn what_a_lead_may_enter() {
    let today = date(2026, 11, 27);
    let long = "长".repeat(501);
    for (order, is_right) in [
        (order("A1", -2, "2026-11-27", "未按时"), true),
        (order("A3", 5, "2026-11-01", "特约服务一笔"), true),
        (order("A3", -5, "2026-06-30", "连续半年没有"), true),
        (order("A4", -5, "2026-11-01", "引起投诉"), true),
        (order("A4", -3, "2026-11-01", "标准没有三分"), false),
        (order("A1", 2, "2026-11-01", "标准没有加分"), false),
        (order("A1", 0, "2026-11-01", "零分"), false),
        (order("A12", -2, "2026-11-01", "没有这一条"), false),
        (order("A1", -2, "2026-11-28", "还没有到"), false),
        (order("A1", -2, "11-28", "日期"), false),
        (order("A1", -2, "2026-11-01", " "), false),
        (order("A1", -2, "2026-11-01", &long), false),
    ] {
        let checked = standard().check_entry(&order, today);
        assert_eq!(checked.is_ok(), is_right, "{order:?}: {checked:?}");
    }
}

#[test]
fn what_may_become_of_an_entry() {
    let fresh = Entry {
        entry: 1,
        order: order("A1", -2, "2026-11-02", "未按时"),
        entered_by: "chen".into(),
        entered_ms: 1_000,
        withdrawn_by: String::new(),
        withdrawn_ms: None,
        appeal: None,
    };
    let answered = |answer, decision| Entry { appeal: Some(appeal(answer, decision)), ..fresh.clone() };
    let withdrawn = Entry { withdrawn_ms: Some(5), withdrawn_by: "chen".into(), ..fresh.clone() };
    let appealed = answered(Answer::Appealed, None);
    let upheld = answered(Answer::Appealed, Some(Ruling::Upheld));
    let accepted = answered(Answer::Accepted, None);
    for (what, entry, may_answer, may_decide, may_withdraw) in [
        ("fresh", &fresh, true, false, true),
        ("accepted", &accepted, false, false, true),
        ("appealed", &appealed, false, true, true),
        ("upheld", &upheld, false, false, true),
        ("withdrawn", &withdrawn, false, false, false),
    ] {
        let answer = entry.check_answer(Answer::Appealed, "不是我", 2_000, 10_000);
        let decide = entry.check_decision(Decider { name: "shen", agent: None }, "");
        let found = (answer.is_ok(), decide.is_ok(), entry.check_withdrawal().is_ok());
        assert_eq!(found, (may_answer, may_decide, may_withdraw), "{what}");
    }
    assert!(fresh.check_answer(Answer::Appealed, " ", 2_000, 10_000).is_err(), "without a reason");
    assert!(fresh.check_answer(Answer::Accepted, "", 2_000, 10_000).is_ok());
    assert!(fresh.check_answer(Answer::Accepted, "", 11_001, 10_000).is_err(), "too late");
    for (who, agent) in [("chen", None), ("1024", None), ("x", Some("1024"))] {
        assert!(
            appealed.check_decision(Decider { name: who, agent }, "").is_err(),
            "{who} in the own matter"
        );
    }
}

fn marks() -> impl Strategy<Value = Vec<Mark>> {
    let mark = (1..=30i8, 0..3usize, 0..4u8, any::<bool>()).prop_map(|(day, sort, answer, withdrawn)| {
        let on = date(2026, 11, day);
        let mut mark = match sort {
            0 => flag(on, 3, "2.1", "A4", -2),
            1 => entered(on, 1, "A8", -2),
            _ => entered(on, 2, "A3", 5),
        };
        mark.appeal = match answer {
            0 => None,
            1 => Some(appeal(Answer::Accepted, None)),
            2 => Some(appeal(Answer::Appealed, Some(Ruling::Upheld))),
            _ => Some(appeal(Answer::Appealed, Some(Ruling::Overturned))),
        };
        mark.withdrawn = withdrawn && sort != 0;
        mark
    });
    prop::collection::vec(mark, 0..20)
}

proptest! {
    #[test]
    fn a_total_is_the_start_and_the_lines_that_count(marks in marks()) {
        let card = standard().card(facts(marks.clone()));
        let counting = card.lines.iter().filter(|line| !line.void && !line.proposed);
        prop_assert_eq!(card.total, card.start + counting.map(|line| line.points).sum::<i32>());
        prop_assert_eq!(card.total, card.start + card.by_item.iter().map(|sum| sum.points).sum::<i32>());
        prop_assert_eq!(card.trend[1].total, Some(card.total));
        prop_assert_eq!(card.lines.len(), marks.len(), "every decision is shown");
    }

    #[test]
    fn overturning_a_deduction_never_lowers_a_total(marks in marks(), which in any::<prop::sample::Index>()) {
        prop_assume!(!marks.is_empty());
        let before = standard().card(facts(marks.clone())).total;
        let mut changed = marks.clone();
        let place = which.index(marks.len());
        changed[place].appeal = Some(appeal(Answer::Appealed, Some(Ruling::Overturned)));
        let after = standard().card(facts(changed)).total;
        let lost = if marks[place].counts() { marks[place].points } else { 0 };
        prop_assert_eq!(after, before - lost);
    }

    #[test]
    fn the_order_of_decisions_does_not_matter(marks in marks()) {
        let mut turned = marks.clone();
        turned.reverse();
        let (one, other) = (standard().card(facts(marks)), standard().card(facts(turned)));
        prop_assert_eq!((one.total, one.by_item, one.faults), (other.total, other.by_item, other.faults));
    }
}
