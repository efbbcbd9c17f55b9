//! First pages of the review room on a large floor: queue, search, score cards. Goals at p95: queue and search 100 ms, scores 300 ms.
//!
//! `CALLCUE_BENCH_DATA` names a data folder that `callcue floor seed` has filled; without it, one of `CALLCUE_BENCH_CALLS` calls (20,000 by
//! default) is made and thrown away. Each question is asked 40 times; the first time of all is told apart, because nothing is in memory then.
#![allow(missing_docs, reason = "nothing is linked to")]
#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]
#![allow(clippy::print_stdout, reason = "a bench prints what it has measured")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use callcue::score::{self, Assessment, Member};
use callcue::script::{self, Script};
use callcue::store::review::{QueueQuery, QueueView};
use callcue::store::sqlite::SqliteStore;
use callcue::store::{
    CallStore, MonthFrame, PeopleStore, QualityStore, QueueStore, ScoreStore, SearchStore, TextQuery,
};
use callcue::swarm::{Past, PastDecisions, PastPlan};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use tempfile::TempDir;

const TIMES: usize = 40;
/// Noon of 27 November 2026 in China: what `callcue floor seed` goes up to.
const UNTIL_MS: i64 = 1_795_752_000_000;
const DAY_MS: i64 = 86_400_000;

fn main() {
    let kept = std::env::var_os("CALLCUE_BENCH_DATA").map(PathBuf::from);
    let made = kept.is_none().then(make);
    let folder = kept.unwrap_or_else(|| made.as_ref().expect("made").path().to_owned());
    let store = SqliteStore::open(&folder).expect("a seeded store");
    let day = store.day(None, None, 0, i64::MAX).expect("a store that can be read");
    println!("{} calls, {} flags; ms: first, p50, p95, most, of {TIMES}", day.calls, day.flags);
    queue(&store);
    search(&store);
    scores(&store);
    let from_ms = UNTIL_MS - 30 * DAY_MS;
    ask("precision of a month", || store.precision(from_ms, UNTIL_MS).expect("precision").0.len());
    ask("month in figures (day)", || store.day(None, None, from_ms, UNTIL_MS).expect("day").calls as usize);
}

fn make() -> TempDir {
    let calls =
        std::env::var("CALLCUE_BENCH_CALLS").ok().and_then(|calls| calls.parse().ok()).unwrap_or(20_000);
    let plan = PastPlan { calls, agents: 50, teams: 5, seed: 1, until_ms: UNTIL_MS };
    let folder = tempfile::tempdir().expect("room for a folder");
    let store = SqliteStore::open(folder.path()).expect("a new store");
    store.trust_the_power().expect("a setting");
    let script = Script::parse(script::BUNDLED_NAME, script::BUNDLED).expect("bundled");
    let mut decisions = PastDecisions::new(plan, Arc::new(standard()));
    for station in Past::stations(&plan) {
        store.enrol(&station).expect("a station");
    }
    let mut past = Past::new(plan, Arc::new(script)).peekable();
    while past.peek().is_some() {
        let batch: Vec<_> = past.by_ref().take(500).collect();
        store.append(&batch).expect("room on the disk");
        decisions.decide(&store, &batch).expect("decisions");
    }
    decisions.enter_points(&store).expect("entries");
    folder
}

fn standard() -> Assessment {
    Assessment::parse(score::BUNDLED_NAME, score::BUNDLED).expect("bundled")
}

/// Asks so often, and prints how long it took. The answer is how much came.
fn ask(what: &str, mut question: impl FnMut() -> usize) {
    let mut took: Vec<Duration> = Vec::with_capacity(TIMES);
    let mut came = 0;
    for _ in 0..TIMES {
        let since = Instant::now();
        came = question();
        took.push(since.elapsed());
    }
    let first = took[0];
    took.sort_unstable();
    let ms = |duration: Duration| duration.as_secs_f64() * 1_000.0;
    let at = |share: usize| ms(took[(TIMES * share / 100).min(TIMES - 1)]);
    println!(
        "{what:<44} {:8.1} {:8.1} {:8.1} {:8.1}  ({came})",
        ms(first),
        at(50),
        at(95),
        ms(took[TIMES - 1])
    );
}

fn queue(store: &SqliteStore) {
    let two = Some(vec!["一组".to_owned(), "二组".to_owned()]);
    let all = || QueueQuery { limit: 50, now_ms: UNTIL_MS, who: "review-1".into(), ..QueueQuery::default() };
    for (what, query) in [
        ("queue", all()),
        ("queue of two teams", QueueQuery { teams: two.clone(), ..all() }),
        ("queue of a rule", QueueQuery { rule: Some("2.1".into()), ..all() }),
        ("queue of a rule, two teams", QueueQuery { rule: Some("2.1".into()), teams: two.clone(), ..all() }),
        ("queue of 5 points or more", QueueQuery { points_min: Some(5), ..all() }),
        ("queue of unsure flags", QueueQuery { is_sure: Some(false), ..all() }),
        ("queue of sure flags", QueueQuery { is_sure: Some(true), ..all() }),
        ("queue of sampled calls", QueueQuery { is_sampled: Some(true), ..all() }),
        ("queue of an agent", QueueQuery { agent: Some("1007".into()), ..all() }),
        (
            "queue of a week",
            QueueQuery {
                from_ms: Some(UNTIL_MS - 90 * DAY_MS),
                to_ms: Some(UNTIL_MS - 83 * DAY_MS),
                ..all()
            },
        ),
        ("queue of mine", QueueQuery { view: QueueView::Mine, ..all() }),
        ("queue of finished calls", QueueQuery { view: QueueView::Finished, ..all() }),
        ("queue of appeals", QueueQuery { view: QueueView::Appeals, teams: two, ..all() }),
    ] {
        ask(what, || store.queue(&query).expect("a page").rows.len());
    }
}

fn search(store: &SqliteStore) {
    let two = Some(vec!["一组".to_owned(), "二组".to_owned()]);
    for (words, by_sound) in [
        ("退", false),
        ("退款", false),
        ("tuikuan", true),
        ("罕见的话", false),
        ("的", false),
        ("停车位 东门", false),
    ] {
        for (whose, teams) in [("all", None), ("two teams", two.clone())] {
            let query = TextQuery { words: words.into(), by_sound, teams, limit: 50, ..TextQuery::default() };
            ask(&format!("search {words}, {whose}"), || store.search(&query).expect("a page").len());
        }
    }
}

fn month(month: Date) -> (Date, MonthFrame) {
    let start = |day: Date| {
        let midnight = day.to_zoned_datetime(jiff::tz::offset(8).to_time_zone()).expect("a day");
        midnight.timestamp().as_millisecond()
    };
    let next = month.checked_add(1.month()).expect("a month");
    let (first, last) = (month.to_string(), month.last_of_month().to_string());
    (month, MonthFrame { from_ms: start(month), to_ms: start(next), first, last })
}

/// As the floor puts them together.
fn scores(store: &SqliteStore) {
    let standard = standard();
    let months: Vec<_> = (6..=11).map(|number| month(date(2026, number, 1))).collect();
    let (_, frame) = months.last().expect("six").clone();
    let everybody = || store.agents(frame.to_ms, &frame.last).expect("agents");
    ask("everybody of the score cards", || everybody().len());
    ask("team month of all agents", || {
        let agents = everybody();
        let numbers: Vec<String> = agents.iter().map(|row| row.agent.clone()).collect();
        let sums: Vec<_> = months
            .iter()
            .map(|(month, frame)| (*month, store.month_sums(&numbers, frame).expect("sums")))
            .collect();
        let open = store.open_appeals(&numbers, &frame).expect("appeals");
        let members: Vec<Member> = agents
            .into_iter()
            .map(|row| Member {
                months: sums
                    .iter()
                    .map(|(month, sums)| (*month, sums.get(&row.agent).cloned().unwrap_or_default()))
                    .collect(),
                open_appeals: open.get(&row.agent).copied().unwrap_or(0),
                agent: row.agent,
                agent_name: row.agent_name,
            })
            .collect();
        standard.team("", date(2026, 11, 1), 0, &members).agents.len()
    });
    let (_, october) = months[4].clone();
    ask("one card: lines, entries, months, the team", || {
        let agents = everybody();
        let own = ["1007".to_owned()];
        for (_, frame) in &months {
            store.month_sums(&own, frame).expect("sums");
        }
        let numbers: Vec<String> = agents.iter().map(|row| row.agent.clone()).collect();
        store.month_sums(&numbers, &october).expect("sums");
        store.entries("1007", &october.last).expect("entries");
        store.review_figures("1007", &october).expect("figures");
        store.decided_flags("1007", &october).expect("flags").len()
    });
}
