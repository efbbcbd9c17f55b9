//! The review room's tables: the queue in every order, decisions in one piece, what `verify` finds.

use callcue::call::{Channel, EventKind, FlagKind};
use callcue::review::{Answer, Lock, Refusal, ReviewState, Ruling, Sampled, Verdict};
use callcue::score::{Assessment, BUNDLED, BUNDLED_NAME};
use callcue::store::review::{
    AddedFlag, CalibrationDraft, Decided, QueueQuery, QueueView, Said, SavedFilter, Who,
};
use callcue::store::sqlite::SqliteStore;
use callcue::store::{
    AppealStore, CalibrationStore, CallStore, PeopleStore, QualityStore, QueueStore, ReviewStore, Role,
    Store, StoreError, StoreFault, UserRow,
};
use proptest::prelude::*;
use rusqlite::Connection;

use super::{HOUR_MS, NINE_MS, Place, arrival, flag, said, stamped, summary, whole_call};

const NOW: i64 = NINE_MS + HOUR_MS;
const LI: Who<'_> = Who { who: "li", now_ms: NOW };
const SHEN: Who<'_> = Who { who: "shen", now_ms: NOW };
const CONFIRM: Said<'_> = Said { verdict: Verdict::Confirmed, complaint: false, note: "" };
const DISMISS: Said<'_> = Said { verdict: Verdict::Dismissed, complaint: false, note: "听错了" };

fn standard() -> Assessment {
    Assessment::parse(BUNDLED_NAME, BUNDLED).unwrap()
}

fn query(view: QueueView) -> QueueQuery {
    QueueQuery { view, who: "li".to_owned(), limit: 50, now_ms: NOW, ..QueueQuery::default() }
}

fn calls(store: &SqliteStore, query: &QueueQuery) -> Vec<String> {
    store.queue(query).unwrap().rows.into_iter().map(|row| row.call).collect()
}

fn refusal<T: std::fmt::Debug>(done: Result<T, StoreError>) -> Refusal {
    match done.unwrap_err().fault {
        StoreFault::Refused(refusal) => refusal,
        other => panic!("{other}"),
    }
}

/// Decides on every flag of a call, and gives it to the agent.
fn review(store: &SqliteStore, call: &str, by: Who<'_>, said: Said<'_>) {
    store.lock(call, by).unwrap();
    for flag in store.review(call, by.now_ms).unwrap().flags {
        store.decide(call, flag.flag, by, said, &standard()).unwrap();
    }
    store.finish(call, by, by.now_ms + 7 * 24 * HOUR_MS).unwrap();
}

/// Call `c1` from its flags to its agent: one confirmed with a complaint, one dismissed, one added. Gives the verdict on the first.
fn flagged_and_finished(store: &SqliteStore) -> Decided {
    store.append(&[arrival(1, &whole_call("c1", 0, 10), None)]).unwrap();
    let page = store.queue(&query(QueueView::Open)).unwrap();
    assert_eq!((page.count, page.next.as_deref(), page.rows.len()), (1, None, 1));
    let row = &page.rows[0];
    assert_eq!((row.flags, row.open_flags, row.worst_points, row.least_sure), (2, 2, -2, 100));
    assert_eq!((&row.rules[..], row.state), (&["4.4".to_owned(), "2.1".to_owned()][..], ReviewState::Unseen));

    assert_eq!(refusal(store.decide("c1", 4, LI, CONFIRM, &standard())), Refusal::NotLocked);
    let lock = store.lock("c1", LI).unwrap();
    assert_eq!((lock.locked_by.as_str(), lock.locked_until_ms), ("li", NOW + Lock::MS));
    assert_eq!(refusal(store.lock("c1", SHEN)), Refusal::Locked("li".into()));
    assert_eq!(refusal(store.decide("c1", 4, SHEN, CONFIRM, &standard())), Refusal::Locked("li".into()));
    let decided = store.decide("c1", 4, LI, Said { complaint: true, ..CONFIRM }, &standard()).unwrap();
    let verdict = decided.verdict.unwrap();
    assert_eq!((verdict.points, verdict.complaint, verdict.item.as_str()), (-5, true, "A4"));
    assert_eq!(refusal(store.finish("c1", LI, NOW)), Refusal::Undecided(1));
    assert!(matches!(
        store.decide("c1", 5, LI, CONFIRM, &standard()).unwrap_err().fault,
        StoreFault::Missing(_)
    ));
    store.decide("c1", 8, LI, CONFIRM, &standard()).unwrap();
    store.decide("c1", 8, LI, DISMISS, &standard()).unwrap();
    let missed = AddedFlag {
        rule: "3.1".into(),
        kind: FlagKind::Missing,
        channel: Channel::Agent,
        from_ms: 1_200,
        to_ms: 1_900,
        item: "A4".into(),
        note: "没有问候".into(),
    };
    let added = store.add_flag("c1", LI, &missed, &standard()).unwrap();
    assert_eq!(
        (added.flag, added.added_by.as_str(), added.text.as_str()),
        (-1, "li", "您好,请问有什么可以帮您")
    );
    store.comment("c1", LI, 1_500, "语气可以").unwrap();
    store.assign("c1", LI, "shen").unwrap();
    assert_eq!(store.verify().unwrap(), [""; 0]);
    let done = store.finish("c1", LI, NOW + 1_000).unwrap();
    assert_eq!(
        (done.state, done.locked_by.as_str(), done.appeal_until_ms),
        (ReviewState::Finished, "", Some(NOW + 1_000))
    );
    assert_eq!(calls(store, &query(QueueView::Open)), [""; 0]);
    assert_eq!(calls(store, &query(QueueView::Finished)), ["c1"]);
    assert_eq!(calls(store, &QueueQuery { rule: Some("3.1".into()), ..query(QueueView::Finished) }), ["c1"]);
    verdict
}

#[test]
fn a_flagged_call_goes_through_the_room() {
    let place = Place::new();
    let store = place.open();
    let verdict = flagged_and_finished(&store);
    let own = store.own_calls("1001", 0, i64::MAX, NOW).unwrap();
    assert_eq!((own[0].confirmed, own[0].points, own[0].unanswered), (2, -7, 2));
    assert_eq!(store.own_calls("1001", 0, i64::MAX, NOW + 1_000).unwrap()[0].unanswered, 0, "too late");
    let agent = Who { who: "1001", now_ms: NOW };
    assert_eq!(refusal(store.answer("c1", 8, agent, "1001", Answer::Accepted, "")), Refusal::NothingToAnswer);
    assert_eq!(refusal(store.answer("c1", 4, agent, "1002", Answer::Accepted, "")), Refusal::NotOwn);
    store.answer("c1", 4, agent, "1001", Answer::Appealed, "我说了").unwrap();
    store.answer("c1", -1, agent, "1001", Answer::Accepted, "").unwrap();
    assert_eq!(refusal(store.answer("c1", 4, agent, "1001", Answer::Accepted, "")), Refusal::Answered);
    assert_eq!(refusal(store.reopen("c1", LI)), Refusal::Answered);
    assert_eq!(store.queue(&query(QueueView::Appeals)).unwrap().rows[0].open_appeals, 1);
    assert_eq!(refusal(store.settle("c1", 4, LI, Ruling::Overturned, "")), Refusal::SameReviewer);
    assert_eq!(refusal(store.settle("c1", -1, SHEN, Ruling::Overturned, "")), Refusal::NoAppeal);
    let settled = store.settle("c1", 4, SHEN, Ruling::Overturned, "确实说了").unwrap();
    assert_eq!((settled.decision, settled.decided_by.as_str()), (Some(Ruling::Overturned), "shen"));
    assert_eq!(refusal(store.settle("c1", 4, SHEN, Ruling::Upheld, "")), Refusal::Settled);
    assert_eq!(calls(&store, &query(QueueView::Appeals)), [""; 0]);
    let flags = store.review("c1", NOW).unwrap().flags;
    let appealed = flags.iter().find(|flag| flag.flag == 4).unwrap();
    assert_eq!(appealed.first_verdict.as_ref(), Some(&verdict), "the first verdict stays visible");
    assert_eq!(appealed.verdict.as_ref().map(|now| (now.verdict, now.points)), Some((Verdict::Dismissed, 0)));
    let acts: Vec<_> = store.history("c1").unwrap().into_iter().map(|line| line.act).collect();
    assert_eq!(
        acts,
        [
            "verdict",
            "verdict",
            "verdict",
            "flag_added",
            "comment",
            "assigned",
            "finished",
            "appealed",
            "accepted",
            "overturned"
        ]
    );
    assert_eq!(store.verify().unwrap(), [""; 0]);
}

#[test]
fn a_finished_call_can_be_taken_back_while_nobody_has_answered() {
    let place = Place::new();
    let store = place.open();
    store
        .append(&[
            arrival(1, &whole_call("c1", 0, 10), None),
            arrival(1, &whole_call("c2", 0, 10)[..8], None),
        ])
        .unwrap();
    review(&store, "c1", LI, CONFIRM);
    assert_eq!(refusal(store.decide("c1", 4, LI, DISMISS, &standard())), Refusal::NotLocked);
    store.lock("c1", SHEN).unwrap();
    assert_eq!(refusal(store.decide("c1", 4, SHEN, DISMISS, &standard())), Refusal::Finished);
    assert_eq!(store.reopen("c1", SHEN).unwrap().finished_ms, None);
    store.decide("c1", 4, SHEN, DISMISS, &standard()).unwrap();
    // A call that runs may be judged, and not finished: more flags may come.
    store.lock("c2", LI).unwrap();
    for flag in [4, 8] {
        store.decide("c2", flag, LI, CONFIRM, &standard()).unwrap();
    }
    assert_eq!(refusal(store.finish("c2", LI, NOW)), Refusal::Running);
    assert!(matches!(store.lock("c3", LI).unwrap_err().fault, StoreFault::Missing(_)));
    assert_eq!(store.verify().unwrap(), [""; 0]);
}

#[test]
fn locks_end_by_themselves_or_are_given_back() {
    let place = Place::new();
    let store = place.open();
    store.append(&[arrival(1, &whole_call("c1", 0, 10), None)]).unwrap();
    store.lock("c1", LI).unwrap();
    store.unlock("c1", SHEN).unwrap();
    assert_eq!(store.review("c1", NOW).unwrap().locked_by, "li", "nobody gives back another's lock");
    let later = Who { now_ms: NOW + Lock::MS, ..SHEN };
    assert_eq!(store.review("c1", later.now_ms).unwrap().locked_by, "");
    assert_eq!(
        store.queue(&QueueQuery { now_ms: later.now_ms, ..query(QueueView::Open) }).unwrap().rows[0]
            .locked_by,
        ""
    );
    store.lock("c1", later).unwrap();
    store.unlock("c1", later).unwrap();
    store.lock("c1", Who { now_ms: later.now_ms, ..LI }).unwrap();
    assert_eq!(store.verify().unwrap(), [""; 0]);
}

/// A call with one flag of that rule, so sure, that costs so many points.
fn one_flag(
    call: &str,
    station: u32,
    minute: i64,
    rule: &str,
    points: i32,
    sure: f32,
) -> callcue::store::Arrival {
    let mut flagged = flag(rule, 2_000, points);
    if let EventKind::Flag { heard, .. } = &mut flagged {
        heard.sure = Some(sure);
    }
    let started = minute * 60_000;
    let started_event = EventKind::CallStarted { agent: "1024".to_owned(), ring_ms: None, customer: None };
    let events = [
        stamped(call, 1, started, 0, started_event),
        stamped(call, 2, started, 1_000, said(Channel::Agent, 1_000, "您好")),
        stamped(call, 3, started, 2_000, flagged),
        stamped(call, 4, started, 3_000, summary(1, 1, 1, points)),
    ];
    arrival(station, &events, None)
}

#[test]
fn the_queue_is_narrowed_by_everything_it_is_asked_for() {
    let place = Place::new();
    let store = place.open();
    let batch = [
        one_flag("a", 1, 1, "2.1", -2, 1.0),
        one_flag("b", 2, 2, "2.1", -5, 0.6),
        one_flag("c", 1, 3, "4.4", 0, 0.87),
        one_flag("d", 3, 4, "4.4", -5, 0.88),
    ];
    store.append(&batch).unwrap();
    store.lock("c", LI).unwrap();
    store.assign("b", LI, "li").unwrap();
    let open = query(QueueView::Open);
    assert_eq!(calls(&store, &open), ["d", "b", "a", "c"], "unseen first, newest first");
    for (asked, found) in [
        (QueueQuery { rule: Some("2.1".into()), ..open.clone() }, vec!["b", "a"]),
        (QueueQuery { points_min: Some(5), ..open.clone() }, vec!["d", "b"]),
        (QueueQuery { points_min: Some(5), rule: Some("4.4".into()), ..open.clone() }, vec!["d"]),
        (QueueQuery { is_sure: Some(true), ..open.clone() }, vec!["d", "a"]),
        (QueueQuery { is_sure: Some(false), ..open.clone() }, vec!["b", "c"]),
        (QueueQuery { is_sampled: Some(true), ..open.clone() }, vec![]),
        (QueueQuery { agent: Some("1001".into()), ..open.clone() }, vec!["a", "c"]),
        (QueueQuery { teams: Some(vec!["一组".into()]), ..open.clone() }, vec!["d", "a", "c"]),
        (
            QueueQuery { teams: Some(vec!["一组".into(), "二组".into()]), ..open.clone() },
            vec!["d", "b", "a", "c"],
        ),
        (QueueQuery { teams: Some(vec![]), ..open.clone() }, vec![]),
        (QueueQuery { teams: Some(vec!["二组".into()]), rule: Some("4.4".into()), ..open.clone() }, vec![]),
        (
            QueueQuery { from_ms: Some(NINE_MS + 120_000), to_ms: Some(NINE_MS + 240_000), ..open.clone() },
            vec!["b", "c"],
        ),
        (query(QueueView::Mine), vec!["b"]),
        (query(QueueView::Finished), vec![]),
        (QueueQuery { rule: Some("2.1".into()), ..query(QueueView::Mine) }, vec!["b"]),
    ] {
        let page = store.queue(&asked).unwrap();
        assert_eq!(page.rows.iter().map(|row| row.call.as_str()).collect::<Vec<_>>(), found, "{asked:?}");
        assert_eq!(page.count as usize, found.len(), "{asked:?}");
    }
}

#[test]
fn pages_of_the_queue_have_each_call_once() {
    let place = Place::new();
    let store = place.open();
    // Calls of the same moment are told apart by their place in the store.
    let batch: Vec<_> =
        (0..23).map(|n| one_flag(&format!("c{n}"), 1 + n % 4, i64::from(n / 3), "2.1", -2, 1.0)).collect();
    store.append(&batch).unwrap();
    for n in [3, 7, 20] {
        store.lock(&format!("c{n}"), LI).unwrap();
    }
    for teams in [None, Some(vec!["一组".to_owned(), "二组".to_owned()])] {
        for rule in [None, Some("2.1".to_owned())] {
            let whole = calls(
                &store,
                &QueueQuery { teams: teams.clone(), rule: rule.clone(), ..query(QueueView::Open) },
            );
            assert_eq!(whole.len(), 23);
            for limit in [1, 5, 22, 23] {
                let mut found = Vec::new();
                let mut after = None;
                loop {
                    let asked = QueueQuery {
                        teams: teams.clone(),
                        rule: rule.clone(),
                        limit,
                        after,
                        ..query(QueueView::Open)
                    };
                    let page = store.queue(&asked).unwrap();
                    assert!(page.rows.len() <= limit as usize && page.count == 23);
                    found.extend(page.rows.into_iter().map(|row| row.call));
                    let Some(next) = page.next else { break };
                    after = Some(next.parse().unwrap());
                }
                assert_eq!(found, whole, "pages of {limit}");
            }
        }
    }
    for bad in ["", "1", "3.5.5", "a.b.c", "0.1", "0.1.2.3"] {
        assert!(bad.parse::<callcue::store::review::QueuePlace>().is_err(), "{bad}");
    }
}

#[test]
fn drawn_calls_come_into_the_queue_once() {
    let place = Place::new();
    let store = place.open();
    let quiet = |call: &str, minute: i64| {
        let mut events = whole_call(call, minute * 60_000, 3);
        events.truncate(2);
        events[1] = stamped(call, 2, minute * 60_000, 1_000, summary(1, 1, 0, 0));
        arrival(1, &events, None)
    };
    store
        .append(&[
            quiet("q1", 1),
            quiet("q2", 2),
            arrival(1, &whole_call("f", 0, 10), None),
            arrival(1, &whole_call("r", 0, 10)[..3], None),
        ])
        .unwrap();
    let candidates = store.candidates("一组", NINE_MS, NINE_MS + HOUR_MS).unwrap();
    assert_eq!(
        candidates.iter().map(|one| one.call.as_str()).collect::<Vec<_>>(),
        ["q1", "q2"],
        "over, without flags"
    );
    assert_eq!(store.candidates("二组", 0, i64::MAX).unwrap(), []);
    assert_eq!(store.agents_of("一组", NINE_MS, NINE_MS + HOUR_MS).unwrap(), ["1001"]);
    assert_eq!(store.agents_of("一组", 0, NINE_MS).unwrap(), [""; 0]);
    let drawn = ["q1".to_owned(), "q2".to_owned()];
    assert_eq!(store.put_drawn(&drawn, Sampled::Risk).unwrap(), 2);
    assert_eq!(store.put_drawn(&drawn, Sampled::Random).unwrap(), 0);
    assert!(store.candidates("一组", 0, i64::MAX).unwrap().iter().all(|one| one.is_drawn));
    let sampled = QueueQuery { is_sampled: Some(true), ..query(QueueView::Open) };
    let rows = store.queue(&sampled).unwrap().rows;
    assert_eq!(
        rows.iter().map(|row| (row.call.as_str(), row.sampled)).collect::<Vec<_>>(),
        [("q2", Sampled::Risk), ("q1", Sampled::Risk)]
    );
    review(&store, "q1", LI, CONFIRM);
    assert_eq!(store.verify().unwrap(), [""; 0]);
}

#[test]
fn judges_of_a_calibration_see_only_their_own_words() {
    let place = Place::new();
    let store = place.open();
    store.append(&[arrival(1, &whole_call("c1", 0, 10), None)]).unwrap();
    let judges = vec!["li".to_owned(), "shen".to_owned()];
    let draft = CalibrationDraft { name: "十一月".into(), call: "c1".into(), judges };
    let number = store.make_calibration(&draft, LI).unwrap();
    assert!(store.judges_blind("c1", "li").unwrap() && !store.judges_blind("c1", "wu").unwrap());
    assert_eq!(
        refusal(store.judge(number, Who { who: "wu", ..LI }, 4, Verdict::Confirmed)),
        Refusal::NoJudge
    );
    store.judge(number, LI, 4, Verdict::Confirmed).unwrap();
    assert!(matches!(
        store.judge(number, LI, 5, Verdict::Confirmed).unwrap_err().fault,
        StoreFault::Missing(_)
    ));
    assert_eq!(refusal(store.done_judging(number, LI)), Refusal::Unjudged(1));
    store.judge(number, LI, 8, Verdict::Unsure).unwrap();
    store.judge(number, LI, 8, Verdict::Dismissed).unwrap();
    store.done_judging(number, LI).unwrap();
    assert_eq!(refusal(store.judge(number, LI, 8, Verdict::Unsure)), Refusal::JudgingOver);
    assert!(!store.judges_blind("c1", "li").unwrap());
    let row = store.calibration(number).unwrap();
    assert_eq!((row.closed_ms, row.flags[1].verdicts.clone()), (None, vec![Some(Verdict::Dismissed), None]));
    for flag in [4, 8] {
        store.judge(number, SHEN, flag, Verdict::Confirmed).unwrap();
    }
    store.done_judging(number, SHEN).unwrap();
    assert_eq!(store.calibration(number).unwrap().closed_ms, Some(NOW), "the last judge closes it");
    let other = store.make_calibration(&draft, SHEN).unwrap();
    store.close_calibration(other, SHEN).unwrap();
    assert_eq!(refusal(store.judge(other, LI, 4, Verdict::Confirmed)), Refusal::JudgingOver);
    assert_eq!(
        store.calibrations("li").unwrap().iter().map(|row| row.calibration).collect::<Vec<_>>(),
        [other, number]
    );
    assert_eq!(store.calibrations("wu").unwrap(), []);
    assert!(matches!(store.calibration(99).unwrap_err().fault, StoreFault::Missing(_)));
}

#[test]
fn rules_learn_from_verdicts() {
    let place = Place::new();
    let store = place.open();
    store
        .append(&[arrival(1, &whole_call("c1", 0, 14), None), one_flag("c2", 1, 9, "2.1", -2, 1.0)])
        .unwrap();
    let wrong = EventKind::CueFeedback { id: "2.1#3".to_owned(), wrong: true };
    let started = EventKind::CallStarted { agent: "1024".to_owned(), ring_ms: None, customer: None };
    let told = [stamped("c3", 1, 0, 0, started), stamped("c3", 2, 0, 900, wrong)];
    store.append(&[arrival(1, &told, None)]).unwrap();
    store.lock("c1", LI).unwrap();
    store.decide("c1", 4, LI, CONFIRM, &standard()).unwrap();
    store.decide("c1", 8, LI, DISMISS, &standard()).unwrap();
    review(&store, "c2", LI, CONFIRM);
    let missed = AddedFlag {
        rule: "2.1".into(),
        kind: FlagKind::Forbidden,
        channel: Channel::Agent,
        from_ms: 0,
        to_ms: 100,
        item: "A4".into(),
        note: "x".into(),
    };
    store.add_flag("c1", LI, &missed, &standard()).unwrap();
    let (rules, phrases) = store.precision(i64::MIN, i64::MAX).unwrap();
    let figures: Vec<_> = rules
        .iter()
        .map(|of| {
            (of.rule.as_str(), of.flags, of.confirmed, of.dismissed, of.added, of.marked_wrong, of.precision)
        })
        .collect();
    assert_eq!(figures, [("2.1", 2, 1, 1, 1, 1, Some(0.5)), ("4.4", 2, 1, 0, 0, 0, Some(1.0))], "{rules:?}");
    assert!(rules[0].low.unwrap() < 0.5 && rules[0].high.unwrap() > 0.5);
    assert_eq!(
        phrases.iter().map(|of| (of.of.rule.as_str(), of.phrase.as_str(), of.of.flags)).collect::<Vec<_>>(),
        [("2.1", "喂,大点声", 2), ("4.4", "喂,大点声", 2)]
    );
    assert_eq!(store.precision(0, 1).unwrap(), (vec![], vec![]));
    let examples = store.examples("2.1", Verdict::Dismissed, 9).unwrap();
    assert_eq!(examples.iter().map(|one| (one.call.as_str(), one.flag)).collect::<Vec<_>>(), [("c1", 8)]);
    assert_eq!(store.verify().unwrap(), [""; 0]);
}

#[test]
fn filters_are_kept_by_name() {
    let place = Place::new();
    let store = place.open();
    let user = UserRow {
        name: "li".into(),
        full_name: "李".into(),
        role: Role::Reviewer,
        teams: vec![],
        agent: None,
        password_hash: String::new(),
        must_change: false,
        oidc_subject: String::new(),
        disabled: false,
    };
    store.put_user(&user).unwrap();
    let filter =
        |view: &str| SavedFilter { name: "我的".into(), filter: serde_json::json!({"view": view}) };
    store.put_filter("li", &filter("open")).unwrap();
    store.put_filter("li", &filter("mine")).unwrap();
    assert_eq!(store.filters("li").unwrap(), [filter("mine")]);
    assert_eq!(store.filters("shen").unwrap(), []);
    store.remove_filter("li", "我的").unwrap();
    assert!(matches!(store.remove_filter("li", "我的").unwrap_err().fault, StoreFault::Missing(_)));
}

#[test]
fn each_damage_of_the_room_is_found() {
    for (sql, sentence) in [
        ("DELETE FROM reviews WHERE call = 2", "Call c2 is flagged and not in the queue."),
        (
            "UPDATE reviews SET open_flags = 7 WHERE call = 2",
            "Call c2 has a wrong number of open flags in the queue.",
        ),
        ("UPDATE reviews SET least_sure = 7 WHERE call = 2", "Call c2 is not as sure as the queue says."),
        (
            "UPDATE reviews SET worst_points = -9 WHERE call = 2",
            "Call c2 has other worst points than the queue says.",
        ),
        ("UPDATE reviews SET agent = 'x' WHERE call = 2", "Call c2 is another call in the queue."),
        (
            "UPDATE reviews SET finished_ms = NULL WHERE call = 1",
            "Call c1 is finished in one way and not in another.",
        ),
        ("UPDATE reviews SET state = 1 WHERE call = 2", "Call c2 has other rules than the queue says."),
        (
            "DELETE FROM review_rules WHERE call = 1 AND rule = '2.1'",
            "Call c1 has other rules than the queue says.",
        ),
        (
            "UPDATE verdicts SET points = 0 WHERE flag = 4",
            "The verdict on flag 4 of call c1 is not the last decision.",
        ),
        (
            "UPDATE verdicts SET verdict = 'unsure' WHERE flag = 4",
            "The verdict on flag 4 of call c1 is not the last decision.",
        ),
        (
            "UPDATE verdicts SET agent = 'x' WHERE flag = 4",
            "flag 4 of call c1 counts for another agent, team or day.",
        ),
        (
            "UPDATE verdicts SET rule = 'x' WHERE flag = 4",
            "The verdict on flag 4 of call c1 is about no flag.",
        ),
        ("DELETE FROM verdicts WHERE flag = 4", "Flag 4 of call c1 was decided on and has no verdict."),
        ("DELETE FROM verdicts WHERE flag = 4", "1 appeals are about flags that nobody has decided on."),
        ("UPDATE decisions SET after = '{' WHERE flag = 4", "A decision on flag 4 of call c1 cannot be read"),
        ("DELETE FROM cue_feedback", "What the agent said of a cue in event 2 of call c3 is kept otherwise."),
        (
            "UPDATE flags SET sure = 1 WHERE call = 2 AND seq = 4",
            "The flag of event 4 of call c2 is not what the event says.",
        ),
    ] {
        let place = Place::new();
        let store = place.open();
        let wrong = EventKind::CueFeedback { id: "2.1#3".to_owned(), wrong: true };
        let started = EventKind::CallStarted { agent: "1024".to_owned(), ring_ms: None, customer: None };
        let told = [stamped("c3", 1, 0, 0, started), stamped("c3", 2, 0, 900, wrong)];
        let batch = [
            arrival(1, &whole_call("c1", 0, 10), None),
            arrival(1, &whole_call("c2", 0, 10), None),
            arrival(1, &told, None),
        ];
        store.append(&batch).unwrap();
        review(&store, "c1", LI, CONFIRM);
        store.answer("c1", 4, Who { who: "1001", now_ms: NOW }, "1001", Answer::Appealed, "x").unwrap();
        assert_eq!(store.verify().unwrap(), [""; 0]);
        let file = Connection::open(place.file()).unwrap();
        file.pragma_update(None, "foreign_keys", false).unwrap();
        assert!(file.execute(sql, []).unwrap() > 0, "{sql}");
        let faults = store.verify().unwrap();
        assert!(faults.iter().any(|fault| fault.contains(sentence)), "{sql}: {faults:#?}");
    }
}

/// What the queue and the search ask, and how SQLite goes about it: along an index that has the order, without sorting, and without the table
/// where nothing but the index is asked for.
#[test]
fn pages_of_the_queue_are_read_from_indexes() {
    let place = Place::new();
    drop(place.open());
    let file = Connection::open(place.file()).unwrap();
    let plan = |sql: &str| -> String {
        let mut statement = file.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps = statement.query_map([], |row| row.get::<_, String>(3)).unwrap();
        steps.map(Result::unwrap).collect::<Vec<_>>().join("; ")
    };
    for (table, index, condition) in [
        ("reviews INDEXED BY reviews_by_state", "reviews_by_state", "state = 0"),
        ("reviews INDEXED BY reviews_by_team", "reviews_by_team", "state = 0 AND team = 'a'"),
        (
            "reviews INDEXED BY reviews_by_agent",
            "reviews_by_agent",
            "state = 0 AND agent = 'a' AND team = 'b'",
        ),
        ("reviews INDEXED BY reviews_by_draw", "reviews_by_draw", "state = 0 AND team = 'b'"),
        ("review_rules", "PRIMARY KEY", "state = 0 AND rule = 'a' AND team = 'b'"),
    ] {
        let narrowed = match index {
            "PRIMARY KEY" => "",
            "reviews_by_draw" => " AND sampled <> ''",
            _ => " AND worst_points <= -5 AND least_sure < 88 AND sampled <> ''",
        };
        let page = format!(
            "SELECT started_ms, call FROM {table} WHERE {condition}{narrowed} AND (started_ms, call) < (9, 9) ORDER BY started_ms DESC, call DESC LIMIT 50"
        );
        let count =
            format!("SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {condition}{narrowed} LIMIT 1000)");
        for sql in [page, count] {
            let plan = plan(&sql);
            assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{sql}: {plan}");
            // The table itself is the index of rules, and few calls are drawn.
            let is_small = ["PRIMARY KEY", "reviews_by_draw"].contains(&index);
            assert!(plan.contains("COVERING INDEX") || is_small, "{sql}: {plan}");
        }
    }
}

#[test]
fn an_older_file_has_its_flags_in_the_queue() {
    let place = Place::new();
    std::fs::create_dir(place.path()).unwrap();
    let file = Connection::open(place.file()).unwrap();
    file.execute_batch(include_str!("schema_1.sql")).unwrap();
    file.execute_batch(
        "PRAGMA application_id = 1667329132; PRAGMA user_version = 1;
         INSERT INTO calls (key, id, station, agent, team, script, script_sha256, model, engine, received_ms, last_seq, state,
             started_ms, date, length_ms, ended_by, due, met, flags, worst_points)
         VALUES (1, 'old', 1, '1024', '一组', 's', '', '', '0.1.0', 5, 3, 0, 1795654800000, '2026-11-26', 1200, '', 0, 0, 2, -2);
         INSERT INTO events VALUES
             (1, 1, '2026-11-26T09:00:00.900+08:00', '{\"at_ms\":900,\"type\":\"flag\",\"rule\":\"2.1\",\"kind\":\"forbidden\",
                 \"channel\":\"agent\",\"from_ms\":0,\"to_ms\":900,\"text\":\"喂\",\"phrase\":\"喂\",\"item\":\"A4\",\"points\":0,\"sure\":0.57,
                 \"review\":true}'),
             (1, 2, '2026-11-26T09:00:01+08:00', '{\"at_ms\":1000,\"type\":\"flag\",\"rule\":\"2.1\",\"kind\":\"missing\",
                 \"channel\":\"agent\",\"from_ms\":0,\"to_ms\":900,\"text\":\"\",\"phrase\":\"\",\"item\":\"A4\",\"points\":-2}'),
             (1, 3, '2026-11-26T09:00:01.2+08:00', '{\"at_ms\":1200,\"type\":\"cue_feedback\",\"id\":\"2.1#1\",\"wrong\":true}');
         INSERT INTO flags VALUES
             (1, 1, 900, '2.1', 'forbidden', 0, 900, '喂', 'A4', 0, 1795654800000, '一组', '1024'),
             (1, 2, 1000, '2.1', 'missing', 0, 900, '', 'A4', -2, 1795654800000, '一组', '1024');",
    )
    .unwrap();
    drop(file);
    let store = place.open();
    assert_eq!(store.verify().unwrap(), [""; 0]);
    let asked = QueueQuery { rule: Some("2.1".into()), is_sure: Some(false), ..query(QueueView::Open) };
    let row = store.queue(&asked).unwrap().rows.remove(0);
    assert_eq!((row.call.as_str(), row.open_flags, row.worst_points, row.least_sure), ("old", 2, -2, 57));
    assert_eq!(store.review("old", NOW).unwrap().flags[0].phrase, "喂");
    assert_eq!(store.precision(i64::MIN, i64::MAX).unwrap().0[0].marked_wrong, 1);
}

#[derive(Clone, Debug)]
enum Act {
    Lock,
    Decide(i64, Verdict),
    Add,
    Finish,
    Reopen,
    Answer(i64, Answer),
    Settle(i64, Ruling),
    More,
}

fn act() -> impl Strategy<Value = Act> {
    let flag = prop_oneof![Just(4i64), Just(8), Just(12), Just(-1)];
    let verdict = prop_oneof![Just(Verdict::Confirmed), Just(Verdict::Dismissed), Just(Verdict::Unsure)];
    prop_oneof![
        2 => Just(Act::Lock),
        6 => (flag.clone(), verdict).prop_map(|(flag, verdict)| Act::Decide(flag, verdict)),
        1 => Just(Act::Add),
        3 => Just(Act::Finish),
        1 => Just(Act::Reopen),
        3 => (flag.clone(), prop_oneof![Just(Answer::Accepted), Just(Answer::Appealed)]).prop_map(|(flag, answer)| Act::Answer(flag, answer)),
        3 => (flag, prop_oneof![Just(Ruling::Upheld), Just(Ruling::Overturned)]).prop_map(|(flag, ruling)| Act::Settle(flag, ruling)),
        2 => Just(Act::More),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    /// Whatever people try in whatever order while events come, the tables agree, and a refused act changes nothing.
    #[test]
    fn every_order_of_acts_leaves_tables_that_agree(acts in prop::collection::vec((act(), 0..2usize, 0..40_000i64), 1..40)) {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::in_memory(folder.path()).unwrap();
        let events = whole_call("c1", 0, 15);
        store.append(&[arrival(1, &events[..5], None)]).unwrap();
        let (mut come, mut now_ms) = (5, NOW);
        for (act, person, later_ms) in acts {
            now_ms += later_ms;
            let by = Who { who: ["li", "shen"][person], now_ms };
            let agent = Who { who: "1001", now_ms };
            let before = store.history("c1").unwrap().len();
            let done = match &act {
                Act::Lock => store.lock("c1", by).map(|_| ()),
                Act::Decide(flag, verdict) => store.decide("c1", *flag, by, Said { verdict: *verdict, ..CONFIRM }, &standard()).map(|_| ()),
                Act::Add => {
                    let flag = AddedFlag { rule: "3.1".into(), kind: FlagKind::Missing, channel: Channel::Agent, from_ms: 0, to_ms: 9, item: "A4".into(), note: "x".into() };
                    store.add_flag("c1", by, &flag, &standard()).map(|_| ())
                }
                Act::Finish => store.finish("c1", by, now_ms + 60_000).map(|_| ()),
                Act::Reopen => store.reopen("c1", by).map(|_| ()),
                Act::Answer(flag, answer) => store.answer("c1", *flag, agent, "1001", *answer, "理由").map(|_| ()),
                Act::Settle(flag, ruling) => store.settle("c1", *flag, by, *ruling, "").map(|_| ()),
                Act::More => {
                    come = (come + 3).min(events.len());
                    store.append(&[arrival(1, &events[..come], None)]).map(|_| ())
                }
            };
            let lines = store.history("c1").unwrap().len() - before;
            let is_decision = !matches!(act, Act::Lock | Act::More);
            prop_assert_eq!(lines, usize::from(done.is_ok() && is_decision), "{:?} by {}: {:?}", act, by.who, done);
            prop_assert_eq!(store.verify().unwrap(), [""; 0], "{:?}", act);
        }
    }
}
