use std::collections::BTreeMap;

use callcue::call::{Channel, ChecklistItem, EndedBy, EventKind, FlagKind, Hearing};
use callcue::deliver::{Hub, Limits, NoSeat, PageId};
use callcue::wire::{FloorLink, Moment, Severity};
use proptest::prelude::*;
use serde_json::Value;

use crate::support::station::{hello, stamped, started};

const ROOMY: Limits = Limits { pages_max: 4, fleeting_max: 100, lasting_max: 100 };

/// A hub, its call, and what comes out of it.
struct Play {
    hub: Hub,
    call: String,
    at_ms: u64,
}

impl Play {
    fn new(limits: Limits) -> Self {
        Self { hub: Hub::new(hello(), limits), call: "a".into(), at_ms: 0 }
    }

    fn tell(&mut self, kind: EventKind) {
        self.hub.event(&stamped(&self.call, self.at_ms, kind));
        self.at_ms += 1;
    }

    fn start(&mut self, call: &str) {
        (self.call, self.at_ms) = (call.into(), 0);
        self.tell(started());
    }

    fn next(&mut self, page: PageId) -> Option<Value> {
        self.hub.next_frame(page).map(|frame| serde_json::from_str(&frame).unwrap())
    }

    /// All that a page has not read, each as `type` and what tells it from others of that type.
    fn drain(&mut self, page: PageId) -> Vec<String> {
        std::iter::from_fn(|| self.next(page)).map(|message| brief(&message)).collect()
    }
}

fn brief(message: &Value) -> String {
    let what =
        ["text", "committed", "agent_dbfs", "text_ms", "zh", "call"].iter().find_map(|key| message.get(key));
    let what = what.map_or_else(String::new, |value| value.to_string().trim_matches('"').to_owned());
    format!("{} {what}", message["type"].as_str().unwrap()).trim_end().to_owned()
}

fn line(from_ms: u64, text: &str, last: bool) -> EventKind {
    EventKind::Transcript {
        channel: Channel::Agent,
        from_ms,
        to_ms: from_ms + 1_000,
        text: text.into(),
        r#final: last,
        level_dbfs: None,
        language: None,
    }
}

fn flag(text: &str) -> EventKind {
    EventKind::Flag {
        rule: "2.1".into(),
        kind: FlagKind::Forbidden,
        channel: Channel::Agent,
        from_ms: 0,
        to_ms: 1,
        text: text.into(),
        phrase: String::new(),
        item: "A4".into(),
        points: -2,
        instead: None,
        heard: Hearing::default(),
    }
}

fn checklist(known: usize) -> EventKind {
    let items = (0..3).map(|n| ChecklistItem { label: n.to_string(), done: n < known }).collect();
    EventKind::Checklist { rule: "1.4".into(), items }
}

fn levels(agent_dbfs: f32) -> Moment {
    Moment::Levels {
        at_ms: 0,
        agent_dbfs,
        customer_dbfs: -60.0,
        agent_speaking: false,
        customer_speaking: false,
        quiet_since_ms: None,
    }
}

fn partial(from_ms: u64, committed: &str) -> Moment {
    Moment::Partial {
        channel: Channel::Agent,
        from_ms,
        committed: committed.into(),
        tentative: String::new(),
    }
}

fn notice(key: &str, zh: &str) -> Moment {
    Moment::Notice { key: key.into(), severity: Severity::Info, zh: zh.into(), en: zh.into() }
}

#[test]
fn events_and_moments_come_in_the_order_in_which_they_were_told() {
    let mut play = Play::new(ROOMY);
    let page = play.hub.join().unwrap();
    play.start("a");
    play.hub.moment(&levels(-20.0));
    play.tell(flag("喂"));
    play.hub.moment(&partial(5, "您"));
    assert_eq!(play.drain(page), ["hello a", "call_started a", "levels -20.0", "flag 喂", "partial 您"]);
    assert_eq!(play.drain(page), [""; 0]);
}

#[test]
fn a_frame_is_encoded_once_for_all_pages() {
    let mut play = Play::new(ROOMY);
    let pages = [play.hub.join().unwrap(), play.hub.join().unwrap()];
    play.tell(flag("喂"));
    let frames = pages.map(|page| {
        play.hub.next_frame(page).unwrap();
        play.hub.next_frame(page).unwrap()
    });
    assert_eq!(frames[0].as_ptr(), frames[1].as_ptr());
}

#[test]
fn of_moments_a_slow_page_gets_the_newest() {
    let mut play = Play::new(ROOMY);
    let page = play.hub.join().unwrap();
    play.start("a");
    for n in 0..50_u8 {
        play.hub.moment(&levels(-f32::from(n)));
        play.hub.moment(&partial(5, &n.to_string()));
        play.hub.moment(&Moment::Lag { text_ms: n.into() });
    }
    play.hub.moment(&notice("recording", "正在录音"));
    play.hub.moment(&notice("recording", ""));
    let newest = ["hello a", "call_started a", "levels -49.0", "partial 49", "lag 49", "notice"];
    assert_eq!(play.drain(page), newest);
    assert_eq!(play.hub.counts().moments_replaced, 3 * 49 + 1);
}

#[test]
fn lines_of_leads_the_link_and_listeners_outlast_a_call_and_push_out_nothing_else() {
    let mut play = Play::new(ROOMY);
    play.hub.moment(&notice("recording", "正在录音"));
    play.start("a");
    for n in 0..100 {
        play.hub.moment(&Moment::Note { id: n.to_string(), from: "王".into(), text: format!("n{n}") });
    }
    play.hub.moment(&Moment::Note { id: "99".into(), from: String::new(), text: String::new() });
    let floor = |behind_events| Moment::Floor {
        link: FloorLink::Linked,
        behind_events,
        recordings: 0,
        away_since: None,
    };
    play.hub.moment(&floor(7));
    play.hub.moment(&floor(0));
    play.hub.moment(&Moment::Listening { by: vec!["王".into()] });
    play.start("b");
    let page = play.hub.join().unwrap();
    let told = play.drain(page);
    let count = |kind: &str| told.iter().filter(|what| what.starts_with(kind)).count();
    assert_eq!(
        (count("notice"), count("note"), count("floor"), count("listening")),
        (1, 16, 1, 1),
        "{told:?}"
    );
    assert!(told.contains(&"note n98".to_owned()) && !told.contains(&"note n99".to_owned()), "{told:?}");
}

#[test]
fn an_unfinished_line_is_overtaken_by_its_final_text() {
    let mut play = Play::new(ROOMY);
    let page = play.hub.join().unwrap();
    play.start("a");
    play.hub.moment(&partial(5, "您"));
    play.hub.moment(&partial(9, "好"));
    play.tell(line(5, "您好", true));
    assert_eq!(play.drain(page), ["hello a", "call_started a", "partial 好", "transcript 您好"]);
}

#[test]
fn a_newcomer_gets_the_last_of_what_grew_and_all_that_lasts() {
    let mut play = Play::new(Limits { fleeting_max: 2, ..ROOMY });
    play.start("a");
    for n in 0..30 {
        play.tell(line(n, "您", false));
        play.tell(line(n, &format!("您好{n}"), true));
        play.tell(flag(&n.to_string()));
    }
    play.tell(checklist(1));
    play.tell(checklist(2));
    let page = play.hub.join().unwrap();
    let told = play.drain(page);
    let flags: Vec<_> = told.iter().filter_map(|what| what.strip_prefix("flag ")).collect();
    assert_eq!(flags, (0..30).map(|n| n.to_string()).collect::<Vec<_>>());
    let lines: Vec<_> = told.iter().filter(|what| what.starts_with("transcript")).collect();
    assert_eq!(lines, ["transcript 您好28", "transcript 您好29"]);
    assert_eq!(told.iter().filter(|what| what.starts_with("checklist")).count(), 1);
    assert_eq!(play.hub.counts().events_kept, 1 + 30 + 2 + 1);
    assert_eq!(play.hub.counts().events_lost, 0);
}

#[test]
fn a_page_that_misses_what_should_last_starts_again() {
    let mut play = Play::new(Limits { lasting_max: 3, ..ROOMY });
    let page = play.hub.join().unwrap();
    play.start("a");
    assert_eq!(play.drain(page), ["hello a", "call_started a"]);
    ["1", "2", "3"].into_iter().for_each(|text| play.tell(flag(text)));
    assert_eq!(play.drain(page), ["flag 1", "flag 2", "flag 3"]);
    ["4", "5", "6", "7"].into_iter().for_each(|text| play.tell(flag(text)));
    assert_eq!(play.drain(page), ["hello a", "flag 5", "flag 6", "flag 7"]);
    let counts = play.hub.counts();
    assert_eq!((counts.resyncs, counts.events_lost, counts.events_kept), (1, 5, 3));
}

#[test]
fn a_new_call_makes_only_those_start_again_who_missed_some_of_the_last() {
    let mut play = Play::new(ROOMY);
    let (quick, slow) = (play.hub.join().unwrap(), play.hub.join().unwrap());
    play.start("a");
    play.hub.moment(&levels(-20.0));
    play.hub.moment(&notice("same_source", "两路相同"));
    assert_eq!(play.next(slow).unwrap()["call"], "a");
    play.tell(EventKind::CallEnded { by: EndedBy::Agent });
    let all = ["hello", "call_started a", "notice 两路相同", "call_ended a"];
    assert_eq!(play.drain(quick), all, "the last call stays until the next; its meters do not");
    play.start("b");
    assert_eq!(play.drain(quick), ["call_started b"]);
    assert_eq!(play.drain(slow), ["hello b", "notice 两路相同", "call_started b"]);
    assert_eq!(play.hub.counts().resyncs, 1);
}

#[test]
fn a_refusal_reaches_who_asked_and_is_kept_for_nobody() {
    let mut play = Play::new(ROOMY);
    let pages = [play.hub.join().unwrap(), play.hub.join().unwrap()];
    play.hub.refuse(pages[0], "不行", "no");
    assert_eq!(play.drain(pages[0]), ["hello", "refused 不行"]);
    assert_eq!(play.drain(pages[1]), ["hello"]);
    play.hub.moment(&Moment::Refused { zh: "都不行".into(), en: "no".into() });
    let late = play.hub.join().unwrap();
    assert_eq!(play.drain(pages[0]), ["refused 都不行"]);
    assert_eq!(play.drain(late), ["hello"]);
}

#[test]
fn a_new_hello_makes_every_page_start_again() {
    let mut play = Play::new(ROOMY);
    let page = play.hub.join().unwrap();
    play.start("a");
    assert_eq!(play.drain(page), ["hello a", "call_started a"]);
    play.hub.moment(&Moment::Hello(callcue::wire::Hello { script: "新".into(), ..hello() }));
    let again = play.next(page).unwrap();
    assert_eq!((&again["script"], &again["call"]), (&"新".into(), &"a".into()));
    assert_eq!(play.drain(page), ["call_started a"]);
}

#[test]
fn seats_are_counted_and_given_back() {
    let mut play = Play::new(ROOMY);
    let pages: Vec<_> = (0..4).map(|_| play.hub.join().unwrap()).collect();
    assert_eq!(play.hub.join(), Err(NoSeat { pages_max: 4 }));
    play.hub.leave(pages[1]);
    assert!(play.hub.next_frame(pages[1]).is_none());
    assert!(play.hub.join().is_ok());
    assert_eq!(play.hub.counts().pages, 4);
}

#[test]
fn digital_silence_is_still_a_number() {
    let mut play = Play::new(ROOMY);
    let page = play.hub.join().unwrap();
    play.hub.moment(&levels(f32::NEG_INFINITY));
    assert_eq!(play.drain(page), ["hello", "levels -120.0"]);
}

/// What can be told, by number.
fn tell(play: &mut Play, what: u8, n: u64) {
    match what {
        0 => play.tell(line(n, &format!("您{n}"), false)),
        1 => play.tell(line(n, &format!("您好{n}"), true)),
        2 => play.tell(flag(&n.to_string())),
        3 => play.tell(checklist(n as usize)),
        4 => play.hub.moment(&levels(-(n as f32))),
        // Of other lines than those above: once the text of a line is final, words of it come no more.
        5 => play.hub.moment(&partial(10 + n, &n.to_string())),
        6 => play.hub.moment(&notice(&n.to_string(), &play.at_ms.to_string())),
        7 => play.hub.moment(&Moment::Lag { text_ms: n }),
        8 => play.tell(EventKind::CallEnded { by: EndedBy::Customer }),
        _ => play.start(&n.to_string()),
    }
}

/// What a page shows, in the manner of `web/src/agent/agent-state.ts`.
#[derive(Debug, Default, PartialEq)]
struct Shown {
    of_call: BTreeMap<String, Value>,
    of_station: BTreeMap<String, Value>,
}

impl Shown {
    fn fold(&mut self, message: Value) {
        let key = |name: &str| format!("{} {}", message["type"], message[name]);
        match message["type"].as_str().unwrap() {
            "hello" => *self = Self::default(),
            "call_started" => self.of_call = BTreeMap::from([("call".into(), message)]),
            "call_ended" => {
                self.of_call.retain(|key, _| !key.contains("partial") && !key.contains("levels"));
                self.of_call.insert("ended".into(), message);
            }
            "transcript" => {
                self.of_call.remove(&format!("\"partial\" {}", message["from_ms"]));
                self.of_call.insert(key("from_ms"), message);
            }
            "partial" => {
                self.of_call.insert(key("from_ms"), message);
            }
            "flag" => {
                self.of_call.insert(key("at_ms"), message);
            }
            "notice" => {
                self.of_station.insert(key("key"), message);
            }
            "lag" => {
                self.of_station.insert(key("type"), message);
            }
            _ => {
                self.of_call.insert(key("rule"), message);
            }
        }
    }
}

proptest! {
    /// However slowly a page reads, and whenever it came: once it has read all, it shows the same.
    #[test]
    fn every_page_ends_up_with_the_same(
        steps in prop::collection::vec((0_u8..10, 0_u64..4, 0_usize..4), 0..120),
    ) {
        let mut play = Play::new(ROOMY);
        let pages = [play.hub.join().unwrap(), play.hub.join().unwrap()];
        let mut shown = [Shown::default(), Shown::default()];
        for (call, (what, n, reads)) in steps.into_iter().enumerate() {
            // Calls have ids of their own.
            let n = if what == 9 { call as u64 } else { n };
            tell(&mut play, what, n);
            while let Some(message) = play.next(pages[0]) {
                shown[0].fold(message);
            }
            for message in (0..reads).map_while(|_| play.next(pages[1])).collect::<Vec<_>>() {
                shown[1].fold(message);
            }
        }
        while let Some(message) = play.next(pages[1]) {
            shown[1].fold(message);
        }
        let late = play.hub.join().unwrap();
        let mut shown_late = Shown::default();
        while let Some(message) = play.next(late) {
            shown_late.fold(message);
        }
        prop_assert_eq!(&shown[0], &shown[1]);
        prop_assert_eq!(&shown[0], &shown_late);
    }
}
