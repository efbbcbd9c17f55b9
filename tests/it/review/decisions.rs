use callcue::review::{
    Answer, Charge, Contested, Lock, Refusal, ReviewState, Ruling, SURE, Standing, Verdict, may_answer,
    may_change, may_decide, may_finish, may_reopen, may_settle, points_of,
};
use callcue::score::{Assessment, BUNDLED, BUNDLED_NAME};
use proptest::prelude::*;

const NOW: i64 = 1_000_000;

fn held(by: &str) -> Standing<'_> {
    let lock = Lock { by, until_ms: NOW + Lock::MS };
    Standing { state: ReviewState::Opened, lock, open_flags: 0, is_over: true, answers: 0 }
}

#[test]
fn one_person_at_a_time_has_a_call() {
    let lock = Lock { by: "shen", until_ms: NOW + 1 };
    assert_eq!(may_change(lock, "li", NOW), Err(Refusal::Locked("shen".into())));
    assert_eq!(may_change(lock, "shen", NOW), Ok(()));
    assert_eq!(may_change(lock, "li", NOW + 1), Ok(()), "a lock is over by itself");
    assert_eq!(may_change(Lock::default(), "li", NOW), Ok(()));
    assert_eq!(may_decide(&held("shen"), "li", NOW), Err(Refusal::Locked("shen".into())));
    assert_eq!(may_decide(&held(""), "li", NOW), Err(Refusal::NotLocked));
    assert_eq!(may_decide(&held("li"), "li", NOW), Ok(()));
    assert_eq!(may_decide(&held("li"), "li", NOW + Lock::MS), Err(Refusal::NotLocked));
}

#[test]
fn a_call_is_finished_when_all_is_decided_and_nothing_more_comes() {
    let standing = held("li");
    assert_eq!(may_finish(&standing, "li", NOW), Ok(()));
    assert_eq!(may_finish(&Standing { open_flags: 2, ..standing }, "li", NOW), Err(Refusal::Undecided(2)));
    assert_eq!(may_finish(&Standing { is_over: false, ..standing }, "li", NOW), Err(Refusal::Running));
    let finished = Standing { state: ReviewState::Finished, ..standing };
    assert_eq!(may_finish(&finished, "li", NOW), Err(Refusal::Finished));
    assert_eq!(may_decide(&finished, "li", NOW), Err(Refusal::Finished));
    assert_eq!(may_reopen(&finished, "li", NOW), Ok(()));
    assert_eq!(may_reopen(&Standing { answers: 1, ..finished }, "li", NOW), Err(Refusal::Answered));
    assert_eq!(may_reopen(&standing, "li", NOW), Err(Refusal::NotFinished));
    assert_eq!(may_reopen(&finished, "shen", NOW), Err(Refusal::Locked("li".into())));
}

#[test]
fn an_agent_answers_once_in_time_to_what_costs_points() {
    let charge = Charge {
        agent: "1024",
        verdict: Some(Verdict::Confirmed),
        points: -2,
        until_ms: Some(NOW + 1),
        is_answered: false,
    };
    let appeal = |charge: &Charge<'_>| may_answer(charge, "1024", Answer::Appealed, "我说了", NOW);
    assert_eq!(appeal(&charge), Ok(()));
    assert_eq!(may_answer(&charge, "1024", Answer::Accepted, "", NOW), Ok(()));
    assert_eq!(may_answer(&charge, "1024", Answer::Appealed, " ", NOW), Err(Refusal::NoReason));
    assert_eq!(may_answer(&charge, "1025", Answer::Accepted, "", NOW), Err(Refusal::NotOwn));
    let nobodys = Charge { agent: "", ..charge };
    assert_eq!(
        may_answer(&nobodys, "", Answer::Accepted, "", NOW),
        Err(Refusal::NotOwn),
        "who has no number"
    );
    assert_eq!(may_answer(&charge, "1024", Answer::Accepted, "", NOW + 1), Err(Refusal::TooLate));
    assert_eq!(appeal(&Charge { until_ms: None, ..charge }), Err(Refusal::NotFinished));
    assert_eq!(appeal(&Charge { is_answered: true, ..charge }), Err(Refusal::Answered));
    assert_eq!(appeal(&Charge { points: 0, ..charge }), Err(Refusal::NothingToAnswer));
    for verdict in [None, Some(Verdict::Dismissed), Some(Verdict::Unsure)] {
        assert_eq!(appeal(&Charge { verdict, ..charge }), Err(Refusal::NothingToAnswer));
    }
}

#[test]
fn a_second_reviewer_decides_on_an_appeal_once() {
    let open = Contested { answer: Some(Answer::Appealed), ruling: None, first_by: "shen" };
    assert_eq!(may_settle(&open, "li"), Ok(()));
    assert_eq!(may_settle(&open, "shen"), Err(Refusal::SameReviewer));
    for ruling in [Ruling::Upheld, Ruling::Overturned] {
        assert_eq!(may_settle(&Contested { ruling: Some(ruling), ..open }, "li"), Err(Refusal::Settled));
    }
    for answer in [None, Some(Answer::Accepted)] {
        assert_eq!(may_settle(&Contested { answer, ..open }, "li"), Err(Refusal::NoAppeal));
    }
}

#[test]
fn only_what_is_confirmed_costs_and_a_complaint_costs_more() {
    let standard = Assessment::parse(BUNDLED_NAME, BUNDLED).unwrap();
    let points = |item, verdict, complaint| points_of(&standard, item, verdict, complaint);
    assert_eq!(points("A4", Verdict::Confirmed, false), -2);
    assert_eq!(points("A4", Verdict::Confirmed, true), -5);
    assert_eq!(points("A7", Verdict::Confirmed, true), -2, "no other points for a complaint");
    assert_eq!(points("A4", Verdict::Dismissed, true), 0);
    assert_eq!(points("A4", Verdict::Unsure, false), 0);
    assert_eq!(points("A12", Verdict::Confirmed, false), 0, "there is no such item");
}

#[test]
fn every_refusal_is_told_in_both_languages() {
    let all = [
        Refusal::Locked("shen".into()),
        Refusal::NotLocked,
        Refusal::Finished,
        Refusal::NotFinished,
        Refusal::Undecided(2),
        Refusal::Running,
        Refusal::Answered,
        Refusal::NotOwn,
        Refusal::NothingToAnswer,
        Refusal::TooLate,
        Refusal::NoReason,
        Refusal::NoAppeal,
        Refusal::Settled,
        Refusal::SameReviewer,
        Refusal::JudgingOver,
        Refusal::NoJudge,
        Refusal::Unjudged(2),
        Refusal::Blind,
    ];
    let told: std::collections::BTreeSet<_> =
        all.iter().flat_map(|one| [one.zh(), one.to_string()]).collect();
    assert_eq!(told.len(), 2 * all.len());
    assert!(Refusal::Locked("shen".into()).to_string().starts_with("shen "), "it names who");
}

#[test]
fn what_is_unsure_here_is_unsure_to_the_rules() {
    assert_eq!(f32::from(SURE), callcue::phrase::Hit::SURE * 100.0);
}

proptest! {
    /// Whatever is tried in whatever order, a call has one holder, is never finished with something open, and never changed once answered.
    #[test]
    fn no_order_of_acts_breaks_the_rules(acts in prop::collection::vec((0..6u8, 0..2usize, 0..90_000i64), 1..60)) {
        let people = ["li", "shen"];
        let (mut by, mut until_ms, mut now_ms) = ("", 0, NOW);
        let mut call = Standing { state: ReviewState::Unseen, open_flags: 2, is_over: true, ..held("") };
        for (act, person, later_ms) in acts {
            now_ms += later_ms;
            let who = people[person];
            call.lock = Lock { by, until_ms };
            let holder = call.lock.holder(now_ms);
            match act {
                0 | 1 => {
                    let taken = may_change(call.lock, who, now_ms);
                    prop_assert_eq!(taken.is_ok(), holder.is_none_or(|holder| holder == who));
                    if taken.is_ok() {
                        (by, until_ms) = (who, now_ms + Lock::MS);
                        call.state = call.state.max(ReviewState::Opened);
                    }
                }
                2 => {
                    let decided = may_decide(&call, who, now_ms);
                    prop_assert_eq!(decided.is_ok(), holder == Some(who) && call.state != ReviewState::Finished);
                    if decided.is_ok() {
                        call.open_flags = call.open_flags.saturating_sub(1);
                    }
                }
                3 => {
                    if may_finish(&call, who, now_ms).is_ok() {
                        prop_assert_eq!((holder, call.open_flags), (Some(who), 0));
                        call.state = ReviewState::Finished;
                    }
                }
                4 => {
                    if may_reopen(&call, who, now_ms).is_ok() {
                        prop_assert_eq!(call.answers, 0);
                        call.state = ReviewState::Opened;
                    }
                }
                _ => {
                    if call.state == ReviewState::Finished {
                        call.answers += 1;
                    }
                }
            }
            prop_assert!(call.answers == 0 || call.state == ReviewState::Finished);
            prop_assert!(call.state != ReviewState::Finished || call.open_flags == 0);
        }
    }
}
