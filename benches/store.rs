//! The floor's store: appending as stations report, and the pages of floor and review over many calls.
//!
//! Appends go to a file, each batch is on the disk before the next; what a disk's `fsync` costs is in the figure. Questions are
//! asked of `CALLCUE_BENCH_CALLS` calls (20,000 by default) of 20 events over 30 days, four teams, 50 agents, made anew from a seed.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use callcue::call::{Channel, EndedBy, Event, EventKind, FlagKind, Hearing, Metrics, ProposedPoints};
use callcue::store::sqlite::SqliteStore;
use callcue::store::{Arrival, CallHeader, CallQuery, CallStore, SearchStore, TextQuery};
use callcue::wire::StampedEvent;
use divan::Bencher;
use divan::counter::ItemsCount;
use tempfile::TempDir;

const EVENTS_A_CALL: u64 = 20;
const BATCH: usize = 100;
const START_MS: i64 = 1_793_000_000_000;
const DAY_MS: i64 = 86_400_000;
const SEED: u64 = 20_261_126;
const LINES: [&str; 8] = [
    "您好,很高兴为您服务,请问有什么可以帮您",
    "我的快递昨天就说到了,现在还没有收到",
    "好的,请您稍等片刻,我马上为您查询一下",
    "单号是一二三四五六七八九,你帮我看一下",
    "您的包裹昨天晚上已经到了北京的中转站",
    "那什么时候能送到我家里呢",
    "这边已经帮您登记了,预计明天上午送到",
    "如果还没有到的话,我就要退款了",
];

fn main() {
    divan::main();
    // What a static holds is never dropped.
    if let Some((_, folder)) = MANY.get() {
        std::fs::remove_dir_all(folder.path()).expect("our own folder");
    }
}

/// Numbers that are the same in every run (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }
}

fn event(call: &str, seq: u64, started_ms: i64, numbers: &mut Numbers) -> StampedEvent {
    let at_ms = seq * 9_000;
    let kind = match (seq, numbers.next(20)) {
        (1, _) => EventKind::CallStarted { agent: "1024".to_owned(), ring_ms: None, customer: None },
        (EVENTS_A_CALL, _) => EventKind::Summary {
            due: 9,
            met: 8,
            flags: 1,
            metrics: Metrics::default(),
            items: vec![ProposedPoints { item: "A4".to_owned(), points: -2 }],
        },
        (19, _) => EventKind::CallEnded { by: EndedBy::Customer },
        (_, 0) => EventKind::Flag {
            rule: format!("{}.{}", numbers.next(4) + 1, numbers.next(8) + 1),
            kind: FlagKind::Missing,
            channel: Channel::Agent,
            from_ms: at_ms - 2_000,
            to_ms: at_ms,
            text: "喂,大点声".to_owned(),
            phrase: "喂,大点声".to_owned(),
            item: "A4".to_owned(),
            points: -2,
            instead: None,
            heard: Hearing::default(),
        },
        (_, 1..8) => EventKind::Silence { since_ms: at_ms - 3_000, length_ms: 3_000 },
        _ => EventKind::Transcript {
            channel: if numbers.next(2) == 0 { Channel::Agent } else { Channel::Customer },
            from_ms: at_ms - 4_000,
            to_ms: at_ms,
            text: if numbers.next(2_000) == 0 {
                "罕见的话".to_owned()
            } else {
                LINES[numbers.next(8) as usize].to_owned()
            },
            r#final: true,
            level_dbfs: Some(-22.5),
            language: None,
        },
    };
    let wall = jiff::Timestamp::from_millisecond(started_ms + at_ms as i64).expect("in our time");
    let wall = wall.display_with_offset(jiff::tz::offset(8)).to_string();
    StampedEvent { call: call.to_owned(), seq, wall, event: Event { at_ms, kind } }
}

fn arrival(call: u64, calls: u64, from: u64, to: u64, numbers: &mut Numbers) -> Arrival {
    let id = format!("20261126-{call:08}");
    let started_ms = START_MS + (30 * DAY_MS as u64 * call / calls.max(1)) as i64;
    let agent = call * 7 % 50;
    let header = CallHeader {
        station: agent as u32 + 1,
        agent: format!("{}", 1_000 + agent),
        team: format!("{}组", agent % 4 + 1),
        script: "bundled".to_owned(),
        script_sha256: "ab".repeat(32),
        model: "base".to_owned(),
        engine: "0.1.0".to_owned(),
    };
    let events = (from..=to).map(|seq| event(&id, seq, started_ms, numbers)).collect();
    Arrival { call: id, header, events, closes: None, received_ms: started_ms, is_live: true }
}

/// 100 events of 50 calls, two each, as a floor gets them in a moment; a call goes on through the rounds.
fn rounds(rounds: u64) -> Vec<Vec<Arrival>> {
    let mut numbers = Numbers(SEED);
    (0..rounds)
        .map(|round| {
            let (group, step) = (round / (EVENTS_A_CALL / 2), round % (EVENTS_A_CALL / 2));
            (0..BATCH as u64 / 2)
                .map(|call| arrival(group * 50 + call, 50 * rounds, step * 2 + 1, step * 2 + 2, &mut numbers))
                .collect()
        })
        .collect()
}

/// 100 batches of 100 events into a new file.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn append_batches_of_100(bencher: Bencher) {
    let batches = rounds(100);
    bencher
        .counter(ItemsCount::new(batches.len() * BATCH))
        .with_inputs(|| {
            let folder = tempfile::tempdir().expect("room for a folder");
            (SqliteStore::open(folder.path()).expect("a new store"), folder)
        })
        .bench_refs(|(store, _)| {
            batches.iter().for_each(|batch| drop(store.append(batch).expect("room on the disk")));
        });
}

/// As before, into the store that has many calls already.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn append_to_many_calls(bencher: Bencher) {
    let batches = rounds(100);
    let runs = AtomicU64::new(0);
    bencher
        .counter(ItemsCount::new(batches.len() * BATCH))
        .with_inputs(|| {
            let run = runs.fetch_add(1, Ordering::Relaxed);
            let mut batches = batches.clone();
            for arrival in batches.iter_mut().flatten() {
                arrival.call = format!("{}-{run}", arrival.call);
                arrival.events.iter_mut().for_each(|event| event.call.clone_from(&arrival.call));
            }
            many();
            batches
        })
        .bench_refs(|batches| {
            batches.iter().for_each(|batch| drop(many().append(batch).expect("room on the disk")));
        });
}

static MANY: OnceLock<(SqliteStore, TempDir)> = OnceLock::new();

fn make_many() -> (SqliteStore, TempDir) {
    let calls =
        std::env::var("CALLCUE_BENCH_CALLS").ok().and_then(|calls| calls.parse().ok()).unwrap_or(20_000);
    let folder = tempfile::tempdir().expect("room for a folder");
    let store = SqliteStore::open(folder.path()).expect("a new store");
    let mut numbers = Numbers(SEED);
    let all: Vec<u64> = (0..calls).collect();
    for some in all.chunks(500) {
        let batch: Vec<_> =
            some.iter().map(|&call| arrival(call, calls, 1, EVENTS_A_CALL, &mut numbers)).collect();
        store.append(&batch).expect("room on the disk");
    }
    (store, folder)
}

fn many() -> &'static SqliteStore {
    &MANY.get_or_init(make_many).0
}

fn teams() -> Option<Vec<String>> {
    Some(vec!["2组".to_owned(), "3组".to_owned()])
}

#[divan::bench]
fn list_newest(bencher: Bencher) {
    let query = CallQuery { limit: 50, ..CallQuery::default() };
    let store = many();
    bencher.bench(|| store.calls(&query));
}

#[divan::bench]
fn list_of_two_teams_from_the_middle(bencher: Bencher) {
    let before = Some((START_MS + 15 * DAY_MS, String::new()));
    let query = CallQuery { teams: teams(), before, limit: 50, ..CallQuery::default() };
    let store = many();
    bencher.bench(|| store.calls(&query));
}

#[divan::bench]
fn queue_of_flagged(bencher: Bencher) {
    let query = CallQuery { teams: teams(), flagged: true, limit: 50, ..CallQuery::default() };
    let store = many();
    bencher.bench(|| store.calls(&query));
}

#[divan::bench]
fn queue_of_a_rule_of_an_agent(bencher: Bencher) {
    let query = CallQuery {
        rule: Some("2.1".to_owned()),
        agent: Some("1007".to_owned()),
        limit: 50,
        ..CallQuery::default()
    };
    let store = many();
    bencher.bench(|| store.flags(&query));
}

#[divan::bench(args = ["退款", "快递", "罕见的话", "的", "kuaidi", "tuikuan"])]
fn search(bencher: Bencher, words: &str) {
    let query = TextQuery { words: words.to_owned(), limit: 50, ..TextQuery::default() };
    let store = many();
    bencher.bench(|| store.search(&query));
}

#[divan::bench(args = ["退款", "罕见的话", "的"])]
fn search_in_an_agents_week(bencher: Bencher, words: &str) {
    let query = TextQuery {
        words: words.to_owned(),
        agent: Some("1007".to_owned()),
        from_ms: Some(START_MS + 3 * DAY_MS),
        to_ms: Some(START_MS + 10 * DAY_MS),
        limit: 50,
        ..TextQuery::default()
    };
    let store = many();
    bencher.bench(|| store.search(&query));
}

#[divan::bench]
fn day_of_two_teams(bencher: Bencher) {
    let (teams, from_ms) = (teams(), START_MS + 20 * DAY_MS);
    let store = many();
    bencher.bench(|| store.day(teams.as_deref(), None, from_ms, from_ms + DAY_MS));
}

#[divan::bench]
fn month_of_all(bencher: Bencher) {
    let store = many();
    bencher.bench(|| store.day(None, None, START_MS, START_MS + 30 * DAY_MS));
}

#[divan::bench]
fn events_of_a_call(bencher: Bencher) {
    let store = many();
    bencher.bench(|| store.events("20261126-00001234", 0, 10_000));
}
