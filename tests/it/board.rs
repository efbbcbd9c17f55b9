//! The floor as a fold: what tiles show, who is alerted when, and that changes over a snapshot are the newer snapshot.

use std::collections::{BTreeMap, BTreeSet};

use callcue::board::{Audience, Board, Changes, DayFrame, Figures, Seat, Thresholds, apply};
use callcue::call::{Channel, EndedBy, Event, EventKind, FlagKind, Metrics};
use callcue::wire::{
    AgentState, AlertCard, AlertKind, Day, Moment, Severity, Speaking, StampedEvent, Tile, ToLead,
};
use proptest::prelude::*;

const START: i64 = 1_800_000_000_000;
const DAY: i64 = 86_400_000;

struct Room {
    board: Board,
    now_ms: i64,
    seq: BTreeMap<String, u64>,
}

impl Room {
    fn new() -> Self {
        let mut board = Board::new(Thresholds::default(), 0, START);
        let frame = DayFrame { date: "2027-01-15".into(), from_ms: START - DAY / 2, to_ms: START + DAY / 2 };
        board.begin_day(frame, BTreeMap::new());
        let mut room = Self { board, now_ms: START, seq: BTreeMap::new() };
        for station in 1..=4 {
            room.board.seat(seat(station), START);
            room.board.connected(station, true, START);
        }
        room
    }

    fn wait(&mut self, ms: i64) {
        self.now_ms += ms;
        self.board.advance(self.now_ms);
    }

    /// An event of a call, at its moment, told at once.
    fn tell(&mut self, station: u32, call: &str, at_ms: u64, kind: EventKind) {
        let seq = self.seq.entry(call.into()).or_default();
        *seq += 1;
        let event = stamped(call, *seq, at_ms, kind);
        self.board.event(station, &event, self.now_ms);
    }

    fn tile(&mut self, station: u32) -> Tile {
        self.board.changes(self.now_ms);
        let Sheet { tiles, .. } = Sheet::of(&self.board, &Audience::All);
        tiles[&station].clone()
    }

    fn alerts(&mut self) -> Vec<AlertCard> {
        self.board.changes(self.now_ms);
        Sheet::of(&self.board, &Audience::All).alerts.into_values().collect()
    }
}

fn seat(station: u32) -> Seat {
    let team = if station.is_multiple_of(2) { "二组" } else { "一组" };
    Seat { station, agent: format!("10{station:02}"), name: String::new(), team: team.into() }
}

fn stamped(call: &str, seq: u64, at_ms: u64, kind: EventKind) -> StampedEvent {
    let wall = "2027-01-15T16:00:00+08:00".to_owned();
    StampedEvent { call: call.into(), seq, wall, event: Event { at_ms, kind } }
}

fn started() -> EventKind {
    EventKind::CallStarted { agent: "1001".into(), ring_ms: None, customer: None }
}

fn flag(rule: &str, points: i32) -> EventKind {
    EventKind::Flag {
        rule: rule.into(),
        kind: FlagKind::Missing,
        channel: Channel::Agent,
        from_ms: 0,
        to_ms: 0,
        text: String::new(),
        phrase: String::new(),
        item: "A1".into(),
        points,
        instead: None,
        heard: callcue::call::Hearing::default(),
    }
}

fn said(channel: Channel, from_ms: u64, to_ms: u64) -> EventKind {
    EventKind::Transcript {
        channel,
        from_ms,
        to_ms,
        text: "您好".into(),
        r#final: true,
        level_dbfs: None,
        language: None,
    }
}

fn cue(id: &str, rule: &str, say: &str, priority: u8) -> EventKind {
    EventKind::Cue {
        id: id.into(),
        rule: rule.into(),
        step: 1,
        say: vec![say.into()],
        avoid: vec![],
        until_ms: None,
        title: String::new(),
        act: None,
        upcoming: vec![],
        priority,
    }
}

fn alert() -> EventKind {
    EventKind::Alert { rule: "4.2".into(), to: "lead".into(), text: "客户要投诉".into() }
}

fn summary() -> EventKind {
    EventKind::Summary { due: 5, met: 4, flags: 1, metrics: Metrics::default(), items: vec![] }
}

fn levels(agent_speaking: bool, customer_speaking: bool) -> Moment {
    Moment::Levels {
        at_ms: 0,
        agent_dbfs: -30.0,
        customer_dbfs: -30.0,
        agent_speaking,
        customer_speaking,
        quiet_since_ms: None,
    }
}

/// What a page knows.
#[derive(Clone, Debug, Default, PartialEq)]
struct Sheet {
    tiles: BTreeMap<u32, Tile>,
    alerts: BTreeMap<u64, AlertCard>,
    day: Day,
}

impl Sheet {
    fn of(board: &Board, audience: &Audience) -> Self {
        // As it crosses the socket.
        let text = serde_json::to_string(&board.snapshot(audience)).unwrap();
        let ToLead::Floor { tiles, alerts, day, .. } = serde_json::from_str(&text).unwrap() else {
            panic!("{text}")
        };
        Self {
            tiles: tiles.into_iter().map(|tile| (tile.station, tile)).collect(),
            alerts: alerts.into_iter().map(|card| (card.id, card)).collect(),
            day,
        }
    }

    fn take(&mut self, changes: &Changes, audience: &Audience) {
        let Some(told) = changes.for_audience(audience) else { return };
        let text = serde_json::to_string(&told).unwrap();
        let ToLead::Changes { tiles, gone, alerts, day, .. } = serde_json::from_str(&text).unwrap() else {
            panic!("{text}")
        };
        for station in gone {
            self.tiles.remove(&station);
        }
        for change in tiles {
            let new = || Tile { station: change.station, ..Tile::default() };
            apply(self.tiles.entry(change.station).or_insert_with(new), &change).unwrap();
        }
        for card in alerts {
            if card.settled {
                self.alerts.remove(&card.id)
            } else {
                self.alerts.insert(card.id, card)
            };
        }
        self.day = day.unwrap_or_else(|| self.day.clone());
    }
}

#[test]
fn a_tile_follows_a_call() {
    let mut room = Room::new();
    assert_eq!(room.tile(1).state, AgentState::Free);
    room.board.ringing(1, true, room.now_ms);
    assert_eq!(room.tile(1).state, AgentState::Ringing);
    room.wait(2_000);
    room.tell(1, "a", 0, started());
    room.tell(1, "a", 0, cue("1.1#1", "1.1", "您好", 5));
    let tile = room.tile(1);
    assert_eq!((tile.state, tile.call.as_str(), tile.call_since_ms), (AgentState::Talking, "a", room.now_ms));
    assert_eq!((tile.cue_rule.as_str(), tile.cue_text.as_str(), tile.seq), ("1.1", "您好", 2));
    room.board.moment(1, &levels(true, false), room.now_ms);
    assert_eq!(room.tile(1).speaking, Speaking::Agent);
    room.tell(1, "a", 1_000, cue("2.1#1", "2.1", "请稍等", 3));
    assert_eq!(room.tile(1).cue_rule, "1.1", "the more urgent one stays");
    room.tell(
        1,
        "a",
        1_500,
        EventKind::CueDone { id: "1.1#1".into(), outcome: callcue::call::CueOutcome::Met },
    );
    assert_eq!(room.tile(1).cue_rule, "2.1");
    room.tell(1, "a", 2_000, said(Channel::Agent, 0, 1_500));
    room.tell(1, "a", 3_000, said(Channel::Customer, 2_000, 2_500));
    room.tell(1, "a", 3_000, flag("1.1", -2));
    room.tell(1, "a", 3_000, flag("6.5", -10));
    let tile = room.tile(1);
    assert_eq!((tile.talk_share_pct, tile.flags_light, tile.flags_grave), (Some(75), 1, 1));
    assert_eq!((tile.flag_rule.as_str(), tile.urgency), ("6.5", 71));
    room.tell(
        1,
        "a",
        3_100,
        EventKind::WaitStarted { rule: "2.1".into(), step: 1, from_ms: 3_000, until_ms: 6_000 },
    );
    assert_eq!(room.tile(1).state, AgentState::Waiting);
    room.tell(1, "a", 6_000, EventKind::Silence { since_ms: 3_000, length_ms: 3_000 });
    assert_eq!(room.tile(1).state, AgentState::Waiting, "that silence is wanted");
    room.tell(1, "a", 6_100, EventKind::WaitEnded { rule: "2.1".into(), step: 1 });
    assert_eq!(room.tile(1).state, AgentState::Silence);
    room.board.moment(1, &levels(false, true), room.now_ms);
    assert_eq!(room.tile(1).state, AgentState::Talking);
    room.tell(1, "a", 7_000, EventKind::AudioLost { channel: Channel::Customer });
    assert_eq!(room.tile(1).audio_lost, "customer");
    room.tell(1, "a", 9_000, EventKind::CallEnded { by: EndedBy::Agent });
    room.tell(1, "a", 9_000, summary());
    let tile = room.tile(1);
    assert_eq!((tile.state, tile.call.as_str(), tile.urgency), (AgentState::Free, "", 0));
    assert_eq!((tile.flags_grave, tile.cue_text.as_str(), tile.talk_share_pct), (0, "", None));
    room.wait(3_000);
    room.board.changes(room.now_ms);
    let day = Sheet::of(&room.board, &Audience::All).day;
    assert_eq!((day.calls, day.due, day.met, day.flags), (1, 5, 4, 2));
    assert_eq!(day.broken.iter().map(|rule| rule.rule.as_str()).collect::<Vec<_>>(), ["1.1", "6.5"]);
}

#[test]
fn events_that_come_twice_or_too_late_count_once() {
    let mut room = Room::new();
    room.tell(1, "a", 0, started());
    room.tell(1, "a", 10, flag("1.1", -2));
    for event in [
        stamped("a", 1, 0, started()),
        stamped("a", 2, 10, flag("1.1", -2)),
        stamped("b", 7, 10, flag("1.1", -2)),
    ] {
        room.board.event(1, &event, room.now_ms);
    }
    let tile = room.tile(1);
    assert_eq!((tile.flags_light, tile.seq, tile.call.as_str()), (1, 2, "a"));
}

#[test]
fn the_rest_of_an_older_call_leaves_the_running_one_alone() {
    let mut room = Room::new();
    room.tell(1, "a", 0, started());
    room.wait(10_000);
    room.tell(1, "b", 0, started());
    room.tell(1, "a", 500, flag("1.1", -10));
    room.tell(1, "a", 900, EventKind::CallEnded { by: EndedBy::Agent });
    room.tell(1, "a", 900, summary());
    let tile = room.tile(1);
    assert_eq!((tile.call.as_str(), tile.flags_grave, tile.state), ("b", 0, AgentState::Talking));
}

#[test]
fn a_long_silence_and_a_long_hold_are_told_once_each() {
    let mut room = Room::new();
    room.tell(1, "a", 0, started());
    room.wait(3_000);
    room.tell(1, "a", 3_000, EventKind::Silence { since_ms: 0, length_ms: 3_000 });
    room.wait(11_999);
    assert_eq!(room.alerts(), []);
    assert_eq!(room.tile(1).urgency, 51);
    room.wait(1);
    let alerts = room.alerts();
    assert_eq!(alerts.len(), 1);
    assert_eq!(
        (alerts[0].kind, alerts[0].at_ms, alerts[0].raised_ms),
        (AlertKind::LongSilence, 15_000, START + 15_000)
    );
    assert_eq!(room.tile(1).urgency, 90);
    room.tell(1, "a", 15_000, EventKind::Silence { since_ms: 0, length_ms: 15_000 });
    room.wait(10_000);
    assert_eq!(room.alerts().len(), 1);
    room.tell(1, "a", 26_000, EventKind::HoldStarted);
    room.wait(61_000);
    let kinds: Vec<_> = room.alerts().iter().map(|card| card.kind).collect();
    assert_eq!(kinds, [AlertKind::LongSilence, AlertKind::LongHold]);
    room.tell(1, "a", 90_000, EventKind::CallEnded { by: EndedBy::Customer });
    assert_eq!(room.alerts(), [], "the end of the call settles them");
}

#[test]
fn an_alert_goes_from_lead_to_lead_until_somebody_takes_it() {
    let mut room = Room::new();
    let team = |team: &str| Audience::of(&[team.to_owned()]);
    let leads = [("chen", team("一组")), ("li", team("一组")), ("ma", team("二组"))];
    room.board.leads(leads.into_iter().map(|(name, sees)| (name.to_owned(), sees)).collect(), room.now_ms);
    room.tell(1, "a", 0, started());
    room.tell(1, "a", 100, alert());
    let turn = |room: &mut Room| {
        let card = room.alerts().remove(0);
        (card.assigned_to, card.passed_on)
    };
    assert_eq!(turn(&mut room), (String::new(), 0));
    room.wait(30_000);
    assert_eq!(turn(&mut room), ("chen".into(), 1));
    room.wait(30_000);
    assert_eq!(turn(&mut room), ("li".into(), 2));
    room.wait(30_000);
    assert_eq!(turn(&mut room), ("chen".into(), 3));
    room.board.assign(1, "zhao", room.now_ms).unwrap();
    room.wait(29_999);
    assert_eq!(turn(&mut room), ("zhao".into(), 3));
    assert_eq!(room.tile(1).urgency, 93);
    let card = room.board.acknowledge(1, "li", room.now_ms).unwrap();
    assert_eq!((card.acknowledged_by.as_str(), card.settled), ("li", true));
    assert_eq!(room.alerts(), []);
    assert!(room.board.acknowledge(1, "li", room.now_ms).is_err());
    assert_eq!(room.tile(1).urgency, 0);
}

#[test]
fn a_call_told_late_or_by_a_wrong_clock_has_the_right_age() {
    let mut room = Room::new();
    // Ten minutes of the call come at once after a break; the station's own clock is of no interest.
    room.wait(600_000);
    room.tell(1, "a", 0, started());
    room.tell(1, "a", 600_000, said(Channel::Agent, 599_000, 600_000));
    assert_eq!(room.tile(1).call_since_ms, START);
}

#[test]
fn a_clock_that_is_given_backwards_stands_still() {
    let mut room = Room::new();
    room.tell(1, "a", 0, started());
    room.wait(3_000);
    room.tell(1, "a", 3_000, EventKind::Silence { since_ms: 0, length_ms: 3_000 });
    room.now_ms -= 3_600_000;
    room.board.advance(room.now_ms);
    room.board.moment(2, &levels(true, false), room.now_ms);
    assert_eq!(room.alerts(), []);
    room.now_ms += 3_600_000 + 12_000;
    room.board.advance(room.now_ms);
    assert_eq!(room.alerts().len(), 1);
}

#[test]
fn a_team_sees_its_own_and_a_station_that_moves_leaves() {
    let mut room = Room::new();
    room.board.changes(room.now_ms);
    let (first, second) = (Audience::of(&["一组".to_owned()]), Audience::of(&["二组".to_owned()]));
    let mut sheets = [
        Sheet::of(&room.board, &first),
        Sheet::of(&room.board, &second),
        Sheet::of(&room.board, &Audience::All),
    ];
    assert_eq!(sheets[0].tiles.keys().copied().collect::<Vec<_>>(), [1, 3]);
    room.board.seat(Seat { team: "二组".into(), ..seat(3) }, room.now_ms);
    room.board.unseat(2, room.now_ms);
    let changes = room.board.changes(room.now_ms).unwrap();
    for (sheet, audience) in sheets.iter_mut().zip([&first, &second, &Audience::All]) {
        sheet.take(&changes, audience);
        assert_eq!(*sheet, Sheet::of(&room.board, audience));
    }
    let seen: Vec<Vec<u32>> = sheets.iter().map(|sheet| sheet.tiles.keys().copied().collect()).collect();
    assert_eq!(seen, [vec![1], vec![3, 4], vec![1, 3, 4]]);
}

#[test]
fn an_alert_of_before_a_restart_is_taken_up() {
    let mut room = Room::new();
    room.tell(1, "a", 0, started());
    room.tell(1, "a", 100, alert());
    let card = room.alerts().remove(0);
    let mut board = Board::new(Thresholds::default(), card.id, START);
    board.seat(seat(1), START);
    for event in [stamped("a", 1, 0, started()), stamped("a", 2, 100, alert())] {
        board.recall(1, &event, START);
    }
    board.restore_alert(card.clone(), START);
    board.begin_day(
        DayFrame::default(),
        BTreeMap::from([("一组".to_owned(), Figures { calls: 7, ..Figures::default() })]),
    );
    board.connected(1, true, START);
    board.event(1, &stamped("a", 3, 200, alert()), START);
    board.changes(START);
    let sheet = Sheet::of(&board, &Audience::All);
    assert_eq!(sheet.alerts.keys().copied().collect::<Vec<_>>(), [card.id, card.id + 1], "numbers go on");
    assert_eq!((sheet.tiles[&1].call.as_str(), sheet.tiles[&1].seq, sheet.day.calls), ("a", 3, 7));
}

/// One thing that happens; `wait` ms pass before it.
#[derive(Clone, Debug)]
struct Step {
    wait_ms: i64,
    station: u32,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Connect(bool),
    Ring(bool),
    Start,
    Event(u8),
    Levels(bool, bool),
    Notice(u8, bool),
    Lag(u64),
    Offer(u64, u64),
    Listeners(u8),
    Acknowledge(u64),
    Assign(u64),
    Leads(u8),
    Move(bool),
    Closed,
}

fn step() -> impl Strategy<Value = Step> {
    let what = prop_oneof![
        1 => any::<bool>().prop_map(What::Connect),
        1 => any::<bool>().prop_map(What::Ring),
        3 => Just(What::Start),
        20 => (0..14_u8).prop_map(What::Event),
        5 => (any::<bool>(), any::<bool>()).prop_map(|(agent, customer)| What::Levels(agent, customer)),
        1 => (0..3_u8, any::<bool>()).prop_map(|(key, on)| What::Notice(key, on)),
        1 => (0..3_000_u64).prop_map(What::Lag),
        1 => (0..9_u64, 0..9_u64).prop_map(|(there, here)| What::Offer(there, here)),
        1 => (0..3_u8).prop_map(What::Listeners),
        2 => (1..6_u64).prop_map(What::Acknowledge),
        1 => (1..6_u64).prop_map(What::Assign),
        1 => (0..4_u8).prop_map(What::Leads),
        1 => any::<bool>().prop_map(What::Move),
        1 => Just(What::Closed),
    ];
    (0..20_000_i64, 1..4_u32, what).prop_map(|(wait_ms, station, what)| Step { wait_ms, station, what })
}

fn nth_event(number: u8) -> EventKind {
    match number {
        0 => EventKind::Silence { since_ms: 100, length_ms: 3_000 },
        1 => EventKind::Silence { since_ms: 5_000, length_ms: 6_000 },
        2 => said(Channel::Agent, 4_000, 4_500),
        3 => said(Channel::Customer, 9_000, 9_500),
        4 => cue("1.1#1", "1.1", "您好", 5),
        5 => flag("1.1", -2),
        6 => flag("6.5", -10),
        7 => EventKind::HoldStarted,
        8 => EventKind::HoldEnded,
        9 => alert(),
        10 => EventKind::MuteStarted,
        11 => EventKind::AudioLost { channel: Channel::Agent },
        12 => EventKind::CallEnded { by: EndedBy::Unknown },
        _ => summary(),
    }
}

/// The calls of each station, as far as the steps need them.
#[derive(Default)]
struct Calls(BTreeMap<u32, (u64, u64)>);

fn play(board: &mut Board, calls: &mut Calls, step: &Step, now_ms: i64) {
    let station = step.station;
    let (call, seq) = calls.0.entry(station).or_default();
    let id = |call: u64| format!("{station}-{call}");
    match step.what.clone() {
        What::Connect(on) => board.connected(station, on, now_ms),
        What::Ring(on) => board.ringing(station, on, now_ms),
        What::Start => {
            (*call, *seq) = (*call + 1, 1);
            board.event(station, &stamped(&id(*call), 1, 0, started()), now_ms);
        }
        What::Event(number) => {
            *seq += 1;
            board.event(station, &stamped(&id(*call), *seq, *seq * 900, nth_event(number)), now_ms);
        }
        What::Levels(agent, customer) => board.moment(station, &levels(agent, customer), now_ms),
        What::Notice(key, on) => {
            let severity = [Severity::Info, Severity::Warning, Severity::Alarm][usize::from(key)];
            let zh = if on { "注意".to_owned() } else { String::new() };
            board.moment(
                station,
                &Moment::Notice { key: key.to_string(), severity, zh, en: String::new() },
                now_ms,
            );
        }
        What::Lag(text_ms) => board.moment(station, &Moment::Lag { text_ms }, now_ms),
        What::Offer(there, here) => board.offered(station, &id(*call), there, here, now_ms),
        What::Listeners(count) => {
            board.listeners(station, (0..count).map(|n| format!("lead {n}")).collect(), now_ms)
        }
        What::Acknowledge(alert) => drop(board.acknowledge(alert, "li", now_ms)),
        What::Assign(alert) => drop(board.assign(alert, "zhao", now_ms)),
        What::Leads(count) => {
            let lead = |n: u8| {
                (format!("lead {n}"), if n == 0 { Audience::All } else { Audience::of(&["一组".into()]) })
            };
            board.leads((0..count).map(lead).collect(), now_ms);
        }
        What::Move(there) => {
            let team = if there { "二组" } else { "一组" };
            board.seat(Seat { team: team.into(), ..seat(station) }, now_ms);
        }
        What::Closed => board.closed(station, &id(*call), now_ms),
    }
}

proptest! {
    /// How often the board is told the time between two things, and how often its changes are taken, is of no matter.
    #[test]
    fn ticks_change_nothing(steps in prop::collection::vec(step(), 1..120), tick_ms in 1..9_000_i64) {
        let mut rare = Room::new();
        let mut often = Room::new();
        let (mut rare_calls, mut often_calls) = (Calls::default(), Calls::default());
        let mut now_ms = START;
        for step in &steps {
            let next_ms = now_ms + step.wait_ms;
            let mut tick = now_ms + tick_ms;
            while tick < next_ms {
                often.board.advance(tick);
                often.board.changes(tick);
                tick += tick_ms;
            }
            now_ms = next_ms;
            play(&mut rare.board, &mut rare_calls, step, now_ms);
            play(&mut often.board, &mut often_calls, step, now_ms);
        }
        now_ms += DAY;
        rare.board.changes(now_ms);
        often.board.changes(now_ms);
        prop_assert_eq!(Sheet::of(&rare.board, &Audience::All), Sheet::of(&often.board, &Audience::All));
    }

    /// A page that takes in every change has what a page gets that comes now, whatever teams it sees.
    #[test]
    fn changes_over_a_snapshot_are_the_newer_snapshot(
        steps in prop::collection::vec((step(), any::<bool>()), 1..120),
        comes_at in 0..120_usize,
    ) {
        let audiences = [Audience::All, Audience::of(&["一组".into()]), Audience::of(&["二组".into()]), Audience::Teams(BTreeSet::new())];
        let mut room = Room::new();
        let mut calls = Calls::default();
        let mut pages: Option<Vec<Sheet>> = None;
        let mut now_ms = START;
        for (number, (step, take)) in steps.iter().enumerate() {
            now_ms += step.wait_ms;
            play(&mut room.board, &mut calls, step, now_ms);
            if !take {
                continue;
            }
            let changes = room.board.changes(now_ms);
            let whole: Vec<_> = audiences.iter().map(|audience| Sheet::of(&room.board, audience)).collect();
            if let (Some(pages), Some(changes)) = (&mut pages, &changes) {
                pages.iter_mut().zip(&audiences).for_each(|(page, audience)| page.take(changes, audience));
            }
            if pages.is_none() && number >= comes_at.min(steps.len() / 2) {
                pages = Some(whole.clone());
            }
            if let Some(pages) = &pages {
                prop_assert_eq!(pages, &whole);
            }
        }
    }
}
