//! The swarm's stations over real sockets, against a floor in this process whose disk and clocks are the test's.

use std::sync::Arc;
use std::time::Duration;

use callcue::store::{CallStore, Store};
use callcue::swarm::{
    Clock, Comparison, Endpoint, Order, Pace, Repertoire, Seat, Sends, Station, StationJournals, run_stations,
};
use tokio::sync::watch;

use super::room::{hello, repertoire};
use crate::support::floor::TestFloor;

#[tokio::test]
async fn a_full_disk_and_a_clock_set_back_cost_no_event() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    // Calls of a minute in half a second, so that nobody waits for them.
    let fast = Repertoire { pace: Pace::Speed(120.0), ..Repertoire::clone(&repertoire(1)) };
    let fast = Arc::new(fast);
    let seat = |place: usize| {
        let agent = (2_001 + place).to_string();
        let token = floor.enrol(&format!("desk-{place}"), &agent, "一组");
        let journals = StationJournals::in_memory(Arc::clone(&fast));
        Seat { station: Station::new(&fast, place, hello(&agent), journals, Duration::ZERO), token }
    };
    let seats: Vec<Seat> = (0..6).map(seat).collect();
    let endpoint = Endpoint::new(&floor.origin(), None).unwrap();
    let sends = Arc::new(Sends::new(seats.len(), &(Duration::ZERO..Duration::MAX)));
    let (order, orders) = watch::channel(Order::Play);
    let fleet =
        tokio::task::spawn_blocking(move || run_stations(seats, endpoint, Clock::start(), sends, orders));

    floor.until(|counts| &counts.events_stored, 100).await;
    floor.disk.fill(true);
    floor.until(|counts| &counts.store_failures, 3).await;
    floor.clock.set_back(3_600_000);
    floor.disk.fill(false);
    let stored = floor.counts.events_stored.get();
    floor.until(|counts| &counts.events_stored, stored + 200).await;
    order.send_replace(Order::Settle);
    let stations = fleet.await.unwrap().unwrap();

    assert!(stations.iter().all(Station::is_settled));
    let mut comparison = Comparison::default();
    for station in &stations {
        comparison.add(station.journals(), |call| floor.disk.events(call, 0, u32::MAX)).unwrap();
    }
    assert!(comparison.is_equal() && comparison.events >= 300, "{comparison:#?}");
    assert_eq!(floor.disk.verify().unwrap(), Vec::<String>::new());
    floor.stop().await;
}
