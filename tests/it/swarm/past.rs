use std::sync::Arc;

use callcue::review::ReviewState;
use callcue::score::{self, Assessment};
use callcue::script::{self, Script};
use callcue::store::review::{QueueQuery, QueueView};
use callcue::store::sqlite::SqliteStore;
use callcue::store::{Arrival, CallQuery, CallStore, PeopleStore, QueueStore, ScoreStore, Store};
use callcue::swarm::{PAST_DAYS, Past, PastDecisions, PastPlan};

const PLAN: PastPlan = PastPlan { calls: 300, agents: 7, teams: 3, seed: 5, until_ms: 1_795_752_000_000 };

fn calls(plan: PastPlan) -> Vec<Arrival> {
    let script = Script::parse(script::BUNDLED_NAME, script::BUNDLED).unwrap();
    Past::new(plan, Arc::new(script)).collect()
}

#[test]
fn the_same_seed_makes_the_same_past() {
    let all = calls(PLAN);
    assert_eq!(all.len(), 300);
    assert!(all == calls(PLAN), "seed {}", PLAN.seed);
    assert!(all != calls(PastPlan { seed: 6, ..PLAN }));
    let events: usize = all.iter().map(|call| call.events.len()).sum();
    assert!((18..=22).contains(&(events / 300)), "{events} events");
    let first_ms = PLAN.until_ms - (PAST_DAYS + 1) * 86_400_000;
    for call in &all {
        assert!((first_ms..PLAN.until_ms).contains(&call.received_ms), "{}", call.call);
    }
}

#[test]
fn a_past_is_one_that_a_floor_could_have_had() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    store.trust_the_power().unwrap();
    let standard = Assessment::parse(score::BUNDLED_NAME, score::BUNDLED).unwrap();
    let mut decisions = PastDecisions::new(PLAN, Arc::new(standard));
    for station in Past::stations(&PLAN) {
        store.enrol(&station).unwrap();
    }
    for batch in calls(PLAN).chunks(50) {
        assert!(store.append(batch).unwrap().iter().all(|one| !one.foreign && one.standing.closed));
        decisions.decide(&store, batch).unwrap();
    }
    decisions.enter_points(&store).unwrap();
    assert_eq!(store.verify().unwrap(), Vec::<String>::new(), "seed {}", PLAN.seed);
    assert_eq!(store.calls(&CallQuery { limit: 500, ..CallQuery::default() }).unwrap().len(), 300);
    let queue = |view| {
        let query = QueueQuery { view, limit: 500, now_ms: PLAN.until_ms, ..QueueQuery::default() };
        store.queue(&query).unwrap().rows
    };
    assert!(queue(QueueView::Open).len() > 5);
    assert!(queue(QueueView::Finished).iter().all(|row| row.state == ReviewState::Finished));
    assert!(queue(QueueView::Finished).len() > 10);
    let agents = store.agents(PLAN.until_ms, "2026-11-30").unwrap();
    assert_eq!(agents.len(), 7);
    assert!(agents.iter().all(|row| !row.agent_name.is_empty() && row.enrolled));
    assert!(agents.iter().any(|row| !store.entries(&row.agent, "2026-11-30").unwrap().is_empty()));
}
