//! What other systems have still to be told of.

use callcue::call::{EndedBy, EventKind};
use callcue::store::sqlite::SqliteStore;
use callcue::store::{
    AlertRecord, AlertStore, Arrival, CallStore, HookRow, NoticeStore, Noticed, RetentionStore, Store,
};
use callcue::wire::{AlertCard, AlertKind};

use super::{NINE_MS, Place, arrival, whole_call};

fn hook(hook: &str, told: &str) -> HookRow {
    HookRow {
        hook: hook.to_owned(),
        flags: told.contains('f'),
        alerts: told.contains('a'),
        ended_calls: told.contains('e'),
    }
}

fn alert(id: u64, passed_on: u32) -> AlertRecord {
    let card = AlertCard {
        id,
        station: 1,
        agent: "1001".to_owned(),
        team: "一组".to_owned(),
        call: "c1".to_owned(),
        at_ms: 5_000,
        rule: "4.2".to_owned(),
        kind: AlertKind::Rule,
        text: "客户要求找领导".to_owned(),
        raised_ms: NINE_MS,
        assigned_to: String::new(),
        passed_on,
        acknowledged_by: String::new(),
        settled: false,
    };
    AlertRecord { card, settled_ms: None }
}

/// `c1:4` for an event, `alert:7:0` for an alert.
fn waiting(store: &SqliteStore, hook: &str) -> Vec<String> {
    let name = |what| match what {
        Noticed::Event { event, .. } => format!("{}:{}", event.call, event.seq),
        Noticed::Alert { card, passed_on } => format!("alert:{}:{passed_on}", card.id),
    };
    let notices = store.notices(hook, 100).unwrap();
    assert_eq!(store.notices_waiting(hook).unwrap(), notices.len() as u64);
    assert!(notices.is_sorted_by_key(|notice| notice.number));
    notices.into_iter().map(|notice| name(notice.what)).collect()
}

#[test]
fn each_hook_is_told_of_what_it_wants_in_order_and_keeps_it_over_a_restart() {
    let place = Place::new();
    {
        let store = place.open();
        store.append(&[arrival(1, &whole_call("before", 0, 10), None)]).unwrap();
        store.keep_hooks(&[hook("all", "fae"), hook("ends", "e")]).unwrap();
        let call = whole_call("c1", 0, 10);
        store.append(&[arrival(1, &call[..6], None)]).unwrap();
        store.put_alerts(&[alert(7, 0)]).unwrap();
        // Twice, as after a break: what is known is not noted again.
        store.append(&[arrival(1, &call, None)]).unwrap();
        store.append(&[arrival(1, &call, None)]).unwrap();
    }
    let store = place.open();
    store.keep_hooks(&[hook("ends", "e"), hook("all", "fae"), hook("new", "fae")]).unwrap();
    assert_eq!(waiting(&store, "all"), ["c1:4", "alert:7:0", "c1:8", "c1:9"]);
    assert_eq!(waiting(&store, "ends"), ["c1:9"]);
    assert_eq!(waiting(&store, "new"), [""; 0], "of what comes from now on");
    let first = store.notices("all", 1).unwrap().remove(0);
    assert_eq!(first.raised_ms, NINE_MS + 60_000);
    let Noticed::Event { station, agent, team, event } = first.what else { panic!("an event") };
    assert_eq!((station, agent.as_str(), team.as_str()), (1, "1001", "一组"));
    assert!(matches!(event.event.kind, EventKind::Flag { .. }));
    let ended = store.notices("ends", 9).unwrap().remove(0);
    let Noticed::Event { event, .. } = &ended.what else { panic!("an event") };
    assert_eq!(event.event.kind, EventKind::CallEnded { by: EndedBy::Customer });
    store.settle_notices(&[first.number, ended.number]).unwrap();
    assert_eq!(waiting(&store, "all"), ["alert:7:0", "c1:8", "c1:9"], "each hook has its own");
    assert_eq!(waiting(&store, "ends"), [""; 0]);
    assert_eq!(store.verify().unwrap(), [""; 0]);
    // A hook that is configured no more.
    store.keep_hooks(&[hook("ends", "e")]).unwrap();
    store.keep_hooks(&[hook("ends", "e"), hook("all", "fae")]).unwrap();
    assert_eq!(waiting(&store, "all"), [""; 0]);
}

#[test]
fn an_alert_is_told_when_it_is_new_and_each_time_it_goes_on() {
    let place = Place::new();
    let store = place.open();
    store.keep_hooks(&[hook("h", "a")]).unwrap();
    store.put_alerts(&[alert(1, 0), alert(2, 0)]).unwrap();
    let mut assigned = alert(1, 0);
    assigned.card.assigned_to = "chen".to_owned();
    store.put_alerts(&[assigned]).unwrap();
    store.put_alerts(&[alert(1, 1)]).unwrap();
    let mut taken = alert(1, 2);
    taken.card.acknowledged_by = "chen".to_owned();
    let mut over = alert(3, 0);
    over.card.settled = true;
    store.put_alerts(&[taken.clone(), over]).unwrap();
    assert_eq!(waiting(&store, "h"), ["alert:1:0", "alert:2:0", "alert:1:1"]);
    let Noticed::Alert { card, .. } = store.notices("h", 1).unwrap().remove(0).what else {
        panic!("an alert")
    };
    assert_eq!(card, taken.card, "as it stands by now");
}

#[test]
fn what_is_imported_is_not_told_and_what_is_erased_is_told_no_more() {
    let place = Place::new();
    let store = place.open();
    store.keep_hooks(&[hook("h", "fae")]).unwrap();
    let old = Arrival { is_live: false, ..arrival(1, &whole_call("old", 0, 10), None) };
    store
        .append(&[old, arrival(1, &whole_call("c1", 0, 10), None), arrival(1, &whole_call("c2", 0, 6), None)])
        .unwrap();
    store.put_alerts(&[alert(1, 0)]).unwrap();
    assert_eq!(waiting(&store, "h"), ["c1:4", "c1:8", "c1:9", "c2:4", "c2:5", "alert:1:0"]);
    store.erase(&["c1".to_owned()]).unwrap();
    assert_eq!(waiting(&store, "h"), ["c2:4", "c2:5"]);
    assert_eq!(store.verify().unwrap(), [""; 0]);
}
